"""What a limited person may write: by category, group, locale, and only as a proposal where they may not publish."""

from __future__ import annotations

import pytest

from catalog.models import (
    AttributeGroup,
    Grant,
    Locale,
    Product,
    ProductValues,
    Proposal,
    Revision,
    Role,
    User,
)
from catalog.values.changes import Actor, ProductChange
from tests.world import World

WORKS = ["product.view", "product.edit", "product.create"]


@pytest.fixture
def agency(world: World) -> Actor:
    """Sees everything, edits the marketing group of what is in "kitchen", German only."""
    sees = Role.objects.create(code="sees", verbs=["product.view"])
    edits = Role.objects.create(code="edits", verbs=WORKS)
    grant = Grant.objects.create(role=edits, unlocalized=False)
    grant.categories.add(world.categories["kitchen"])
    grant.groups.add(AttributeGroup.objects.get(code="marketing"))
    grant.locales.add(Locale.objects.get(code="de_DE"))
    user = User.objects.create(username="agency", is_staff=True)
    user.roles.add(sees, edits)
    return Actor(user, origin="form")


def test_they_write_where_their_grant_reaches_also_below_its_category(world: World, agency: Actor) -> None:
    pk = world.create("mug", {}, family="mugs", categories=["cups"]).product
    assert world.edit(pk, {"name|de_DE": "Becher"}, by=agency).status == "updated"
    assert ProductValues.objects.get(pk=pk).values == {"name|de_DE": "Becher"}


@pytest.mark.parametrize(("key", "raw"), [("name|en_US", "Mug"), ("color", "red"), ("price", {"EUR": "1"})])
def test_another_locale_or_group_is_refused_and_nothing_is_written(
    world: World, agency: Actor, key: str, raw: object
) -> None:
    pk = world.create("mug", {}, family="mugs", categories=["cups"]).product
    outcome = world.edit(pk, {key: raw, "name|de_DE": "Becher"}, by=agency)
    assert [(error.key, error.code) for error in outcome.errors] == [(key, "forbidden")]
    assert ProductValues.objects.get(pk=pk).values == {}
    assert Revision.objects.filter(product=pk).count() == 1


def test_to_see_everything_is_not_to_edit_everything(world: World, agency: Actor) -> None:
    pk = world.create("lamp", {}, family="mugs", categories=["other"]).product
    outcome = world.edit(pk, {"name|de_DE": "Lampe"}, by=agency)
    assert [error.code for error in outcome.errors] == ["forbidden"]
    assert ProductValues.objects.get(pk=pk).values == {}


def test_products_are_created_within_reach_only(world: World, agency: Actor) -> None:
    outside = world.put(
        ProductChange(fields={"sku": "a", "family": "mugs", "categories": ["other"]}), by=agency
    )
    nowhere = world.put(ProductChange(fields={"sku": "b", "family": "mugs"}), by=agency)
    inside = world.put(
        ProductChange(fields={"sku": "c", "family": "mugs", "categories": ["cups"]}), by=agency
    )
    assert [outcome.status for outcome in (outside, nowhere, inside)] == ["refused", "refused", "created"]
    assert list(Product.objects.values_list("sku", flat=True)) == ["c"]


def test_a_variant_is_reached_through_its_models_categories(world: World, agency: Actor) -> None:
    world.create("tee", {}, family="shirts", family_variant="shirts_size", categories=["kitchen"])
    small = world.create("tee-s", {"size": "s"}, parent="tee").product
    assert world.edit(small, {"name|de_DE": "Hemd S"}, by=agency).status == "updated"


def test_an_edit_of_an_approved_product_becomes_a_proposal(world: World, agency: Actor) -> None:
    pk = world.create(
        "mug", {"name|de_DE": "Becher"}, family="mugs", categories=["cups"], status="approved"
    ).product
    outcome = world.edit(pk, {"name|de_DE": "Neuer Becher"}, by=agency)
    assert (outcome.status, outcome.proposals) == ("unchanged", ["name|de_DE"])
    assert ProductValues.objects.get(pk=pk).values == {"name|de_DE": "Becher"}
    assert Proposal.objects.get().proposed_by == agency.user


def test_approving_needs_the_right_to_publish(world: World, agency: Actor) -> None:
    pk = world.create("mug", {}, family="mugs", categories=["cups"]).product
    assert [error.code for error in world.edit(pk, by=agency, status="approved").errors] == ["forbidden"]
    assert Product.objects.get(pk=pk).status == "draft"
    assert world.edit(pk, by=agency, status="in_review").status == "updated"


@pytest.mark.parametrize("fields", [{"categories": ["other"]}, {"family": "shirts"}, {"enabled": False}])
def test_what_channels_see_of_an_approved_product_is_changed_by_who_may_publish(
    world: World, fields: dict[str, object]
) -> None:
    """A value is kept as a proposal; a field has none, so it is refused."""
    user = User.objects.create(username="editor", is_staff=True)
    user.roles.add(Role.objects.create(code="editor", verbs=["product.view", "product.edit"]))
    editor = Actor(user, origin="form")
    approved = world.create("mug", {}, family="mugs", categories=["cups"], status="approved").product
    draft = world.create("mug-2", {}, family="mugs", categories=["cups"]).product
    outcome = world.edit(approved, by=editor, **fields)
    assert [error.code for error in outcome.errors] == ["forbidden"]
    assert Product.objects.get(pk=approved).rev == 1
    assert world.edit(draft, by=editor, **fields).status == "updated"
