"""What the Shopify connector sends, what it leaves alone, and how it takes things back."""

from __future__ import annotations

from channels.connectors.base import Item
from channels.delivery.reconcile import reconcile
from channels.models import Listing
from tests.channels.connectors.shopify_schema import needs_schema
from tests.channels.connectors.shopify_shop import ShopifyShop
from tests.channels.connectors.shopify_stage import (
    ShopifyStage,
    connected,
    push,
    sent,
    sheet_of,
    sized,
)

pytestmark = needs_schema
State = Listing.State


# --- the first push, and those after it


def test_a_model_becomes_one_product_with_its_variants_options_and_translations(
    shopify_stage: ShopifyStage,
) -> None:
    shirt = shopify_stage.shirt()
    shopify_stage.send()
    listing = shopify_stage.listing(shirt)
    product = shopify_stage.there.product("SHIRT")
    assert (listing.state, listing.external_id, listing.errors) == (State.LIVE, product["id"], [])
    assert listing.external_url == f"https://shop.example/products/{product['handle']}"
    assert (product["title"], product["status"]) == ("Shirt", "ACTIVE")
    assert product["published"] == {"gid://shopify/Publication/1"}
    assert [(one["sku"], one["options"]) for one in product["variants"]] == [
        ("SHIRT-M", {"Size": "M"}), ("SHIRT-S", {"Size": "S"}),
    ]  # fmt: skip
    assert shopify_stage.there.translated(product["id"], "title") == "Hemd"
    (option,) = product["options"]
    assert (option["name"], list(option["values"])) == ("Size", ["M", "S"])
    assert shopify_stage.there.definitions == {("pim", "sku"): "id"}


def test_option_names_and_values_are_translated(shopify: ShopifyShop) -> None:
    push(shopify, sized("S"))
    (option,) = shopify.product("SHIRT")["options"]
    assert shopify.translated(option["id"], "name") == "Größe"
    assert shopify.translated(option["values"]["S"], "name") == "Größe S"


def test_a_second_push_sends_nothing(shopify_stage: ShopifyStage) -> None:
    shopify_stage.shirt()
    shopify_stage.product()
    shopify_stage.send()
    before = shopify_stage.there.requests
    raised = Listing.objects.update(desired_rev=5)
    shopify_stage.send()
    assert (raised, shopify_stage.there.requests) == (2, before)
    assert {row.state for row in Listing.objects.all()} == {State.LIVE}


def test_one_edit_sends_one_product(shopify_stage: ShopifyStage) -> None:
    shopify_stage.shirt()
    mug = shopify_stage.product()
    shopify_stage.send()
    before, ids = shopify_stage.there.done["Set"], set(shopify_stage.there.products)
    shopify_stage.edit(mug, name__en_US="Green mug")
    shopify_stage.send()
    assert [one["input"]["title"] for one in sent(shopify_stage.there)[before:]] == ["Green mug"]
    assert (set(shopify_stage.there.products), shopify_stage.there.product("MUG-1")["title"]) == (
        ids,
        "Green mug",
    )


def test_what_is_not_ours_sends_nothing_until_it_is(shopify_stage: ShopifyStage) -> None:
    mug = shopify_stage.product()
    shopify_stage.send()
    before = shopify_stage.there.requests
    shopify_stage.edit(mug, price={"EUR": "19.90", "USD": "20"})
    shopify_stage.send()
    assert (shopify_stage.there.requests, shopify_stage.listing(mug).is_stale) == (before, False)
    shopify_stage.setting(owns=["prices"])
    shopify_stage.send()
    assert [one["price"] for one in shopify_stage.there.product("MUG-1")["variants"]] == ["19.90"]


def test_what_is_translated_already_is_not_registered_again(shopify: ShopifyShop) -> None:
    push(shopify, sized("S"))
    push(shopify, sized("S"), revision=2)
    assert shopify.done["Register"] == 1
    push(shopify, sheet_of("SHIRT", "Better shirt", {"title": "Hemd"}), revision=3)
    assert shopify.done["Register"] == 2  # the German text was of another English one
    assert shopify.done["Publish"] == 1


def test_a_picture_that_is_there_is_not_fetched_again_unless_it_failed(shopify: ShopifyShop) -> None:
    pictures = [{"url": f"https://pim.example/{n}.jpg", "alt": f"Mug {n}"} for n in (1, 2)]
    push(shopify, sheet_of(images=pictures))
    ids = [one["id"] for one in shopify.product("MUG-1")["media"]]
    shopify.failing_media = {"https://pim.example/2.jpg"}
    push(shopify, sheet_of(images=[*pictures[::-1]]), revision=2)
    files = sent(shopify)[-1]["input"]["files"]
    assert files[1] == {"id": ids[0], "alt": "Mug 1"}
    assert files[0] == {"originalSource": "https://pim.example/2.jpg", "alt": "Mug 2", "contentType": "IMAGE"}


# --- withdrawing, and what belongs to the shop


def test_what_leaves_the_channel_is_archived_and_comes_back_as_the_same_product(
    shopify_stage: ShopifyStage,
) -> None:
    mug = shopify_stage.product()
    shopify_stage.send()
    product = shopify_stage.there.product("MUG-1")
    product["tags"] = ["theirs"]
    shopify_stage.put(mug, status="draft")
    shopify_stage.send()
    assert (product["status"], shopify_stage.listing(mug).state) == ("ARCHIVED", State.WITHDRAWN)
    assert reconcile(channel_id=shopify_stage.channel.pk) == []
    shopify_stage.put(mug, status="approved")
    shopify_stage.send()
    assert (product["status"], product["tags"], shopify_stage.there.created) == ("ACTIVE", ["theirs"], 1)
    assert (shopify_stage.listing(mug).state, shopify_stage.listing(mug).external_id) == (
        State.LIVE,
        product["id"],
    )


