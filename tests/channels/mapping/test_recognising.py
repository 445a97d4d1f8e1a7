"""Which attribute a channel's field means: surely one, or none."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec, OptionSpec
from channels.connectors import CONNECTORS
from channels.mapping import meanings
from channels.mapping.recognising import attribute_for, candidates, suggestions
from channels.mapping.template import TemplateField, country
from channels.sheets import transforms
from channels.sheets.validate import clean_limits
from tests.world import World


def spec(code: str, type: str = "text", label: str = "", **more: Any) -> AttributeSpec:
    return AttributeSpec(1, code, type, labels={"de_DE": label} if label else {}, **more)


class Ours:
    """As much of a structure as recognising reads."""

    def __init__(self, *specs: AttributeSpec) -> None:
        self.attributes = {each.code: each for each in specs}


def meant(field: TemplateField, *specs: AttributeSpec) -> str | None:
    found = attribute_for(field, Ours(*specs))  # type: ignore[arg-type]
    return found.code if found else None


TITLE = TemplateField("title", "Title", "", meaning=meanings.NAME)
WEIGHT = TemplateField("weight", "Weight", "", meaning=meanings.WEIGHT)
ORIGIN = TemplateField("origin", "Origin", "", meaning=meanings.ORIGIN, word=country)
GENDER = TemplateField(
    "gender", "Gender", "", meaning=meanings.GENDER, limits={"allowed": ["MALE", "FEMALE"]}
)


@pytest.mark.parametrize(
    ("specs", "wanted"),
    [
        ([spec("name"), spec("title")], "name"),
        ([spec("product-Name"), spec("titel")], "product-Name"),
        ([spec("x17", label="Artikelbezeichnung")], "x17"),
        ([spec("x17", label="Bezeichnung"), spec("x18", label="Titel")], None),
        ([spec("name", "richtext")], None),
        ([spec("nickname", label="Rufname")], None),
    ],
)
def test_by_the_best_code_or_by_a_label_no_second_one_has(
    specs: list[AttributeSpec], wanted: str | None
) -> None:
    assert meant(TITLE, *specs) == wanted


def test_a_length_that_is_called_weight_is_none() -> None:
    assert meant(WEIGHT, spec("weight", "measurement", params={"family": "length"})) is None
    assert meant(WEIGHT, spec("weight", "measurement", params={"family": "Weight"})) == "weight"


def options(**labels: str) -> dict[str, OptionSpec]:
    return {code: OptionSpec(code, {"en_US": label}) for code, label in labels.items()}


def test_options_without_a_word_of_the_channels_make_it_unsure() -> None:
    assert meant(GENDER, spec("gender", "select", options=options(m="Male", f="Female"))) == "gender"
    assert meant(GENDER, spec("gender", "select", options=options(m="Male", d="Diverse"))) is None
    assert meant(ORIGIN, spec("origin", "select", options=options(pt="Portugal"))) == "origin"
    assert meant(ORIGIN, spec("origin", "select", options=options(portugal="Portugal"))) is None


def test_what_is_unsure_is_offered_to_a_person() -> None:
    first, second = spec("x17", label="Bezeichnung"), spec("x18", label="Titel")
    assert candidates(TITLE, Ours(first, second)) == [first, second]  # type: ignore[arg-type]


def test_words_are_suggested_by_code_and_by_any_label() -> None:
    assert suggestions(GENDER, options(m="male", x="FEMALE", d="Diverse")) == {"m": "MALE", "x": "FEMALE"}
    assert suggestions(None, options(new="New"), ["NEW"]) == {"new": "NEW"}


@pytest.mark.parametrize("code", sorted(CONNECTORS))
def test_every_template_is_one_that_can_be_stored(code: str, world: World) -> None:
    kind = CONNECTORS[code]
    for settings in ({}, kind.sample("https://shop.example")[0], {"format": "google_rss"}):
        fields = kind.template(settings)
        targets = [field.target for field in fields]
        assert len(targets) == len(set(targets))
        for field in fields:
            assert str(field.label), field
            assert str(field.group), field
            assert clean_limits(field.limits) == field.facts()["limits"], field
            assert transforms.clean(field.transforms) == field.facts()["transforms"], field
            assert set(field.meaning.types if field.meaning else ()) <= set(ATTRIBUTE_TYPES), field
            assert not field.is_required or field.meaning is not None, f"{field.target}: nobody could find it"
    assert str(kind.sentence)


def test_our_structure_is_recognised_by_its_codes(world: World) -> None:
    structure = Structure.current()
    found = {
        field.target: match.code
        for field in CONNECTORS["shopify"].template({})
        if (match := attribute_for(field, structure))
    }
    assert found == {
        "title": "name", "description": "description", "image": "picture", "barcode": "ean", "price": "price", "weight": "weight",
    }  # fmt: skip
