"""Two products that are one: whose value stays, identifiers that change hands, the trash with a pointer, and back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog.access import ALL
from catalog.models import Grant, MergedProduct, Product, ProductValues, Role, UniqueValue, User
from catalog.moves import merging, place, undo
from catalog.moves.merging import Merge
from catalog.structure.product_names import NAMES
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.changes import ABSENT, Actor, Outcome
from catalog.values.fingerprint import catalogue_hash
from catalog.values.links import linked_to, pointing_at
from tests.catalog.links import add_associations
from tests.world import World

EAN = "4006381333931"


def compare(first: int, second: int) -> Merge:
    loaded = bundles.load([first, second])
    return merging.compare(loaded[first], loaded[second], Structure.current(), ALL, ALL)


@pytest.fixture
def pair(world: World) -> tuple[int, int]:
    """The same mug twice: marketing's words here, the ERP's figures there."""
    erp = Actor(None, "import", source="erp", trusted=True)
    first = world.create(
        "MUG", {"name|en_US": "Mug", "capacity": "300", "color": "red"}, family="mugs", categories=["cups"]
    ).product
    second = world.create(
        "MUG-OLD", {"capacity": "330", "ean": EAN, "color": "navy"}, by=erp, categories=["other"], family="mugs"
    ).product  # fmt: skip
    assert first
    assert second
    return first, second


def merged(world: World, made: Merge, chosen: dict[str, str] | None = None) -> list[Outcome]:
    return merging.merge(made, chosen or {}, ["cups"], by=place.actor(world.admin))  # type: ignore[arg-type]


def test_what_is_filled_and_the_stronger_source_are_preselected(pair: tuple[int, int]) -> None:
    made = compare(*pair)
    assert [(each.key, each.kept, each.taken, each.preselected) for each in made.choices] == [
        ("color", "red", "navy", "take"),
        ("ean", ABSENT, EAN, "take"),
        ("capacity", "300", "330", "take"),
    ]
    assert made.added_categories == ["other"]


def test_the_survivor_gets_what_was_chosen_and_the_other_goes_to_the_trash(
    world: World, pair: tuple[int, int]
) -> None:
    outcomes = merged(world, compare(*pair), {"color": "keep"})
    assert [outcome.status for outcome in outcomes] == ["updated", "updated"]
    first, second = pair
    assert ProductValues.objects.get(pk=first).values == {
        "name|en_US": "Mug", "capacity": "330", "color": "red", "ean": EAN,
    }  # fmt: skip
    assert Product.objects.get(pk=second).trashed_at is not None
    assert UniqueValue.objects.get().product_id == first
    row = Product.objects.get(pk=first)
    assert sorted(row.categories.values_list("code", flat=True)) == ["cups", "other"]
    assert MergedProduct.objects.get().into_id == first
    assert merging.merged_into(Product.objects.get(pk=second)) == row


def test_a_merge_is_undone_whole(world: World, pair: tuple[int, int]) -> None:
    before = catalogue_hash()
    by = place.actor(world.admin)  # type: ignore[arg-type]
    merging.merge(compare(*pair), {}, ["cups"], by=by)
    outcomes = undo.undo(by.ref, user=world.admin)  # type: ignore[arg-type]
    assert all(outcome.ok for outcome in outcomes)
    assert len(outcomes) == 2
    assert catalogue_hash() == before
    assert UniqueValue.objects.get().product_id == pair[1]
    assert not MergedProduct.objects.exists()


def test_who_sees_one_of_the_two_takes_back_nothing(world: World, pair: tuple[int, int]) -> None:
    by = place.actor(world.admin)  # type: ignore[arg-type]
    merging.merge(compare(*pair), {}, ["cups"], by=by)
    role = Role.objects.create(code="cups", verbs=["product.view", "product.edit", "product.create"])
    Grant.objects.create(role=role).categories.add(world.categories["cups"])
    user = User.objects.create(username="limited", is_staff=True)
    user.roles.add(role)
    before = catalogue_hash()
    outcomes = undo.undo(by.ref, user=user)
    assert [(error.key, error.code) for outcome in outcomes for error in outcome.errors] == [
        ("_sku", "forbidden")
    ]
    assert catalogue_hash() == before
    assert MergedProduct.objects.count() == 1


def test_a_move_whose_history_may_have_been_thinned_is_not_taken_back(settings: Any) -> None:
    settings.PIM_KEEP_REVISIONS_DAYS = 30
    young, old = (timezone.now() - timedelta(days=days) for days in (29, 31))
    assert [undo.can_be_undone("move:1", at) for at in (young, old)] == [True, False]
    assert not undo.can_be_undone("bulk:1", young)


def test_a_value_changed_since_it_was_looked_at_stops_the_merge(world: World, pair: tuple[int, int]) -> None:
    made = compare(*pair)
    world.edit(pair[0], {"capacity": "350"}, by=Actor(None, "import", source="erp", trusted=True))
    before = catalogue_hash()
    outcomes = merged(world, made)
    assert [conflict.key for conflict in outcomes[1].conflicts] == ["capacity"]
    assert catalogue_hash() == before
    assert not MergedProduct.objects.exists()


def test_what_the_survivor_has_no_room_for_is_told(world: World) -> None:
    first = world.create("TEE", {}, family="shirts").product
    second = world.create("MUG", {"capacity": "300"}, family="mugs").product
    made = compare(first or 0, second or 0)
    assert [(spec.code, value) for spec, value in made.lost] == [("capacity", "300")]


def reason(first: int, second: int, **more: Any) -> str:
    loaded = bundles.load([first, second])
    return merging.why_not(loaded[first], loaded[second], **{"other_has_variants": False, **more})


def test_why_two_are_not_merged(world: World, pair: tuple[int, int]) -> None:
    model = world.create("TEE", {}, family_variant="shirts_size").product or 0
    assert reason(*pair) == ""
    assert (
        reason(pair[0], pair[0]) == "A product cannot be merged with itself: give the SKU of the other one."
    )
    assert reason(pair[0], model) == "A model and a product that is sold are not the same thing."
    assert reason(pair[0], model, other_has_variants=True) == (
        "TEE has variants: move them to the model that stays, then merge."
    )
    world.edit(pair[1], trashed=True)
    assert reason(*pair) == "MUG-OLD is in the trash: take it out first."


def into(world: World, other: int, survivor: int) -> str:
    """Merged; the reference of the move."""
    by = place.actor(world.admin)  # type: ignore[arg-type]
    outcomes = merging.merge(compare(survivor, other), {}, [], by=by)
    assert all(outcome.ok for outcome in outcomes), outcomes
    return by.ref


def test_what_was_merged_into_a_product_that_is_merged_itself_is_the_last_one(world: World) -> None:
    """Values that point at the first show and send the third, and the third's page shows what points at the first."""
    add_associations(world)
    first, second, third = (world.create(sku, {}, family="mugs").product or 0 for sku in ("A", "B", "C"))
    lid = world.create("LID", {"CROSSSELL": ["A"]}).product or 0
    spec = world.structure.attributes["CROSSSELL"]
    into(world, first, second)
    undone = into(world, second, third)

    def said(product: int) -> tuple[str, dict[int, dict[str, list[int]]]]:
        NAMES.bring()
        return NAMES.shown(first), linked_to([product], [spec])

    assert said(third) == ("C", {third: {"CROSSSELL": [lid]}})
    assert pointing_at([third], [spec]) == [lid]
    assert merging.merged_into(Product.objects.get(pk=first)) == Product.objects.get(pk=third)
    undo.undo(undone, user=world.admin)  # type: ignore[arg-type]
    assert said(second) == ("B", {second: {"CROSSSELL": [lid]}})


