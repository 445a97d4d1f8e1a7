"""The accounts of an import, at a size where they could go wrong: counted once, written once, taken back whole."""

from __future__ import annotations

import pytest

from catalog.models.importing import ImportRun
from catalog.models.product import Product
from catalog.models.revision import Revision
from catalog.models.user import User
from catalog.values.changes import Actor
from catalog.values.fingerprint import catalogue_hash
from tests.catalog.importing.files import Importer, product, tally, values

pytestmark = pytest.mark.slow
HEADER = "sku,family,name-en_US,capacity,color\n"


def lines(first: int, end: int) -> str:
    return "".join(
        f"P{number},mugs,Mug {number},{number},{'red' if number % 2 else 'navy'}\n"
        for number in range(first, end)
    )


def test_one_bad_row_in_ten_thousand_and_nothing_is_written(importer: Importer) -> None:
    importer.world.create("P7", {"capacity": "1"}, family="mugs")
    before = catalogue_hash(), Product.objects.count(), Revision.objects.count()
    run = importer.run(
        HEADER + lines(0, 6_000) + "P6000,mugs,x,much,red\n" + lines(6_001, 10_000), policy="all-or-nothing"
    )
    assert tally(run) == (10_000, 0, 0, 0, 1, 9_999)
    assert run.state == ImportRun.State.FAILED
    assert (catalogue_hash(), Product.objects.count(), Revision.objects.count()) == before


def test_every_row_is_counted_once_and_ten_later_edits_outlive_the_undo(importer: Importer) -> None:
    importer.run(HEADER + lines(0, 1_000))
    before = catalogue_hash()
    text = (
        HEADER
        + lines(0, 500)  # unchanged
        + lines(500, 1_000).replace("Mug", "Cup")  # updated
        + lines(1_000, 1_500)  # created
        + "BAD1,mugs,x,much,red\n,mugs,x,1,red\nP3,mugs,twice,1,red\n"
    )
    run = importer.run(text)
    assert tally(run) == (1_503, 500, 500, 500, 3, 0)
    assert importer.undo(run)["kept"] == 0
    assert catalogue_hash() == before

    run = importer.run(text)
    ann = Actor(User.objects.create_superuser("ann"), origin="form")
    edited = [f"P{number}" for number in (*range(500, 505), *range(1_000, 1_005))]
    for sku in edited:
        importer.world.edit(product(sku).pk, {"name|en_US": f"Ann's {sku}"}, by=ann)
    result = importer.undo(run)
    assert (result["reversed"], result["kept"], result["failed"]) == (990, 10, 0)
    assert sorted(reason["sku"] for reason in result["reasons"]) == sorted(edited)
    assert {values(sku)["name|en_US"] for sku in edited} == {f"Ann's {sku}" for sku in edited}
    assert Product.objects.filter(trashed_at=None).count() == 1_005
