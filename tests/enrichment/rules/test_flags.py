"""A rule flags what fits: seen on the product's page, found in the grid, gone when it fits no more. And rules made of filters."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from catalog.jobs import run_due
from catalog.models import Attribute, Revision
from catalog.structure.announce import announce
from channels import profiles
from channels.models import Channel
from enrichment.models import ProductFlag, Rule, RuleMark
from enrichment.rules import flags, saving
from enrichment.rules.actions import Action
from enrichment.rules.current import current, spec_of
from enrichment.rules.preview import look
from enrichment.tasks import tick
from tests.enrichment.conftest import Desk
from tests.enrichment.forms import controls, seen
from tests.enrichment.rules.conftest import FEED, MakeRule, run
from tests.world import World

RED = "-if~a.color~in~red"
FLAG = Action("flag", message="Red needs <b>a photo</b>")


@pytest.fixture
def mugs(world: World) -> list[int]:
    colors = ("red", "red", "navy")
    return [
        world.create(f"M-{n}", {"color": color}, family="mugs", by=FEED).product or 0
        for n, color in enumerate(colors)
    ]


def settle() -> None:
    for _turn in range(10):
        tick()
        run_due("interactive")
        if not RuleMark.objects.exists() and not Rule.objects.filter(whole_due=True).exists():
            return


def flagged() -> list[int]:
    return list(ProductFlag.objects.order_by("product_id").values_list("product_id", flat=True))


def test_it_flags_what_fits_and_writes_nothing(world: World, make_rule: MakeRule, mugs: list[int]) -> None:
    before = Revision.objects.count()
    rule = make_rule(FLAG, when=RED)
    assert look(spec_of(rule, world.structure), world.admin, world.structure).flag == FLAG.message  # type: ignore[arg-type]
    run(rule, world)
    assert flagged() == mugs[:2]
    world.edit(mugs[0], {"color": "navy"})
    run(rule, world)
    assert flagged() == [mugs[1]]
    assert Revision.objects.count() == before + 1


def test_on_change_it_comes_and_goes_with_the_product(
    world: World, make_rule: MakeRule, mugs: list[int]
) -> None:
    make_rule(FLAG, when=RED, on_change=True)
    settle()
    assert flagged() == mugs[:2]
    world.edit(mugs[0], {"color": "navy"})
    world.edit(mugs[2], {"color": "red"})
    settle()
    assert flagged() == mugs[1:]
    world.edit(mugs[1], trashed=True)
    settle()
    assert flagged() == mugs[2:]


def test_it_is_said_on_the_page_and_found_in_the_grid(
    world: World, make_rule: MakeRule, mugs: list[int], desk: Desk
) -> None:
    rule = make_rule(FLAG, when=RED, code="red-ones")
    run(rule, world)
    html = desk.page(mugs[0]).content.decode()
    assert "Red needs &lt;b&gt;a photo&lt;/b&gt;" in html
    where = flags.on(mugs[0], world.structure)[0].where
    assert sorted(desk.skus(where=where)) == ["M-0", "M-1"]
    assert desk.skus(where="-if~flagged~empty") == ["M-2"]
    assert desk.page(mugs[2]).context_data["flags"] == []
    saving.switch(rule.pk, on=False, by=world.admin)  # type: ignore[arg-type]
    assert desk.page(mugs[0]).context_data["flags"] == []
    assert not flags.flagging(world.structure)


def test_for_chosen_products_it_looks_at_no_other(
    world: World, make_rule: MakeRule, mugs: list[int], desk: Desk
) -> None:
    rule = make_rule(FLAG, when=RED)
    asked = {"id": mugs[:1], "attribute": f"rule:{rule.pk}"}
    looked = desk.post("catalog_product_edit", **asked)
    assert f"1 product would be flagged: “{escape(FLAG.message)}”" in looked.content.decode()
    response = desk.post("catalog_product_edit_run", **seen(looked.context_data), **asked)
    run_due("interactive")
    assert flagged() == mugs[:1]
    found = desk.client.get(response["Location"]).context_data["rows"]
    assert [row.product.sku for row in found] == ["M-0"]
    report = desk.client.get(reverse("admin:enrichment_rule_change", args=[rule.pk])).content.decode()
    assert "0 products changed, 1 newly flagged" in report


@pytest.mark.parametrize(
    ("edited", "left", "is_cleared"),
    [
        ({"when": "-if~a.color~in~navy"}, 0, True),
        ({"actions": [Action("flag", message="Blue").as_json()]}, 0, True),
        ({"actions": [Action("flag", message="Blue").as_json()]}, 0, False),
        ({"enabled": False}, 0, True),
        ({"labels": {"en_US": "Reds"}, "when": RED}, 2, True),
    ],
)
def test_an_edited_rule_says_nothing_of_what_it_has_not_looked_at(
    world: World, make_rule: MakeRule, mugs: list[int], desk: Desk, monkeypatch: pytest.MonkeyPatch,
    edited: dict[str, Any], left: int, is_cleared: bool,
) -> None:  # fmt: skip
    """Also before those from before are all removed. Said anew it stands again."""
    rule = make_rule(FLAG, when=RED)
    run(rule, world)
    if not is_cleared:
        monkeypatch.setattr(flags, "clear", lambda *args, **named: None)
    row = Rule.objects.get()
    for name, value in edited.items():
        setattr(row, name, value)
    saving.save(row, by=world.admin)  # type: ignore[arg-type]
    assert len(flagged()) == (left if is_cleared else 2)
    assert len(flags.on(mugs[0], world.structure)) == (left > 0)
    assert len(desk.skus(where="-if~flagged~filled")) == left
    saving.switch(rule.pk, on=True, by=world.admin)  # type: ignore[arg-type]
    made = run(rule, world)
    found = mugs[2:] if "navy" in row.when else mugs[:2]
    assert (flagged(), made.flagged) == (found, len(found) - left)
    assert all(flags.on(pk, world.structure) for pk in found)


def test_a_run_counts_what_it_flags_newly(world: World, make_rule: MakeRule, mugs: list[int]) -> None:
    rule = make_rule(FLAG, when=RED)
    assert run(rule, world).flagged == 2
    world.edit(mugs[2], {"color": "red"})
    assert run(rule, world).flagged == 1


def test_a_deleted_rule_takes_its_flags_along_in_small_transactions(
    world: World, make_rule: MakeRule, mugs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = make_rule(FLAG, when=RED)
    run(rule, world)
    monkeypatch.setattr(flags, "BATCH", 1)
    with CaptureQueriesContext(connection) as asked:
        saving.delete(rule.pk, by=world.admin)  # type: ignore[arg-type]
    gone = [each["sql"] for each in asked if each["sql"].startswith('DELETE FROM "enrichment_productflag"')]
    assert (len(gone), flagged(), Rule.objects.count()) == (3, [], 0)  # the last by the rule's own deletion


def test_a_flag_is_written_in_the_form_and_reads_in_the_list(world: World, desk: Desk) -> None:
    address = "/admin/catalog/product/rules/add/"
    form = controls(desk.client.get(address, {"where": RED}).content.decode(), "rule-form")
    asked = {**form, "name": "Reds", "a0-do": "flag", "do": "look"}
    form = controls(desk.client.post(address, asked).content.decode(), "rule-form")
    empty = desk.client.post(address, {**form, "do": "save"})
    assert (empty.status_code, "Write what the flag says." in empty.content.decode()) == (422, True)
    desk.client.post(address, {**form, "a0-message": "Photo", "do": "save"})
    assert [action.message for action in current(world.structure).all[0].actions] == ["Photo"]
    assert "Flag it: Photo" in desk.client.get("/admin/catalog/product/rules/").content.decode()


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ({"family": ["mugs", "shirts"]}, "-if~family~in~mugs~shirts"),
        ({"a.color": "red", "status": "draft"}, "-if~status~in~draft~-if~a.color~in~red"),
        ({"where": RED, "q": "mug"}, f"-if~text~contains~mug~{RED}"),
        ({"family": "mugs", "where": f"-or~{RED}~-if~a.color~in~navy"}, f"-if~family~in~mugs~-or~{RED}~-if~a.color~in~navy~-end"),
        ({"empty": "capacity"}, "-if~a.capacity~empty"),
        ({"a.color": "red", "level": "top"}, f"{RED}~-if~kind~in~simple~model"),
        ({"status": "draft", "level": "sellable"}, "-if~status~in~draft~-if~kind~in~simple~variant"),
        ({"empty": ["capacity", "old"]}, ""),
        ({}, ""),
        ({"level": "sellable"}, ""),
        ({"family": "mugs", "ref": "bulk:1"}, ""),
    ],
)  # fmt: skip
def test_a_rule_is_made_of_the_grids_filter(
    world: World, desk: Desk, query: dict[str, Any], where: str
) -> None:
    with transaction.atomic():
        attribute = world.attributes["color"]
        old = Attribute.objects.create(
            code="old", labels={"en_US": "Old"}, type="text", group=attribute.group
        )
        announce("attribute", [old.pk])
    response = desk.grid(**{"level": "all", **query})
    assert response.context_data["rule_where"] == where
    assert ("Make a rule of this" in response.content.decode()) == bool(where)


def test_a_rule_is_made_of_a_languages_status_and_of_pictures_and_no_list_of_people_is_asked_for(
    world: World, mugs: list[int], desk: Desk, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel.pictures = {"shortest": 50}
    with transaction.atomic():
        channel.save()
        profiles.changed(channel)
    world.approve_by_itself("de_DE")
    asked = {"approval": "de_DE|draft", "picture": "small:b2b"}
    desk.grid(**asked)

    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert desk.grid(**asked).status_code == 200
        return len(made)

    said = queries()
    assert desk.grid(**asked).context_data["rule_where"] == (
        "-if~approval~in~de_DE|draft~-if~picture~in~small:b2b"
    )
    monkeypatch.setattr("enrichment.workbench.grid.view.where_of", lambda query: "")
    assert said == queries()


def test_the_link_begins_a_rule_with_the_same_products(world: World, mugs: list[int], desk: Desk) -> None:
    html = desk.grid(**{"a.color": "red"}).content.decode()
    href = next(
        part.split('"')[0] for part in html.split('href="') if part.startswith("/admin/catalog/product/rules/add/")
    )  # fmt: skip
    assert parse_qs(urlsplit(href).query) == {"where": [RED]}
    assert desk.client.get(href).context_data["count"] == 2
