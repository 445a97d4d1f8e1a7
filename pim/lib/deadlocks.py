"""Telling a deadlock from a database that is away: the one is over at once, the other is not."""

from __future__ import annotations

from django.db import OperationalError


def is_deadlock(error: OperationalError) -> bool:
    """PostgreSQL ended this transaction (or savepoint) so that another can go on; SQLite has one writer, and none."""
    return getattr(error.__cause__, "sqlstate", None) == "40P01"
