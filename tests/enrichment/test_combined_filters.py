"""Filters combined with and, or and none: what each operator finds, who may ask for it, how an address spells it, and its form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.models import User
from catalog.values.changes import EMPTY, RESET, Actor
from channels.models import Listing
from enrichment.workbench.filtering import grammar
from enrichment.workbench.filtering.grammar import Condition, Group, Misspelt
from tests.enrichment.conftest import Desk
from tests.enrichment.forms import controls
from tests.world import World

WHERE = "admin:catalog_product_where"


@pytest.fixture
def range_(world: World, channel: Any, person: Callable[..., User]) -> dict[str, int]:
    made = {}
    for number, (color, capacity, category) in enumerate(
        (("red", "300", "cups"), ("navy", "450", "cups"), ("red", "300", "other")), start=1
    ):
        sku = f"MUG-{number}"
        values = {
            "name|en_US": f"Mug number {number}", "name|de_DE": f"Becher Nr. {number}", "color": color, "capacity": capacity,
            "released": f"2026-0{number}-01", "price": {"EUR": f"{number}0"}, "dishwasher_safe": number == 1,
            "features": ["stackable"] if number == 2 else [],
            "weight": {"amount": f"0.{number}", "unit": "KILOGRAM"},
        }  # fmt: skip

        made[sku] = world.create(sku, values, family="mugs", categories=[category]).product
    made["SHIRT"] = world.create("SHIRT", {"name|en_US": "Mug shirt"}, family_variant="shirts_size").product
    made["SHIRT-M"] = world.create("SHIRT-M", {"size": "m"}, parent="SHIRT").product
    made["LOOSE"] = world.create("LOOSE", {}).product
    return made


MUGS = ["MUG-1", "MUG-2", "MUG-3"]
EVERY = ["LOOSE", *MUGS, "SHIRT", "SHIRT-M"]


def skus(desk: Desk, where: str, **more: Any) -> list[str]:
    return desk.skus(sort="sku", level="all", where=where, **more)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        # options, yes and no, several options
        ("-if~a.color~in~red", ["MUG-1", "MUG-3"]),
        ("-if~a.color~in~red~navy", MUGS),
        ("-if~a.color~out~red", ["LOOSE", "MUG-2", "SHIRT", "SHIRT-M"]),
        ("-if~a.color~empty", ["SHIRT", "SHIRT-M"]),
        ("-if~a.color~filled", MUGS),
        ("-if~a.size~in~m", ["SHIRT-M"]),
        ("-if~a.features~in~stackable", ["MUG-2"]),
        ("-if~a.dishwasher_safe~in~true", ["MUG-1"]),
        ("-if~a.dishwasher_safe~out~true", ["LOOSE", "MUG-2", "MUG-3", "SHIRT", "SHIRT-M"]),
        # numbers, measures, prices, days
        ("-if~a.capacity~between~low=400", ["MUG-2"]),
        ("-if~a.capacity~between~low=300~high=300", ["MUG-1", "MUG-3"]),
        ("-if~a.capacity~beyond~high=400", ["LOOSE", "MUG-2", "SHIRT", "SHIRT-M"]),
        ("-if~a.capacity~twice", ["MUG-1", "MUG-3"]),
        ("-if~a.weight~between~high=0.2~unit=KILOGRAM", ["MUG-1", "MUG-2"]),
        ("-if~a.price~between~low=20~high=25~currency=EUR", ["MUG-2"]),
        ("-if~a.released~between~low=2026--02--01", ["MUG-2", "MUG-3"]),
        # texts
        ("-if~a.name~contains~NUMBER 2~en_US", ["MUG-2"]),
        (
            "-if~a.name~contains~mug~en_US",
            [*MUGS, "SHIRT", "SHIRT-M"],
        ),  # the variant says what its model says
        ("-if~a.name~contains~mug~de_DE", []),
        ("-if~a.name~starts~Mug n~en_US", MUGS),
        ("-if~a.name~starts~number~en_US", []),
        ("-if~a.name~is~mug shirt~en_US", ["SHIRT", "SHIRT-M"]),
        ("-if~a.name~isnt~mug shirt~en_US", ["LOOSE", *MUGS]),
        ("-if~a.name~lacks~mug~en_US", ["LOOSE"]),
        ("-if~a.name~filled", [*MUGS, "SHIRT", "SHIRT-M"]),
        ("-if~a.picture~empty", [*MUGS, "SHIRT", "SHIRT-M"]),
        # the product itself
        ("-if~family~in~mugs", MUGS),
        ("-if~family~out~mugs", ["LOOSE", "SHIRT", "SHIRT-M"]),
        ("-if~family~empty", ["LOOSE"]),
        ("-if~family~filled", [*MUGS, "SHIRT", "SHIRT-M"]),
        ("-if~category~in~kitchen", ["MUG-1", "MUG-2"]),
        ("-if~category~out~kitchen~-if~family~in~mugs", ["MUG-3"]),
        ("-if~category~empty", ["LOOSE", "SHIRT", "SHIRT-M"]),
        ("-if~status~in~draft~in_review", EVERY),
        ("-if~kind~in~variant~model", ["SHIRT", "SHIRT-M"]),
        ("-if~enabled~in~no", []),
        ("-if~sku~contains~ug--2", ["MUG-2"]),
        ("-if~sku~starts~shirt", ["SHIRT", "SHIRT-M"]),
        ("-if~sku~is~shirt", ["SHIRT"]),
        ("-if~label~starts~mug n", MUGS),
        ("-if~text~contains~becher 3", ["MUG-3"]),
        ("-if~text~lacks~mug", ["LOOSE"]),
        # channels and languages
        ("-if~incomplete~in~b2b|de_DE~-if~family~in~mugs", MUGS),
        ("-if~complete~in~b2b|de_DE", ["SHIRT-M"]),
        ("-if~missing~in~b2b|de_DE~price", MUGS),
        ("-if~missing~out~b2b|de_DE~price", ["LOOSE", "SHIRT", "SHIRT-M"]),
        ("-if~listing~in~b2b|refused", ["MUG-1"]),
        ("-if~listing~out~b2b|refused~-if~family~in~mugs", ["MUG-2", "MUG-3"]),
        # history
        ("-if~import~is~7", ["MUG-3"]),
        ("-if~import~isnt~7~-if~family~in~mugs", ["MUG-1", "MUG-2"]),
        ("-if~source~in~supplier~2026--01--01", ["MUG-3"]),
        ("-if~created~lately~3", EVERY),
        ("-if~created~between~high=2020--01--01", []),
        ("-if~changed~between~low=2020--01--01", EVERY),
        ("-if~proposed~waiting", []),
        ("-if~proposed~none", EVERY),
        # and, or, none, nested
        ("-or~-if~a.color~in~navy~-if~a.size~in~m", ["MUG-2", "SHIRT-M"]),  # tokens alone
        (
            "-or~-if~a.capacity~between~low=400~-if~sku~is~shirt~-if~a.size~in~m",
            ["MUG-2", "SHIRT", "SHIRT-M"],
        ),
        ("-none~-if~family~in~mugs~-if~a.size~in~m", ["LOOSE", "SHIRT"]),
        ("-if~family~in~mugs~-or~-if~a.color~in~navy~-if~category~in~other~-end", ["MUG-2", "MUG-3"]),
        (
            "-or~-if~sku~is~LOOSE~-and~-if~a.color~in~red~-none~-if~category~in~other~-if~a.color~in~navy~-end~-end",
            ["LOOSE", "MUG-1"],
        ),
        ("-or~-if~a.color~out~red~-if~sku~is~MUG--1", ["LOOSE", "MUG-1", "MUG-2", "SHIRT", "SHIRT-M"]),
    ],
)
def test_a_condition_finds_exactly(
    desk: Desk, world: World, range_: Any, where: str, found: list[str]
) -> None:
    Listing.objects.filter(product=range_["MUG-1"]).update(state="refused")
    world.edit(
        range_["MUG-3"], {"description|en_US": "<p>x</p>"},
        by=Actor(None, origin="import", ref="import:7", source="supplier", trusted=True),
    )  # fmt: skip
    assert skus(desk, where) == found


def test_what_a_person_changed_since_a_day(desk: Desk, world: World, range_: Any, person: Any) -> None:
    anna = person("anna", ["product.edit"])
    today = timezone.localdate()
    world.edit(range_["MUG-2"], {"capacity": "1"}, by=Actor(anna, origin="form"))
    tomorrow = timezone.localdate() + timedelta(days=1)

    def by(who: Any, day: Any) -> str:
        return grammar.write(Group(parts=(Condition("by", "in", (str(who), day.isoformat())),)))

    assert skus(desk, by(anna.pk, today)) == ["MUG-2"]
    assert skus(desk, by(anna.pk, tomorrow)) == []
    assert skus(desk, by(desk.user.pk, today)) == []


def test_an_emptied_text_of_a_variant_is_not_its_models(desk: Desk, world: World, range_: Any) -> None:
    world.edit(range_["SHIRT-M"], {"name|en_US": EMPTY})
    assert skus(desk, "-if~a.name~is~mug shirt~en_US") == ["SHIRT"]
    world.edit(range_["SHIRT-M"], {"name|en_US": RESET})
    assert skus(desk, "-if~a.name~is~mug shirt~en_US") == ["SHIRT", "SHIRT-M"]


def test_the_same_label_twice_does_not_count_a_variant_that_is_called_as_its_model(
    desk: Desk, world: World, range_: Any
) -> None:
    assert skus(desk, "-if~label~twice") == []
    world.create("MUG-9", {"name|en_US": "Mug number 2"}, family="mugs")
    assert skus(desk, "-if~label~twice") == ["MUG-2", "MUG-9"]


def test_it_narrows_what_the_panel_and_the_search_ask_for(desk: Desk, range_: Any) -> None:
    assert skus(desk, "-if~a.color~in~red", category="kitchen") == ["MUG-1"]
    assert skus(desk, "-if~a.color~in~red", q="nr. 3") == ["MUG-3"]


@pytest.mark.parametrize(
    "where",
    [
        "-if~nothing~in~x", "-if~a.color~in~nope", "-if~a.color~nope~red", "-if~a.capacity~between~low=abc", "-if~a.nope~empty",
        "-if~created~lately~x", "-if~created~between~low=0001--01--01", "-if~created~lately~99999999999", "-if~by~in~x~2026--01--01",
        "-if~missing~in~b2b|xx~name", "-if~a.name~contains~x~xx_XX", "-if", "-end", "x",
        "-if~a.color", "-or~-or~-or~-or~-if~a.color~in~red", "~".join(["-if~a.color~in~red"] * 21),
        "-if~sku~is~" + "x" * 2001, "~~~", "-or", "-if~a.capacity~between~low=1e999",
    ],
)  # fmt: skip
def test_what_says_nothing_does_not_filter_and_is_told(desk: Desk, range_: Any, where: str) -> None:
    answer = desk.grid(sort="sku", level="all", where=where)
    assert [row.product.sku for row in answer.context_data["rows"]] == EVERY
    combined = answer.context_data["combined"]
    assert combined.is_misspelt or combined.left_out or not combined.group.parts


def test_an_attribute_one_may_not_see_is_no_condition(
    world: World, range_: Any, person: Callable[..., User]
) -> None:
    """Neither by its value, nor negated, nor by what is missing, nor by a text in another language."""
    wim = Desk(person("wim", ["product.view"], groups=["marketing"], locales=["de_DE"], categories=["home"]))
    reached = ["MUG-1", "MUG-2"]
    for where in (
        "-if~a.color~in~red", "-if~a.color~out~red", "-none~-if~a.color~in~red", "-or~-if~a.color~in~red~-if~a.capacity~twice",
        "-if~a.color~empty", "-if~missing~in~b2b|de_DE~color", "-if~a.name~contains~number 2~en_US",
    ):  # fmt: skip
        answer = wim.grid(sort="sku", level="all", where=where)
        assert [row.product.sku for row in answer.context_data["rows"]] == reached, where
        assert answer.context_data["combined"].left_out
        assert "Red" not in answer.content.decode()
    assert skus(wim, "-if~a.name~contains~Nr. 2~de_DE") == ["MUG-2"]
    form = wim.client.get(reverse(WHERE), {"where": "-if~a.color~in~red"}).content.decode()
    assert "a.color" not in form.replace("where=-if~a.color", "")
    assert "a.name" in form


def test_a_shared_view_does_not_hand_out_a_condition_on_what_its_reader_may_not_see(
    desk: Desk, range_: Any, person: Callable[..., User]
) -> None:
    from catalog.models import Role

    wim = Desk(person("wim", ["product.view"], groups=["marketing"]))
    where = "-if~a.color~in~red~-or~-if~missing~in~b2b|de_DE~color~-if~family~in~mugs~-end"
    role = Role.objects.get(code="wim")
    desk.post("enrichment_view_add", query=f"where={where}", **{"view-name": "V", "view-roles": role.pk})
    tab = wim.client.get("/admin/catalog/product/?view=all").context_data["tabs"].listed[0]
    assert "color" not in tab.href
    answer = wim.client.get(f"/admin/catalog/product/?{tab.href}")
    assert answer.context_data["tabs"].hides
    assert not answer.context_data["tabs"].is_changed


@pytest.mark.parametrize(
    "group",
    [
        Group(parts=(Condition("a.color", "in", ("red", "x~y", "-if", "--", "-t", "~", "a-b", "é ü&=%")),)),
        Group(
            "or", (Group("none", (Condition("sku", "is", ("-end",)),)), Condition("kind", "in", ("model",)))
        ),
        Group("none", (Group("and", (Group("or", (Condition("a", "b"),)),)),)),
        Group("and", (Group("or", (Condition("a", "b"),)), Condition("c", "d"))),
        Group(),
    ],
)
def test_an_address_reads_as_it_was_written(group: Group) -> None:
    text = grammar.write(group)
    assert grammar.read(text or "-and") == group


def test_what_is_beyond_the_limits_is_not_written() -> None:
    one = Condition("a.color", "in", ("x" * 100,))
    for group in (Group(parts=(one,) * 21), Group(parts=(one,) * 19), Group("or", (Group("or", (Group("or", (Group(),)),)),))):  # fmt: skip
        with pytest.raises(Misspelt):
            grammar.write(group)


def test_its_parts_are_chips_in_words_each_with_the_way_without_it(desk: Desk, range_: Any) -> None:
    where = "-if~a.color~in~red~-or~-if~a.capacity~between~low=400~-if~category~in~other~-end"
    chips = desk.grid(where=where).context_data["chips"]
    assert [str(chip["text"]) for chip in chips] == [
        "Color is any of Red",
        "(Capacity is between 400 – … or Category, with those below it, is any of Other)",
    ]
    rest = desk.client.get(f"/admin/catalog/product/?{chips[0]['without']}").context_data
    assert [str(chip["text"]) for chip in rest["chips"]] == [str(chips[1]["text"])]


def test_conditions_are_built_without_script(desk: Desk, range_: Any) -> None:
    def post(page: dict[str, Any], **changes: Any) -> Any:
        return desk.client.post(reverse(WHERE), {**page, **changes})

    def form(answer: Any) -> dict[str, list[str]]:
        return controls(answer.content.decode(), "where-form")

    page = form(desk.client.get(reverse(WHERE), {"sort": "sku", "level": "all"}))
    assert page["node"] == ["c-0"]
    page = form(post(page, **{"is-0": "a.color"}))
    page = form(post(page, **{"v-0": ["red"], "do": "nest:"}))
    assert page["node"] == ["c-0", "g-1", "c-1-0"]
    assert page["join-1"] == ["or"]
    page = form(post(page, **{"is-1-0": "a.capacity", "do": "add:-1"}))
    page = form(post(page, **{"v-1-0_low": "400", "is-1-1": "category"}))
    answer = post(page, **{"v-1-1": ["other"], "do": "look"})
    assert (answer.context_data["count"], answer.context_data["count_more"]) == (1, False)
    shown = post(form(answer), do="show")
    where = "-if~a.color~in~red~-or~-if~a.capacity~between~low=400~-if~category~in~other~-end"
    assert shown.status_code == 302
    assert desk.client.get(shown["Location"]).context_data["query"].params["where"] == where
    assert [row.product.sku for row in desk.client.get(shown["Location"]).context_data["rows"]] == ["MUG-3"]
    # What is there is opened again as it was, and its parts are taken away.
    page = form(desk.client.get(reverse(WHERE), {"where": where}))
    assert page["node"] == ["c-0", "g-1", "c-1-0", "c-1-1"]
    assert (page["v-0"], page["v-1-0_low"], page["v-1-1"]) == (["red"], ["400"], ["other"])
    page = form(post(page, do="drop:-0"))
    assert page["node"] == ["g-0", "c-0-0", "c-0-1"]
    assert "where" not in post(form(post(page, do="drop:-0")), do="show")["Location"]


def test_a_number_that_is_none_is_told_at_its_condition(desk: Desk, range_: Any) -> None:
    page = controls(
        desk.client.get(reverse(WHERE), {"where": "-if~a.capacity~between~low=1"}).content.decode(),
        "where-form",
    )
    answer = desk.client.post(reverse(WHERE), {**page, "v-0_low": "many", "do": "show"})
    assert answer.status_code == 200
    assert "many" in answer.content.decode()
    assert answer.context_data["box"].rows()[0].errors


WIDE = "-or~-if~a.color~in~red~-if~a.capacity~between~low=400~-if~a.name~contains~becher~de_DE~-if~missing~in~b2b|de_DE~description~-and~-if~category~out~other~-if~created~lately~30~-end"


def test_the_grid_asks_as_often_for_twice_as_many(desk: Desk, world: World, range_: Any) -> None:
    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert desk.client.get(address, {"where": WIDE, "level": "all"}).status_code == 200
        return len(captured)

    addresses = ["/admin/catalog/product/", reverse(WHERE)]
    for address in addresses:
        count(address)
    few = [count(address) for address in addresses]
    for number in range(12):
        world.create(
            f"N{number}", {"name|de_DE": "Becher", "color": "red"}, family="mugs", categories=["cups"]
        )
    assert [count(address) for address in addresses] == few
    assert max(few) <= 44


def test_each_part_of_an_or_is_found_by_its_own_index(desk: Desk, world: World, range_: Any) -> None:
    """The planner of a large catalogue: without reading every product (its statistics are told to prefer indexes)."""
    from django.http import QueryDict

    from catalog.structure.snapshot import Structure
    from channels import profile
    from enrichment.workbench.grid.query import parse

    where = "-or~-if~a.color~in~red~-if~a.capacity~between~low=400~-if~sku~contains~shirt~-if~import~is~7"
    params = QueryDict(mutable=True)
    params.update({"where": where, "level": "all"})
    structure = Structure.current()
    rows = parse(params, desk.user, structure, profile.current(structure)).products().order_by().values("pk")
    sql, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}", values)
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan on catalog_product " not in plan, plan
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
            plan = "\n".join(row[3] for row in cursor.fetchall())
            assert "SCAN catalog_product" not in plan, plan
            assert "catalog_token" in plan


def test_an_export_and_a_queue_of_conditions(desk: Desk, range_: Any, tmp_path: Any) -> None:
    from django.core.management import CommandError, call_command

    where = "-or~-if~a.color~in~navy~-if~sku~is~MUG--3"
    file = tmp_path / "some.csv"
    call_command("export_products", str(file), "--filter", f"where={where}", "--columns", "capacity")
    assert [line.split(",")[0] for line in file.read_text("utf-8-sig").splitlines()] == [
        "sku",
        "MUG-2",
        "MUG-3",
    ]
    with pytest.raises(CommandError):
        call_command("export_products", str(file), "--filter", "where=-if~a.nope~in~x")
    queue = desk.client.get(reverse("admin:enrichment_queue_ids"), {"where": where, "sort": "sku"})
    assert queue.status_code == 200
