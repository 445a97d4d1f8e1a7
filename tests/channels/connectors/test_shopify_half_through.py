"""A push that stopped half-way stands for nothing: what was sent before is not taken for what the shop shows."""

from __future__ import annotations

from typing import Any

import pytest

from channels import profiles
from channels.connectors.base import Item
from channels.connectors.shopify import Shopify
from channels.models import Channel, Listing
from tests.channels.connectors.shopify_schema import needs_schema
from tests.channels.connectors.shopify_shop import ShopifyShop
from tests.channels.connectors.shopify_stage import ShopifyStage, connected, item_of, push, sheet_of, sized
from tests.channels.shop import json

pytestmark = needs_schema
State = Listing.State


def edit_and_revert(stage: ShopifyStage, mug: int, **edit: Any) -> None:
    stage.edit(mug, **edit)
    stage.send()
    assert stage.listing(mug).unknown
    stage.edit(mug, name__en_US="Blue mug", name__de_DE="Blaue Tasse", price={"EUR": "9.9", "USD": "12"})
    stage.let_time_pass()
    stage.send()
    assert (stage.listing(mug).state, stage.listing(mug).unknown) == (State.LIVE, False)


def test_a_translation_that_is_refused_leaves_nothing_behind_once_the_edit_is_taken_back(
    shopify_stage: ShopifyStage,
) -> None:
    mug = shopify_stage.product()
    shopify_stage.send()
    edit_and_revert(shopify_stage, mug, name__en_US="Green mug", name__de_DE="unspeakable")
    assert shopify_stage.there.product("MUG-1")["title"] == "Blue mug"


def test_nor_does_an_answer_that_was_lost_though_the_shop_shows_what_it_did(
    shopify_stage: ShopifyStage,
) -> None:
    shopify_stage.setting(owns=["prices"])
    mug = shopify_stage.product()
    shopify_stage.send()
    shopify_stage.there.after("Set")
    edit_and_revert(shopify_stage, mug, price={"EUR": "99", "USD": "120"})
    assert [one["price"] for one in shopify_stage.there.product("MUG-1")["variants"]] == ["9.90"]


def test_nor_does_a_right_that_is_missing_for_a_later_step(shopify_stage: ShopifyStage) -> None:
    mug = shopify_stage.product()
    shopify_stage.send()
    denied = {"errors": [{"message": "Access denied.", "extensions": {"code": "ACCESS_DENIED"}}]}
    shopify_stage.there.instead("Register", json(denied))
    shopify_stage.edit(mug, name__en_US="Green mug", name__de_DE="Grüne Tasse")
    shopify_stage.send()
    assert Channel.objects.get(pk=shopify_stage.channel.pk).paused_at is not None
    assert shopify_stage.there.product("MUG-1")["title"] == "Green mug"
    shopify_stage.edit(mug, name__en_US="Blue mug", name__de_DE="Blaue Tasse")
    profiles.resume(channel_id=shopify_stage.channel.pk)
    shopify_stage.channel.refresh_from_db()
    shopify_stage.send()
    assert shopify_stage.listing(mug).state == State.LIVE
    assert shopify_stage.there.product("MUG-1")["title"] == "Blue mug"


def test_a_new_product_that_was_refused_half_made_is_archived_when_it_leaves(
    shopify_stage: ShopifyStage,
) -> None:
    mug = shopify_stage.product(values={"name|en_US": "Blue mug", "name|de_DE": "unspeakable"})
    shopify_stage.send()
    assert (shopify_stage.listing(mug).state, shopify_stage.there.created) == (State.REFUSED, 1)
    shopify_stage.put(mug, status="draft")
    shopify_stage.send()
    assert shopify_stage.listing(mug).state == State.WITHDRAWN
    assert [one["status"] for one in shopify_stage.there.products.values()] == ["ARCHIVED"]


def test_a_second_refusal_before_anything_was_sent_keeps_the_doubt_of_the_first(
    shopify_stage: ShopifyStage,
) -> None:
    mug = shopify_stage.product()
    shopify_stage.send()
    shopify_stage.edit(mug, name__en_US="Green mug", name__de_DE="unspeakable")
    shopify_stage.send()
    shopify_stage.there.instead("Parts", json({"errors": [{"message": "No."}]}))
    shopify_stage.edit(mug, name__de_DE="Grüne Tasse")
    shopify_stage.send()
    assert (shopify_stage.listing(mug).state, shopify_stage.listing(mug).unknown) == (State.REFUSED, True)


@pytest.mark.parametrize("way", ["archive", "draft"])
def test_a_withdrawal_whose_answer_was_lost_is_undone_when_the_product_is_to_stay(
    shopify_stage: ShopifyStage, way: str
) -> None:
    shopify_stage.setting(owns=[], withdraw=way)
    mug = shopify_stage.product()
    shopify_stage.send()
    shopify_stage.there.after("Update")
    shopify_stage.put(mug, status="draft")
    shopify_stage.send()
    product = shopify_stage.there.product("MUG-1")
    assert product["status"] != "ACTIVE"
    shopify_stage.put(mug, status="approved")
    shopify_stage.let_time_pass()
    shopify_stage.send()
    assert (shopify_stage.listing(mug).state, product["status"]) == (State.LIVE, "ACTIVE")


def test_what_a_refused_push_added_is_taken_out_by_the_next(shopify: ShopifyShop) -> None:
    push(shopify, sheet_of())
    refused = sheet_of(fields={"care.text": "By hand"}, de={"title": "unspeakable"})
    assert [one.outcome for one in push(shopify, refused, revision=2)] == ["rejected"]
    product = shopify.product("MUG-1")
    assert ("care", "text") in product["metafields"]
    push(shopify, sheet_of(), revision=3)
    assert ("care", "text") not in product["metafields"]


# --- within one batch


def test_a_product_that_was_taken_over_is_not_archived_for_its_former_item(shopify: ShopifyShop) -> None:
    push(shopify, sized("S"))
    with connected(shopify) as connector:
        connector.push([Item("SHIRT", "withdraw", 2)])
    (product,) = shopify.products.values()
    product["status"] = "ACTIVE"  # by staff, so that there is something to withdraw again
    with connected(shopify) as connector:
        results = connector.push([item_of(sheet_of("SHIRT-S"), 3), Item("SHIRT", "withdraw", 3)])
    assert [one.outcome for one in results] == ["live", "live"]
    assert (shopify.key_of(product), product["status"]) == ("SHIRT-S", "ACTIVE")


def test_nor_taken_over_after_its_own_item_brought_it_back(shopify: ShopifyShop) -> None:
    push(shopify, sized("S"))
    with connected(shopify) as connector:
        connector.push([Item("SHIRT", "withdraw", 2)])
    push(shopify, sized("S"), sheet_of("SHIRT-S", "Small shirt"), revision=3)
    assert sorted(map(shopify.key_of, shopify.products.values())) == ["SHIRT", "SHIRT-S"]


# --- another shop


def test_another_shop_has_nothing_of_it_yet() -> None:
    settings, _credentials = Shopify.sample("https://acme.myshopify.com")
    sheet = sheet_of()
    before = Shopify.content(sheet, settings)
    assert Shopify.content(sheet, settings | {"shop": "https://acme.myshopify.com/"}) == before
    assert Shopify.content(sheet, settings | {"shop": "https://other.myshopify.com"}) != before
