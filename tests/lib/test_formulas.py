"""What a spreadsheet would run is neutral in a file, and comes back as it was."""

import pytest

from pim.lib.formulas import neutral, plain

ASIS = ["", "Mug", "-5", "+1,5", "-0.5", "a=b", "'quoted'", "O'Neill"]
RUNS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-x",
    "- point one",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "'=1",
    "''-5",
]


@pytest.mark.parametrize("text", ASIS)
def test_harmless_text_stays(text):
    assert neutral(text) == text
    assert plain(text) == text


@pytest.mark.parametrize("text", RUNS)
def test_a_formula_gets_an_apostrophe_and_loses_it_again(text):
    assert neutral(text) == f"'{text}"
    assert plain(neutral(text)) == text
