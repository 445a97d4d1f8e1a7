"""Texts of a locale that is approved by itself: who moves their state, who writes at once and who proposes, and what stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from catalog import approval
from catalog.models import Campaign, Grant, Locale, Product, ProductValues, Proposal, Revision, Role, User
from catalog.moves import place, undo
from catalog.values import bundle as bundles
from catalog.values import proposing
from catalog.values.campaigns import write_campaign
from catalog.values.changes import Actor, Outcome, ProductChange
from catalog.values.write import plan
from tests.world import SYSTEM, World


def person(name: str, verbs: list[str], *locales: str) -> Actor:
    role = Role.objects.create(code=name, verbs=["product.view", *verbs])
    if locales:
        grant = Grant.objects.create(role=role, unlocalized=False)
        grant.locales.set(Locale.objects.filter(code__in=locales))
    user = User.objects.create(username=name, is_staff=True)
    user.roles.add(role)
    return Actor(user, origin="form")


def states(world: World, product: int) -> tuple[str, dict[str, str]]:
    row = Product.objects.get(pk=product)
    return row.status, approval.states(row, world.structure)


@pytest.fixture
def mug(world: World) -> int:
    """Approved before German got its own approval."""
    made = world.create(
        "mug", {"name|de_DE": "Becher", "name|en_US": "Mug"}, family="mugs", status="approved"
    )
    world.approve_by_itself("de_DE")
    assert made.product is not None
    return made.product


def test_what_was_approved_stays_approved_and_a_new_product_begins_with_drafts(
    world: World, mug: int
) -> None:
    assert states(world, mug) == ("approved", {"de_DE": "approved"})
    other = world.create("mug-2", {}, family="mugs", status="approved").product or 0
    assert states(world, other) == ("approved", {"de_DE": "draft"})


def test_approving_a_product_approves_no_text_that_has_its_own_approval(world: World) -> None:
    product = world.create("mug", {"name|de_DE": "Becher"}, family="mugs").product or 0
    world.approve_by_itself("de_DE")
    world.edit(product, status="approved")
    assert states(world, product) == ("approved", {"de_DE": "draft"})
    world.edit(product, **{"status|de_DE": "approved"})
    world.edit(product, status="draft")
    assert states(world, product) == ("draft", {"de_DE": "approved"})
    changed = [row.changes for row in Revision.objects.filter(product=product).order_by("rev")]
    assert changed[2] == {"_status|de_DE": ["draft", "approved"]}


def test_a_locale_without_its_own_approval_has_no_state(world: World, mug: int) -> None:
    outcome = world.edit(mug, **{"status|fr_FR": "draft"})
    assert [(error.key, error.code) for error in outcome.errors] == [("_status|fr_FR", "unknown_field")]
    assert Product.objects.get(pk=mug).rev == 1


def test_who_may_not_publish_proposes_where_it_is_approved_and_writes_where_it_is_not(
    world: World, mug: int
) -> None:
    translator = person("translator", ["product.edit"])
    values = {"name|de_DE": "Tasse", "name|en_US": "Cup"}
    outcome = world.edit(mug, values, by=translator)
    assert sorted(outcome.proposals) == ["name|de_DE", "name|en_US"]
    world.edit(mug, **{"status|de_DE": "draft"})
    outcome = world.edit(mug, values, by=translator)
    assert (list(outcome.changed), outcome.proposals) == (["name|de_DE"], ["name|en_US"])
    assert ProductValues.objects.get(pk=mug).values == {"name|de_DE": "Tasse", "name|en_US": "Mug"}
    world.edit(mug, **{"status|de_DE": "approved"})
    world.edit(mug, status="draft")
    outcome = world.edit(mug, {"name|de_DE": "Humpen", "name|en_US": "Cup"}, by=translator)
    assert (list(outcome.changed), outcome.proposals) == (["name|en_US"], ["name|de_DE"])
    assert plan([ProductChange(product=mug, values={"name|de_DE": "X"})], by=translator)[0].proposals == ["name|de_DE"]  # fmt: skip


def test_at_a_model_from_before_who_may_not_publish_proposes(world: World) -> None:
    made = world.create("TEE", {"name|de_DE": "Hemd"}, family="shirts", family_variant="shirts_size")
    model = made.product or 0
    world.approve_by_itself("de_DE")
    assert states(world, model) == ("draft", {"de_DE": "approved"})
    translator = person("translator", ["product.edit"])
    assert world.edit(model, {"name|de_DE": "Falsch"}, by=translator).proposals == ["name|de_DE"]


@pytest.fixture
def small(world: World) -> int:
    """An approved variant, made after German got its own approval, that says nothing in German; its model does, approved."""
    world.approve_by_itself("de_DE")
    model = world.create("TEE", {"name|de_DE": "Hemd"}, family="shirts", family_variant="shirts_size").product
    world.edit(model or 0, **{"status|de_DE": "approved"})
    return world.create("TEE-S", {"size": "s"}, parent="TEE", status="approved").product or 0


@pytest.fixture(params=[False, True])
def say(request: pytest.FixtureRequest, world: World, small: int) -> Callable[[Actor], Outcome]:
    """Says something in German at the variant, for good or in a campaign."""
    if not request.param:
        return lambda by: world.edit(small, {"name|de_DE": "Hemd S"}, by=by)
    now = timezone.now()
    campaign = Campaign.objects.create(code="summer", starts_at=now, ends_at=now + timedelta(days=1))
    return lambda by: write_campaign(campaign, {small: {"name|de_DE": "Hemd S"}}, by=by)[0]


def test_what_a_variant_shows_of_its_model_is_no_draft_that_anybody_may_write_over(
    world: World, small: int, say: Callable[[Actor], Outcome]
) -> None:
    outcome = say(person("translator", ["product.edit"]))
    assert (outcome.proposals, outcome.changed) == (["name|de_DE"], {})
    outcome = say(person("publisher", ["product.edit", "product.publish"]))
    assert outcome.changed.get("_status|de_DE") == ("draft", "approved")
    assert states(world, small) == ("approved", {"de_DE": "approved"})
    assert Revision.objects.filter(product=small).latest("rev").changes["_status|de_DE"] == [
        "draft",
        "approved",
    ]


def test_where_neither_the_model_nor_the_variant_is_approved_first_words_are_a_draft(
    world: World, small: int, say: Callable[[Actor], Outcome]
) -> None:
    model = Product.objects.get(sku="TEE")
    world.edit(model.pk, **{"status|de_DE": "draft"})
    translator = person("translator", ["product.edit"])
    assert not say(translator).proposals
    assert states(world, small) == ("approved", {"de_DE": "draft"})


def test_a_first_text_below_a_model_that_says_nothing_is_a_draft(world: World) -> None:
    world.approve_by_itself("de_DE")
    world.create("TEE", {}, family="shirts", family_variant="shirts_size")
    small = world.create("TEE-S", {"size": "s"}, parent="TEE", status="approved").product or 0
    world.edit(small, {"name|de_DE": "Hemd S"})
    assert states(world, small) == ("approved", {"de_DE": "draft"})


def test_what_is_approved_in_german_stays_so_though_the_product_is_a_draft(world: World, small: int) -> None:
    world.edit(small, status="draft", **{"status|de_DE": "approved"})
    translator = person("translator", ["product.edit"])
    assert world.edit(small, {"name|de_DE": "Hemd S"}, by=translator).proposals == ["name|de_DE"]


def test_a_draft_is_written_in_german_though_its_model_is_approved_there(world: World, small: int) -> None:
    world.edit(small, status="draft")
    translator = person("translator", ["product.edit"])
    assert not world.edit(small, {"name|de_DE": "Hemd S"}, by=translator).proposals
    assert states(world, small) == ("draft", {"de_DE": "draft"})


def test_undo_passes_the_ranks_of_sources_and_not_the_approval(world: World, mug: int) -> None:
    translator = person("translator", ["product.edit"])
    back = Actor(translator.user, origin="undo")
    for key in ("name|de_DE", "name|en_US"):
        outcome = world.edit(mug, {key: "Before"}, by=back)
        assert [(error.key, error.code) for error in outcome.errors] == [(key, "approved_since")]
    world.edit(mug, **{"status|de_DE": "draft"})
    assert world.edit(mug, {"name|de_DE": "Before"}, by=back).ok


@pytest.mark.parametrize("in_campaign", [False, True])
def test_what_a_variant_takes_out_of_its_model_is_approved_no_further_than_there(
    world: World, in_campaign: bool
) -> None:
    model = world.create("TEE", {}, family="shirts", family_variant="shirts_size").product or 0
    small = world.create("TEE-S", {"size": "s"}, parent="TEE", status="approved").product or 0
    world.approve_by_itself("de_DE", "fr_FR")
    world.edit(model, **{"status|de_DE": "in_review"})
    if in_campaign:
        campaign = Campaign.objects.create(
            code="summer", starts_at=timezone.now(), ends_at=timezone.now() + timedelta(days=1)
        )
        write_campaign(campaign, {model: {"name|de_DE": "Hemd", "name|fr_FR": "Chemise"}}, by=SYSTEM)
    else:
        world.edit(model, {"name|de_DE": "Hemd", "name|fr_FR": "Chemise"})
    assert world.admin is not None
    bundle = bundles.load([small])[small]
    by = place.actor(world.admin)
    assert all(each.ok for each in place.apply(place.out_of_model(bundle, world.structure), by=by))
    assert states(world, small) == ("approved", {"de_DE": "in_review", "fr_FR": "approved"})
    assert Revision.objects.filter(product=small).order_by("-rev")[0].changes["_status|de_DE"] == ["approved", "in_review"]  # fmt: skip
    assert all(each.ok for each in undo.undo(by.ref, user=world.admin))
    assert states(world, small) == ("approved", {"de_DE": "approved", "fr_FR": "approved"})


def test_a_move_is_taken_back_where_the_locale_is_approved_by_itself_no_more(world: World) -> None:
    model = world.create("TEE", {"name|de_DE": "Hemd"}, family="shirts", family_variant="shirts_size").product
    small = world.create("TEE-S", {"size": "s"}, parent="TEE", status="approved").product or 0
    world.approve_by_itself("de_DE")
    world.edit(model or 0, **{"status|de_DE": "draft"})
    assert world.admin is not None
    by = place.actor(world.admin)
    place.apply(place.out_of_model(bundles.load([small])[small], world.structure), by=by)
    world.approve_by_itself("de_DE", on=False)
    assert all(each.ok for each in undo.undo(by.ref, user=world.admin))
    assert Product.objects.get(pk=small).parent_id == model


def test_who_may_publish_in_german_alone_decides_german_alone(world: World, mug: int) -> None:
    reviewer = person("reviewer", ["product.edit", "product.publish"], "de_DE", "fr_FR")
    assert world.edit(mug, {"name|de_DE": "Tasse"}, by=reviewer).changed
    refused = world.edit(mug, by=reviewer, status="draft")
    assert [(error.key, error.code) for error in refused.errors] == [("_status", "forbidden")]
    assert world.edit(mug, by=reviewer, **{"status|de_DE": "draft"}).ok
    assert states(world, mug) == ("approved", {"de_DE": "draft"})
    assert world.edit(mug, {"name|fr_FR": "Tasse"}, by=reviewer).proposals == ["name|fr_FR"]
    world.approve_by_itself("fr_FR")
    assert world.edit(mug, {"name|fr_FR": "Tasse"}, by=reviewer).changed


def test_a_proposal_is_taken_over_by_who_may_approve_its_locale(world: World, mug: int) -> None:
    translator = person("translator", ["product.edit"])
    world.edit(mug, {"name|de_DE": "Tasse", "name|en_US": "Cup"}, by=translator)
    reviewer = person("reviewer", ["product.edit", "product.publish"], "de_DE", "en_US").user
    assert reviewer is not None
    ids = list(Proposal.objects.order_by("pk").values_list("pk", flat=True))
    settled = proposing.accept(ids, user=reviewer, ref="test")
    assert (settled.done, list(settled.refused.values())) == (1, [1])
    assert ProductValues.objects.get(pk=mug).values == {"name|de_DE": "Tasse", "name|en_US": "Mug"}


def test_without_own_approval_publishing_in_one_locale_approves_the_product_as_before(world: World) -> None:
    product = world.create("mug", {}, family="mugs").product or 0
    reviewer = person("reviewer", ["product.publish"], "de_DE")
    assert world.edit(product, by=reviewer, status="approved").ok


def test_what_was_decided_is_kept_while_the_setting_is_off(world: World, mug: int) -> None:
    world.edit(mug, **{"status|de_DE": "draft"})
    world.approve_by_itself("de_DE", on=False)
    assert states(world, mug) == ("approved", {})
    world.approve_by_itself("de_DE")
    assert states(world, mug) == ("approved", {"de_DE": "draft"})
