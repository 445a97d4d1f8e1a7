"""The shop's memory in SQLite: items with their revision, answers by webhook id, and a log that is only appended to."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS item (
    id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, revision INTEGER NOT NULL, hash TEXT NOT NULL,
    present INTEGER NOT NULL, sheet TEXT NOT NULL, changed_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS answer (webhook_id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS request (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, webhook_id TEXT NOT NULL, status INTEGER NOT NULL, fault TEXT NOT NULL,
    note TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS applied (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, webhook_id TEXT NOT NULL, key TEXT NOT NULL, op TEXT NOT NULL,
    revision INTEGER NOT NULL, hash TEXT NOT NULL);
"""


class Store:
    """One connection behind one lock: a stand-in shop has no crowds."""

    def __init__(self, folder: Path, channel: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(
            folder / (f"shop-{channel}.sqlite3" if channel else "shop.sqlite3"),
            check_same_thread=False,
            isolation_level=None,
        )
        self._db.row_factory = sqlite3.Row
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _rows(self, query: str, parameters: Iterable[Any] = ()) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(row) for row in self._db.execute(query, tuple(parameters))]

    # --- what the webhook reads and writes

    def answer(self, webhook_id: str) -> str | None:
        rows = self._rows("SELECT body FROM answer WHERE webhook_id = ?", [webhook_id])
        return rows[0]["body"] if rows else None

    def remember(self, webhook_id: str, body: str) -> None:
        self._db.execute("INSERT OR IGNORE INTO answer VALUES (?, ?)", (webhook_id, body))

    def item(self, key: str) -> dict[str, Any] | None:
        rows = self._rows("SELECT * FROM item WHERE key = ?", [key])
        return rows[0] if rows else None

    def put(
        self, *, key: str, revision: int, digest: str, present: bool, sheet: dict[str, Any], webhook_id: str
    ) -> int:
        """Stores the item and appends to the log; returns the shop's id. Inside a transaction."""
        now = time.time()
        self._db.execute(
            "INSERT INTO item (key, revision, hash, present, sheet, changed_at) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, hash = excluded.hash, "
            "present = excluded.present, sheet = excluded.sheet, changed_at = excluded.changed_at",
            (key, revision, digest, present, json.dumps(sheet), now),
        )
        self._db.execute(
            "INSERT INTO applied (at, webhook_id, key, op, revision, hash) VALUES (?, ?, ?, ?, ?, ?)",
            (now, webhook_id, key, "upsert" if present else "withdraw", revision, digest),
        )
        return self._rows("SELECT id FROM item WHERE key = ?", [key])[0]["id"]

    def log(self, *, webhook_id: str, status: int, fault: str, note: str, body: str) -> None:
        with self._lock:
            self._db.execute(
                "INSERT INTO request (at, webhook_id, status, fault, note, body) VALUES (?, ?, ?, ?, ?, ?)",
                (time.time(), webhook_id, status, fault, note, body),
            )

    # --- what pages and tests read

    def held(self, keys: list[str] | None = None) -> list[dict[str, Any]]:
        """Key, shop id, hash, revision and presence, withdrawn items too; with `keys` of those, and their sheets."""
        rows = self._rows("SELECT * FROM item ORDER BY id")
        wanted = None if keys is None else set(keys)
        return [
            {
                "key": row["key"],
                "id": shop_id(row["id"]),
                "hash": row["hash"],
                "revision": row["revision"],
                "present": bool(row["present"]),
                **({} if wanted is None else {"sheet": json.loads(row["sheet"])}),
            }
            for row in rows
            if wanted is None or row["key"] in wanted
        ]

    def sheets(self) -> list[dict[str, Any]]:
        """The sheets of all present items, in the order in which they first came."""
        rows = self._rows("SELECT sheet FROM item WHERE present = 1 ORDER BY id")
        return [json.loads(row["sheet"]) for row in rows]

    def version(self) -> int:
        """Grows with each applied change."""
        return self._rows("SELECT coalesce(max(id), 0) AS version FROM applied")[0]["version"]

    def requests(self, after: int = 0) -> list[dict[str, Any]]:
        return self._rows("SELECT * FROM request WHERE id > ? ORDER BY id", [after])

    def applied(self, after: int = 0) -> list[dict[str, Any]]:
        return self._rows("SELECT * FROM applied WHERE id > ? ORDER BY id", [after])


def shop_id(number: int) -> str:
    return f"shop-{number:06d}"
