"""The glossary: what a text breaks, what it does not, and how it is mended. Nothing here needs a database but the last ones."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.glossary import check, mended
from catalog.glossary.terms import Words, made
from catalog.models import Term
from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure
from tests.world import World, build_world

FLASK = Words("flask", "vacuum flask", ("thermos", "flask"), "A brand of others.", False, True)
PHONE = Words("phone", "iPhone", (), "", True, True)
PART = Words("part", "", ("bpa",), "", False, False)
ENGLISH = (FLASK, PHONE, PART)
GERMAN = (Words("flask", "Isolierflasche", ("Thermoskanne",), "", False, True),)
JAPANESE = (Words("mug", "マグカップ", ("コップ",), "", False, True),)


def told(text: str, words: Any = ENGLISH, **more: Any) -> list[tuple[str, str, str]]:
    return [(each.kind, each.found, each.use) for each in check(text, words, **more)]


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("A thermos.", [("forbidden", "thermos", "vacuum flask")]),
        ("Thermos bottles", [("forbidden", "Thermos", "Vacuum flask")]),
        ("THERMOS!", [("forbidden", "THERMOS", "VACUUM FLASK")]),
        ("A thermosphere", []),
        ("Vacuum flask, and a  vacuum\u00a0flask", []),
        ("A vacuum flask is a flask", [("forbidden", "flask", "vacuum flask")]),
        ("For iphone and iPhone", [("case", "iphone", "iPhone")]),
        ("NonBPAx", [("forbidden", "BPA", "")]),
        ("", []),
    ],
)
def test_what_is_never_written_is_found_and_nothing_else(text: str, findings: list[Any]) -> None:
    assert told(text) == findings


def test_sharp_s_is_a_spelling_of_its_own() -> None:
    iron = (Words("iron", "Gusseisen", ("Gußeisen",), "", False, True),)
    assert told("Aus Gußeisen", iron) == [("forbidden", "Gußeisen", "Gusseisen")]
    assert told("Aus Gusseisen", iron) == []


def test_a_script_without_spaces_has_words_without_edges() -> None:
    assert told("赤いコップです", JAPANESE) == [("forbidden", "コップ", "マグカップ")]


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("Eine Kanne", [("missing", "Vacuum flask", "Isolierflasche")]),
        ("", [("missing", "Vacuum flask", "Isolierflasche")]),
        ("Zwei Mini-Isolierflaschen", []),
        ("Eine Thermoskanne", [("forbidden", "Thermoskanne", "Isolierflasche")]),
    ],
)
def test_a_term_of_the_source_is_missed_until_its_letters_stand_there(text: str, findings: list[Any]) -> None:
    assert told(text, GERMAN, source="Vacuum flask, 1 l", source_words=ENGLISH) == findings


def test_mending_leaves_tags_and_longer_terms_alone() -> None:
    (finding,) = check("A flask beside a vacuum flask", ENGLISH)
    find, by = mended(finding, ENGLISH)
    markup = '<p>A <a href="https://x.test/flask">flask</a> beside a vacuum flask</p>'
    assert ATTRIBUTE_TYPES["richtext"].replaced(markup, find, by) == (
        '<p>A <a href="https://x.test/flask">vacuum flask</a> beside a vacuum flask</p>'
    )
    assert isinstance(find, re.Pattern)


@pytest.fixture
def world(db: Any) -> World:
    return build_world()


def test_a_locale_without_words_has_those_it_falls_back_to(world: World) -> None:
    Term(code="mug", preferred={"de_DE": "Becher"}, forbidden={"de_AT": "Häferl; Pott"}).save()
    Term(code="cup", preferred={"de_DE": "Tasse"}).save()
    announce("glossary", [])
    words = made(Term.objects.order_by("code"), Structure.current())
    assert [(each.code, each.preferred, each.forbidden) for each in words.of("de_AT")] == [
        ("cup", "Tasse", ()),
        ("mug", "", ("Häferl", "Pott")),
    ]
    assert words.of("fr_FR") == ()


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"preferred": {"en_US": "Mug"}, "forbidden": {"en_US": "beaker, mug"}},
        {"forbidden": {"en_US": ", ".join(f"w{number}" for number in range(31))}},
        {"preferred": ["mug"]},
    ],
)
def test_a_concept_that_says_nothing_or_contradicts_itself_is_refused(world: World, texts: Any) -> None:
    with pytest.raises(ValidationError):
        Term(code="mug", **texts).full_clean()
