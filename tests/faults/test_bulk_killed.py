"""A bulk change killed anywhere goes on by itself, changes nothing twice, and is taken back whole."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from tests.faults.falling import kill_a_worker
from tests.faults.harness import Rig, scale

pytestmark = pytest.mark.faults
NAME = "name|en_US"
# After a batch was written but before its progress was, and at any moment, which a quick machine may be done before: the first
# place meets work for certain. A job that gets no further is given up after five claims, so that every third worker may write a
# second batch: the first one's progress is noted by then.
PLACES = ("bulk_chunk:1", "", "bulk_chunk:2")


def test_find_and_replace_killed_at_random_points_is_whole_and_so_is_its_undo(rig: Rig, tell: Any) -> None:
    products, kills = scale(600, 10_000), scale(3, 20)
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    rig.hands.claim_everywhere(products=products)
    rig.start_clock()
    before, names = rig.hands.everything_stored(), rig.hands.values_of(key=NAME)
    changed = products - products // 10
    began = time.monotonic()

    job, ref = rig.hands.replace_claim()
    made = kill_workers(rig, chance, job, kills - kills // 3)
    assert finished(rig, job) == {"changed": changed, "refused": 0, "proposed": 0, "reasons": {}, "ref": ref}
    assert rig.hands.values_of(key=NAME) == {
        sku: name.replace("for ever", "for ever and for years") for sku, name in names.items()
    }
    assert rig.hands.written_by(ref=ref) == [changed, changed]  # each once

    job = rig.hands.undo_bulk(ref=ref)
    made += kill_workers(rig, chance, job, kills // 3)
    assert finished(rig, job)["refused"] == 0
    assert rig.hands.values_of(key=NAME) == names
    assert rig.hands.everything_stored() == before
    assert rig.hands.written_by(ref=f"undo:{ref}") == [changed, changed]
    assert rig.hands.history_gaps() == []
    assert made > kills // 2
    tell(seed=seed, products=products, kills=made, seconds=round(time.monotonic() - began))


def kill_workers(rig: Rig, chance: random.Random, job: int, kills: int) -> int:
    """How many had work to be killed in."""
    return sum(
        kill_a_worker(
            rig,
            chance,
            place=PLACES[number % len(PLACES)],
            claim=lambda: rig.hands.job_row(job=job)["claim"],
            is_over=lambda: rig.hands.job_row(job=job)["is_done"],
        )
        for number in range(kills)
    )


def finished(rig: Rig, job: int) -> dict[str, Any]:
    rig.start_worker(pool="solo")
    rig.wait("the job is done", lambda: rig.hands.job_row(job=job)["is_done"], seconds=300)
    rig.kill("worker")
    return dict(rig.hands.job_row(job=job)["result"])
