"""Another family for many products: what each loses is seen first, models move whole or not at all, undo gives all of it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import transaction
from django.utils import timezone

from catalog.jobs import run_due
from catalog.models import (
    Attribute,
    Campaign,
    CampaignValues,
    FamilyAttribute,
    FamilyVariant,
    Grant,
    Job,
    Product,
    Revision,
    Role,
    VariantAttribute,
)
from catalog.structure.announce import announce
from catalog.values.campaigns import write_campaign
from catalog.values.fingerprint import catalogue_hash
from enrichment.workbench.bulk_edit import family, views
from enrichment.workbench.grid import batches
from tests.enrichment.conftest import Desk, values_of
from tests.enrichment.forms import seen
from tests.world import SYSTEM

ASKED = {"attribute": "_family", "of": "_family", "to-family": "shirts"}


@pytest.fixture
def mugs(world: Any, channel: Any) -> list[int]:
    return [
        world.create(f"M-{place}", {"name|en_US": "Mug", "capacity": "300"}, family="mugs").product
        for place in range(3)
    ]


@pytest.fixture
def shirts(world: Any, channel: Any) -> dict[str, int]:
    """Two models with variants by size, the second one's have a colour of the model that mugs have too; and mugs by size."""
    with transaction.atomic():
        FamilyAttribute.objects.create(
            family=world.families["mugs"], attribute=Attribute.objects.get(code="size"), position=99
        )
        other = FamilyVariant.objects.create(code="mugs_size", family=world.families["mugs"])
        for code, is_axis in (("size", True), ("ean", False)):
            VariantAttribute.objects.create(
                family_variant=other, attribute=world.attributes[code], level=1, is_axis=is_axis
            )
        announce("structure", [])
    made = {}
    for sku in ("A", "B"):
        made[sku] = world.create(sku, {"color": "red"}, family_variant="shirts_size").product
        for size in ("s", "m"):
            made[f"{sku}-{size}"] = world.create(f"{sku}-{size}", {"size": size}, parent=sku).product
    return made


def looked(desk: Desk, ids: list[int], **asked: Any) -> Any:
    response = desk.post("catalog_product_edit", id=ids, **asked)
    assert response.status_code == 200, response.context_data["family_form"].errors
    return response.context_data


def done(desk: Desk, ids: list[int], **asked: Any) -> Any:
    return desk.post("catalog_product_edit_run", id=ids, **seen(looked(desk, ids, **asked)), **asked)


def families(ids: Any) -> list[str]:
    found = dict(Product.objects.values_list("pk", "family__code"))
    return [found[pk] for pk in ids]


def told(response: Any) -> list[str]:
    return [str(each) for each in get_messages(response.wsgi_request)]


def undo(desk: Desk) -> Any:
    ref = Revision.objects.filter(origin="bulk").values_list("ref", flat=True).distinct().get()
    return desk.post("catalog_product_bulk_undo", ref=ref)


def test_what_is_lost_is_said_before_anything_is(desk: Desk, mugs: list[int]) -> None:
    before = catalogue_hash()
    made = looked(desk, mugs, **ASKED)["moving"]
    assert (made.products, made.lost, made.is_whole) == (3, [("Capacity", 3)], True)
    first = made.rows[0]
    assert (first.sku, first.before, first.lost) == ("M-0", "Mugs", ["Capacity: 300"])
    assert catalogue_hash() == before


def test_they_move_but_for_those_unticked_and_undo_gives_everything_back(desk: Desk, mugs: list[int]) -> None:
    before = catalogue_hash()
    context = looked(desk, mugs, **ASKED)
    desk.post("catalog_product_edit_run", id=mugs, shown=mugs[:2], take=mugs[1:2], **seen(context), **ASKED)
    assert families(mugs) == ["mugs", "shirts", "shirts"]
    assert values_of(mugs[1]) == {"name|en_US": "Mug"}
    undo(desk)
    assert catalogue_hash() == before


