"""Campaign values overlay permanent ones while they last, and never touch them."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from catalog.models import Campaign, Product, ProductValues, Proposal, Revision, Role, User
from catalog.values import bundle
from catalog.values.campaigns import write_campaign
from catalog.values.changes import EMPTY, RESET, Actor
from catalog.values.hashing import value_hash
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


def test_two_people_on_one_campaign_value_conflict_and_nobodys_text_is_lost(world: World) -> None:
    pk = world.create("mug-1", {"name|en_US": "Mug"}, family="mugs").product
    summer = campaign()
    write_campaign(summer, {pk: {"name|en_US": "Hot"}}, by=SYSTEM)
    seen = {pk: {"name|en_US": value_hash("Hot")}}
    write_campaign(summer, {pk: {"name|en_US": "Hotter"}}, by=SYSTEM, base=seen)
    (outcome,) = write_campaign(
        summer, {pk: {"name|en_US": "Cool", "weight": {"amount": "1", "unit": "KILOGRAM"}}}, by=SYSTEM,
        base={pk: {**seen[pk], "weight": ""}},
    )  # fmt: skip
    assert outcome.status == "conflict"
    assert [(each.key, each.mine, each.theirs) for each in outcome.conflicts] == [
        ("name|en_US", "Cool", "Hotter")
    ]
    assert summer.documents.get().values == {
        "name|en_US": "Hotter",
        "weight": {"amount": "1", "unit": "KILOGRAM"},
    }


def test_two_currencies_of_one_campaign_price_are_two_edits(world: World) -> None:
    pk = world.create("mug-1", {}, family="mugs").product
    summer = campaign()
    write_campaign(summer, {pk: {"price": {"EUR": "10", "USD": "12"}}}, by=SYSTEM)
    seen = {pk: {"price": value_hash({"EUR": "10", "USD": "12"})}}
    write_campaign(summer, {pk: {"price": {"EUR": "9", "USD": "12"}}}, by=SYSTEM, base=seen)
    (outcome,) = write_campaign(summer, {pk: {"price": {"EUR": "10", "USD": "11"}}}, by=SYSTEM, base=seen)
    assert outcome.status == "updated"
    assert summer.documents.get().values == {"price": {"EUR": "9", "USD": "11"}}


def test_a_campaign_can_leave_a_value_empty_where_the_permanent_one_would_shine_through(world: World) -> None:
    pk = world.create("mug-1", {"capacity": "300"}, family="mugs").product
    summer = campaign()
    write_campaign(summer, {pk: {"capacity": EMPTY}}, by=SYSTEM)
    loaded = bundle.load([pk])[pk]
    spec = world.structure.attributes["capacity"]
    found = resolve(loaded, spec, world.structure, at=timezone.now())
    assert (found.found, found.value, found.campaign) == (True, None, "summer")


def test_who_may_not_publish_proposes_campaign_values_of_an_approved_product(world: World) -> None:
    pk = world.create("mug-1", {"name|en_US": "Mug"}, family="mugs").product
    world.edit(pk, status="approved")
    anna = User.objects.create_user("anna", is_staff=True)
    anna.roles.add(Role.objects.create(code="editor", labels={}, verbs=["product.edit"]))
    summer = campaign()
    (outcome,) = write_campaign(summer, {pk: {"name|en_US": "Hot"}}, by=Actor(anna, origin="form"))
    assert (outcome.status, outcome.proposals) == ("unchanged", ["name|en_US"])
    assert not summer.documents.exists()
    assert Proposal.objects.get().key == "name|en_US@summer"


def test_who_may_not_edit_writes_no_campaign_value(world: World) -> None:
    pk = world.create("mug-1", {"name|en_US": "Mug"}, family="mugs").product
    rita = User.objects.create_user("rita", is_staff=True)
    rita.roles.add(Role.objects.create(code="reader", labels={}, verbs=["product.view"]))
    summer = campaign()
    (outcome,) = write_campaign(summer, {pk: {"name|en_US": "Hot"}}, by=Actor(rita, origin="form"))
    assert [error.code for error in outcome.errors] == ["forbidden"]
    assert not summer.documents.exists()


def test_what_tells_products_apart_is_no_campaigns_business(world: World) -> None:
    world.create("tee", {}, family="shirts", family_variant="shirts_size")
    small = world.create("tee-s", {"size": "s"}, parent="tee").product
    summer = campaign()
    (outcome,) = write_campaign(summer, {small: {"size": "m", "ean": "4006381333931"}}, by=SYSTEM)
    assert [(error.key, error.code) for error in outcome.errors] == [
        ("size", "not_in_campaign"),
        ("ean", "not_in_campaign"),
    ]
    assert not summer.documents.exists()
