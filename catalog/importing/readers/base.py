"""What every reader shares: the description of a table, a cell as text, and the refusal of a file.

A cell is always `str`, as its author reads it on the screen: "" for an empty one, "49.99" without float noise,
"4006381333931" without exponent or ".0", "2026-11-23" and "2026-11-23T10:30:00" for dates and times of day,
"true" / "false" for booleans. Text is handed over untouched (leading zeros, blanks and line breaks included).

This module is imported by the child process and therefore imports no Django.
"""

from __future__ import annotations

import datetime
import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

Row = tuple[int, list[str]]
"""(row number as a spreadsheet program shows it, the header being counted too; the cells)."""

READERS = {
    "bmecat": "catalog.importing.readers.bmecat",
    "csv": "catalog.importing.readers.csv",
    "xlsx": "catalog.importing.readers.xlsx",
    "xls": "catalog.importing.readers.xls",
    "ods": "catalog.importing.readers.ods",
    "json": "catalog.importing.readers.json",
    "jsonl": "catalog.importing.readers.json",
    "xliff": "catalog.importing.readers.xliff",
}
SAMPLE_ROWS = 20
HEAD_ABOVE, HEAD_BELOW, HEAD_COLUMNS, HEAD_CHARS = (
    14,
    6,
    40,
    60,
)  # of a file's beginning, as it is shown to people
MAX_COLUMNS = 16_384  # the width of an XLSX sheet (ECMA-376 part 1, 18.3.1.13: column XFD)
NO_RESULT = "#CALC!"  # what Excel shows of a formula that it could not calculate
EXACT_INTEGERS = 2**53  # above, a float no longer holds every integer


class FileRefused(Exception):
    """This file cannot be imported. `code` is for programs, `message` says what is wrong and what to do.

    `params` fill the sentence of the code in `messages.REFUSALS`; plain JSON values only, they cross a pipe.
    """

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    @property
    def message(self) -> str:
        from catalog.importing.readers.messages import refusal  # Django's gettext: only on the parent's side

        return refusal(self.code, self.params)

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth saying about a file that was read all the same (an assumed encoding, a doubled header)."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        from catalog.importing.readers.messages import note

        return note(self.code, self.params)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person corrected after the first recognition; None is "find out".

    `every_row`: rows that look like headings between the products are products too. `in_columns`: each product is a column.
    """

    sheet: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    every_row: bool | None = None
    in_columns: bool | None = None


NOTHING_CHOSEN = Choices()


@dataclass(frozen=True, slots=True)
class Table:
    """How a file is to be read. Plain JSON through `as_json`, so that an import run can store it.

    `headers` are unique, one a column, blanks named "[C]" after their column. `header_row` and the numbers in
    `sample` are row numbers as a spreadsheet program shows them. `row_estimate` counts data rows, blank ones included.
    `sheets` are those that show, `hidden` the others; of a JSON file they are the lists within it. `head` are rows around
    the header as they stand, shortened, for people to point at. `left_out` are the kinds of rows (catalog.importing.readers
    .between) below the header that are no data and do not come.

    `in_columns`: products stand in columns, and what is a row here is one of them (readers.turned).

    `dialect` is whose file it is. Where that dialect makes products of several rows, `headers` and `sample` are those of
    the products, and `shape` says how they are made (owner: catalog.importing.shaped).
    """

    format: str
    headers: tuple[str, ...]
    header_row: int
    filename: str = ""
    encoding: str = ""
    delimiter: str = ""
    quotechar: str = ""
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    sample: tuple[Row, ...] = ()
    row_estimate: int = 0
    notes: tuple[Note, ...] = ()
    hidden: tuple[str, ...] = ()
    head: tuple[Row, ...] = ()
    left_out: tuple[str, ...] = ()
    in_columns: bool = False
    dialect: str = "plain"
    shape: Mapping[str, Any] = field(default_factory=dict)

    def noted(self, code: str) -> bool:
        return any(note.code == code for note in self.notes)

    def surplus(self, cells: Sequence[str]) -> list[str]:
        """The filled cells beyond the last header: a fault of the row to report, none of them is dropped."""
        return [cell for cell in cells[len(self.headers) :] if cell]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Table:
        """Raises TypeError for a key that is not a field."""
        known = dict(data)
        for name in ("headers", "sheets", "hidden", "left_out"):
            known[name] = tuple(known.get(name, ()))
        for name in ("sample", "head"):
            known[name] = tuple((number, list(cells)) for number, cells in known.get(name, ()))
        known["notes"] = tuple(Note(**note) for note in known.get("notes", ()))
        return cls(**known)


class Reader(Protocol):
    """A module of this package that reads one format; its name stands in `READERS`."""

    def describe(self, path: Path, filename: str, choices: Choices) -> Table:
        """Raises FileRefused."""

    def rows(self, path: Path, table: Table) -> Iterator[Row]:
        """Every row below the header that is not blank, at least as wide as the header (see `fit`).

        Raises FileRefused, also after rows were delivered.
        """


def reader_for(format: str) -> Reader:
    return importlib.import_module(READERS[format])  # type: ignore[return-value]


def choices_from(data: Mapping[str, Any]) -> Choices:
    return Choices(**{name.name: data.get(name.name) for name in fields(Choices)})


def fit(cells: list[str], width: int) -> list[str] | None:
    """`cells` padded to `width`, or with their filled surplus kept; None for a blank row."""
    if len(cells) < width:
        cells = cells + [""] * (width - len(cells))
    elif len(cells) > width:
        end = len(cells)
        while end > width and not cells[end - 1].strip():
            end -= 1
        cells = cells[:end]
    return cells if any(map(str.strip, cells)) else None


def head_of(rows: Sequence[Row], header_row: int) -> tuple[Row, ...]:
    """The filled rows around the header, shortened: a person sees there where the names really stand."""
    shown = [
        (number, [" ".join(cell.split())[:HEAD_CHARS] for cell in cells[:HEAD_COLUMNS]])
        for number, cells in rows
        if header_row - HEAD_ABOVE < number <= header_row + HEAD_BELOW
    ]
    return tuple((number, cells) for number, cells in shown if any(cells))


def cell_text(value: Any) -> str:
    """The text of one typed spreadsheet cell; the conventions stand at the head of this module."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, datetime.datetime):
        return _whole_seconds(value).isoformat()
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return value.isoformat()  # date, time


def _number_text(value: float) -> str:
    if value.is_integer():
        return str(int(value)) if abs(value) < EXACT_INTEGERS else f"{Decimal(repr(value)):f}"
    if value != value or value in (float("inf"), float("-inf")):
        return ""
    text = f"{value:.15g}"  # spreadsheets show 15 digits; the rest is noise of the binary fraction
    return f"{Decimal(text):f}" if "e" in text else text


def _whole_seconds(value: datetime.datetime) -> datetime.datetime:
    """A time of day is a fraction of a day in a spreadsheet; what is within 5 ms of a second is that second."""
    off = value.microsecond
    if off < 5_000:
        return value.replace(microsecond=0)
    if off > 995_000:
        return value.replace(microsecond=0) + datetime.timedelta(seconds=1)
    return value
