"""The filter panel of a structure with very many attributes: not all of them, but those somebody looks for."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from enrichment.workbench.grid import filters, panel
from tests.enrichment.conftest import Desk

PANEL, FIND = "admin:catalog_product_filters", "admin:catalog_product_find_filters"


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than are listed one by one."""
    monkeypatch.setattr(panel, "MANY", 3)
    monkeypatch.setattr(filters, "MANY", 3)


def _names(response: Any) -> set[str]:
    assert response.status_code == 200
    return set(re.findall(r'name="(a\.[a-z]+)"', response.content.decode()))


def test_few_attributes_are_all_there_at_once(world: Any, desk: Desk) -> None:
    answer = desk.client.get(reverse(PANEL))
    assert "a.color" in _names(answer)
    assert "data-find-filters" not in answer.content.decode()


def test_of_many_only_the_chosen_ones_are_there_and_the_others_are_found(
    world: Any, desk: Desk, many: None
) -> None:
    answer = desk.client.get(reverse(PANEL), {"a.color": "red", "empty": "ean"})
    assert _names(answer) == {"a.color"}
    assert f'data-find-filters="{reverse(FIND)}"' in answer.content.decode()
    assert re.search('<option value="ean"[^>]* selected', answer.content.decode())
    found = desk.client.get(reverse(FIND), {"find": "SIZ"})
    assert _names(found) == {"a.size"}
    assert "1 attribute<" in found.content.decode()


def test_what_is_found_filters_without_having_been_listed(world: Any, desk: Desk, many: None) -> None:
    world.create("RED", {"color": "red"}, family="mugs")
    world.create("NAVY", {"color": "navy"}, family="mugs")
    assert desk.skus(**{"a.color": "red"}) == ["RED"]
    assert set(desk.skus(empty="size", family="mugs")) == set()
    assert set(desk.skus(empty="ean", family="mugs")) == {"RED", "NAVY"}


def test_what_nobody_may_see_is_not_found(world: Any, person: Any, many: None) -> None:
    limited = Desk(person("lena", ["product.view"], groups=["marketing"]))
    assert _names(limited.client.get(reverse(FIND), {"find": "color"})) == set()
    assert (
        "No attribute of that name" in limited.client.get(reverse(FIND), {"find": "color"}).content.decode()
    )


def test_nothing_typed_finds_nothing_and_says_what_to_do(world: Any, desk: Desk, many: None) -> None:
    answer = desk.client.get(reverse(FIND))
    assert _names(answer) == set()
    assert "Type a part of an attribute's name." in answer.content.decode()
