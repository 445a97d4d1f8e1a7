"""What a cell of a spreadsheet may not become, whatever the attribute."""

from __future__ import annotations

import pytest

from catalog.importing.plan import plan_run
from catalog.importing.progress import Progress
from tests.catalog.importing.files import Importer, row, states, tally, values


@pytest.mark.parametrize("shown", ["#N/A", "#REF!", "#CALC!", "Err:502"])
def test_a_formula_that_failed_becomes_no_value_and_no_product(importer: Importer, shown: str) -> None:
    run = importer.plan(
        f"sku,family,name-en_US,capacity,price-EUR\nA,mugs,{shown},1,2\nB,mugs,x,{shown},2\nC,mugs,x,1,{shown}\n{shown},mugs,x,1,2\n"
    )
    assert [(number, code) for number, state, _action, code in states(run) if state == "rejected"] == [
        (2, "no_result"), (3, "no_result"), (4, "no_result"), (5, "no_result"),
    ]  # fmt: skip
    assert row(run, 2).errors[0]["message"].startswith(f"The spreadsheet shows {shown} here")


def test_a_text_that_was_stored_so_comes_back_as_it_was(importer: Importer) -> None:
    importer.world.create("A", {"name|en_US": "#REF!"}, family="mugs")
    run = importer.plan("sku,family,name-en_US,capacity\nA,mugs,#REF!,1\nB,mugs,#REF!,1\n")
    assert [(number, state, action, code) for number, state, action, code in states(run)] == [
        (2, "planned", "update", ""), (3, "rejected", "create", "no_result"),
    ]  # fmt: skip


def test_a_failed_formula_may_be_read_as_something_else_by_the_columns_own_word(importer: Importer) -> None:
    run = importer.start("sku,family,name-en_US\nA,mugs,#N/A\n")
    run.mapping[2]["values"] = {"#N/A": "unnamed"}
    run.save()
    plan_run(run, by=importer.actor(run), progress=Progress())
    run.refresh_from_db()
    importer.apply(run)
    assert values("A")["name|en_US"] == "unnamed"


def test_a_shortened_number_is_no_sku(importer: Importer) -> None:
    run = importer.plan('sku,family\n4.00638E+12,mugs\n"4,00638E+12",mugs\nE12,mugs\n1E5,mugs\n')
    assert tally(run) == (4, 2, 0, 0, 2, 0)
    assert [code for _n, state, _a, code in states(run) if state == "rejected"] == ["mangled", "mangled"]


def test_prices_keep_to_the_currency_that_stands_beside_them(importer: Importer) -> None:
    run = importer.plan("sku,family,price-EUR\nA,mugs,9.90 €\nB,mugs,10000 CHF\n")
    assert [(number, state, code) for number, state, _action, code in states(run)] == [
        (2, "planned", ""), (3, "rejected", "other_currency"),
    ]  # fmt: skip
