"""What tells variants of one model apart, when existing and new ones meet in one batch."""

from __future__ import annotations

from catalog.models import Product
from catalog.values.changes import ProductChange
from catalog.values.write import write
from tests.world import SYSTEM, World


def test_a_variant_edited_in_the_same_batch_still_holds_its_combination(world: World) -> None:
    world.create("tee", {}, family="shirts", family_variant="shirts_size")
    small = world.create("tee-s", {"size": "s"}, parent="tee").product
    outcomes = write(
        [
            ProductChange(product=small, values={"ean": "4006381333931"}),
            ProductChange(values={"size": "s"}, fields={"sku": "tee-s2", "parent": "tee"}),
        ],
        by=SYSTEM,
    )
    assert [outcome.status for outcome in outcomes] == ["updated", "refused"]
    assert [error.code for error in outcomes[1].errors] == ["axis_taken"]
    assert not Product.objects.filter(sku="tee-s2").exists()


def test_two_variants_may_change_places_in_one_batch(world: World) -> None:
    world.create("tee", {}, family="shirts", family_variant="shirts_size")
    one = world.create("tee-1", {"size": "s"}, parent="tee").product
    two = world.create("tee-2", {"size": "m"}, parent="tee").product
    outcomes = write(
        [
            ProductChange(product=one, values={"size": "m"}),
            ProductChange(product=two, values={"size": "s"}),
        ],
        by=SYSTEM,
    )
    assert [outcome.status for outcome in outcomes] == ["updated", "updated"]
