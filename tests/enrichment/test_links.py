"""Associations on the product page: added by SKU, sorted, taken out; the other side shown, without what one may not see."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.access.verbs import PRODUCT_VERBS
from catalog.models import Grant, Product, User
from channels import profiles
from channels.models import Channel, FieldMapping
from tests.catalog.links import add_associations
from tests.enrichment.conftest import Desk, values_of
from tests.world import World


def test_products_are_added_by_sku_and_taken_out_by_their_tick(desk: Desk, world: World, mug: int) -> None:
    add_associations(world)
    a, b = (world.create(sku, family="mugs").product for sku in ("A", "B"))
    world.edit(mug, {"CONTENTS": [{"sku": "A", "quantity": 2}]})
    form = desk.form(mug)
    assert [value for value in form["v:CONTENTS:"] if value] == [f"{a}:2"]
    assert form[f"v:CONTENTS:_q{a}"] == ["2"]
    form[f"v:CONTENTS:_q{a}"], form["v:CONTENTS:_add"], form["v:PARTS:_add"] = ["5"], ["b"], ["B, a"]
    assert desk.save(mug, form).status_code == 302
    stored = values_of(mug)
    assert stored["CONTENTS"] == [{"product": a, "quantity": 5}, {"product": b, "quantity": 1}]
    assert stored["PARTS"] == [{"product": b}, {"product": a}]
    form = desk.form(mug)
    form["v:PARTS:"] = [str(a)]
    desk.save(mug, form)
    assert values_of(mug)["PARTS"] == [{"product": a}]
    before = values_of(mug)
    assert desk.save(mug, desk.form(mug)).status_code == 302
    assert values_of(mug) == before


def test_what_is_refused_is_shown_again_with_the_reason(desk: Desk, world: World, mug: int) -> None:
    add_associations(world)
    form = desk.form(mug)
    form["v:PARTS:_add"] = ["NOBODY"]
    response = desk.save(mug, form)
    assert response.status_code == 422
    text = response.content.decode()
    assert "There is no product &#x27;NOBODY&#x27;" in text
    assert 'value="NOBODY"' in text
    assert "PARTS" not in values_of(mug)


def test_the_other_side_is_shown_to_those_who_may_see_it(
    desk: Desk, world: World, mug: int, person: Callable[..., User], client: Client
) -> None:
    add_associations(world)
    world.create("SHOWN", {"CROSSSELL": Product.objects.get(pk=mug).sku}, family="mugs", categories=["cups"])
    world.create(
        "HIDDEN", {"CROSSSELL": Product.objects.get(pk=mug).sku}, family="mugs", categories=["other"]
    )
    world.edit(mug, categories=["cups"])
    url = reverse("admin:catalog_product_change", args=[mug])
    text = desk.client.get(url).content.decode()
    assert "(SHOWN)" in text
    assert "(HIDDEN)" in text
    client.force_login(person("anna", ["product.edit"], categories=["kitchen"]))
    text = client.get(url).content.decode()
    assert "(SHOWN)" in text
    assert "(HIDDEN)" not in text


def test_the_page_costs_the_same_for_twice_as_many_products(desk: Desk, world: World, mug: int) -> None:
    add_associations(world)
    url = reverse("admin:catalog_product_change", args=[mug])

    def asked(count: int) -> int:
        known = Product.objects.count()
        skus = [f"P{number}" for number in range(known, known + count)]
        for sku in skus:
            world.create(sku, {"CROSSSELL": Product.objects.get(pk=mug).sku}, family="mugs")
        world.edit(mug, {"PARTS": ",".join(skus)})
        desk.client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert desk.client.get(url).status_code == 200
        return len(captured)

    assert asked(3) == asked(6)


HIDDEN = "a product you may not see"


@pytest.fixture
def anna(world: World, mug: int, person: Callable[..., User]) -> User:
    """She sees the kitchen; the mug goes with SEEN, and with SECRET, which is elsewhere."""
    add_associations(world)
    world.edit(mug, categories=["cups"])
    world.create("SEEN", family="mugs", categories=["cups"])
    world.create("SECRET", {"name|en_US": "Secret name"}, family="mugs", categories=["other"])
    world.edit(mug, {"PARTS": "SECRET, SEEN", "CONTENTS": [{"sku": "SECRET", "quantity": 3}]})
    user = person("anna", [*PRODUCT_VERBS, "channel.view"], categories=["kitchen"])
    Grant.objects.update(unlocalized=True, master=True)
    return user


def test_what_one_may_not_see_is_named_neutrally_and_kept_when_saving(
    desk: Desk, mug: int, anna: User
) -> None:
    hers = Desk(anna)
    for tab in ("fields", "history"):
        assert "SECRET" in desk.page(mug, tab=tab).content.decode()
        text = hers.page(mug, tab=tab).content.decode()
        assert HIDDEN in text
        assert "SEEN" in text
        assert "SECRET" not in text
        assert "Secret name" not in text
    secret, seen = (Product.objects.get(sku=sku).pk for sku in ("SECRET", "SEEN"))
    form = hers.form(mug)
    form["v:PARTS:"] = [str(secret)]
    form[f"v:CONTENTS:_q{secret}"] = ["4"]
    assert hers.save(mug, form).status_code == 302
    stored = values_of(mug)
    assert stored["PARTS"] == [{"product": secret}]
    assert stored["CONTENTS"] == [{"product": secret, "quantity": 4}]
    form = hers.form(mug)
    form["v:PARTS:_add"] = ["SEEN"]
    hers.save(mug, form)
    assert values_of(mug)["PARTS"] == [{"product": secret}, {"product": seen}]


def test_a_sheet_is_shown_without_them_and_sent_with_them(
    desk: Desk, channel: Channel, mug: int, anna: User
) -> None:
    FieldMapping.objects.create(channel=channel, position=10, target="parts", source={"attribute": "PARTS"})
    with transaction.atomic():
        profiles.changed(channel)
    url = reverse("admin:catalog_product_sheet", args=[mug, channel.code])
    whole = desk.client.get(url).content.decode()
    hers = Desk(anna).client.get(url).content.decode()
    assert "SECRET" in whole
    assert "SECRET" not in hers
    assert HIDDEN in hers
    hashes = [re.findall(r"as it would be sent · ([0-9a-f]{12})", text) for text in (whole, hers)]
    assert len(hashes[0]) == 1
    assert hashes[0] == hashes[1]


def test_who_is_limited_asks_once_for_all_names(desk: Desk, world: World, mug: int, anna: User) -> None:
    hers = Desk(anna)

    def asked(tab: str) -> int:
        hers.page(mug, tab=tab)
        with CaptureQueriesContext(connection) as captured:
            assert hers.page(mug, tab=tab).status_code == 200
        return len(captured)

    before = asked("fields"), asked("history")
    for number in range(6):
        world.create(f"P{number}", family="mugs", categories=["other"])
    world.edit(mug, {"PARTS": ",".join(f"P{number}" for number in range(6))})
    assert (asked("fields"), asked("history")) == before
