"""Sheets from values and profile: templates, value lists, fallback, contexts, pictures, models."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from catalog.models import Campaign, Category, Product
from catalog.values.campaigns import write_campaign
from channels import profile
from channels.sheets import build as sheets
from channels.sheets import load, sources
from channels.sheets.build import Sheet
from channels.sheets.diff import diff
from tests.channels.stage import make_channel
from tests.world import SYSTEM, World

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def sheet(world: World, sku: str = "MUG-1", *, code: str = "b2b", at: datetime | None = NOW) -> Sheet:
    structure = world.structure
    channel = profile.current(structure).by_code(code)
    assert channel is not None
    pk = Product.objects.get(sku=sku).pk
    unit = load.units([pk], channel, structure)[pk]
    return sheets.build(unit, channel, structure, at=at, image_url=lambda sha: f"https://pim.example/{sha}")


def channel(world: World, *fields: dict[str, Any], **more: Any) -> None:
    make_channel(world, fields=[{"localized": False, **field} for field in fields], **more)


def test_a_template_leaves_no_gap_where_a_value_is_missing(world: World) -> None:
    channel(world, {"target": "title", "source": {"template": "{color} {name} ({sku})"}, "localized": True})
    world.create("MUG-1", {"name|en_US": "Mug", "name|de_DE": "Tasse", "color": "navy"}, family="mugs")
    world.create("MUG-2", {"name|en_US": "Mug"}, family="mugs")
    assert sheet(world).payload["locales"] == {
        "en_US": {"title": "Navy blue Mug (MUG-1)"}, "de_DE": {"title": "Navy blue Tasse (MUG-1)"},
    }  # fmt: skip
    assert sheet(world, "MUG-2").payload["locales"]["en_US"] == {"title": "Mug (MUG-2)"}
    assert sheet(world).origins["title"] == ("color", "name")


def test_a_template_is_no_program(world: World) -> None:
    channel(world, {"target": "title", "source": {"template": "{name.__class__} {{ 7*7 }} {%s}"}})
    world.create("MUG-1", {"name|en_US": "Mug"}, family="mugs")
    assert sheet(world).payload["fields"] == {}


def test_a_fixed_value_is_the_same_for_all(world: World) -> None:
    channel(world, {"target": "condition", "source": {"fixed": "new"}})
    world.create("MUG-1", {}, family="mugs")
    assert sheet(world).payload["fields"] == {"condition": "new"}


def test_options_go_out_in_the_channels_words_and_those_without_one_are_told(world: World) -> None:
    channel(
        world,
        {"target": "colour", "source": {"attribute": "color"}, "value_list": {"red": "RED-01"}},
        {"target": "tags", "source": {"attribute": "features"}, "value_list": {"stackable": "STACK"}},
    )
    world.create("MUG-1", {"color": "red", "features": ["stackable", "handmade"]}, family="mugs")
    world.create("MUG-2", {"color": "navy"}, family="mugs")
    built = sheet(world)
    assert built.payload["fields"] == {"colour": "RED-01", "tags": ["STACK"]}
    [problem] = built.problems
    assert (problem.field, problem.attribute, problem.code) == ("tags", "features", "no_channel_value")
    assert (
        problem.message
        == "Tags: the channel has no word for 'Handmade'. Choose another, or add it to the value list."
    )
    assert sheet(world, "MUG-2").payload["fields"] == {}
    assert [one.field for one in sheet(world, "MUG-2").problems] == ["colour"]


def test_a_fallback_text_is_sent_unless_the_channel_forbids_it(world: World) -> None:
    channel(
        world,
        {"target": "title", "source": {"attribute": "name"}, "localized": True},
        locales=("de_DE", "de_AT"),
    )
    make_channel(
        world, code="shop", locales=("de_DE", "de_AT"), send_fallback=False,
        fields=[{"target": "title", "source": {"attribute": "name"}, "localized": True}],
    )  # fmt: skip
    world.create("MUG-1", {"name|de_DE": "Tasse"}, family="mugs")
    assert sheet(world).payload["locales"] == {"de_DE": {"title": "Tasse"}, "de_AT": {"title": "Tasse"}}
    assert sheet(world, code="shop").payload["locales"] == {"de_DE": {"title": "Tasse"}, "de_AT": {}}


def test_the_channels_text_goes_before_its_audiences_and_the_masters(world: World) -> None:
    channel(
        world, {"target": "title", "source": {"attribute": "name"}, "localized": True}, locales=("en_US",)
    )
    outcome = world.create(
        "MUG-1", {"name|en_US": "Mug", "name|en_US|professional": "Catering mug"}, family="mugs"
    )
    assert sheet(world).payload["locales"] == {"en_US": {"title": "Catering mug"}}
    world.edit(outcome.product, {"name|en_US|b2b": "Mug, 36 pcs"})
    assert sheet(world).payload["locales"] == {"en_US": {"title": "Mug, 36 pcs"}}


def test_a_campaign_is_seen_at_its_time_only(world: World) -> None:
    channel(
        world, {"target": "title", "source": {"attribute": "name"}, "localized": True}, locales=("en_US",)
    )
    product = world.create("MUG-1", {"name|en_US": "Mug"}, family="mugs").product
    campaign = Campaign.objects.create(code="xmas", starts_at=NOW, ends_at=NOW + timedelta(days=3))
    write_campaign(campaign, {product: {"name|en_US": "Christmas mug"}}, by=SYSTEM)
    titles = [
        sheet(world, at=at).payload["locales"]["en_US"]["title"]
        for at in (None, NOW - timedelta(seconds=1), NOW, NOW + timedelta(days=2), NOW + timedelta(days=3))
    ]
    assert titles == ["Mug", "Mug", "Christmas mug", "Christmas mug", "Mug"]


def test_categories_are_those_of_the_channels_tree_with_their_path(world: World) -> None:
    channel(world, category_tree=Category.objects.get(code="home"))
    world.create("MUG-1", {}, family="mugs", categories=["cups", "other"])
    assert sheet(world).payload["categories"] == [
        {
            "code": "cups",
            "path": [{"en_US": "Kitchen", "de_DE": "Kitchen"}, {"en_US": "Cups", "de_DE": "Cups"}],
        }
    ]


def test_pictures_go_out_with_address_hash_and_description(world: World) -> None:
    from catalog.models import Asset

    sha = "ab" * 32
    Asset.objects.create(
        sha256=sha, file="x.png", name="x.png", mime="image/png", size=1, created_at=timezone.now()
    )
    channel(world, {"target": "photo", "source": {"attribute": "picture"}, "required": True})
    world.create("MUG-1", {"picture": sha, "name|en_US": "Blue mug"}, family="mugs")
    built = sheet(world)
    assert built.payload["images"] == [
        {"url": f"https://pim.example/{sha}", "sha256": sha, "alt": "Blue mug"}
    ]
    assert built.payload["fields"] == {}
    assert built.origins["photo"] == ("picture",)
    world.create("MUG-2", {"picture": sha, "name|fr_FR": "Tasse bleue"}, family="mugs")
    assert sheet(world, "MUG-2").payload["images"][0]["alt"] == "MUG-2"  # the channel has no French


def test_without_any_mapping_every_attribute_goes_out_under_its_own_code(world: World) -> None:
    channel(world)
    world.create(
        "MUG-1",
        {"name|en_US": "Mug", "capacity": "0.3", "dishwasher_safe": False, "color": "red"},
        family="mugs",
    )
    payload = sheet(world).payload
    assert payload["locales"]["en_US"] == {"name": "Mug"}
    assert payload["fields"] == {
        "capacity": "0.3",
        "dishwasher_safe": False,
        "color": {"code": "red", "label": "Red"},
    }


def test_a_familys_own_row_makes_the_field_another_way(world: World) -> None:
    channel(
        world,
        {"target": "title", "source": {"attribute": "name"}, "localized": True},
        {
            "target": "title",
            "source": {"fixed": "A mug"},
            "localized": True,
            "family": world.families["mugs"],
        },
        {"target": "size", "source": {"attribute": "capacity"}, "family": world.families["mugs"]},
    )
    world.create("MUG-1", {"capacity": "0.3", "name|en_US": "Mug"}, family="mugs")
    world.create("SHIRT-1", {"name|en_US": "Shirt"}, family="shirts")
    assert sheet(world).payload["locales"]["en_US"] == {"title": "A mug"}
    assert sheet(world).payload["fields"] == {"size": "0.3"}
    assert sheet(world, "SHIRT-1").payload["locales"]["en_US"] == {"title": "Shirt"}


def test_prices_go_out_in_the_channels_currencies_only(world: World) -> None:
    from catalog.models import Currency

    channel(world, {"target": "price", "source": {"attribute": "price"}})
    from channels.models import Channel

    Channel.objects.get().currencies.set(Currency.objects.filter(code="EUR"))
    world.create("MUG-1", {"price": {"EUR": "9.9", "USD": "12"}}, family="mugs")
    assert sheet(world).payload["fields"] == {"price": {"EUR": "9.90"}}


def test_the_hash_is_of_the_content_and_the_difference_is_told_by_field(world: World) -> None:
    channel(
        world,
        {"target": "title", "source": {"attribute": "name"}, "localized": True},
        {"target": "size", "source": {"attribute": "capacity"}},
    )
    product = world.create("MUG-1", {"name|en_US": "Mug", "capacity": "0.3"}, family="mugs").product
    before = sheet(world)
    assert sheet(world).hash == before.hash
    world.edit(product, {"name|en_US": "Cup", "name|de_DE": "Tasse", "capacity": None})
    after = sheet(world)
    assert after.hash != before.hash
    assert [one.as_json() for one in diff(before.payload, after.payload)] == [
        {"field": "fields.size", "before": "0.3", "after": None},
        {"field": "locales.de_DE.title", "before": None, "after": "Tasse"},
        {"field": "locales.en_US.title", "before": "Mug", "after": "Cup"},
    ]
    assert diff(after.payload, after.payload) == []


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"attribute": "nothing"},
        {"template": "{nothing}"},
        {"attribute": "name", "fixed": "x"},
        {"code": "x"},
    ],
)
def test_a_source_that_means_nothing_is_refused(world: World, source: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        sources.clean(source, world.structure)
