"""Spreadsheets written row by row: CSV that Excel opens as UTF-8, and workbooks whose cells are all text."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import xlsxwriter
from django.utils.translation import gettext as _

from pim.lib.formulas import neutral
from pim.lib.grouped import Grouped

# An XLSX sheet's own limits (ECMA-376, Excel's specification).
XLSX_ROWS, XLSX_COLUMNS, XLSX_CELL = 1_048_576, 16_384, 32_767


class DoesNotFit(ValueError):
    """More than the format holds; the text says what to choose instead."""


class SpreadsheetFile(Protocol):
    """A context manager. `too_long`: cells that the format cannot hold, (row's first cell, column), left empty."""

    too_long: list[tuple[str, int]]

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def write(self, cells: Sequence[str]) -> None: ...


def open_file(path: Path, format: str) -> SpreadsheetFile:
    return CsvFile(path) if format == "csv" else XlsxFile(path)


class CsvFile:
    """What would start a formula gets an apostrophe, which the importer takes away again."""

    def __init__(self, path: Path) -> None:
        self.too_long: list[tuple[str, int]] = []
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, cells: Sequence[str]) -> None:
        self._rows.writerow([neutral(cell) if cell else "" for cell in cells])


class XlsxFile:
    """Cells of text: codes keep their zeros and nothing is a formula. Rows go to disk as they come."""

    def __init__(self, path: Path) -> None:
        self.too_long: list[tuple[str, int]] = []
        self._book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": str(path.parent)})
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 1)
        self._text = self._book.add_format({"num_format": "@"})
        self._head = self._book.add_format({"num_format": "@", "bold": True})
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()

    def write(self, cells: Sequence[str]) -> None:
        """Raises DoesNotFit."""
        if self._number >= XLSX_ROWS or len(cells) > XLSX_COLUMNS:
            raise DoesNotFit(
                _(
                    "A workbook holds %(rows)s products and %(columns)s columns at most: export a CSV file, or less."
                )
                % {"rows": Grouped(XLSX_ROWS - 1), "columns": Grouped(XLSX_COLUMNS)}
            )
        style = self._text if self._number else self._head
        for column, cell in enumerate(cells):
            if not cell:
                continue
            if len(cell) > XLSX_CELL:
                self.too_long.append((cells[0], column))
                continue
            self._sheet.write_string(self._number, column, cell, style)
        self._number += 1
