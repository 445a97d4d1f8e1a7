"""Where values came from is stored once for nearly all of them, and read as if it stood beside each."""

from __future__ import annotations

import random
from typing import Any

import pytest

from catalog.models import ProductValues
from catalog.values import bundle as bundles
from catalog.values.changes import RESET, Actor, ProductChange
from catalog.values.sources import compact, whole
from tests.world import World

KEYS = [
    f"{code}{place}"
    for code in ("name", "color", "price")
    for place in ("", "|en_US", "||shop", "|en_US|shop")
]
CODES = ["erp", "marketing", "supplier", ""]


def _made(chance: random.Random) -> tuple[dict[str, str], dict[str, Any]]:
    """Sources and values that do not always have the same keys, and are in no common order."""
    few = chance.choices(CODES, k=chance.randint(1, 4))
    sources = {key: chance.choice(few) for key in chance.sample(KEYS, chance.randint(0, len(KEYS)))}
    with_value = list(sources) if chance.random() < 0.5 else chance.sample(KEYS, chance.randint(0, len(KEYS)))
    chance.shuffle(with_value)
    return sources, {key: chance.choice([None, "1", {"EUR": "2"}]) for key in with_value}


@pytest.mark.parametrize("seed", range(20))
def test_what_was_said_of_the_keys_that_have_a_value_is_read_again(seed: int) -> None:
    chance = random.Random(seed)
    for _turn in range(200):
        sources, values = _made(chance)
        stored = compact(sources, values)
        assert whole(stored, values) == {key: source for key, source in sources.items() if key in values}
        assert compact(whole(stored, values), values) == stored
        assert len(stored) <= len(values) + 1


def test_one_source_is_written_once_and_others_beside_it() -> None:
    values: dict[str, Any] = {"name|en_US": "Mug", "color": None, "price": {"EUR": "1"}}
    assert compact(dict.fromkeys(values, "erp"), values) == {"": "erp"}
    mixed = {"name|en_US": "marketing", "color": "erp", "price": "erp"}
    assert compact(mixed, values) == {"": "erp", "name|en_US": "marketing"}


def test_no_source_and_an_empty_one_are_told_apart() -> None:
    values: dict[str, Any] = {"a": 1, "b": 2, "c": 3, "d": 4}
    stored = compact({"a": "erp", "b": "erp", "c": ""}, values)
    assert stored == {"": "erp", "c": "", "d": None}
    assert whole(stored, values) == {"a": "erp", "b": "erp", "c": ""}
    assert compact(dict.fromkeys(values, ""), values) == {"": ""}
    assert whole({"": ""}, values) == dict.fromkeys(values, "")
    assert compact({}, values) == {} == whole({}, values)


def test_of_equally_many_the_first_by_code_is_the_usual_one() -> None:
    values: dict[str, Any] = {"a": 1, "b": 2}
    assert compact({"a": "erp", "b": "agency"}, values) == {"": "agency", "a": "erp"}
    assert compact({"b": "agency", "a": "erp"}, values) == {"": "agency", "a": "erp"}


def test_the_source_of_a_key_without_a_value_is_not_kept() -> None:
    assert compact({"a": "erp", "gone": "marketing"}, {"a": 1}) == {"": "erp"}
    assert compact({"gone": "erp"}, {}) == {}
    assert whole({"": "erp", "gone": "marketing"}, {"a": 1}) == {"a": "erp"}


def test_the_older_form_is_read_as_it_stands() -> None:
    older: dict[str, str | None] = {"a": "erp", "b": ""}
    assert whole(older, {"a": 1, "b": 2, "c": 3}) == {"a": "erp", "b": ""}


# --- at the door


def _sources(pk: int) -> dict[str, str]:
    return dict(bundles.load([pk])[pk].levels[0].sources)


def _by(world: World, source: str) -> Actor:
    return Actor(world.admin, origin="import", source=source)


def test_a_product_of_one_source_stores_it_once_and_an_edit_beside_it(world: World) -> None:
    pk = world.create(
        "mug-1", {"name|en_US": "Mug", "color": "red", "capacity": "0.3"}, family="mugs"
    ).product
    assert pk is not None
    row = ProductValues.objects.get(pk=pk)
    assert row.sources == {"": "marketing"}
    world.edit(pk, {"color": "navy"}, by=_by(world, "erp"))
    row.refresh_from_db()
    assert row.sources == {"": "marketing", "color": "erp"}
    assert _sources(pk) == {"name|en_US": "marketing", "color": "erp", "capacity": "marketing"}
    world.edit(pk, {"name|en_US": RESET, "capacity": RESET}, by=_by(world, "erp"))
    row.refresh_from_db()
    assert (row.values, row.sources) == ({"color": "navy"}, {"": "erp"})
    assert _sources(pk) == {"color": "erp"}


def test_a_product_in_the_older_form_is_read_and_takes_the_present_one_when_written(world: World) -> None:
    pk = world.create("mug-1", {"name|en_US": "Mug", "color": "red"}, family="mugs").product
    assert pk is not None
    older = {"name|en_US": "marketing", "color": "erp"}
    ProductValues.objects.filter(pk=pk).update(sources=older)
    assert _sources(pk) == older
    # A weaker source stands back behind the one that the older form names.
    outcome = world.edit(pk, {"color": "navy"}, by=_by(world, "supplier"))
    assert outcome.proposals == ["color"]
    assert ProductValues.objects.get(pk=pk).sources == older
    world.edit(pk, {"capacity": "0.3"}, by=_by(world, "erp"))
    assert ProductValues.objects.get(pk=pk).sources == {"": "erp", "name|en_US": "marketing"}
    assert _sources(pk) == {**older, "capacity": "erp"}


def test_a_weaker_source_stands_back_behind_the_usual_one(world: World) -> None:
    pk = world.put(
        ProductChange(values={"color": "red"}, fields={"sku": "mug-1", "family": "mugs"}),
        by=_by(world, "erp"),
    ).product
    assert pk is not None
    assert ProductValues.objects.get(pk=pk).sources == {"": "erp"}
    assert world.edit(pk, {"color": "navy"}, by=_by(world, "supplier")).proposals == ["color"]
