"""A second process that writes chunks of the same run, where there are enough of them to pay for its start.

Writing a chunk costs this process about as much time as the database, one after the other. What both share is the queue
of planned rows, which the database hands out (SKIP LOCKED), the job's lease and the run's counts, locked at the end of a
chunk. Where the second one dies, its chunk is rolled back and this one goes on alone. SQLite has one writer, and no second.
"""

from __future__ import annotations

import logging
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
from django.db import connection
from django.utils import translation

from catalog.importing.progress import Progress
from catalog.models.importing import ImportRun
from catalog.values.changes import Actor

logger = logging.getLogger(__name__)

MODULE = "catalog.importing.second_lane"
ROOT = Path(__file__).resolve().parents[2]
WORTH_IT = 2_500  # rows; a start takes about the time of 2,000
END_WITHIN = 60  # seconds, for a chunk that is being written
SILENT_FOR = 300  # seconds without a word, after which it is left to itself


def are_possible(rows: int) -> bool:
    """Not where a transaction is open around: the other process would not see what it did."""
    return (
        rows >= WORTH_IT
        and connection.vendor == "postgresql"
        and not connection.in_atomic_block
        and (os.cpu_count() or 1) > 1
    )


class Second:
    """The other process, from here. `is_ready`: it has started; `rests`: it found no more of what it was asked for last,
    or is gone."""

    def __init__(self, setup: Mapping[str, Any]) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-B", "-m", MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            cwd=ROOT,
        )
        self.is_ready, self.rests, self.is_gone = False, True, False
        self._heard = b""
        self._tell(setup)

    def ask(self, what: Mapping[str, Any]) -> None:
        self.rests = False
        self._tell(what)

    def taken(self, wait: float = 0) -> list[int]:
        """The rows of each chunk that it wrote since this was called last; waits for the next word up to `wait` seconds."""
        found: list[int] = []
        assert self.child.stdout is not None  # noqa: S101 - a pipe was asked for
        while not self.is_gone and select.select([self.child.stdout], [], [], wait)[0]:
            more = os.read(self.child.stdout.fileno(), 65_536)
            if not more:
                logger.warning("The second process of an import ended with %s", self.child.wait())
                self.is_ready, self.rests, self.is_gone = False, True, True
                return found
            *lines, self._heard = (self._heard + more).split(b"\n")
            for message in map(orjson.loads, lines):
                self.is_ready = True
                self.rests = self.rests or "rest" in message
                found += [message["taken"]] if "taken" in message else []
            wait = 0
        return found

    def close(self) -> None:
        """Returns when it has ended, its last chunk written or rolled back. May be called again."""
        self.is_ready, self.rests, self.is_gone = False, True, True
        for pipe in (self.child.stdin, self.child.stdout):
            assert pipe is not None  # noqa: S101
            with suppress(BrokenPipeError):
                pipe.close()
        try:
            self.child.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def _tell(self, message: Mapping[str, Any]) -> None:
        assert self.child.stdin is not None  # noqa: S101
        with suppress(BrokenPipeError):
            self.child.stdin.write(orjson.dumps(message) + b"\n")


@contextmanager
def second(run: ImportRun, *, by: Actor, progress: Progress) -> Iterator[Second]:
    actor = {name: getattr(by, name) for name in ("origin", "source", "ref", "trusted", "proposes")}
    setup = {
        "run": run.pk,
        "actor": actor,
        "user": by.user.pk if by.user else None,
        "job": progress.handle.pk if progress.handle else None,
        "token": progress.handle.token if progress.handle else "",
        "language": translation.get_language(),
        "database": connection.settings_dict["NAME"],
    }
    made = Second(setup)
    try:
        yield made
    finally:
        made.close()


def drive(
    other: Second,
    asked: Mapping[str, Any],
    step: Callable[[], int],
    *,
    after: Callable[[int], bool],
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Calls `step` here until it returns 0, and has the other process do what it is `asked` for meanwhile.

    `after` gets the rows of each chunk, whoever wrote it, and says whether to go on. One that says nothing for long, or
    while the run was `cancelled`, is ended: what it had is rolled back.
    """
    going, has_asked, heard = True, False, time.monotonic()

    def hear(wait: float = 0) -> bool:
        nonlocal heard
        chunks = other.taken(wait)
        heard = time.monotonic() if chunks else heard
        told = [after(taken) for taken in chunks]  # of each, whatever the first says
        return all(told)

    while going:
        going = hear()
        if other.is_ready and not has_asked:
            other.ask(asked)
            has_asked = True
        taken = step() if going else 0
        if not taken:
            break
        going = after(taken)
    heard = time.monotonic()
    while going and has_asked and not other.rests:
        going = hear(wait=1)
        silent = time.monotonic() - heard
        if going and (silent > SILENT_FOR or cancelled()):
            logger.warning("The second process of an import is ended: it does not come to rest")
            other.close()
            return
