"""A channel that fails, asks for patience, answers half or not at all, or no longer knows us."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest

from tests.faults.harness import TICK, Rig, scale
from tests.faults.invariants import check, delivered

pytestmark = pytest.mark.faults


def test_a_channel_that_fails_for_a_while_gets_everything_afterwards(rig: Rig, tell: Any) -> None:
    skus = rig.set_up(products=10)
    failures = scale(2, 5)
    rig.misbehave({"mode": "500", "times": failures})
    rig.hands.save(skus=skus, values={"name|en_US": "After the failure"})
    seconds = rig.settle(seconds=scale(120, 400))
    figures = check(rig, ambiguous=failures)
    assert statuses(rig).count(500) == failures
    assert figures.redelivered == 0
    tell(failures=failures, seconds_to_converge=round(seconds, 1), requests=figures.requests)


def test_nothing_is_sent_before_the_time_a_channel_asked_for_has_passed(rig: Rig) -> None:
    """Not for what was in the refused request, and not for what is saved meanwhile."""
    skus = rig.set_up(products=6)
    for patience in (2, 4):
        rig.misbehave({"mode": "429", "times": 1, "retry_after": patience})
        rig.hands.save(skus=skus[:3], values={"name|en_US": f"Patience {patience}"})
        rig.wait("the channel has asked for patience", lambda: last_request(rig)["status"] == 429)
        refused = last_request(rig)
        rig.hands.save(skus=skus[3:], values={"name|en_US": f"Patience {patience}"})
        rig.settle()
        check(rig)
        later = [one["at"] for one in requests(rig) if one["id"] > refused["id"]]
        assert later
        assert min(later) >= refused["at"] + patience


def test_what_was_applied_before_the_answer_was_lost_is_found_and_not_sent_again(rig: Rig) -> None:
    """New products, so that a second sending would be a second creating."""
    skus = rig.set_up(products=8, worker=False)
    rig.misbehave({"mode": "apply_then_timeout", "times": 1, "seconds": 20})
    rig.start_worker()
    rig.start_clock()
    rig.wait("the products are there", lambda: rig.shop("/_state")["items"])
    rig.settle()
    assert check(rig, ambiguous=1).redelivered == 0
    assert len(rig.shop("/_state")["items"]) == len(skus)
    assert rig.hands.attempts(outcome="unknown") == len(skus)
    assert all(rig.hands.listing(sku=sku)["external_id"] for sku in skus)


def test_a_product_edited_while_its_answer_is_lost_arrives_as_it_is_now(rig: Rig) -> None:
    skus = rig.set_up(products=4)
    rig.misbehave({"mode": "apply_then_timeout", "times": 1, "seconds": 20})
    rig.hands.save(skus=skus, values={"name|en_US": "Lost"})
    rig.wait("the first is applied", lambda: "Lost" in json.dumps(delivered_titles(rig)))
    rig.hands.save(skus=skus[:2], values={"name|en_US": "Found"})
    rig.settle()
    check(rig, ambiguous=1)
    titles = {one.key: one.sheet["locales"]["en_US"]["title"] for one in delivered(rig)}
    assert titles == dict.fromkeys(skus[:2], "Found") | dict.fromkeys(skus[2:], "Lost")


def test_items_that_an_answer_leaves_out_are_looked_up_and_the_others_are_settled(rig: Rig) -> None:
    skus = rig.set_up(products=10)
    rig.kill("clock")  # one request for all ten
    rig.kill("worker")
    rig.misbehave({"mode": "drop_items", "drop": 3})
    rig.hands.save(skus=skus, values={"name|en_US": "Half an answer"})
    rig.start_worker()
    rig.start_clock()
    rig.settle()
    assert check(rig, ambiguous=1).redelivered == 0
    assert rig.hands.attempts(outcome="unknown") == 3


def test_a_channel_that_no_longer_knows_us_pauses_and_goes_on_when_it_is_resumed(rig: Rig) -> None:
    skus = rig.set_up(products=6)
    before = len(requests(rig))
    rig.misbehave({"mode": "401", "times": 1})
    rig.hands.save(skus=skus[:1], values={"name|en_US": "Refused"})
    rig.wait("the channel pauses", lambda: rig.hands.channel()["paused"])
    assert "401" in rig.hands.channel()["reason"]
    rig.hands.save(skus=skus, values={"name|en_US": "While paused"})
    time.sleep(4 * TICK)
    assert len(requests(rig)) == before + 1
    assert {rig.hands.listing(sku=sku)["attempts"] for sku in skus} == {0}
    rig.hands.resume()
    rig.settle()
    check(rig)
    assert rig.hands.channel() == {"paused": False, "reason": "", "failures": 0}
    assert delivered_titles(rig)[-1] == "While paused"


def test_a_channel_that_misbehaves_at_random_has_everything_in_the_end(rig: Rig, tell: Any) -> None:
    """A fifth of the requests fail, in all ways, while products are saved and the worker is killed."""
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    skus = rig.set_up(products=30)
    faults = [
        {"mode": "500"}, {"mode": "429", "retry_after": 1}, {"mode": "apply_then_timeout", "seconds": 5}, {"mode": "drop_items"},
        {"mode": "slow", "seconds": 0.5}, {"mode": "500", "on": "read"}, {"mode": "429", "retry_after": 1, "on": "read"},
    ]  # fmt: skip
    writer = rig.more_hands()
    saves = scale(60, 1500)
    writer.ask("save_many", skus=skus, count=saves, seed=seed, key="name|en_US", rest=0.2)
    kills, count = 0, 0
    while not writer.has_answered():
        rig.wait("the shop is at work", chance_of(rig, chance, writer))
        fault = chance.choice(faults)
        rig.misbehave(fault)
        count += 1
        if chance.random() < 0.2:
            rig.kill("worker")
            kills += 1
            rig.start_worker()
    rig.misbehave({"mode": "clear"})
    seconds = rig.settle(seconds=scale(180, 600))
    figures = check(rig, kills=kills, ambiguous=count)
    tell(
        seed=seed, saves=saves, faults=count, kills=kills, redelivered=figures.redelivered,
        requests=figures.requests, seconds_to_converge=round(seconds, 1),
    )  # fmt: skip


def chance_of(rig: Rig, chance: random.Random, writer: Any) -> Any:
    """True after a few more requests, or when the writer is done."""
    start, more = len(requests(rig)), chance.randrange(1, 5)
    return lambda: writer.has_answered() or len(requests(rig)) >= start + more


def requests(rig: Rig) -> list[dict[str, Any]]:
    return list(rig.shop("/_log")["requests"])


def last_request(rig: Rig) -> dict[str, Any]:
    return requests(rig)[-1]


def statuses(rig: Rig) -> list[int]:
    return [one["status"] for one in requests(rig)]


def delivered_titles(rig: Rig) -> list[str]:
    return [one.sheet["locales"]["en_US"]["title"] for one in delivered(rig)]
