"""Rules that cannot run, or never should have, stop themselves and nothing else; and what wakes them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from enrichment.memory import following as memory
from enrichment.models import MemoryMark, MemoryStale, Rule, RuleMark
from enrichment.rules import current, following, planning, running, saving
from enrichment.rules.actions import Action
from enrichment.rules.calculating import Calculation, Miscalculated
from enrichment.tasks import tick
from tests.enrichment.conftest import Desk, values_of
from tests.enrichment.forms import controls
from tests.enrichment.rules.conftest import FEED, MakeRule, run
from tests.enrichment.rules.test_running import RED, mug, settle
from tests.world import World


def stored(rule: Rule, **fields: Any) -> None:
    """As an older version, or a hand in the database, left it."""
    Rule.objects.filter(pk=rule.pk).update(**fields)
    current.forget()


# --- what wakes a rule


@pytest.mark.parametrize(
    ("when", "change"),
    [
        ("-if~status~in~approved", {"status": "approved"}),
        ("-if~enabled~in~no", {"enabled": False}),
        ("-if~sku~is~CUP--1", {"sku": "CUP-1"}),
        ("-if~family~in~mugs", {"family": "mugs"}),
    ],
)
def test_a_products_own_fields_wake_the_rules_that_ask_for_them(
    world: World, make_rule: MakeRule, when: str, change: dict[str, Any]
) -> None:
    make_rule(RED, when=when, on_change=True)
    product = world.create("MUG-1", family=None if "family" in change else "mugs", by=FEED).product or 0
    settle()
    assert "color" not in values_of(product)
    world.edit(product, **change)
    settle()
    assert values_of(product)["color"] == "red"


def test_a_new_sku_reaches_the_texts_that_name_it(world: World, make_rule: MakeRule) -> None:
    product = mug(world)
    make_rule(Action("template", "name", ("en_US",), template="No. {sku}"), when="", on_change=True)
    settle()
    world.edit(product, sku="CUP-1")
    settle()
    assert values_of(product)["name|en_US"] == "No. CUP-1"


# --- one that cannot be read, or fails


@pytest.mark.parametrize(
    "actions", [[{"do": "dance"}], [{"do": "calculate", "attribute": "weight", "expression": "1e999"}], "x"]
)
def test_a_rule_that_cannot_be_read_stops_no_product_and_says_so(
    world: World, make_rule: MakeRule, desk: Desk, actions: Any
) -> None:
    make_rule(RED, code="good", on_change=True)
    stored(make_rule(RED, code="bad", on_change=True, when="-if~sku~is~X"), actions=actions)
    product = mug(world)
    tick()
    assert values_of(product)["color"] == "red"
    bad = Rule.objects.get(code="bad")
    assert bad.problem.startswith(("What it does cannot be read", "Action 1: Write a number"))
    assert bad.problem in desk.client.get("/admin/catalog/product/rules/").content.decode().replace(
        "&#x27;", "'"
    )
    assert desk.client.get(f"/admin/catalog/product/rules/{bad.pk}/").status_code == 200


def test_no_number_is_read_as_infinite() -> None:
    with pytest.raises(Miscalculated, match="at most 30 digits"):
        Calculation("-1e999")


def test_a_rule_that_fails_stops_no_other(
    world: World, make_rule: MakeRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = make_rule(Action("set", "capacity", value="1"), code="bad", on_change=True)
    make_rule(RED, code="good", on_change=True)
    settle()
    plan = planning.plan

    def failing(rule: Any, *args: Any, **more: Any) -> Any:
        if rule.code == "bad":
            raise KeyError("gone")
        return plan(rule, *args, **more)

    product = mug(world)
    with monkeypatch.context() as patched:
        patched.setattr(planning, "plan", failing)
        tick()
    assert values_of(product) == {"color": "red"}
    assert not RuleMark.objects.exists()
    bad.refresh_from_db()
    assert "(KeyError)" in bad.problem
    mug(world, "MUG-2")
    tick()
    bad.refresh_from_db()
    assert bad.problem == ""


def test_a_run_that_cannot_begin_stops_nothing(
    world: World, make_rule: MakeRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_rule(RED, on_change=True)
    settle()
    product = mug(world)
    Rule.objects.update(whole_due=True)
    monkeypatch.setattr(running, "enqueue_run", lambda *args, **more: 1 / 0)
    tick()
    assert values_of(product)["color"] == "red"
    assert Rule.objects.get().whole_due


def test_a_product_the_memory_cannot_read_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {"name|en_US": "Blue mug", "name|de_DE": "Blauer Becher"}
    bad, good = mug(world, **texts), mug(world, "MUG-2", **texts)
    renew = memory.renew

    def failing(products: Any) -> None:
        if bad in products:
            raise ValueError("unreadable")
        renew(products)

    monkeypatch.setattr(memory, "renew", failing)
    memory.follow()
    assert not MemoryStale.objects.exists()
    assert set(MemoryMark.objects.values_list("product", flat=True)) == {good}


# --- one that came to feed itself


def test_a_rule_that_came_to_feed_itself_stops_and_can_be_switched_off(
    world: World, make_rule: MakeRule
) -> None:
    rule = make_rule(Action("calculate", "capacity", expression="{weight} + 1"), on_change=True)
    product = mug(world, capacity="1")
    settle()
    again = Action("calculate", "capacity", expression="{capacity} + 1").as_json()
    stored(rule, actions=[again])
    world.edit(product, {"capacity": "5"}, by=FEED)
    tick()
    assert values_of(product)["capacity"] == "5"
    rule.refresh_from_db()
    assert rule.problem.startswith("It reads what it writes")
    saving.switch(rule.pk, on=False, by=world.admin)
    with pytest.raises(ValidationError, match="reads what it writes"):
        saving.switch(rule.pk, on=True, by=world.admin)


def test_a_product_that_goes_round_uses_up_the_turns_of_no_other(world: World, make_rule: MakeRule) -> None:
    # The upper one waits for the lower one's write to mark the product again.
    make_rule(
        Action("template", "name", ("en_US",), template="{weight}"), code="upper", when="", on_change=True
    )
    make_rule(Action("calculate", "weight", expression="{capacity}"), code="lower", on_change=True)
    settle()
    one, other = mug(world, capacity="1"), mug(world, "MUG-2", capacity="2")
    RuleMark.objects.filter(product_id=other).update(turn=following.TURNS)
    tick()
    assert values_of(one)["name|en_US"] == "1 kg"
    assert "name|en_US" not in values_of(other)


def test_a_tick_leaves_the_rest_to_the_next_where_time_is_up(
    world: World, make_rule: MakeRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_rule(RED, on_change=True)
    settle()
    mug(world), mug(world, "MUG-2")
    monkeypatch.setattr(following, "BATCH", 1)
    assert following.drain(seconds=0) == 1
    assert following.waiting() == 1


# --- what is written


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"value": "gone"}, "There is no option 'gone'"),
        ({"value": None}, "Write the value."),
        ({"attribute": "name", "value": "x"}, "Name has a text in each language now"),
        ({"attribute": "name", "value": "x", "locales": ["xx_XX"]}, "There is no language 'xx_XX'"),
        ({"attribute": "price", "value": {"EUR": "1"}, "contexts": ["moon"]}, "There is no channel or audience 'moon'"),
        ({"do": "calculate", "attribute": "price", "expression": "1", "currency": "XYZ"}, "There is no currency 'XYZ'"),
    ],
)  # fmt: skip
def test_what_the_structure_does_not_take_any_more_is_a_fault(
    world: World, make_rule: MakeRule, fields: dict[str, Any], fault: str
) -> None:
    product = mug(world)
    rule = make_rule(RED)
    stored(rule, actions=[{**RED.as_json(), **fields}])
    run(rule, world)
    rule.refresh_from_db()
    assert fault in rule.problem
    assert values_of(product) == {}


@pytest.mark.parametrize("is_whole_above", [True, False])
def test_a_price_and_one_of_its_currencies_are_the_upper_rules(
    world: World, make_rule: MakeRule, is_whole_above: bool
) -> None:
    product = mug(world)
    whole = Action("set", "price", value={"EUR": "1", "USD": "1"})
    one = Action("calculate", "price", expression="2", currency="USD")
    upper, lower = (whole, one) if is_whole_above else (one, whole)
    rules = [make_rule(upper, code="upper"), make_rule(lower, code="lower")]
    for rule in (*reversed(rules), *rules):
        run(rule, world)
    assert values_of(product)["price"] == {"EUR": "1", "USD": "1" if is_whole_above else "2"}


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(
    world: World, make_rule: MakeRule, desk: Desk
) -> None:
    rule = make_rule(RED, when="")
    address = f"/admin/catalog/product/rules/{rule.pk}/"
    form = controls(desk.client.get(address).content.decode(), "rule-form")
    assert desk.client.post(address, {**form, "name": "Mine", "do": "save"}).status_code == 302
    late = desk.client.post(address, {**form, "name": "Late", "do": "save"})
    assert late.status_code == 422
    assert "Somebody saved this rule since you opened it" in late.content.decode()
    assert str(Rule.objects.get()) == "Mine"


# --- what a stopped one missed


def test_a_stopped_rule_makes_up_for_what_it_missed_and_its_problem_goes(
    world: World, make_rule: MakeRule
) -> None:
    rule = make_rule(RED, on_change=True)
    settle()
    owner = rule.owner_id
    stored(rule, owner=None)
    missed = mug(world)
    tick()
    rule.refresh_from_db()
    assert rule.problem.startswith("Nobody")
    stored(rule, owner=owner)
    mug(world, "MUG-2")
    settle()
    rule.refresh_from_db()
    assert rule.problem == ""
    assert values_of(missed)["color"] == "red"
