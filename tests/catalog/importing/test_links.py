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


def test_skus_with_separators_are_quoted_as_in_csv(importer: Importer) -> None:
    add_associations(importer.world)
    ids = {}
    for sku in ("A", "B,1", "C|2", '5" pipe', '"D";x', "E:7"):
        ids[sku] = importer.world.create(sku, family="mugs").product
    importer.world.create("SET", family="mugs")
    cell = '"B,1", A,"C|2",5" pipe,"""D"";x",E:7'
    run = importer.run('sku,CROSSSELL-products\nSET,"{}"\n'.format(cell.replace('"', '""')))
    assert tally(run) == (1, 0, 1, 0, 0, 0)
    named = ["B,1", "A", "C|2", '5" pipe', '"D";x', "E:7"]
    assert values("SET") == {"CROSSSELL": [{"product": ids[sku]} for sku in named]}
    piped = '"C|2"|B,1|A'
    run = importer.run(
        'sku,CROSSSELL-products\nSET,"{}"\n'.format(piped.replace('"', '""')),
    )
    assert tally(run) == (1, 0, 0, 0, 1, 0)  # separated by commas, as the run says
    run = importer.plan(
        'sku,CROSSSELL-products\nSET,"{}"\n'.format(piped.replace('"', '""')), list_separator="|"
    )
    importer.apply(run)
    assert values("SET") == {"CROSSSELL": [{"product": ids[sku]} for sku in ("C|2", "B,1", "A")]}


def test_a_new_product_with_a_comma_is_named_in_its_own_file(importer: Importer) -> None:
    add_associations(importer.world)
    text = 'sku,family,CROSSSELL-products,CONTENTS-products,CONTENTS-quantities\nA,mugs,"""B,1""","""B,1"",C",2|3\n"B,1",mugs,,,\nC,mugs,,,\n'
    assert tally(importer.run(text)) == (3, 3, 0, 0, 0, 0)
    b, c = product("B,1").pk, product("C").pk
    assert values("A") == {
        "CROSSSELL": [{"product": b}],
        "CONTENTS": [{"product": b, "quantity": 2}, {"product": c, "quantity": 3}],
    }
    assert tally(importer.run(text)) == (3, 0, 0, 3, 0, 0)
