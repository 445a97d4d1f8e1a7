"""The command palette finds what its person may open, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from catalog.models import Product
from channels.models import Channel
from enrichment.models import SavedView
from tests.enrichment.conftest import Desk
from tests.world import World


def found(desk: Desk, words: str = "") -> dict[str, list[str]]:
    answer = desk.client.get(reverse("admin:enrichment_find"), {"q": words})
    assert answer.status_code == 200
    return {group["label"]: [item["title"] for item in group["items"]] for group in answer.json()["groups"]}


def test_products_are_found_by_sku_and_name_with_the_exact_one_first(desk: Desk, world: World) -> None:
    world.create("T-1", {"name|en_US": "Teacup"}, family="mugs")
    world.create("T-10", {"name|en_US": "Teapot"}, family="mugs")
    world.create("S-1", {"name|en_US": "Saucer", "name|de_DE": "Teapot-Untertasse"}, family="mugs")
    assert found(desk, "teap")["Products"] == ["Teapot", "Saucer"]
    answer = desk.client.get(reverse("admin:enrichment_find"), {"q": "t-1"}).json()["groups"][0]["items"]
    assert [item["detail"] for item in answer] == ["T-1", "T-10"]
    assert answer[0]["url"] == reverse(
        "admin:catalog_product_change", args=[Product.objects.get(sku="T-1").pk]
    )


def test_pages_actions_views_and_queues_are_found_by_their_words(desk: Desk, channel: Channel) -> None:
    SavedView.objects.create(owner=desk.user, name="Mugs for spring", query="family=mugs")
    assert found(desk, "spring") == {"Saved views": ["Mugs for spring"]}
    assert found(desk, "famil var") == {"Pages": ["Family variants"]}
    assert found(desk, "import")["Actions"] == ["Import a file"]
    queues = found(desk, "complete for")["Queues"]
    assert len(queues) == channel.locales.count() > 0
    assert found(desk, "no such thing") == {}
    without_words = found(desk)
    assert {"Actions", "Queues", "Saved views"} == set(without_words)


def test_it_offers_only_what_its_person_may_open(world: World, channel: Channel, person: Any) -> None:
    world.create("T-1", {"name|en_US": "Teacup"}, family="mugs", categories=["cups"])
    world.create("T-2", {"name|en_US": "Teapot"}, family="mugs", categories=["other"])
    nobody = Desk(person("nobody", []))
    assert found(nobody, "tea") == {}
    assert found(nobody, "product") == {}
    assert found(nobody) == {}
    reader = Desk(person("reader", ["product.view"], categories=["cups"]))
    assert found(reader, "tea") == {"Products": ["Teacup"]}
    assert found(reader) == {}
    assert "Import a file" not in str(found(reader, "import"))


def test_it_costs_the_same_queries_whatever_there_is(
    desk: Desk, world: World, channel: Channel, django_assert_max_num_queries: Any
) -> None:
    found(desk, "tea")
    for number in range(12):
        world.create(f"T-{number}", {"name|en_US": f"Teacup {number}"}, family="mugs")
        SavedView.objects.create(owner=desk.user, name=f"Tea {number}", query="family=mugs")
    with django_assert_max_num_queries(14):
        assert len(found(desk, "tea")["Products"]) == 8


@pytest.mark.parametrize("words", ["\x00", "%", "a" * 3_000, "' OR 1=1 --"])
def test_nonsense_finds_nothing(desk: Desk, words: str) -> None:
    assert "Products" not in found(desk, words)
