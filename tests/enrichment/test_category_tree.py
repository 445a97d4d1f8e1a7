"""The tree's screen and the order of products in a category: buttons that work without script, and what is asked first."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Category, Job, Product
from catalog.models.tokens import numbered
from catalog.structure import product_order
from channels.models import Channel, Listing
from tests.channels.stage import work_off_jobs
from tests.enrichment.conftest import Desk
from tests.world import World


def tree(desk: Desk) -> list[Any]:
    def plain(nodes: list[Any]) -> list[Any]:
        return [
            (node.category.code, plain(node.children)) if node.children else node.category.code
            for node in nodes
        ]

    return plain(desk.client.get(reverse("admin:enrichment_category_tree")).context_data["nodes"])


def step(desk: Desk, world: World, code: str, name: str, **more: Any) -> Any:
    data = {"category": world.categories[code].pk, "step": name, **more}
    return desk.client.post(reverse("admin:enrichment_category_move"), data, follow=True)


def test_the_tree_is_shown_in_its_order(desk: Desk) -> None:
    assert tree(desk) == [("home", ["fashion", ("kitchen", ["cups"])]), "other"]


def test_up_and_down_change_the_order_at_once_and_say_so(desk: Desk, world: World) -> None:
    jobs = Job.objects.count()
    page = step(desk, world, "kitchen", "up").content.decode()
    assert "Kitchen is now number 1 of 2 in Home." in page
    assert tree(desk) == [("home", [("kitchen", ["cups"]), "fashion"]), "other"]
    assert Job.objects.count() == jobs
    step(desk, world, "home", "down")
    assert tree(desk) == ["other", ("home", [("kitchen", ["cups"]), "fashion"])]


def test_another_parent_is_asked_about_with_what_it_touches(
    desk: Desk, world: World, mug: int, channel: Channel
) -> None:
    world.edit(mug, status="approved")
    Listing.objects.filter(product_id=mug).update(sent_hash="x")
    response = step(desk, world, "kitchen", "in")
    assert (response.context_data["parent"].code, response.context_data["products"]) == ("fashion", 1)
    assert (response.context_data["below"], response.context_data["listings"]) == (1, 1)
    assert Category.objects.get(code="kitchen").parent == world.categories["home"]
    fashion = world.categories["fashion"].pk
    step(desk, world, "kitchen", "", parent=fashion, index=0, confirmed=1)
    assert tree(desk) == [("home", [("fashion", [("kitchen", ["cups"])])]), "other"]
    assert Category.objects.get(code="cups").path.startswith(Category.objects.get(code="fashion").path)
    work_off_jobs()
    assert numbered(f"cat={fashion}") in Product.objects.get(pk=mug).tokens


def test_out_goes_beside_the_parent(desk: Desk, world: World) -> None:
    response = step(desk, world, "cups", "out")
    assert response.context_data["parent"].code == "home"
    data = {"parent": world.categories["home"].pk, "index": response.context_data["index"], "confirmed": 1}
    step(desk, world, "cups", "", **data)
    assert tree(desk) == [("home", ["fashion", "kitchen", "cups"]), "other"]


def test_a_category_does_not_go_below_itself(desk: Desk, world: World) -> None:
    page = step(desk, world, "home", "", parent=world.categories["cups"].pk, confirmed=1).content.decode()
    assert "Cups lies below Home: choose another." in page
    assert tree(desk) == [("home", ["fashion", ("kitchen", ["cups"])]), "other"]


def test_who_only_looks_moves_nothing(world: World, person: Any) -> None:
    desk = Desk(person("vera", ["structure.view"]))
    assert (
        "arrange-buttons" not in desk.client.get(reverse("admin:enrichment_category_tree")).content.decode()
    )
    assert step(desk, world, "kitchen", "up").status_code == 403
    assert not Category.objects.exclude(position=0).exists()


def test_the_tree_asks_as_often_for_twice_as_many(desk: Desk, world: World) -> None:
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            tree(desk)
        counts.append(len(queries))
        for number in range(5):
            Category.objects.create(code=f"more{_round}_{number}", parent=world.categories["other"])
    assert counts[0] == counts[1]


def place(desk: Desk, world: World, code: str, product: int, to: Any) -> Any:
    address = reverse("admin:enrichment_category_place", args=[world.categories[code].pk])
    return desk.client.post(address, {"product": product, "to": to}, follow=True)


def test_a_product_is_placed_by_its_number(desk: Desk, world: World, mug: int) -> None:
    other = world.create("MUG-2", {}, family="mugs", categories=["cups"]).product or 0
    page = place(desk, world, "cups", other, 1).content.decode()
    assert "MUG-2 is now number 1 of 2." in page
    assert [row.product_id for row in product_order.listed(world.categories["cups"])] == [other, mug]
    assert (
        "Write the number of its new place, from 1."
        in place(desk, world, "cups", other, "top").content.decode()
    )


def test_a_role_places_products_where_it_may_publish(world: World, person: Any, mug: int) -> None:
    desk = Desk(person("anna", ["product.edit", "product.publish"], categories=["fashion"]))
    assert place(desk, world, "cups", mug, 1).status_code == 404
    editor = Desk(person("ed", ["product.edit"]))
    assert place(editor, world, "cups", mug, 1).status_code == 403
    address = reverse("admin:enrichment_category_order", args=[world.categories["cups"].pk])
    assert "arrange-to" in Desk(person("pia", ["product.publish"])).client.get(address).content.decode()
    assert "arrange-to" not in editor.client.get(address).content.decode()
    assert not world.categories["cups"].category_products.exclude(rank=0).exists()


def test_numbers_nobody_counts_to_are_no_numbers(desk: Desk, world: World, mug: int) -> None:
    address = reverse("admin:enrichment_category_order", args=[world.categories["cups"].pk])
    assert desk.client.get(address, {"page": "7"}).context_data["rows"] == []
    for digits in (30, 5000):
        assert len(desk.client.get(address, {"page": "9" * digits}).context_data["rows"]) == 1
    assert (
        "Write the number of its new place, from 1."
        in place(desk, world, "cups", mug, "9" * 5000).content.decode()
    )
