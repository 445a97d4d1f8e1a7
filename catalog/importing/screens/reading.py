"""How a file was read: what was found, its first rows to point at, and what a person corrects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.importing import runs
from catalog.importing.dialects import DIALECTS
from catalog.importing.readers.base import HEAD_COLUMNS, Choices, FileRefused, Table
from catalog.importing.readers.header import column_letter
from catalog.importing.readers.messages import FORMATS
from catalog.importing.settings import ImportSettings
from catalog.models.importing import ImportRun
from catalog.models.user import User

BUTTONS = 12  # sheets up to so many are buttons, more of them a list
SEPARATORS = {
    ",": gettext_lazy("comma"),
    ";": gettext_lazy("semicolon"),
    "\t": gettext_lazy("tab"),
    "|": "|",
}
ENCODINGS = (
    "utf-8", "cp1252", "iso-8859-15", "utf-16", "cp1250", "cp1251", "koi8-r", "cp1253", "iso8859-7", "cp1254", "cp1255",
    "shift_jis", "gb18030", "big5", "euc-kr",
)  # fmt: skip


class ReadingForm(forms.Form):
    """What the recognition got wrong. Fields that say nothing of the file's format are not there."""

    dialect = forms.ChoiceField(label=gettext_lazy("Kind of file"), required=False)
    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False)
    header_row = forms.IntegerField(
        label=gettext_lazy("Row with the column names"), required=False, min_value=1, max_value=1_000_000
    )
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding"),
        required=False,
        choices=[("", gettext_lazy("found out")), *((name, name) for name in ENCODINGS)],
    )
    delimiter = forms.ChoiceField(
        label=gettext_lazy("Separator"),
        required=False,
        choices=[("", gettext_lazy("found out")), *SEPARATORS.items()],
    )
    every_row = forms.BooleanField(
        label=gettext_lazy("Headings between the rows are products too"), required=False
    )

    in_columns = forms.BooleanField(label=gettext_lazy("Products stand in columns"), required=False)

    def __init__(self, *args: Any, table: Table, settings: ImportSettings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(code, kind.label) for code, kind in DIALECTS.items()]
        self.fields["dialect"].choices = [("", gettext_lazy("found out")), *kinds]  # type: ignore[attr-defined]
        sheets = (*table.sheets, *table.hidden)
        self.fields["sheet"].choices = [(name, name or _("the whole file")) for name in sheets]  # type: ignore[attr-defined]
        for name, there in (
            ("sheet", len(sheets) > 1),
            ("header_row", bool(table.header_row)),
            ("encoding", bool(table.encoding)),
            ("delimiter", bool(table.delimiter)),
            ("every_row", bool(table.left_out or settings.every_row)),
            ("in_columns", bool(table.header_row)),
        ):
            if not there:
                del self.fields[name]
        if len(sheets) <= BUTTONS and "sheet" in self.fields:
            self.fields["sheet"].widget = forms.HiddenInput()

    def choices_from(self, table: Table, settings: ImportSettings, row: str) -> Choices:
        """`row` is the number of a row that was clicked. Another sheet has its own names, to be found anew."""
        given = self.cleaned_data
        sheet = given.get("sheet", table.sheet) if "sheet" in self.fields else settings.sheet
        header_row = int(row) if row.isdecimal() else given.get("header_row")
        if not row and header_row == table.header_row:
            header_row = settings.header_row
        in_columns: bool | None = given.get("in_columns", False)
        is_turned = in_columns != table.in_columns
        if in_columns == table.in_columns:
            in_columns = settings.in_columns
        if (sheet is not None and sheet != table.sheet) or is_turned:
            header_row = None
        elif sheet == table.sheet and settings.sheet is None:
            sheet = None
        return Choices(
            sheet=sheet,
            header_row=header_row,
            encoding=given.get("encoding") or None,
            delimiter=given.get("delimiter") or None,
            every_row=given.get("every_row") or None,
            in_columns=in_columns,
        )


def read_again(request: HttpRequest, run: ImportRun, user: User) -> HttpResponse:
    table, settings = Table.from_json(run.table), ImportSettings.from_json(run.settings)
    data = request.POST.copy()
    if "pick" in data:
        data["sheet"] = request.POST.get("pick", "")
    form = ReadingForm(data, table=table, settings=settings)
    if form.is_valid():
        try:
            choices = form.choices_from(table, settings, request.POST.get("row", "")[:7])
            runs.recognise(run, user=user, choices=choices, dialect=form.cleaned_data["dialect"] or None)
        except FileRefused as refused:
            messages.error(request, str(refused))
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return HttpResponseRedirect(reverse("admin:catalog_importrun_columns", args=[run.pk]))


def shown(table: Table, settings: ImportSettings) -> dict[str, Any]:
    """What the page says of the reading: {facts, notes, form, sheets, rows, letters}."""
    sheets = (*table.sheets, *table.hidden)
    width = max((len(cells) for _number, cells in table.head), default=0)
    return {
        "facts": list(_facts(table)),
        "notes": [note.message for note in table.notes],
        "form": ReadingForm(initial=_initial(table, settings), table=table, settings=settings),
        "sheets": [
            {"name": name, "hidden": name in table.hidden, "chosen": name == table.sheet} for name in sheets
        ]
        if 1 < len(sheets) <= BUTTONS
        else [],
        "rows": [
            {"number": number, "cells": cells + [""] * (width - len(cells)), "kind": _kind(number, table)}
            for number, cells in table.head
        ],
        "letters": [column_letter(column) for column in range(width)],
        "is_cut": width == HEAD_COLUMNS < len(table.shape["columns"] if table.shape else table.headers),
    }


def _facts(table: Table) -> Iterator[tuple[Any, Any]]:
    if table.dialect in DIALECTS:
        yield _("Kind of file"), DIALECTS[table.dialect].label
    yield _("Format"), FORMATS.get(table.format, table.format)
    if table.encoding:
        yield _("Encoding"), table.encoding.removesuffix("-sig")
    if table.delimiter:
        yield _("Separator"), SEPARATORS.get(table.delimiter, table.delimiter)
    if table.sheet:
        yield (_("Sheet") if table.header_row else _("List")), table.sheet
    if table.header_row:
        yield _("Column names"), _header_rows(table)
    yield _("Columns"), len(table.shape["columns"] if table.shape else table.headers)
    yield _("Rows"), _("about %d") % table.row_estimate


def _header_rows(table: Table) -> str:
    first = _first_header_row(table)
    if first != table.header_row:
        return _("in rows %(first)s to %(last)s") % {"first": first, "last": table.header_row}
    return _("in row %d") % table.header_row


def _first_header_row(table: Table) -> int:
    stacked = (note.params["first"] for note in table.notes if note.code == "stacked_header")
    return next(stacked, table.header_row)


def _kind(number: int, table: Table) -> str:
    """names, out (it is not imported) or row."""
    if number <= table.header_row:
        return "names" if number >= _first_header_row(table) else "out"
    # The sample has the first rows that are data: a filled row before its last one that is not among them is none.
    # Where rows are not products, the sample has products.
    data = [] if table.shape else [sampled for sampled, _cells in table.sample]
    return "out" if data and number < data[-1] and number not in data else "row"


def _initial(table: Table, settings: ImportSettings) -> dict[str, Any]:
    return {
        "dialect": settings.dialect or "",
        "sheet": table.sheet,
        "header_row": table.header_row,
        "encoding": settings.encoding or "",
        "delimiter": settings.delimiter or "",
        "every_row": settings.every_row,
        "in_columns": table.in_columns,
    }
