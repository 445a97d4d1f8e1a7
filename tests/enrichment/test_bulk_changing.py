"""Many products at once: the preview counts, the run does exactly that, undo gives it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from catalog.jobs import run_due
from catalog.models import Job, Product, Revision
from tests.channels.stage import FULL
from tests.enrichment.conftest import Desk, status_of


@pytest.fixture
def mugs(world: Any, channel: Any) -> list[int]:
    """20 drafts, of which two lack a German name; one is approved already."""
    made = []
    for number in range(20):
        values = dict(FULL)
        if number < 2:
            del values["name|de_DE"]
        status = "approved" if number == 19 else "draft"
        made.append(
            world.create(
                f"MUG-{number:02}", values, family="mugs", categories=["cups"], status=status
            ).product
        )
    return made


def test_the_preview_counts_and_changes_nothing(desk: Desk, mugs: list[int]) -> None:
    response = desk.post("catalog_product_bulk", action="approve", id=mugs)
    preview = response.context_data["preview"]
    assert (preview.total, preview.changing, preview.already, preview.forbidden) == (20, 19, 1, 0)
    assert preview.unmet == [("B2B shop", 2)]
    assert Product.objects.filter(status="approved").count() == 1


def test_running_approves_them_with_one_revision_each_and_shows_them(desk: Desk, mugs: list[int]) -> None:
    response = desk.post("catalog_product_bulk_run", action="approve", id=mugs)
    assert Product.objects.filter(status="approved").count() == 20
    ref = Revision.objects.filter(origin="bulk").values_list("ref", flat=True).distinct().get()
    assert ref.replace(":", "%3A") in response["Location"]
    assert len(desk.skus(ref=ref)) == 19


def test_everything_that_matches_is_chosen_by_the_address(desk: Desk, mugs: list[int]) -> None:
    desk.post("catalog_product_bulk_run", action="in_review", all="1", query="incomplete=b2b%7Cde_DE")
    assert sorted(Product.objects.filter(status="in_review").values_list("sku", flat=True)) == [
        "MUG-00",
        "MUG-01",
    ]


def test_undo_gives_back_what_nobody_changed_since(desk: Desk, world: Any, mugs: list[int]) -> None:
    desk.post("catalog_product_bulk_run", action="approve", id=mugs[:5])
    ref = Revision.objects.filter(origin="bulk").values_list("ref", flat=True).distinct().get()
    world.edit(mugs[0], status="in_review")
    world.edit(mugs[1], {"capacity": "3"})
    desk.post("catalog_product_bulk_undo", ref=ref)
    assert [status_of(pk) for pk in mugs[:5]] == ["in_review", "draft", "draft", "draft", "draft"]


def test_who_may_not_publish_can_neither_preview_nor_run_an_approval(mugs: list[int], person: Any) -> None:
    author = Desk(person("anna", ["product.edit"]))
    assert author.post("catalog_product_bulk", action="approve", id=mugs).status_code == 403
    assert author.post("catalog_product_bulk_run", action="approve", id=mugs).status_code == 403
    assert Product.objects.filter(status="approved").count() == 1


def test_an_approved_product_is_left_out_where_taking_it_back_is_not_theirs(
    mugs: list[int], person: Any
) -> None:
    author = Desk(person("anna", ["product.edit"]))
    preview = author.post("catalog_product_bulk", action="in_review", id=mugs).context_data["preview"]
    assert (preview.changing, preview.forbidden) == (19, 1)
    author.post("catalog_product_bulk_run", action="in_review", id=mugs)
    assert status_of(mugs[19]) == "approved"
    assert Product.objects.filter(status="in_review").count() == 19


def test_products_out_of_reach_are_not_even_counted(mugs: list[int], person: Any) -> None:
    stranger = Desk(person("stan", ["product.edit"], categories=["fashion"]))
    response = stranger.post("catalog_product_bulk_run", action="in_review", id=mugs)
    assert response.status_code == 302
    assert Product.objects.filter(status="in_review").count() == 0


def test_a_model_takes_its_variants_into_the_trash_and_back(desk: Desk, world: Any) -> None:
    model = world.create("SHIRT", {"name|en_US": "Shirt"}, family_variant="shirts_color_size").product
    world.create("SHIRT-RED", {"color": "red"}, parent="SHIRT")
    world.create("SHIRT-RED-M", {"size": "m"}, parent="SHIRT-RED")
    preview = desk.post("catalog_product_bulk", action="trash", id=[model]).context_data["preview"]
    assert preview.changing == 3
    desk.post("catalog_product_bulk_run", action="trash", id=[model])
    assert Product.objects.filter(trashed_at=None).count() == 0
    desk.post("catalog_product_bulk_run", action="restore", all="1", query="trash=yes&level=all")
    assert Product.objects.exclude(trashed_at=None).count() == 0


def test_more_than_a_batch_runs_as_a_job_and_resumes_without_harm(
    desk: Desk, mugs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from enrichment.workbench.grid import batches, bulk_views

    monkeypatch.setattr(batches, "BATCH", 6)
    monkeypatch.setattr(bulk_views, "BATCH", 6)
    desk.post("catalog_product_bulk_run", action="approve", id=mugs)
    job = Job.objects.get(kind="grid.bulk")
    assert (job.state, Product.objects.filter(status="approved").count()) == ("queued", 1)
    run_due("interactive")
    job.refresh_from_db()
    assert (job.state, job.result["changed"], job.result["refused"]) == ("done", 19, 0)
    assert Product.objects.filter(status="approved").count() == 20
    tray = desk.client.get("/admin/catalog/product/jobs/").json()
    assert (tray["running"], tray["jobs"][0]["state"], tray["jobs"][0]["percent"]) == (0, "done", 100)
    assert (tray["jobs"][0]["pace"], tray["jobs"][0]["cancel"]) == ("", "")
    touched = desk.client.get(tray["jobs"][0]["products"]).context_data
    assert touched["count"] == 19


def test_the_tray_says_how_fast_a_job_is_and_what_is_left_and_stops_it(desk: Desk, world: Any) -> None:
    now = timezone.now()
    row = Job.objects.create(
        kind="grid.bulk", state="running", created_by=desk.user, created_at=now, run_at=now, done=50_000, total=200_000,
        started_at=now - timedelta(seconds=10),
    )  # fmt: skip
    with time_machine.travel(now, tick=False):
        (told,) = desk.client.get("/admin/catalog/product/jobs/").json()["jobs"]
    assert (told["percent"], told["pace"], told["products"]) == (25, "5,000 a second, 30 seconds left", "")
    desk.client.post(told["cancel"])
    row.refresh_from_db()
    assert row.cancel_requested
    (told,) = desk.client.get("/admin/catalog/product/jobs/").json()["jobs"]
    assert told["cancel"] == ""


def test_a_way_back_that_leads_elsewhere_is_not_followed(desk: Desk, mugs: list[int]) -> None:
    response = desk.post(
        "catalog_product_bulk_run", action="approve", id=[mugs[19]], next="https://evil.example/"
    )
    assert response["Location"] == "/admin/catalog/product/"
