"""Each transform by itself: no database."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from catalog.structure.specs import AttributeSpec
from channels.sheets.made import Made
from channels.sheets.transforms import TRANSFORMS, apply_all, clean

WEIGHT = AttributeSpec(1, "weight", "measurement", params={"family": "weight", "unit": "KILOGRAM"})
LIST = [{"code": "a", "label": "Apple"}, {"code": "b", "label": "Berry"}]


def made(value: Any, text: str | None = None, spec: AttributeSpec | None = None) -> Made:
    return Made(value, text if text is not None else str(value), value, spec)


@pytest.mark.parametrize(
    ("value", "step", "expected"),
    [
        ("A blue mug of stoneware", {"name": "truncate", "length": 12}, "A blue mug"),
        ("A blue mug of stoneware", {"name": "truncate", "length": 10}, "A blue mug"),
        ("A blue mug of stoneware", {"name": "truncate", "length": 12, "ellipsis": True}, "A blue mug…"),
        ("Donaudampfschifffahrt", {"name": "truncate", "length": 5}, "Donau"),
        ("short", {"name": "truncate", "length": 5}, "short"),
        ("<p>One &amp; <b>two</b></p><ul><li>three</li></ul>", {"name": "strip_html"}, "One & two\nthree"),
        ("straße", {"name": "upper"}, "STRASSE"),
        ("A Mug", {"name": "lower"}, "a mug"),
        ("usb-C cable", {"name": "title"}, "Usb-C Cable"),
        ("a-b-c", {"name": "replace", "old": "-", "new": "+"}, "a+b+c"),
        (LIST, {"name": "join", "separator": " / "}, "Apple / Berry"),
        (LIST, {"name": "first_n", "count": 1}, LIST[:1]),
        ({"code": "red", "label": "Red"}, {"name": "text"}, "Red"),
        ("1234.5", {"name": "number_format", "decimals": 2, "decimal": ","}, "1234,50"),
        ("no number", {"name": "number_format", "decimals": 2}, "no number"),
    ],
)
def test_a_transform_gives(value: Any, step: dict[str, Any], expected: Any) -> None:
    given = made(value, value["label"] if isinstance(value, dict) else None)
    assert apply_all(clean([step]), given) == expected


def test_a_measure_is_converted_within_its_family_only() -> None:
    given = made({"amount": "350", "unit": "GRAM"}, spec=WEIGHT)
    assert apply_all([{"name": "convert_unit", "unit": "KILOGRAM"}], given) == {
        "amount": "0.35",
        "unit": "KILOGRAM",
    }
    assert apply_all([{"name": "convert_unit", "unit": "METER"}], given) == given.value


def test_transforms_run_in_their_order() -> None:
    steps = clean([{"name": "join", "separator": ", "}, {"name": "upper"}, {"name": "truncate", "length": 5}])
    assert apply_all(steps, made(LIST)) == "APPLE"


def test_nothing_stays_nothing() -> None:
    assert apply_all([{"name": "upper"}], made(None)) is None


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"name": "explode"}, "There is no transform 'explode'"),
        ({"name": "truncate"}, "truncate needs 'length'."),
        ({"name": "truncate", "length": "75"}, "truncate: 'length' is not of the right kind."),
        ({"name": "truncate", "length": True}, "truncate: 'length' is not of the right kind."),
        ({"name": "truncate", "length": -1}, "truncate: 'length' is not of the right kind."),
        ({"name": "upper", "loud": True}, "upper knows no 'loud'."),
    ],
)
def test_a_step_that_means_nothing_is_refused(step: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        clean([step])
    assert any(text.startswith(message) for text in refused.value.messages)


def test_every_transform_has_a_label_and_a_sentence() -> None:
    assert all(str(one.label) and one.name == name for name, one in TRANSFORMS.items())
