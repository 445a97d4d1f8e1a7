"""What an import holds stands apart while it is applied, and costs nobody a look; see test_stale_marks for when it goes."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import ImportRun
from channels.delivery.claim import released
from channels.delivery.sweep import channels_with_work
from channels.models import Listing
from tests.channels import shop as acts
from tests.channels.stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)


def hold(run: ImportRun) -> None:
    Listing.objects.update(held_by=f"import:{run.pk}")


def run_in(state: str) -> ImportRun:
    return ImportRun.objects.create(state=state, created_at=timezone.now())


def test_single_edits_go_before_what_an_ended_import_had_held(stage: Stage) -> None:
    products = stage.products(3)
    hold(run_in(ImportRun.State.APPLIED))
    Listing.objects.filter(product=products[2]).update(held_by="")
    stage.send()
    assert [item["key"] for post in stage.shop.posts for item in post["items"]] == ["MUG-3", "MUG-1", "MUG-2"]


def test_what_could_not_be_sent_is_no_longer_told_by_its_run(stage: Stage) -> None:
    """Otherwise each run that ended while a channel was down would be asked for at every look."""
    product = stage.product()
    hold(run_in(ImportRun.State.APPLIED))
    stage.shop.next.append(acts.answers(503))
    stage.send()
    assert stage.listing(product).held_by == ""
    assert list(released(stage.channel.pk, timezone.now())) == []


def test_the_look_for_work_asks_the_same_whatever_is_held(stage: Stage) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            channels_with_work(timezone.now())
        return len(queries)

    stage.product("MUG-1")
    hold(run_in(ImportRun.State.APPLYING))
    few = asked()
    for number in range(2, 9):
        stage.product(f"MUG-{number}")
    hold(ImportRun.objects.get())
    assert asked() == few
