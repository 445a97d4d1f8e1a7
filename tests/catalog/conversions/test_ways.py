"""From type to type: exact values, what cannot go, and that every way may be gone twice."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.attribute_types.base import ValueRefused
from catalog.structure.specs import AttributeSpec, OptionSpec
from catalog.structure.ways import WAYS, option_code, targets

COLORS = {"red": OptionSpec("red", {"en_US": "Red"}), "navy": OptionSpec("navy", {"en_US": "Navy blue"})}
PARAMS: dict[str, dict[str, Any]] = {"measurement": {"family": "weight", "unit": "GRAM"}}


def spec(kind: str, **more: Any) -> AttributeSpec:
    has_options = kind in ("select", "multiselect")
    return AttributeSpec(
        1, "a", kind, params=more.get("params", PARAMS.get(kind, {})), options=COLORS if has_options else {}
    )


GOES: list[tuple[str, str, Any, Any]] = [
    ("text", "number", "12.50", "12.5"),
    ("text", "date", "2026-03-01", "2026-03-01"),
    ("text", "boolean", "yes", True),
    ("text", "measurement", "12.5 kg", {"amount": "12.5", "unit": "KILOGRAM"}),
    ("text", "select", "navy BLUE", "navy"),
    ("text", "select", "Sky", "sky"),
    ("text", "multiselect", "red", ["red"]),
    ("number", "text", "12.5", "12.5"),
    ("number", "measurement", "300", {"amount": "300", "unit": "GRAM"}),
    ("date", "text", "2026-03-01", "2026-03-01"),
    ("select", "multiselect", "red", ["red"]),
    ("select", "text", "navy", "Navy blue"),
    ("multiselect", "select", ["red"], "red"),
    ("multiselect", "text", ["red", "navy"], "Red, Navy blue"),
    ("measurement", "number", {"amount": "1.5", "unit": "KILOGRAM"}, "1500"),
    ("measurement", "text", {"amount": "1.5", "unit": "KILOGRAM"}, "1.5 KILOGRAM"),
    ("measurement", "measurement", {"amount": "1.5", "unit": "KILOGRAM"}, {"amount": "1500", "unit": "GRAM"}),
]


@pytest.mark.parametrize(("old", "new", "before", "after"), GOES)
def test_a_value_goes_and_going_again_changes_nothing(old: str, new: str, before: Any, after: Any) -> None:
    way = WAYS[old, new]
    assert way(before, spec(old), spec(new)) == after
    assert way(after, spec(old), spec(new)) == after


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        ("text", "number", "twelve"),
        ("text", "date", "03/04/2026"),
        ("multiselect", "select", ["red", "navy"]),
        ("text", "select", "???"),
    ],
)
def test_what_cannot_be_read_in_one_way_only_is_refused(old: str, new: str, value: Any) -> None:
    with pytest.raises(ValueRefused):
        WAYS[old, new](value, spec(old), spec(new))


def test_a_code_is_made_of_a_text() -> None:
    assert [option_code(text) for text in ("Dark red", "Größe 42", "  %% ")] == ["dark_red", "grosse_42", ""]


def test_each_way_leads_to_a_type_that_there_is() -> None:
    assert targets("select") == ["multiselect", "text"]
    assert targets("image") == []
