"""Tokens are kept by their numbers: the same in Python and in either database's SQL."""

import hashlib
from typing import Any

import pytest
from django.db import connection, transaction

from catalog import search
from catalog.models import NumberValue, Product
from catalog.models.tokens import is_added, numbered
from catalog.structure.announce import announce
from catalog.values.changes import EMPTY, ProductChange
from catalog.values.derive import asset_token
from catalog.values.write import BATCH, write
from tests.world import SYSTEM, World


def test_a_number_never_changes() -> None:
    """It stands in every catalogue: another way of numbering would lose all of them."""
    assert numbered("color=red") == -2276838780068704444
    assert numbered("inc:b2b|de_DE") % 2 == 1
    assert numbered("asset:8000000000000001") == -(2**63)


@pytest.mark.parametrize(
    "token", ["color=red", "inc=red", "inc=red|x", "inc:EUR", "asset:EUR", "asset=a:b", "empty:inc"]
)
def test_an_attribute_called_as_a_word_of_ours_is_none(token: str) -> None:
    digest = hashlib.sha256(token.encode()).digest()[:8]
    assert numbered(token) == int.from_bytes(digest, "big", signed=True) & -2
    assert not is_added(numbered(token))


@pytest.mark.parametrize(
    "digest", ["f" * 64, "0" * 64, "7fffffffffffffff" + "0" * 48, "8123456789abcdef" + "1" * 48]
)
def test_the_database_numbers_a_file_alike(db: Any, digest: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {search.number_of_file('sha256')} FROM (SELECT %s AS sha256) AS files", [digest]
        )
        assert cursor.fetchone() == (numbered(asset_token(digest)),)


def test_a_changed_number_is_written_over_and_an_emptied_one_goes(world: World) -> None:
    mug = world.create("MUG", {"capacity": "300", "price": {"EUR": "10", "USD": "12"}}, family="mugs").product
    world.edit(mug, {"price": {"EUR": "11"}})
    stored = dict(NumberValue.objects.filter(product=mug).values_list("key", "number"))
    assert stored[numbered("price:EUR")] == 11
    assert numbered("price:USD") not in stored
    assert numbered("capacity") in stored


def test_a_whole_batch_loses_its_numbers(world: World) -> None:
    """More rows than a database takes conditions of one statement."""
    filled = {
        "capacity": "300",
        "weight": {"amount": "1", "unit": "KILOGRAM"},
        "price": {"EUR": "10", "USD": "12"},
    }
    changes = [ProductChange(fields={"sku": f"M-{n}", "family": "mugs"}, values=filled) for n in range(BATCH)]
    made = write(changes, by=SYSTEM)
    assert NumberValue.objects.count() > 3 * BATCH
    write(
        [ProductChange(product=each.product, values=dict.fromkeys(filled, EMPTY)) for each in made], by=SYSTEM
    )
    assert not NumberValue.objects.exists()


def test_a_family_whose_picture_is_no_picture_has_none(world: World) -> None:
    """A structure file may name any attribute."""
    world.families["mugs"].image_attribute = world.attributes["color"]
    world.families["mugs"].save()
    with transaction.atomic():
        announce("family", [world.families["mugs"].pk])
    mug = world.create("MUG", {"color": "red"}, family="mugs").product
    assert Product.objects.get(pk=mug).image == ""
