"""Tokens are kept by their numbers: the same in Python and in either database's SQL."""

import hashlib
from typing import Any

import pytest
from django.db import connection

from catalog import search
from catalog.models import NumberValue
from catalog.models.tokens import is_added, numbered
from catalog.values.derive import asset_token
from tests.world import World


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
