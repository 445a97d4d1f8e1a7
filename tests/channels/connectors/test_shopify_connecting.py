"""Connecting a shop that has products already, and settings that do not fit it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from channels.admin._channel_form import for_connector
from channels.connectors._shopify.texts import matched
from channels.connectors.base import Config, Item
from channels.connectors.shopify import Shopify
from channels.models import Listing
from tests.channels.connectors.shopify_schema import needs_schema
from tests.channels.connectors.shopify_shop import ShopifyShop
from tests.channels.connectors.shopify_stage import (
    ShopifyStage,
    connected,
    item_of,
    push,
    sheet_of,
    sized,
)

pytestmark = needs_schema
State = Listing.State


def test_a_product_of_the_shop_with_our_sku_is_left_alone_and_told(shopify: ShopifyShop) -> None:
    shopify.made_in_the_shop("Their mug", "MUG-1")
    (result,) = push(shopify, sheet_of())
    assert (result.outcome, result.errors[0].code) == ("rejected", "exists")
    assert "Their mug" in result.errors[0].message
    assert (shopify.done["Set"], len(shopify.products)) == (0, 1)


def test_or_it_is_taken_over_with_what_is_theirs(shopify: ShopifyShop) -> None:
    theirs = shopify.made_in_the_shop("Their mug", "MUG-1")
    variant = theirs["variants"][0]["id"]
    (result,) = push(shopify, sheet_of(), existing="adopt")
    assert (result.outcome, result.external_id, len(shopify.products)) == ("live", theirs["id"], 1)
    assert (theirs["title"], theirs["tags"], shopify.key_of(theirs)) == ("Mug", ["theirs"], "MUG-1")
    assert [one["id"] for one in theirs["variants"]] == [variant]


def test_a_model_under_another_sku_stays_the_same_product(shopify_stage: ShopifyStage) -> None:
    shirt = shopify_stage.shirt()
    shopify_stage.send()
    product = shopify_stage.there.product("SHIRT")
    variants = [one["id"] for one in product["variants"]]
    shopify_stage.put(shirt, sku="TOP")
    for _turn in range(3):
        shopify_stage.let_time_pass()
        shopify_stage.send()
    assert shopify_stage.listing(shirt).state == State.LIVE
    assert (list(shopify_stage.there.products), shopify_stage.there.key_of(product)) == (
        [product["id"]],
        "TOP",
    )
    assert (product["status"], [one["id"] for one in product["variants"]]) == ("ACTIVE", variants)


def test_a_withdrawn_product_is_taken_up_once(shopify: ShopifyShop) -> None:
    push(shopify, sized("S", "M"))
    with connected(shopify) as connector:
        connector.push([Item("SHIRT", "withdraw", 2)])
    results = push(
        shopify, sheet_of("SHIRT-S", "Small shirt"), sheet_of("SHIRT-M", "Medium shirt"), revision=3
    )
    assert [result.outcome for result in results] == ["live", "live"]
    assert {shopify.key_of(one): one["title"] for one in shopify.products.values()} == {
        "SHIRT-S": "Small shirt", "SHIRT-M": "Medium shirt",
    }  # fmt: skip


def test_a_model_without_a_title_has_its_first_variants(shopify: ShopifyShop) -> None:
    bare = sized("S")
    bare["locales"] = {"en_US": {}, "de_DE": {}}
    push(shopify, bare)
    product = shopify.product("SHIRT")
    assert (product["title"], shopify.translated(product["id"], "title")) == ("Shirt", "Tasse")


def test_two_of_them_are_for_a_person_to_sort_out(shopify: ShopifyShop) -> None:
    shopify.made_in_the_shop("Their mug", "MUG-1")
    shopify.made_in_the_shop("Their other mug", "MUG-1")
    (result,) = push(shopify, sheet_of(), existing="adopt")
    assert (result.outcome, result.errors[0].code, shopify.done["Set"]) == ("rejected", "ambiguous", 0)


# --- settings


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"publications": "Instagram"},
            "The shop has no sales channel 'Instagram'. There are: Online Store, Point of Sale.",
        ),
        ({"token": "shpat_of-yesterday"}, "The channel answered 401"),
    ],
)
def test_settings_that_do_not_fit_the_shop_pause_the_channel(
    shopify: ShopifyShop, settings: dict[str, Any], said: str
) -> None:
    with connected(shopify, **settings) as connector, pytest.raises(Config) as caught:
        connector.push([item_of(sheet_of())])
    assert said in str(caught.value)
    assert shopify.products == {}


def test_an_app_of_the_dev_dashboard_asks_for_its_token_and_the_token_is_a_secret(
    shopify: ShopifyShop,
) -> None:
    with connected(shopify, client_id="app-1", token="shpss_a-secret") as connector:
        assert [result.outcome for result in connector.push([item_of(sheet_of())])] == ["live"]
        assert connector.credentials == {"token": "shpss_a-secret", "access_token": "shpat_for-a-day"}
    with connected(shopify, client_id="app-2", token="shpss_a-secret") as connector, pytest.raises(Config):
        connector.push([item_of(sheet_of())])


def test_the_token_does_not_travel_unprotected() -> None:
    field = Shopify.settings_form()["shop"]
    assert field.clean("acme.myshopify.com") == "https://acme.myshopify.com"
    with pytest.raises(ValidationError):
        field.clean("http://acme.myshopify.com")


def test_what_belongs_to_the_pim_is_chosen_from_a_list(db: Any) -> None:
    fields = for_connector("shopify", with_secrets=True).base_fields
    assert fields["setting_owns"].widget.allow_multiple_selected
    assert "secret_token" in fields


def test_locales_find_their_language() -> None:
    assert matched(["de_DE", "en_US", "pt_BR"], "en", ["de", "pt-BR"]) == (
        "en_US",
        {"de_DE": "de", "pt_BR": "pt-BR"},
    )
    for ours, main in ((["en_US", "fr_FR"], "en"), (["de_DE"], "en"), (["en_US", "en_GB"], "en")):
        with pytest.raises(Config):
            matched(ours, main, ["de"])
