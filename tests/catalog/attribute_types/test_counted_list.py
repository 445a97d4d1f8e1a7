from catalog.attribute_types import ATTRIBUTE_TYPES, CONFLICT
from tests.catalog.attribute_types.refusals import clean, read, refusal, refused_cell
from tests.catalog.attribute_types.specs import attribute

KIND = ATTRIBUTE_TYPES["counted_list"]
SPEC = attribute("counted_list")


def test_a_cell_counts_what_it_lists() -> None:
    assert read(SPEC, "2x red, 1 x Marineblau, 3× ecru, white") == {
        "red": 2,
        "navy": 1,
        "white": 1,
        "ecru": 3,
    }
    assert read(SPEC, "2x red; 1x white", list_separator=";") == {"red": 2, "white": 1}


def test_it_is_shown_and_written_in_the_order_of_the_options() -> None:
    stored = {"ecru": 3, "red": 2}  # as PostgreSQL may give it back
    assert KIND.to_cell(stored, SPEC) == "2x red, 3x ecru"
    assert KIND.display(stored, SPEC, "de_DE") == "2 × Rot, 3 × Natural"
    assert KIND.sheet_value(stored, SPEC, "en_US") == [
        {"code": "red", "label": "Red", "quantity": 2},
        {"code": "ecru", "label": "Natural", "quantity": 3},
    ]


def test_quantities_are_whole_and_above_nothing() -> None:
    for count in ("0", "-1", "2.5", "many", True, "9999999999"):
        assert refusal(SPEC, {"red": count}) == (
            "not_a_count",
            f"'{count}' is no quantity: write a whole number from 1 to 1000000.",
        )
    assert clean(SPEC, {"red": 2.0}) == {"red": 2}


def test_one_option_has_one_quantity() -> None:
    assert refused_cell(SPEC, "1x red, 2x Rot") == (
        "twice",
        "Red (red) is there twice: keep one line with the quantity of both.",
    )


def test_the_form_counts_one_where_nothing_is_written_and_asks_what_a_number_counts() -> None:
    assert clean(SPEC, [{"option": "red"}, {"option": "navy", "count": "2"}]) == {"red": 1, "navy": 2}
    assert refusal(SPEC, [{"count": "2"}]) == (
        "count_of_nothing",
        "A quantity of 2 has no option: choose what it counts, or empty the line.",
    )


def test_two_people_change_different_options() -> None:
    base, mine, theirs = {"red": 1, "navy": 1}, {"red": 2, "navy": 1}, {"red": 1, "white": 4}
    assert KIND.merge(base, mine, theirs, SPEC) == {"red": 2, "white": 4}
    assert KIND.merge(base, {"red": 2, "navy": 1}, {"red": 3, "navy": 1}, SPEC) is CONFLICT
    limited = attribute("counted_list", max_items=2)
    assert KIND.merge({"red": 1}, {"red": 1, "navy": 1}, {"red": 1, "white": 1}, limited) is CONFLICT
