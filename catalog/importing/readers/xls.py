"""XLS workbooks (BIFF, Excel 97-2003 and before) through xlrd: it types a cell by its number format, which calamine
gets wrong for formats with words in them. The 65,536 rows of such a sheet are held in memory."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

import xlrd
from xlrd.biffh import error_text_from_code

from catalog.importing.readers import workbook
from catalog.importing.readers.base import Choices, FileRefused, Row, Table, cell_text
from catalog.importing.readers.merged import Merge
from catalog.importing.readers.shown import shown_by
from catalog.importing.readers.workbook import Look, Sheet

_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)


def describe(path: Path, filename: str, choices: Choices) -> Table:
    with _workbook(path) as book:
        visibility = [int(shown) for shown in book._sheet_visibility]
        sheets = [Sheet(name, shown != 0) for name, shown in zip(book.sheet_names(), visibility, strict=True)]
        look = partial(_look, book, workbook.head_rows(choices))
        return workbook.describe("xls", filename, sheets, look, choices)


def rows(path: Path, table: Table) -> Iterator[Row]:
    with _workbook(path) as book:
        if table.sheet not in book.sheet_names():
            raise FileRefused("no_such_sheet", sheet=table.sheet)
        sheet = book.sheet_by_name(table.sheet)
        yield from workbook.data_rows(_texts(book, sheet), table, _merges(sheet))


def _look(book: xlrd.Book, wanted: int, name: str) -> Look:
    sheet = book.sheet_by_name(name)
    look = Look(name, list(islice(_texts(book, sheet), wanted)), _merges(sheet), sheet.nrows)
    book.unload_sheet(name)
    return look


def _merges(sheet: xlrd.sheet.Sheet) -> list[Merge]:
    return sorted(Merge(top + 1, left, bottom, right - 1) for top, bottom, left, right in sheet.merged_cells)


def _texts(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Iterator[Row]:
    shown = [
        shown_by(book.format_map[style.format_key].format_str)
        if style.format_key in book.format_map
        else None
        for style in book.xf_list
    ]
    elapsed = [
        style.format_key in book.format_map
        and bool(_ELAPSED.search(book.format_map[style.format_key].format_str))
        for style in book.xf_list
    ]
    for number in range(sheet.nrows):
        texts = []
        for kind, value, style in zip(
            sheet.row_types(number), sheet.row_values(number), sheet._cell_xf_indexes[number], strict=True
        ):
            if kind == xlrd.XL_CELL_TEXT:
                texts.append(value)
            elif kind == xlrd.XL_CELL_NUMBER:
                text = cell_text(value)
                form = shown[style] if style < len(shown) else None
                texts.append(form(text) if form else text)
            elif kind == xlrd.XL_CELL_DATE:
                if style < len(elapsed) and elapsed[style]:
                    texts.append(cell_text(datetime.timedelta(days=value)))
                else:
                    texts.append(_date(value, book.datemode))
            elif kind == xlrd.XL_CELL_BOOLEAN:
                texts.append(cell_text(bool(value)))
            elif kind == xlrd.XL_CELL_ERROR:
                texts.append(error_text_from_code.get(value, "#N/A"))
            else:
                texts.append("")
        yield number + 1, texts


def _date(value: float, datemode: int) -> str:
    """A whole number is a date, a number below one a time of day, else both."""
    try:
        moment = xlrd.xldate_as_datetime(value, datemode)
    except (xlrd.XLDateError, OverflowError, ValueError):
        return cell_text(value)
    if value < 1:
        return cell_text(moment.time())
    return cell_text(moment.date() if value == int(value) else moment)


@contextmanager
def _workbook(path: Path) -> Iterator[xlrd.Book]:
    """xlrd meets damage with whatever exception comes first, and would write what it thinks of it to stdout."""
    with Path(os.devnull).open("w") as silence:
        try:
            with xlrd.open_workbook(
                str(path), logfile=silence, formatting_info=True, on_demand=True, ragged_rows=True
            ) as book:
                yield book
        except (FileRefused, MemoryError, GeneratorExit, OSError):
            raise
        except xlrd.XLRDError as error:
            raise FileRefused(_code_of(str(error))) from None
        except Exception:
            raise FileRefused("damaged") from None


def _code_of(message: str) -> str:
    if "encrypted" in message.casefold():
        return "password"
    if "Can't find workbook" in message:
        return "not_a_workbook"
    return "damaged"
