"""A file exported from here, changed by somebody while others went on working: merged by field, by its `_rev` column."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Revision
from tests.catalog.importing.files import Importer, row, states, tally, values

HEAD = "sku,_rev,capacity,color,price-EUR,price-USD,status,categories\n"


@pytest.fixture
def mug(importer: Importer) -> int:
    created = importer.world.create(
        "M1", {"capacity": "300", "color": "red", "price": {"EUR": "10", "USD": "12"}}, family="mugs", categories=["cups"]
    )  # fmt: skip
    assert created.product is not None
    return created.product


def test_what_the_file_did_not_touch_stays_as_others_left_it(importer: Importer, mug: int) -> None:
    importer.world.edit(mug, {"color": "navy"}, status="approved", categories=["other"])
    run = importer.run(HEAD + "M1,1,350,red,10,12,draft,cups\n")
    assert tally(run) == (1, 0, 1, 0, 0, 0)
    assert values("M1") == {"capacity": "350", "color": "navy", "price": {"EUR": "10", "USD": "12"}}
    assert sorted(note["key"] for note in row(run, 2).notes) == ["_categories", "_status", "color"]
    product = row(run, 2).product
    assert product is not None
    assert (product.status, [each.code for each in product.categories.all()]) == ("approved", ["other"])


def test_parts_of_one_value_that_two_people_changed_are_put_together(importer: Importer, mug: int) -> None:
    importer.world.edit(mug, {"price": {"EUR": "11", "USD": "12"}})
    importer.run(HEAD + "M1,1,300,red,10,15,,\n")
    assert values("M1")["price"] == {"EUR": "11", "USD": "15"}


def test_the_same_cell_changed_by_both_is_a_conflict_and_nothing_of_the_row_is_written(
    importer: Importer, mug: int
) -> None:
    importer.world.edit(mug, {"color": "navy"})
    before = values("M1")
    run = importer.run(HEAD + "M1,1,350,white,10,12,,\n")
    assert states(run) == [(2, "rejected", "update", "conflict")]
    assert row(run, 2).errors[0]["column"] == "color"
    assert values("M1") == before


def test_a_file_that_is_as_it_was_exported_changes_nothing_whatever_happened_since(
    importer: Importer, mug: int
) -> None:
    importer.world.edit(mug, {"color": "navy", "capacity": "310", "price": {"USD": "13"}})
    importer.world.edit(mug, {"color": "white"}, status="in_review")
    run = importer.plan(HEAD + "M1,1,300,red,10,12,draft,cups\n")
    assert tally(run) == (1, 0, 0, 1, 0, 0)


def test_what_was_empty_in_the_file_does_not_clear_what_somebody_wrote_since(importer: Importer) -> None:
    created = importer.world.create("M1", {"capacity": "300"}, family="mugs")
    importer.world.edit(created.product, {"color": "navy"})
    run = importer.plan("sku,_rev,capacity,color\nM1,1,300,\n", empty="clear")
    assert tally(run) == (1, 0, 0, 1, 0, 0)


def test_where_history_no_longer_reaches_back_to_the_file_each_change_is_a_conflict(
    importer: Importer, mug: int
) -> None:
    importer.world.edit(mug, {"color": "navy"})
    importer.world.edit(mug, {"color": "white"})
    Revision.objects.filter(product=mug, rev__lte=2).delete()
    text: Any = HEAD + "M1,1,350,white,10,12,,\n"
    assert states(importer.plan(text)) == [(2, "rejected", "update", "conflict")]
