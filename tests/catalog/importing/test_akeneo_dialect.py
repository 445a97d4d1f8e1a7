"""Akeneo's own: associations over two columns, quantities, groups, paths of media, identifiers by any name."""

from __future__ import annotations

from catalog.importing import runs
from catalog.importing.dialects import dialect_of
from catalog.importing.mapping import from_json
from catalog.importing.readers.base import Table
from catalog.models import Attribute, AttributeGroup
from catalog.structure.announce import announce
from tests.catalog.importing.files import Importer, product, tally, values

HEADERS = "sku;categories;enabled;family;parent;groups;Color;name-en_US-shop;picture;X_SELL-groups;X_SELL-products;X_SELL-product_models;SET-products;SET-products-quantity;nothing"


def link_attributes() -> None:
    group = AttributeGroup.objects.create(code="links")
    for code, params in (("X_SELL", {}), ("SET", {"quantified": True})):
        attribute = Attribute(code=code, type="association", group=group, params=params)
        attribute.full_clean()
        attribute.save()
    announce("structure", [])


def test_associations_of_products_and_models_are_one_value(importer: Importer) -> None:
    link_attributes()
    importer.run("code;family_variant;categories\nshirt;shirts_size;fashion\n")
    run = importer.run(
        f"{HEADERS}\n"
        "A;CUPS,home;1;Mugs;;one;RED;Mug;files/A/picture/a.jpg;one;B;SHIRT;B,A2;3|1;x\n"
        "B;;0;mugs;;;;;;;;;;;\nA2;;1;mugs;;;;;;;;;;;\n"
    )
    assert (run.table["dialect"], tally(run)) == ("akeneo", (3, 3, 0, 0, 0, 0))
    assert (product("A").enabled, product("B").enabled) == (True, False)
    assert sorted(product("A").categories.values_list("code", flat=True)) == ["cups", "home"]
    stored = values("A")
    assert (stored["color"], stored["name|en_US|shop"]) == ("red", "Mug")
    assert [each["product"] for each in stored["X_SELL"]] == [product("B").pk, product("shirt").pk]
    assert [(each["product"], each["quantity"]) for each in stored["SET"]] == [
        (product("B").pk, 3), (product("A2").pk, 1),
    ]  # fmt: skip
    assert "picture" not in stored


def test_media_and_unknown_columns_are_said_to_be_left_out(importer: Importer) -> None:
    run = importer.start(f"{HEADERS}\nA;;1;mugs;;;;;;;;;;;x\n")
    told = runs.gaps(run)
    assert told[0].startswith("picture: files are named by their path")
    assert told[1].startswith(
        "X_SELL-products, SET-products, SET-products-quantity, nothing: there is no such attribute"
    )


def test_the_identifier_may_be_called_anything(importer: Importer) -> None:
    run = importer.start("uuid;article;enabled;family;groups\n1-2;A;1;mugs;\n")
    assert {column.column: str(column.to) for column in from_json(run.mapping) if column.to} == {
        "article": "sku", "enabled": "enabled", "family": "family",
    }  # fmt: skip


def test_an_export_of_our_own_is_not_taken_for_akeneos() -> None:
    ours = ("sku", "family", "parent", "categories", "enabled", "status", "X_SELL-products", "_rev")
    assert dialect_of(Table("csv", ours, 1)).code == "plain"
    assert dialect_of(Table("csv", ("code", "family_variant", "parent", "color"), 1)).code == "akeneo"
