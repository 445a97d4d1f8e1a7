"""Transactions that wait for each other: one is let go by the database, and done again.

A deadlock is over at once, unlike a database that is away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError

T = TypeVar("T")
TIMES_LET_GO = 3


def again_after_deadlock(act: Callable[[], T]) -> T:
    """What `act` returns: a transaction (or savepoint) of its own that begins from nothing each time it is called.

    Raises OperationalError where it is let go once more after TIMES_LET_GO times, and at once for any other reason.
    """
    for _number in range(TIMES_LET_GO):
        try:
            return act()
        except OperationalError as error:
            if not is_deadlock(error):
                raise
    return act()


def is_deadlock(error: OperationalError) -> bool:
    """PostgreSQL ended this transaction (or savepoint) so that another can go on; SQLite has one writer, and none."""
    return getattr(error.__cause__, "sqlstate", None) == "40P01"
