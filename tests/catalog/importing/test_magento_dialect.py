"""Magento's product export: packed attributes, configurables that list their variants, store views, paths of categories."""

from __future__ import annotations

import pytest

from catalog.importing import report, runs
from catalog.importing.dialects.magento import pairs
from catalog.importing.mapping import from_json
from tests.catalog.importing.files import Importer, product, tally, values

FILE = '''sku,store_view_code,attribute_set_code,product_type,categories,product_websites,name,description,weight,product_online,price,base_image,additional_attributes,configurable_variations
TEE-S,,Shirts,simple,"Default Category/Home/Fashion,Default Category/Home",base,Tee S,,0.2,1,19,/t/e/tee.jpg,"color=Red,size=S",
TEE-M,,Shirts,simple,Default Category/Home/Fashion,base,Tee M,,0.2,2,19,,"color=Red,size=M",
TEE,,Shirts,configurable,Default Category/Home/Fashion,base,Tee,<p>Cotton</p>,,1,,,"material=""Cotton, washed""","sku=TEE-S,size=S|sku=TEE-M,size=M"
TEE,de,,configurable,,,T-Shirt,<p>Baumwolle</p>,,,,,,
CUP,,Mugs,simple,Default Category/Home/Kitchen/Cups,base,Cup,,0.3,1,9,,"features=Stackable|Handmade,note=a, b",
'''


def targets(run) -> dict[str, str]:
    return {column.column: str(column.to) for column in from_json(run.mapping) if column.to}


def test_models_listed_after_their_variants_store_views_and_packed_attributes(importer: Importer) -> None:
    run = importer.run(FILE)
    assert run.table["dialect"] == "magento"
    assert targets(run)["name · de"] == "name-de_DE"
    assert (tally(run), run.counts["products"]) == ((5, 4, 0, 0, 0, 0), 4)
    tee, small, cup = product("TEE"), product("TEE-S"), product("CUP")
    assert (tee.kind, tee.family_variant.code, small.parent.sku) == ("model", "shirts_size", "TEE")
    assert (small.enabled, product("TEE-M").enabled) == (True, False)
    assert sorted(small.categories.values_list("code", flat=True)) == ["fashion", "home"]
    assert list(cup.categories.values_list("code", flat=True)) == ["cups"]
    assert values("TEE") == {
        "name|en_US": "Tee", "name|de_DE": "T-Shirt", "description|en_US": "<p>Cotton</p>",
        "description|de_DE": "<p>Baumwolle</p>",
    }  # fmt: skip
    assert values("TEE-S") == {
        "name|en_US": "Tee S", "size": "s", "color": "red", "price": {"EUR": "19"}, "weight": {"amount": "0.2", "unit": "KILOGRAM"},
    }  # fmt: skip
    assert values("CUP")["features"] == ["stackable", "handmade"]
    assert tally(importer.run(FILE)) == (5, 0, 0, 4, 0, 0)


def test_an_error_in_a_store_view_points_at_its_row(importer: Importer) -> None:
    run = importer.start(FILE.replace("T-Shirt", "x" * 70_000))
    from catalog.importing.plan import plan_run
    from catalog.importing.progress import Progress

    plan_run(run, by=importer.actor(run), progress=Progress())
    assert (5, "name · de") in [(each["row"], each["column"]) for each in report.errors(run)]


def test_a_sku_that_stands_twice_is_refused_in_its_second_row(importer: Importer) -> None:
    line = FILE.splitlines()[-1]
    run = importer.plan(f"{FILE}{line}\n")
    assert [(each["row"], each["code"]) for each in report.errors(run)] == [(7, "duplicate_row")]
    assert tally(run)[0] == 6


def test_what_is_missing_is_said(importer: Importer) -> None:
    run = importer.start(FILE.replace("size=", "cut=").replace("TEE,de", "TEE,second"))
    told = "\n".join(runs.gaps(run))
    assert "Attribute: cut: choose the attribute" in told
    assert "No family variant was found for: Shirts: cut." in told
    assert "name · second, description · second: choose the locale" in told
    assert "base_image: these pictures are left out" in told


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("color=Red,size=M", {"color": "Red", "size": "M"}),
        ('color=Red,"features=Wool, washed|Soft"', {"color": "Red", "features": "Wool, washed,Soft"}),
        ('features="Wool, washed",size=M', {"features": "Wool, washed", "size": "M"}),
        ("note=a, b,size=M", {"note": "a, b", "size": "M"}),
        ("nothing", {}),
        ("", {}),
    ],
)
def test_a_packed_cell_is_taken_apart(cell: str, found: dict[str, str]) -> None:
    assert pairs(cell) == found
