"""Which row of a file had a text first: SKUs and unique values, of files as long as they like.

Kept in a temporary SQLite file that is gone with its connection, so that a million SKUs cost no memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence


class Firsts:
    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA cache_size = -4000")
        self._db.execute(
            "CREATE TABLE firsts (text TEXT PRIMARY KEY, number INTEGER, sku TEXT) WITHOUT ROWID"
        )
        self._db.execute("BEGIN")  # never committed: nothing of it is to last

    def note(self, rows: Sequence[tuple[str, int]]) -> dict[str, int]:
        """`rows`: (text, row number). Which of the texts stood in another row before, with the number of the first."""
        added = self._db.executemany("INSERT OR IGNORE INTO firsts (text, number) VALUES (?, ?)", rows)
        if added.rowcount == len(rows):
            return {}
        earlier = {}
        for text, number in rows:
            first = self._db.execute("SELECT number FROM firsts WHERE text = ?", [text]).fetchone()[0]
            if first != number:
                earlier[text] = first
        return earlier

    def claim(self, text: str, number: int, sku: str) -> tuple[str, int]:
        """(SKU, number) of the first row that claimed the text; the caller's own where it is the first."""
        self._db.execute("INSERT OR IGNORE INTO firsts VALUES (?, ?, ?)", [text, number, sku])
        first: tuple[str, int] = self._db.execute(
            "SELECT sku, number FROM firsts WHERE text = ?", [text]
        ).fetchone()
        return first

    def close(self) -> None:
        self._db.close()
