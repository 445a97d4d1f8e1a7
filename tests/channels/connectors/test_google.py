"""Google Merchant Center: what is sent of a product, what Google says of it, and where that stands for the editor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_httpserver import HTTPServer

from channels import preview, profile
from channels.connectors import _google_account
from channels.connectors import _google_product as google_product
from channels.connectors import google as google_module
from channels.connectors._google_account import KeyField
from channels.connectors.base import Config, Item, Retry
from channels.connectors.google import GoogleMerchant, _error, _wait
from channels.delivery.reconcile import reconcile
from channels.models import Attempt, Channel, Listing
from pim.lib import http
from tests.channels.connectors import discovery
from tests.channels.connectors.google_shop import MerchantCenter, failure, out_of_quota
from tests.channels.stage import Stage, make_channel, work_off_jobs
from tests.world import build_world

State = Listing.State
needs_shared = pytest.mark.skipif(not discovery.PRODUCTS.is_file(), reason=discovery.MISSING)
FIELDS: list[dict[str, Any]] = [
    {"target": "title", "source": {"attribute": "name"}, "localized": True},
    {"target": "description", "source": {"template": "{name} for coffee"}, "localized": True},
    {"target": "link", "source": {"template": "https://shop.example/{sku}"}},
    {"target": "image_link", "source": {"fixed": "https://shop.example/mug.jpg"}},
    {"target": "gtin", "source": {"attribute": "ean"}},
    {"target": "color", "source": {"attribute": "color"}},
    {"target": "price", "source": {"attribute": "price"}},
    {"target": "availability", "source": {"fixed": "in stock"}},
    {"target": "product weight", "source": {"attribute": "weight"}},
    {"target": "dishwasher_safe", "source": {"attribute": "dishwasher_safe"}},
]
EAN = "4006381333931"


class GoogleStage(Stage):
    def __init__(self, center: MerchantCenter, **changed: Any) -> None:
        self.world, self.center = build_world(), center
        settings, credentials = GoogleMerchant.sample(center.address)
        self.channel = make_channel(
            self.world, connector="google", settings={**settings, **changed}, credentials=credentials, fields=FIELDS,
        )  # fmt: skip
        work_off_jobs()

    def send_all(self) -> None:
        """Sends what is due, and asks for what was accepted."""
        for _ in range(2):
            self.let_time_pass()
            self.send()

    def set(self, **settings: Any) -> None:
        Channel.objects.update(settings={**Channel.objects.get().settings, **settings})
        self.changed()

    def inserts(self) -> list[str]:
        return [body["offerId"] for body in self.center.bodies]


@pytest.fixture
def center() -> Iterator[MerchantCenter]:
    with HTTPServer(host="127.0.0.1") as server:
        stands_in = MerchantCenter(server)
        yield stands_in
        assert stands_in.wrong == []
        server.check_assertions()  # those of the handlers


@pytest.fixture
def stage(transactional_db: Any, center: MerchantCenter) -> GoogleStage:
    return GoogleStage(center)


@pytest.fixture(autouse=True)
def _no_tokens_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_google_account, "_tokens", {})


def sheet(**fields: Any) -> dict[str, Any]:
    given = {
        "title": "Blue mug", "description": "A mug.", "link": "https://shop.example/MUG-1", "imageLink": "https://shop.example/m.jpg",
        "price": {"EUR": "9.90"},
    }  # fmt: skip
    return {
        "sku": "MUG-1",
        "categories": [],
        "locales": {"en_US": {}},
        "fields": given | fields,
        "images": [],
    }


def build(settings: dict[str, Any] | None = None, **fields: Any) -> google_product.Built:
    return google_product.build(sheet(**fields), {**GoogleMerchant.sample("http://x")[0], **(settings or {})})


# --- from the first push to the withdrawal


def test_a_product_arrives_under_our_key_and_is_live_once_google_shows_it(stage: GoogleStage) -> None:
    product = stage.product(values={"ean": EAN, "color": "navy", "dishwasher_safe": True})
    stage.send()
    [body] = stage.center.bodies
    listing = stage.listing(product)
    assert body == {
        "offerId": "MUG-1", "contentLanguage": "en", "feedLabel": "US", "versionNumber": "1",
        "productAttributes": {
            "title": "Blue mug", "description": "Blue mug for coffee", "link": "https://shop.example/MUG-1",
            "imageLink": "https://shop.example/mug.jpg", "gtins": [EAN], "color": "Navy blue",
            "price": {"amountMicros": "9900000", "currencyCode": "EUR"}, "productWeight": {"value": 350.0, "unit": "g"},
        },
        "customAttributes": [{"name": "dishwasher safe", "value": "true"}, {"name": "pim sheet", "value": listing.sent_hash}],
    }  # fmt: skip
    assert (listing.state, listing.external_id, listing.is_stale) == (State.ACCEPTED, "en~US~MUG-1", False)
    stage.send_all()
    assert stage.listing(product).state == State.LIVE


def test_the_second_push_sends_nothing_and_one_edit_sends_one_item(stage: GoogleStage) -> None:
    first, *_others = stage.products(3)
    stage.send_all()
    assert sorted(stage.inserts()) == ["MUG-1", "MUG-2", "MUG-3"]
    Listing.objects.update(desired_rev=99)
    stage.send_all()
    assert len(stage.inserts()) == 3
    stage.edit(first, name__de_DE="Andere Tasse")  # not the language that goes out
    stage.send_all()
    assert len(stage.inserts()) == 3
    stage.edit(first, name__en_US="Green mug")
    stage.send_all()
    assert stage.inserts()[3:] == ["MUG-1"]
    assert (stage.center.created, {one.state for one in Listing.objects.all()}) == (3, {State.LIVE})


def test_a_preview_says_that_nothing_is_to_be_done_when_nothing_is(stage: GoogleStage) -> None:
    stage.product()
    stage.send_all()
    spec = profile.current(stage.world.structure).by_id[stage.channel.pk]
    seen = preview.by_sku("MUG-1", spec, stage.world.structure, at=timezone.now())
    assert seen is not None
    assert (seen.action, seen.changes) == ("nothing", [])


def test_what_is_withdrawn_is_deleted_and_what_is_gone_already_counts_as_done(stage: GoogleStage) -> None:
    first, second = stage.products(2)
    stage.send_all()
    del stage.center.inputs["en~US~MUG-2"]
    stage.put(first, status="draft")
    stage.put(second, status="draft")
    stage.send_all()
    assert stage.center.inputs == {}
    assert {one.state for one in Listing.objects.all()} == {State.WITHDRAWN}
    assert [path for verb, path in stage.center.log if verb == "DELETE"] == [
        f"products/v1/accounts/123/productInputs/en~US~MUG-{number}" for number in (1, 2)
    ]


def test_another_feed_label_leaves_no_product_behind(stage: GoogleStage) -> None:
    product = stage.product()
    stage.send_all()
    stage.set(feed_label="CA")
    stage.send_all()
    assert stage.center.inputs.keys() == {"en~CA~MUG-1"}
    assert (stage.listing(product).state, stage.listing(product).external_id) == (State.LIVE, "en~CA~MUG-1")


@pytest.mark.parametrize("elsewhere", [{"account": "124"}, {"data_source": "457"}])
def test_another_account_or_data_source_is_sent_everything(
    stage: GoogleStage, elsewhere: dict[str, str]
) -> None:
    stage.product()
    stage.send_all()
    stage.set(**elsewhere)
    stage.send_all()
    assert [method for method, _path in stage.center.log if method != "GET"] == ["POST", "POST"]
    assert Channel.objects.get().paused_reason  # the stand-in has one account with one source


def test_prices_and_availability_go_out_only_where_they_are_the_pims(stage: GoogleStage) -> None:
    stage.set(prices=False)
    stage.product()
    stage.send_all()
    assert not {"price", "availability"} & stage.center.bodies[-1]["productAttributes"].keys()
    stage.set(prices=True, stock=True)
    stage.send_all()
    sent = stage.center.bodies[-1]["productAttributes"]
    assert (sent["price"]["amountMicros"], sent["availability"]) == ("9900000", "IN_STOCK")
    assert len(stage.center.bodies) == 2


def test_variants_are_products_that_name_their_model(stage: GoogleStage) -> None:
    stage.world.create("SHIRT", {"name|en_US": "Shirt"}, family="shirts", family_variant="shirts_size", status="approved")  # fmt: skip
    price = {"EUR": "20", "USD": "20"}
    for size in ("s", "m"):
        stage.world.create(f"SHIRT-{size}", {"size": size, "price": price}, parent="SHIRT", status="approved")
    stage.product()
    stage.send_all()
    groups = {one["offerId"]: one["productAttributes"].get("itemGroupId") for one in stage.center.bodies}
    assert groups == {"SHIRT-s": "SHIRT", "SHIRT-m": "SHIRT", "MUG-1": None}


# --- refusals, at their fields


def test_what_google_refuses_at_once_stands_at_its_field_and_language(stage: GoogleStage) -> None:
    first, second = stage.products(2)
    stage.center.rejected["MUG-1"] = "Too loud."
    stage.send_all()
    listing = stage.listing(first)
    assert (listing.state, listing.error_class, stage.listing(second).state) == (State.REFUSED, "data", State.LIVE)  # fmt: skip
    assert listing.errors == [
        {"field": "title", "locale": "en_US", "attribute": "name", "code": "refused", "message": "Too loud."}
    ]
    stage.send_all()
    assert stage.inserts().count("MUG-1") == 1


def test_an_issue_of_an_item_makes_it_refused_at_the_field_it_is_about(stage: GoogleStage) -> None:
    product = stage.product(values={"ean": EAN})
    stage.center.places = [{"reportingContext": "FREE_LISTINGS", "disapprovedCountries": ["US"]}]
    issue = {
        "code": "gtin_of_another", "severity": "DISAPPROVED", "attribute": "n:gtin", "description": "Wrong GTIN",
        "detail": "It is another product's.", "applicableCountries": ["US"],
    }  # fmt: skip
    stage.center.issues["MUG-1"] = [
        {**issue, "reportingContext": "FREE_LISTINGS"},
        {**issue, "reportingContext": "SHOPPING_ADS"},
        {
            "code": "small_picture",
            "severity": "NOT_IMPACTED",
            "attribute": "image link",
            "description": "Small",
        },
    ]
    stage.send_all()
    listing = stage.listing(product)
    assert listing.errors == [
        {
            "field": "gtin", "attribute": "ean", "code": "gtin_of_another",
            "message": "Wrong GTIN – It is another product's. (US)",
        }
    ]  # fmt: skip
    assert (listing.state, listing.error_class) == (State.REFUSED, "review")
    stage.center.places, stage.center.issues = (
        [{"approvedCountries": ["US"], "reportingContext": "FREE_LISTINGS"}],
        {},
    )
    stage.edit(product, ean="4006381333900")
    stage.send_all()
    assert (stage.listing(product).state, stage.listing(product).errors) == (State.LIVE, [])


def test_what_google_disapproves_days_later_is_found_by_comparing(stage: GoogleStage) -> None:
    product = stage.product()
    stage.send_all()
    stage.center.places = [{"reportingContext": "FREE_LISTINGS", "disapprovedCountries": ["US"]}]
    stage.center.issues["MUG-1"] = [{"code": "blurred", "severity": "DISAPPROVED", "attribute": "image link", "description": "Blurred"}]  # fmt: skip
    assert reconcile(channel_id=stage.channel.pk) == []
    stage.send_all()
    listing = stage.listing(product)
    assert (listing.state, listing.errors[0]["field"], len(stage.inserts())) == (
        State.REFUSED,
        "image_link",
        1,
    )


def test_what_is_shown_in_one_country_is_live_and_the_other_countrys_issue_stands_at_its_field(
    stage: GoogleStage,
) -> None:
    product = stage.product()
    stage.center.places = [{"reportingContext": "FREE_LISTINGS", "approvedCountries": ["US"], "disapprovedCountries": ["CA"]}]  # fmt: skip
    issue = {"code": "no_french", "severity": "DISAPPROVED", "attribute": "title", "description": "Not in French", "applicableCountries": ["CA"]}  # fmt: skip
    stage.center.issues["MUG-1"] = [issue, {"code": "tip", "severity": "NOT_IMPACTED", "description": "Add a GTIN"}]  # fmt: skip
    stage.send_all()
    listing = stage.listing(product)
    assert (listing.state, [error["message"] for error in listing.errors]) == (State.LIVE, ["Not in French (CA)"])  # fmt: skip
    assert listing.errors[0]["attribute"] == "name"


def test_a_supplemental_source_adds_to_products_of_others_and_takes_none_of_them_for_its_own(
    stage: GoogleStage,
) -> None:
    stage.set(supplemental=True)
    stage.product()
    stage.send_all()
    assert "versionNumber" not in stage.center.bodies[0]
    assert Listing.objects.get().state == State.LIVE
    del stage.center.inputs["en~US~MUG-1"]["customAttributes"]  # as if only another source made it
    with GoogleMerchant(channel="g", settings=Channel.objects.get().settings, credentials=stage.channel.credentials) as connector:  # fmt: skip
        assert connector.read_back(["MUG-1", "MUG-2"]) == {"MUG-1": None, "MUG-2": None}


def test_an_item_under_review_is_not_called_live(stage: GoogleStage) -> None:
    product = stage.product()
    stage.center.places = [{"reportingContext": "FREE_LISTINGS", "pendingCountries": ["US"]}]
    stage.send_all()
    assert stage.listing(product).state == State.ACCEPTED


def test_a_sheet_that_google_would_not_list_is_held_with_the_reason_at_its_field(stage: GoogleStage) -> None:
    product = stage.product(values={"ean": "2000000000015"})
    stage.send_all()
    listing = stage.listing(product)
    assert (stage.center.requests, listing.state) == (0, State.BLOCKED)
    [error] = listing.errors
    assert (error["field"], error["attribute"], error["code"]) == ("gtin", "ean", "unfit")


# --- quotas, time-outs and doubt


def test_a_spent_quota_keeps_what_went_through_and_holds_the_rest_for_as_long_as_asked(
    stage: GoogleStage,
) -> None:
    stage.products(30)
    stage.center.quota = 1
    before = timezone.now()
    stage.send()
    refused = stage.center.requests - 1
    stage.send()
    assert stage.center.requests - 1 == refused  # none before its time
    assert 1 <= refused <= google_module.AT_ONCE  # those that were under way
    states = Counter(Listing.objects.values_list("state", "unknown", "attempts"))
    assert states == {
        (State.ACCEPTED, False, 0): 1,
        (State.WAITING, False, 1): refused,
        (State.WAITING, False, 0): 29 - refused,
    }
    assert Channel.objects.get().blocked_until >= before + timedelta(seconds=60)
    stage.center.quota = None
    stage.send_all()
    assert (len(stage.inserts()), stage.center.created) == (30, 30)


def test_retry_after_goes_before_what_the_quota_is_known_to_be() -> None:
    now = datetime(2026, 11, 26, 13, 30, tzinfo=UTC)

    def wait(response: Any) -> float:
        headers = {name.lower(): value for name, value in response.headers.items()}
        answer = http.Answer(response.status_code, headers, response.get_data(), 0.1)
        return _wait(answer, _error(answer), now)

    assert wait(out_of_quota(retry_after="7")) == 7
    assert wait(out_of_quota()) == 60
    assert wait(out_of_quota("quota/daily_limit_exceeded")) == 22.5 * 3600
    delayed = failure(429, "RESOURCE_EXHAUSTED", "Slow down.", {"@type": "RetryInfo", "retryDelay": "12.5s"})
    assert wait(delayed) == 12.5


def test_a_quota_is_known_by_its_words_where_the_status_is_another(stage: GoogleStage) -> None:
    product = stage.product()
    stage.center.next.append((failure(403, "RESOURCE_EXHAUSTED", "Quota exceeded."), False))
    stage.send()
    assert (stage.listing(product).error_class, Channel.objects.get().paused_at) == ("retry", None)


def test_a_time_out_after_google_did_it_is_read_back_and_makes_no_second_product(
    stage: GoogleStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(google_module, "WAIT", 0.3)
    product = stage.product()
    stage.center.sleep = 1.0
    stage.send()
    assert stage.listing(product).unknown
    stage.center.sleep = 0.0
    monkeypatch.setattr(google_module, "WAIT", 15.0)
    stage.send_all()
    assert (stage.listing(product).state, len(stage.inserts()), stage.center.created) == (State.LIVE, 1, 1)


def test_what_is_not_processed_yet_when_it_is_read_back_is_put_again_under_the_same_key(
    stage: GoogleStage,
) -> None:
    product = stage.product()
    stage.center.next.append((failure(500, "INTERNAL", "Oh."), True))
    stage.center.lag = 1
    stage.send()
    stage.send_all()
    stage.send_all()
    assert [body["versionNumber"] for body in stage.center.bodies] == ["1", "1"]
    assert (stage.listing(product).state, stage.center.created) == (State.LIVE, 1)


def test_a_newer_version_at_google_is_not_replaced_but_outdone(stage: GoogleStage) -> None:
    """As after a backup of ours was brought back."""
    product = stage.product()
    stage.send_all()
    stage.center.inputs["en~US~MUG-1"]["versionNumber"] = "40"
    stage.edit(product, name__en_US="Green mug")
    for _ in range(3):
        stage.send_all()
    assert stage.center.inputs["en~US~MUG-1"]["productAttributes"]["title"] == "Green mug"
    assert int(stage.center.inputs["en~US~MUG-1"]["versionNumber"]) > 40
    assert stage.listing(product).state == State.LIVE


# --- account and settings


def test_a_token_serves_many_drains_and_a_revoked_one_is_replaced_once(stage: GoogleStage) -> None:
    product = stage.product()
    stage.send_all()
    assert len(stage.center.tokens) == 1
    stage.center.revoke()
    stage.edit(product, name__en_US="Green mug")
    stage.send()
    assert (len(stage.inserts()), Channel.objects.get().paused_at) == (2, None)


def test_a_token_that_is_revoked_while_several_are_under_way_is_replaced_for_all_of_them(
    stage: GoogleStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.product("CUP-1")
    stage.send()  # its token serves the next, too
    stage.products(9)
    insert = stage.center._insert

    def insert_and_revoke(body: dict[str, Any]) -> Any:
        if len(stage.center.bodies) == 1:
            stage.center.revoke()
        return insert(body)

    monkeypatch.setattr(stage.center, "_insert", insert_and_revoke)
    stage.send()
    assert (len(stage.inserts()), len(stage.center.tokens)) == (10, 3)  # the first, its end, and one more
    assert Channel.objects.get().paused_at is None


@pytest.mark.parametrize(
    ("answer", "paused"),
    [
        (failure(403, "PERMISSION_DENIED", "Not yours.", REASON="PERMISSION_DENIED_ACCOUNTS"), True),
        (failure(400, "INVALID_ARGUMENT", "[data_source] No such.", FIELD_LOCATION="data_source"), True),
        (failure(503, "UNAVAILABLE", "Later."), False),
    ],
)
def test_wrong_settings_pause_the_channel_and_say_why(stage: GoogleStage, answer: Any, paused: bool) -> None:
    product = stage.product()
    stage.center.next.append((answer, False))
    stage.send()
    channel = Channel.objects.get()
    assert (channel.paused_at is not None) is paused
    assert orjson.loads(answer.get_data())["error"]["message"].rpartition("] ")[2] in (channel.paused_reason or stage.listing(product).reason)  # fmt: skip


@needs_shared
def test_the_end_of_the_former_interface_is_no_reason_to_try_again(stage: GoogleStage) -> None:
    recorded = orjson.loads((discovery.FOLDER / "real_error_shapes.json").read_bytes())["items"]
    [gone] = [one for one in recorded if one["case"] == "content_api_gone"]
    stage.product()
    stage.center.next.append((failure(410, "", ""), False))
    stage.center.next[0][0].set_data(orjson.dumps(gone["body"]))
    stage.send()
    assert "was sunset" in Channel.objects.get().paused_reason


def test_a_key_that_is_not_taken_any_more_pauses_and_a_busy_token_server_does_not(
    center: MerchantCenter,
) -> None:
    settings, credentials = GoogleMerchant.sample(center.address)
    item = Item("MUG-1", "upsert", 1, "h", sheet())
    refused = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
    for status, body, expected in ((400, refused, Config), (503, {}, Retry), (200, {"odd": 1}, Config)):
        answer = failure(status, "", "")
        answer.set_data(orjson.dumps(body))
        center.next_tokens.append(answer)
        connector = GoogleMerchant(channel="g", settings=settings, credentials=credentials)
        with connector, pytest.raises(expected) as caught:
            connector.push([item])
        assert getattr(caught.value, "applied", "no") == "no"
    assert center.requests == 0


def test_only_the_key_of_a_service_account_is_taken_and_only_what_is_needed_of_it_kept() -> None:
    given = orjson.loads(GoogleMerchant.sample("http://x")[1]["key"])
    kept = KeyField().clean(orjson.dumps({**given, "project_id": "p", "type": "service_account"}).decode())
    assert orjson.loads(kept) == given
    for wrong in ("", "AIza-an-api-key", "{}", '["x"]', orjson.dumps({**given, "private_key": "x"}).decode()):
        with pytest.raises(ValidationError):
            KeyField().clean(wrong)


def test_neither_key_nor_token_stands_in_a_record(stage: GoogleStage) -> None:
    stage.product()
    stage.send_all()
    key = orjson.loads(GoogleMerchant.sample(stage.center.address)[1]["key"])["private_key"]
    lines = [line for line in key.split("\n") if "PRIVATE KEY" not in line and line]
    said = " ".join(["Oh,", *stage.center.tokens, lines[0]])
    stage.edit(Listing.objects.get().product_id, name__en_US="Green mug")
    stage.center.next.append((failure(500, "INTERNAL", said), False))
    stage.send()
    written = str(list(Attempt.objects.values())) + str(list(Listing.objects.values("reason", "errors")))
    reason = "The channel answered 500: Oh, [redacted] [redacted]"
    assert Listing.objects.get().reason == reason
    assert Attempt.objects.filter(message=reason).count() == 1
    assert not [secret for secret in (*stage.center.tokens, *lines) if secret in written]


# --- products as Google takes them


@needs_shared
def test_every_field_that_we_know_is_one_of_googles_and_of_its_kind() -> None:
    judge = discovery.products()
    assert judge is not None
    samples: dict[str, Any] = {
        "text": "x", "texts": ["x", "y"], "word": "A", "words": ["REGULAR"], "yes": "no", "whole": "3", "moment": "2026-12-01",
        "money": "9.90 EUR", "weight": {"amount": "1.5", "unit": "KILOGRAM"}, "length": "12 cm", "measure": "500 ml", "base": "1 l",
        "written": "By a machine.", "eprel": "EC:EPREL:123456",
    }  # fmt: skip
    own = {
        "gtins": EAN, "availability": "in stock", "condition": "new", "gender": "unisex", "ageGroup": "adult", "sizeSystem": "EU",
        "pause": "ads", "pickupMethod": "buy", "pickupSla": "same day", "includedDestinations": "FREE_LISTINGS",
        "excludedDestinations": ["SHOPPING_ADS"],
    }  # fmt: skip
    fields = {name: own.get(name, samples[kind]) for name, kind in google_product._KINDS.items()}
    built = build({"prices": True, "stock": True}, **fields)
    assert built.errors == ()
    assert built.input["productAttributes"].keys() == google_product._KINDS.keys()
    path = "products/v1/accounts/123/productInputs:insert"
    query = {"dataSource": "accounts/123/dataSources/456"}
    assert judge.request("POST", path, query, built.input) == []


@needs_shared
def test_the_judge_finds_what_is_wrong_with_a_request() -> None:
    judge = discovery.products()
    assert judge is not None
    body = {"offerId": 1, "product": "x", "productAttributes": {"colour": "red", "price": {"amountMicros": "1.5"}, "gender": "W"}}  # fmt: skip
    assert judge.request("POST", "products/v1/accounts/1/productInputs:insert", {"source": "x"}, body) == [
        "unknown parameter source", "missing parameter dataSource", "body.offerId is no string", "body.product is output only",
        "body.productAttributes has no colour", "body.productAttributes.price.amountMicros is not of the form int64",
        "body.productAttributes.gender is none of the words there are",
    ]  # fmt: skip
    assert judge.request("GET", "products/v1/accounts/1/productInputs/a~b~c", {}, None) != []


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("4006381333931", True),
        ("036000291452", True),
        ("96385074", True),
        ("14006381333938", True),
        ("4006381333930", False),  # its check digit
        ("0000000000000", False),
        ("2000000000015", False),  # within a shop
        ("0400000000015", False),
        ("9810000000007", False),  # a coupon
        ("４００６３８１３３３９３１", False),  # digits, but of another script
        ("978-3-16-148410-0", True),
    ],
)
def test_gtins_are_those_that_gs1_gave_a_maker(value: str, taken: bool) -> None:
    built = build(gtin=value)
    assert ("gtins" in built.input["productAttributes"], [error.field for error in built.errors]) == (
        taken,
        [] if taken else ["gtin"],
    )


def test_what_google_asks_for_is_asked_for_only_of_a_source_of_its_own() -> None:
    bare = {"sku": "MUG-1", "locales": {}, "fields": {"color": "blue"}, "images": []}
    settings = {**GoogleMerchant.sample("http://x")[0], "stock": True}
    errors = google_product.build(bare, settings).errors
    assert [error.field for error in errors] == ["title", "description", "link", "images", "price", "availability"]  # fmt: skip
    assert google_product.build(bare, {**settings, "supplemental": True}).errors == ()


def test_texts_of_machines_pictures_and_categories_find_their_places() -> None:
    given = sheet(structured_title="By a machine.")
    given["fields"].pop("title")
    given["fields"].pop("imageLink")
    given["images"] = [{"url": f"https://pim.example/{number}"} for number in range(13)]
    given["categories"] = [{"path": [{"en_US": "Kitchen"}, {"en_US": "Mugs"}]}]
    built = google_product.build(given, GoogleMerchant.sample("http://x")[0])
    attributes = built.input["productAttributes"]
    assert built.errors == ()
    assert attributes["structuredTitle"]["digitalSourceType"] == "TRAINED_ALGORITHMIC_MEDIA"
    assert attributes["imageLink"] == "https://pim.example/0"
    assert attributes["additionalImageLinks"] == [f"https://pim.example/{number}" for number in range(1, 11)]
    assert attributes["productTypes"] == ["Kitchen > Mugs"]
    assert google_product.field_of("product_attributes.title", given, {}) == ("structured_title", "")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("title", "x" * 151, "too_long"),
        ("gtin", [EAN] * 11, "too_many"),
        ("price", {"USD": "1"}, "unfit"),
        ("price", "1.2345678 EUR", "unfit"),
        ("condition", "shiny", "unfit"),
        ("product_weight", {"amount": "3", "unit": "TON"}, "unfit"),
        ("adult", "perhaps", "unfit"),
        ("multipack", "many", "unfit"),
    ],
)
def test_what_does_not_fit_is_told_at_its_field(field: str, value: Any, code: str) -> None:
    assert [(error.field, error.code) for error in build(**{field: value}).errors] == [(field, code)]


def test_a_sku_that_an_address_cannot_carry_is_named_in_base64() -> None:
    assert google_product.as_name("en~US~sku/123") == "ZW5-VVN-c2t1LzEyMw"
    assert google_product.as_name("en~US~MUG-1") == "en~US~MUG-1"
    assert google_product.as_name("en~US~a~b") != "en~US~a~b"


def test_odd_skus_come_back_and_go_away_again(stage: GoogleStage) -> None:
    product = stage.product("MUG/1 ~ 50 % é")
    stage.send_all()
    assert stage.listing(product).state == State.LIVE
    stage.put(product, status="draft")
    stage.send_all()
    assert (stage.center.inputs, stage.listing(product).state) == ({}, State.WITHDRAWN)
