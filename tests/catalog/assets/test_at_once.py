"""What two processes do to one file at the same moment: nothing is lost between them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from django.db import transaction

from catalog.assets.jobs import enqueue_due
from catalog.jobs.queue import claim
from catalog.models import Job
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
