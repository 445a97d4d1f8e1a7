"""Nobody waits for somebody else's work, measured on a real clock: a dead channel beside a living one, an edit in a large sync.

One worker. PIM_BENCH_SYNC sets the sync's size (10,000), PIM_BENCH_SECONDS how long the channels are looked at (120).
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.utils import timezone
from pytest_httpserver import HTTPServer

from catalog.values.changes import ProductChange
from catalog.values.write import write
from channels.connectors.base import Item, ItemResult
from channels.connectors.webhook import Webhook
from channels.delivery.drain import drain
from channels.delivery.sweep import channels_with_work
from channels.models import Listing
from tests.channels.shop import Shop
from tests.channels.stage import FULL, Stage, make_channel, work_off_jobs
from tests.world import SYSTEM, build_world

pytestmark = pytest.mark.bench
SYNC = int(os.environ.get("PIM_BENCH_SYNC", "10000"))
SECONDS = float(os.environ.get("PIM_BENCH_SECONDS", "120"))
BATCH = 500
LATENCY = 0.1  # of the living channel's answers: it is not what is measured


@pytest.fixture
def stage(transactional_db: Any) -> Iterator[Stage]:
    with HTTPServer(host="127.0.0.1") as server:
        yield Stage(build_world(), Shop(server))


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a channel that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/hook"


def test_an_edit_in_a_sync_of_ten_thousand(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    edited = stage.product("EDITED")
    stage.send()
    for start in range(0, SYNC, BATCH):
        fields = [
            {"sku": f"BULK-{number}", "family": "mugs", "status": "approved"}
            for number in range(start, start + BATCH)
        ]
        write([ProductChange(values=dict(FULL), fields=each) for each in fields], by=SYSTEM)
    Listing.objects.exclude(product=edited).update(held_by=Listing.SYNC)
    push, asked, sent = Webhook.push, [0.0], []  # when the edit was saved; the products sent since

    def between(connector: Webhook, items: Sequence[Item]) -> Sequence[ItemResult]:
        if len(sent) == 5 * Webhook.batch_size:
            stage.edit(edited, name__en_US="Urgent mug")
            asked[0] = time.monotonic()
        results = push(connector, items)
        if len(asked) == 1:
            sent.extend(item.key for item in items)
        if "EDITED" in sent and len(asked) == 1:
            asked.append(time.monotonic())
        return results

    monkeypatch.setattr(Webhook, "push", between)
    while len(asked) == 1:
        drain(channel_id=stage.channel.pk, seconds=20)
    before = sent.index("EDITED") - 5 * Webhook.batch_size
    print(
        f"\nof a sync of {SYNC:,}: {before} products, which were in hand already, went before the edit that was saved in it,"
        f" {SYNC - len(sent):,} were still waiting; it had arrived after {asked[1] - asked[0]:.2f} s"
    )
    assert before == Webhook.batch_size


def test_a_dead_channel_beside_a_living_one(
    stage: Stage, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.products(100)
    stage.send()
    push = Webhook.push

    def slowly(connector: Webhook, items: Sequence[Item]) -> Sequence[ItemResult]:
        if connector.channel == stage.channel.code:
            time.sleep(LATENCY)
        return push(connector, items)

    monkeypatch.setattr(Webhook, "push", slowly)
    dead = make_channel(stage.world, code="shop", settings={"endpoint": silent, "timeout": 1})
    work_off_jobs()
    spent, requests, end = dict.fromkeys((stage.channel.pk, dead.pk), 0.0), 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        # The living one always has something to do, the dead one's listings always may be tried.
        Listing.objects.filter(channel=stage.channel).update(sent_hash="", sent_rev=0)
        Listing.objects.filter(channel=dead).update(next_try_at=timezone.now())
        for pk in channels_with_work(timezone.now()):
            began = time.monotonic()
            drain(channel_id=pk, seconds=5)
            spent[pk] += time.monotonic() - began
            requests += pk == dead.pk
    share = spent[dead.pk] / sum(spent.values())
    print(
        f"\nof {sum(spent.values()):.0f} s of the only worker a dead channel had {share:.1%}, in {requests} tries"
    )
