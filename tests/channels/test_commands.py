"""The operators' commands: what they print, and that a dry run sends nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Campaign
from catalog.values.campaigns import write_campaign
from tests.channels.stage import Stage
from tests.world import SYSTEM


def told(*args: Any) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def told_json(*args: Any) -> dict[str, Any]:
    return json.loads(told(*args, "--json").splitlines()[-1])


def test_show_sheet_shows_one_locale_and_what_would_change(stage: Stage) -> None:
    product = stage.product()
    stage.send()
    stage.edit(product, name__de_DE="Grüne Tasse")
    shown = told_json("show_sheet", "B2B", "mug-1", "--locale", "de_DE")
    assert (shown["channel"], shown["sku"], shown["action"], shown["errors"]) == ("b2b", "MUG-1", "send", [])
    assert shown["sheet"]["locales"] == {"de_DE": {"title": "Grüne Tasse"}}
    assert shown["changes"] == [
        {"field": "locales.de_DE.title", "before": "Blaue Tasse", "after": "Grüne Tasse"}
    ]
    assert "Grüne Tasse" in told("show_sheet", "b2b", "MUG-1")


def test_show_sheet_shows_a_date_to_come(stage: Stage) -> None:
    product = stage.product()
    start = datetime(2030, 12, 24, tzinfo=UTC)
    campaign = Campaign.objects.create(code="xmas", starts_at=start, ends_at=start + timedelta(days=2))
    write_campaign(campaign, {product: {"name|en_US": "Christmas mug"}}, by=SYSTEM)
    titles = [
        told_json("show_sheet", "b2b", "MUG-1", "--at", at)["sheet"]["locales"]["en_US"]["title"]
        for at in ("2030-12-23", "2030-12-24", "2030-12-25T23:59", "2030-12-26")
    ]
    assert titles == ["Blue mug", "Christmas mug", "Christmas mug", "Blue mug"]


def test_show_sheet_tells_what_stands_in_the_way(stage: Stage) -> None:
    stage.product(values={"weight": None})
    shown = told_json("show_sheet", "b2b", "MUG-1")
    assert shown["action"] == "held"
    assert [error["message"] for error in shown["errors"]] == ["Weight is missing."]
    assert shown["sheet"]["locales"]["en_US"] == {"title": "Blue mug"}


@pytest.mark.parametrize(
    "args",
    [
        ("nowhere", "MUG-1"),
        ("b2b", "MUG-9"),
        ("b2b", "MUG-1", "--locale", "fr_FR"),
        ("b2b", "MUG-1", "--at", "soon"),
    ],
)
def test_show_sheet_says_what_it_cannot_find(stage: Stage, args: tuple[str, ...]) -> None:
    stage.product()
    with pytest.raises(CommandError):
        call_command("show_sheet", *args)


def test_a_dry_run_shows_the_difference_and_sends_nothing(stage: Stage) -> None:
    first, second, _third = stage.products(3)
    stage.send()
    stage.edit(first, name__en_US="Green mug")
    stage.put(second, status="draft")
    stage.product("MUG-4", status="draft")
    before = stage.shop.requests
    shown = told_json("sync_channel", "b2b", "--dry-run")
    assert {name: shown[name] for name in ("send", "withdraw", "held", "nothing")} == {
        "send": 1,
        "withdraw": 1,
        "held": 0,
        "nothing": 2,
    }
    assert shown["items"][0] == {
        "sku": "MUG-1", "action": "send",
        "changes": [{"field": "locales.en_US.title", "before": "Blue mug", "after": "Green mug"}],
    }  # fmt: skip
    assert (stage.shop.requests, stage.listing(first).is_stale) == (before, True)
    assert "MUG-2: withdraw" in told("sync_channel", "b2b", "--dry-run")


def test_sync_channel_sends_what_is_stale(stage: Stage) -> None:
    stage.products(3)
    assert told_json("sync_channel", "b2b") == {"channel": "b2b", "counts": {"ok": 3}, "closed": ""}
    assert len(stage.shop.items) == 3
    assert told_json("sync_channel", "b2b", "--all")["counts"] == {"settled": 3}
    assert len(stage.shop.posts) == 1


def test_listings_counts_states_and_the_oldest_wait(stage: Stage) -> None:
    stage.products(2)
    stage.send()
    stage.product("MUG-3")
    summary = told_json("listings", "b2b")
    assert {state: count for state, count in summary["states"].items() if count} == {"live": 2, "waiting": 1}
    assert (summary["stale"], summary["unknown"], summary["leased"], summary["closed"]) == (1, 0, 0, "")
    assert 0 <= summary["oldest_stale_seconds"] < 60
    stage.send()
    assert told_json("listings", "b2b")["oldest_stale_seconds"] is None


def test_reconcile_channel_lists_drift(stage: Stage) -> None:
    product = stage.product()
    stage.send()
    stage.shop.items.clear()
    [drift] = told_json("reconcile_channel", "b2b", "--dry-run")["drifted"]
    assert (drift["sku"], drift["fields"][0]["seen"]) == ("MUG-1", None)
    assert not stage.listing(product).is_stale
