"""Nobody waits for somebody else's work: a dead channel, a shop's limit, a sync of ten thousand. Counted, on a clock of the test's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from catalog.models import Product
from channels.connectors._shopify import api
from channels.connectors.base import Item, ItemResult, Unknown
from channels.connectors.webhook import Webhook
from channels.delivery import circuit, send
from channels.delivery.claim import claim_stale
from channels.delivery.drain import drain
from channels.delivery.sweep import channels_with_work
from channels.marking import mark_products
from channels.models import Channel, Listing
from tests.channels import shop as acts
from tests.channels.connectors import shopify_shop as shopify_shop_module
from tests.channels.connectors.shopify_schema import needs_schema
from tests.channels.connectors.shopify_shop import ShopifyShop
from tests.channels.connectors.shopify_stage import connected, item_of, sheet_of
from tests.channels.stage import Stage, make_channel, work_off_jobs

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOON, tick=False) as coordinates:
        yield coordinates


# --- a single edit and a sync


def test_a_single_edit_is_claimed_before_a_sync_of_ten_thousand(stage: Stage) -> None:
    first, second = stage.products(2)
    stage.send()
    row = Product.objects.get(pk=first)
    same = [
        one.attname for one in Product._meta.concrete_fields if one.attname not in ("id", "sku", "root_id")
    ]
    pattern = {name: getattr(row, name) for name in same}
    many = [Product(sku=f"BULK-{number}", **pattern) for number in range(10_000)]
    Product.objects.bulk_create(many, batch_size=500)
    past = timezone.now() - timedelta(hours=1)
    Listing.objects.bulk_create(
        (
            Listing(product=one, channel=stage.channel, state_since=past, stale_since=past, next_try_at=past, held_by=Listing.SYNC)
            for one in many
        ),
        batch_size=500,
    )  # fmt: skip
    stage.edit(second, name__en_US="Green mug")
    claimed = claim_stale(channel_id=stage.channel.pk, limit=50, seconds=60, now=timezone.now())
    assert claimed.listings[0].product_id == second
    assert len(claimed.listings) == 50


def test_a_change_of_the_profile_is_a_sync_and_an_edit_takes_its_product_out_of_it(stage: Stage) -> None:
    products = stage.products(3)
    stage.send()
    stage.changed()
    assert set(Listing.objects.values_list("held_by", flat=True)) == {Listing.SYNC}
    stage.edit(products[2], name__en_US="Green mug")
    assert stage.listing(products[2]).held_by == ""
    stage.changed()
    assert stage.listing(products[2]).held_by == ""  # it goes on waiting for its own sake
    stage.send()
    assert set(Listing.objects.values_list("held_by", flat=True)) == {""}


def test_many_products_of_one_change_are_a_sync(stage: Stage) -> None:
    products = stage.products(3)
    stage.send()
    rows = Product.objects.filter(pk__in=products)
    from channels import profile

    channels = profile.current(stage.world.structure).active
    with transaction.atomic():
        mark_products(list(rows) * 20, channels)
    assert set(Listing.objects.values_list("held_by", flat=True)) == {Listing.SYNC}


def test_a_failure_does_not_bring_a_sync_before_single_edits(stage: Stage) -> None:
    product = stage.product()
    Listing.objects.update(held_by=Listing.SYNC)
    stage.shop.next.append(acts.answers(503))
    stage.send()
    assert (stage.listing(product).attempts, stage.listing(product).held_by) == (1, Listing.SYNC)


# --- a channel that asks to wait, and one that is dead


def test_not_a_request_comes_before_the_time_a_channel_asked_for(
    stage: Stage, clock: time_machine.Coordinates
) -> None:
    product = stage.product()
    stage.product("MUG-2")
    stage.shop.next.append(acts.answers(429, retry_after="60"))
    stage.send()
    for _ in range(59):
        clock.shift(1)
        stage.send()
    assert stage.shop.requests == 1
    clock.shift(2)
    stage.send()
    assert stage.shop.requests > 1
    clock.shift(3600)
    stage.send()
    assert stage.listing(product).state == Listing.State.LIVE


def test_a_channel_that_hangs_has_no_more_than_a_tenth_of_a_workers_time(
    stage: Stage, clock: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One worker for two channels, two hours of it: each request to the dead one hangs for 25 s."""
    dead = make_channel(stage.world, code="shop")
    work_off_jobs()
    stage.products(3)
    spent = {stage.channel.code: 0.0, dead.code: 0.0}

    def push(connector: Webhook, items: Sequence[Item]) -> list[ItemResult]:
        takes = 25.0 if connector.channel == dead.code else 60.0
        clock.shift(takes)
        spent[connector.channel] += takes
        if connector.channel == dead.code:
            raise Unknown("It gives no answer.")
        return [ItemResult(item.key, "live", item.key) for item in items]

    monkeypatch.setattr(Webhook, "push", push)
    monkeypatch.setattr(Webhook, "read_back", lambda connector, keys: push(connector, ()) and {})
    monkeypatch.setattr(send, "time", SimpleNamespace(monotonic=lambda: timezone.now().timestamp()))
    end = NOON + timedelta(hours=2)
    while timezone.now() < end:
        for pk in channels_with_work(timezone.now()):
            drain(channel_id=pk)
        # The living one always has something to do, the dead one's listings always may be tried.
        Listing.objects.filter(channel=stage.channel).update(sent_hash="", sent_rev=0)
        Listing.objects.filter(channel=dead).update(next_try_at=NOON)
    assert spent[dead.code] <= 0.1 * sum(spent.values())
    assert spent[dead.code] > 25.0


def test_a_failure_at_once_leaves_the_channel_open(stage: Stage, clock: time_machine.Coordinates) -> None:
    now = timezone.now()
    channel = Channel.objects.get(pk=stage.channel.pk)
    circuit.failed(channel, now, took=20.0)
    assert channel.blocked_until is None  # one failure is nobody's death
    circuit.failed(channel, now, took=0.0)
    assert channel.blocked_until is None
    circuit.failed(channel, now, took=20.0)
    assert channel.blocked_until == now + timedelta(seconds=20 * circuit.LEFT_ALONE)


# --- a shop's limit


@needs_schema
def test_a_shops_points_are_used_and_not_overdrawn(
    shopify_shop: ShopifyShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shop of the smallest plan: 100 points come back in a second. Where time passes only by waiting, nothing is left unused."""
    now = [1000.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    told = SimpleNamespace(monotonic=lambda: now[0], sleep=sleep, time=lambda: now[0])
    monkeypatch.setattr(api, "time", told)
    monkeypatch.setattr(shopify_shop_module, "time", told)
    shopify_shop.most, shopify_shop.restore = 200.0, 100.0
    shopify_shop.left, shopify_shop.at = shopify_shop.most, now[0]
    with connected(shopify_shop) as connector:
        for start in range(0, 60, 10):
            sheets = [sheet_of(f"MUG-{number}") for number in range(start, start + 10)]
            results = connector.push([item_of(sheet) for sheet in sheets])
            assert {one.outcome for one in results} == {"live"}
    allowed = shopify_shop.most + shopify_shop.restore * (now[0] - 1000.0)
    assert shopify_shop.spent >= 0.95 * allowed
    # What a request costs is told with its first answer: from then on none comes before its points are there.
    assert len(shopify_shop.throttled) == len(set(shopify_shop.throttled))
