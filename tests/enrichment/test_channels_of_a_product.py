"""The page's tab *Channels*: how a model's variants stand, that nothing waits, and why something does."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels import profiles
from channels.models import Channel, Listing
from tests.enrichment.conftest import Desk
from tests.enrichment.test_what_is_in_the_way import is_sent, says
from tests.world import World


@pytest.fixture
def shirts(world: World, channel: Channel) -> dict[str, int]:
    """SHIRT with SHIRT-S, that is live, and SHIRT-M, whose change was not sent yet; the channel is sent the variants."""
    made = {"SHIRT": world.create("SHIRT", family_variant="shirts_size", categories=["cups"]).product or 0}
    for size in "sm":
        sku = f"SHIRT-{size.upper()}"
        made[sku] = world.create(sku, {"size": size}, parent="SHIRT").product or 0
        says(made[sku], channel, is_stale=size == "m", state="live")
    return made


def below(desk: Desk, product: int) -> list[tuple[str, str]]:
    (panel,) = desk.page(product, tab="channels").context_data["panels"]
    return [(each.sku, each.standing.code) for each in panel.below]


def test_a_models_channels_lead_to_its_variants_as_they_stand_there(
    desk: Desk, shirts: dict[str, int], channel: Channel
) -> None:
    assert below(desk, shirts["SHIRT"]) == [("SHIRT-M", "waiting"), ("SHIRT-S", "live")]
    page = desk.page(shirts["SHIRT"], tab="channels").content.decode()
    assert f"/{shirts['SHIRT-M']}/change/?locale=en_US&amp;tab=channels#ch-{channel.code}" in page
    assert below(desk, shirts["SHIRT-M"]) == []


def test_the_variants_take_the_same_queries_however_many_they_are(
    desk: Desk, shirts: dict[str, int], world: World, channel: Channel
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            below(desk, shirts["SHIRT"])
        return len(seen)

    before = queries()
    says(world.create("SHIRT-L", {"size": "l"}, parent="SHIRT").product or 0, channel, state="live")
    assert queries() == before


def test_what_a_channel_has_as_it_is_now_is_told(
    desk: Desk, mug: int, world: World, channel: Channel
) -> None:
    is_sent(mug, channel)
    told = "nothing has changed since"
    Listing.objects.update(desired_rev=1, sent_rev=1)
    assert told in desk.page(mug, tab="channels").content.decode()
    world.edit(mug, {"name|en_US": "Another"})
    assert told not in desk.page(mug, tab="channels").content.decode()


def test_that_the_channel_is_paused_is_told_where_a_change_waits_for_it(
    desk: Desk, mug: int, channel: Channel
) -> None:
    says(mug, channel, is_stale=True, state="live", sent_at=timezone.now())
    profiles.pause(channel_id=channel.pk, reason="Stocktaking.")
    page = desk.page(mug, tab="channels").content.decode()
    assert "The channel is paused: Stocktaking." in page
    Listing.objects.update(sent_rev=2)
    assert "The channel is paused" not in desk.page(mug, tab="channels").content.decode()
