"""Assignments: given to somebody for one product or a selection, found by a filter, done by a press."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.jobs import run_due
from catalog.models import Job, User
from catalog.retention import thin
from enrichment import assigning
from enrichment.models import Assignment
from enrichment.workbench.assigning import views
from tests.enrichment.conftest import Desk
from tests.world import World

MINE = "-if~assigned~in~me"
LATE = "-if~assigned~late~me"


@pytest.fixture
def ben(person: Any) -> Desk:
    return Desk(person("ben", ["product.edit"], categories=["kitchen"]))


@pytest.fixture
def three(world: World, channel: Any) -> dict[str, int]:
    """Two in the kitchen, one elsewhere."""
    placed = {"ONE": "cups", "TWO": "cups", "FAR": "other"}
    return {
        sku: world.create(sku, {}, family="mugs", categories=[place]).product for sku, place in placed.items()
    }


def give(desk: Desk, products: Any, to: Desk, **more: Any) -> Any:
    return desk.client.post(
        "/admin/catalog/product/assign/run/", {"id": list(products), "to": to.user.pk, **more}, follow=True
    )


def skus(desk: Desk, where: str) -> list[str]:
    return desk.skus(sort="sku", level="all", where=where)


def done(desk: Desk, row: Assignment) -> Any:
    return desk.client.post(f"/admin/catalog/product/{row.product_id}/assigned/done/", {"assignment": row.pk})


def test_a_selection_is_given_to_somebody_who_finds_it(desk: Desk, ben: Desk, three: dict[str, int]) -> None:
    asked = desk.client.post("/admin/catalog/product/assign/", {"id": list(three.values())})
    assert asked.context_data["count"] == 3
    yesterday = timezone.localdate() - timedelta(days=1)
    told = give(desk, three.values(), ben, due=yesterday.isoformat(), note="Translate <b>all</b>")
    said = [str(each) for each in told.context["messages"]]
    assert said == ["2 products are assigned to Ben.", "1 product was left out: Ben may not see it."]
    assert skus(ben, MINE) == skus(ben, LATE) == ["ONE", "TWO"]
    assert skus(desk, MINE) == []
    assert skus(desk, f"-if~assigned~in~{ben.user.pk}") == ["ONE", "TWO"]
    assert skus(desk, "-if~assigned~empty") == ["FAR"]
    home = ben.client.get("/admin/").content.decode()
    assert "Translate &lt;b&gt;all&lt;/b&gt;" in home
    mine = assigning.mine(ben.user)
    assert (mine.total, mine.overdue) == (2, 2)
    assert [row.who for row in ben.page(three["ONE"]).context_data["assigned"]] == ["Ben"]
    tomorrow = timezone.localdate() + timedelta(days=1)
    again = give(desk, [three["ONE"]], ben, due=tomorrow.isoformat(), note="No hurry")
    assert "already" in str(next(iter(again.context["messages"])))
    assert (Assignment.objects.count(), skus(ben, LATE)) == (2, ["TWO"])


def test_it_is_done_when_somebody_says_so_and_nobody_else_may(
    desk: Desk, ben: Desk, person: Any, world: World, three: dict[str, int]
) -> None:
    viewer = Desk(person("vera", ["product.view"]))
    give(desk, [three["ONE"], three["TWO"]], ben)
    row = Assignment.objects.get(product=three["ONE"])
    assert done(viewer, row).status_code == 404
    world.edit(three["ONE"], status="approved")
    row.refresh_from_db()
    assert row.done_at is None
    done(ben, row)
    row.refresh_from_db()
    assert (row.done_by, row.done_at is not None) == (ben.user, True)
    assert skus(ben, MINE) == ["TWO"]
    world.edit(three["TWO"], categories=["other"])
    assert assigning.mine(User.objects.get(pk=ben.user.pk)).total == 0
    Assignment.objects.filter(pk=row.pk).update(done_at=timezone.now() - timedelta(days=731))
    thin()
    assert list(Assignment.objects.values_list("product", flat=True)) == [three["TWO"]]


def test_who_may_not_edit_gives_nothing_away(
    ben: Desk, desk: Desk, person: Any, three: dict[str, int]
) -> None:
    viewer = Desk(person("vera", ["product.view"]))
    assert give(viewer, three.values(), ben).status_code == 403
    give(ben, three.values(), desk)
    assert sorted(Assignment.objects.values_list("product", flat=True)) == sorted(
        [three["ONE"], three["TWO"]]
    )
    refused = give(desk, three.values(), viewer, due="soon")
    assert refused.status_code == 422
    assert Assignment.objects.filter(to=viewer.user).count() == 0


def test_many_go_as_a_job(
    desk: Desk, ben: Desk, three: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (views, assigning):
        monkeypatch.setattr(module, "BATCH", 1)
    give(desk, three.values(), ben, note="Many")
    assert Assignment.objects.count() == 0
    run_due("interactive")
    assert Job.objects.get(kind="products.assign").state == Job.State.DONE
    assert sorted(Assignment.objects.values_list("product", "note")) == [
        (three["ONE"], "Many"),
        (three["TWO"], "Many"),
    ]


def test_twice_as_much_asks_the_database_as_often(desk: Desk, ben: Desk, world: World, channel: Any) -> None:
    def queries() -> int:
        fresh = Desk(User.objects.get(pk=ben.user.pk))
        fresh.client.get("/admin/")
        with CaptureQueriesContext(connection) as captured:
            assert fresh.client.get("/admin/").status_code == 200
        return len(captured)

    def more(count: int) -> None:
        first = Assignment.objects.count()
        made = [
            world.create(f"MUG-{first + number}", {}, family="mugs", categories=["cups"]).product
            for number in range(count)
        ]
        give(desk, made, ben)

    more(2)
    few = queries()
    more(2)
    assert queries() == few
