"""An import killed anywhere goes on by itself, and ends with what an uninterrupted one would have made."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest

from tests.faults import falling
from tests.faults.files import bad_rows, write_import_file
from tests.faults.harness import Rig, Template, scale
from tests.faults.invariants import check

pytestmark = pytest.mark.faults
SAME_IN_BOTH = ("rows", "created", "updated", "unchanged", "rejected", "skipped", "cells_changed")


def test_an_import_killed_at_random_points_ends_as_the_uninterrupted_one(
    rig: Rig, template: Template, tmp_path: Path, tell: Any
) -> None:
    kills, rows = scale(4, 50), scale(3_000, 30_000)
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    file = tmp_path / "supplier.csv"
    write_import_file(file, rows=rows, existing=60)
    with Rig(template) as other:
        other.set_up(products=60, status="draft", worker=False)
        empty = other.hands.fingerprint()
        whole = other.hands.import_whole(path=str(file))
        assert whole["hash"] != empty
        assert (whole["rejected"], whole["updated"]) == (bad_rows(rows=rows, existing=60), 60)
    rig.set_up(products=60, status="draft", worker=False)
    assert rig.hands.fingerprint() == empty
    rig.start_clock()
    in_plan = min(4, 1 + kills // 8)  # a plan that is lost five times is given up
    run = rig.hands.plan_import(path=str(file))
    began = time.monotonic()
    made = sum(kill_a_worker(rig, chance, run, "planning", "") for _ in range(in_plan))
    finish(rig, run, "planned")
    rig.hands.apply_import(run=run)
    # Before a commit, after one, at any moment. Never the first of them five times in a row: without progress a job is given up.
    places = ("import_commit:1", "import_chunk:1", "")
    made += sum(
        kill_a_worker(rig, chance, run, "applying", places[number % 3]) for number in range(kills - in_plan)
    )
    assert made >= kills // 2  # what dies at a place; a quick machine may be done before the others
    finish(rig, run, "applied")
    took = time.monotonic() - began
    outcome = rig.hands.import_outcome(run=run)
    assert outcome["hash"] == whole["hash"]
    assert {name: outcome[name] for name in SAME_IN_BOTH} == {name: whole[name] for name in SAME_IN_BOTH}
    assert outcome["rows"] == sum(outcome["row_states"].values()) == rows
    assert outcome["row_states"] == whole["row_states"]
    assert outcome["revisions"] == whole["revisions"]
    assert rig.hands.history_gaps() == []
    tell(seed=seed, rows=rows, kills=made, seconds=round(took), hash=outcome["hash"])

    rig.hands.undo_import(run=run)
    made += sum(kill_a_worker(rig, chance, run, "undoing", "undo_chunk:1") for _ in range(scale(1, 3)))
    finish(rig, run, "undone")
    rig.start_worker()
    rig.settle(seconds=300)
    assert rig.hands.fingerprint() == empty
    check(rig, kills=made)


def kill_a_worker(rig: Rig, chance: random.Random, run: int, state: str, place: str) -> bool:
    return falling.kill_a_worker(
        rig,
        chance,
        place=place,
        claim=lambda: rig.hands.claim_of(run=run),
        is_over=lambda: rig.hands.import_state(run=run) != state,
    )


def finish(rig: Rig, run: int, state: str) -> None:
    rig.start_worker()
    rig.wait(f"the import is {state}", lambda: rig.hands.import_state(run=run) == state, seconds=300)
    rig.kill("worker")
