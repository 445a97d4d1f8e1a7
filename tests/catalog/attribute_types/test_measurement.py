from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from catalog.attribute_types import ATTRIBUTE_TYPES, NumberRange
from tests.catalog.attribute_types.refusals import clean, read, refusal
from tests.catalog.attribute_types.specs import STRUCTURE, attribute

MEASUREMENT = ATTRIBUTE_TYPES["measurement"]
WEIGHT = attribute("measurement", family="weight", unit="GRAM")


@pytest.mark.parametrize(
    "raw",
    ["12.50 kg", "12.5kg", "12.5 KILOGRAM", "12.5 kilograms", "12.5 KGM", ("12.5", "kg"), [Decimal("12.5"), "kg"],
     {"amount": 12.5, "unit": "KILOGRAM"}],
)  # fmt: skip
def test_an_amount_and_its_unit_are_read_in_every_usual_form(raw) -> None:
    assert clean(WEIGHT, raw) == {"amount": "12.5", "unit": "KILOGRAM"}


def test_a_bare_amount_is_in_the_unit_of_the_attribute_or_the_file() -> None:
    assert clean(WEIGHT, "500") == {"amount": "500", "unit": "GRAM"}
    assert read(WEIGHT, "1,5", decimal=",", unit="kg") == {"amount": "1.5", "unit": "KILOGRAM"}


def test_a_unit_without_an_amount_is_empty() -> None:
    assert clean(WEIGHT, {"unit": "GRAM"}) is None
    assert clean(WEIGHT, {"amount": " ", "unit": "GRAM"}) is None


def test_inches_are_read_from_their_sign() -> None:
    assert clean(attribute("measurement", family="length"), '27"') == {"amount": "27", "unit": "INCH"}


def test_an_unknown_unit_names_the_possible_ones() -> None:
    assert refusal(WEIGHT, "5 cm") == (
        "unknown_unit",
        "'cm' is no unit here: write one of kg, µg, mg, g, t, oz, lb, st.",
    )
    narrow = attribute("measurement", family="weight", unit="GRAM", units=["GRAM", "KILOGRAM"])
    assert refusal(narrow, "5 lb") == ("unknown_unit", "'lb' is no unit here: write one of g, kg.")


@pytest.mark.parametrize("raw", ["heavy", "kg", {"amount": "1", "unit": "kg", "more": 1}])
def test_what_is_no_measurement_is_refused(raw) -> None:
    assert refusal(WEIGHT, raw)[0] == "not_a_measure"


def test_limits_hold_in_whatever_unit_is_written() -> None:
    spec = attribute("measurement", family="weight", unit="GRAM", max="1000")
    assert clean(spec, "1 kg") == {"amount": "1", "unit": "KILOGRAM"}
    assert refusal(spec, "1.001 kg") == ("too_large", "1001 g is above the maximum of 1000 g.")


def test_its_columns_are_amount_and_unit() -> None:
    assert MEASUREMENT.columns(WEIGHT) == ["", "unit"]
    stored = {"amount": "2", "unit": "KILOGRAM"}
    assert MEASUREMENT.to_columns(stored, WEIGHT) == {"": "2", "unit": "KILOGRAM"}
    assert clean(WEIGHT, MEASUREMENT.from_columns({"": "3"}, WEIGHT)) == {"amount": "3", "unit": "GRAM"}
    changed = MEASUREMENT.from_columns({"unit": "GRAM"}, WEIGHT, current=stored)
    assert clean(WEIGHT, changed) == {"amount": "2", "unit": "GRAM"}


def test_ranges_compare_in_the_base_unit() -> None:
    assert list(MEASUREMENT.number({"amount": "500", "unit": "GRAM"}, WEIGHT)) == [("", Decimal("0.5"))]
    assert MEASUREMENT.filter_range(WEIGHT, {"low": "250"}) == NumberRange("", Decimal("0.25"), None)


def test_people_see_the_symbol() -> None:
    assert MEASUREMENT.display({"amount": "1234.5", "unit": "GRAM"}, WEIGHT, "de_DE") == "1.234,5\u00a0g"


def test_units_must_belong_to_the_family() -> None:
    with pytest.raises(ValidationError, match="METER does not belong to the measurement family Weight"):
        MEASUREMENT.check_params_in({"family": "weight", "unit": "METER"}, STRUCTURE)
    with pytest.raises(ValidationError, match="INCH does not belong"):
        MEASUREMENT.check_params_in({"family": "weight", "shown": ["GRAM", "INCH"]}, STRUCTURE)
    with pytest.raises(ValidationError, match="There is no measurement family 'flux'"):
        MEASUREMENT.check_params_in({"family": "flux"}, STRUCTURE)
    with pytest.raises(ValidationError, match="must be one of the units to choose from"):
        MEASUREMENT.check_params_in({"family": "weight", "units": ["GRAM"]}, STRUCTURE)
    with pytest.raises(ValidationError, match="required"):
        MEASUREMENT.clean_params({})


def test_a_filter_may_be_in_any_unit_of_the_family() -> None:
    wanted = NumberRange("", Decimal("0.45359237"), Decimal("2.26796185"))
    assert MEASUREMENT.filter_range(WEIGHT, {"low": "1", "high": "5", "unit": "POUND"}) == wanted
    assert MEASUREMENT.filter_range(WEIGHT, {"unit": "POUND"}) is None


@pytest.mark.parametrize(
    ("amount", "unit", "shown"),
    [
        ("500", "GRAM", "1.102\u00a0lb · 17.64\u00a0oz"),
        ("1", "GRAM", "0.002205\u00a0lb · 0.03527\u00a0oz"),
        ("5600", "KILOGRAM", "12,346\u00a0lb · 197,534\u00a0oz"),
        ("2", "POUND", "32\u00a0oz"),
        ("0", "GRAM", "0\u00a0lb · 0\u00a0oz"),
    ],
)
def test_the_other_units_are_shown_beside_it(amount: str, unit: str, shown: str) -> None:
    spec = attribute("measurement", family="weight", unit="GRAM", shown=["POUND", "OUNCE"])
    assert MEASUREMENT.also({"amount": amount, "unit": unit}, spec, "en_US") == shown
    assert MEASUREMENT.also(None, spec) == MEASUREMENT.also({"amount": "1", "unit": "GRAM"}, WEIGHT) == ""
