"""What the library knows of a picture reaches the sheets that show it, and no other: texts, rights, time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from catalog.assets.changing import announce_assets
from catalog.models import Asset, Campaign, Product
from catalog.values.campaigns import write_campaign
from channels import profile
from channels.delivery.prepare import prepare
from channels.models import Listing
from channels.sheets import load
from channels.sheets.build import Sheet
from tests.catalog.assets.conftest import body, stored
from tests.channels.stage import make_channel, work_off_jobs
from tests.world import SYSTEM, World

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PHOTO = {"target": "photo", "source": {"attribute": "picture"}, "localized": False}


def sheet(world: World, sku: str = "MUG-1", *, at: datetime = NOW) -> Sheet:
    structure = world.structure
    channel = profile.current(structure).by_code("b2b")
    assert channel is not None
    pk = Product.objects.get(sku=sku).pk
    return load.sheet_of(load.units([pk], channel, structure)[pk], channel, structure, at=at)


def desired(sku: str) -> int:
    return Listing.objects.get(product__sku=sku).desired_rev


def change(asset: Asset, **columns: Any) -> None:
    with transaction.atomic():
        Asset.objects.filter(pk=asset.pk).update(**columns)
        announce_assets([asset.pk])
    work_off_jobs()


def test_a_sheet_carries_address_texts_by_locale_and_titles(world: World) -> None:
    make_channel(world, fields=[PHOTO], locales=("en_US", "de_DE", "de_AT"))
    asset = stored(alts={"en_US": "A blue mug", "de_DE": "Ein blauer Becher"}, titles={"de_DE": "Becher"})
    world.create("MUG-1", {"picture": asset.sha256}, family="mugs")
    [image] = sheet(world).payload["images"]
    assert image["url"].startswith(f"http://127.0.0.1:8000/admin/catalog/asset/{asset.sha256}/public/")
    assert image["alt"] == "A blue mug"
    assert image["alts"] == {
        "en_US": "A blue mug",
        "de_DE": "Ein blauer Becher",
        "de_AT": "Ein blauer Becher",
    }
    assert image["titles"] == {"de_DE": "Becher", "de_AT": "Becher"}


def test_an_edited_text_makes_exactly_the_sheets_that_show_the_picture_stale(world: World) -> None:
    make_channel(world, fields=[PHOTO])
    shown, other = stored("#ff0000"), stored("#00ff00")
    world.create("MUG-1", {"picture": shown.sha256}, family="mugs")
    world.create("MUG-2", {"picture": other.sha256}, family="mugs")
    model = world.create(
        "SHIRT", {"picture": shown.sha256}, family="shirts", family_variant="shirts_size"
    ).product
    world.create("SHIRT-S", {"size": "s"}, parent="SHIRT")
    campaign = Campaign.objects.create(code="xmas", starts_at=NOW, ends_at=NOW + timedelta(days=3))
    third = world.create("MUG-3", {}, family="mugs").product
    assert model is not None
    assert third is not None
    write_campaign(campaign, {third: {"picture": shown.sha256}}, by=SYSTEM)
    work_off_jobs()
    skus = ("MUG-1", "MUG-2", "MUG-3", "SHIRT-S")
    before = {sku: desired(sku) for sku in skus}
    change(shown, alts={"en_US": "Other words"})
    assert {sku: desired(sku) - before[sku] for sku in skus} == {
        "MUG-1": 1,
        "MUG-2": 0,
        "MUG-3": 1,
        "SHIRT-S": 1,
    }


def test_a_picture_whose_rights_do_not_hold_is_left_out(world: World) -> None:
    make_channel(world, fields=[PHOTO])
    asset = stored(valid_from=NOW - timedelta(days=1), valid_until=NOW + timedelta(days=1))
    world.create("MUG-1", {"picture": asset.sha256}, family="mugs")
    moments = [NOW - timedelta(days=1, seconds=1), NOW - timedelta(days=1), NOW, NOW + timedelta(days=1)]
    assert [len(sheet(world, at=at).payload["images"]) for at in moments] == [0, 1, 1, 0]
    assert sheet(world, at=moments[-1]).problems == ()


def test_where_the_channel_demands_a_picture_the_product_is_held_with_the_reason(world: World) -> None:
    make_channel(world, fields=[{**PHOTO, "required": True}])
    asset = stored(name="summer.png", valid_until=NOW - timedelta(days=1))
    world.create("MUG-1", {"picture": asset.sha256}, family="mugs")
    [problem] = sheet(world).problems
    assert (problem.field, problem.code, problem.attribute) == ("photo", "rights_ended", "picture")
    assert problem.message == (
        "Photo: the rights to 'summer.png' do not hold now. Choose another picture, or correct its dates in the library."
    )


def test_the_end_of_rights_is_the_listings_next_moment(world: World) -> None:
    make_channel(world, fields=[PHOTO])
    until = NOW + timedelta(days=2)
    asset = stored(valid_until=until)
    pk = world.create("MUG-1", {"picture": asset.sha256}, family="mugs").product
    structure = world.structure
    channel = profile.current(structure).by_code("b2b")
    assert channel is not None
    [row] = Listing.objects.filter(product=pk)
    assert prepare([row], channel, structure, at=NOW)[0].due_at == until
    assert prepare([row], channel, structure, at=until)[0].due_at is None


def kept(client: Any, path: str) -> str:
    """How long caches may keep what is answered."""
    response = client.get(path)
    body(response)
    return str(response["Cache-Control"])


def test_the_public_address_gives_nothing_once_the_rights_have_ended(world: World, client: Any) -> None:
    from django.utils import timezone

    from catalog import assets

    asset = stored()
    address = assets.public_url(asset.sha256)
    path = address[address.index("/admin/") :]
    assert kept(client, path) == "public, max-age=86400"
    Asset.objects.filter(pk=asset.pk).update(valid_until=timezone.now() + timedelta(minutes=5))
    assert int(kept(client, path).removeprefix("public, max-age=")) <= 300
    Asset.objects.filter(pk=asset.pk).update(valid_until=timezone.now())
    gone = client.get(path)
    assert (gone.status_code, gone["Cache-Control"]) == (410, "public, no-cache")


def test_documents_and_films_go_out_as_values_of_their_fields(world: World) -> None:
    from catalog import assets
    from catalog.models import Attribute, AttributeGroup, FamilyAttribute
    from catalog.structure.announce import announce
    from tests.catalog.decoding.harmless import pdf

    with transaction.atomic():
        for code, kind in (("instructions", "file"), ("film", "video"), ("gallery", "images")):
            made = Attribute.objects.create(
                code=code, type=kind, group=AttributeGroup.objects.get(code="marketing"), filterable=False
            )
            FamilyAttribute.objects.create(family=world.families["mugs"], attribute=made)
            announce("attribute", [made.pk])
    make_channel(
        world,
        fields=[
            {"target": "manual", "source": {"attribute": "instructions"}},
            {"target": "film", "source": {"attribute": "film"}},
            {"target": "photos", "source": {"attribute": "gallery"}},
        ],
    )
    paper = assets.store(pdf(), name="manual.pdf", user=None)
    first, second = stored("#ff0000"), stored("#00ff00")
    values = {
        "instructions": paper.sha256, "film": "https://films.example.com/1", "gallery": [second.sha256, first.sha256],
    }  # fmt: skip
    world.create("MUG-1", values, family="mugs")
    payload = sheet(world).payload
    assert payload["fields"]["film"] == {"url": "https://films.example.com/1"}
    manual = payload["fields"]["manual"]
    assert (manual["name"], manual["mime"], manual["sha256"]) == (
        "manual.pdf",
        "application/pdf",
        paper.sha256,
    )
    assert [image["sha256"] for image in payload["images"]] == [second.sha256, first.sha256]


@pytest.mark.parametrize(
    ("attribute", "color", "code"), [("picture", "", "unknown_asset"), ("picture", "pdf", "wrong_kind")]
)
def test_a_value_names_only_what_is_in_the_library_and_of_its_kind(
    world: World, attribute: str, color: str, code: str
) -> None:
    from catalog import assets
    from catalog.values.changes import ProductChange
    from tests.catalog.decoding.harmless import pdf

    digest = assets.store(pdf(), name="a.pdf", user=None).sha256 if color else "ab" * 32
    outcome = world.put(ProductChange(values={attribute: digest}, fields={"sku": "MUG-1", "family": "mugs"}))
    assert [error.code for error in outcome.errors] == [code]
    assert Product.objects.count() == 0
