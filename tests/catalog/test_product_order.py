"""Products within a category: placed by hand, kept through edits, and only those that moved go stale."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Product, ProductCategory
from catalog.structure import product_order
from catalog.structure.product_order import NotPlaced
from channels.models import Channel, Listing
from channels.profile import current
from channels.sheets import load
from tests.channels.stage import make_channel, work_off_jobs
from tests.world import World, build_world


@pytest.fixture
def world(db: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    from catalog.jobs import queue

    monkeypatch.setattr(queue, "nudge", lambda queue: None)
    world = build_world()
    for sku in "ABCDE":
        world.create(sku, {}, family="mugs", categories=["cups"])
    return world


def order(world: World) -> str:
    rows = product_order.listed(world.categories["cups"])
    return "".join(rows.values_list("product__sku", flat=True))


def move(world: World, sku: str, to: int) -> product_order.Moved:
    return product_order.move(world.categories["cups"], Product.objects.get(sku=sku).pk, to)


def test_what_nobody_placed_stands_as_it_arrived(world: World) -> None:
    assert order(world) == "ABCDE"


@pytest.mark.parametrize(
    ("sku", "to", "after"),
    [
        ("E", 1, "EABCD"),
        ("A", 3, "BCADE"),
        ("B", 99, "ACDEB"),
        ("C", 3, "ABCDE"),
        ("D", 2, "ADBCE"),
        ("B", 0, "BACDE"),
    ],
)
def test_a_product_goes_to_its_number(world: World, sku: str, to: int, after: str) -> None:
    moved = move(world, sku, to)
    assert order(world) == after
    assert (moved.position, moved.of) == (after.index(sku) + 1, 5)


def test_moving_among_placed_ones_changes_one_rank(world: World) -> None:
    move(world, "E", 5)
    assert move(world, "E", 2).touched == 1
    assert order(world) == "AEBCD"
    assert move(world, "E", 2).touched == 0


def test_where_a_gap_is_used_up_ranks_are_made_anew(world: World) -> None:
    move(world, "E", 5)
    for _round in range(12):
        move(world, "E", 2)
        move(world, "D", 2)
        move(world, "C", 2)
    assert order(world) == "ACDEB"
    ranks = list(ProductCategory.objects.exclude(rank=0).values_list("rank", flat=True))
    assert len(set(ranks)) == 5


def test_another_category_leaves_the_place_in_this_one(world: World) -> None:
    move(world, "E", 1)
    world.edit(Product.objects.get(sku="E").pk, categories=["cups", "other"])
    assert order(world) == "EABCD"


def test_what_is_in_the_trash_takes_no_place(world: World) -> None:
    world.edit(Product.objects.get(sku="A").pk, trashed=True)
    move(world, "E", 2)
    assert order(world) == "BECD"


def test_a_product_of_another_category_is_not_placed(world: World) -> None:
    hat = world.create("HAT", {}, family="mugs", categories=["other"]).product or 0
    with pytest.raises(NotPlaced):
        product_order.move(world.categories["cups"], hat, 1)
    assert not ProductCategory.objects.exclude(rank=0).exists()


def test_sheets_say_the_place_and_only_moved_ones_go_stale(world: World) -> None:
    channel: Channel = make_channel(world)
    work_off_jobs()
    move(world, "E", 5)
    Listing.objects.update(sent_rev=100, desired_rev=100)
    move(world, "E", 2)
    assert list(Listing.objects.filter(desired_rev__gt=100).values_list("product__sku", flat=True)) == ["E"]
    structure = world.structure
    spec = next(each for each in current(structure).active if each.id == channel.pk)
    pk = Product.objects.get(sku="E").pk
    unit = load.units([pk], spec, structure)[pk]
    listed = load.sheet_of(unit, spec, structure, at=None).payload["categories"]
    assert [(each["code"], each["position"]) for each in listed] == [("cups", 1536)]
