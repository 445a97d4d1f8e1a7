"""All that can fail fails at once: workers, broker, database and every fifth answer of the shop."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from tests.faults.harness import Rig, scale
from tests.faults.invariants import check, check_numbers_only_rise, delivered

pytestmark = pytest.mark.faults

FAULTS = [
    {"mode": "500"}, {"mode": "429", "retry_after": 1}, {"mode": "apply_then_timeout", "seconds": 5}, {"mode": "drop_items"},
    {"mode": "slow", "seconds": 0.5}, {"mode": "500", "on": "read"}, {"mode": "429", "retry_after": 1, "on": "read"},
]  # fmt: skip
SHARE = 5  # one answer in so many fails


def _work_on(rig: Rig, *, requests: int, seconds: float) -> None:
    """Until so many requests more were made, for a worker that is killed before its first shows little; or time is up."""
    wanted, until = len(rig.shop("/_log")["requests"]) + requests, time.monotonic() + seconds
    while len(rig.shop("/_log")["requests"]) < wanted and time.monotonic() < until:
        time.sleep(0.1)


def test_nothing_is_lost_late_or_twice_while_everything_fails(crashing_rig: Rig, tell: Any) -> None:
    """Two people save; in each round the worker is killed, in some the broker is lost or the database crashes."""
    rig, cluster = crashing_rig, crashing_rig.database.cluster
    rounds, each = scale(3, 100), scale(20, 100)  # kills, and saves of each of the two between them
    losses, crashes = {round(rounds * (part + 0.3) / scale(1, 5)) for part in range(scale(1, 5))}, set()
    if cluster:
        crashes = {round(rounds * (part + 0.7) / scale(1, 5)) for part in range(scale(1, 5))}
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    skus = rig.set_up(products=scale(20, 200))
    writers = {"name|en_US": rig.more_hands(), "price": rig.more_hands()}
    last: dict[str, dict[str, int]] = {key: {} for key in writers}
    scripted, began = 0, time.monotonic()
    for number in range(rounds):
        for offset, (key, writer) in enumerate(writers.items()):
            writer.ask(
                "save_many", skus=skus, count=each, first=number * each + 1, seed=seed + 2 * number + offset,
                key=key, rest=0.03,
            )  # fmt: skip
        wanted = max(1, len(rig.shop("/_log")["requests"]) // SHARE - scripted)
        rig.misbehave(*chance.choices(FAULTS, k=wanted))
        scripted += wanted
        if number in losses:
            rig.broker.go_away()
        time.sleep(chance.uniform(0, 1))
        if number in crashes:
            cluster.crash()
            time.sleep(chance.uniform(0, 1))
            cluster.come_back()
        if number in losses:
            rig.broker.come_back()
        rig.wait("the worker is ready", lambda: "ready." in rig.running["worker"].said())
        _work_on(rig, requests=chance.randint(1, scale(2, 8)), seconds=scale(2, 15))
        time.sleep(chance.uniform(0, 0.5))
        rig.kill("worker")
        rig.start_worker()
        for key, writer in writers.items():
            last[key] |= writer.answer()
        assert rig.hands.unmarked() == []  # R2, in the middle of it all
    took = time.monotonic() - began
    rig.misbehave({"mode": "clear"})
    seconds = rig.settle(seconds=scale(240, 1200))
    figures = check(rig, kills=rounds + len(crashes), ambiguous=scripted)
    check_numbers_only_rise(delivered(rig))
    names, prices = rig.hands.values_of(key="name|en_US"), rig.hands.values_of(key="price")
    for sku, saved in last["name|en_US"].items():
        assert names[sku] == f"No {saved}"
    for sku, saved in last["price"].items():
        assert prices[sku]["EUR"] == str(saved)
    assert rig.hands.history_gaps() == []
    failed = sum(bool(one["fault"]) for one in rig.shop("/_log")["requests"])
    tell(
        seed=seed, saves=2 * rounds * each, kills=rounds, broker_losses=len(losses), database_crashes=len(crashes),
        requests=figures.requests, failed=failed, items=figures.applied, redelivered=figures.redelivered,
        seconds=round(took), seconds_to_converge=round(seconds, 1), deaths=[death.splitlines()[-1] for death in rig.deaths],
    )  # fmt: skip
