"""WooCommerce's product export: variations by SKU or id, numbered attributes, categories as paths."""

from __future__ import annotations

from catalog.importing import report, runs
from catalog.importing.mapping import from_json
from catalog.models import Attribute, AttributeGroup
from catalog.structure.announce import announce
from tests.catalog.importing.files import Importer, product, tally, values

FILE = r"""ID,Type,SKU,Name,Published,Is featured?,Visibility in catalog,Short description,Description,Tax status,In stock?,Weight (kg),Regular price,Categories,Images,Parent,Upsells,Cross-sells,Attribute 1 name,Attribute 1 value(s),Attribute 1 visible,Attribute 1 global,Attribute 2 name,Attribute 2 value(s)
11,variable,HOODIE,Hoodie,1,0,visible,,<p>Warm</p>,taxable,1,,,"Home > Fashion","https://x.example/1.jpg, https://x.example/2.jpg",,,id:15,Size,"S, M",1,1,Color,Red
12,variation,,Hoodie - S,1,0,visible,,,taxable,1,0.5,45,,,id:11,,,Size,S,,1,,
13,variation,HOODIE-M,Hoodie - M,1,0,visible,,,taxable,1,0.6,46,,,HOODIE,,,Size,M,,1,,
15,"simple, virtual",CUP,Cup,-1,0,visible,,<p>Small</p>,taxable,1,0.2,9,"Home > Kitchen > Cups, Other",,,,,Features,"Stackable, Handmade",1,1,,
"""


def link(importer: Importer) -> None:
    group = AttributeGroup.objects.create(code="links")
    attribute = Attribute(code="cross_sell", type="association", group=group)
    attribute.full_clean()
    attribute.save()
    announce("structure", [])


def test_parents_axes_categories_and_links_find_each_other(importer: Importer) -> None:
    link(importer)
    run = importer.run(FILE)
    assert run.table["dialect"] == "woocommerce"
    assert (tally(run), run.counts["products"]) == ((4, 4, 0, 0, 0, 0), 4)
    hoodie, small, medium, cup = (product(sku) for sku in ("HOODIE", "woo-12", "HOODIE-M", "CUP"))
    assert (hoodie.kind, hoodie.family_variant.code) == ("model", "shirts_size")
    assert (small.parent.sku, medium.parent.sku, cup.kind, cup.enabled) == (
        "HOODIE",
        "HOODIE",
        "simple",
        False,
    )
    assert values("HOODIE") == {
        "name|en_US": "Hoodie", "description|en_US": "<p>Warm</p>", "color": "red", "cross_sell": [{"product": cup.pk}],
    }  # fmt: skip
    assert values("woo-12") == {
        "size": "s",
        "weight": {"amount": "0.5", "unit": "KILOGRAM"},
        "price": {"EUR": "45"},
    }
    assert sorted(cup.categories.values_list("code", flat=True)) == ["cups", "other"]
    assert values("CUP")["features"] == ["stackable", "handmade"]
    assert tally(importer.run(FILE)) == (4, 0, 0, 4, 0, 0)


def test_a_variation_whose_parent_is_not_there_is_refused_at_its_cell(importer: Importer) -> None:
    run = importer.plan(FILE.replace("HOODIE,,,Size,M", "id:99,,,Size,M"))
    assert [(each["row"], each["column"], each["value"], each["code"]) for each in report.errors(run)] == [
        (4, "Parent SKU", "id:99", "unknown_parent")
    ]


def test_what_is_missing_is_said(importer: Importer) -> None:
    run = importer.start(
        FILE.replace("Size", "Cut").replace("Home > ", "Shop > ").replace("Other", "Elsewhere")
    )
    told = "\n".join(runs.gaps(run))
    assert "Attribute: Cut: choose the attribute" in told
    assert "No family variant was found for: Cut." in told
    assert "Products without a SKU: 1." in told
    assert {column.column: column.to for column in from_json(run.mapping)}["Categories"] is None
