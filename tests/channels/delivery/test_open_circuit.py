"""A drain of a channel in trouble: what follows after one of its requests failed, or somebody paused it meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from werkzeug import Response

from channels import profiles
from channels.delivery import circuit, follow
from channels.models import Channel, Listing
from tests.channels.stage import Stage


def test_an_open_circuit_lets_one_failing_request_through_and_no_second(stage: Stage) -> None:
    stage.product()
    stage.send()
    Listing.objects.update(state="accepted", next_try_at=timezone.now())
    stage.product("MUG-2")
    Channel.objects.update(failures=circuit.FAILURES)
    before = stage.shop.requests
    stage.shop.next_reads.append(Response("", status=500))
    stage.send()
    assert stage.shop.requests == before + 1
    assert Listing.objects.get(product__sku="MUG-2").attempts == 0


def test_nothing_is_sent_to_a_channel_that_was_paused_while_its_circuit_is_tried(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = stage.product()
    Channel.objects.update(failures=circuit.FAILURES)

    def pause(channel: Channel, connector: Any, *, now: Any) -> int:
        profiles.pause(channel_id=channel.pk, reason="Stocktaking")
        return 0

    monkeypatch.setattr(follow, "confirm", pause)
    report = stage.send()
    assert stage.shop.requests == 0
    assert report.closed == "The channel is paused: Stocktaking"
    assert stage.listing(product).is_stale
