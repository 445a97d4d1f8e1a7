"""What a sheet says of a product's records, and that a record's edit makes exactly the sheets stale that use it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from catalog.models import Campaign, Product, ReferenceEntity, ReferenceField
from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure
from catalog.values.campaigns import write_campaign
from channels import profile
from channels.models import FieldMapping
from channels.sheets import load, sources
from tests.catalog.records import add_brands, change_record
from tests.channels.stage import Stage, work_off_jobs
from tests.world import SYSTEM

MAPPED = [
    ("brand", {"attribute": "brand"}, False),
    ("brand_name", {"attribute": "brand.label"}, True),
    ("origin", {"attribute": "brand.country"}, False),
    ("story", {"attribute": "brand.story"}, True),
    ("makers", {"attribute": "makers.label"}, False),
    ("line", {"template": "{brand.label} ({brand.country})"}, False),
]


@pytest.fixture
def branded(stage: Stage) -> Stage:
    add_brands(stage.world)
    for position, (target, source, localized) in enumerate(MAPPED):
        FieldMapping.objects.create(
            channel=stage.channel, position=10 + position, target=target, localized=localized,
            source=sources.clean(source, stage.world.structure),
        )  # fmt: skip
    stage.changed()
    return stage


def sheet(stage: Stage, key: str = "MUG-1") -> dict:
    return stage.shop.items[key]["sheet"]


def test_label_and_fields_of_a_record_are_in_the_sheet(branded: Stage) -> None:
    branded.product(values={"brand": "tarn", "makers": "holt,tarn"})
    branded.send()
    sent = sheet(branded)
    assert {name: sent["fields"][name] for name in ("brand", "origin", "makers", "line")} == {
        "brand": {"code": "tarn", "label": "Tarn"},
        "origin": "SE",
        "makers": ["Holt & Sons", "Tarn"],
        "line": "Tarn (SE)",
    }
    assert sent["locales"]["de_DE"]["story"] == "Von Hand gemacht."
    assert sent["locales"]["en_US"]["brand_name"] == "Tarn"


def test_a_records_time_is_the_same_in_a_sheet_whoever_looks(branded: Stage) -> None:
    entity = ReferenceEntity.objects.get(code="brand")
    ReferenceField.objects.create(entity=entity, code="since", type="datetime")
    FieldMapping.objects.create(
        channel=branded.channel, position=30, target="since", source={"template": "since {brand.since}"}
    )
    with transaction.atomic():
        announce("reference_entity", [entity.pk])
    branded.changed()
    change_record("tarn", values={"since": "2026-03-31T08:00:00Z"})
    product = branded.product(values={"brand": "tarn"})
    structure = Structure.current()
    channel = profile.current(structure).active[0]
    for zone in ("UTC", "Asia/Tokyo"):
        with timezone.override(zone):
            made = load.sheet_of(
                load.units([product], channel, structure)[product], channel, structure, at=None
            )
        assert made.payload["fields"]["since"] == "since 2026-03-31T08:00:00Z"


def test_what_the_record_does_not_have_is_left_out(branded: Stage) -> None:
    branded.product(values={"brand": "fell"})
    branded.send()
    assert {"origin", "line", "makers"} & sheet(branded)["fields"].keys() == {"line"}
    assert "story" not in sheet(branded)["locales"]["en_US"]


def test_a_records_edit_reaches_exactly_the_sheets_that_use_it(branded: Stage) -> None:
    by_brand = branded.product("MUG-1", {"brand": "tarn"})
    by_maker = branded.product("MUG-2", {"makers": "fell,tarn"})
    other = branded.product("MUG-3", {"brand": "holt"})
    in_campaign = branded.product("MUG-4")
    now = timezone.now()
    sale = Campaign.objects.create(
        code="sale", starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=1)
    )
    write_campaign(sale, {in_campaign: {"brand": "tarn"}}, by=SYSTEM)
    branded.send()
    change_record("tarn", values={"country": "FI"})
    work_off_jobs()
    stale = {pk for pk in (by_brand, by_maker, other, in_campaign) if branded.listing(pk).is_stale}
    assert stale == {by_brand, by_maker, in_campaign}
    branded.send()
    assert (sheet(branded)["fields"]["origin"], sheet(branded, "MUG-4")["fields"]["origin"]) == ("FI", "FI")


def test_a_variant_that_inherits_its_brand_is_reached_too(branded: Stage) -> None:
    world = branded.world
    world.families["shirts"].family_attributes.create(attribute=world.attributes["brand"])
    world.create(
        "SHIRT", {"name|en_US": "Shirt", "name|de_DE": "Hemd", "brand": "tarn"}, family="shirts",
        family_variant="shirts_size", status="approved",
    )  # fmt: skip
    world.create("SHIRT-S", {"size": "s"}, parent="SHIRT", status="approved")
    work_off_jobs()
    branded.send()
    change_record("tarn", values={"country": "FI"})
    work_off_jobs()
    assert branded.listing(Product.objects.get(sku="SHIRT-S").pk).is_stale


def test_an_unknown_part_of_a_record_is_refused_at_the_mapping(branded: Stage) -> None:
    with pytest.raises(ValidationError, match=r"There is no attribute 'brand\.colour'"):
        sources.clean({"attribute": "brand.colour"}, branded.world.structure)
    assert sources.attributes_of({"template": "{brand.label} {name}"}, branded.world.structure) == (
        "brand",
        "name",
    )
