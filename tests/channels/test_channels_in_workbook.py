"""Channels read from the structure's workbook: what their page would refuse is refused beside its cell."""

from __future__ import annotations

import json
from typing import Any

import pytest
import tablib
from django.utils import timezone

from catalog.models import Category, Family
from catalog.transfer import workbook
from channels.connectors.google import GoogleMerchant
from channels.connectors.webhook import Webhook
from channels.models import Channel, FieldMapping, Listing, Requirement
from tests.channels.stage import make_channel
from tests.world import World

SETTINGS = {"endpoint": "https://shop.example/hook", "timeout": 10}
FEED = {"format": "csv", "layout": "together", "name": "products", "keep": 5}


@pytest.fixture
def stored(world: World) -> Channel:
    return make_channel(world, settings=SETTINGS)


def read(*, dry_run: bool = False, **cells: Any) -> tuple[list[tuple[int, str, str]], int]:
    """A sheet with one channel, b2b: the problems told, and how many rows it changes."""
    row = {name: json.dumps(cell) if isinstance(cell, (dict, list)) else cell for name, cell in cells.items()}
    sheet = tablib.Dataset(["b2b", *row.values()], headers=["code", *row], title="channels")
    report = workbook.read(bytes(tablib.Databook([sheet]).export("xlsx")), dry_run=dry_run)
    return [
        (one.row, one.column, one.message) for part in report.sheets for one in part.problems
    ], report.changes


@pytest.mark.parametrize(
    ("connector", "settings", "messages"),
    [
        ("webhook", {"endpoint": "shop", "timeout": 10}, ["endpoint: Enter a valid URL."]),
        ("webhook", {"timeout": 10}, ["endpoint: This field is required."]),
        ("webhook", {**SETTINGS, "timeout": 300}, ["timeout: Ensure this value is less than or equal to 25."]),
        ("webhook", {**SETTINGS, "secret": "whsec_x"}, ["'secret' is no setting of this connector."]),
        ("feed", {**FEED, "format": "pdf", "folder": "../x"}, [
            "format: Select a valid choice. pdf is not one of the available choices.",
            "folder: Names of letters, digits, '_' and '-', with / between: partners/acme.",
        ]),
        ("feed", [1], ['Write it as {"name": "value"}.']),
    ],
)  # fmt: skip
def test_settings_the_connectors_form_refuses_are_told_beside_their_cell_and_nothing_is_stored(
    stored: Channel, connector: str, settings: Any, messages: list[str]
) -> None:
    told, _changes = read(connector=connector, settings=settings)
    assert told == [(2, "settings", message) for message in messages]
    stored.refresh_from_db()
    assert (stored.connector, stored.settings) == ("webhook", SETTINGS)


def test_so_is_a_schedule(stored: Channel) -> None:
    told, _changes = read(schedule={"mode": "windows"})
    assert told == [(2, "schedule", "Give at least one window, or nothing is ever sent.")]
    told, _changes = read(schedule={"quiet": {"start": "22", "end": "x"}}, settings={"timeout": 10})
    assert {column for _row, column, _message in told} == {"schedule", "settings"}


def test_settings_that_fit_are_taken_as_the_form_would_store_them(stored: Channel) -> None:
    assert read(settings={**SETTINGS, "timeout": "15"}) == ([], 1)
    stored.refresh_from_db()
    assert stored.settings == {**SETTINGS, "timeout": 15}


def test_another_connector_needs_settings_of_its_own(stored: Channel) -> None:
    told, _changes = read(connector="feed")
    assert [column for _row, column, _message in told] == ["settings"] * 4
    Listing.objects.all().delete()
    assert read(connector="feed", settings=FEED) == ([], 1)
    stored.refresh_from_db()
    assert (stored.connector, stored.settings) == ("feed", FEED)


def test_another_address_forgets_what_was_learnt_of_the_old_one(stored: Channel) -> None:
    Channel.objects.update(failures=12)
    read(send_fallback="0")
    assert Channel.objects.get().failures == 12
    read(settings={**SETTINGS, "endpoint": "https://other.example/hook"})
    assert Channel.objects.get().failures == 0


def test_a_file_that_leaves_the_settings_as_they_are_stored_is_not_refused_for_them(stored: Channel) -> None:
    Channel.objects.update(settings={"endpoint": "of an older version"})
    assert read(settings={"endpoint": "of an older version"}, send_fallback="0") == ([], 1)
    assert Channel.objects.get().send_fallback is False


def test_a_new_channel_needs_settings_that_fit(world: World) -> None:
    told, _changes = read(connector="webhook", context="b2b")
    assert told == [(2, "settings", "endpoint: This field is required.")]
    assert not Channel.objects.exists()


def test_a_file_does_not_send_stored_credentials_elsewhere(stored: Channel) -> None:
    settings, credentials = GoogleMerchant.sample("https://merchantapi.googleapis.com")
    usual = {name: value for name, value in settings.items() if name != "address"}
    Channel.objects.update(connector="google", settings=usual, credentials=credentials)
    assert read(settings={**settings, "feed_label": "DE"}) == ([], 1)  # where it stands at first
    told, _changes = read(settings={**settings, "address": "https://thief.example"})
    assert told == [
        (2, "settings", "address: the stored credentials go there. Change it on the channel's page, where they are entered anew.")
    ]  # fmt: skip
    told, _changes = read(settings={**settings, "address": "http://merchantapi.googleapis.com"})
    assert told == [
        (2, "settings", "address: The access token must not travel unprotected: begin with https://.")
    ]
    assert Channel.objects.get().settings["address"] == "https://merchantapi.googleapis.com"
    Channel.objects.update(credentials={})
    assert read(settings={**settings, "address": "https://other.example"}) == ([], 1)


