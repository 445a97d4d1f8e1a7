"""A product like another: what the new one gets, and what only one product can have."""

from __future__ import annotations

from typing import Any

from catalog.access import ALL, rights_of
from catalog.models import AttributeGroup, Grant, Product, ProductValues, Role, User
from catalog.moves import duplicate, place
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.changes import EMPTY
from catalog.values.fingerprint import catalogue_hash
from tests.world import World

MUG = {"name|en_US": "Mug", "color": "red", "ean": "4006381333931"}


def copied(world: World, product: int, sku: str, rights: Any = ALL, **more: Any) -> duplicate.Copy:
    bundle = bundles.load([product])[product]
    return duplicate.copy(bundle, Structure.current(), rights, sku=sku, **more)


def put(world: World, made: duplicate.Copy) -> Any:
    return duplicate.duplicate(made, by=place.actor(world.admin))  # type: ignore[arg-type]


def test_values_and_categories_are_copied_and_unique_values_are_not(world: World) -> None:
    mug = world.create("MUG", MUG, family="mugs", categories=["cups"], status="approved").product or 0
    made = copied(world, mug, "MUG-2", own_categories=("cups",))
    assert made.left_out == [("Ean", "no two products may have the same")]
    outcome = put(world, made)
    assert outcome.status == "created"
    row = Product.objects.get(sku="MUG-2")
    assert (row.status, row.rev, row.family_id) == ("draft", 1, world.families["mugs"].pk)
    assert ProductValues.objects.get(pk=row.pk).values == {"name|en_US": "Mug", "color": "red"}
    assert [category.code for category in row.categories.all()] == ["cups"]


def test_a_variant_is_copied_beside_itself_with_other_axes(world: World) -> None:
    world.create("TEE", {}, family_variant="shirts_size")
    variant = world.create("TEE-M", {"size": "m", "color": "red"}, parent="TEE").product or 0
    before = catalogue_hash()
    refused = put(world, copied(world, variant, "TEE-L"))
    assert [error.code for error in refused.errors] == ["axis_taken"]
    assert catalogue_hash() == before
    outcome = put(world, copied(world, variant, "TEE-L", axes={"size": "l"}))
    assert ProductValues.objects.get(pk=outcome.product).values == {"size": "l", "color": "red"}


def test_a_taken_sku_is_refused(world: World) -> None:
    mug = world.create("MUG", MUG, family="mugs").product or 0
    outcome = put(world, copied(world, mug, "mug"))
    assert [error.message for error in outcome.errors] == ["The SKU mug is taken."]
    assert Product.objects.count() == 1


def test_what_a_person_may_not_write_is_left_out(world: World) -> None:
    user = User.objects.create_user("anna", password="x")
    role = Role.objects.create(code="texts", verbs=["product.create", "product.edit"])
    Grant.objects.create(role=role).groups.set(AttributeGroup.objects.filter(code="marketing"))
    user.roles.add(role)
    mug = world.create("MUG", MUG, family="mugs").product or 0
    made = copied(world, mug, "MUG-2", rights_of(user))
    assert made.copied == ["name|en_US"]
    assert made.left_out == [
        ("Color", "your roles do not let you write it"),
        ("Ean", "no two products may have the same"),
    ]


def test_what_is_left_empty_on_purpose_is_empty_in_the_copy_too(world: World) -> None:
    """Else the copy of a variant would say there what its model says."""
    world.create("TEE", {"weight": {"amount": "1", "unit": "KILOGRAM"}}, family_variant="shirts_size")
    variant = world.create("TEE-M", {"size": "m", "weight": EMPTY}, parent="TEE").product or 0
    outcome = put(world, copied(world, variant, "TEE-L", axes={"size": "l"}))
    assert ProductValues.objects.get(pk=outcome.product).values == {"size": "l", "weight": None}
