"""An attribute that becomes unique, or is so no longer, after products have values of it."""

from __future__ import annotations

from django.db import transaction

from catalog.jobs import run_due
from catalog.models import Attribute, ProductValues, UniqueValue
from catalog.structure.announce import announce
from catalog.values.changes import ProductChange
from tests.world import World


def make_unique(world: World, code: str, *, on: bool) -> None:
    with transaction.atomic():
        Attribute.objects.filter(code=code).update(is_unique=on)
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
