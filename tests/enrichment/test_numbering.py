"""Numbers from the product page, and for a selection of the grid."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from catalog.models import GtinPool, Job, Product, ProductValues
from tests.attributes import changed
from tests.channels.stage import work_off_jobs
from tests.enrichment.conftest import Desk, values_of
from tests.world import World


@pytest.fixture
def pool(world: World) -> GtinPool:
    made = GtinPool.objects.create(
        code="ours", attribute=world.attributes["ean"], prefix="2901234567", first=0, last=2
    )
    changed("gtin_pool", made.pk)
    return made


@pytest.fixture
def mugs(world: World, pool: GtinPool) -> list[int]:
    """Four mugs without a number, one of them approved, and one that has a number."""
    made = [
        world.create(f"MUG-{number}", family="mugs", categories=["cups"]).product or 0 for number in range(4)
    ]
    world.edit(made[3], status="approved")
    world.create("MUG-9", {"ean": "4006381333931"}, family="mugs")
    return made


def page_of(desk: Desk, name: str, **data: Any) -> Any:
    return desk.client.post(reverse(f"admin:{name}"), data)


def test_an_empty_identifier_offers_its_next_number(world: World, desk: Desk, mugs: list[int]) -> None:
    assert 'value="number!ean"' in desk.page(mugs[0]).content.decode()
    response = desk.save(mugs[0], {**desk.form(mugs[0]), "do": "number!ean"})
    assert response.status_code == 302
    assert values_of(mugs[0])["ean"] == "2901234567001"
    assert "number!ean" not in desk.page(mugs[0]).content.decode()


def test_an_exhausted_pool_is_told_at_the_field(world: World, desk: Desk, mugs: list[int]) -> None:
    GtinPool.objects.update(next=3)
    response = desk.save(mugs[0], {**desk.form(mugs[0]), "do": "number!ean"})
    assert response.status_code == 422
    cell = response.context_data["sheet"].cell("ean")
    assert cell.errors == ["The pools of Ean are exhausted: add another range, or write the number."]
    assert "ean" not in values_of(mugs[0])


def test_a_preview_counts_who_gets_a_number_and_gives_none(desk: Desk, mugs: list[int]) -> None:
    ids = list(Product.objects.values_list("pk", flat=True))
    response = page_of(desk, "catalog_product_number", id=ids)
    preview = response.context_data["preview"]
    assert (preview.total, preview.wanting, preview.free, preview.given, preview.short) == (5, 4, 3, 3, 1)
    assert "1 product gets none: add another range to the pools." in response.content.decode()
    assert GtinPool.objects.get().next == 0


def test_a_job_gives_the_numbers_and_may_run_twice(desk: Desk, mugs: list[int]) -> None:
    response = page_of(desk, "catalog_product_number_run", all="1", query="level=all", attribute="ean")
    assert response.status_code == 302
    [job] = Job.objects.filter(kind="grid.number")
    work_off_jobs()
    job.refresh_from_db()
    assert (job.state, job.result["changed"], job.result["refused"]) == ("done", 3, 1)
    assert list(job.result["reasons"].values()) == [1]
    given = {pk: values_of(pk).get("ean") for pk in mugs}
    assert list(given.values()) == ["2901234567001", "2901234567018", "2901234567025", None]
    Job.objects.filter(pk=job.pk).update(state="queued", done=0, finished_at=None)
    work_off_jobs()
    assert {pk: values_of(pk).get("ean") for pk in mugs} == given


def test_an_editor_without_publishing_numbers_what_is_not_approved(
    world: World, mugs: list[int], person: Any
) -> None:
    anna = Desk(person("anna", ["product.edit"]))
    preview = page_of(anna, "catalog_product_number", id=[mugs[3], mugs[0]]).context_data["preview"]
    assert (preview.total, preview.given) == (2, 1)
    page_of(anna, "catalog_product_number_run", id=[mugs[3], mugs[0]], attribute="ean")
    work_off_jobs()
    assert (values_of(mugs[0]).get("ean"), values_of(mugs[3]).get("ean")) == ("2901234567001", None)


def test_who_may_not_edit_the_attribute_is_offered_nothing(
    world: World, mugs: list[int], person: Any
) -> None:
    other = Desk(person("otto", ["product.edit"], groups=["marketing"], locales=["de_DE"]))
    assert "Give numbers" not in other.grid(level="all").content.decode()
    assert page_of(other, "catalog_product_number", id=mugs).status_code == 404
    assert page_of(other, "catalog_product_number_run", id=mugs, attribute="ean").status_code == 404
    assert not ProductValues.objects.filter(values__ean="2901234567001").exists()
    reader = Desk(person("rita", ["product.view"]))
    assert page_of(reader, "catalog_product_number", id=mugs).status_code == 403


def test_a_model_takes_its_variants_along(world: World, desk: Desk, pool: GtinPool) -> None:
    model = world.create("SHIRT", family_variant="shirts_size").product
    variant = world.create("SHIRT-M", {"size": "m"}, parent="SHIRT").product or 0
    preview = page_of(desk, "catalog_product_number", id=[model]).context_data["preview"]
    assert (preview.total, preview.given) == (1, 1)
    page_of(desk, "catalog_product_number_run", id=[model], attribute="ean")
    work_off_jobs()
    assert values_of(variant)["ean"] == "2901234567001"
