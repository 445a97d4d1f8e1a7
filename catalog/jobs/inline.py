"""A job run at once, in this process: for commands, which nobody's worker should have to wait for."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from catalog.jobs import queue
from catalog.jobs.run import run
from catalog.models.job import Job


def run_here(enqueue: Callable[[], Job]) -> Job:
    """Claims the job that `enqueue` makes, in the same transaction, and runs it; returns the row as it ended.

    Killed half way, its lease runs out and a worker goes on with it.
    """
    with transaction.atomic():
        row = queue._take(enqueue(), timezone.now())
    run(row)
    row.refresh_from_db()
    return row
