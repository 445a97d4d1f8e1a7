"""The broker carries nudges only: whatever becomes of it, the ticks find what is to be done."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.faults.harness import Rig, scale
from tests.faults.invariants import check

pytestmark = pytest.mark.faults


def test_a_broker_emptied_with_nudges_in_it_costs_a_tick(rig: Rig, tell: Any) -> None:
    skus = rig.set_up(products=20)
    rig.kill("worker")
    rig.kill("clock")
    for number in range(5):
        rig.hands.save(skus=skus[number * 4 : number * 4 + 4], values={"name|en_US": f"Mug {number}"})
    assert rig.broker.messages() > 0
    rig.broker.empty()
    assert rig.broker.messages() == 0
    assert rig.hands.open_work()["stale"] == len(skus)
    rig.start_worker()
    rig.start_clock()
    seconds = rig.settle()
    assert check(rig).redelivered == 0
    tell(emptied=1, seconds_to_converge=round(seconds, 1))


def test_saves_go_on_while_the_broker_is_away_and_arrive_when_it_is_back(rig: Rig, tell: Any) -> None:
    """It comes back empty; worker and clock have waited for it."""
    skus = rig.set_up(products=20)
    slowest = 0.0
    for number in range(scale(1, 5)):
        rig.broker.go_away()
        for sku in skus:
            began = time.monotonic()
            rig.hands.save(skus=[sku], values={"name|en_US": f"Mug {number}"})
            slowest = max(slowest, time.monotonic() - began)
        rig.broker.come_back()
        rig.settle()
        check(rig)
    assert rig.deaths == []
    assert slowest < 5  # with Celery's own patience, each save waits 6 s for a Redis that is gone
    names = rig.hands.values_of(key="name|en_US")
    assert {names[sku] for sku in skus} == {f"Mug {scale(1, 5) - 1}"}
    tell(losses=scale(1, 5), slowest_save=round(slowest, 2))
