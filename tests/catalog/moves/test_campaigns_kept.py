"""A move that is taken back takes nothing along that was written for a campaign since, and that nobody was shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from catalog.models import Campaign, CampaignValues, FamilyVariant, Product, Revision, VariantAttribute
from catalog.moves import place, undo
from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.campaigns import write_campaign
from catalog.values.changes import RESET, Outcome
from catalog.values.fingerprint import catalogue_hash
from tests.world import SYSTEM, World


@pytest.fixture
def sale(world: World) -> Campaign:
    now = timezone.now()
    return Campaign.objects.create(
        code="sale", labels={"en_US": "Sale"}, starts_at=now, ends_at=now + timedelta(days=1)
    )


def undone(world: World) -> list[Outcome]:
    assert world.admin is not None
    ref = Revision.objects.filter(ref__startswith="move:").values_list("ref", flat=True).distinct().get()
    return undo.undo(ref, user=world.admin)


def test_what_a_campaign_says_since_and_has_no_room_where_it_was_keeps_the_product_where_it_is(
    world: World, sale: Campaign
) -> None:
    mug = Product.objects.get(pk=world.create("MUG", {"capacity": "300"}, family="mugs").product)
    assert world.admin is not None
    place.apply(place.to_family(mug, "shirts"), by=place.actor(world.admin))
    write_campaign(sale, {mug.pk: {"size": "m", "price": {"EUR": "5"}}}, by=SYSTEM)
    before = catalogue_hash()
    [error] = [error for outcome in undone(world) for error in outcome.errors]
    assert (error.key, error.code) == ("_family", "written_since")
    assert (
        error.message
        == "Size was written in the campaign Sale since, and has no room where it was before: empty it first."
    )
    assert catalogue_hash() == before
    assert CampaignValues.objects.get().values == {"size": "m", "price": {"EUR": "5"}}
    write_campaign(sale, {mug.pk: {"size": RESET}}, by=SYSTEM)
    assert all(outcome.ok for outcome in undone(world))
    assert Product.objects.get().family == world.families["mugs"]
    assert CampaignValues.objects.get().values == {"price": {"EUR": "5"}}


def test_what_a_variant_took_out_of_its_model_stops_no_undo_unless_it_was_written_anew(
    world: World, sale: Campaign
) -> None:
    VariantAttribute.objects.create(
        family_variant=FamilyVariant.objects.get(code="shirts_size"), attribute=world.attributes["weight"],
        level=0, is_axis=False,
    )  # fmt: skip
    with transaction.atomic():
        announce("structure", [])
    model = world.create("TEE", {}, family_variant="shirts_size").product
    variant = world.create("TEE-M", {"size": "m"}, parent="TEE").product
    assert world.admin is not None
    assert model
    assert variant
    write_campaign(sale, {model: {"weight": "1 kg"}}, by=SYSTEM)
    out = place.out_of_model(bundles.load([variant])[variant], Structure.current())
    place.apply(out, by=place.actor(world.admin))
    carried = CampaignValues.objects.get(product=variant).values
    write_campaign(sale, {variant: {"weight": "2 kg"}}, by=SYSTEM)
    assert [error.code for outcome in undone(world) for error in outcome.errors] == ["written_since"]
    write_campaign(sale, {variant: {"weight": "1 kg"}}, by=SYSTEM)
    assert CampaignValues.objects.get(product=variant).values == carried
    assert all(outcome.ok for outcome in undone(world))
    assert Product.objects.get(pk=variant).parent_id == model
    assert CampaignValues.objects.get(product=variant).values == {}
