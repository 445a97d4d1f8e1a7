import pytest
from django.core.exceptions import ValidationError

from catalog.attribute_types import ATTRIBUTE_TYPES
from tests.catalog.attribute_types.refusals import clean, refusal
from tests.catalog.attribute_types.specs import attribute

KIND = ATTRIBUTE_TYPES["color"]
PALETTE = {"Navy": "#1B2A49", "Sand": "#D8C7A0"}


def test_a_colour_is_kept_as_six_digits_in_capitals() -> None:
    for written in ("#1b2a49", "1B2A49", " #1B2a49 "):
        assert clean(attribute("color"), written) == "#1B2A49"
    assert clean(attribute("color"), "#fA0") == "#FFAA00"
    assert clean(attribute("color"), 112233) == "#112233"


def test_digits_that_a_spreadsheet_ate_are_not_guessed() -> None:
    assert refusal(attribute("color"), 1122) == (
        "not_a_color",
        "'1122' is no colour: write it as #1B2A49.",
    )


def test_a_palette_names_colours() -> None:
    spec = attribute("color", palette=PALETTE)
    assert clean(spec, "navy") == "#1B2A49"
    assert KIND.display("#1B2A49", spec) == "Navy (#1B2A49)"
    assert KIND.display("#FFFFFF", spec) == "#FFFFFF"
    assert KIND.sheet_value("#1B2A49", spec) == {"hex": "#1B2A49", "name": "Navy"}
    assert KIND.sheet_value("#FFFFFF", spec) == {"hex": "#FFFFFF"}
    assert refusal(spec, "teal") == (
        "not_a_color",
        "'teal' is no colour: write it as #1B2A49, or by its name: Navy, Sand.",
    )


def test_only_colours_of_the_palette_may_be_asked_for() -> None:
    spec = attribute("color", palette=PALETTE, only_palette=True)
    assert clean(spec, "#d8c7a0") == "#D8C7A0"
    assert refusal(spec, "#FFFFFF") == (
        "not_in_palette",
        "#FFFFFF is not in the palette: choose one of Navy, Sand.",
    )
    with pytest.raises(ValidationError) as refused:
        KIND.clean_params({"only_palette": True})
    assert refused.value.messages == [
        "Without a palette no colour would be possible: name some, or allow others."
    ]


def test_a_palette_is_written_as_text() -> None:
    assert KIND.clean_params({"palette": "Navy=#1b2a49, Sand = D8C7A0"}) == {"palette": PALETTE}
    for wrong, said in (
        ("Navy", "Palette: 'Navy' is no named colour: write it as Navy=#1B2A49."),
        ("A=#111111,a=#222222", "Palette: 'a' is named twice: keep one."),
    ):
        with pytest.raises(ValidationError) as refused:
            KIND.clean_params({"palette": wrong})
        assert refused.value.messages == [said]


def test_a_swatch_needs_no_style_of_its_own() -> None:
    shown = KIND.markup("#1B2A49", attribute("color"))
    assert 'fill="#1B2A49"' in shown
    assert "style" not in shown


def test_a_filter_takes_a_name_of_the_palette_or_any_colour() -> None:
    field = KIND.filter_field(attribute("color", palette=PALETTE))
    assert list(field.widget.choices) == [("#1B2A49", "Navy"), ("#D8C7A0", "Sand")]
    assert KIND.filter_tokens(attribute("color"), "#1b2a49") == ["thing=#1B2A49"]
    assert KIND.filter_tokens(attribute("color"), "dark") == []
