"""A SKU that changes while nobody knows what the channel holds: the old one must not stay there for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.utils import timezone

from channels.connectors.base import Item
from channels.connectors.webhook import Webhook
from channels.models import Listing
from tests.channels import shop as acts
from tests.channels.stage import Stage


def send_until_settled(stage: Stage) -> None:
    for _turn in range(4):
        stage.let_time_pass()
        stage.send()


def test_what_arrived_without_an_answer_is_taken_down_under_its_old_sku(stage: Stage) -> None:
    product = stage.product()
    stage.shop.next.append(acts.applies_and_answers(500))
    stage.send()
    assert stage.shop.items.keys() == {"MUG-1"}
    stage.put(product, sku="CUP-1")
    stage.put(product, sku="CUP-2")
    send_until_settled(stage)
    assert stage.shop.items.keys() == {"CUP-2"}
    assert (stage.listing(product).state, stage.listing(product).is_stale) == (Listing.State.LIVE, False)


def test_so_is_what_a_worker_sent_and_died(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    product = stage.product()
    push = Webhook.push

    class PowerCut(BaseException):
        pass

    def rename_and_die(self: Webhook, items: Sequence[Item]) -> Any:
        monkeypatch.setattr(Webhook, "push", push)
        push(self, items)
        stage.put(product, sku="CUP-1")
        raise PowerCut

    monkeypatch.setattr(Webhook, "push", rename_and_die)
    with pytest.raises(PowerCut):
        stage.send()
    Listing.objects.update(lease_until=timezone.now())
    send_until_settled(stage)
    assert stage.shop.items.keys() == {"CUP-1"}


def test_what_never_arrived_is_simply_sent_under_its_new_sku(stage: Stage) -> None:
    product = stage.product()
    stage.shop.next.append(acts.answers(500))
    stage.send()
    stage.put(product, sku="CUP-1")
    send_until_settled(stage)
    assert stage.shop.items.keys() == {"CUP-1"}
