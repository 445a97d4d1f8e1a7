"""Numbers of things are grouped where they are read, and numbers where they are counted, asked for or put into an address."""

from __future__ import annotations

import json

import pytest
from django.template import engines
from django.utils import translation

from pim.lib.grouped import Grouped, grouped


@pytest.mark.parametrize(
    ("language", "said"), [("en", "40,967"), ("de", "40.967"), ("fr", "40\N{NO-BREAK SPACE}967")]
)
def test_a_sentence_has_it_as_its_language_writes_it(language: str, said: str) -> None:
    page = engines["django"].from_string(
        "{% load i18n %}{{ n|grouped }} {% blocktranslate count n=n|grouped %}{{ n }} thing{% plural %}{{ n }} things"
        "{% endblocktranslate %} {{ n }}"
    )
    with translation.override(language):
        assert page.render({"n": 40_967}) == f"{said} {said} things 40967"
        assert str(Grouped(40_967)) == said


def test_it_is_a_number_to_everything_else() -> None:
    number = grouped(40_967)
    assert (f"{number:d}", json.dumps([number]), number + 1) == ("40967", "[40967]", 40_968)
    assert [grouped(each) for each in (True, None, "x", 2.5)] == [True, None, "x", 2.5]
