"""What is wrong with a run's rows, as it is mended: by kind of error and column, and in it by what the cells say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from catalog.importing import mapping, rows
from catalog.importing.mending.places import Places
from catalog.importing.readers.base import Table
from catalog.importing.settings import ImportSettings
from catalog.models.importing import ImportRow, ImportRun
from catalog.structure.snapshot import Structure

LOOKED_AT = 5_000  # rows; of more the kinds are those of the first, and a fix is for all
VALUES = 200  # of a kind


@dataclass(slots=True)
class Said:
    """A text in the cells of one column with one kind of error. `rows`: how many rows have it; `row`: the first."""

    text: str
    message: str
    row: int
    rows: int = 0


@dataclass(slots=True)
class Kind:
    """`place`: of the column in the file, None where the error is about the row; `values`: by their text, case folded."""

    code: str
    column: str
    place: int | None
    key: str
    message: str
    rows: int = 0
    values: dict[str, Said] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """By which a form and an address name it."""
        return f"{self.code}.{'' if self.place is None else self.place}"


def places_of(run: ImportRun, structure: Structure) -> Places:
    settings = ImportSettings.from_json(run.settings).for_format(Table.from_json(run.table).format)
    return Places(mapping.from_json(run.mapping), structure, settings)


def kinds_of(run: ImportRun, structure: Structure) -> list[Kind]:
    """The most frequent first. A row with two errors is in both kinds."""
    places = places_of(run, structure)
    found: dict[str, Kind] = {}
    for row in _looked_at(run):
        cells = rows.cells_of(row)
        mine: dict[str, set[str]] = {}
        for problem in row.errors:
            column = places.column_of(problem)
            place = column.index if column else None
            kind = Kind(
                problem["code"], column.column if column else problem["column"], place, problem["key"], problem["message"]
            )  # fmt: skip
            kind = found.setdefault(kind.name, kind)
            seen = mine.setdefault(kind.name, set())
            kind.rows += not seen
            texts = places.texts_of(problem, column, cells)
            for text in texts:
                folded = text.casefold()
                if folded in seen:
                    continue
                seen.add(folded)
                if folded in kind.values or len(kind.values) < VALUES:
                    said = kind.values.setdefault(folded, Said(text, "", row.number))
                    said.rows += 1
                    # Of a list's unknown parts the row's sentence names one.
                    if not said.message and (len(texts) == 1 or folded in problem["message"].casefold()):
                        said.message = problem["message"]
    for kind in found.values():
        kind.values = dict(sorted(kind.values.items(), key=lambda item: (-item[1].rows, item[1].row)))
    return sorted(found.values(), key=lambda kind: (-kind.rows, kind.name))


def _looked_at(run: ImportRun) -> Iterator[ImportRow]:
    queue = rows.rejected(run).order_by("number").only("run", "number", "raw", "mended", "errors")
    yield from queue[:LOOKED_AT].iterator(chunk_size=500)
