"""What a plan does of one batch while it is at another: most of storing, and of looking up, is waiting for the database.

One batch away and no more, in order, each over a connection of its own. Where nothing may be seen of a second connection (a
transaction around, SQLite's one writer) and for few rows, everything is done at once instead.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

from catalog.importing import lanes

Batch = TypeVar("Batch")
Found = TypeVar("Found")


class Behind:
    """`rows`: how many there will be, about."""

    def __init__(self, rows: int) -> None:
        self._pool = ThreadPoolExecutor(1, "storing") if lanes.are_possible(rows) else None
        self._last: Future[None] | None = None

    def do(self, work: Callable[[], None]) -> None:
        """Does it, now or while the caller goes on. Raises what the work before raised."""
        if self._pool is None:
            work()
            return
        self.wait()
        self._last = self._pool.submit(work)

    def wait(self) -> None:
        """Returns when all is stored. Raises what the last work raised."""
        last, self._last = self._last, None
        if last is not None:
            last.result()

    def close(self) -> None:
        """Ends it, whatever became of the last work. May be called again."""
        if self._pool is not None:
            self._pool.submit(lambda: connection.close())  # the one of that thread
            self._pool.shutdown()
            self._pool = None


def beforehand(batches: Iterable[Batch], look: Callable[[Batch], Found], *, rows: int) -> Generator[Found]:
    """What `look` finds of each batch; of the next one while the caller is at the one before."""
    if not lanes.are_possible(rows):
        yield from map(look, batches)
        return
    pool = ThreadPoolExecutor(1, "looking")
    try:
        last: Future[Found] | None = None
        for batch in batches:
            last, before = pool.submit(look, batch), last
            if before is not None:
                yield before.result()
        if last is not None:
            yield last.result()
    finally:
        pool.submit(lambda: connection.close())
        pool.shutdown()
