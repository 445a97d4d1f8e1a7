"""Where a plan has its rows from: the file itself, or the products that the file's dialect makes of its rows.

Product rows are made once, before the plan: rows and facts are gathered in a temporary SQLite file that is gone with its
connection, since the rows of a product need not stand together and a million of them may cost no memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from hashlib import blake2b
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import TypeVar

import orjson
from django.utils.translation import gettext as _

from catalog.importing.dialects import DIALECTS
from catalog.importing.progress import Progress
from catalog.importing.readers.base import MAX_COLUMNS, SAMPLE_ROWS, FileRefused, Row, Table
from catalog.importing.readers.child import MarkedRow, read_in_child, read_marked_in_child
from catalog.importing.rows import PlannedRow
from catalog.importing.shapes import Made, Shape
from catalog.jobs import JobCancelled
from catalog.models.importing import number_in, row_of
from catalog.structure.snapshot import Structure

T = TypeVar("T")
BATCH = 500
MOST_ROWS = 5_000  # of one product: more of them are a second one, which the plan refuses as a duplicate
_MOST_NAMED = 8
_TABLES = """
CREATE TABLE groups (key TEXT PRIMARY KEY, first INTEGER, rows INTEGER) WITHOUT ROWID;
CREATE TABLE rows (first INTEGER, number INTEGER, cells TEXT, PRIMARY KEY (first, number)) WITHOUT ROWID;
CREATE TABLE facts (name TEXT, value TEXT, UNIQUE (name, value));
CREATE TABLE made (number INTEGER PRIMARY KEY, cells TEXT, places TEXT);
"""


def describe(path: Path, table: Table, dialect: str) -> Table:
    """The table as its dialect sees it; where that shapes products, the whole file is read for what their headers depend on.

    Raises FileRefused."""
    chosen = DIALECTS[dialect]
    shape = chosen.shape_of(table)
    if shape is None:
        return replace(table, dialect=dialect)
    with closing(read_in_child(path, table)) as batches:
        for batch in batches:
            for _number, cells in batch:
                shape.learn(cells)
    chosen.settle(shape, Structure.current())
    headers = tuple(shape.headers)
    if len(headers) > MAX_COLUMNS:
        raise FileRefused("too_wide", columns=len(headers), most=MAX_COLUMNS)
    with closing(Gathered(shape)) as gathered:
        gathered.add(table.sample)
        gathered.make()
        sample = tuple(islice(((number, cells) for number, cells in gathered.rows()), SAMPLE_ROWS))
    columns = {"columns": list(table.headers), "learned": shape.learned}
    return replace(table, dialect=dialect, headers=headers, sample=sample, shape=columns)


def shape_in(table: Table) -> Shape | None:
    """How the products of a described table are made; None where each is a row."""
    kind = DIALECTS[table.dialect].shape if table.shape and table.dialect in DIALECTS else None
    return kind(table.shape["columns"], table.shape["learned"]) if kind else None


def source_of(path: Path, table: Table) -> FileRows:
    shape = shape_in(table)
    return FileRows(path, table) if shape is None else ProductRows(path, table, shape)


class FileRows:
    """Each row a product. `total`: how many there are, about; `counts`: what the run remembers of them."""

    def __init__(self, path: Path, table: Table) -> None:
        self.path, self.table, self.total = path, table, table.row_estimate
        self.counts: dict[str, int] = {}

    def prepare(self, progress: Progress) -> None:
        """Called before any row is asked for, by whoever can tell how far it is and stop."""

    def cells(self, *indexes: int) -> Generator[list[Row]]:
        """Batches of all rows with these cells only."""
        return read_in_child(self.path, self.table, cells=indexes)

    def marked(self, *, key: bytes, sku: int) -> Generator[list[MarkedRow]]:
        """Batches of all rows, as readers.child.read_marked_in_child has them."""
        return read_marked_in_child(self.path, self.table, key=key, sku=sku)

    def locate(self, rows: Iterable[PlannedRow]) -> None:
        """Says of rejected rows where in the file they come from, where their number does not."""

    def close(self) -> None:
        """Frees what was kept."""


class ProductRows(FileRows):
    def __init__(self, path: Path, table: Table, shape: Shape) -> None:
        super().__init__(path, table)
        self._gathered = Gathered(shape)

    def prepare(self, progress: Progress) -> None:
        if self.counts:
            return
        file = replace(self.table, headers=tuple(self.table.shape["columns"]), shape={})
        with closing(read_in_child(self.path, file)) as batches:
            for batch in batches:
                if progress.cancelled():
                    raise JobCancelled
                self._gathered.add(batch)
                progress.advance(0)
        self.counts["file_rows"] = self._gathered.count
        self.total = self._gathered.make(progress)

    def cells(self, *indexes: int) -> Generator[list[Row]]:
        self.prepare(Progress())
        for batch in _batches(self._gathered.rows()):
            yield [(number, [cells[place] for place in indexes]) for number, cells in batch]

    def marked(self, *, key: bytes, sku: int) -> Generator[list[MarkedRow]]:
        self.prepare(Progress())
        begun = blake2b(key=key, digest_size=8)
        for batch in _batches(self._gathered.packed()):
            rows = []
            for number, packed in batch:
                hashed = begun.copy()
                hashed.update(packed.encode())
                mark = int.from_bytes(hashed.digest(), "big", signed=True)
                rows.append(MarkedRow(number, orjson.loads(packed)[sku], mark, packed))
            yield rows

    def locate(self, rows: Iterable[PlannedRow]) -> None:
        index = {header: place for place, header in enumerate(self.table.headers)}
        for row in rows:
            places = self._gathered.places(row.number)
            for problem in row.errors:
                if (found := places.get(str(index.get(problem["column"], "")))) is not None:
                    problem["row"] = found
            if places:
                others = sorted({row_of(row.number), *places.values()})
                text = _("Its cells come from the rows %(rows)s of the file.")
                message = text % {
                    "rows": ", ".join(map(str, others[:_MOST_NAMED]))
                    + ("…" if len(others) > _MOST_NAMED else "")
                }
                row.notes.append({"kind": "rows", "key": "", "message": message})

    def close(self) -> None:
        self._gathered.close()


class Gathered:
    """The rows of a file by product, and then its product rows. `count`: rows added."""

    def __init__(self, shape: Shape) -> None:
        self.shape, self.count = shape, 0
        self._last: tuple[str, int, int] = ("", 0, 0)
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA cache_size = -8000")
        self._db.executescript(_TABLES)
        self._db.execute("BEGIN")  # never committed: nothing of it is to last

    def add(self, batch: Sequence[Row]) -> None:
        rows = [(self._group(number, cells), number, orjson.dumps(cells).decode()) for number, cells in batch]
        self._db.executemany("INSERT INTO rows VALUES (?, ?, ?)", rows)
        facts = [fact for _number, cells in batch for fact in self.shape.facts(cells)]
        self._db.executemany("INSERT OR IGNORE INTO facts VALUES (?, ?)", facts)
        self.count += len(batch)

    def _group(self, number: int, cells: Sequence[str]) -> int:
        """The first row of the group to which this one belongs."""
        key = self.shape.key(cells)
        if not key:
            return number
        last, first, size = self._last
        if key != last:
            if last:
                self._db.execute("INSERT OR REPLACE INTO groups VALUES (?, ?, ?)", (last, first, size))
            found = self._db.execute("SELECT first, rows FROM groups WHERE key = ?", [key]).fetchone()
            first, size = found or (number, 0)
        if size >= MOST_ROWS:
            first, size = number, 0
        self._last = (key, first, size + 1)
        return first

    def make(self, progress: Progress | None = None) -> int:
        """Makes the product rows of all groups; returns how many."""
        made = 0
        stored = self._db.cursor().execute("SELECT first, number, cells FROM rows ORDER BY first, number")
        for _first, group in groupby(stored, key=itemgetter(0)):
            rows = [(number, orjson.loads(cells)) for _f, number, cells in group]
            width = len(self.shape.columns)
            surplus = [cell for _number, cells in rows for cell in cells[width:] if cell]
            products = list(self.shape.products(rows, self._told))
            self._db.executemany(
                "INSERT INTO made VALUES (?, ?, ?)",
                (self._stored(product, surplus if place == 0 else []) for place, product in enumerate(products)),
            )  # fmt: skip
            made += len(products)
            if progress is not None and made % BATCH < len(products):
                if progress.cancelled():
                    raise JobCancelled
                progress.advance(0)
        return made

    def _stored(self, made: Made, surplus: list[str]) -> tuple[int, str, str]:
        number = number_in(made.row, made.part) if self.shape.parts > 1 else made.row
        places = {str(place): row for place, row in made.places.items() if row != made.row}
        cells = orjson.dumps([*made.cells, *surplus]).decode()
        return number, cells, orjson.dumps(places).decode() if places else ""

    def _told(self, name: str) -> list[str]:
        found = self._db.execute("SELECT value FROM facts WHERE name = ? ORDER BY rowid", [name])
        return [value for (value,) in found]

    def packed(self) -> Iterator[tuple[int, str]]:
        return iter(self._db.cursor().execute("SELECT number, cells FROM made ORDER BY number"))

    def rows(self) -> Iterator[Row]:
        return ((number, orjson.loads(cells)) for number, cells in self.packed())

    def places(self, number: int) -> dict[str, int]:
        """Index of a cell → its row in the file, of those that are not from the row the product begins in."""
        found = self._db.execute("SELECT places FROM made WHERE number = ?", [number]).fetchone()
        return orjson.loads(found[0]) if found and found[0] else {}

    def close(self) -> None:
        self._db.close()


def _batches(rows: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
