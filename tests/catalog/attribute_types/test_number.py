from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError

from catalog.attribute_types import ATTRIBUTE_TYPES, NumberRange
from tests.catalog.attribute_types.refusals import clean, read, refusal, refused_cell
from tests.catalog.attribute_types.specs import attribute

NUMBER = ATTRIBUTE_TYPES["number"]


@pytest.mark.parametrize(
    ("raw", "stored"),
    [("12.50", "12.5"), (12, "12"), (Decimal("1E+3"), "1000"), (0.1, "0.1"), ("-0.0", "0"), ("1 234.5", "1234.5"),
     ("1,234.50", "1234.5"), ("+7", "7"), ("\u22123", "-3"), (".5", "0.5")],
)  # fmt: skip
def test_numbers_are_stored_in_one_form(raw, stored) -> None:
    assert clean(attribute("number"), raw) == stored


@pytest.mark.parametrize(
    ("raw", "code"),
    [("NaN", "not_a_number"), (float("nan"), "not_a_number"), (float("inf"), "not_a_number"), (Decimal("NaN"), "not_a_number"),
     ("1.2E+12", "exponent"), (1e30, "exponent"), (True, "not_a_number"), ("twelve", "not_a_number"), ("1,234", "ambiguous"),
     ("12,5", "wrong_mark"), ("9" * 40, "too_many_digits"), (Decimal("1E+999999"), "too_many_digits"), ("١٢", "not_a_number")],
)  # fmt: skip
def test_what_is_no_plain_number_is_refused(raw, code) -> None:
    assert refusal(attribute("number"), raw)[0] == code


@pytest.mark.parametrize(
    ("cell", "stored"), [("12,5", "12.5"), ("1.234,50", "1234.5"), ("1.234.567", "1234567"), ("7", "7")]
)
def test_a_cell_is_read_with_the_decimal_mark_of_its_file(cell, stored) -> None:
    assert read(attribute("number"), cell, decimal=",") == stored


def test_a_cell_that_could_mean_two_numbers_is_refused() -> None:
    assert refused_cell(attribute("number"), "1.234", decimal=",") == (
        "ambiguous",
        "'1.234' can be read in two ways: leave '.' out, or write 1,234 if decimals are meant.",
    )
    assert refused_cell(attribute("number"), "12.5", decimal=",") == (
        "wrong_mark",
        "'12.5' has '.' before its decimals, where ',' is expected: 12,5.",
    )


def test_limits_and_decimal_places_are_kept() -> None:
    spec = attribute("number", min="0", max="10", decimals=1)
    assert clean(spec, "10.0") == "10"
    assert refusal(spec, "-1") == ("too_small", "-1 is below the minimum of 0.")
    assert refusal(spec, "11") == ("too_large", "11 is above the maximum of 10.")
    assert refusal(spec, "1.25") == ("too_many_decimals", "1.25 has more than 1 decimal places: round it.")
    assert refusal(attribute("number", decimals=0), "1.5") == (
        "too_many_decimals",
        "1.5 must be a whole number.",
    )


def test_limits_must_not_contradict_each_other() -> None:
    with pytest.raises(ValidationError, match="above the maximum"):
        NUMBER.clean_params({"min": "5", "max": "3"})


def test_parameters_are_stored_in_one_form() -> None:
    assert NUMBER.clean_params({"min": "0.50", "decimals": "2", "max": ""}) == {"min": "0.5", "decimals": 2}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("12,5", "12.5"), ("0,125", "0.125"), ("1,2345", "1.2345"), ("1234,567", "1234.567")],
)
def test_an_editor_may_type_a_decimal_comma(typed, stored) -> None:
    spec = attribute("number")

    class NumberForm(forms.Form):
        value = NUMBER.form_field(spec)

    form = NumberForm({"value": typed})
    assert form.is_valid()
    assert clean(spec, form.cleaned_data["value"]) == stored


def test_a_typed_comma_that_may_part_thousands_is_not_guessed() -> None:
    spec = attribute("number")
    typed = NUMBER.form_field(spec).widget.value_from_datadict({"x": "1,234"}, {}, "x")
    assert refusal(spec, typed)[0] == "ambiguous"


def test_people_read_numbers_as_their_language_writes_them() -> None:
    spec = attribute("number")
    assert NUMBER.display("1234.5", spec, "en_US") == "1,234.5"
    assert NUMBER.display("1234.5", spec, "de_DE") == "1.234,5"


def test_a_range_filters_with_open_ends() -> None:
    spec = attribute("number")
    assert NUMBER.filter_range(spec, {"low": "5"}) == NumberRange("", Decimal(5), None)
    assert NUMBER.filter_range(spec, {"low": "5", "high": "6.5"}) == NumberRange(
        "", Decimal(5), Decimal("6.5")
    )
    assert list(NUMBER.number("6.5", spec)) == [("", Decimal("6.5"))]


def test_a_range_that_is_no_number_is_an_error_of_the_filter() -> None:
    field = NUMBER.filter_field(attribute("number"))
    assert field.clean({"low": "1.5"}) == {"low": "1.5"}
    with pytest.raises(ValidationError, match="'much' is not a number"):
        field.clean({"high": "much"})


def test_a_unit_beside_a_number_is_taken_only_where_the_column_counts_in_it() -> None:
    spec = attribute("number")
    assert read(spec, "1.250,5 kg", decimal=",", unit="kg") == "1250.5"
    assert read(spec, "25%", unit="%") == "25"
    assert read(spec, "EUR 9.90", currency="EUR") == "9.9"
    assert refused_cell(spec, "5 kg", unit="g") == (
        "has_unit",
        "'5 kg' has 'kg' beside its number: leave it out. If all of the column counts in it, enter it as the column's unit.",
    )
    assert refused_cell(spec, "25%") == (
        "percent",
        "'25%' is a percentage, and this field takes a plain number: write 25 or 0.25. If all of the column counts in"
        " percent, enter % as its unit.",
    )
    assert refused_cell(spec, "about 5")[0] == "has_unit"
    assert refused_cell(spec, "twelve")[0] == "not_a_number"
    assert refused_cell(spec, "1,5 kg", unit="kg")[0] == "wrong_mark"
