"""A channel whose sheets are of whole models: one item with its variants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from catalog.models import Attribute, Family, Product
from catalog.structure.snapshot import Structure
from catalog.values.changes import EMPTY
from channels import dry_run, preview
from channels.connectors import CONNECTORS
from channels.connectors.webhook import Webhook
from channels.models import Listing, Requirement
from channels.profile import current
from tests.channels import shop as acts
from tests.channels.stage import FIELDS, FULL, Stage, make_channel, work_off_jobs

State = Listing.State


class ByModel(Webhook):
    code = "by_model"
    unit = "model"


@pytest.fixture
def models(stage: Stage) -> Iterator[Stage]:
    """The shop again, now taking models; a shirt in two sizes."""
    stage.channel.delete()
    with CONNECTORS.temporarily(by_model=ByModel):
        fields: list[dict[str, Any]] = [*FIELDS, {"target": "size", "source": {"attribute": "size"}}]
        settings = {"endpoint": stage.shop.address, "timeout": 1}
        stage.channel = make_channel(
            stage.world, connector="by_model", settings=settings, required=(), fields=fields
        )
        for code in ("name", "size"):
            Requirement.objects.create(
                channel=stage.channel,
                attribute=Attribute.objects.get(code=code),
                family=Family.objects.get(code="shirts"),
            )
        stage.changed()
        names = {"name|en_US": "Shirt", "name|de_DE": "Hemd"}
        stage.world.create("SHIRT", names, family="shirts", family_variant="shirts_size", status="approved")
        for size in ("s", "m"):
            stage.world.create(f"SHIRT-{size.upper()}", {"size": size}, parent="SHIRT", status="approved")
        yield stage


def pk(sku: str) -> int:
    return Product.objects.get(sku=sku).pk


def variants(stage: Stage) -> dict[str, Any]:
    return {one["sku"]: one for one in stage.shop.items["SHIRT"]["sheet"]["variants"]}


def test_a_model_is_one_item_with_its_variants(models: Stage) -> None:
    models.send()
    assert models.shop.items.keys() == {"SHIRT"}
    assert list(variants(models)) == ["SHIRT-M", "SHIRT-S"]
    assert variants(models)["SHIRT-S"]["fields"] == {"size": {"code": "s", "label": "S"}}
    assert variants(models)["SHIRT-S"]["locales"]["de_DE"] == {"title": "Hemd"}
    assert [(row.product.sku, row.state) for row in Listing.objects.all()] == [("SHIRT", State.LIVE)]


def test_its_sheet_says_by_what_the_variants_differ_in_every_language(models: Stage) -> None:
    models.send()
    sheet = models.shop.items["SHIRT"]["sheet"]
    assert sheet["axes"] == [{"code": "size", "labels": {"en_US": "Size", "de_DE": "Size"}}]
    assert variants(models)["SHIRT-S"]["axes"] == {"size": {"en_US": "S", "de_DE": "S"}}


def test_a_simple_product_is_an_item_of_its_own(models: Stage) -> None:
    models.world.create("MUG-1", FULL, family="mugs", status="approved")
    models.send()
    assert models.shop.items.keys() == {"SHIRT", "MUG-1"}
    assert "variants" not in models.shop.items["MUG-1"]["sheet"]


def test_a_variants_edit_sends_its_model_anew(models: Stage) -> None:
    models.send()
    models.edit(pk("SHIRT-S"), name__en_US="Small shirt")
    models.send()
    assert variants(models)["SHIRT-S"]["locales"]["en_US"] == {"title": "Small shirt"}
    assert len(models.shop.posts) == 2


def test_what_is_not_approved_is_left_out_and_without_any_variant_the_model_goes(models: Stage) -> None:
    models.send()
    models.put(pk("SHIRT-S"), status="draft")
    models.send()
    assert list(variants(models)) == ["SHIRT-M"]
    models.put(pk("SHIRT-M"), enabled=False)
    models.send()
    assert models.shop.items == {}
    assert Listing.objects.get().reason == "None of its variants is approved and enabled."


def test_an_incomplete_variant_holds_the_whole_model(models: Stage) -> None:
    models.send()
    models.edit(pk("SHIRT-S"), name__de_DE=None)
    models.send()
    listing = Listing.objects.get()
    assert (listing.state, len(models.shop.posts)) == (State.INCOMPLETE, 1)
    assert [(error["sku"], error["locale"], error["attribute"]) for error in listing.errors] == [
        ("SHIRT-S", "de_DE", "name")
    ]


def test_a_variant_against_the_rules_is_named(models: Stage) -> None:
    models.edit(pk("SHIRT-S"), name__en_US="x" * 80)
    models.send()
    assert [(error["sku"], error["field"], error["code"]) for error in Listing.objects.get().errors] == [
        ("SHIRT-S", "title", "too_long")
    ]


def test_a_variant_has_no_sheet_of_its_own_here(models: Stage) -> None:
    structure = models.world.structure
    spec = current(structure).by_id[models.channel.pk]
    from django.utils import timezone

    assert preview.by_sku("SHIRT-S", spec, structure, at=timezone.now()) is None
    assert preview.by_sku("SHIRT", spec, structure, at=timezone.now()).action == "send"
    work_off_jobs()


def test_a_recall_that_is_refused_is_not_tried_for_ever(models: Stage) -> None:
    models.send()
    models.edit(pk("SHIRT"), name__de_DE=EMPTY)
    models.put(pk("SHIRT-M"), enabled=False)
    models.shop.next.append(acts.rejects("SHIRT", message="Not today."))
    for _turn in range(4):
        models.send()
    assert len(models.shop.posts) == 2
    assert models.listing(pk("SHIRT")).state == State.INCOMPLETE


def test_nothing_is_recalled_where_a_field_is_the_channels_own(models: Stage) -> None:
    models.send()
    Listing.objects.update(kept=["locales.de_DE.title"])
    models.edit(pk("SHIRT"), name__de_DE=EMPTY)
    models.put(pk("SHIRT-M"), enabled=False)
    models.send()
    assert len(models.shop.posts) == 1


def test_a_variant_that_is_recalled_goes_though_its_item_waits(models: Stage) -> None:
    models.send()
    models.edit(pk("SHIRT"), name__de_DE=EMPTY)
    models.put(pk("SHIRT-M"), enabled=False)
    planned = dry_run.of_listings(
        [models.listing(pk("SHIRT"))],
        current(Structure.current()).by_id[models.channel.pk],
        Structure.current(),
        at=timezone.now(),
    )
    assert [one.kind for one in planned] == ["change"]
    models.send()
    assert {sku: one["locales"]["de_DE"] for sku, one in variants(models).items()} == {
        "SHIRT-S": {"title": "Hemd"}
    }
    for _turn in range(2):  # it is looked at once more, and waits on
        models.send()
        listing = models.listing(pk("SHIRT"))
        assert (listing.state, [error["code"] for error in listing.errors]) == (State.INCOMPLETE, ["missing"])
        assert len(models.shop.posts) == 2
    models.edit(pk("SHIRT"), name__de_DE="Bluse")
    models.send()
    assert {sku: one["locales"]["de_DE"] for sku, one in variants(models).items()} == {
        "SHIRT-S": {"title": "Bluse"}
    }
