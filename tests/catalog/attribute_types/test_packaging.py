import pytest

from catalog.attribute_types import ATTRIBUTE_TYPES, CONFLICT
from tests.catalog.attribute_types.refusals import clean, refusal
from tests.catalog.attribute_types.specs import attribute

PACKAGING = ATTRIBUTE_TYPES["packaging"]
SPEC = attribute("packaging")
STORED = {
    "each": {"gtin": "4006381333931", "net": {"amount": "350", "unit": "GRAM"}, "gross": {"amount": "0.4", "unit": "KILOGRAM"}},
    "case": {"quantity": 12, "height": {"amount": "12", "unit": "INCH"}},
    "pallet": {"quantity": 40},
}  # fmt: skip


def test_levels_come_in_any_order_and_are_kept_from_the_inside_out() -> None:
    rows = [
        {"level": "pallet", "quantity": "40"},
        {"level": "each", "gtin": "4006 3813 3393 1", "net": "350 g", "gross": "0.40"},
        {"level": "case", "quantity": 12, "height": "12 in", "width": ""},
        {},
    ]
    assert clean(SPEC, rows) == STORED
    assert list(clean(SPEC, rows)) == ["each", "case", "pallet"]


@pytest.mark.parametrize(
    ("raw", "code", "says"),
    [
        ({"box": {"quantity": 2}}, "unknown_level", "'box' is no packaging level"),
        ({"case": {"colour": "red"}}, "unknown_field", "A packaging level has gtin"),
        ({"case": {"quantity": "0"}}, "bad_quantity", "Case, Contains: '0' is no quantity"),
        ({"each": {"quantity": 2}}, "piece_contains", "A piece contains nothing"),
        ({"case": {"gtin": "123"}}, "gtin_length", "Case, GTIN: '123' has 3 digits"),
        ({"case": {"net": "2 kg", "gross": "1999 g"}}, "net_above_gross", "Case: the net weight is above"),
        (
            [{"level": "case", "quantity": 1}, {"level": "case", "quantity": 2}],
            "twice",
            "Case is there twice",
        ),
    ],
)
def test_what_cannot_be_is_refused(raw, code, says) -> None:
    refused = refusal(SPEC, raw)
    assert refused[0] == code
    assert refused[1].startswith(says)


def test_a_wrong_check_digit_is_doubtful() -> None:
    stored = clean(SPEC, {"case": {"gtin": "4006381333932"}})
    assert PACKAGING.warnings(stored, SPEC)[0].startswith("Case: The check digit of '4006381333932' is wrong")


def test_its_columns_are_a_field_of_a_level_each() -> None:
    cells = {column: text for column, text in PACKAGING.to_columns(STORED, SPEC).items() if text}
    assert cells == {
        "each_gtin": "4006381333931", "each_net": "350 GRAM", "each_gross": "0.4 KILOGRAM", "case_quantity": "12",
        "case_height": "12 INCH", "pallet_quantity": "40",
    }  # fmt: skip
    changed = PACKAGING.from_columns({"case_quantity": "10", "pallet_quantity": ""}, SPEC, current=STORED)
    assert clean(SPEC, changed) == {
        **{k: v for k, v in STORED.items() if k != "pallet"},
        "case": {**STORED["case"], "quantity": 10},
    }


def test_two_people_meet_in_different_fields() -> None:
    mine = {**STORED, "case": {**STORED["case"], "quantity": 10}}
    theirs = {**STORED, "inner": {"quantity": 6}, "case": {**STORED["case"], "gtin": "4006381333931"}}
    both = PACKAGING.merge(STORED, mine, theirs, SPEC)
    assert both["case"] == {
        "quantity": 10,
        "height": {"amount": "12", "unit": "INCH"},
        "gtin": "4006381333931",
    }
    assert list(both) == ["each", "inner", "case", "pallet"]
    theirs = {**STORED, "case": {**STORED["case"], "quantity": 8}}
    assert PACKAGING.merge(STORED, mine, theirs, SPEC) is CONFLICT


def test_a_sheet_counts_the_pieces_of_each_level() -> None:
    assert [(row["level"], row["pieces"]) for row in PACKAGING.sheet_value(STORED, SPEC)] == [
        ("each", 1), ("case", 12), ("pallet", 480),
    ]  # fmt: skip
    assert PACKAGING.sheet_part(STORED, SPEC, "case_quantity") == (12, "12")
    assert PACKAGING.sheet_part(STORED, SPEC, "each_net", "en_US") == (
        {"amount": "350", "unit": "GRAM"},
        "350\u00a0g",
    )
    assert PACKAGING.sheet_part(STORED, SPEC, "inner_gtin") == (None, "")
