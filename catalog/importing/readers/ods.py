"""OpenDocument spreadsheets, streamed from content.xml in constant memory (OpenDocument 1.3 part 3, section 9).

A cell has both its value and the text its author reads; where they differ by zeros, a currency or a unit, the text knows
more. Repetition is written as a number, so a small file can mean billions of cells: it is counted before it is done.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from catalog.importing.readers import workbook
from catalog.importing.readers.archive import check_workbook
from catalog.importing.readers.base import MAX_COLUMNS, Choices, FileRefused, Row, Table
from catalog.importing.readers.merged import Merge
from catalog.importing.readers.odscell import OFFICE, TABLE, TEXT, cell_value
from catalog.importing.readers.workbook import MAX_ROWS, Look, Sheet

CHUNK = 256 * 1024
MOST_REPEATED = 5_000_000  # cells that a file may have by repeating others
MAX_CELL_CHARS = 10_000_000
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_LEFT_OUT = frozenset((OFFICE + "annotation", TABLE + "shapes", TABLE + "tracked-changes", OFFICE + "forms"))


def describe(path: Path, filename: str, choices: Choices) -> Table:
    check_workbook(path)
    wanted = workbook.head_rows(choices)
    looks: dict[str, Look] = {}
    sheets = _Sheets()
    for row in _rows(path, sheets):
        look = looks.setdefault(sheets.name, Look(sheets.name, merges=sheets.merges))
        if len(look.head) < wanted:
            look.head.append(row)
        look.height = row[0]
    return workbook.describe("ods", filename, sheets.all, lambda name: looks.get(name) or Look(name), choices)


def rows(path: Path, table: Table) -> Iterator[Row]:
    check_workbook(path)
    sheets = _Sheets(only=table.sheet)
    yield from workbook.data_rows(_rows(path, sheets), table, sheets.merges)
    if not sheets.was_there:
        raise FileRefused("no_such_sheet", sheet=table.sheet)


def _rows(path: Path, sheets: _Sheets) -> Iterator[Row]:
    """The filled rows of all sheets, or of the only one; `sheets` tells which it is in."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("content.xml") as content:
            while chunk := content.read(CHUNK):
                sheets.feed(chunk)
                yield from sheets.taken()
                if sheets.is_over:
                    return
            sheets.feed(b"", last=True)
            yield from sheets.taken()
    except (
        expat.ExpatError,
        zipfile.BadZipFile,
        zlib.error,
        LookupError,
        EOFError,
        NotImplementedError,
        ValueError,
    ):
        raise FileRefused("damaged") from None


class _Sheets:
    """What the parser has come to: the sheets so far, the rows not taken yet, the merged cells of the sheet it is in."""

    def __init__(self, *, only: str | None = None) -> None:
        self.all: list[Sheet] = []
        self.name = ""
        self.merges: list[Merge] = []
        self.is_over = self.was_there = False
        self._only = only
        self._hidden: set[str] = set()
        self._style = ""
        self._done: deque[tuple[str, list[Merge], int, int, list[str]]] = deque()
        self._current = ""
        self._merges: list[Merge] = self.merges if only is not None else []
        self._reading = False
        self._depth = self._number = self._rows = self._column = self._columns = 0
        self._repeated = 0
        self._cells: list[str] = []
        self._attributes: dict[str, str] | None = None
        self._text: list[str] = []
        self._chars = self._ignored = 0
        self._in_paragraph = False
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = _refuse_entities

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        self._parser.Parse(chunk, last)

    def taken(self) -> Iterator[Row]:
        while self._done:
            self.name, merges, number, count, cells = self._done.popleft()
            if self._only is None:
                self.merges = merges
            for repeat in range(count):
                yield number + repeat, list(cells)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._ignored or name in _LEFT_OUT:
            self._ignored += 1
        elif name == TABLE + "table-cell" or name == TABLE + "covered-table-cell":
            if self._reading and self._depth == 1:
                self._attributes, self._text = attributes, []
        elif name == TEXT + "p":
            if self._attributes is not None:
                if self._text:
                    self._text.append("\n")
                self._in_paragraph = True
        elif name == TEXT + "s":
            self._characters(" " * min(int(attributes.get(TEXT + "c", "1")), 1000))
        elif name == TEXT + "tab":
            self._characters("\t")
        elif name == TEXT + "line-break":
            self._characters("\n")
        elif name == TABLE + "table-row":
            if self._reading and self._depth == 1:
                self._rows = max(1, int(attributes.get(TABLE + "number-rows-repeated", "1")))
                self._cells, self._column = [], 0
        elif name == TABLE + "table":
            self._depth += 1
            if self._depth == 1:
                self._open_sheet(attributes)
        elif name == _STYLE + "style":
            self._style = attributes.get(_STYLE + "name", "")
        elif name == _STYLE + "table-properties" and attributes.get(TABLE + "display") == "false":
            self._hidden.add(self._style)

    def _end(self, name: str) -> None:
        if self._ignored:
            self._ignored -= 1
        elif name == TEXT + "p":
            self._in_paragraph = False
        elif name == TABLE + "table-cell" or name == TABLE + "covered-table-cell":
            if self._attributes is not None:
                self._close_cell(self._attributes)
        elif name == TABLE + "table-row":
            if self._reading and self._depth == 1:
                self._close_row()
        elif name == TABLE + "table":
            self._depth -= 1
            if self._depth == 0:
                self.is_over = self._reading and self._only is not None
                self._reading = False

    def _characters(self, text: str) -> None:
        if self._in_paragraph and not self._ignored:
            self._chars += len(text)
            if self._chars > MAX_CELL_CHARS:
                raise FileRefused("cell_too_long", row=self._number + 1, most=MAX_CELL_CHARS)
            self._text.append(text)

    def _open_sheet(self, attributes: dict[str, str]) -> None:
        self._current = attributes.get(TABLE + "name", "")
        self.all.append(Sheet(self._current, attributes.get(TABLE + "style-name") in self._hidden))
        self._reading = self._only is None or self._current == self._only
        self.was_there = self.was_there or self._reading
        self._number = 0
        if self._only is None:
            self._merges = []

    def _close_cell(self, attributes: dict[str, str]) -> None:
        text = cell_value(attributes, "".join(self._text))
        self._attributes, self._chars, self._in_paragraph = None, 0, False
        count = max(1, int(attributes.get(TABLE + "number-columns-repeated", "1")))
        if text:
            if self._column + count > MAX_COLUMNS:
                raise FileRefused("too_wide", columns=self._column + count, most=MAX_COLUMNS)
            self._cells += [""] * (self._column - len(self._cells))
            self._cells += [text] * count
            high = int(attributes.get(TABLE + "number-rows-spanned", "1"))
            wide = int(attributes.get(TABLE + "number-columns-spanned", "1"))
            if high > 1 or wide > 1:
                top = self._number + 1
                self._merges.append(Merge(top, self._column, top + high - 1, self._column + wide - 1))
        self._column += count

    def _close_row(self) -> None:
        if self._cells:
            if self._number + self._rows > MAX_ROWS:
                raise FileRefused("too_big")
            self._repeated += (self._rows - 1) * len(self._cells)
            if self._repeated > MOST_REPEATED:
                raise FileRefused("repeats", most=MOST_REPEATED)
            self._done.append((self._current, self._merges, self._number + 1, self._rows, self._cells))
        self._number += self._rows


def _refuse_entities(*_declared: object) -> None:
    raise FileRefused("entities")
