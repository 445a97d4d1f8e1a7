"""Associations in files: `CROSSSELL-products`, `CONTENTS-products` with `CONTENTS-quantities`; undone with the rest."""

from __future__ import annotations

from tests.catalog.importing.files import Importer, product, row, tally, values
from tests.catalog.links import add_associations


def test_associations_come_in_by_their_columns_and_are_undone(importer: Importer) -> None:
    add_associations(importer.world)
    importer.run("sku,family\nA,mugs\nB,mugs\nC,mugs\n")
    a, b = product("A").pk, product("B").pk
    text = 'sku,CROSSSELL-products,CONTENTS-products,CONTENTS-quantities\nC,"b,A","A,B",2|5\n'
    run = importer.run(text)
    assert tally(run) == (1, 0, 1, 0, 0, 0)
    assert values("C") == {
        "CROSSSELL": [{"product": b}, {"product": a}],
        "CONTENTS": [{"product": a, "quantity": 2}, {"product": b, "quantity": 5}],
    }
    assert tally(importer.run(text)) == (1, 0, 0, 1, 0, 0)
    assert importer.undo(run)["reversed"] == 1
    assert values("C") == {}


def test_an_unknown_product_is_told_at_its_cell(importer: Importer) -> None:
    add_associations(importer.world)
    importer.run("sku,family\nA,mugs\n")
    run = importer.run("sku,PARTS-products\nA,NOBODY\n")
    assert tally(run) == (1, 0, 0, 0, 1, 0)
    problem = row(run, 2).errors[0]
    assert (problem["column"], problem["code"]) == ("PARTS-products", "unknown_product")
    assert values("A") == {}


def test_a_name_that_comes_to_mean_another_product_is_read_again(importer: Importer) -> None:
    add_associations(importer.world)
    importer.run("sku,family\nA,mugs\nB,mugs\nC,mugs\n")
    text = "sku,CROSSSELL-products\nC,A\n"
    importer.run(text)
    importer.world.edit(product("A").pk, sku="A-old")
    importer.world.edit(product("B").pk, sku="A")
    assert tally(importer.run(text)) == (1, 0, 1, 0, 0, 0)
    assert values("C") == {"CROSSSELL": [{"product": product("A").pk}]}


def test_a_file_without_quantities_leaves_them_to_the_products_that_stay(importer: Importer) -> None:
    add_associations(importer.world)
    importer.run("sku,family\nA,mugs\nB,mugs\nC,mugs\nD,mugs\n")
    a, b, d = (product(sku).pk for sku in "ABD")
    importer.run('sku,CONTENTS-products,CONTENTS-quantities\nC,"A,B",2|5\n')
    importer.run('sku,CONTENTS-products\nC,"D,B,A"\n')
    assert values("C") == {
        "CONTENTS": [
            {"product": d, "quantity": 1}, {"product": b, "quantity": 5}, {"product": a, "quantity": 2},
        ],
    }  # fmt: skip
    importer.run('sku,CONTENTS-products,CONTENTS-quantities\nC,"D,B",\n')
    assert [entry["quantity"] for entry in values("C")["CONTENTS"]] == [1, 5]  # an empty cell keeps
