"""The rows as the supplier sends them: an XLSX with real numbers and dates, or a CSV from a German Excel."""

from __future__ import annotations

import csv as csv_module
from datetime import date, datetime
from io import BytesIO, StringIO

import xlsxwriter

from pim.demo.supplier.headers import EUR, HEADERS, USD
from pim.demo.supplier.rows import as_text, supplier_rows

WIDTHS = {
    "Bezeichnung": 34,
    "Designation EN": 28,
    "Désignation FR": 28,
    "Langtext (HTML)": 30,
    "EAN": 16,
    "Art.-Nr.": 20,
}


def csv() -> bytes:
    """Semicolons, decimal commas, UTF-8 with a byte order mark, CRLF."""
    out = StringIO()
    writer = csv_module.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADERS)
    for row in supplier_rows():
        writer.writerow([as_text(row[header]) for header in HEADERS])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def xlsx() -> bytes:
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties(
        {"title": "Nordwerk Preisliste", "created": datetime(2026, 8, 3)}  # noqa: DTZ001 (Excel knows no zones)
    )  # the same bytes each time
    sheet = book.add_worksheet("Preisliste")
    head = book.add_format({"bold": True, "bg_color": "#2F4A3C", "font_color": "#FFFFFF", "border": 1})
    money = book.add_format({"num_format": "#,##0.00"})
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for column, header in enumerate(HEADERS):
        sheet.write_string(0, column, header, head)
        sheet.set_column(column, column, WIDTHS.get(header, 14))
    for number, row in enumerate(supplier_rows(), start=1):
        for column, header in enumerate(HEADERS):
            cell = row[header]
            if cell is None:
                continue
            if isinstance(cell, date):
                sheet.write_datetime(number, column, cell, day)
            elif isinstance(cell, int | float):
                sheet.write_number(number, column, cell, money if header in (EUR, USD) else None)
            else:
                sheet.write_string(number, column, cell)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(supplier_rows()), len(HEADERS) - 1)
    book.close()
    return out.getvalue()
