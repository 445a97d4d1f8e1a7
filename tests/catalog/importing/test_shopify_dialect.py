"""Shopify's product export, in both generations of its headers."""

from __future__ import annotations

import pytest

from catalog.importing import report, runs
from catalog.importing.dialects import dialect_of
from catalog.importing.mapping import Column, from_json
from catalog.importing.readers.base import Table
from catalog.models import FamilyVariant, ImportRun, Option, VariantAttribute
from catalog.structure.announce import announce
from tests.catalog.importing.akeneo import SAMPLES
from tests.catalog.importing.files import Importer, product, tally, values

LEGACY = """Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Price,Variant Barcode,Image Src,Image Position,Status
polo,Polo,<p>Soft</p>,Acme,Shirts,,TRUE,Size,S,POLO-S,180,19.90,4006381333931,https://cdn.example/1.jpg,1,active
polo,,,,,,,,M,POLO-M,190,21.90,,https://cdn.example/2.jpg,2,
mug,Mug,<p>Big</p>,Acme,Mugs,,FALSE,Title,Default Title,MUG-1,0.0,9.90,,https://cdn.example/4.jpg,1,draft
polo,,,,,,,,,,,,,https://cdn.example/3.jpg,3,
"""
NEW = """Title,URL handle,Description,Vendor,Product category,Type,Published on online store,Status,SKU,Barcode,Option1 name,Option1 value,Option1 Linked To,Price,Weight value (grams),Weight unit for display,Product image URL,Image position,Variant image URL,Color (product.metafields.shopify.color-pattern)
Polo,polo,<p>Soft</p>,Acme,Apparel > Shirts,Shirts,TRUE,Active,POLO-S,4006381333931,Size,S,,19.90,180,kg,https://cdn.example/1.jpg,1,,red
,polo,,,,,,,POLO-M,,,M,,21.90,190,kg,https://cdn.example/2.jpg,2,,
Mug,mug,<p>Big</p>,Acme,,Mugs,FALSE,Draft,MUG-1,,Title,Default Title,,9.90,0.0,kg,https://cdn.example/4.jpg,1,,navy
"""


def targets(run: ImportRun) -> dict[str, str]:
    return {column.column: str(column.to) for column in from_json(run.mapping) if column.to}


@pytest.mark.parametrize("file", [LEGACY, NEW])
def test_both_generations_of_headers_are_known(importer: Importer, file: str) -> None:
    run = importer.start(file)
    assert run.table["dialect"] == "shopify"
    assert targets(run).items() >= {
        "Product SKU": "sku", "Parent SKU": "parent", "Family variant": "family_variant", "Option: Size": "size",
        "Title": "name-en_US", "Type": "family", "Status": "enabled",
    }.items()  # fmt: skip
    assert set(targets(run).values()) >= {"description-en_US", "price-EUR", "weight", "ean"}


def test_a_model_with_its_variants_and_a_product_without_options(importer: Importer) -> None:
    run = importer.run(LEGACY)
    assert (tally(run), run.counts["products"]) == ((4, 4, 0, 0, 0, 0), 4)
    polo, small, mug = product("polo"), product("POLO-S"), product("MUG-1")
    assert (polo.kind, polo.family.code, polo.family_variant.code) == ("model", "shirts", "shirts_size")
    assert (small.kind, small.parent.sku, mug.kind, mug.family.code) == ("variant", "polo", "simple", "mugs")
    assert (polo.enabled, small.enabled, product("POLO-M").enabled, mug.enabled) == (True, True, True, False)
    assert values("polo") == {"name|en_US": "Polo", "description|en_US": "<p>Soft</p>"}
    assert values("POLO-S") == {
        "size": "s", "weight": {"amount": "180", "unit": "GRAM"}, "price": {"EUR": "19.9"}, "ean": "4006381333931",
    }  # fmt: skip
    assert values("POLO-M")["price"] == {"EUR": "21.9"}
    assert "weight" not in values("MUG-1")  # nobody entered one


def test_the_same_file_again_and_the_other_generation_of_it_change_nothing(importer: Importer) -> None:
    importer.run(LEGACY)
    assert tally(importer.run(LEGACY)) == (4, 0, 0, 4, 0, 0)
    same = importer.start(NEW)
    assert targets(same)["Color (product.metafields.shopify.color-pattern)"] == "color"
    again = importer.run(NEW)
    assert (tally(again), again.counts["products"]) == ((3, 0, 2, 2, 0, 0), 4)
    assert (values("polo")["color"], values("MUG-1")["color"]) == ("red", "navy")


def test_an_error_points_at_the_row_of_the_variant(importer: Importer) -> None:
    run = importer.plan(LEGACY.replace("21.90", "cheap"))
    [problem] = report.errors(run)
    assert (problem["row"], problem["column"], problem["value"]) == (3, "Variant Price", "cheap")
    assert tally(run) == (4, 3, 0, 0, 1, 0)


