"""What two processes do to one file at the same moment: nothing is lost between them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from catalog.assets.jobs import enqueue_due
from catalog.assets.removing import purge
from catalog.assets.storing import take_in
from catalog.jobs.queue import claim
from catalog.models import Asset, Job
from tests.catalog.assets.conftest import stored
from tests.catalog.decoding.harmless import picture
from tests.catalog.numbering.test_two_workers import copy_to, own_connection

MOMENT = 0.5  # seconds in which the other gets through, where nothing holds it up


@pytest.mark.django_db(transaction=True)
def test_a_picture_waits_for_no_job_that_has_looked_already(tmp_path: Path) -> None:
    """Two uploads share one job: it is not begun before the second one's picture can be seen."""
    file, sees_job, claimed = tmp_path / "pim.sqlite3", Event(), Event()
    with transaction.atomic():
        enqueue_due()
    copy_to(file)

    def upload() -> bool:
        with own_connection(file), transaction.atomic():
            enqueue_due()
            sees_job.set()
            return claimed.wait(MOMENT)

    def work() -> Job | None:
        with own_connection(file):
            sees_job.wait()
            row = claim("interactive")
            claimed.set()
            return row

    with ThreadPoolExecutor(2) as both:
        uploading, working = both.submit(upload), both.submit(work)
        was_before_the_commit, row = uploading.result(), working.result()
    assert row is None or not was_before_the_commit


@pytest.mark.django_db(transaction=True)
def test_what_is_wanted_again_while_it_is_deleted_is_there_afterwards(tmp_path: Path) -> None:
    file, deleting, wanted = tmp_path / "pim.sqlite3", Event(), Event()
    asset = stored()
    Asset.objects.filter(pk=asset.pk).update(removed_at=timezone.now())
    copy_to(file)

    def pause(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("DELETE") and not deleting.is_set():
            deleting.set()
            wanted.wait(MOMENT)
        return execute(sql, params, many, context)

    def delete() -> None:
        with own_connection(file), connection.execute_wrapper(pause):
            purge(before=timezone.now() + timedelta(minutes=1))

    def upload() -> int:
        with own_connection(file):
            deleting.wait()
            taken = take_in(picture("PNG", (60, 40), color="#102030"), name="mug.png", user=None).asset
            wanted.set()
            return taken.pk

    def is_there(pk: int) -> bool:
        with own_connection(file):
            return Asset.objects.in_library().filter(pk=pk).exists()

    with ThreadPoolExecutor(2) as both:
        gone, again = both.submit(delete), both.submit(upload)
        gone.result()
        pk = again.result()
    with ThreadPoolExecutor(1) as after:
        assert after.submit(is_there, pk).result()
