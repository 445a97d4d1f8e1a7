from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pim.lib.decimals import NotADecimal, canonical, parse


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("12.50", "12.5"),
        (Decimal("1E+2"), "100"),
        ("-0.00", "0"),
        (7, "7"),
        ("+1", "1"),
        ("100", "100"),
        (".5", "0.5"),
    ],
)
def test_equal_numbers_have_one_form(value, text) -> None:
    assert canonical(value) == text


@pytest.mark.parametrize(
    "value", ["NaN", "-Infinity", "abc", "", Decimal("1E+1000000"), Decimal("1E-1000000"), "1" * 31]
)
def test_what_is_not_finite_or_absurdly_long_is_refused(value) -> None:
    with pytest.raises(NotADecimal):
        canonical(value)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6))
def test_the_form_means_the_same_number(number) -> None:
    assert Decimal(canonical(number)) == number
    assert parse(canonical(number)) == number
    assert parse(canonical(number).replace(".", ","), ",") == number


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [("1 234,5", ",", "1234.5"), ("1\u202f234\u202f567", ".", "1234567"), ("1'234.5", ".", "1234.5"), ("1,234,567", ".", "1234567"),
     ("1.234,5", ",", "1234.5"), ("-1,234.5", ".", "-1234.5"), ("5.", ".", "5"), (" 7 ", ",", "7")],
)  # fmt: skip
def test_grouped_digits_are_understood_where_they_are_clear(text, mark, number) -> None:
    assert parse(text, mark) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "mark", "code"),
    [("1,234", ".", "ambiguous"), ("1.234", ",", "ambiguous"), ("12,5", ".", "wrong_mark"), ("1,23,4", ".", "not_a_number"),
     ("1E+5", ".", "exponent"), ("1,2E+5", ",", "exponent"), ("12 34", ".", "not_a_number"), ("1.2.3", ".", "not_a_number"),
     ("0x10", ".", "not_a_number"), ("1_000", ".", "not_a_number"), ("", ".", "not_a_number")],
)  # fmt: skip
def test_everything_else_is_refused_by_its_kind(text, mark, code) -> None:
    with pytest.raises(NotADecimal) as refused:
        parse(text, mark)
    assert refused.value.code == code
