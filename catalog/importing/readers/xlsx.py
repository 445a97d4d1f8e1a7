"""XLSX workbooks through python-calamine. It holds a whole sheet in memory (about 6 kB for a row of 50 cells), which
is one reason why reading happens in a child process with a memory limit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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

from catalog.importing.readers.archive import check_workbook
from catalog.importing.readers.base import (
    MAX_COLUMNS,
    SAMPLE_ROWS,
    Choices,
    FileRefused,
    Note,
    Row,
    Table,
    cell_text,
    fit,
)
from catalog.importing.readers.header import Header, find_header
from catalog.importing.readers.markings import markings

HEAD_ROWS = 200
COMPARED_SHEETS = 20
MAX_ROWS = 1_048_576  # the height of an XLSX sheet


def describe(path: Path, filename: str, choices: Choices) -> Table:
    check_workbook(path)
    with _workbook(path) as book:
        sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        visible = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
        if choices.sheet is not None:
            if choices.sheet not in (sheet.name for sheet in sheets):
                raise FileRefused("no_such_sheet", sheet=choices.sheet)
            name, head, header, height = _look(path, book, choices.sheet, choices.header_row)
        else:
            name, head, header, height = _most_plausible(path, book, visible, choices.header_row)
    if not head:
        raise FileRefused("empty")
    if header is None:
        raise FileRefused("no_header")
    fitted = ((number, fit(cells, len(header.names))) for number, cells in head[header.position + 1 :])
    others = [other for other in visible if other != name]
    return Table(
        format="xlsx",
        filename=filename,
        headers=header.names,
        header_row=header.row,
        sheets=tuple(visible),
        sheet=name,
        sample=tuple(islice(((number, cells) for number, cells in fitted if cells is not None), SAMPLE_ROWS)),
        row_estimate=max(0, height - header.row),
        notes=header.notes + ((Note("other_sheets", {"sheet": name, "others": others}),) if others else ()),
    )


def rows(path: Path, table: Table) -> Iterator[Row]:
    check_workbook(path)
    width = len(table.headers)
    with _workbook(path) as book:
        if table.sheet not in book.sheet_names:
            raise FileRefused("no_such_sheet", sheet=table.sheet)
        for number, cells in _texts(path, book.get_sheet_by_name(table.sheet)):
            if number > table.header_row and (fitted := fit(cells, width)) is not None:
                yield number, fitted


_Look = tuple[str, list[Row], Header | None, int]


def _most_plausible(path: Path, book: CalamineWorkbook, names: list[str], header_row: int | None) -> _Look:
    """The first sheet, unless a later one is clearly (half as much again) more of a table."""
    best: _Look | None = None
    best_score = -1.0
    for name in names[:COMPARED_SHEETS]:
        look = _look(path, book, name, header_row)
        score = _plausibility(look)
        if best is None or score > best_score * 1.5:
            best, best_score = look, score
    if best is None:
        raise FileRefused("empty")
    return best


def _plausibility(look: _Look) -> float:
    """Width counts more than length: a long list of two columns is not the product table."""
    _name, head, header, height = look
    if header is None:
        return 0.1 if head else 0.0
    named = sum(not name.startswith("[") for name in header.names)
    rows_below = height - header.row
    return 0.2 + (named * (1 + min(10, rows_below) / 10) if rows_below else 0)


def _look(path: Path, book: CalamineWorkbook, name: str, header_row: int | None) -> _Look:
    sheet = book.get_sheet_by_name(name)
    if sheet.end is None:
        return name, [], None, 0
    if sheet.end[0] >= MAX_ROWS or sheet.end[1] >= MAX_COLUMNS:
        raise FileRefused("too_big")
    head = list(islice(_texts(path, sheet), max(HEAD_ROWS, header_row or 0)))
    return name, head, find_header(head, header_row), sheet.end[0] + 1


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
