"""The number of queries does not grow with the catalogue, for a limited person neither."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Campaign, Category
from catalog.structure.announce import announce
from catalog.values.campaigns import write_campaign
from tests.channels.stage import FULL
from tests.enrichment.conftest import Desk
from tests.world import SYSTEM


def _fill(world: Any, start: int, count: int) -> None:
    for number in range(start, start + count):
        world.create(f"MUG-{number}", dict(FULL), family="mugs", categories=["cups"])
        world.create(
            f"SHIRT-{number}", {"name|en_US": "Shirt"}, family_variant="shirts_size", categories=["cups"]
        )
        for size in "sml":
            world.create(f"SHIRT-{number}-{size}", {"size": size}, parent=f"SHIRT-{number}")


def _queries(desk: Desk, address: str) -> int:
    """Of a fresh sign-in, so that rights are loaded, with the structure known to the process."""
    desk = Desk(type(desk.user).objects.get(pk=desk.user.pk))
    desk.client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert desk.client.get(address).status_code == 200
    return len(captured)


@pytest.fixture(params=["everything", "limited"])
def reader(request: Any, desk: Desk, person: Any) -> Desk:
    if request.param == "everything":
        return desk
    return Desk(
        person("lena", ["product.edit", "channel.view"], categories=["kitchen"], locales=["en_US", "de_DE"])
    )


@pytest.mark.parametrize(
    "address",
    [
        "/admin/catalog/product/",
        "/admin/catalog/product/?level=all&family=mugs&a.color=red&incomplete=b2b%7Cen_US",
        "/admin/catalog/product/?level=all&q=shirt",
        "/admin/catalog/product/rows/?level=all",
        "/admin/catalog/product/filters/",
        "/admin/",
    ],
)
def test_the_grid_asks_as_often_for_twice_as_many(
    world: Any, channel: Any, reader: Desk, address: str
) -> None:
    _fill(world, 0, 4)
    few = _queries(reader, address)
    _fill(world, 4, 4)
    assert _queries(reader, address) == few
    assert few <= 32


def test_a_page_asks_once_for_all_that_stands_under_its_models(world: Any, channel: Any, desk: Desk) -> None:
    world.create("MUG", dict(FULL), family="mugs", categories=["cups"])
    address = "/admin/catalog/product/rows/"
    without = _queries(desk, address)
    _fill(world, 0, 2)
    assert _queries(desk, address) == without + 1


@pytest.mark.parametrize("tab", ["fields", "variants", "channels", "compare", "history"])
def test_the_page_asks_as_often_with_twice_the_variants_values_and_revisions(
    world: Any, channel: Any, reader: Desk, tab: str
) -> None:
    model = world.create(
        "BIG", {"name|en_US": "Big"}, family_variant="shirts_color_size", categories=["cups"]
    ).product
    for color in ("red", "navy"):
        world.create(f"BIG-{color}", {"color": color}, parent="BIG")
        world.create(f"BIG-{color}-s", {"size": "s"}, parent=f"BIG-{color}")
    address = f"/admin/catalog/product/{model}/change/?tab={tab}&beside=de_DE"
    few = _queries(reader, address)
    world.edit(model, {"name|de_DE": "Groß", "description|en_US": "<p>Text</p>", "price": {"EUR": "1"}})
    for number in range(3):
        world.edit(model, {"name|en_US": f"Big {number}"})
    for color in ("red", "navy"):
        world.create(f"BIG-{color}-m", {"size": "m"}, parent=f"BIG-{color}")
        world.create(f"BIG-{color}-l", {"size": "l"}, parent=f"BIG-{color}")
    assert _queries(reader, address) == few
    assert few <= 32


@pytest.mark.parametrize("query", ["", "?campaign=season-0"])
def test_the_page_asks_as_often_with_twice_the_categories_and_campaigns(
    world: Any, channel: Any, reader: Desk, query: str
) -> None:
    product = world.create("MUG", dict(FULL), family="mugs", categories=["cups"]).product
    address = f"/admin/catalog/product/{product}/change/{query}"
    now = timezone.now()

    def more(start: int, count: int) -> None:
        for number in range(start, start + count):
            name = f"season-{number}"
            campaign = Campaign.objects.create(
                code=name, starts_at=now, ends_at=now + timedelta(days=number + 1)
            )
            write_campaign(campaign, {product: {"name|en_US": name}}, by=SYSTEM)
            category = Category.objects.create(code=name, parent=world.categories["home"])
            category.path = f"{world.categories['home'].path}{category.pk}/"
            category.save(update_fields=["path"])
        with transaction.atomic():
            announce("structure", [])
        world.edit(product, categories=["cups", *(f"season-{number}" for number in range(start + count))])

    more(0, 3)
    few = _queries(reader, address)
    more(3, 3)
    assert _queries(reader, address) == few
    assert few <= 32


def test_a_bulk_preview_asks_as_often_for_twice_as_many(world: Any, channel: Any, desk: Desk) -> None:
    def count() -> int:
        desk.post("catalog_product_bulk", action="approve", all="1", query="level=all")
        with CaptureQueriesContext(connection) as captured:
            response = desk.post("catalog_product_bulk", action="approve", all="1", query="level=all")
            assert response.status_code == 200
        return len(captured)

    _fill(world, 0, 3)
    few = count()
    _fill(world, 3, 3)
    assert count() == few
