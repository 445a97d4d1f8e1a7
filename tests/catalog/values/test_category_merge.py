"""Two people placing one product in categories: what each added and removed is kept."""

from __future__ import annotations

from catalog.models import ProductCategory
from catalog.values.hashing import value_hash
from tests.world import World


def _placed(product: int) -> list[str]:
    return list(
        ProductCategory.objects.filter(product=product)
        .order_by("position")
        .values_list("category__code", flat=True)
    )


def test_categories_that_two_people_added_and_removed_are_merged(world: World) -> None:
    pk = world.create("mug-1", {}, family="mugs", categories=["cups", "fashion"]).product
    seen = {"_categories": value_hash(["cups", "fashion"])}
    world.edit(pk, categories=["cups", "fashion", "other"], base=seen)
    outcome = world.edit(pk, categories=["cups", "home"], base=seen)
    assert (outcome.status, outcome.conflicts) == ("updated", [])
    assert _placed(pk) == ["cups", "other", "home"]


def test_removing_what_somebody_else_has_removed_changes_nothing(world: World) -> None:
    pk = world.create("mug-1", {}, family="mugs", categories=["cups", "fashion"]).product
    seen = {"_categories": value_hash(["cups", "fashion"])}
    world.edit(pk, categories=["cups"], base=seen)
    outcome = world.edit(pk, categories=["cups"], base=seen)
    assert (outcome.status, outcome.conflicts) == ("unchanged", [])
    assert _placed(pk) == ["cups"]


def test_categories_seen_at_a_time_nobody_knows_of_are_a_conflict(world: World) -> None:
    pk = world.create("mug-1", {}, family="mugs", categories=["cups"]).product
    outcome = world.edit(pk, categories=["home"], base={"_categories": value_hash(["fashion"])})
    assert (outcome.status, outcome.conflicts[0].theirs) == ("conflict", ["cups"])
    assert _placed(pk) == ["cups"]
