from decimal import Decimal

import pytest

from catalog.attribute_types import ATTRIBUTE_TYPES, CONFLICT, CellOptions, NumberRange, ValueRefused
from tests.catalog.attribute_types.refusals import clean, read, refusal, refused_cell
from tests.catalog.attribute_types.specs import STRUCTURE, attribute

PRICE = ATTRIBUTE_TYPES["price"]
SPEC = attribute("price")


@pytest.mark.parametrize(
    "raw", ["12 USD, 9.90 EUR", "9.90 eur; USD 12", "€9.90|12 USD", {"USD": 12, "EUR": "9.90"}, {"eur": Decimal("9.9"), "usd": "12.00"}]
)  # fmt: skip
def test_prices_are_stored_by_currency(raw) -> None:
    assert clean(SPEC, raw) == {"EUR": "9.9", "USD": "12"}
    assert list(clean(SPEC, raw)) == ["EUR", "USD"]


def test_a_decimal_comma_is_not_taken_for_the_next_price() -> None:
    assert read(SPEC, "9,90 EUR, 1.012,50 USD", decimal=",") == {"EUR": "9.9", "USD": "1012.5"}


def test_what_is_to_be_written_instead_has_the_mark_of_the_file() -> None:
    assert refused_cell(SPEC, "dear", decimal=",") == (
        "not_a_price",
        "'dear' is no price: write amount and currency, such as 9,90 EUR, 12 USD.",
    )


def test_a_bare_amount_needs_the_file_to_say_its_currency() -> None:
    assert read(SPEC, "9.90", currency="EUR") == {"EUR": "9.9"}
    assert refused_cell(SPEC, "9.90") == (
        "no_currency",
        "In which currency? Write it beside the amount, such as 9.90 EUR, or choose one for the column of the file.",
    )


@pytest.mark.parametrize(
    ("raw", "refused"),
    [
        ("5 GBP", ("unknown_currency", "'GBP' is not one of our currencies (EUR, USD): use one of them, or activate it in the settings.")),
        ({"EUR": "-1"}, ("negative", "EUR: A price is never negative.")),
        ("9.90 EUR, 8 EUR", ("twice", "EUR is given twice: keep one.")),
        ({"EUR": "1", "eur": "2"}, ("twice", "EUR is given twice: keep one.")),
        ("call us", ("not_a_price", "'call us' is no price: write amount and currency, such as 9.90 EUR, 12 USD.")),
        ({"EUR": "9,90"}, ("wrong_mark", "EUR: '9,90' has ',' before its decimals, where '.' is expected: 9.90.")),
    ],
)  # fmt: skip
def test_a_refusal_says_which_part_is_wrong(raw, refused) -> None:
    assert refusal(SPEC, raw) == refused


def test_prices_of_two_currencies_edited_by_two_people_merge() -> None:
    base = {"EUR": "9", "USD": "10"}
    assert PRICE.merge(base, {"EUR": "8", "USD": "10"}, {"EUR": "9", "USD": "11"}) == {
        "EUR": "8",
        "USD": "11",
    }
    assert PRICE.merge(base, {"EUR": "9"}, {"EUR": "7", "USD": "10"}) == {"EUR": "7"}
    assert PRICE.merge(base, {"EUR": "8", "USD": "10"}, {"EUR": "7", "USD": "10"}) is CONFLICT


def test_a_column_of_one_currency_leaves_the_others() -> None:
    current = {"EUR": "9.9", "USD": "12"}
    assert PRICE.columns(SPEC, STRUCTURE) == ["EUR", "USD"]
    assert clean(SPEC, PRICE.from_columns({"EUR": "8"}, SPEC, current=current)) == {"EUR": "8", "USD": "12"}
    assert clean(SPEC, PRICE.from_columns({"USD": ""}, SPEC, current=current)) == {"EUR": "9.9"}
    assert clean(SPEC, PRICE.from_columns({"EUR": "", "USD": " "}, SPEC, current=current)) is None


def test_prices_are_shown_with_the_digits_of_their_currency() -> None:
    assert PRICE.display({"EUR": "1009.9"}, SPEC, "de_DE") == "1.009,90\u00a0EUR"
    assert PRICE.sheet_value({"EUR": "9.9", "JPY": "1200", "KWD": "1.5"}, SPEC) == {
        "EUR": "9.90",
        "JPY": "1200",
        "KWD": "1.500",
    }
    assert PRICE.sheet_value({"EUR": "0.0125"}, SPEC) == {"EUR": "0.0125"}


def test_ranges_ask_for_a_currency() -> None:
    assert list(PRICE.number({"EUR": "9.9"}, SPEC)) == [("EUR", Decimal("9.9"))]
    assert PRICE.filter_range(SPEC, {"currency": "EUR", "low": "5"}) == NumberRange("EUR", Decimal(5), None)
    assert PRICE.filter_range(SPEC, {"low": "5"}) is None


def test_a_price_in_a_currency_deactivated_since_is_kept_beside_a_new_one() -> None:
    raw = PRICE.from_columns({"EUR": "8"}, SPEC, current={"CHF": "11", "EUR": "9"})
    assert clean(SPEC, raw) == {"CHF": "11", "EUR": "8"}
    assert (
        refusal(SPEC, PRICE.from_columns({"CHF": "8"}, SPEC, current={"CHF": "11"}))[0] == "unknown_currency"
    )


def test_a_currencys_own_column_takes_its_own_currency_only() -> None:
    read_eur = lambda cell, **options: PRICE.from_columns({"EUR": cell}, SPEC, CellOptions(**options))  # noqa: E731
    assert clean(SPEC, read_eur("9.90 €")) == clean(SPEC, read_eur("EUR 9.90")) == {"EUR": "9.9"}
    assert clean(SPEC, read_eur("1.009,90 €", decimal=",")) == {"EUR": "1009.9"}
    with pytest.raises(ValueRefused) as refused:
        read_eur("10000 CHF")
    assert (refused.value.code, refused.value.message) == (
        "other_currency",
        "'10000 CHF' stands in the column for EUR: write the amount in EUR, or choose another target.",
    )


def test_a_sign_of_several_currencies_is_taken_where_it_can_mean_one_only() -> None:
    assert read(SPEC, "$12.50") == {"USD": "12.5"}  # of our currencies, the dollar is the American one
    assert refused_cell(SPEC, "5 kr") == (
        "shared_sign",
        "'kr' is used by several currencies: write which, such as SEK.",
    )
    assert clean(SPEC, PRICE.from_columns({"USD": "$ 12.50"}, SPEC)) == {"USD": "12.5"}
