"""New products with cleaned values take a short way through the door: it must lead where the long one leads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.models import NumberValue, Product, Revision, Source, SourcePolicy, UniqueValue
from catalog.structure.announce import announce
from catalog.values import write as door
from catalog.values.changes import EMPTY, RESET, Actor, Outcome, ProductChange
from tests.world import World

IMPORT = Actor(None, origin="import", source="supplier", ref="import:1", trusted=True)

VALUES: dict[str, list[Any]] = {
    "name|en_US": ["Mug", "Cup"],
    "name|de_DE": ["Becher", None],
    "name|de_DE|shop": ["Becher im Laden", None],
    "name|de_AT": ["Häferl", EMPTY, None],
    "name": ["needs a locale"],
    "name|": ["not how keys are written"],
    "description|en_US": ["<p>Keeps warm.</p>"],
    "color": ["red", "navy", None, RESET],
    "size": ["s", "m"],
    "features": [["stackable"], ["stackable", "handmade"], EMPTY],
    "ean": ["4006381333931", "4006381333948"],
    "weight": [{"amount": "0.25", "unit": "KILOGRAM"}],
    "capacity": ["300", None],
    "dishwasher_safe": [True, False],
    "released": ["2026-03-31"],
    "price": [{"EUR": "9.9"}, {"EUR": "9.9", "USD": "12"}],
    "price||shop": [{"EUR": "8"}],
    "nonsense": ["x"],
    "picture": ["0" * 64],
}
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "family": st.sampled_from(["mugs", "shirts", "nothing"]),
        "parent": st.sampled_from(["shirt-model", "nobody"]),
        "status": st.sampled_from(["draft", "approved", "odd"]),
        "categories": st.sampled_from([["cups"], ["cups", "other"], ["nowhere"]]),
    },
)


@st.composite
def some_values(draw: Callable[..., Any]) -> dict[str, Any]:
    keys = draw(st.lists(st.sampled_from(sorted(VALUES)), unique=True, max_size=8))
    return {key: draw(st.sampled_from(VALUES[key])) for key in keys}


BATCHES = st.lists(st.tuples(some_values(), FIELDS, st.booleans()), min_size=1, max_size=5)


def changes(batch: list[tuple[dict[str, Any], dict[str, Any], bool]]) -> list[ProductChange]:
    return [
        ProductChange(
            values=dict(values),
            fields={"sku": f"new-{number}", **fields},
            cleaned=True,
            only_empty=only_empty,
            ref=number,
        )
        for number, (values, fields, only_empty) in enumerate(batch)
    ]


class _TakenBack(Exception):
    pass


def seen(batch: list[Any], by: Actor) -> tuple[Any, ...]:
    """What a write says and leaves behind; it is rolled back."""
    found: list[Any] = []
    try:
        with transaction.atomic():
            found.append([told(outcome) for outcome in door.write(changes(batch), by=by)])
            written = Product.objects.filter(sku__startswith="new-").order_by("sku")
            found.append(
                list(
                    written.values_list(
                        "sku", "kind", "family__code", "parent__sku", "status", "rev", "label", "labels", "image", "search",
                        "tokens", "own__values", "own__sources",
                    )
                )
            )  # fmt: skip
            for model, names in (
                (NumberValue, ("key", "number")),
                (UniqueValue, ("attribute", "value")),
                (Revision, ("rev", "source", "origin", "ref", "changes")),
            ):
                rows = model.objects.filter(product__in=written)
                found.append(sorted(map(repr, rows.values_list("product__sku", *names))))
            raise _TakenBack
    except _TakenBack:
        return tuple(found)


def told(outcome: Outcome) -> tuple[Any, ...]:
    return (
        outcome.ref, outcome.status, outcome.rev, list(outcome.changed.items()), outcome.errors, outcome.proposals,
        outcome.conflicts, outcome.warnings,
    )  # fmt: skip


def test_the_short_way_leads_where_the_long_one_leads(world: World) -> None:
    world.create("shirt-model", {"color": "red"}, family_variant="shirts_size")
    with transaction.atomic():
        supplier = Source.objects.get(code="supplier")
        SourcePolicy.objects.create(source=supplier, attribute=world.attributes["weight"], may_write=False)
        announce("source_policy", [])
    plain = door.is_plain
    short: list[bool] = []

    def noting(*args: Any) -> bool:
        short.append(plain(*args))
        return short[-1]

    @settings(max_examples=60)
    @given(BATCHES)
    def both_ways(batch: list[Any]) -> None:
        with patch.object(door, "is_plain", noting):
            one = seen(batch, IMPORT)
        with patch.object(door, "is_plain", lambda *_args: False):
            other = seen(batch, IMPORT)
        assert one == other

    both_ways()
    assert sum(short) > 20


def test_only_a_new_product_with_cleaned_values_goes_the_short_way(world: World) -> None:
    pk = world.create("mug-1", {"color": "red"}, family="mugs").product
    whole = ProductChange(values={"color": "navy"}, fields={"sku": "a", "family": "mugs"}, cleaned=True)
    again = ProductChange(values={"color": "navy"}, fields={"sku": "b", "family": "mugs"}, cleaned=True)
    raw = ProductChange(values={"color": "Navy blue"}, fields={"sku": "c", "family": "mugs"})
    stored = ProductChange(product=pk, values={"capacity": "300"}, cleaned=True)
    answers = []
    plain = door.is_plain
    with patch.object(door, "is_plain", lambda *args: answers.append(plain(*args)) or answers[-1]):
        outcomes = door.write([whole, again, raw, stored], by=IMPORT)
    # The first of a batch teaches the keys.
    assert answers == [False, True, False, False]
    assert [outcome.status for outcome in outcomes] == ["created", "created", "created", "updated"]
