from time import process_time

import pytest
from django.utils import translation

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.structure.specs import AttributeSpec, OptionSpec
from tests.catalog.attribute_types.refusals import clean, refusal
from tests.catalog.attribute_types.specs import attribute

SELECT = ATTRIBUTE_TYPES["select"]
SPEC = attribute("select", code="color")


@pytest.mark.parametrize(
    "raw", ["navy", "NAVY", "Navy blue", "marineBLAU", " navy  blue ", {"code": "navy", "label": "Navy"}]
)
def test_an_option_is_found_by_code_or_label_in_any_language(raw) -> None:
    assert clean(SPEC, raw) == "navy"


def test_an_unknown_option_names_close_ones() -> None:
    assert refusal(SPEC, "Navi blue") == (
        "unknown_option",
        "There is no option 'Navi blue'. Did you mean Navy blue (navy)?",
    )
    assert refusal(SPEC, "turquoise") == (
        "unknown_option",
        "There is no option 'turquoise': choose one of the attribute's options, or add it to them.",
    )


def test_a_label_of_two_options_is_not_guessed() -> None:
    assert refusal(SPEC, "natural") == (
        "ambiguous_option",
        "'natural' is the label of several options: write one of the codes ecru, sand.",
    )


def test_the_label_is_shown_in_the_locale() -> None:
    assert SELECT.display("white", SPEC, "de_DE") == "Weiß"
    assert SELECT.sheet_value("white", SPEC, "de_DE") == {"code": "white", "label": "Weiß"}


def test_an_option_removed_since_is_still_shown() -> None:
    assert SELECT.display("plaid", SPEC, "de_DE") == "[plaid]"
    html = SELECT.form_field(SPEC).widget.render("color", "plaid")
    assert '<option value="plaid" selected>[plaid] (no option any more)</option>' in html
    assert "plaid" not in SELECT.form_field(SPEC).widget.render("color", "red")


def test_tokens_find_the_option() -> None:
    assert list(SELECT.tokens("red", SPEC)) == ["color=red"]
    assert SELECT.filter_tokens(SPEC, ["red", "navy", "forged"]) == ["color=red", "color=navy"]


def test_a_wrong_word_is_refused_in_the_language_of_who_wrote_it() -> None:
    spec = AttributeSpec(id=1, code="color", type="select", options={"red": OptionSpec("red", {}, 0)})
    english = refusal(spec, "mauve")
    with translation.override("de"):
        german = refusal(spec, "mauve")
    assert german != english
    assert refusal(spec, "mauve") == english


def test_the_same_wrong_word_in_many_rows_costs_little() -> None:
    options = {
        f"option_{rank}": OptionSpec(f"option_{rank}", {"en_US": f"Option number {rank}"}, rank)
        for rank in range(2000)
    }
    spec = AttributeSpec(id=1, code="many", type="select", options=options)
    refusal(spec, "Optoin nmber 7")
    began = process_time()
    for _row in range(500):
        refusal(spec, "Optoin nmber 7")
    assert process_time() - began < 1