def test_a_model_that_is_refused_takes_its_variants_along_and_they_say_so(importer: Importer) -> None:
    run = importer.plan(LEGACY.replace("Size,S", "Cut,S"))
    kinds = {each.sku: each.error_code for each in run.rows.filter(state="rejected")}
    assert kinds == {
        "polo": "unknown_family_variant",
        "POLO-S": "parent_rejected",
        "POLO-M": "parent_rejected",
    }
    [first, *_rest] = report.errors(run)
    assert (first["row"], first["column"], first["value"]) == (2, "Family variant", "Shirts: Cut")


def test_what_the_catalogue_lacks_is_said_with_a_way_on(importer: Importer) -> None:
    run = importer.start(LEGACY.replace("Size,S,POLO-S", "Cut,S,").replace("Mugs", "Cups"))
    assert "No family is called: Cups. Write a line such as “Cups = code of the family”" in "\n".join(
        runs.gaps(run)
    )
    run = importer.start(
        LEGACY.replace("Size,S,POLO-S", "Cut,S,").replace("Mugs", "Cups").replace("Shirts", "Tops")
    )
    told = "\n".join(runs.gaps(run))
    assert "Option: Cut: choose the attribute" in told
    assert "No family variant was found for: Tops: Cut." in told
    assert "Nothing in the file is a family of the catalogue" in told
    assert "Variants without a SKU: 1." in told
    assert "taken as EUR" in told
    assert "More images: these pictures are left out" in told


def test_the_family_variant_that_was_missing_is_named_on_the_columns_screen(importer: Importer) -> None:
    run = importer.start(LEGACY.replace("Size,S", "Cut,S"))
    columns = [
        Column(each.column, each.index, *([each.to] if each.column != "Option: Cut" else [Column.from_json({"column": "", "to": {"attribute": "size"}}).to]), values={"Shirts: Cut": "shirts_size"} if each.column == "Family variant" else each.values)
        for each in from_json(run.mapping)
    ]  # fmt: skip
    assert runs.set_mapping(run, columns, runs.ImportSettings(), user=importer.world.admin) == []
    assert "family variant" not in "\n".join(runs.gaps(run))
    profile = runs.remember(run, user=importer.world.admin, code="shop")
    again = importer.plan(LEGACY.replace("Size,S", "Cut,S"), profile=profile)
    assert tally(again) == (4, 4, 0, 0, 0, 0)


def test_a_handle_that_comes_once_more_further_down_is_still_one_product(importer: Importer) -> None:
    run = importer.run(LEGACY)
    [model] = run.rows.filter(sku="polo")
    assert model.raw[-2] == "https://cdn.example/2.jpg\nhttps://cdn.example/3.jpg"


def test_a_variant_without_its_options_is_refused_and_not_passed_over(importer: Importer) -> None:
    run = importer.plan(LEGACY.replace(",M,POLO-M", ",,POLO-M"))
    assert [(each["row"], each["code"]) for each in report.errors(run)] == [(3, "axis_missing")]


def test_a_handle_that_is_a_variants_sku_too_is_left_to_it(importer: Importer) -> None:
    text = LEGACY.replace("POLO-S", "POLO")
    assert "ends in -model" in "\n".join(runs.gaps(importer.start(text)))
    assert tally(importer.run(text)) == (4, 4, 0, 0, 0, 0)
    assert (product("POLO").kind, product("POLO").parent.sku) == ("variant", "polo-model")


def test_a_suppliers_file_with_a_handle_is_no_shop_export() -> None:
    assert dialect_of(Table("csv", ("Handle", "Vendor", "Name"), 1)).code == "plain"


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder of samples is not beside this repository")
def test_a_real_export_comes_in_once_its_options_are_there(importer: Importer) -> None:
    mugs = importer.world.families["mugs"]
    by_color = FamilyVariant.objects.create(code="mugs_color", family=mugs)
    VariantAttribute.objects.create(
        family_variant=by_color, attribute=importer.world.attributes["color"], level=1, is_axis=True
    )
    announce("structure", [])
    text = (SAMPLES / "shopify" / "packt_furniture.csv").read_text(encoding="utf-8-sig")
    run = importer.plan(text)
    assert (tally(run), run.counts["products"]) == ((21, 20, 0, 0, 2, 0), 22)
    assert {each["code"] for each in report.errors(run)} == {"unknown_option"}
    assert [each["row"] for each in report.errors(run)] == [21, 22]
    for code in ("green", "yellow"):
        Option.objects.create(attribute=importer.world.attributes["color"], code=code, labels={"en_US": code})
    announce("structure", [])
    run = importer.run(text)
    assert (tally(run), run.counts["products"]) == ((21, 22, 0, 0, 0, 0), 22)
    assert product("gardening-gloves").kind == "model"
    assert values("gardening-gloves-yellow") == {"color": "yellow", "price": {"EUR": "15.99"}}
    assert values("floor-lamp")["name|en_US"] == "Floor Lamp"
    assert tally(importer.run(text)) == (21, 0, 0, 22, 0, 0)
    assert importer.undo(run)["reversed"] == 22
