"""The command palette finds what its person may open, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
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


def queries(desk: Desk, words: str) -> int:
    found(desk, words)  # what is remembered of the structure is there
    with CaptureQueriesContext(connection) as captured:
        found(desk, words)
    return len(captured)


def test_it_costs_the_same_queries_whatever_there_is(
    desk: Desk, world: World, channel: Channel, person: Any
) -> None:
    limited = Desk(person("anna", ["product.view", "product.edit"], categories=["cups"]))

    def more(first: int) -> None:
        for number in range(first, first + 6):
            world.create(
                f"T-{number}", {"name|en_US": f"Teacup {number}"}, family="mugs", categories=["cups"]
            )
            for owner in (desk.user, limited.user):
                SavedView.objects.create(owner=owner, name=f"Tea {number}", query="family=mugs")

    more(0)
    before = queries(desk, "tea"), queries(limited, "tea")
    more(6)
    assert (queries(desk, "tea"), queries(limited, "tea")) == before
    assert len(found(limited, "tea")["Products"]) == 8


@pytest.mark.parametrize("words", ["\x00", "te\x00zz", "%%%", "a" * 3_000, "' OR 1=1 --", "te"])
def test_nonsense_finds_nothing(desk: Desk, world: World, words: str) -> None:
    world.create("T-1", {"name|en_US": "Teacup"}, family="mugs")
    assert "Products" not in found(desk, words)