def test_what_staff_make_active_again_is_drift(shopify_stage: ShopifyStage) -> None:
    mug = shopify_stage.product()
    shopify_stage.send()
    shopify_stage.put(mug, status="draft")
    shopify_stage.send()
    product = shopify_stage.there.product("MUG-1")
    product["status"] = "ACTIVE"
    assert [drift.key for drift in reconcile(channel_id=shopify_stage.channel.pk)] == ["MUG-1"]
    shopify_stage.send()
    assert product["status"] == "ARCHIVED"


def test_it_may_be_made_a_draft_or_only_be_taken_off_the_sales_channels(shopify: ShopifyShop) -> None:
    push(shopify, sheet_of("A"), sheet_of("B"))
    shopify.product("B")["published"].add("gid://shopify/Publication/2")
    for key, way in (("A", "draft"), ("B", "unpublish")):
        with connected(shopify, withdraw=way) as connector:
            connector.push([Item(key, "withdraw", 2)])
            assert connector.read_back([key]) == {key: None}
    assert (shopify.product("A")["status"], shopify.product("B")["status"]) == ("DRAFT", "ACTIVE")
    assert shopify.product("B")["published"] == {"gid://shopify/Publication/2"}


def test_a_draft_stays_one_until_staff_make_it_active(shopify: ShopifyShop) -> None:
    push(shopify, sheet_of(), new="DRAFT")
    push(shopify, sheet_of(title="Better mug"), revision=2, new="DRAFT")
    product = shopify.product("MUG-1")
    assert (product["status"], product["title"]) == ("DRAFT", "Better mug")
    product["status"] = "ACTIVE"
    push(shopify, sheet_of(), revision=3, new="DRAFT")
    assert product["status"] == "ACTIVE"


def test_what_is_not_ours_is_never_sent(shopify: ShopifyShop) -> None:
    fields = {
        "price": {"EUR": "9.90"},
        "stock": "4",
        "tags": ["new"],
        "collections": ["gid://shopify/Collection/1"],
    }
    push(
        shopify,
        sheet_of(fields=fields, images=[{"url": "https://pim.example/1.jpg", "alt": ""}]),
        owns=[],
        publications="",
    )
    made = sent(shopify)[0]["input"]
    assert made.keys() == {"title", "productOptions", "variants", "metafields", "status"}
    assert made["variants"][0].keys() == {"sku", "optionValues"}
    assert shopify.done["Publish"] == 0
    push(shopify, sheet_of(title="Better mug", fields=fields), revision=2, owns=[])
    assert sent(shopify)[1]["input"].keys() == {"title", "productOptions", "variants"}


def test_what_staff_and_other_apps_left_at_our_product_stays(shopify: ShopifyShop) -> None:
    push(shopify, sized("S", "M"))
    product = shopify.product("SHIRT")
    product["tags"] = ["theirs"]
    product["metafields"]["reviews", "stars"] = {
        "id": "1",
        "namespace": "reviews",
        "key": "stars",
        "value": "5",
        "type": "number_integer",
    }
    product["variants"].append(
        {"id": "gid://shopify/ProductVariant/99", "sku": "GIFT", "options": {"Size": "Any"}}
    )
    push(shopify, sized("S"), revision=2)
    assert [(one["sku"], one["options"]["Size"]) for one in product["variants"]] == [
        ("SHIRT-S", "S"),
        ("GIFT", "Any"),
    ]
    assert list(product["options"][0]["values"]) == ["S", "Any"]
    assert (product["tags"], product["metafields"]["reviews", "stars"]["value"]) == (["theirs"], "5")


def test_variants_keep_their_ids_over_pages(shopify: ShopifyShop) -> None:
    sizes = [f"{n:03}" for n in range(230)]
    push(shopify, sized(*sizes))
    before = [one["id"] for one in shopify.product("SHIRT")["variants"]]
    push(shopify, sized(*sizes), revision=2)
    assert [one["id"] for one in shopify.product("SHIRT")["variants"]] == before
    assert shopify.done["Parts"] == 3


def test_what_is_emptied_here_is_emptied_there(shopify: ShopifyShop) -> None:
    full = sheet_of(
        fields={"care.text": "By hand", "barcode": "4006381333931"}, en={"description": "<p>Fine</p>"},
        de={"title": "Tasse", "description": "<p>Fein</p>"},
    )  # fmt: skip
    push(shopify, full)
    product = shopify.product("MUG-1")
    assert (product["descriptionHtml"], shopify.translated(product["id"], "body_html")) == (
        "<p>Fine</p>",
        "<p>Fein</p>",
    )
    push(shopify, sheet_of(), revision=2)
    assert (product["descriptionHtml"], shopify.translated(product["id"], "body_html")) == ("", None)
    assert (product["variants"][0]["barcode"], ("care", "text") in product["metafields"]) == (None, False)
    assert shopify.translated(product["id"], "title") == "Tasse"


def test_a_field_of_ours_that_staff_changed_is_drift_and_one_of_theirs_is_not(
    shopify_stage: ShopifyStage,
) -> None:
    shopify_stage.product()
    shopify_stage.send()
    product = shopify_stage.there.product("MUG-1")
    product["vendor"], product["tags"] = "Theirs", ["theirs"]
    assert reconcile(channel_id=shopify_stage.channel.pk) == []
    product["title"] = "Sale!"
    assert [drift.key for drift in reconcile(channel_id=shopify_stage.channel.pk)] == ["MUG-1"]
    shopify_stage.send()
    assert (product["title"], product["vendor"]) == ("Blue mug", "Theirs")
