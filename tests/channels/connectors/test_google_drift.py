"""What Google shows of our products, attribute by attribute: what counts as the same, of which kind the rest is, what becomes
of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from catalog.models import Proposal
from channels import drift, profile
from channels.connectors import _google_account
from channels.connectors._google_compared import compared
from channels.connectors._google_product import STAMP
from channels.connectors.google import GoogleMerchant
from channels.delivery.reconcile import reconcile
from channels.models import Channel
from channels.sheets import load
from tests.channels.connectors.google_shop import MerchantCenter, written
from tests.channels.connectors.test_google import EAN, GoogleStage, build, sheet

EN = "locales.en_US"
LONG = {"name|en_US": "Blue mug of stoneware with a large handle for both hands"}


@pytest.fixture
def stage(transactional_db: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleStage]:
    monkeypatch.setattr(_google_account, "_tokens", {})
    with HTTPServer(host="127.0.0.1") as server:
        made = GoogleStage(MerchantCenter(server), stock=True)
        Channel.objects.update(on_drift=Channel.OnDrift.ASK)
        made.changed()
        made.product("MUG-1", {**LONG, "ean": EAN, "color": "navy", "dishwasher_safe": True})
        made.send_all()
        yield made
        assert made.center.wrong == []


def kinds(stage: GoogleStage) -> dict[str, str]:
    found = reconcile(channel_id=stage.channel.pk)
    return {entry["field"]: entry["kind"] for one in found for entry in one.fields}


def shows(stage: GoogleStage, **attributes: Any) -> dict[str, str]:
    stage.center.changed["MUG-1"] = attributes
    return kinds(stage)


# What Google shows instead → the fields that then differ, with their kinds.
CHANGES: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"title": "Mug"}, {f"{EN}.title": "edited"}),
    ({"title": " Blue mug of stoneware  with a large handle for both hands"}, {}),
    ({"title": "Blue mug of stoneware"}, {f"{EN}.title": "truncated"}),
    ({"description": None}, {f"{EN}.description": "missing"}),
    ({"price": {"amountMicros": "8000000", "currencyCode": "EUR"}}, {"fields.price": "edited"}),
    ({"price": {"amountMicros": "9900000", "currencyCode": "EUR"}}, {}),
    ({"availability": "OUT_OF_STOCK"}, {"fields.availability": "edited"}),
    ({"gtins": [EAN]}, {}),
    ({"gtins": ["00012345600012"]}, {"fields.gtin": "edited"}),
    ({"color": None}, {"fields.color": "missing"}),
    ({"productWeight": {"value": 350.0, "unit": "G"}}, {}),
    ({"productWeight": {"value": 400, "unit": "g"}}, {"fields.product weight": "edited"}),
    ({"imageLink": "https://shop.example/other.jpg"}, {"fields.image_link": "edited"}),
]


def test_each_attribute_that_google_shows_otherwise_is_told_at_its_field(stage: GoogleStage) -> None:
    assert stage.center.products["en~US~MUG-1"]["productAttributes"]["gtins"] == [f"0{EAN}"]
    assert kinds(stage) == {}
    found = []
    for change, _expected in CHANGES:
        found.append(shows(stage, **change))
        assert shows(stage) == {}
        stage.send_all()  # looked at, and found to be there
    assert found == [expected for _change, expected in CHANGES]
    assert stage.inserts() == ["MUG-1"]


def test_a_product_that_is_gone_is_missing_and_sent_again_when_asked(stage: GoogleStage) -> None:
    stage.center.inputs.clear()
    stage.center.products.clear()
    assert kinds(stage) == {"": "missing"}
    (row,) = stage.channel.listings.all()
    assert drift.push(row.pk)
    stage.send_all()
    assert (list(stage.center.items), kinds(stage)) == (["MUG-1"], {})


def test_what_was_changed_there_is_equal_again_once_it_was_pushed(stage: GoogleStage) -> None:
    assert len(shows(stage, title="Mug", color="red")) == 2
    stage.send_all()
    assert len(kinds(stage)) == 2  # it waits for the decision
    (row,) = stage.channel.listings.all()
    assert drift.push(row.pk)
    stage.send_all()
    assert (kinds(stage), stage.center.changed) == ({}, {})


def test_what_was_accepted_goes_as_google_shows_it(stage: GoogleStage) -> None:
    assert len(shows(stage, title="Mug", color=None)) == 2
    (row,) = stage.channel.listings.all()
    assert drift.accept(row.pk)
    assert kinds(stage) == {}
    stage.edit(row.product_id, name__en_US="Green mug", price={"EUR": "7", "USD": "8"}, color="red")
    stage.send_all()
    sent = stage.center.bodies[-1]["productAttributes"]
    assert (sent["title"], sent.get("color"), sent["price"]["amountMicros"]) == ("Mug", None, "7000000")
    assert kinds(stage) == {}


def test_a_value_that_was_sent_before_is_stale_and_goes_again(stage: GoogleStage) -> None:
    (row,) = stage.channel.listings.all()
    stage.edit(row.product_id, name__en_US="Green mug")
    stage.send_all()
    title = LONG["name|en_US"]
    assert shows(stage, title=title) == {f"{EN}.title": "edited"}  # beside the stamp of what was sent last
    sent = stage.center.inputs["en~US~MUG-1"]
    sent["customAttributes"] = [one for one in sent["customAttributes"] if one["name"] != STAMP]
    assert shows(stage, title=title) == {f"{EN}.title": "stale"}
    stage.send_all()
    assert stage.center.bodies[-1]["productAttributes"]["title"] == "Green mug"
    assert kinds(stage) == {}


def test_what_google_shows_becomes_a_proposal_where_one_attribute_makes_the_field(stage: GoogleStage) -> None:
    from django.utils import timezone

    from catalog.structure.snapshot import Structure

    shows(
        stage,
        title="Mug",
        color="White",
        description="Other",
        price={"amountMicros": "8000000", "currencyCode": "EUR"},
    )
    (row,) = stage.channel.listings.all()
    structure = Structure.current()
    spec = profile.current(structure).by_id[stage.channel.pk]
    unit = load.units([row.product_id], spec, structure)[row.product_id]
    whys = {}
    for entry in row.drift:
        way = drift.way_back(entry, unit, spec, structure, at=timezone.now())
        whys[entry["field"]] = way.why
        if not way.why:
            assert drift.adopt(row, entry["field"], way, spec, by=stage.world.admin) == []
    assert whys == {
        f"{EN}.title": "", "fields.color": "", "fields.price": "", f"{EN}.description": "The field is put together by a template.",
    }  # fmt: skip
    assert {one.key: one.value for one in Proposal.objects.all()} == {
        "name|en_US": "Mug", "color": "white", "price": {"EUR": "8", "USD": "12"},
    }  # fmt: skip


def test_what_the_sheet_gives_without_a_field_is_compared_too() -> None:
    settings = GoogleMerchant.sample("http://x")[0]
    given = sheet() | {
        "images": [{"url": f"https://pim.example/{n}.jpg", "alt": ""} for n in (1, 2)], "model": "MUG",
        "categories": [{"code": "mugs", "path": [{"en_US": "Home"}, {"en_US": "Mugs"}]}],
    }  # fmt: skip
    given["fields"] = {name: value for name, value in given["fields"].items() if name != "imageLink"}
    shown = written(build_of(given))
    assert compared(given, {"productAttributes": shown}, settings) == given
    shown |= {"additionalImageLinks": [], "productTypes": ["Home>Mugs"], "itemGroupId": "CUP"}
    made = compared(given, {"productAttributes": shown}, settings)
    assert made is not None
    assert (made["images"], made["categories"], made["model"]) == (
        given["images"][:1],
        given["categories"],
        "CUP",
    )
    assert compared(given, {}, settings) is None


def build_of(given: dict[str, Any]) -> dict[str, Any]:
    from channels.connectors import _google_product as google_product

    return google_product.build(given, GoogleMerchant.sample("http://x")[0]).input["productAttributes"]


def test_every_kind_of_attribute_comes_back_as_it_was_sent() -> None:
    """A value of each kind, as the connector makes it and as Google processes it."""
    given = sheet(
        structuredTitle="Mug", certification="EC:EPREL:123456", sizeTypes=["regular"], adult=False, multipack="2",
        availabilityDate="2026-12-01", unitPricingMeasure={"amount": "0.35", "unit": "LITER"}, unitPricingBaseMeasure="1 l",
        productHighlights=["Large", "Blue"], productLength={"amount": "12", "unit": "CENTIMETER"}, gender="female",
        googleProductCategory="Home & Garden > Mugs", care="By hand",
    )  # fmt: skip
    settings = GoogleMerchant.sample("http://x")[0]
    made = build(**given["fields"]).input
    assert "errors" not in made
    there = {
        "productAttributes": written(made["productAttributes"]),
        "customAttributes": made["customAttributes"],
    }
    assert compared(given, there, settings) == given
    there["productAttributes"] |= {
        "googleProductCategory": "2169",
        "availabilityDate": "2026-12-01T01:00:00+01:00",
        "multipack": 2,
    }
    assert compared(given, there, settings) == given
