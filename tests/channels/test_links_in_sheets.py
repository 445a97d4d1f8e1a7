"""Other products in a sheet: their SKUs, quantities, both sides of an association; and whose sheets a change reaches."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import Campaign, Product
from catalog.values.campaigns import write_campaign
from channels.models import FieldMapping
from tests.catalog.links import add_associations
from tests.channels.stage import Stage, work_off_jobs
from tests.world import SYSTEM


@pytest.fixture
def linked(stage: Stage) -> Stage:
    add_associations(stage.world)
    for position, code in enumerate(("CROSSSELL", "PARTS", "CONTENTS", "successor")):
        FieldMapping.objects.create(
            channel=stage.channel, position=10 + position, target=code.lower(), source={"attribute": code}
        )
    stage.changed()
    return stage


def fields(stage: Stage, sku: str) -> dict:
    sent = stage.shop.items[sku]["sheet"]["fields"]
    return {name: sent[name] for name in ("crosssell", "parts", "contents", "successor") if name in sent}


def test_skus_and_quantities_are_in_the_sheet(linked: Stage) -> None:
    linked.products(2)
    linked.product(
        "MUG-3", {"PARTS": "MUG-2,MUG-1", "CONTENTS": [{"sku": "MUG-1", "quantity": 6}], "successor": "MUG-2"}
    )
    linked.send()
    assert fields(linked, "MUG-3") == {
        "parts": ["MUG-2", "MUG-1"], "contents": [{"sku": "MUG-1", "quantity": 6}], "successor": "MUG-2",
    }  # fmt: skip
    assert fields(linked, "MUG-1") == {}


def test_an_association_shown_on_both_is_in_both_sheets_and_leaves_both(linked: Stage) -> None:
    linked.products(2)
    third = linked.product("MUG-3")
    linked.send()
    linked.put(third, values={"CROSSSELL": "MUG-1"})
    stale = {row.product.sku for row in linked.channel.listings.all() if row.is_stale}
    assert stale == {"MUG-1", "MUG-3"}
    linked.send()
    assert (fields(linked, "MUG-3"), fields(linked, "MUG-1")) == (
        {"crosssell": ["MUG-1"]},
        {"crosssell": ["MUG-3"]},
    )
    linked.put(third, values={"CROSSSELL": "MUG-2"})
    linked.send()
    assert [fields(linked, f"MUG-{number}") for number in (1, 2, 3)] == [
        {}, {"crosssell": ["MUG-3"]}, {"crosssell": ["MUG-2"]},
    ]  # fmt: skip


def test_a_new_sku_and_the_trash_reach_the_sheets_that_name_the_product(linked: Stage) -> None:
    first, second = linked.products(2)
    third = linked.product("MUG-3", {"PARTS": "MUG-1,MUG-2"})
    linked.send()
    linked.put(first, sku="CUP-1")
    assert not linked.listing(second).is_stale
    linked.send()
    assert fields(linked, "MUG-3") == {"parts": ["CUP-1", "MUG-2"]}
    linked.put(second, trashed=True)
    assert linked.listing(third).is_stale
    linked.send()
    assert fields(linked, "MUG-3") == {"parts": ["CUP-1"]}
    linked.put(second, trashed=False)
    linked.send()
    assert fields(linked, "MUG-3") == {"parts": ["CUP-1", "MUG-2"]}


def test_a_new_sku_reaches_the_sheets_that_a_campaign_lets_name_the_product(linked: Stage) -> None:
    first, second = linked.products(2)
    now = timezone.now()
    sale = Campaign.objects.create(code="sale", starts_at=now - timedelta(1), ends_at=now + timedelta(1))
    write_campaign(sale, {second: {"PARTS": "MUG-1"}}, by=SYSTEM)
    linked.send()
    assert fields(linked, "MUG-2") == {"parts": ["MUG-1"]}
    linked.put(first, sku="CUP-1")
    linked.send()
    assert fields(linked, "MUG-2") == {"parts": ["CUP-1"]}


def test_variants_carry_their_models_associations(linked: Stage) -> None:
    linked.product("MUG-1")
    model = linked.world.create(
        "SHIRT", {"name|en_US": "Shirt", "name|de_DE": "Hemd", "CROSSSELL": "MUG-1"}, family="shirts",
        family_variant="shirts_size", status="approved",
    ).product  # fmt: skip
    linked.world.create("SHIRT-S", {"size": "s"}, parent="SHIRT", status="approved")
    work_off_jobs()
    linked.send()
    assert fields(linked, "SHIRT-S") == {"crosssell": ["MUG-1"]}
    assert fields(linked, "MUG-1") == {"crosssell": ["SHIRT"]}
    mug = Product.objects.get(sku="MUG-1")
    linked.put(mug.pk, sku="CUP")
    linked.send()
    assert fields(linked, "SHIRT-S") == {"crosssell": ["CUP"]}
    assert model
