"""Products that a file creates, for the cells of the same file that name them, in whatever order the rows come.

The file is read for its SKUs at the first name that nobody has, or with its parents. All of it is kept in a temporary
SQLite file that is gone with its connection, so that a million rows cost no memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from catalog.importing.readers.base import Row
from catalog.values.links import DEEPEST

_BATCH = 500
_TABLES = """
CREATE TABLE rows (sku TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID;
CREATE TABLE named (number INTEGER PRIMARY KEY, sku TEXT);
CREATE TABLE refused (number INTEGER PRIMARY KEY);
CREATE TABLE links (number INTEGER, target INTEGER, PRIMARY KEY (number, target)) WITHOUT ROWID;
CREATE TABLE contents (number INTEGER, code TEXT, source INTEGER, target INTEGER);
CREATE INDEX contents_source ON contents (source);
CREATE INDEX contents_target ON contents (target);
"""


class Broken(NamedTuple):
    """What a row may not say: `refused`: row number → SKU of products that are not going to come; `circles`: codes of
    attributes by which it would contain itself."""

    number: int
    refused: Mapping[int, str]
    circles: Sequence[str] = ()


class Arrivals:
    """`read` gives the SKU cells of the whole file, in its order; `sku` what a cell says, as the plan reads it."""

    def __init__(self, read: Callable[[], Iterable[Sequence[Row]]], sku: Callable[[str], str]) -> None:
        self._read, self._sku = read, sku
        self._is_read = False
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA cache_size = -4000")
        self._db.executescript(_TABLES)
        self._db.execute("BEGIN")  # never committed: nothing of it is to last

    def watch(self, batches: Iterable[Sequence[Row]]) -> Iterator[Sequence[Row]]:
        """Passes the whole file on, learning its SKUs from each row's first cell. The first row of a SKU counts."""
        for batch in batches:
            rows = [(self._sku(cells[0]).upper(), number) for number, cells in batch]
            self._db.executemany("INSERT OR IGNORE INTO rows VALUES (?, ?)", rows)
            yield batch
        self._is_read = True

    # --- the names (catalog.structure.product_names.Arriving)

    def number_of(self, sku: str) -> int | None:
        if not self._is_read:
            for _batch in self.watch(self._read()):
                pass
        found = self._db.execute("SELECT number FROM rows WHERE sku = ?", [sku]).fetchone()
        if found is None:
            return None
        self._db.execute("INSERT OR IGNORE INTO named VALUES (?, ?)", [found[0], sku])
        return int(found[0])

    def sku_of(self, number: int) -> str | None:
        found = self._db.execute("SELECT sku FROM named WHERE number = ?", [number]).fetchone()
        return str(found[0]) if found else None

    # --- what became of the rows

    def refuse(self, numbers: Iterable[int]) -> None:
        self._db.executemany("INSERT OR IGNORE INTO refused VALUES (?)", ((number,) for number in numbers))

    def link(self, number: int, targets: Iterable[int]) -> None:
        """A planned row names the products of these rows."""
        self._db.executemany(
            "INSERT OR IGNORE INTO links VALUES (?, ?)", ((number, target) for target in targets)
        )

    def contain(self, number: int, code: str, product: int | None, targets: Iterable[int]) -> None:
        """A planned row of a set, and the products in it: ids, and negated row numbers."""
        source = -number if product is None else product
        self._db.executemany(
            "INSERT INTO contents VALUES (?, ?, ?, ?)",
            ((number, code, source, target) for target in targets),
        )

    def broken(self) -> Iterator[list[Broken]]:
        """Batches of the planned rows that name what is not going to come, then of those of sets in a circle."""
        last = 0
        while found := self._numbers(
            "SELECT DISTINCT l.number FROM links l JOIN refused r ON r.number = l.target"
            " WHERE l.number > ? ORDER BY 1 LIMIT ?",
            last,
        ):
            yield [Broken(number, self._refused(number)) for number in found]
            last = found[-1]
        self._leave_circles()
        last = 0
        while found := self._numbers(
            "SELECT DISTINCT number FROM contents WHERE number > ? ORDER BY 1 LIMIT ?", last
        ):
            yield [Broken(number, {}, self._circles(number)) for number in found]
            last = found[-1]

    def _numbers(self, sql: str, last: int) -> list[int]:
        return [number for (number,) in self._db.execute(sql, [last, _BATCH]).fetchall()]

    def _refused(self, number: int) -> dict[int, str]:
        sql = (
            "SELECT n.number, n.sku FROM links l JOIN refused r ON r.number = l.target"
            " JOIN named n ON n.number = l.target WHERE l.number = ? ORDER BY 1"
        )
        return dict(self._db.execute(sql, [number]).fetchall())

    def _circles(self, number: int) -> list[str]:
        sql = "SELECT DISTINCT code FROM contents WHERE number = ? ORDER BY 1"
        return [code for (code,) in self._db.execute(sql, [number])]

    def _leave_circles(self) -> None:
        """Takes away what ends somewhere, from below and then from above; what is left goes round. Sets deeper than the
        door would look are left to it."""
        # The contents of a set that miss a piece are left out already.
        self._db.execute(
            "DELETE FROM contents WHERE number IN (SELECT l.number FROM links l JOIN refused r ON r.number = l.target)"
        )
        for this, other in (("target", "source"), ("source", "target")):
            sql = (
                f"DELETE FROM contents AS c WHERE NOT EXISTS"  # noqa: S608 - our own names
                f" (SELECT 1 FROM contents o WHERE o.code = c.code AND o.{other} = c.{this})"
            )
            for _step in range(DEEPEST + 1):
                if not self._db.execute(sql).rowcount:
                    break
            else:
                self._db.execute("DELETE FROM contents")

    def close(self) -> None:
        self._db.close()
