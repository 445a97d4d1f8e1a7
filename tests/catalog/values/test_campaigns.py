"""Campaign values overlay permanent ones while they last, and never touch them."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from catalog.models import Campaign, Product, ProductValues, Revision
from catalog.values import bundle
from catalog.values.campaigns import write_campaign
from catalog.values.changes import RESET
from catalog.values.resolve import resolve
from tests.world import SYSTEM, World


def campaign(code: str = "summer", **window: int) -> Campaign:
    now = timezone.now()
    return Campaign.objects.create(
        code=code,
        starts_at=now + timedelta(days=window.get("starts", -1)),
        ends_at=now + timedelta(days=window.get("ends", 1)),
        priority=window.get("priority", 0),
    )


def test_a_campaign_value_is_seen_while_it_lasts_and_the_permanent_one_stays(world: World) -> None:
    pk = world.create("mug-1", {"price": {"EUR": "20"}}, family="mugs").product
    (outcome,) = write_campaign(campaign(), {pk: {"price||shop": {"EUR": "15"}}}, by=SYSTEM)
    assert outcome.status == "updated"
    structure, spec = world.structure, world.structure.attributes["price"]
    loaded = bundle.load([pk], structure=structure)[pk]
    now = timezone.now()
    assert resolve(loaded, spec, structure, context="shop", at=now).value == {"EUR": "15"}
    assert resolve(loaded, spec, structure, context="b2b", at=now).value == {"EUR": "20"}
    assert resolve(loaded, spec, structure, context="shop", at=now + timedelta(days=2)).value == {"EUR": "20"}
    assert resolve(loaded, spec, structure, context="shop").value == {"EUR": "20"}
    assert ProductValues.objects.get(pk=pk).values == {"price": {"EUR": "20"}}
    revision = Revision.objects.filter(product=pk).latest("rev")
    assert revision.changes == {"price||shop@summer": [{"absent": True}, {"EUR": "15"}]}


def test_a_models_campaign_reaches_its_variants(world: World) -> None:
    model = world.create("tee", {}, family="shirts", family_variant="shirts_size").product
    small = world.create("tee-s", {"size": "s"}, parent="tee").product
    write_campaign(campaign(), {model: {"name|en_US": "Summer tee"}}, by=SYSTEM)
    loaded = bundle.load([small])[small]
    found = resolve(
        loaded, world.structure.attributes["name"], world.structure, locale="en_US", at=timezone.now()
    )
    assert (found.value, found.campaign, found.level) == ("Summer tee", "summer", 1)


def test_a_refused_campaign_value_changes_nothing(world: World) -> None:
    pk = world.create("mug-1", {}, family="mugs").product
    summer = campaign()
    (outcome,) = write_campaign(summer, {pk: {"color": "no such"}}, by=SYSTEM)
    assert outcome.status == "refused"
    assert not summer.documents.exists()
    assert Product.objects.get(pk=pk).rev == 1


def test_a_campaign_value_can_be_taken_back(world: World) -> None:
    pk = world.create("mug-1", {}, family="mugs").product
    summer = campaign()
    write_campaign(summer, {pk: {"name|en_US": "Hot"}}, by=SYSTEM)
    write_campaign(summer, {pk: {"name|en_US": RESET}}, by=SYSTEM)
    assert summer.documents.get().values == {}
