"""A rule is written, looked at, saved, run and deleted in the browser, with and without script."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.jobs import run_due
from enrichment.models import Rule, RuleRun
from enrichment.rules.actions import Action
from tests.enrichment.conftest import Desk, values_of
from tests.enrichment.forms import controls
from tests.enrichment.rules.conftest import FEED, MakeRule, run
from tests.world import World

ADD = "/admin/catalog/product/rules/add/"
EVIL = '<script>alert("x")</script>'


def form_of(response: Any) -> dict[str, Any]:
    return controls(response.content.decode(), "rule-form")


def post(desk: Desk, address: str, form: dict[str, Any], do: str, **more: Any) -> Any:
    return desk.client.post(address, {**form, **more, "do": do})


def begun(desk: Desk) -> dict[str, Any]:
    """A rule for mugs whose first action sets the colour, but for the colour."""
    form = form_of(desk.client.get(ADD, {"where": "-if~family~in~mugs"}))
    return form_of(
        post(desk, ADD, form, "look", **{"a0-do": "set", "a0-attribute": "color", "name": "Red mugs"})
    )


def test_a_rule_is_written_without_script(world: World, desk: Desk) -> None:
    product = world.create("MUG-1", {}, family="mugs", by=FEED).product or 0
    form = begun(desk)
    assert form["was-a0"] == ["set:color"]
    form = form_of(post(desk, ADD, {**form, "a0-value": "red"}, "act-add"))
    assert form["act"] == ["0", "1"]
    form = form_of(post(desk, ADD, form, "look", **{"a1-do": "template", "a1-attribute": "name"}))
    form |= {"a1-template": "Mug {color}", "a1-locales": ["en_US", "de_DE"], "a1-contexts": ["-"]}
    looked = post(desk, ADD, form, "preview").content.decode()
    assert "1 product would change." in looked
    assert "Mug Red" in looked
    assert not Rule.objects.exists()
    form = form_of(post(desk, ADD, form, "act-up:1"))
    form = form_of(post(desk, ADD, form, "act-down:1"))
    saved = post(desk, ADD, form, "save")
    rule = Rule.objects.get()
    assert saved["Location"] == reverse("admin:enrichment_rule_change", args=[rule.pk])
    assert (rule.code, rule.labels, rule.when, rule.owner) == (
        "red_mugs", {"en_US": "Red mugs"}, "-if~family~in~mugs", world.admin,
    )  # fmt: skip
    assert [each["do"] for each in rule.actions] == ["set", "template"]
    assert form_of(desk.client.get(saved["Location"]))["a1-template"] == ["Mug {color}"]
    desk.post("enrichment_rule_run", rule.pk)
    run_due("interactive")
    assert values_of(product) == {"color": "red", "name|en_US": "Mug Red", "name|de_DE": "Mug Red"}
    page = desk.client.get(saved["Location"]).content.decode()
    assert "1 product changed" in page
    assert RuleRun.objects.get().ref in page
    desk.post("enrichment_rule_arrange", rule.pk, do="delete")
    assert not Rule.objects.exists()
    assert values_of(product)["color"] == "red"


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({"a0-do": "set", "a0-attribute": "color", "a0-value": ""}, "Write the value."),
        ({"a0-do": "set", "a0-attribute": "capacity", "a0-value": "many"}, "is not a number"),
        ({"a0-do": "template", "a0-attribute": "name", "a0-template": "{gone}"}, "There is no attribute &#x27;gone&#x27;."),
        ({"a0-do": "template", "a0-attribute": "name", "a0-template": "x"}, "Choose at least one language."),
        ({"a0-do": "calculate", "a0-attribute": "weight", "a0-expression": "{price.EUR}"}, "do not fit each other"),
        ({"a0-do": "map", "a0-attribute": "color", "a0-origin": "color", "a0-table": "a = red\nb"}, "Line 2: write what is read"),
        ({"a0-do": "map", "a0-attribute": "color", "a0-origin": "color", "a0-table": "a = mauve"}, "There is no option"),
        ({"a0-do": "classify", "a0-mode": "add"}, "Choose at least one category."),
    ],
)  # fmt: skip
def test_what_says_nothing_is_told_beside_the_field(
    world: World, desk: Desk, action: dict[str, str], message: str
) -> None:
    form = begun(desk)
    kind = {name: action.get(name, "") for name in ("a0-do", "a0-attribute")}
    form = form_of(post(desk, ADD, form, "look", **kind))
    answer = post(desk, ADD, form, "save", **action)
    assert (answer.status_code, Rule.objects.count()) == (422, 0)
    assert message in answer.content.decode()


def test_a_circle_and_half_a_condition_are_told_and_nothing_is_saved(
    world: World, desk: Desk, make_rule: MakeRule
) -> None:
    make_rule(Action("calculate", "weight", expression="{capacity}"), code="one", on_change=True)
    form = begun(desk)
    form = form_of(post(desk, ADD, form, "look", **{"a0-do": "calculate", "a0-attribute": "capacity"}))
    form |= {"a0-expression": "{weight}", "on_change": "on"}
    assert "Red mugs → One → Red mugs" in post(desk, ADD, form, "save").content.decode()
    form = form_of(post(desk, ADD, form, "add:"))
    assert "A condition is only half said" in post(desk, ADD, form, "save").content.decode()
    assert Rule.objects.count() == 1


def test_what_is_written_in_a_rule_is_never_markup(world: World, desk: Desk, make_rule: MakeRule) -> None:
    world.create("MUG-1", {"name|en_US": EVIL, "color": "navy"}, family="mugs", by=FEED)
    rule = make_rule(
        Action("template", "name", ("de_DE",), template=f"{EVIL} {{name}}", from_locale="en_US"),
        Action("map", "color", origin="color", table=((EVIL, "red"),), otherwise="red"),
        code="evil",
        when="-if~family~in~mugs~-if~sku~isnt~<script>",
    )
    rule.labels = {"en_US": EVIL}
    rule.problem = EVIL
    rule.save()
    run(rule, world)
    RuleRun.objects.update(reasons={EVIL: 1})
    Rule.objects.update(problem=EVIL)
    address = reverse("admin:enrichment_rule_change", args=[rule.pk])
    form = form_of(desk.client.get(address))
    for response in (
        desk.client.get(address),
        post(desk, address, form, "preview"),
        desk.client.get("/admin/catalog/product/rules/"),
    ):
        assert response.status_code == 200
        text = response.content.decode()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


def test_only_who_may_change_the_structure_writes_and_runs_rules(
    world: World, person: Any, make_rule: MakeRule
) -> None:
    rule = make_rule(Action("set", "color", value="red"))
    reader = Desk(person("lena", ["structure.view", "product.edit"]))
    assert reader.client.get("/admin/catalog/product/rules/").status_code == 200
    assert reader.client.get(ADD).status_code == 403
    assert reader.client.post(ADD, {"do": "preview"}).status_code == 403
    assert reader.post("enrichment_rule_run", rule.pk).status_code == 403
    assert reader.post("enrichment_rule_arrange", rule.pk, do="delete").status_code == 403
    assert (Rule.objects.count(), RuleRun.objects.count()) == (1, 0)


def test_the_list_asks_as_often_for_twice_as_many(world: World, desk: Desk, make_rule: MakeRule) -> None:
    def more(start: int, count: int) -> None:
        for number in range(start, start + count):
            run(
                make_rule(Action("set", "color", value="red"), code=f"rule{number}", when="-if~sku~is~x"),
                world,
            )

    def count() -> int:
        desk.client.get("/admin/catalog/product/rules/")
        with CaptureQueriesContext(connection) as captured:
            assert desk.client.get("/admin/catalog/product/rules/").status_code == 200
        return len(captured)

    more(0, 3)
    few = count()
    more(3, 3)
    assert count() == few
    assert few <= 20