def test_undo_leaves_what_somebody_moved_on_since(desk: Desk, world: Any, mugs: list[int]) -> None:
    done(desk, mugs, **ASKED)
    world.edit(mugs[0], family="")
    response = undo(desk)
    assert families(mugs) == [None, "mugs", "mugs"]
    assert values_of(mugs[0]) == {"name|en_US": "Mug"}  # what the old family had room for belongs to it
    assert "2 products are as they were before." in told(response)


def test_undo_keeps_a_product_in_which_was_written_what_has_no_room_where_it_was(
    desk: Desk, world: Any, mugs: list[int], shirts: dict[str, int]
) -> None:
    done(desk, mugs, **ASKED)
    with transaction.atomic():
        FamilyAttribute.objects.filter(
            family=world.families["mugs"], attribute=world.attributes["color"]
        ).delete()
        announce("structure", [])
    world.edit(mugs[0], {"color": "red"})
    response = undo(desk)
    assert families(mugs) == ["shirts", "mugs", "mugs"]
    assert values_of(mugs[0]) == {"name|en_US": "Mug", "color": "red"}
    assert any("Color was written since" in line for line in told(response))


def test_undo_keeps_a_product_of_which_a_campaign_says_what_has_no_room_where_it_was(
    desk: Desk, mugs: list[int]
) -> None:
    done(desk, mugs, **ASKED)
    now = timezone.now()
    sale = Campaign.objects.create(
        code="sale", labels={"en_US": "Sale"}, starts_at=now, ends_at=now + timedelta(days=1)
    )
    write_campaign(sale, {mugs[0]: {"size": "m"}}, by=SYSTEM)
    response = undo(desk)
    assert families(mugs) == ["shirts", "mugs", "mugs"]
    assert CampaignValues.objects.get().values == {"size": "m"}
    assert any("Size was written in the campaign Sale since" in line for line in told(response))


def test_a_model_goes_with_its_variants_to_the_family_variant_that_fits_and_back(
    desk: Desk, shirts: dict[str, int]
) -> None:
    before = catalogue_hash()
    asked = ASKED | {"to-family": "mugs"}
    made = looked(desk, [shirts["A"], shirts["B"]], **asked)["moving"]
    assert [(row.sku, row.below) for row in made.rows] == [("A", 2), ("B", 2)]
    done(desk, [shirts["A"], shirts["B"]], **asked)
    assert families(shirts.values()) == ["mugs"] * 6
    undo(desk)
    assert catalogue_hash() == before


def test_variants_alone_and_models_nothing_fits_stay_and_it_is_said(
    desk: Desk, shirts: dict[str, int], world: Any
) -> None:
    other = world.create("C", {}, family_variant="shirts_color_size").product
    chosen = [shirts["A-s"], other]
    context = looked(desk, chosen, **ASKED | {"to-family": "mugs"})
    assert [count for count, _reason in context["stays"]] == [1, 1]
    before = catalogue_hash()
    done(desk, chosen, **ASKED | {"to-family": "mugs"})
    assert catalogue_hash() == before


def test_a_model_of_which_a_variant_may_not_come_along_stays_whole_and_stops_no_other(
    shirts: dict[str, int], world: Any, person: Any
) -> None:
    anna = Desk(person("anna", ["product.edit"]))
    world.edit(shirts["A-m"], status="approved")
    asked = ASKED | {"to-family": "mugs"}
    refused = looked(anna, [shirts["A"], shirts["B"]], **asked)["moving"].refused
    assert sum(refused.values()) == 3  # the model and its two variants, and none of the other one's
    assert looked(anna, [shirts["A"], shirts["B"]], **asked)["moving"].going == 3
    response = done(anna, [shirts["A"], shirts["B"]], **ASKED | {"to-family": "mugs"})
    assert families(shirts.values()) == ["shirts"] * 3 + ["mugs"] * 3
    assert "3 products changed." in told(response)


