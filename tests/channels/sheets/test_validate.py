"""What a channel would refuse, told in the editor's words: no database."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from channels.profile import ChannelSpec, FieldSpec
from channels.sheets.validate import check, clean_limits

SHOP = ChannelSpec(
    id=1, code="b2b", labels={"en_US": "B2B shop"}, context="b2b", locales=("en_US",), currencies=("EUR",), tree=0, assortment={},
    connector="webhook", settings={}, schedule={}, send_fallback=True, fallback_counts=False, counts_sku=False, outdated="warns", is_active=True, profile_rev=1,
    requirements={}, fields={},
)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "limits", "expected"),
    [
        (
            "x" * 82,
            {"max_length": 75},
            [("too_long", "Title is 82 of 75 characters for B2B shop: shorten by 7.")],
        ),
        ("x" * 75, {"max_length": 75}, []),
        ("ab", {"min_length": 3}, [("too_short", "Title is 2 characters: B2B shop asks for at least 3.")]),
        ("ab", {"pattern": "[0-9]+"}, [("pattern", "Title 'ab' does not have the form B2B shop asks for.")]),
        ("12", {"pattern": "[0-9]+"}, []),
        (
            "blue",
            {"allowed": ["red", "green"]},
            [("not_allowed", "Title 'blue' is not among what B2B shop takes: red, green.")],
        ),
        (
            ["red", "blue"],
            {"allowed": ["red"]},
            [("not_allowed", "Title 'blue' is not among what B2B shop takes: red.")],
        ),
        (
            ["a", "b", "c"],
            {"max_items": 2},
            [("too_many", "Title has 3 entries: B2B shop takes at most 2, remove 1.")],
        ),
        ("0.5", {"min": 1}, [("too_small", "Title is 0.5: B2B shop takes 1 or more.")]),
        (
            {"amount": "31", "unit": "KILOGRAM"},
            {"max": "30"},
            [("too_large", "Title is 31: B2B shop takes 30 or less.")],
        ),
        (
            {"EUR": "0.00", "USD": "3.00"},
            {"min": "0.01"},
            [("too_small", "Title is 0.00: B2B shop takes 0.01 or more.")],
        ),
        (
            {"code": "red", "label": "Red"},
            {"max_length": 2},
            [("too_long", "Title is 3 of 2 characters for B2B shop: shorten by 1.")],
        ),
        (None, {"max_length": 2}, []),
    ],
)
def test_a_value_against_a_limit(value: Any, limits: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert list(check(value, FieldSpec("title", {}, limits=limits), SHOP)) == expected


def test_a_required_field_that_is_empty_is_told_with_its_locale() -> None:
    row = FieldSpec("short_text", {}, localized=True, required=True)
    assert list(check(None, row, SHOP, "en_US")) == [
        ("required", "Short text (en_US) is empty: B2B shop does not list a product without it.")
    ]


@pytest.mark.parametrize(
    "limits",
    [{"longest": 3}, {"max_length": "3"}, {"pattern": "("}, {"pattern": "(a+)+"}, {"max_items": True}],
)
def test_a_limit_that_means_nothing_is_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        clean_limits(limits)
