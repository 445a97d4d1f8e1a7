"""Who else has a product open: told by field, to those who may see it, and forgotten soon."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Product, ProductValues
from catalog.retention import thin
from catalog.values.changes import Actor
from enrichment.models import Presence
from tests.enrichment.conftest import Desk


def ping(desk: Desk, product: int, key: str = "", **more: str) -> Any:
    answer = desk.client.post(f"/admin/catalog/product/{product}/presence/", {"key": key, **more})
    return answer.json()["people"] if answer.status_code == 200 else answer.status_code


@pytest.fixture
def ben(person: Any) -> Desk:
    return Desk(person("ben", ["product.edit"], categories=["kitchen"], locales=["de_DE"]))


def test_the_other_is_told_in_which_field_one_is(desk: Desk, ben: Desk, mug: int) -> None:
    assert ping(ben, mug, "name|de_DE") == []
    assert ping(desk, mug) == [{"name": "Ben", "key": "name|de_DE", "label": "Name · de_DE"}]
    assert ping(ben, mug, "name|fr_FR") == [{"name": "boss", "key": "", "label": ""}]
    assert ping(desk, mug) == [{"name": "Ben", "key": "", "label": ""}]


def test_a_field_one_may_not_see_is_not_told(desk: Desk, ben: Desk, world: Any, mug: int) -> None:
    ping(desk, mug, "name|en_US")
    assert ping(ben, mug) == [{"name": "boss", "key": "", "label": ""}]
    world.edit(mug, categories=["other"])
    assert ping(ben, mug) == 404
    assert Presence.objects.filter(user=desk.user).count() == 1


def test_who_leaves_or_says_nothing_is_gone(desk: Desk, ben: Desk, mug: int) -> None:
    ping(ben, mug)
    ping(ben, mug, away="1")
    assert ping(desk, mug) == []
    ping(ben, mug)
    Presence.objects.filter(user=ben.user).update(seen_at=timezone.now() - timedelta(seconds=46))
    assert ping(desk, mug) == []
    Presence.objects.filter(user=ben.user).update(seen_at=timezone.now() - timedelta(minutes=5))
    thin()
    assert [row.user for row in Presence.objects.all()] == [desk.user]


def test_a_sign_of_life_is_few_statements_and_touches_no_product(desk: Desk, person: Any, mug: int) -> None:
    def statements() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            ping(desk, mug, "name|en_US")
        return [each["sql"] for each in captured.captured_queries]

    before = ProductValues.objects.get(pk=mug).values
    few = len(statements())
    for name in ("eva", "leo", "mia"):
        ping(Desk(person(name, ["product.view"])), mug)
    said = statements()
    assert len(said) == few
    written = [sql for sql in said if sql.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert len(written) == 1
    assert Presence._meta.db_table in written[0]
    assert ProductValues.objects.get(pk=mug).values == before


def test_who_saved_since_the_page_was_opened_is_told(desk: Desk, ben: Desk, world: Any, mug: int) -> None:
    def told(desk: Desk, rev: object) -> str:
        answer = desk.client.post(f"/admin/catalog/product/{mug}/presence/", {"rev": rev})
        return re.sub(r" at .*?,", " at …,", str(answer.json()["saved"]))

    opened = Product.objects.get(pk=mug).rev
    assert f'data-rev="{opened}"' in desk.page(mug).content.decode()
    assert told(desk, opened) == ""
    assert world.edit(mug, {"name|de_DE": "Becher"}, by=Actor(ben.user, origin="form")).ok
    assert (
        told(desk, opened) == "Ben saved changes at …, after you opened this page: load it again to see them."
    )
    assert told(ben, opened) == ""  # by another page of their own
    assert told(desk, opened + 1) == ""
    assert told(desk, "x") == ""