def test_undo_takes_a_model_back_whole_or_not_at_all(desk: Desk, shirts: dict[str, int], world: Any) -> None:
    """A number that one of its variants gave up by moving is another product's by now."""
    with transaction.atomic():
        ean = world.attributes["ean"]
        VariantAttribute.objects.filter(family_variant__code="mugs_size", attribute=ean).delete()
        FamilyAttribute.objects.filter(family=world.families["mugs"], attribute=ean).delete()
        announce("structure", [])
    world.edit(shirts["A-m"], {"ean": "4006381333931"})
    done(desk, [shirts["A"], shirts["B"]], **ASKED | {"to-family": "mugs"})
    world.create("OTHER", {"ean": "4006381333931"}, family="shirts")
    response = undo(desk)
    assert families(shirts.values()) == ["mugs"] * 3 + ["shirts"] * 3
    assert "3 products are as they were before." in told(response)


def test_a_family_variant_of_another_family_is_refused_beside_its_field(
    desk: Desk, shirts: dict[str, int]
) -> None:
    response = desk.post("catalog_product_edit", id=[shirts["A"]], **ASKED, **{"to-variant": "mugs_size"})
    assert response.status_code == 422
    assert response.context_data["family_form"].errors["variant"]


def test_who_may_not_see_the_lost_value_is_told_how_many_and_nothing_of_it(
    mugs: list[int], person: Any, world: Any
) -> None:
    role = Role.objects.create(code="x", labels={}, verbs=["product.edit"])
    user = person("anna", ["product.view"])
    user.roles.set([role])
    grant = Grant.objects.create(role=role)
    grant.groups.set([world.attributes["name"].group])
    made = looked(Desk(user), mugs[:1], **ASKED)["moving"]
    assert made.lost == []
    assert made.made.errors or made.made.hidden


def test_more_than_a_batch_is_a_job_that_killed_half_way_moves_nothing_twice(
    desk: Desk, shirts: dict[str, int], mugs: list[int], monkeypatch: pytest.MonkeyPatch, world: Any
) -> None:
    before = catalogue_hash()
    for module in (views, batches):
        monkeypatch.setattr(module, "BATCH", 2)
    monkeypatch.setattr("catalog.moves.many.BATCH", 3)
    chosen = sorted([shirts["A"], shirts["B"], shirts["A-s"]])
    done(desk, chosen, **ASKED | {"to-family": "mugs"})
    job = Job.objects.get(kind="grid.family")
    everything = frozenset(chosen)
    family.apply(
        chosen[:2], family.Target("mugs"), user=desk.user, ref=job.params["ref"], chosen=everything
    )  # killed after it
    moved_on = Revision.objects.count()
    run_due("interactive")
    job.refresh_from_db()
    assert (job.state, job.result["refused"]) == ("done", 0)
    assert families(shirts.values()) == ["mugs"] * 6
    assert Revision.objects.count() == moved_on + 3  # the other model, with its variants
    monkeypatch.setattr(batches, "BATCH", 3)
    monkeypatch.setattr("enrichment.workbench.grid.bulk_views.BATCH", 2)
    undo(desk)
    run_due("interactive")
    assert catalogue_hash() == before


def test_a_model_that_is_switched_off_takes_its_variants_along_and_back(
    desk: Desk, shirts: dict[str, int]
) -> None:
    asked = {"id": [shirts["A"], shirts["A-s"]], "action": "disable"}
    response = desk.post("catalog_product_bulk", **asked)
    made = response.context_data["preview"]
    assert (made.changing, made.along) == (3, 1)
    assert "1 of them is a variant that goes along with its model." in response.content.decode()
    desk.post("catalog_product_bulk_run", **asked)
    off = Product.objects.filter(enabled=False).values_list("pk", flat=True)
    assert set(off) == {shirts["A"], shirts["A-s"], shirts["A-m"]}
    undo(desk)
    assert not Product.objects.filter(enabled=False).exists()


def test_many_are_switched_off_and_on_again_by_undo(desk: Desk, mugs: list[int]) -> None:
    desk.post("catalog_product_bulk_run", id=mugs[:2], action="disable")
    assert list(Product.objects.order_by("pk").values_list("enabled", flat=True)) == [False, False, True]
    undo(desk)
    assert not Product.objects.filter(enabled=False).exists()
