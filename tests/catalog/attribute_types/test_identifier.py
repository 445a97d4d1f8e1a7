import pytest
from django.core.exceptions import ValidationError

from catalog.attribute_types import ATTRIBUTE_TYPES
from tests.catalog.attribute_types.refusals import clean, refusal
from tests.catalog.attribute_types.specs import attribute

IDENTIFIER = ATTRIBUTE_TYPES["identifier"]
GTIN = attribute("identifier", kind="gtin")


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("4006381333931", "4006381333931"),
        ("036000291452", "036000291452"),
        ("0 36000-29145 2", "036000291452"),
        ("96385074", "96385074"),
        (4006381333931, "4006381333931"),
        ("4006381333931.0", "4006381333931"),
    ],
)
def test_a_gtin_keeps_its_digits_and_leading_zeros(raw, stored) -> None:
    assert clean(GTIN, raw) == stored
    assert IDENTIFIER.warnings(stored, GTIN) == []


def test_a_wrong_check_digit_warns() -> None:
    assert clean(GTIN, "4006381333932") == "4006381333932"
    assert IDENTIFIER.warnings("4006381333932", GTIN) == [
        "The check digit of '4006381333932' is wrong: by its other digits it would end in 1. Compare it with the package."
    ]


def test_a_rule_makes_the_check_digit_refuse() -> None:
    strict = attribute("identifier", kind="gtin", check="refuse")
    assert clean(strict, "4006381333931") == "4006381333931"
    assert refusal(strict, "4006381333932")[0] == "gtin_check"


@pytest.mark.parametrize("raw", ["3.65275E+11", "1,23E+12", "4E12"])
def test_a_gtin_shortened_by_a_spreadsheet_is_refused_with_the_reason(raw) -> None:
    code, message = refusal(GTIN, raw)
    assert code == "mangled"
    assert message.startswith(f"'{raw}' was shortened by a spreadsheet and its digits are lost.")


def test_a_lost_leading_zero_is_suspected() -> None:
    assert refusal(GTIN, "36000291452") == (
        "gtin_length",
        "'36000291452' has 11 digits, a GTIN has 8, 12, 13 or 14. Zeros at its beginning may be lost:"
        " format the column as text.",
    )


def test_letters_are_no_gtin() -> None:
    assert refusal(GTIN, "40063813339AB")[0] == "gtin_digits"
    assert refusal(GTIN, "٤٠٠٦٣٨١٣٣٣٩٣١")[0] == "gtin_digits"


def test_a_free_identifier_keeps_case_and_zeros() -> None:
    free = attribute("identifier")
    assert clean(free, " 007-aB ") == "007-aB"
    assert clean(free, "1E5") == "1E5"
    assert refusal(free, "1.23E+12")[0] == "mangled"
    assert IDENTIFIER.warnings("007", free) == []


def test_a_gtin_takes_no_pattern() -> None:
    with pytest.raises(ValidationError, match="its own form"):
        IDENTIFIER.clean_params({"kind": "gtin", "pattern": "[0-9]+"})