def test_undoing_an_earlier_merge_leaves_the_pointer_of_a_later_one(world: World) -> None:
    first = world.create("A", {"color": "red"}, family="mugs").product or 0
    second, third = (world.create(sku, {}, family="mugs").product or 0 for sku in ("B", "C"))
    undone = into(world, first, second)
    made = compare(third, second)
    merging.merge(
        made, dict.fromkeys((each.key for each in made.choices), "keep"), [], by=place.actor(world.admin)
    )  # type: ignore[arg-type]
    outcomes = undo.undo(undone, user=world.admin)  # type: ignore[arg-type]
    assert all(outcome.ok for outcome in outcomes)
    assert list(MergedProduct.objects.values_list("product", "into")) == [(second, third)]


def test_a_merged_product_that_is_taken_out_of_the_trash_is_itself_again(world: World) -> None:
    """Else who writes its SKU would get the other one."""
    add_associations(world)
    first, second = (world.create(sku, {}, family="mugs").product or 0 for sku in ("A", "B"))
    into(world, first, second)
    world.edit(first, trashed=False)
    lid = world.create("LID", {"CROSSSELL": ["A"]}).product or 0
    assert ProductValues.objects.get(pk=lid).values["CROSSSELL"] == [{"product": first}]
    assert NAMES.shown(first) == "A"
    spec = world.structure.attributes["CROSSSELL"]
    assert linked_to([first, second], [spec]) == {first: {"CROSSSELL": [lid]}}