def test_nor_does_one_that_changes_the_connector(stored: Channel) -> None:
    settings, credentials = GoogleMerchant.sample("https://thief.example")
    Channel.objects.update(credentials=dict(stored.credentials) | credentials)
    told, _changes = read(connector="google", settings=settings)
    assert [column for _row, column, _message in told] == ["settings"]
    assert Channel.objects.get().connector == "webhook"


def test_how_often_it_is_read_back_and_what_drift_does_come_along(stored: Channel) -> None:
    Channel.objects.update(read_due_at=timezone.now())
    assert read(on_drift="ask", read_every=Channel.ReadEvery.WEEK.value) == ([], 1)
    stored.refresh_from_db()
    assert (stored.on_drift, stored.read_every, stored.read_due_at) == ("ask", Channel.ReadEvery.WEEK, None)
    told, _changes = read(on_drift="shout", read_every=7777)
    assert {column for _row, column, _message in told} == {"on_drift", "read_every"}
    sheet = workbook.tables(workbook.write())["channels"]
    assert sheet["on_drift"] == ["ask"]


# What is no setting: secrets, and how a channel fares. What a field's template said is known once the fields are looked at.
STATE = {
    "id", "credentials", "template", "paused_at", "paused_reason", "profile_rev", "blocked_until", "failures", "last_sync_at",
    "lease_until", "lease_token", "read_due_at",
}  # fmt: skip


def settings_of(channel: Channel) -> dict[str, Any]:
    own = {field.name for field in (*Channel._meta.fields, *Channel._meta.many_to_many)} - STATE
    many = {field.name for field in Channel._meta.many_to_many}
    found = {name: getattr(channel, name) for name in own - many}
    return found | {
        name: sorted(getattr(channel, name).values_list("code", flat=True)) for name in own & many
    }


def parts_of(channel: Channel) -> list[list[dict[str, Any]]]:
    """Fields and requirements."""
    fields = channel.fields.order_by("target", "position").values()
    listed = (fields, channel.requirements.order_by("attribute__code").values())
    return [[{**row, "id": 0, "channel_id": 0} for row in rows] for rows in listed]


def test_every_setting_of_a_channel_comes_back_as_it_was(world: World) -> None:
    channel = make_channel(
        world, settings=SETTINGS, category_tree=Category.objects.filter(parent=None).first(), destinations=["DE", "CH"],
        assortment={"families": ["mugs"]}, schedule={"mode": "at_once", "time_zone": "Europe/Berlin"},
        send_fallback=False, fallback_counts=True, counts_sku=True, outdated="missing", removal_share=7,
        removal_least=3, on_drift="ask", protected={"compare": ["title"]},
        pictures={"shortest": 800, "white": True}, read_every=168, is_active=False,
    )  # fmt: skip
    mugs = Family.objects.get(code="mugs")
    FieldMapping.objects.create(
        channel=channel, family=mugs, target="colour", source={"fixed": "Red"}, localized=True, required=True, position=9,
        transforms=[{"name": "truncate", "length": 75}], value_list={"red": "Rot"}, limits={"max_length": 9},
    )  # fmt: skip
    Requirement.objects.filter(channel=channel, attribute__code="price").update(level="warning")
    before, parts = settings_of(channel), parts_of(channel)
    fresh = Channel()
    as_it_begins = {
        name for name in before if name not in ("locales", "currencies", "context")
        and before[name] == getattr(fresh, name)
    }  # fmt: skip
    assert as_it_begins == set()  # a setting that is new gets another value above
    file = workbook.write()
    channel.delete()
    report = workbook.read(file)
    assert [one.message for part in report.sheets for one in part.problems] == []
    again = Channel.objects.get()
    assert settings_of(again) == before
    assert parts_of(again) == parts


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("destinations", "DE,XX", "'XX' is no country of destination."),
        ("pictures", {"shortest": -1}, "Write a number of pixels from 0 to 10000; 0 asks for no size."),
        ("pictures", {"white": "yes"}, "white: write true or false."),
        ("pictures", [1], 'Write it as {"name": "value"}.'),
        ("protected", {"hide": ["title"]}, "'hide' is nothing that can be protected."),
        ("protected", {"overwrite": ["title"]}, "Webhook (B2B site) does not tell which values it holds: leave this empty, or say in its settings what is its own."),
        ("removal_share", 101, "Ensure this value is less than or equal to 100."),
    ],
)  # fmt: skip
def test_what_the_channels_page_refuses_is_told_beside_its_cell(
    stored: Channel, monkeypatch: pytest.MonkeyPatch, column: str, cell: Any, message: str
) -> None:
    monkeypatch.setattr(Webhook, "tells_fields", False)
    assert read(**{column: cell}) == ([(2, column, message)], 0)
    before = settings_of(stored)
    stored.refresh_from_db()
    assert settings_of(stored) == before
