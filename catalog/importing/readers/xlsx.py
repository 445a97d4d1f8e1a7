"""XLSX workbooks through python-calamine. It holds a whole sheet in memory (about 6 kB for a row of 50 cells), which
is one reason why reading happens in a child process with a memory limit; large ones are streamed (xlsxstream)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from catalog.importing.readers import workbook, xlsxstream
from catalog.importing.readers.archive import check_workbook, unpacked
from catalog.importing.readers.base import MAX_COLUMNS, Choices, FileRefused, Row, Table, cell_text
from catalog.importing.readers.markings import markings, sizes
from catalog.importing.readers.merged import Merge
from catalog.importing.readers.workbook import MAX_ROWS, Look, Sheet

MOST_HELD = (
    160 * 1024 * 1024
)  # of a workbook, unpacked: calamine takes twice that; what is larger is streamed
MOST_COMPARED = 64 * 1024 * 1024  # of the sheets' markup: looking at a sheet loads all of it


def describe(path: Path, filename: str, choices: Choices) -> Table:
    check_workbook(path)
    if unpacked(path) > MOST_HELD:
        return xlsxstream.describe(path, filename, choices)
    with _workbook(path) as book:
        sheets = [
            Sheet(sheet.name, sheet.visible != SheetVisibleEnum.Visible)
            for sheet in book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]
        look = partial(_look, path, book, workbook.head_rows(choices))
        return workbook.describe("xlsx", filename, sheets, look, choices, compared=partial(_affordable, path))


def rows(path: Path, table: Table) -> Iterator[Row]:
    check_workbook(path)
    if unpacked(path) > MOST_HELD:
        yield from xlsxstream.rows(path, table)
        return
    with _workbook(path) as book:
        if table.sheet not in book.sheet_names:
            raise FileRefused("no_such_sheet", sheet=table.sheet)
        sheet = book.get_sheet_by_name(table.sheet)
        yield from workbook.data_rows(_texts(path, sheet), table, _merges(sheet))


def _affordable(path: Path, names: Sequence[str]) -> Sequence[str]:
    """The first sheets, as many as can be looked at in some seconds; at least one."""
    spent = 0
    for count, size in enumerate(sizes(path, names)):
        spent += size
        if count and spent > MOST_COMPARED:
            return names[:count]
    return names


def _look(path: Path, book: CalamineWorkbook, wanted: int, name: str) -> Look:
    sheet = book.get_sheet_by_name(name)
    if sheet.end is None:
        return Look(name)
    if sheet.end[0] >= MAX_ROWS or sheet.end[1] >= MAX_COLUMNS:
        raise FileRefused("too_big")
    return Look(name, list(islice(_texts(path, sheet), wanted)), _merges(sheet), sheet.end[0] + 1)


def _merges(sheet: CalamineSheet) -> list[Merge]:
    return sorted(
        Merge(top + 1, left, bottom + 1, right)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    )


def _texts(path: Path, sheet: CalamineSheet) -> Iterator[Row]:
    """All rows from the first of the sheet and all columns from A, with what calamine does not tell put back in."""
    if sheet.start is None:
        return
    margin = [""] * sheet.start[1]
    marked = markings(path, sheet.name)
    upcoming = next(marked, None)
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = margin + [cell if type(cell) is str else cell_text(cell) for cell in cells]
        while upcoming is not None and upcoming.row <= number:
            if upcoming.row == number and upcoming.column < len(texts):
                texts[upcoming.column] = upcoming.applied_to(texts[upcoming.column])
            upcoming = next(marked, None)
        yield number, texts


@contextmanager
def _workbook(path: Path) -> Iterator[CalamineWorkbook]:
    """Damage shows at opening, at taking a sheet, or not before its last row."""
    try:
        with CalamineWorkbook.from_path(path) as book:
            yield book
    except PasswordError:
        raise FileRefused("password") from None
    except (CalamineError, OSError):
        raise FileRefused("damaged") from None
