"""A rule for chosen products only: looked at there, run there as a job, taken back as a bulk change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog.jobs import run_due
from catalog.models import Job
from enrichment.models import RuleRun
from enrichment.rules import preview, running
from enrichment.rules.actions import Action
from enrichment.rules.current import spec_of
from enrichment.workbench.bulk_edit import by_rule
from tests.enrichment.conftest import Desk, values_of
from tests.enrichment.forms import seen
from tests.enrichment.rules.conftest import FEED, MakeRule, run
from tests.world import World

RED = Action("set", "color", value="red")


@pytest.fixture
def mugs(world: World) -> list[int]:
    return [world.create(f"M-{n}", {}, family="mugs", by=FEED).product or 0 for n in range(4)]


def done(desk: Desk, ids: list[int], rule: Any) -> Any:
    asked = {"id": ids, "attribute": f"rule:{rule.pk}"}
    looked = desk.post("catalog_product_edit", **asked).context_data
    return looked["looked"], desk.post("catalog_product_edit_run", **seen(looked), **asked)


def colors(ids: list[int]) -> list[Any]:
    return [values_of(pk).get("color") for pk in ids]


def test_it_writes_the_chosen_ones_that_fit_and_can_be_taken_back(
    desk: Desk, world: World, make_rule: MakeRule, mugs: list[int]
) -> None:
    shirt = world.create("S", {}, family="shirts", by=FEED).product or 0
    preview, _response = done(desk, [*mugs[:2], shirt], make_rule(RED))
    assert (preview.count, preview.changed) == (2, 2)
    run_due("interactive")
    assert colors(mugs) == ["red", "red", None, None]
    made = RuleRun.objects.get()
    assert (made.changed, made.ended_at is not None) == (2, True)
    desk.post("catalog_product_bulk_undo", ref=made.ref)
    assert colors(mugs) == [None] * 4


def test_it_says_so_and_leaves_open_what_stopped_the_whole_rule(
    desk: Desk, world: World, make_rule: MakeRule, mugs: list[int]
) -> None:
    rule = make_rule(RED)
    running.note_problem(rule.pk, "It failed at another product.")
    done(desk, mugs[:2], rule)
    run_due("interactive")
    rule.refresh_from_db()
    page = desk.client.get(f"/admin/catalog/product/rules/{rule.pk}/").content.decode()
    assert (RuleRun.objects.get().changed, rule.problem) == (2, "It failed at another product.")
    assert "By hand, for 2 chosen products" in page
    run(rule, world)
    rule.refresh_from_db()
    page = desk.client.get("/admin/catalog/product/rules/").content.decode()
    assert (rule.problem, "By hand, for" in page) == ("", False)


def test_a_chosen_model_stands_for_its_variants(desk: Desk, world: World, make_rule: MakeRule) -> None:
    model = world.create("TEE", {}, family_variant="shirts_size", by=FEED).product or 0
    variant = world.create("TEE-M", {"size": "m"}, parent="TEE", by=FEED).product or 0
    done(desk, [model], make_rule(Action("set", "ean", value="4006381333931"), when=""))
    run_due("interactive")
    assert values_of(variant)["ean"] == "4006381333931"


def test_killed_half_way_it_writes_nothing_twice(
    world: World, make_rule: MakeRule, mugs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    for pk in mugs:
        world.edit(pk, {"capacity": "1"}, by=FEED)
    rule = make_rule(Action("calculate", "capacity", expression="{capacity} + 1"))
    step, calls = running.write_step, []

    def dies(*args: Any, **named: Any) -> int:
        calls.append(step(*args, **named))
        if len(calls) == 2:
            raise KeyboardInterrupt  # written, and its place not noted
        return calls[-1]

    monkeypatch.setattr(running, "write_step", dies)
    assert running.begin_by_hand(rule.pk, by=world.admin, within=[*mugs, mugs[0]])  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        run_due("interactive")
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    run_due("interactive")
    assert [values_of(pk)["capacity"] for pk in mugs] == ["2"] * 4
    assert RuleRun.objects.get().ended_at is not None


@pytest.mark.parametrize("is_chosen", [True, False])
def test_a_button_pressed_twice_runs_it_once(
    desk: Desk, world: World, make_rule: MakeRule, mugs: list[int], is_chosen: bool
) -> None:
    """Also where the first run is over by then."""
    world.edit(mugs[0], {"capacity": "1"}, by=FEED)
    rule = make_rule(Action("calculate", "capacity", expression="{capacity} + 1"))
    page = f"/admin/catalog/product/rules/{rule.pk}/"
    form = {"ref": desk.client.get(page).context_data["ref"]}
    asked: dict[str, Any] = {"id": mugs, "attribute": f"rule:{rule.pk}"}
    if is_chosen:
        asked |= seen(desk.post("catalog_product_edit", **asked).context_data)
    for _each in range(2):
        if is_chosen:
            desk.post("catalog_product_edit_run", **asked)
        else:
            desk.post("enrichment_rule_run", rule.pk, **form)
        run_due("interactive")
    assert (values_of(mugs[0])["capacity"], RuleRun.objects.count()) == ("2", 1)


def test_what_was_saved_since_is_looked_at_again_and_only_rule_makers_are_offered_rules(
    desk: Desk, make_rule: MakeRule, mugs: list[int], person: Any
) -> None:
    rule = make_rule(RED)
    asked = {"id": mugs, "attribute": f"rule:{rule.pk}"}
    assert desk.post("catalog_product_edit_run", mark="old", **asked).context_data["looked"].changed == 4
    anna = Desk(person("anna", ["product.edit"]))
    assert anna.post("catalog_product_edit_run", mark="old", **asked).status_code == 422
    assert not RuleRun.objects.exists()


def test_variants_beyond_what_is_changed_at_once_are_told(
    desk: Desk, world: World, make_rule: MakeRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = world.create("TEE", {}, family_variant="shirts_size", by=FEED).product or 0
    for size in ("s", "m"):
        world.create(f"TEE-{size}", {"size": size}, parent="TEE", by=FEED)
    asked = {"id": [model], "attribute": f"rule:{make_rule(RED, when='').pk}"}
    assert not desk.post("catalog_product_edit", **asked).context_data["too_many"]
    monkeypatch.setattr(by_rule, "MOST", 2)
    context = desk.post("catalog_product_edit", **asked).context_data
    assert (context["rule_total"], context["too_many"]) == (2, True)


def test_many_chosen_products_are_looked_at_in_parts(
    world: World, make_rule: MakeRule, mugs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    shirt = world.create("S", {}, family="shirts", by=FEED).product or 0
    monkeypatch.setattr(preview, "AT_ONCE", 2)
    monkeypatch.setattr(preview, "LOOKED_AT", 3)
    rule = spec_of(make_rule(RED), world.structure)
    made = preview.look(rule, world.admin, world.structure, within=[shirt, *mugs])  # type: ignore[arg-type]
    assert (made.count, made.looked_at, made.changed, made.is_whole) == (4, 3, 3, False)
    monkeypatch.setattr(preview, "COUNT_LIMIT", 2)
    made = preview.look(rule, world.admin, world.structure, within=[shirt, *mugs])  # type: ignore[arg-type]
    assert (made.count, made.more) == (2, True)
