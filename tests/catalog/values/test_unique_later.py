"""An attribute that becomes unique, or is so no longer, after products have values of it."""

from __future__ import annotations

from django.db import transaction

from catalog.jobs import run_due
from catalog.models import Attribute, Product, ProductValues, UniqueValue
from catalog.models.tokens import numbered
from catalog.structure.announce import announce
from catalog.values.changes import ProductChange
from tests.world import World


def make_unique(world: World, code: str, *, on: bool) -> None:
    change(world, code, is_unique=on)


def change(world: World, code: str, **columns: bool) -> None:
    with transaction.atomic():
        Attribute.objects.filter(code=code).update(**columns)
        announce("attribute", [world.attributes[code].pk])
    run_due("interactive")


def test_values_from_before_are_taken_once_their_attribute_is_unique(world: World) -> None:
    first = world.create("mug-1", {"capacity": "300"}, family="mugs").product
    second = world.create("mug-2", {"capacity": "300"}, family="mugs").product
    make_unique(world, "capacity", on=True)
    outcome = world.put(ProductChange(values={"capacity": "300"}, fields={"sku": "mug-3", "family": "mugs"}))
    assert [error.code for error in outcome.errors] == ["not_unique"]
    assert list(UniqueValue.objects.values_list("attribute", "product")) == [("capacity", first)]
    assert ProductValues.objects.get(pk=second).values["capacity"] == "300"


def test_an_attribute_no_longer_unique_holds_no_value(world: World) -> None:
    world.create("mug-1", {"ean": "4006381333931"}, family="mugs")
    make_unique(world, "ean", on=False)
    assert not UniqueValue.objects.exists()
    world.create("mug-2", {"ean": "4006381333931"}, family="mugs")
    make_unique(world, "ean", on=True)
    assert UniqueValue.objects.count() == 1


def test_products_without_a_family_follow_too(world: World) -> None:
    """They may have any attribute: one that becomes unique is so among them, and a filter finds them."""
    change(world, "color", filterable=False)
    mug = world.create("mug-1", {"capacity": "300", "color": "red"}).product
    change(world, "color", filterable=True)
    assert numbered("color=red") in Product.objects.get(pk=mug).tokens
    make_unique(world, "capacity", on=True)
    outcome = world.put(ProductChange(values={"capacity": "300"}, fields={"sku": "mug-2"}))
    assert [error.code for error in outcome.errors] == ["not_unique"]
