"""Contradictions between channels: found, explained, accepted until a value changes, and seen by whom they concern."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from catalog.models import Campaign, Grant, Role, User
from catalog.models.category import Category
from catalog.values.campaigns import write_campaign
from channels import completeness, profile
from channels.consistency import report
from channels.models import Contradiction
from tests.attributes import add
from tests.channels.stage import FULL, make_channel, work_off_jobs
from tests.world import SYSTEM, World, build_world

PARTNER: list[dict[str, Any]] = [
    {"target": "titel", "source": {"attribute": "name"}, "localized": True},
    {"target": "gewicht", "source": {"attribute": "weight"}},
    {"target": "price", "source": {"attribute": "price"}},
    {"target": "colour", "source": {"attribute": "color"}},
]
OTHER_WEIGHT = [*PARTNER[:1], {"target": "gewicht", "source": {"attribute": "net_weight"}}, *PARTNER[2:]]


@pytest.fixture
def world(db: Any) -> World:
    profile.forget()
    completeness.forget()
    world = build_world()
    add(world, "net_weight", "measurement", params={"family": "weight", "unit": "GRAM"})
    add(world, "brand", "select", options=("acme", "globex"))
    make_channel(world)
    work_off_jobs()
    return world


def partner(world: World, fields: list[dict[str, Any]] = PARTNER) -> None:
    make_channel(world, code="shop", fields=fields)
    work_off_jobs()


def mug(world: World, sku: str = "MUG-1", **values: Any) -> int:
    given = {**FULL, **{key.replace("__", "|"): value for key, value in values.items()}}
    made = world.create(sku, given, family="mugs", categories=["cups"]).product
    assert made is not None
    return made


def look(world: World) -> list[tuple[str, str, str, str]]:
    report.ask(by=None)
    work_off_jobs()
    rows = Contradiction.objects.order_by("kind", "label", "locale")
    return [(row.kind, row.label, row.locale, row.why) for row in rows]


def texts() -> list[str]:
    return [value["text"] for value in Contradiction.objects.get().values]


def test_one_value_in_two_units_is_no_contradiction_and_two_values_are(world: World) -> None:
    partner(world, OTHER_WEIGHT)
    product = mug(world, net_weight={"amount": "0.35", "unit": "KILOGRAM"})
    assert look(world) == []
    world.edit(product, {"net_weight": {"amount": "300", "unit": "GRAM"}})
    assert look(world) == [("measure", "Weight", "", "")]
    assert texts() == ["0.35 KILOGRAM", "300 GRAM"]


def test_prices_are_compared_in_the_currencies_both_have(world: World) -> None:
    partner(world)
    product = mug(world)
    world.edit(product, {"price||shop": {"USD": "12"}})
    assert look(world) == []
    world.edit(product, {"price||shop": {"USD": "13"}})
    assert look(world) == [("price", "Price", "", "context")]


def test_a_campaigns_price_is_explained(world: World) -> None:
    partner(world)
    product = mug(world)
    now = timezone.now()
    campaign = Campaign.objects.create(
        code="sale", starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1)
    )
    write_campaign(campaign, {product: {"price||shop": {"EUR": "5"}}}, by=SYSTEM)
    assert look(world) == [("price", "Price", "", "campaign")]


def test_what_one_channel_gets_and_another_lacks_is_told_where_both_have_the_field(world: World) -> None:
    partner(world, OTHER_WEIGHT)
    mug(world, color="red")
    assert look(world) == [("missing", "Weight", "", "")]


def test_texts_may_differ_and_titles_may_not_name_other_brands_or_amounts(world: World) -> None:
    partner(world)
    mug(world, brand="acme", name__en_US="ACME mug 350 g", name__en_US__shop="GLOBEX mug, 0.3 kg")
    assert [row[:3] for row in look(world)] == [("title", "Brand", "en_US"), ("title", "Weight", "en_US")]
    amount = Contradiction.objects.get(label="Weight")
    assert amount.values[1]["text"] == "GLOBEX mug, 0.3 kg"
    shop = amount.values[1]["channel"]
    assert amount.pairs == f",{shop}-{shop},"


def test_what_is_settled_is_forgotten(world: World) -> None:
    partner(world)
    product = mug(world, color="red")
    world.edit(product, {"price||shop": {"USD": "13"}})
    look(world)
    world.edit(product, {"price||shop": {"USD": "12"}})
    assert look(world) == []


def test_what_was_accepted_stays_so_until_a_value_changes(world: World) -> None:
    partner(world)
    product = mug(world)
    world.edit(product, {"price||shop": {"USD": "13"}})
    look(world)
    row = Contradiction.objects.get()
    assert not report.accept(row.pk, "another", by=world.admin)
    assert report.accept(row.pk, row.digest, by=world.admin)
    look(world)
    row.refresh_from_db()
    assert row.accepted_by == world.admin
    world.edit(product, {"price||shop": {"USD": "14"}})
    look(world)
    row = Contradiction.objects.get()
    assert (row.accepted_by, row.accepted_at) == (None, None)


def test_what_was_accepted_stays_so_whatever_language_the_next_look_is_asked_in(world: World) -> None:
    add(world, "flag", "boolean", scopable=True)
    for code in ("shop", "amazon"):
        flag = {"target": "flag", "source": {"attribute": "flag"}}
        make_channel(world, code=code, fields=[PARTNER[0], flag])
    work_off_jobs()
    mug(world, flag=True, flag____shop=False)
    look(world)
    row = Contradiction.objects.get()
    assert {value["text"] for value in row.values} == {"Yes", "No"}
    report.accept(row.pk, row.digest, by=world.admin)
    with translation.override("de"):
        look(world)
    row.refresh_from_db()
    assert row.accepted_by == world.admin
    assert {value["text"] for value in row.values} == {"Yes", "No"}


def test_more_than_the_report_holds_is_cut_and_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MOST", 1)
    partner(world, OTHER_WEIGHT)
    mug(world, "MUG-1")
    mug(world, "MUG-2")
    assert len(look(world)) == 1
    found = report.last_look()
    assert found is not None
    assert found.result == {"products": 2, "counts": {"missing": 1}, "cut": True}


def test_twice_the_products_cost_no_more_queries_to_look_through(world: World) -> None:
    partner(world, OTHER_WEIGHT)

    def count() -> int:
        from channels.consistency.lines import Lines

        structure = world.structure
        channels = profile.current(structure).active
        lines = Lines(channels, structure)
        rows = report._products(0)
        with CaptureQueriesContext(connection) as captured:
            report.find(rows, channels, structure, lines, at=timezone.now())
        return len(captured)

    mug(world, "MUG-1")
    few = count()
    mug(world, "MUG-2")
    mug(world, "MUG-3")
    assert count() == few


# --- the page


def page(user: User, **query: str) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse("admin:channels_contradictions"), query)


@pytest.fixture
def found(world: World) -> World:
    partner(world)
    for sku in ("MUG-1", "MUG-2"):
        world.edit(mug(world, sku), {"price||shop": {"USD": "13"}})
    world.create("LOOSE", {**FULL, "price||shop": {"USD": "13"}}, family="mugs", categories=["other"])
    look(world)
    return world


def limited(verbs: list[str], groups: list[str]) -> User:
    user = User.objects.create_user("lena", password="x", is_staff=True)
    role = Role.objects.create(code="lena", labels={}, verbs=verbs)
    user.roles.add(role)
    grant = Grant.objects.create(role=role)
    grant.categories.set(Category.objects.filter(code="kitchen"))
    grant.groups.set(world_groups(groups))
    return user


def world_groups(codes: list[str]) -> Any:
    from catalog.models import AttributeGroup

    return AttributeGroup.objects.filter(code__in=codes)


def test_the_page_counts_by_kind_and_leads_to_the_channels_side_by_side(found: World) -> None:
    context = page(found.admin, state="explained").context_data
    assert [(kind, count) for kind, _label, count, _query in context["kinds"] if count] == [("price", 3)]
    assert "tab=compare" in context["items"][0].href
    assert [value[1] for value in context["items"][0].values] == ["EUR: 9.90, USD: 12.00", "USD: 13.00"]
    assert page(found.admin).context_data["items"] == []


def test_one_sees_what_concerns_products_and_attributes_one_may_see(found: World) -> None:
    seller = limited(["product.view", "channel.view"], ["commercial"])
    assert [item.row.product.sku for item in page(seller, state="explained").context_data["items"]] == [
        "MUG-1",
        "MUG-2",
    ]
    seller.roles.get().grants.get().groups.set(world_groups(["technical"]))
    again = User.objects.get(pk=seller.pk)
    assert page(again, state="explained").context_data["total"] == 0


def test_a_pair_of_channels_is_chosen(found: World) -> None:
    ids = {channel.code: channel.pk for channel in profile.Channel.objects.all()}
    make_channel(found, code="amazon", fields=PARTNER)
    amazon = profile.Channel.objects.get(code="amazon").pk
    chosen = page(found.admin, state="explained", one=str(ids["shop"]), other=str(ids["b2b"]))
    assert chosen.context_data["total"] == 3
    assert (
        page(found.admin, state="explained", one=str(ids["shop"]), other=str(amazon)).context_data["total"]
        == 0
    )


def test_accepting_says_who_and_only_those_who_may_edit_the_product_accept(found: World) -> None:
    row = Contradiction.objects.first()
    assert row is not None
    form = {"id": row.pk, "digest": row.digest, "what": "accept"}
    client = Client()
    client.force_login(limited(["product.view", "channel.view"], ["commercial"]))
    assert client.post(reverse("admin:channels_contradictions_accept"), form).status_code == 403
    client.force_login(found.admin)
    client.post(reverse("admin:channels_contradictions_accept"), form)
    assert [item.row.accepted_by for item in page(found.admin, state="accepted").context_data["items"]] == [
        found.admin
    ]


def test_the_export_has_a_line_for_each_value_and_runs_no_formula(found: World) -> None:
    Contradiction.objects.filter(product__sku="MUG-1").update(
        values=[{"channel": 0, "text": "=1+1", "why": ""}]
    )
    client = Client()
    client.force_login(found.admin)
    answer = client.get(reverse("admin:channels_contradictions_export"), {"state": "explained"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 6
    assert lines[1] == "MUG-1,Prices,Price,,Attribute,'=1+1,,"


def test_the_page_asks_as_often_for_twice_as_many(found: World) -> None:
    def count() -> int:
        page(found.admin, state="explained")
        with CaptureQueriesContext(connection) as captured:
            page(found.admin, state="explained")
        return len(captured)

    few = count()
    for sku in ("MUG-3", "MUG-4", "MUG-5"):
        found.edit(mug(found, sku), {"price||shop": {"USD": "13"}})
    look(found)
    assert count() == few
