import pytest
from django.core.exceptions import ValidationError

from catalog.attribute_types import ATTRIBUTE_TYPES, CONFLICT
from tests.catalog.attribute_types.refusals import clean, refusal
from tests.catalog.attribute_types.specs import attribute

TEXT = ATTRIBUTE_TYPES["text"]


def test_line_breaks_become_spaces_and_controls_go() -> None:
    assert clean(attribute("text"), "  Warm\r\nand\tdry\x00\x1f\u2028 wool ") == "Warm and dry wool"


def test_several_lines_are_kept_where_the_attribute_has_them() -> None:
    assert clean(attribute("text", multiline=True), "one \r\n two\rthree") == "one\ntwo\nthree"


def test_text_is_composed_so_that_equal_words_are_equal() -> None:
    assert clean(attribute("text"), "Cafe\u0301") == "Caf\u00e9"


def test_text_of_invisible_characters_is_empty() -> None:
    assert clean(attribute("text"), "\u200b \ufeff") is None


def test_half_a_surrogate_pair_is_dropped() -> None:
    assert clean(attribute("text"), "a\ud83db") == "ab"


@pytest.mark.parametrize(("raw", "stored"), [(12, "12"), (4.5, "4.5"), (-3, "-3")])
def test_a_number_of_a_spreadsheet_is_taken_as_written(raw, stored) -> None:
    assert clean(attribute("text"), raw) == stored


@pytest.mark.parametrize("raw", [True, 1e30, float("nan"), ["a"]])
def test_what_is_no_text_is_refused(raw) -> None:
    assert refusal(attribute("text"), raw)[0] == "not_text"


def test_too_long_a_text_is_told_by_how_much() -> None:
    assert refusal(attribute("text", max_length=5), "seven77") == (
        "too_long",
        "7 characters, 2 over the limit of 5: shorten it.",
    )


def test_too_short_a_text_is_refused() -> None:
    assert refusal(attribute("text", min_length=5), "four") == (
        "too_short",
        "4 characters, at least 5 are needed: say more.",
    )


def test_a_pattern_must_fit_the_whole_text() -> None:
    spec = attribute("text", pattern="[A-Z]{2}[0-9]+")
    assert clean(spec, "AB12") == "AB12"
    assert refusal(spec, "AB12x") == ("pattern", "'AB12x' does not have the form [A-Z]{2}[0-9]+.")


def test_a_pattern_may_have_its_own_message() -> None:
    spec = attribute("text", pattern="[A-Z]+", pattern_message="Capitals only, 100% of them.")
    assert refusal(spec, "abc") == ("pattern", "Capitals only, 100% of them.")


@pytest.mark.parametrize("pattern", ["(", "(a+)+", "(a|aa)*b", "(x)\\1"])
def test_a_pattern_that_is_broken_or_could_hang_is_refused(pattern) -> None:
    with pytest.raises(ValidationError):
        TEXT.clean_params({"pattern": pattern})


def test_lengths_must_not_contradict_each_other() -> None:
    with pytest.raises(ValidationError, match="above the longest"):
        TEXT.clean_params({"min_length": 9, "max_length": 3})


def test_two_people_who_edit_one_text_conflict() -> None:
    assert TEXT.merge("old", "mine", "theirs") is CONFLICT
    assert TEXT.merge("old", "mine", "old") == "mine"
    assert TEXT.merge("old", "same", "same") == "same"


def test_the_field_tells_its_language_and_never_cuts_what_is_pasted() -> None:
    attrs = TEXT.form_field(attribute("text", max_length=75), locale="ar_AE").widget.attrs
    assert (attrs["lang"], attrs["dir"], attrs["data-max-length"]) == ("ar-AE", "rtl", "75")
    assert "maxlength" not in attrs


def test_a_long_text_is_summarised_on_one_line() -> None:
    spec = attribute("text", multiline=True)
    assert TEXT.summary("word\n" * 40, spec) == "word " * 15 + "word…"


def test_the_line_breaks_of_a_browser_are_no_change() -> None:
    field = TEXT.form_field(attribute("text", multiline=True))
    assert not field.has_changed("one\ntwo", "one\r\ntwo")
    assert field.has_changed("one\ntwo", "one\r\nthree")
