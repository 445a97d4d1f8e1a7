"""UnoPim's product files: a row for each channel and locale."""

from __future__ import annotations

import csv
import io

import pytest

from catalog.importing import report, runs
from catalog.importing.mapping import from_json
from catalog.models import Category, Family, FamilyAttribute, FamilyVariant, Option, VariantAttribute
from catalog.structure.announce import announce
from tests.catalog.importing.akeneo import SAMPLES
from tests.catalog.importing.files import Importer, product, row, tally, values

FILE = """channel,locale,sku,status,type,parent,variant_structure,attribute_family,categories,name,color,size,price (USD),capacity
default,en_US,SHIRT,true,configurable,,size,shirts,fashion,Shirt,,,,
default,de_DE,SHIRT,true,configurable,,size,shirts,fashion,Hemd,,,,
default,en_US,SHIRT-S,true,simple,SHIRT,,shirts,,Small shirt,,S,10,
default,en_US,MUG,false,simple,,,mugs,cups,Mug,Red,,5,300
default,de_DE,SHIRT-S,true,simple,SHIRT,,shirts,,Kleines Hemd,,S,10,
default,it_IT,MUG,false,simple,,,mugs,cups,Tazza,Red,,5,300
default,de_DE,MUG,false,simple,,,mugs,cups,Tasse,Red,,5,300
"""


def test_rows_of_channels_and_locales_are_one_product(importer: Importer) -> None:
    run = importer.run(FILE)
    assert run.table["dialect"] == "unopim"
    assert (tally(run), run.counts["products"]) == ((7, 3, 0, 0, 0, 0), 3)
    assert (product("SHIRT").kind, product("SHIRT").family_variant.code) == ("model", "shirts_size")
    assert values("SHIRT") == {"name|en_US": "Shirt", "name|de_DE": "Hemd"}
    assert values("SHIRT-S") == {
        "name|en_US": "Small shirt", "name|de_DE": "Kleines Hemd", "size": "s", "price": {"USD": "10"},
    }  # fmt: skip
    assert values("MUG") == {
        "name|en_US": "Mug", "name|de_DE": "Tasse", "color": "red", "price": {"USD": "5"}, "capacity": "300",
    }  # fmt: skip
    assert tally(importer.run(FILE)) == (7, 0, 0, 3, 0, 0)


def test_a_locale_that_is_not_here_is_said_and_left_out(importer: Importer) -> None:
    run = importer.start(FILE)
    assert runs.gaps(run) == [
        "The file has values for it_IT: no such locale or channel is here, so they are left out."
    ]
    assert {column.column for column in from_json(run.mapping) if not column.to} >= {"name · it_IT"}


def test_an_error_in_a_language_points_at_its_row(importer: Importer) -> None:
    run = importer.start(FILE.replace("Kleines Hemd", "x" * 70_000))
    from catalog.importing.plan import plan_run
    from catalog.importing.progress import Progress

    plan_run(run, by=importer.actor(run), progress=Progress())
    assert [(each["row"], each["column"]) for each in report.errors(run)] == [(6, "name · de_DE")]
    assert row(run, 4).sku == "SHIRT-S"


def test_several_channels_are_taken_where_they_are_ours(importer: Importer) -> None:
    text = FILE.replace("default,de_DE,MUG", "shop,de_DE,MUG").replace("Tasse", "Ladentasse")
    run = importer.run(text)
    assert "The file has values for it_IT, default:" in runs.gaps(run)[0]
    assert tally(run) == (7, 3, 0, 0, 0, 0)
    assert values("MUG") == {
        "name|de_DE|shop": "Ladentasse", "price||shop": {"USD": "5"}, "color": "red", "capacity": "300",
    }  # fmt: skip


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder of samples is not beside this repository")
def test_real_files_come_in(importer: Importer) -> None:
    world = importer.world
    default = Family.objects.create(code="default", label_attribute=world.attributes["name"])
    for code in ("name", "description", "color", "size", "price", "weight"):
        FamilyAttribute.objects.create(family=default, attribute=world.attributes[code])
    structures = {
        "color": [["color"]],
        "color_size": [["color", "size"]],
        "color_group_size": [["color"], ["size"]],
        "by_size": [["size"]],
    }
    for code, levels in structures.items():
        variant = FamilyVariant.objects.create(code=code, family=default)
        for level, axes in enumerate(levels, 1):
            for axis in axes:
                VariantAttribute.objects.create(
                    family_variant=variant, attribute=world.attributes[axis], level=level, is_axis=True
                )
    Option.objects.create(attribute=world.attributes["color"], code="green", labels={"en_US": "Green"})
    root = Category.objects.create(code="root")
    Category.objects.filter(pk=root.pk).update(path=f"/{root.pk}/")
    announce("structure", [])
    folder = SAMPLES / "unopim" / "import"
    locales = importer.run((folder / "products-multi-locale.csv").read_text())
    assert (tally(locales), locales.counts["products"]) == ((3, 1, 0, 0, 0, 0), 1)
    assert {key for key in values("multi-locale-product") if key.startswith("name")} == {
        "name|en_US", "name|fr_FR", "name|de_DE",
    }  # fmt: skip
    text = (folder / "products.csv").read_text()
    run = importer.run(text)
    skus = {each["sku"] for each in csv.DictReader(io.StringIO(text))}
    assert (tally(run), len(skus)) == ((18, 18, 0, 0, 0, 0), 18)
    assert (
        product("configurable-product-2").family_variant.code == "by_size"
    )  # by its axes, the others by their code
    assert product("configurable-product-4-red").kind == "submodel"
    assert product("configurable-product-4-red-s").parent.sku == "configurable-product-4-red"
    assert tally(importer.run(text)) == (18, 0, 0, 18, 0, 0)
