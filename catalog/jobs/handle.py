"""What a running job may ask and say. Keeps its lease alive, and notices when it was lost."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone

from catalog.jobs.queue import LEASE, renew
from catalog.models.job import Job
from pim.lib.redaction import redact

logger = logging.getLogger(__name__)

WRITE_EVERY = 0.5  # seconds between two writes of progress
LOG_LINES = 200
LOG_WIDTH = 500


class LeaseLost(Exception):
    """Another worker has this job now: what this one would still do is no longer wanted."""


class JobCancelled(Exception):
    """May be raised by a job that was asked to stop, from wherever it stands."""


class TurnOver(Exception):
    """May be raised by a long job that is in no hurry: those who wait get their turn, then it is claimed again, `after` a
    while, and goes on from what it stored itself."""

    def __init__(self, *, after: timedelta = timedelta()) -> None:
        super().__init__()
        self.after = after


class JobHandle:
    """One claim of one job. Call `progress` at least at each step; call `check_lease` inside a step's transaction."""

    def __init__(self, row: Job) -> None:
        self.row = row
        self.pk: int = row.pk
        self.token = row.lease_token
        self.lines: list[dict[str, Any]] = list(row.log)
        self.was_cancelled = row.cancel_requested
        self._furthest = row.done
        self._last: tuple[int, int | None, str] = (row.done, row.total, row.message)
        self._written = self._asked = float("-inf")
        self._stop = threading.Event()
        self._lost = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def by_id(self) -> int | None:
        """The id of the person who asked for this job."""
        return self.row.created_by_id

    def progress(
        self,
        done: int,
        total: int | None = None,
        message: str | None = None,
        *,
        result: Mapping[str, Any] | None = None,
    ) -> None:
        """How far it is. Written at most twice a second, but for a step's end and a `result`; renews the lease. Raises LeaseLost.

        `result`: what it comes to so far, a JSON object, which the next claim finds in its row. It is written at once, with `done`,
        however often it is given: it is for steps that are transactions of their own anyway.
        Getting further than any claim before clears the count of attempts: a job killed many times still ends.
        """
        before = self._last
        self._last = (
            done,
            total if total is not None else before[1],
            (before[2] if message is None else str(message))[:300],
        )
        now = time.monotonic()
        is_step = done == self._last[1] or self._last[1:] != before[1:]
        if result is not None:
            self.row.result = dict(result)
            self._write(result=self.row.result)
        elif now - self._written >= WRITE_EVERY or (is_step and self._last != before):
            self._write()

    def _write(self, **columns: Any) -> None:
        done, total, message = self._last
        further = {"attempts": 1} if done > self._furthest else {}
        self._furthest = max(self._furthest, done)
        self._written = time.monotonic()
        self._renew(done=done, total=total, message=message, log=self.lines, **further, **columns)

    def log(self, message: str) -> None:
        """A line for people, with the time; secrets are masked, the newest 200 lines kept."""
        self.lines = [
            *self.lines,
            {"at": timezone.now().isoformat(), "text": redact(str(message))[:LOG_WIDTH]},
        ][-LOG_LINES:]
        self._renew(log=self.lines)

    def remember(self, **params: Any) -> None:
        """Parameters with which the next claim calls it, where this one comes to no end."""
        self.row.params = {**self.row.params, **params}
        self._renew(params=self.row.params)

    def cancelled(self) -> bool:
        """Whether somebody asked it to stop. A function that sees True returns soon; its job then counts as cancelled."""
        now = time.monotonic()
        if not self.was_cancelled and now - self._asked >= WRITE_EVERY:
            self._asked = now
            self.was_cancelled = Job.objects.filter(pk=self.pk, cancel_requested=True).exists()
        return self.was_cancelled

    def check_lease(self) -> None:
        """Raises LeaseLost unless the job is ours. Inside a transaction it stays ours until the commit: the row is locked."""
        rows = Job.objects.filter(pk=self.pk, lease_token=self.token, state=Job.State.RUNNING)
        if connection.in_atomic_block:
            rows = rows.select_for_update()
        if self._lost.is_set() or not rows.values_list("pk", flat=True).first():
            self._lost.set()
            raise LeaseLost(f"job {self.pk}")

    def final_columns(self) -> dict[str, Any]:
        """What the job said last, whether or not it was written yet."""
        done, total, message = self._last
        return {"done": done, "total": total, "message": message, "log": self.lines}

    def _renew(self, **columns: Any) -> None:
        if self._lost.is_set() or not renew(self.pk, self.token, **columns):
            self._lost.set()
            raise LeaseLost(f"job {self.pk}")

    # A step may take longer than the lease: a thread renews it while the process lives.

    def __enter__(self) -> JobHandle:
        if connection.vendor != "sqlite" or not connection.is_in_memory_db():  # type: ignore[attr-defined]
            self._thread = threading.Thread(target=self._beat, name=f"lease-{self.pk}", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._stop.wait(LEASE.total_seconds() / 3):
                try:
                    if not renew(self.pk, self.token):
                        self._lost.set()
                        return
                except DatabaseError:
                    logger.warning(
                        "The lease of job %s was not renewed; it will be tried again", self.pk, exc_info=True
                    )
                    connection.close()
        finally:
            connection.close()
