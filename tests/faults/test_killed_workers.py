"""Workers and writers that are killed, and workers that stand still and come back."""

from __future__ import annotations

import random
import signal
import time
from typing import Any

import pytest

from tests.faults.harness import LEASE, Rig, scale
from tests.faults.invariants import check, check_numbers_only_rise, delivered
from tests.faults.processes import wait

pytestmark = pytest.mark.faults


def test_a_worker_killed_at_random_during_saves_loses_nothing_and_sends_nothing_late(
    rig: Rig, tell: Any
) -> None:
    """Two people save the same products, one names and one prices, while the worker is killed again and again."""
    saves, seed = scale(200, 2000), random.randrange(10**6)
    chance = random.Random(seed)
    skus = rig.set_up(products=40)
    kinds = {"name|en_US": rig.more_hands(), "price": rig.more_hands()}
    for number, (key, writer) in enumerate(kinds.items()):
        writer.ask("save_many", skus=skus, count=saves // 2, seed=seed + number, key=key, rest=0.14)
    answers: dict[str, dict[str, int]] = {}
    kills = 0
    began = time.monotonic()

    def at_work(shown: int) -> bool:
        return "ready." in rig.running["worker"].said() and rig.shop("/_version")["version"] > shown

    def done() -> bool:
        return all(writer.has_answered() for key, writer in kinds.items() if key not in answers)

    while len(answers) < len(kinds):
        shown = rig.shop("/_version")["version"]
        rig.wait("the worker works, or the writers are done", lambda shown=shown: at_work(shown) or done())
        time.sleep(chance.uniform(0, 1.5))
        rig.kill("worker")
        kills += 1
        rig.start_worker()
        assert rig.hands.unmarked() == []  # R2, in the middle of it all
        answers |= {
            key: writer.answer()
            for key, writer in kinds.items()
            if key not in answers and writer.has_answered()
        }
    took = time.monotonic() - began
    seconds = rig.settle()
    figures = check(rig, kills=kills)
    check_numbers_only_rise(delivered(rig))
    names, prices = rig.hands.values_of(key="name|en_US"), rig.hands.values_of(key="price")
    assert {sku: names[sku] for sku in answers["name|en_US"]} == {
        sku: f"No {number}" for sku, number in answers["name|en_US"].items()
    }
    assert {sku: prices[sku]["EUR"] for sku in answers["price"]} == {
        sku: str(number) for sku, number in answers["price"].items()
    }
    tell(
        seed=seed, saves=saves, kills=kills, seconds=round(took), redelivered=figures.redelivered,
        requests=figures.requests, items=figures.applied, seconds_to_converge=round(seconds, 1), deaths=[death.splitlines()[-1] for death in rig.deaths],
    )  # fmt: skip


def test_a_worker_killed_between_the_shops_answer_and_our_note_of_it_sends_once_and_makes_nothing_twice(
    rig: Rig, tell: Any
) -> None:
    kills = scale(1, 8)
    skus = rig.set_up(products=30, worker=False)
    rig.start_clock()
    for number in range(kills):
        worker = rig.start_worker(f"falling-{number}", pool="solo", PIM_FAIL="after_send")
        assert worker.wait_for_end() == 137, worker.said()[-3000:]
        assert any(item["present"] for item in rig.shop("/_state")["items"])  # the shop has it …
        assert rig.hands.open_work()["stale"] > 0  # … and we do not know
        rig.hands.save(skus=skus[: number + 1], values={"name|de_DE": f"Tasse {number}"})
    rig.start_worker()
    seconds = rig.settle()
    figures = check(rig, kills=kills)
    assert len(rig.shop("/_state")["items"]) == len(skus)
    tell(
        kills=kills, redelivered=figures.redelivered, objects=len(skus), seconds_to_converge=round(seconds, 1)
    )


def test_a_worker_killed_right_after_its_claim_leaves_rows_that_are_taken_up_again(rig: Rig) -> None:
    skus = rig.set_up(products=5, worker=False)
    rig.start_clock()
    worker = rig.start_worker("falling", pool="solo", PIM_FAIL="after_claim")
    assert worker.wait_for_end() == 137, worker.said()[-3000:]
    assert rig.hands.open_work()["leased"] == len(skus)
    assert rig.shop("/_state")["items"] == []
    rig.start_worker()
    rig.settle()
    assert check(rig, kills=1).redelivered == 0


def test_a_writer_killed_in_the_middle_of_saving_leaves_whole_saves_only(rig: Rig) -> None:
    skus = rig.set_up(products=20)
    for number in range(scale(3, 20)):
        writer = rig.more_hands()
        writer.ask("save_many", skus=skus, count=10_000, seed=number, key="name|en_US")
        before = rig.hands.revisions()
        rig.wait("the writer is at work", lambda before=before: rig.hands.revisions() > before + 5)
        time.sleep(random.uniform(0, 0.2))
        writer.kill()
        assert rig.hands.history_gaps() == []
        assert rig.hands.unmarked() == []
    rig.settle()
    check(rig)


@pytest.mark.parametrize("place", ["before it sends", "while it waits for the answer"])
def test_a_worker_that_stands_still_for_longer_than_its_lease_settles_nothing_when_it_goes_on(
    rig: Rig, place: str
) -> None:
    """The other worker has sent the newest value meanwhile; that is what stays."""
    skus = rig.set_up(products=3, timeout=2)
    rig.kill("worker")
    sku = skus[0]
    if place == "before it sends":
        first = rig.start_worker("first", pool="solo", app="tests.faults.stopping", PIM_STOP="after_claim")
        rig.hands.save(skus=[sku], values={"name|en_US": "First"})
        rig.wait("the first worker stands still", lambda: first.is_stopped)
    else:
        first = rig.start_worker("first", pool="solo", PIM_FAIL="")
        first.wait_until_it_says(" ready.")
        before = rig.shop("/_version")
        rig.misbehave({"mode": "slow", "seconds": 1.8})
        rig.hands.save(skus=[sku], values={"name|en_US": "First"})
        wait("the shop has the first value", lambda: rig.shop("/_version") != before, seconds=60, every=0.02)
        first.signal(signal.SIGSTOP)
    held = rig.hands.listing(sku=sku)
    assert held["is_leased"]
    rig.hands.save(skus=[sku], values={"name|en_US": "Second"})
    rig.start_worker("second")
    rig.wait("the second worker has sent", lambda: names_shown(rig, sku)[-1:] == ["Second"])
    rig.settle()
    settled = rig.hands.listing(sku=sku)
    assert held["token"] != settled["token"]
    first.signal(signal.SIGCONT)
    rig.wait(
        "the first worker has written down its attempt",
        lambda: rig.hands.listing(sku=sku)["tries"] > settled["tries"],
    )
    assert rig.hands.listing(sku=sku)["sent_hash"] == settled["sent_hash"]
    rig.settle(seconds=60 + 10 * LEASE)
    check(rig, kills=1, ambiguous=1)
    assert names_shown(rig, sku)[-1] == "Second"
    assert rig.hands.listing(sku=sku)["sent_hash"] == settled["sent_hash"]


def names_shown(rig: Rig, sku: str) -> list[str]:
    """The English titles under which the shop showed a product, one after the other."""
    return [one.sheet["locales"]["en_US"]["title"] for one in delivered(rig) if one.key == sku and one.sheet]
