"""What a shop shows of our products, field by field: what counts as the same, of which kind the rest is, what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Proposal
from channels import drift
from channels.connectors._shopify import showing
from channels.delivery.reconcile import reconcile
from channels.models import Attempt, Channel, FieldMapping
from tests.channels.connectors import shopify_state
from tests.channels.connectors.shopify_schema import needs_schema
from tests.channels.connectors.shopify_shop import ShopifyShop
from tests.channels.connectors.shopify_stage import ShopifyStage, connected, push, sheet_of, sized

pytestmark = needs_schema
EN, DE = "locales.en_US", "locales.de_DE"
MORE: list[dict[str, Any]] = [
    {"target": "tags", "source": {"attribute": "features"}},
    {"target": "vendor", "source": {"fixed": " Acme "}},
    {"target": "product_type", "source": {"attribute": "color"}, "localized": True},
    {"target": "seo_title", "source": {"template": "Buy: {name}"}, "localized": True},
    {"target": "care.text", "source": {"template": "{name}, by hand"}, "localized": True},
]
MUG: dict[str, Any] = {
    "description|en_US": "<p>For <strong>tea</strong> &amp; coffee</p><ul><li>Big</li><li>Blue</li></ul>",
    "description|de_DE": "<p>Für Tee</p>", "ean": "4006381333931", "capacity": "0.40", "features": ["stackable", "handmade"],
    "color": "navy",
}  # fmt: skip


@pytest.fixture
def stage(shopify_stage: ShopifyStage) -> ShopifyStage:
    """A mug and a shirt in two sizes, sent; what is changed there waits for a decision."""
    shopify_stage.there.definitions["care", "capacity"] = "number_decimal"
    for position, field in enumerate(MORE, 10):
        FieldMapping.objects.create(channel=shopify_stage.channel, position=position, **field)
    shopify_stage.channel.on_drift = Channel.OnDrift.ASK
    shopify_stage.setting(owns=["media", "status", "tags", "prices"])
    shopify_stage.product("MUG-1", MUG)
    shopify_stage.shirt()
    shopify_stage.edit(sold(shopify_stage, "SHIRT-S"), price={"EUR": "20", "USD": "25"})
    shopify_stage.send()
    return shopify_stage


def sold(stage: ShopifyStage, sku: str) -> int:
    from catalog.models import Product

    return Product.objects.get(sku=sku).pk


def kinds(stage: ShopifyStage) -> dict[str, str]:
    found = reconcile(channel_id=stage.channel.pk)
    return {entry["field"]: entry["kind"] for one in found for entry in one.fields}


def mug(stage: ShopifyStage) -> dict[str, Any]:
    return stage.there.product("MUG-1")


def variant(stage: ShopifyStage, sku: str) -> dict[str, Any]:
    return next(
        one for product in stage.there.products.values() for one in product["variants"] if one["sku"] == sku
    )


def weigh(stage: ShopifyStage, value: float, unit: str) -> None:
    variant(stage, "MUG-1")["inventoryItem"]["measurement"]["weight"] = {"value": value, "unit": unit}


def rename_option(stage: ShopifyStage) -> None:
    (option,) = stage.there.product("SHIRT")["options"]
    option["values"]["Small"] = option["values"].pop("S")
    variant(stage, "SHIRT-S")["options"] = {"Size": "Small"}


def translate(stage: ShopifyStage, key: str, value: str | None) -> None:
    place = (mug(stage)["id"], "de", key)
    if value is None:
        del stage.there.translations[place]
    else:
        stage.there.translations[place] = {**stage.there.translations[place], "value": value}


Edit = Callable[[ShopifyStage], Any]
# What is done in the shop → the fields that then differ, with their kinds.
EDITS: list[tuple[str, Edit, dict[str, str]]] = [
    ("a title", lambda s: mug(s).update(title="Blue cup"), {f"{EN}.title": "edited"}),
    ("a title cut", lambda s: mug(s).update(title="Blue…"), {f"{EN}.title": "truncated"}),
    ("blanks around a title", lambda s: mug(s).update(title=" Blue  mug "), {}),
    ("markup laid out", lambda s: mug(s).update(descriptionHtml="<P>For <strong>tea</strong> &#38; coffee</P>\n\n<ul>\n <li>Big</li>\n <li>Blue</li>\n</ul>"), {}),
    ("a description cut", lambda s: mug(s).update(descriptionHtml="<p>For tea</p>"), {f"{EN}.description": "truncated"}),
    ("no description", lambda s: mug(s).update(descriptionHtml=""), {f"{EN}.description": "missing"}),
    ("a vendor", lambda s: mug(s).update(vendor="Other"), {"fields.vendor": "edited"}),
    ("a type", lambda s: mug(s).update(productType="Red"), {f"{EN}.product_type": "edited"}),
    ("tags in another order", lambda s: mug(s).update(tags=["STACKABLE", "handmade"]), {}),
    ("a tag more", lambda s: mug(s)["tags"].append("sale"), {"fields.tags": "edited"}),
    ("search texts", lambda s: mug(s)["seo"].update(title=None), {f"{EN}.seo_title": "missing"}),
    ("a barcode", lambda s: variant(s, "MUG-1").update(barcode=""), {"fields.barcode": "missing"}),
    ("a price", lambda s: variant(s, "MUG-1").update(price="8.00"), {"fields.price": "edited"}),
    ("a price of a variant", lambda s: variant(s, "SHIRT-S").update(price="1.00"), {"variants.SHIRT-S.fields.price": "edited"}),
    ("a weight in another unit", lambda s: weigh(s, 0.35, "KILOGRAMS"), {}),
    ("a weight", lambda s: weigh(s, 0.4, "KILOGRAMS"), {"fields.weight": "edited"}),
    ("a number with zeros", lambda s: mug(s)["metafields"]["care", "capacity"].update(value="0.400"), {}),
    ("a number", lambda s: mug(s)["metafields"]["care", "capacity"].update(value="0.5"), {"fields.care.capacity": "edited"}),
    ("no metafield", lambda s: mug(s)["metafields"].pop(("care", "capacity")), {"fields.care.capacity": "missing"}),
    ("a translation", lambda s: translate(s, "title", "Becher"), {f"{DE}.title": "edited"}),
    ("a translated description laid out", lambda s: translate(s, "body_html", "<p>F&uuml;r Tee</p>\n"), {}),
    ("no translation", lambda s: translate(s, "title", None), {f"{DE}.title": "missing"}),
    ("a draft", lambda s: mug(s).update(status="DRAFT"), {"status": "edited"}),
    ("an option", rename_option, {"variants.SHIRT-S.axes": "edited"}),
    ("a SKU", lambda s: variant(s, "SHIRT-S").update(sku="OTHER"), {"variants.SHIRT-S.sku_there": "edited"}),
    ("no variant", lambda s: s.there.product("SHIRT")["variants"].remove(variant(s, "SHIRT-S")), {"variants.SHIRT-S": "missing"}),
    ("no product", lambda s: s.there.products.pop(mug(s)["id"]), {"": "missing"}),
]  # fmt: skip


def test_each_change_in_the_shop_is_told_at_its_field_and_nothing_else(stage: ShopifyStage) -> None:
    assert mug(stage)["descriptionHtml"] != MUG["description|en_US"]  # the shop wrote it its own way
    assert (mug(stage)["vendor"], mug(stage)["tags"]) == ("Acme", ["Handmade", "Stackable"])
    assert kinds(stage) == {}
    held = deepcopy((stage.there.products, stage.there.translations))
    found = {}
    for name, edit, _expected in EDITS:
        edit(stage)
        found[name] = kinds(stage)
        stage.there.products, stage.there.translations = deepcopy(held)
        assert kinds(stage) == {}, name
        stage.send()  # looked at, and found to be there
    assert found == {name: expected for name, _edit, expected in EDITS}
    assert kinds(stage) == {}


def test_what_was_changed_there_is_equal_again_once_it_was_pushed(stage: ShopifyStage) -> None:
    for name, edit, expected in EDITS:
        edit(stage)
        if not expected:
            continue
        assert kinds(stage) == expected, name
        stage.send()  # it waits for the decision
        assert kinds(stage) == expected, name
        for row in stage.channel.listings.filter(drifted_at__isnull=False):
            assert drift.push(row.pk)
        stage.send()
        assert kinds(stage) == {}, name


def test_what_was_accepted_is_not_sent_any_more(stage: ShopifyStage) -> None:
    product, shirt = sold(stage, "MUG-1"), sold(stage, "SHIRT")
    mug(stage).update(title="Blue cup", status="DRAFT")
    mug(stage)["tags"].append("sale")
    weigh(stage, 0.4, "KILOGRAMS")
    translate(stage, "title", "Becher")
    stage.there.product("SHIRT")["variants"].remove(variant(stage, "SHIRT-S"))
    assert len(kinds(stage)) == 6
    assert drift.accept(stage.listing(product).pk)
    assert drift.accept(stage.listing(shirt).pk)
    assert kinds(stage) == {}
    mug(stage).update(title="Blue cup, later")  # nobody read it back since
    stage.edit(
        product,
        name__en_US="Green mug",
        name__de_DE="Grüner Becher",
        capacity="0.7",
        weight={"amount": "2", "unit": "KILOGRAM"},
    )
    stage.edit(shirt, name__en_US="Better shirt")
    stage.send()
    shown = mug(stage)
    assert (shown["title"], shown["status"], shown["tags"][-1]) == ("Blue cup, later", "DRAFT", "Stackable")
    assert "sale" in shown["tags"]
    assert variant(stage, "MUG-1")["inventoryItem"]["measurement"]["weight"] == {
        "value": 0.4,
        "unit": "KILOGRAMS",
    }
    assert stage.there.translated(shown["id"], "title") == "Becher"
    assert shown["metafields"]["care", "capacity"]["value"] == "0.7"
    assert stage.there.product("SHIRT")["title"] == "Better shirt"
    assert [one["sku"] for one in stage.there.product("SHIRT")["variants"]] == ["SHIRT-M"]
    assert kinds(stage) == {}
    assert drift.take_back(stage.listing(product).pk, f"{EN}.title")
    stage.send()
    assert mug(stage)["title"] == "Green mug"


def test_a_value_that_was_sent_before_is_stale_and_goes_again_though_the_profile_asks(
    stage: ShopifyStage,
) -> None:
    product = sold(stage, "MUG-1")
    earlier = deepcopy(mug(stage)["metafields"]["pim", "sent"])
    stage.edit(product, name__en_US="Green mug")
    stage.send()
    mug(stage).update(title="Blue mug")
    mug(stage)["metafields"]["pim", "sent"].update(earlier)  # as after a restored backup
    Attempt.objects.all().delete()  # kept for a while only
    assert kinds(stage) == {f"{EN}.title": "stale"}
    stage.send()
    assert (mug(stage)["title"], kinds(stage)) == ("Green mug", {})


def test_an_edit_after_our_last_push_waits_though_it_is_a_value_that_was_sent_before(
    stage: ShopifyStage,
) -> None:
    product = sold(stage, "MUG-1")
    stage.edit(product, name__en_US="Green mug")
    stage.send()
    mug(stage).update(title="Blue mug")
    assert kinds(stage) == {f"{EN}.title": "edited"}
    stage.edit(product, name__de_DE="Grüner Becher")
    stage.send()
    assert (mug(stage)["title"], kinds(stage)) == ("Blue mug", {f"{EN}.title": "edited"})


def test_what_is_missing_waits_for_a_decision_and_is_not_taken_out_once_it_is_back(
    stage: ShopifyStage,
) -> None:
    product, shirt = sold(stage, "MUG-1"), sold(stage, "SHIRT")
    variants = stage.there.product("SHIRT")["variants"]
    small = variant(stage, "SHIRT-S")
    variants.remove(small)
    mug(stage).update(descriptionHtml="")
    found = {"variants.SHIRT-S": "missing", f"{EN}.description": "missing"}
    assert kinds(stage) == found
    stage.edit(shirt, name__en_US="Better shirt")
    stage.edit(product, name__en_US="Green mug")
    stage.send()
    assert (stage.there.product("SHIRT")["title"], mug(stage)["title"]) == ("Better shirt", "Green mug")
    assert [one["sku"] for one in stage.there.product("SHIRT")["variants"]] == ["SHIRT-M"]
    assert (mug(stage)["descriptionHtml"], kinds(stage)) == ("", found)
    mug(stage).update(descriptionHtml="<p>Theirs</p>")  # nobody read it back since
    stage.edit(product, name__en_US="Red mug")
    stage.send()
    assert (mug(stage)["title"], mug(stage)["descriptionHtml"]) == ("Red mug", "<p>Theirs</p>")
    assert kinds(stage) == {**found, f"{EN}.description": "edited"}
    stage.there.product("SHIRT")["variants"].append(small)
    assert kinds(stage) == {f"{EN}.description": "edited"}
    assert drift.push(stage.listing(product).pk)
    stage.send()
    assert kinds(stage) == {}


def test_a_text_that_the_shop_emptied_when_it_was_sent_is_not_missing(
    stage: ShopifyStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shopify_state.written
    monkeypatch.setattr(
        shopify_state, "written", lambda name, value: "" if name == "descriptionHtml" else real(name, value)
    )
    stage.edit(sold(stage, "MUG-1"), description__en_US="<p>For milk</p>")
    stage.send()
    assert (mug(stage)["descriptionHtml"], kinds(stage)) == ("", {})


def test_what_the_shop_shows_becomes_proposals_where_one_attribute_makes_the_field(
    stage: ShopifyStage, client: Client
) -> None:
    product = sold(stage, "MUG-1")
    mug(stage).update(title="Blue cup", productType="Red", vendor="Other")
    variant(stage, "MUG-1").update(price="8.00")
    weigh(stage, 0.4, "KILOGRAMS")
    mug(stage)["tags"].append("sale")
    assert len(kinds(stage)) == 6
    client.force_login(stage.world.admin)
    page = client.get(reverse("admin:channels_channel_drift", args=[stage.channel.pk])).text
    assert "The field has the same text for every product." in page
    client.post(
        reverse("admin:channels_channel_adopt", args=[stage.channel.pk]),
        {"listing": stage.listing(product).pk},
    )
    assert {(one.product_id, one.key): one.value for one in Proposal.objects.all()} == {
        (product, "name|en_US"): "Blue cup", (product, "color"): "red", (product, "price"): {"EUR": "8", "USD": "12"},
        (product, "weight"): {"amount": "0.4", "unit": "KILOGRAM"},
    }  # fmt: skip
    assert mug(stage)["title"] == "Blue cup"


# --- how it is asked


def test_many_products_and_large_ones_are_asked_for_within_what_a_query_may_cost(
    shopify: ShopifyShop,
) -> None:
    """The stand-in refuses a query of more than 1,000 points."""
    sheets = {f"N-{number}": sheet_of(f"N-{number}") for number in range(12)}
    sheets["SHIRT"] = sized(*(f"{number:03}" for number in range(130)))
    for start in range(0, 13, 5):
        push(shopify, *list(sheets.values())[start : start + 5])
    with connected(shopify) as connector:
        seen = connector.read_fields(sheets)
        assert [key for key, one in seen.items() if one is None] == []
        for key, sheet in sheets.items():
            assert connector.as_sheet(seen[key], sheet) == sheet  # type: ignore[arg-type]
    assert shopify.done["Showing"] == 2
    assert shopify.done["MoreVariants"] == 130 // showing.VARIANTS_AT_ONCE


def test_a_picture_that_is_gone_failed_or_described_otherwise_is_told(shopify: ShopifyShop) -> None:
    pictures = [{"url": f"https://pim.example/{n}.jpg", "alt": f"Mug {n}"} for n in (1, 2, 3)]
    sheet = sheet_of(images=pictures)
    push(shopify, sheet)
    product = shopify.product("MUG-1")

    def told() -> Any:
        with connected(shopify) as connector:
            seen = connector.read_fields({"MUG-1": sheet})["MUG-1"]
            assert seen is not None
            made = connector.as_sheet(seen, sheet)
            return made and made["images"]

    assert told() == pictures
    product["media"].append({**product["media"][0], "id": "gid://shopify/MediaImage/0"})  # of staff
    product["media"][0]["alt"] = "A mug"
    assert told() == [{**pictures[0], "alt": "A mug"}, *pictures[1:]]
    shopify.failing_media = {"https://pim.example/2.jpg"}
    del product["media"][2]
    assert told() == [{**pictures[0], "alt": "A mug"}]
