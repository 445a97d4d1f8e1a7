"""What a run came to: numbers, errors, and the rejected rows to mend in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from catalog.importing import rows
from catalog.importing.readers.base import Table
from catalog.models.importing import ImportRow, ImportRun, row_of
from pim.lib.formulas import neutral

COUNTS = ("rows", "created", "updated", "unchanged", "rejected", "skipped", "cells_changed")
NOTHING: Mapping[str, Any] = {**dict.fromkeys(COUNTS, 0), "seconds": 0.0, "run": None, "errors": []}


def summary(run: ImportRun, *, seconds: float) -> dict[str, Any]:
    """The object of `import_products --json`."""
    return {
        **{name: run.counts.get(name, 0) for name in COUNTS},
        "seconds": round(seconds, 3),
        "run": run.pk,
        "errors": list(errors(run)),
    }


def errors(run: ImportRun) -> Iterator[dict[str, Any]]:
    """{row, column, value, code, message} of each rejected cell, in the order of the file."""
    rejected = rows.rejected(run).order_by("number").values_list("number", "errors")
    for number, listed in rejected.iterator(chunk_size=500):
        for problem in listed:
            yield {
                "row": problem.get("row", row_of(number)), "column": problem["column"], "value": problem["value"], "code": problem["code"],
                "message": problem["message"],
            }  # fmt: skip


def _rejected(run: ImportRun) -> Iterator[list[str]]:
    """Header and rows as in the file, and last what is wrong."""
    width = len(Table.from_json(run.table).headers)
    yield [*Table.from_json(run.table).headers, _("Row"), _("What is wrong")]
    for row in (
        rows.rejected(run)
        .order_by("number")
        .only("run", "number", "raw", "mended", "errors")
        .iterator(chunk_size=500)
    ):
        known = rows.cells_of(row)
        cells = [*known[:width], *[""] * (width - len(known))]
        yield [*cells, rows.written(row.number), _sentences(row)]


def _sentences(row: ImportRow) -> str:
    return " | ".join(
        f"{problem['column']}: {problem['message']}" if problem["column"] else problem["message"]
        for problem in row.errors
    )


def rejected_csv(run: ImportRun) -> Iterator[str]:
    """Lines of a CSV file that Excel opens as UTF-8."""
    yield "\ufeff"
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for cells in _rejected(run):
        writer.writerow([neutral(cell) for cell in cells])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def rejected_xlsx(run: ImportRun) -> bytes:
    """A workbook whose cells are all text, so that codes keep their zeros and nothing is a formula."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"constant_memory": True, "in_memory": True}) as book:
        sheet = book.add_worksheet(str(_("Rejected rows"))[:31])
        text, bold, wrong = (
            book.add_format({"num_format": "@"}),
            book.add_format({"bold": True}),
            book.add_format({"bg_color": "#FDE8E8"}),
        )
        sheet.freeze_panes(1, 0)
        for number, cells in enumerate(_rejected(run)):
            last = len(cells) - 1
            for column, cell in enumerate(cells):
                sheet.write_string(
                    number, column, cell[:32_767], bold if number == 0 else wrong if column == last else text
                )
    return content.getvalue()
