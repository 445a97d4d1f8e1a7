"""What Shopify refuses stands on the field it is about; what fails or may have arrived is not made twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.utils import timezone

from channels.connectors._shopify.api import Points
from channels.connectors.base import Retry, Unknown
from channels.models import Attempt, Channel, Listing
from tests.channels.connectors.shopify_schema import INTROSPECTION, needs_schema
from tests.channels.connectors.shopify_shop import ShopifyShop
from tests.channels.connectors.shopify_stage import (
    ShopifyStage,
    connected,
    item_of,
    push,
    sheet_of,
    sized,
    told,
)
from tests.channels.shop import json

pytestmark = needs_schema
State = Listing.State
OPERATIONS = ("LeaveReceipt", "Publish", "Register", "Set", "SetMetafields")


def test_an_error_of_the_shop_stands_on_the_attribute_that_caused_it(shopify_stage: ShopifyStage) -> None:
    mug = shopify_stage.product()
    shopify_stage.there.told = [
        {"field": ["input", "descriptionHtml"], "message": "Too long.", "code": "INVALID_PRODUCT"}
    ]
    shopify_stage.send()
    listing = shopify_stage.listing(mug)
    assert (listing.state, listing.error_class) == (State.REFUSED, "data")
    assert listing.errors == [
        {
            "field": "description",
            "attribute": "description",
            "code": "INVALID_PRODUCT",
            "message": "Too long.",
        }
    ]
    assert shopify_stage.there.created == 0


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (["input", "seo", "title"], ("seo_title", "", "No.")),
        (["input", "variants", "1", "price"], ("price", "", "SHIRT-M: No.")),
        (
            ["input", "variants", "0", "inventoryItem", "measurement", "weight", "unit"],
            ("weight", "", "SHIRT-S: No."),
        ),
        (["input", "variants", "1", "optionValues"], ("axes.size", "", "SHIRT-M: No.")),
        (["input", "productOptions", "0", "name"], ("axes.size", "", "No.")),
        (["input", "files", "2"], ("images", "", "No.")),
        (["input", "tags"], ("tags", "", "No.")),
        (["input"], ("", "", "No.")),
        (None, ("", "", "No.")),
    ],
)
def test_every_path_of_an_error_leads_to_a_field(
    shopify: ShopifyShop, field: list[str] | None, expected: tuple[str, str, str]
) -> None:
    shopify.told = [{"field": field, "message": "No.", "code": None}]
    results = push(shopify, sized("S", "M"))
    assert told(results) == [expected]
    assert [error.sku for result in results for error in result.errors] == [expected[2].rpartition(": ")[0]]


def test_a_metafield_a_translation_and_a_variable_are_refused_on_their_fields(shopify: ShopifyShop) -> None:
    shopify.definitions["care", "washes"] = "number_integer"
    results = push(
        shopify,
        sheet_of("A", fields={"care.washes": "many"}),
        sheet_of("B", de={"title": "unspeakable"}),
        sheet_of("C", fields={"country_of_origin": "Portugal"}),
        sheet_of("D", fields={"weight": {"amount": "1", "unit": "STONE"}}),
        sheet_of("E", fields={"x": "a key of one letter"}),
        sheet_of("F"),
    )
    assert [result.outcome for result in results] == ["rejected"] * 5 + ["live"]
    assert [(field, locale) for field, locale, _message in told(results)] == [
        ("care.washes", ""), ("title", "de_DE"), ("country_of_origin", ""), ("weight", ""), ("x", ""),
    ]  # fmt: skip


def test_what_shopify_could_not_take_is_told_before_it_is_asked(shopify: ShopifyShop) -> None:
    shopify.limits = {"maxProductOptions": 3, "maxProductVariants": 1}
    assert told(push(shopify, sized("S", "M"))) == [("", "", "It has 2 variants: this shop takes at most 1.")]
    bare = sized("S")
    bare["variants"][0]["axes"] = {}
    assert told(push(shopify, bare)) == [
        ("axes.size", "", "SHIRT-S has no Size, by which it differs from the others.")
    ]
    assert shopify.done["Set"] == 0


def test_what_any_shop_would_refuse_is_held_unsent(shopify_stage: ShopifyStage) -> None:
    mug = shopify_stage.product(values={"name|en_US": None, "name|de_DE": None})
    shopify_stage.send()
    listing = shopify_stage.listing(mug)
    assert (listing.state, shopify_stage.there.requests) == (State.BLOCKED, 0)
    assert [(error["field"], error["attribute"], error["code"]) for error in listing.errors] == [
        ("title", "name", "required")
    ]
    shopify_stage.edit(mug, name__en_US="Mug", name__de_DE="Tasse")
    shopify_stage.send()
    assert shopify_stage.listing(mug).state == State.LIVE


# --- points, failures and what may have arrived


def real(case: str) -> dict[str, Any]:
    """An answer as somebody met it."""
    path = INTROSPECTION.parents[1] / "real_error_shapes.json"
    listed = orjson.loads(path.read_bytes())["items"]
    return dict(next(one["body"] for one in listed if (one["channel"], one["case"]) == ("shopify", case)))


def test_the_wait_is_what_the_shop_says_is_missing(shopify: ShopifyShop) -> None:
    points = Points()
    points.note("Set", real("throttled")["extensions"]["cost"], 100.0)
    assert (points.wait("Set", 100.0), points.wait("Set", 200.0)) == (pytest.approx((752 - 666) / 50), 0.0)
    shopify.instead("Set", json(real("throttled")))
    waits: list[float] = []
    with connected(shopify) as connector:
        connector.api.sleep = waits.append
        assert [result.outcome for result in connector.push([item_of(sheet_of())])] == ["live"]
    assert (len(waits), shopify.done["Set"], shopify.created) == (1, 2, 1)


def test_an_internal_error_of_a_mutation_is_of_unknown_outcome(shopify: ShopifyShop) -> None:
    shopify.instead("Set", json(real("internal_error")))
    with connected(shopify) as connector, pytest.raises(Unknown):
        connector.push([item_of(sheet_of())])


def test_a_throttled_push_waits_as_long_as_the_shop_says_and_goes_on(shopify: ShopifyShop) -> None:
    shopify.most, shopify.left, shopify.restore = 40.0, 5.0, 100.0
    results = push(shopify, *(sheet_of(f"MUG-{n}") for n in range(5)))
    assert [result.outcome for result in results] == ["live"] * 5
    assert shopify.created == 5
    assert (
        shopify.throttled
    )  # once each at most: from then on the cost is known, and nothing comes before its points
    assert len(shopify.throttled) == len(set(shopify.throttled))


def test_nothing_is_sent_before_the_points_of_a_long_wait_are_back(shopify_stage: ShopifyStage) -> None:
    mug = shopify_stage.product()
    shopify_stage.there.most, shopify_stage.there.left, shopify_stage.there.restore = 200.0, 0.0, 0.01
    before = timezone.now()
    shopify_stage.send()
    shopify_stage.send()
    assert (shopify_stage.there.requests, shopify_stage.there.throttled) == (1, ["Setup"])
    assert Channel.objects.get(pk=shopify_stage.channel.pk).blocked_until >= before + timedelta(seconds=100)
    assert (shopify_stage.listing(mug).unknown, shopify_stage.listing(mug).error_class) == (False, "retry")
    shopify_stage.there.left = 200.0
    shopify_stage.let_time_pass()
    shopify_stage.send()
    assert shopify_stage.listing(mug).state == State.LIVE


def test_a_product_whose_answer_was_lost_is_found_and_not_made_twice(shopify_stage: ShopifyStage) -> None:
    shopify_stage.setting(timeout=3)
    mug = shopify_stage.product()
    shopify_stage.there.after("Set", sleep=4.5)
    shopify_stage.send()
    listing = shopify_stage.listing(mug)
    assert (listing.state, listing.unknown, shopify_stage.there.created) == (State.WAITING, True, 1)
    shopify_stage.let_time_pass()
    shopify_stage.send()
    assert (
        shopify_stage.listing(mug).state,
        shopify_stage.there.created,
        len(shopify_stage.there.products),
    ) == (State.LIVE, 1, 1)
    assert [Attempt.objects.order_by("pk").last().outcome, shopify_stage.listing(mug).unknown] == [
        "ok",
        False,
    ]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_failure_after_any_step_ends_in_one_whole_product(
    shopify_stage: ShopifyStage, operation: str
) -> None:
    mug = shopify_stage.product(values={"capacity": "0.4"})
    failed = {
        "errors": [
            {"message": "Internal error.", "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": "1"}}
        ]
    }
    shopify_stage.there.after(operation, json(failed))
    shopify_stage.send()
    assert shopify_stage.listing(mug).unknown
    shopify_stage.let_time_pass()
    shopify_stage.send()
    product = shopify_stage.there.product("MUG-1")
    assert (shopify_stage.listing(mug).state, shopify_stage.there.created) == (State.LIVE, 1)
    assert product["metafields"]["care", "capacity"]["value"] == "0.4"
    assert (shopify_stage.there.translated(product["id"], "title"), len(product["published"])) == (
        "Blaue Tasse",
        1,
    )


def test_a_failure_in_a_batch_touches_only_the_product_it_befell(shopify_stage: ShopifyStage) -> None:
    products = shopify_stage.products(3)
    shopify_stage.there.on["Set"].append(lambda: None)
    shopify_stage.there.after("Set")
    shopify_stage.send()
    rows = [shopify_stage.listing(pk) for pk in products]
    assert [(row.state, row.unknown, row.attempts) for row in rows] == [
        (State.LIVE, False, 0), (State.WAITING, True, 1), (State.WAITING, False, 0),
    ]  # fmt: skip
    shopify_stage.let_time_pass()
    shopify_stage.send()
    assert {shopify_stage.listing(pk).state for pk in products} == {State.LIVE}
    assert shopify_stage.there.created == 3


def test_a_drain_has_its_time_and_asks_nothing_after_it(shopify: ShopifyShop) -> None:
    with connected(shopify) as connector:
        connector.api.seconds = -1.0
        with pytest.raises(Retry) as caught:
            connector.push([item_of(sheet_of())])
    assert (caught.value.applied, shopify.requests) == ("no", 0)


@pytest.mark.parametrize("code", ["GENERIC_ERROR", "JOB_ERROR", "PRODUCT_DOES_NOT_EXIST"])
def test_an_error_that_no_edit_mends_comes_again_by_itself(shopify_stage: ShopifyStage, code: str) -> None:
    mug = shopify_stage.product()
    shopify_stage.there.told = [
        {"field": None, "message": "Something went wrong, please try again.", "code": code}
    ]
    shopify_stage.send()
    assert (shopify_stage.listing(mug).state, shopify_stage.listing(mug).unknown) == (State.WAITING, True)
    shopify_stage.let_time_pass()
    shopify_stage.send()
    assert shopify_stage.listing(mug).state == State.LIVE


def test_a_query_that_fails_has_changed_nothing(shopify: ShopifyShop) -> None:
    failed = {"errors": [{"message": "Internal error.", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}
    shopify.instead("Held", json(failed))
    with connected(shopify) as connector, pytest.raises(Retry) as caught:
        connector.push([item_of(sheet_of())])
    assert caught.value.applied == "no"


def test_a_variant_of_a_push_that_was_lost_goes_like_any_other(shopify: ShopifyShop) -> None:
    shopify.after("Set")
    with pytest.raises(Retry):
        push(shopify, sized("S", "M"))
    push(shopify, sized("S"), revision=2)
    assert [one["sku"] for one in shopify.product("SHIRT")["variants"]] == ["SHIRT-S"]


def test_something_newer_is_not_overwritten(shopify: ShopifyShop) -> None:
    push(shopify, sheet_of(title="Newer"), revision=5)
    assert [result.outcome for result in push(shopify, sheet_of(title="Older"), revision=4)] == ["ignored"]
    assert shopify.product("MUG-1")["title"] == "Newer"
