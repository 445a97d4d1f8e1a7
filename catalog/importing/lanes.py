"""Chunks of one run side by side: while the database writes one, this process prepares the next.

Threads, each with a connection of its own. What they share is the queue of planned rows, which the database hands out
(SKIP LOCKED); a killed process leaves what one lane would have left, twice. SQLite has one writer, and goes in one lane.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import translation

LANES = 2


def are_possible() -> bool:
    """Not where a transaction is open around: the other lanes would not see what it did."""
    return (
        connection.vendor == "postgresql"
        and not connection.in_atomic_block
        and (os.cpu_count() or 1) >= LANES
    )


def drive(step: Callable[[], int], *, after: Callable[[int], bool]) -> None:
    """Calls `step` in every lane until it returns 0 there. `after` gets each other result, in the caller's thread, and
    says whether to go on. What a step raises is raised here, once every lane came to rest.
    """
    language = translation.get_language()
    opened: set[BaseDatabaseWrapper] = set()

    def lane() -> int:
        own = connections[DEFAULT_DB_ALIAS]
        if own not in opened:
            own.inc_thread_sharing()  # so that it can be closed from here, when its thread is gone
            opened.add(own)
        with translation.override(language):
            return step()

    try:
        with ThreadPoolExecutor(LANES, thread_name_prefix="import") as pool:
            running: set[Future[int]] = {pool.submit(lane) for _ in range(LANES)}
            going = True
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    taken = future.result()
                    going = going and (not taken or after(taken))
                    if taken and going:
                        running.add(pool.submit(lane))
    finally:
        for own in opened:
            own.close()
