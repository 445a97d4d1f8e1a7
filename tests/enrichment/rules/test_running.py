"""Rules run with the rights of a person, below what people say, on change until nothing is left to write, and can be undone."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.jobs import run_due
from catalog.models import Option, Product, Proposal, Revision, Source
from catalog.structure.announce import announce
from catalog.values.changes import Actor
from enrichment.models import Rule, RuleMark, RuleRun
from enrichment.rules import following, preview, running, saving
from enrichment.rules.actions import Action
from enrichment.rules.current import spec_of
from enrichment.tasks import tick
from enrichment.workbench.grid import bulk
from tests.enrichment.conftest import Desk, values_of
from tests.enrichment.rules.conftest import FEED, MUGS, MakeRule, revisions, run
from tests.world import World

RED = Action("set", "color", value="red")


def mug(world: World, sku: str = "MUG-1", **values: Any) -> int:
    return world.create(sku, values, family="mugs", categories=["cups"], by=FEED).product or 0


def settle() -> int:
    """Ticks until nothing waits; how often that took."""
    for turn in range(20):
        tick()
        run_due("interactive")
        if not RuleMark.objects.exists() and not Rule.objects.filter(whole_due=True).exists():
            return turn + 1
    raise AssertionError("the rules do not come to rest")


# --- rank


def test_what_a_person_wrote_stays_and_the_rule_proposes(world: World, make_rule: MakeRule) -> None:
    product = mug(world)
    world.edit(product, {"color": "navy"}, by=Actor(world.admin, "form"))
    done = run(make_rule(RED), world)
    assert values_of(product)["color"] == "navy"
    assert (done.changed, done.proposed) == (0, 1)
    proposal = Proposal.objects.get(product=product)
    assert (proposal.key, proposal.value, proposal.source, proposal.state) == (
        "color",
        "red",
        "rules",
        "open",
    )
    assert Source.objects.get(code="rules").rank == 50  # below the lowest of people, 60


def test_people_without_a_rank_of_their_own_keep_what_they_wrote_too(
    world: World, make_rule: MakeRule
) -> None:
    product = mug(world)
    world.edit(product, {"color": "navy"}, by=Actor(world.admin, "form"))
    Source.objects.filter(code="marketing").delete()
    with transaction.atomic():
        announce("source", [])
    assert run(make_rule(RED), world).changed == 0
    assert (values_of(product)["color"], Proposal.objects.count()) == ("navy", 0)


def test_what_a_variant_inherits_from_a_person_stays_too(world: World, make_rule: MakeRule) -> None:
    model = world.create("S", {"name|en_US": "By hand"}, family_variant="shirts_size").product or 0
    small = world.create("S-s", {"size": "s"}, parent="S", by=FEED).product or 0
    when = "-if~family~in~shirts"
    run(make_rule(Action("template", "name", ("en_US",), template="Shirt {sku}"), when=when), world)
    assert (values_of(model), values_of(small)) == ({"name|en_US": "By hand"}, {"size": "s"})
    assert list(Proposal.objects.values_list("product", "value")) == [(model, "Shirt S")]


def test_what_stands_is_a_rules_and_says_which(world: World, make_rule: MakeRule, desk: Desk) -> None:
    product = mug(world)
    rule = make_rule(RED, code="reds")
    run(rule, world)
    revision = Revision.objects.get(product=product, source="rules")
    assert (revision.origin, revision.ref.split(":")[:2]) == ("rule", ["rule", str(rule.pk)])
    page = desk.client.get(f"/admin/catalog/product/{product}/why/", {"key": "color"}).content.decode()
    assert "It is held by Rules" in page
    assert f'href="/admin/catalog/product/rules/#rule-{rule.pk}">Reds</a>' in page


def test_of_two_rules_for_one_value_the_upper_one_decides_however_they_are_run(
    world: World, make_rule: MakeRule
) -> None:
    product = mug(world)
    upper = make_rule(
        Action("set", "color", value="navy"), code="upper", when="-if~sku~is~MUG--1", on_change=True
    )
    lower = make_rule(RED, code="lower", on_change=True)
    other = mug(world, "MUG-2")
    settle()
    assert (values_of(product)["color"], values_of(other)["color"]) == ("navy", "red")
    before = revisions()
    assert run(lower, world).changed == 0
    saving.move(lower.pk, -1, by=world.admin)
    assert run(upper, world).changed == 0
    assert revisions() == before
    assert run(lower, world).changed == 1
    assert values_of(product)["color"] == "red"


# --- on change


def test_an_edit_wakes_the_rule_and_the_second_tick_writes_nothing(world: World, make_rule: MakeRule) -> None:
    product, other = mug(world, capacity="10"), mug(world, "MUG-2", capacity="20")
    make_rule(Action("calculate", "weight", expression="{capacity} / 10"), on_change=True)
    settle()
    assert [values_of(pk)["weight"]["amount"] for pk in (product, other)] == ["1", "2"]
    world.edit(product, {"capacity": "50"}, by=FEED)
    assert list(RuleMark.objects.values_list("product_id", flat=True)) == [product]
    tick()
    assert values_of(product)["weight"]["amount"] == "5"
    before = revisions()
    tick()
    world.edit(product, {"name|en_US": "Nobody reads this"}, by=FEED)
    assert not RuleMark.objects.exists()
    assert revisions() == before + 1
    run_of_today = RuleRun.objects.get(trigger="change")
    assert (run_of_today.changed, run_of_today.refused) == (1, 0)


def test_a_product_that_begins_to_fit_is_found_and_a_value_taken_away_comes_back(
    world: World, make_rule: MakeRule
) -> None:
    make_rule(RED, when="-if~category~in~kitchen", on_change=True)
    settle()
    product = world.create("MUG-1", {}, family="mugs", categories=["other"]).product or 0
    settle()
    assert "color" not in values_of(product)
    world.edit(product, categories=["cups"])
    settle()
    assert values_of(product)["color"] == "red"
    world.edit(product, {"color": ""}, by=FEED)
    settle()
    assert values_of(product)["color"] == "red"


def test_rules_that_read_each_other_follow_one_another_and_models_reach_their_variants(
    world: World, make_rule: MakeRule
) -> None:
    model = world.create("S", {}, family_variant="shirts_size").product or 0
    small = world.create("S-s", {"size": "s"}, parent="S").product or 0
    when = "-if~family~in~shirts"
    # Above the rule it waits for: it is the mark of the first one's write that wakes it.
    make_rule(Action("template", "name", ("de_DE",), template="{name}"
              " {size}", from_locale="en_US"), code="second", when=f"{when}~-if~kind~in~variant", on_change=True)  # fmt: skip
    make_rule(Action("template", "name", ("en_US",), template="Shirt {color}"), code="first", when=f"{when}~-if~kind~in~model", on_change=True)  # fmt: skip
    settle()
    world.edit(model, {"color": "red"}, by=FEED)
    settle()
    assert values_of(model)["name|en_US"] == "Shirt Red"
    assert values_of(small)["name|de_DE"] == "Shirt Red S"


def test_an_options_new_label_reaches_the_texts_that_name_it(world: World, make_rule: MakeRule) -> None:
    product = mug(world, color="navy")
    make_rule(Action("template", "name", ("en_US",), template="{color}"), on_change=True)
    settle()
    option = Option.objects.get(code="navy")
    option.labels = {"en_US": "Midnight"}
    with transaction.atomic():
        option.save()
        announce("option", [option.pk])
    settle()
    assert values_of(product)["name|en_US"] == "Midnight"


def test_rules_that_would_wake_each_other_for_ever_are_refused_by_name(
    world: World, make_rule: MakeRule
) -> None:
    make_rule(Action("calculate", "weight", expression="{capacity}"), code="one", on_change=True)
    with pytest.raises(ValidationError, match="Two → One → Two"):
        make_rule(Action("calculate", "capacity", expression="{weight}"), code="two", on_change=True)
    with pytest.raises(ValidationError, match="Two → One → Two"):  # through a condition
        make_rule(
            Action("set", "capacity", value="1"), code="two", when="-if~a.weight~filled", on_change=True
        )
    with pytest.raises(ValidationError, match="reads what it writes"):
        make_rule(Action("calculate", "price", expression="{price.EUR} * 2", currency="EUR"), code="two", daily_at=time(6))  # fmt: skip
    assert list(Rule.objects.values_list("code", flat=True)) == ["one"]
    make_rule(Action("calculate", "capacity", expression="{weight}"), code="two")  # by hand it may


@pytest.mark.parametrize(
    "actions",
    [
        [Action("copy", "name", ("de_DE",), origin="name", from_locale="en_US")],
        [Action("calculate", "price", expression="{price.EUR} * 1.1", currency="USD")],
        [Action("classify", categories=("cups",))],
    ],
)
def test_another_language_currency_or_category_of_the_same_field_is_no_circle(
    world: World, make_rule: MakeRule, actions: list[Action]
) -> None:
    rule = make_rule(*actions, when="-if~category~in~other", on_change=True)
    assert Rule.objects.filter(pk=rule.pk, on_change=True).exists()


def test_rules_that_came_to_wake_each_other_all_the_same_are_stopped_and_said(
    world: World, make_rule: MakeRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = mug(world, capacity="1")
    monkeypatch.setattr(saving, "check", lambda row, structure: None)
    make_rule(Action("calculate", "weight", expression="{capacity} + 1"), code="one", on_change=True)
    make_rule(Action("calculate", "capacity", expression="{weight} + 1"), code="two", on_change=True)
    settle()
    world.edit(product, {"capacity": "100"}, by=FEED)
    settle()
    assert any(problem.startswith("Stopped") for problem in Rule.objects.values_list("problem", flat=True))
    assert Revision.objects.filter(product=product).count() < 4 * following.TURNS


def test_what_follows_a_change_asks_as_often_for_twice_as_many(world: World, make_rule: MakeRule) -> None:
    make_rule(Action("calculate", "weight", expression="{capacity} / 10"), RED, on_change=True)
    settle()

    def count(start: int, number: int) -> int:
        for each in range(start, start + number):
            mug(world, f"MUG-{each}", capacity="10")
        with CaptureQueriesContext(connection) as captured:
            assert following.drain(chunks=1) == number
        return len(captured)

    count(0, 1)  # the day's run is made
    few = count(10, 4)
    assert count(20, 8) == few
    assert few <= 60


def test_without_a_rule_on_change_a_write_marks_nothing_and_asks_nothing(
    world: World, make_rule: MakeRule
) -> None:
    make_rule(RED)
    product = mug(world)
    world.edit(product, {"capacity": "1"}, by=FEED)
    with CaptureQueriesContext(connection) as captured:
        world.edit(product, {"capacity": "2"}, by=FEED)
    assert not [query for query in captured if "rule" in query["sql"].lower()]
    assert not RuleMark.objects.exists()


# --- who may


def test_a_rule_nobody_stands_for_any_more_writes_nothing_and_says_so(
    world: World, make_rule: MakeRule, person: Any
) -> None:
    product = mug(world)
    anna = person("anna", ["structure.edit", "product.edit"])
    rule = make_rule(RED, by=anna)
    role = anna.roles.get()
    role.verbs = ["product.edit"]
    role.save()
    run(rule, world)
    rule.refresh_from_db()
    assert rule.problem.startswith("Nobody who may change the structure")
    assert "color" not in values_of(product)


def test_a_rule_may_no_more_than_who_saved_it(world: World, make_rule: MakeRule, person: Any) -> None:
    seen = mug(world)
    unseen = world.create("MUG-2", {}, family="mugs", categories=["other"]).product or 0
    anna = person("anna", ["structure.edit", "product.edit"], categories=["kitchen"])
    world.edit(seen, status="approved")
    done = run(make_rule(RED, by=anna), world)
    assert (done.matched, done.proposed) == (1, 1)
    assert [values_of(pk).get("color") for pk in (seen, unseen)] == [None, None]


def test_a_condition_that_is_gone_stops_the_rule_instead_of_letting_all_through(
    world: World, make_rule: MakeRule
) -> None:
    product = mug(world)
    rule = make_rule(RED, when="-if~a.size~in~s~-if~a.gone~in~x")
    run(rule, world)
    rule.refresh_from_db()
    assert rule.problem.startswith("A condition names something that is gone")
    assert "color" not in values_of(product)


# --- by the clock, as a job


def test_the_clock_runs_a_rule_once_a_day(world: World, make_rule: MakeRule) -> None:
    product = mug(world)
    rule = make_rule(RED, daily_at=time(6))
    due = Rule.objects.get(pk=rule.pk).next_run_at
    assert due is not None
    assert due > timezone.now()
    assert running.begin_due() == []
    assert running.begin_due(due + timedelta(minutes=1)) == [rule.pk]
    assert running.begin_due(due + timedelta(minutes=2)) == []
    run_due("interactive")
    assert values_of(product)["color"] == "red"
    assert Rule.objects.get(pk=rule.pk).next_run_at == due + timedelta(days=1)


def test_a_run_goes_on_behind_the_chunk_it_was_killed_at(
    world: World, make_rule: MakeRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    products = [mug(world, f"MUG-{number}", capacity="1") for number in range(5)]
    rule = make_rule(Action("calculate", "capacity", expression="{capacity} + 1"))
    note, calls = running._note, []

    def killed(*args: Any) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        note(*args)

    monkeypatch.setattr(running, "_note", killed)
    made = running.enqueue_run(rule, trigger=RuleRun.Trigger.HAND, by=world.admin)
    with pytest.raises(KeyboardInterrupt):
        run_due("interactive")
    assert made.job is not None
    type(made.job).objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    run_due("interactive")
    assert [values_of(pk)["capacity"] for pk in products] == ["2"] * 5


def test_a_run_is_taken_back_where_nobody_changed_it_since(
    world: World, make_rule: MakeRule, desk: Desk
) -> None:
    one, two = mug(world, color="navy"), mug(world, "MUG-2")
    done = run(make_rule(RED), world)
    assert done.changed == 2
    world.edit(two, {"color": "white"})
    desk.post("catalog_product_bulk_undo", ref=done.ref)
    assert [values_of(pk)["color"] for pk in (one, two)] == ["navy", "white"]
    assert bulk.revisions_of(f"undo:{done.ref}", world.admin).count() == 1


# --- preview


def test_a_preview_says_what_the_run_then_does(world: World, make_rule: MakeRule) -> None:
    mug(world, color="white", capacity="5")
    mug(world, "MUG-2", color="red")
    held = mug(world, "MUG-3")
    world.edit(held, {"color": "navy"}, by=Actor(world.admin, "form"))
    world.create("S", {"name|en_US": "Shirt"}, family_variant="shirts_size")
    world.create("S-s", {"size": "s"}, parent="S")
    rule = make_rule(
        RED,
        Action("calculate", "capacity", expression="{weight} * 2", only_empty=True),
        Action("template", "name", ("de_DE",), template="{name}", from_locale="en_US"),
        when="",
    )
    before = revisions()
    assert world.admin is not None
    looked = preview.look(spec_of(rule, world.structure), world.admin, world.structure)
    assert (revisions(), Proposal.objects.count()) == (before, 0)
    assert (looked.count, looked.looked_at, looked.is_whole) == (5, 5, True)
    done = run(rule, world)
    assert (looked.changed, looked.refused) == (done.changed, done.refused) == (2, 0)
    assert looked.proposed == done.proposed == 1
    assert looked.reasons == done.reasons
    told = {
        row.sku: {(field.label, field.place): "".join(text for kind, text in field.parts if kind == "come") for field in row.fields if not field.held}
        for row in looked.rows
    }  # fmt: skip
    assert told == {
        "MUG-1": {("Color", "every language and channel"): "Red"},
        "S": {("Color", "every language and channel"): "Red", ("Name", "de_DE"): "Shirt"},
        "MUG-3": {},
    }
    (shown,) = [row.fields for row in looked.rows if row.sku == "MUG-3"]
    assert [field.held for field in shown] == ["proposal, held by Marketing"]
    written = {row.product.sku for row in Revision.objects.filter(ref=done.ref).select_related("product")}
    assert written == {"MUG-1", "S"}


def test_a_preview_asks_as_often_for_twice_as_many(world: World, make_rule: MakeRule) -> None:
    rule = make_rule(RED, Action("template", "name", ("de_DE",), template="{sku}"))
    assert world.admin is not None

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            preview.look(spec_of(rule, world.structure), world.admin, world.structure)
        return len(captured)

    for number in range(4):
        mug(world, f"MUG-{number}")
    count()
    few = count()
    for number in range(4, 12):
        mug(world, f"MUG-{number}")
    assert count() == few
    assert Product.objects.filter(family__code="mugs").count() == 12
    assert rule.when == MUGS
