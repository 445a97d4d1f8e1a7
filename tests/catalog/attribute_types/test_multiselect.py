import pytest

from catalog.attribute_types import ATTRIBUTE_TYPES, CONFLICT
from tests.catalog.attribute_types.refusals import clean, read, refusal
from tests.catalog.attribute_types.specs import attribute

MULTI = ATTRIBUTE_TYPES["multiselect"]
SPEC = attribute("multiselect", code="colors")


@pytest.mark.parametrize("raw", [["navy", "red"], "navy, Rot, RED", ("navy", "", None, "red")])
def test_options_are_stored_once_in_their_order(raw) -> None:
    assert clean(SPEC, raw) == ["red", "navy"]


def test_no_option_is_empty() -> None:
    assert clean(SPEC, []) is None
    assert clean(SPEC, " , ") is None


def test_the_file_says_how_its_lists_are_parted() -> None:
    assert read(SPEC, "red|navy", list_separator="|") == ["red", "navy"]


def test_a_label_with_the_separator_in_it_is_one_option() -> None:
    assert read(SPEC, "White, off") == ["white"]


def test_an_unknown_option_refuses_the_list() -> None:
    assert refusal(SPEC, ["red", "nav"])[1] == "There is no option 'nav'. Did you mean Navy blue (navy)?"


def test_too_many_are_refused() -> None:
    assert refusal(attribute("multiselect", max_items=1), "red,navy") == (
        "too_many_items",
        "2 options are chosen, at most 1 are possible: remove some.",
    )


def test_what_two_people_added_and_removed_is_joined() -> None:
    assert MULTI.merge(["red", "white"], ["red", "navy", "white"], ["white", "sand"], SPEC) == [
        "navy",
        "white",
        "sand",
    ]
    assert MULTI.merge(["red"], ["navy"], [], SPEC) == ["navy"]
    assert MULTI.merge(["red", "navy"], ["red"], ["navy"], SPEC) is None


def test_a_merge_over_the_limit_is_a_conflict() -> None:
    spec = attribute("multiselect", max_items=2)
    assert MULTI.merge(["red"], ["red", "navy"], ["red", "sand"], spec) is CONFLICT


def test_each_option_has_its_token() -> None:
    assert list(MULTI.tokens(["red", "navy"], SPEC)) == ["colors=red", "colors=navy"]


@pytest.mark.parametrize(
    ("stored", "text"),
    [(["navy"], "Navy blue"), (["red", "navy"], "Red, Navy blue"), (["white"], "white"), ([], "")],
)
def test_people_read_one_option_by_its_label_as_they_read_several(stored: list[str], text: str) -> None:
    assert MULTI.to_hand(stored, SPEC) == {"": text}
