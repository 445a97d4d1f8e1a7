"""Texts out to a translation agency as XLIFF 1.2, and home again through an import's plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from catalog.exporting.columns import Choice, ChoiceRefused
from catalog.exporting.products import export
from catalog.importing.readers.base import FileRefused
from catalog.importing.readers.child import read_in_child, recognise_in_child
from catalog.models import OutdatedTranslation, Product
from catalog.models.importing import ImportProfile
from tests.catalog.importing.files import Importer, row, states, tally, values
from tests.world import World, build_world

OUT = Choice(format="xliff", translate=("en_US", "de_DE"), empty_columns=True)
STORY = '<p>Holds <strong>hot &amp; cold</strong><br>See <a href="https://x.test/?a=1&amp;b=2">here</a></p><ul><li>Steel</li></ul>'


@pytest.fixture
def importer(db: Any, settings: Any, tmp_path: Path) -> Importer:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Importer(build_world())


@pytest.fixture
def world(importer: Importer) -> World:
    return importer.world


@pytest.fixture
def mug(world: World) -> int:
    made = world.create(
        "MUG & 1", {"name|en_US": "Mug <1>", "description|en_US": STORY}, family="mugs"
    ).product
    assert made is not None
    return made


def sent(tmp_path: Path, choice: Choice = OUT) -> str:
    path = tmp_path / "out.xliff"
    export(Product.objects.order_by("pk"), choice, path, rights=None)
    return path.read_text(encoding="utf-8")


def translated(xml: str, words: dict[str, str]) -> str:
    """As a tool gives it back: targets are the sources with some words exchanged, codes kept."""
    tree = ElementTree.fromstring(xml)
    ns = "{urn:oasis:names:tc:xliff:document:1.2}"
    for unit in tree.iter(f"{ns}trans-unit"):
        source, target = unit.find(f"{ns}source"), unit.find(f"{ns}target")
        assert source is not None
        assert target is not None
        text = ElementTree.tostring(source, encoding="unicode")
        for old, new in words.items():
            text = text.replace(old, new)
        fresh = ElementTree.fromstring(text)
        unit.remove(target)
        fresh.tag, fresh.tail = f"{ns}target", None
        unit.append(fresh)
    return ElementTree.tostring(tree, encoding="unicode")


def test_there_and_back_markup_is_what_it_was_and_the_words_are_others(
    importer: Importer, mug: int, tmp_path: Path
) -> None:
    xml = sent(tmp_path)
    assert xml.count("<trans-unit") == 2
    assert 'original="MUG &amp; 1" product-version="1"' in xml
    run = importer.run(translated(xml, {"Mug": "Becher", "hot": "heiß", "Steel": "Stahl"}))
    assert (run.profile, tally(run)) == (None, (1, 0, 1, 0, 0, 0))
    assert values("MUG & 1")["name|de_DE"] == "Becher <1>"
    assert values("MUG & 1")["description|de_DE"] == STORY.replace("hot", "heiß").replace("Steel", "Stahl")
    assert values("MUG & 1")["description|en_US"] == STORY


def test_only_gaps_go_out_and_what_is_outdated_is_one(world: World, mug: int, tmp_path: Path) -> None:
    world.edit(mug, {"name|de_DE": "Becher"})
    gaps = Choice(**{**OUT.as_json(), "translate": OUT.translate, "gaps_only": True})
    assert 'id="name-de_DE"' not in sent(tmp_path, gaps)
    world.edit(mug, {"name|en_US": "Cup"})
    assert OutdatedTranslation.objects.count() == 1
    assert '<target state="needs-review-translation">Becher</target>' in sent(tmp_path, gaps)


def test_what_somebody_changed_meanwhile_is_a_conflict_and_nothing_is_written(
    importer: Importer, mug: int, tmp_path: Path
) -> None:
    xml = translated(sent(tmp_path), {"Mug": "Becher"})
    importer.world.edit(mug, {"capacity": "300"})
    assert tally(importer.plan(xml)) == (1, 0, 1, 0, 0, 0)
    importer.world.edit(mug, {"name|en_US": "Cup"})
    run = importer.run(xml)
    assert states(run) == [(1, "rejected", "update", "conflict")]
    assert "text this translates was changed" in row(run, 1).errors[0]["message"]
    assert "name|de_DE" not in values("MUG & 1")
    importer.world.edit(mug, {"name|en_US": "Mug <1>", "name|de_DE": "Tasse"})
    assert states(importer.run(xml)) == [(1, "rejected", "update", "conflict")]
    assert values("MUG & 1")["name|de_DE"] == "Tasse"


def test_an_unknown_product_is_not_made_of_a_translation(
    importer: Importer, mug: int, tmp_path: Path
) -> None:
    xml = translated(sent(tmp_path), {"Mug": "Becher"}).replace("MUG &amp; 1", "GONE")
    run = importer.run(xml)
    assert (tally(run), Product.objects.count()) == ((1, 0, 0, 0, 0, 1), 1)


def test_no_profile_makes_products_or_clears_texts_by_a_translation(
    importer: Importer, mug: int, tmp_path: Path
) -> None:
    other = importer.world.create(
        "OTHER", {"name|en_US": "Lid", "name|de_DE": "Deckel"}, family="mugs"
    ).product
    assert other is not None
    importer.world.edit(mug, {"description|de_DE": "<p>Alt</p>"})
    xml = translated(sent(tmp_path), {"Mug": "Becher", "Lid": "Verschluss"})
    first = importer.start(xml)
    columns = [{**column, "empty": "clear"} for column in first.mapping]
    profile = ImportProfile.objects.create(
        code="agency", mapping=columns, settings={"empty": "clear", "missing": "retire"}
    )
    partly = ElementTree.fromstring(xml)
    for body in partly.iter("{urn:oasis:names:tc:xliff:document:1.2}body"):
        for unit in list(body):
            if unit.get("id") == "description-de_DE":
                body.remove(unit)
    rest = '<file original="X" source-language="en-US"><body><trans-unit id="description-de_DE"><target>x</target></trans-unit></body></file>'
    cut = ElementTree.tostring(partly, encoding="unicode").replace("</ns0:xliff>", f"{rest}</ns0:xliff>")
    before = values("MUG & 1")["description|de_DE"]
    run = importer.run(cut, profile=profile)
    assert run.counts["empties"] == 0
    assert values("MUG & 1")["description|de_DE"] == before
    run = importer.run(xml.replace('"OTHER"', '"GONE"'), profile=profile)
    assert "create" not in run.settings, "the profile lets it, and keeps doing so for its spreadsheets"
    assert (tally(run), Product.objects.count()) == ((2, 0, 1, 0, 0, 1), 2)
    away = importer.plan(f'<xliff version="1.2">{_file(_UNIT)}</xliff>', profile=profile)
    assert not away.counts.get("missing")


def _file(units: str, target: str = "de-DE", source: str = "en-US") -> str:
    return f'<file original="A" source-language="{source}" target-language="{target}"><body>{units}</body></file>'


_UNIT = '<trans-unit id="name-de_DE"><source>Mug</source><target>Becher</target></trans-unit>'


@pytest.mark.parametrize("language", ["de-DE", "DE_de", "de"])
def test_the_language_of_the_units_may_be_said_in_several_ways(tmp_path: Path, language: str) -> None:
    path = tmp_path / "back.xlf"
    path.write_text(f'<xliff version="1.2">{_file(_UNIT, language)}</xliff>', encoding="utf-8")
    assert recognise_in_child(path, "back.xlf").sample == ((1, ["A", "", "Becher"]),)


def test_units_a_tool_filled_with_their_source_are_left_out_and_counted(tmp_path: Path) -> None:
    unit = '<trans-unit id="{}-de_DE"><source>{}</source><target{}>{}</target></trans-unit>'
    units = "".join(
        (
            unit.format("name", "Mug", ' state="new"', "Mug"),
            unit.format(
                "short", "A <ph>&lt;br&gt;</ph>b", ' state="needs-translation"', "A <ph>&lt;br&gt;</ph>b"
            ),
            unit.format("long", "Mug", ' state="new"', "Becher"),
            unit.format("brand", "Duralex", ' state="translated"', "Duralex"),
            unit.format("maker", "Duralex", "", "Duralex"),
        )
    )
    path = tmp_path / "back.xlf"
    path.write_text(f'<xliff version="1.2">{_file(units)}</xliff>', encoding="utf-8")
    table = recognise_in_child(path, "back.xlf")
    assert table.headers == ("sku", "_rev", "long-de_DE", "brand-de_DE", "maker-de_DE")
    assert [(note.code, note.params.get("count")) for note in table.notes] == [
        ("translations", None),
        ("untranslated", 2),
    ]


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (f'<xliff version="1.2">{_file(_UNIT, "fr-FR")}</xliff>', "other_language"),
        (f'<xliff version="1.2">{_file(_UNIT)}{_file(_UNIT, "de-AT")}</xliff>', "other_language"),
        (f'<xliff version="1.2">{_file(_UNIT)}{_file(_UNIT, source="fr-FR")}</xliff>', "mixed_languages"),
        ('<xliff version="1.2"><file original="A"><body/></file></xliff>', "no_units"),
        ('<xliff version="2.0"><file id="f"/></xliff>', "xliff_version"),
        ('<xliff version="1.2"><file original="A">', "broken_xml"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><xliff version="1.2"><file original="&a;"/></xliff>', "entities"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(tmp_path: Path, xml: str, code: str) -> None:
    path = tmp_path / "back.xlf"
    path.write_text(xml, encoding="utf-8")
    with pytest.raises(FileRefused) as refused:
        recognise_in_child(path, "back.xlf")
    assert refused.value.code == code


def test_segments_and_a_product_in_two_parts_are_one_row(tmp_path: Path) -> None:
    unit = '<trans-unit id="{}"><source>x</source><target>{}</target></trans-unit>'
    part = '<file original="A" product-version="3" source-language="en-US" target-language="de-DE"><body>{}</body></file>'
    first = unit.format("name-de_DE", '<mrk mtype="seg">Eins.</mrk> <mrk mtype="seg">Zwei &amp; drei.</mrk>')
    path = tmp_path / "back.xlf"
    second = unit.format("short-de_DE", "Kurz") + unit.format("long-de_DE", "")
    path.write_text(
        f'<xliff version="1.2">{part.format(first)}{part.format(second)}</xliff>', encoding="utf-8"
    )
    table = recognise_in_child(path, "back.xlf")
    assert table.headers == ("sku", "_rev", "name-de_DE", "short-de_DE")
    assert list(read_in_child(path, table)) == [[(1, ["A", "3", "Eins. Zwei & drei.", "Kurz"])]]


def test_a_language_into_itself_is_refused(world: World, mug: int, tmp_path: Path) -> None:
    with pytest.raises(ChoiceRefused):
        sent(tmp_path, Choice(format="xliff", translate=("en_US", "en_US")))
