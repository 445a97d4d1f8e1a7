"""Workers that are killed in the middle of a job: at a place in the code, or at some moment."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from tests.faults.harness import Rig


def kill_a_worker(
    rig: Rig, chance: random.Random, *, place: str, claim: Callable[[], str], is_over: Callable[[], bool]
) -> bool:
    """Ends a worker at a failpoint, or with SIGKILL at some moment of its work; whether it had work to be killed in.

    `claim` changes with each claim of the job; `is_over`: there is nothing more to do.
    """
    if is_over():
        return False
    before = claim()
    worker = rig.start_worker("falling", pool="solo", PIM_FAIL=place)
    if place:
        rig.wait("the worker falls", lambda: not worker.is_alive or is_over())
    else:
        rig.wait("the worker has the job", lambda: claim() != before or is_over())
        time.sleep(chance.uniform(0, 0.6))
    rig.kill("falling")
    return not is_over()
