"""Completeness asks for an attribute only where it exists and where its condition is met."""

from __future__ import annotations

from catalog.models import ProductValues
from catalog.values import bundle as bundles
from channels import completeness, profile
from tests.attributes import add
from tests.channels.stage import make_channel
from tests.world import World


def bundle_of(world: World, product: int | None) -> bundles.Bundle:
    return bundles.load([product or 0], structure=world.structure)[product or 0]


def scores(world: World, product: int | None) -> dict[str, completeness.Score]:
    computer = completeness.of(profile.current(world.structure))
    return {slot.locale: score for slot, score in computer.slots(bundle_of(world, product)).items()}


def test_completeness_asks_for_it_only_where_it_exists(world: World) -> None:
    add(world, "sorting_note", "text", localizable=True, locales=["de_DE"])
    make_channel(world, required=["name", "sorting_note"])
    mug = world.create("M-1", family="mugs").product
    before = scores(world, mug)
    world.edit(mug or 0, {"sorting_note|de_DE": "Gelbe Tonne"})
    after = scores(world, mug)
    assert before["de_DE"].required == before["en_US"].required + 1
    assert after["de_DE"].missing == before["de_DE"].missing - 1
    assert after["en_US"] == before["en_US"]


def test_what_is_not_asked_for_is_not_missing_and_a_value_it_has_is_kept(world: World) -> None:
    add(world, "rechargeable", "boolean")
    decides = {"depends_on": world.attributes["rechargeable"], "depends_values": ["true"]}
    add(world, "battery", "select", options=("li",), **decides)
    make_channel(world, required=["name", "battery"])
    mug = world.create("M-1", {"rechargeable": "no"}, family="mugs").product
    unasked = scores(world, mug)["en_US"]
    world.edit(mug or 0, {"rechargeable": "yes"})
    asked = scores(world, mug)["en_US"]
    world.edit(mug or 0, {"battery": "li"})
    filled = scores(world, mug)["en_US"]
    world.edit(mug or 0, {"rechargeable": "no"})
    assert ProductValues.objects.get(pk=mug).values["battery"] == "li"
    assert (asked.required, asked.missing) == (unasked.required + 1, unasked.missing + 1)
    assert (filled.required, filled.missing) == (asked.required, asked.missing - 1)
    assert scores(world, mug)["en_US"] == unasked
