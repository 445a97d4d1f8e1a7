"""A sheet's values as people read them."""

from __future__ import annotations

import pytest

from channels.sheets.words import what_differs

PICTURE = {"url": "https://x.example/1.jpg", "alt": "A mug"}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("a", "b", ("a", "b")),
        (None, "b", (None, "b")),
        ([PICTURE], [PICTURE | {"alt": "A cup"}], ([{"alt": "A mug"}], [{"alt": "A cup"}])),
        ([PICTURE, {"url": "2"}], [PICTURE, {"url": "3"}], ([{"url": "2"}], [{"url": "3"}])),
        ([PICTURE], [PICTURE, PICTURE], ([PICTURE], [PICTURE, PICTURE])),
        ({"EUR": "1", "USD": "2"}, {"EUR": "1", "USD": "3"}, ({"USD": "2"}, {"USD": "3"})),
        ({"EUR": "1"}, {"USD": "1"}, ({"EUR": "1"}, {"USD": "1"})),
        (
            {"amount": "1", "unit": "kg"},
            {"amount": "2", "unit": "kg"},
            ({"amount": "1", "unit": "kg"}, {"amount": "2", "unit": "kg"}),
        ),
        (
            {"code": "red", "label": "Red"},
            {"code": "red", "label": "Rouge"},
            ({"code": "red", "label": "Red"}, {"code": "red", "label": "Rouge"}),
        ),
    ],
)
def test_only_what_is_not_alike_is_told(before: object, after: object, told: tuple[object, object]) -> None:
    assert what_differs(before, after) == told
