"""The whole structure as one workbook: a sheet for each part, read back in the order in which the parts build on each other.

Reading is one transaction: where a row of any sheet is refused, nothing is changed. A plan reads it all the same and takes
it back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import tablib
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from import_export.results import RowResult

from catalog.access import can
from catalog.transfer.formats import check_workbook
from catalog.transfer.sheets import Sheet, sheets


@dataclass(frozen=True, slots=True)
class Problem:
    """`row` as the spreadsheet counts it, 0 for the whole sheet; `column` "" where the row as a whole is refused."""

    row: int
    column: str
    message: str


@dataclass(slots=True)
class SheetReport:
    name: str
    label: str
    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    sheets: list[SheetReport] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  # of the workbook as a whole

    @property
    def is_refused(self) -> bool:
        return bool(self.problems) or any(sheet.problems for sheet in self.sheets)

    @property
    def changes(self) -> int:
        return sum(len(sheet.created) + len(sheet.updated) for sheet in self.sheets)


def write(user: Any = None) -> bytes:
    """The workbook, with the sheets the person may see; all of them without one (an operator's command)."""
    book = tablib.Databook()
    for sheet in sheets():
        if user is None or can(user, sheet.view_verb):
            dataset = sheet.resource().export(sheet.model._default_manager.order_by(*_order(sheet)))
            dataset.title = sheet.name
            book.add_sheet(dataset)
    return bytes(book.export("xlsx"))


def _order(sheet: Sheet) -> list[str]:
    """An order that is the same in two databases: not by id."""
    return sheet.resource.file_order or list(sheet.resource._meta.import_id_fields)


def tables(data: bytes) -> dict[str, tablib.Dataset]:
    """Sheet name → its table. Raises ValueError for what is no such workbook."""
    check_workbook(data)
    try:
        book = tablib.Databook().load(BytesIO(data), format="xlsx")
    except Exception as error:
        raise ValueError(_("This is no XLSX workbook: export one to see how it looks.")) from error
    found = {}
    for table in book.sheets():
        if not table.headers:
            continue
        rows = [["" if cell is None else str(cell) for cell in row] for row in table]
        while rows and not any(rows[-1]):
            rows.pop()  # a spreadsheet's idea of where its sheet ends
        found[table.title] = tablib.Dataset(
            *rows, headers=[str(name or "") for name in table.headers], title=table.title
        )
    return found


def read(data: bytes, *, user: Any = None, dry_run: bool = False) -> Report:
    """Reads the sheets that are there; rows that are not in the file stay. `user` None: an operator's command."""
    try:
        found = tables(data)
    except ValueError as error:
        return Report(problems=[str(error)])
    report = Report()
    known = {sheet.name: sheet for sheet in sheets()}
    for name in found.keys() - known.keys():
        text = _("There is no sheet '%(name)s' in a structure: rename it, or take it out.")
        report.problems.append(text % {"name": name})
    wanted = [sheet for name, sheet in known.items() if name in found]
    for sheet in wanted:
        if user is not None and not can(user, sheet.edit_verb):
            report.problems.append(
                _("Your roles do not let you change this sheet: %(name)s.") % {"name": sheet.label}
            )
    if report.problems:
        return report
    with transaction.atomic():
        reports = {sheet.name: SheetReport(sheet.name, str(sheet.label)) for sheet in wanted}
        for sheet in wanted:
            _read_sheet(sheet, found[sheet.name], reports[sheet.name], user, without=sheet.late)
        for sheet in wanted:
            if sheet.late and not any(each.problems for each in reports.values()):
                again = SheetReport(sheet.name, "")
                _read_sheet(sheet, found[sheet.name], again, user, without=())
                _add(reports[sheet.name], again)
        report.sheets = list(reports.values())
        if dry_run or report.is_refused:
            transaction.set_rollback(True)
    return report


def _add(first: SheetReport, again: SheetReport) -> None:
    first.problems += again.problems
    first.unknown_columns = again.unknown_columns
    first.updated += [
        name for name in again.updated if name not in first.created and name not in first.updated
    ]
    first.unchanged -= len([name for name in again.updated if name not in first.created])
    first.unchanged = max(first.unchanged, 0)


def _read_sheet(
    sheet: Sheet, table: tablib.Dataset, report: SheetReport, user: Any, *, without: Collection[str]
) -> None:
    resource = sheet.resource()
    columns = {field.column_name for field in resource.get_import_fields()}
    report.unknown_columns = [name for name in table.headers if name not in columns]
    missing = [
        resource.fields[name].column_name
        for name in resource._meta.import_id_fields
        if resource.fields[name].column_name not in table.headers
    ]
    if missing:
        text = _("The column %(names)s is missing: rows are found by it.")
        report.problems.append(Problem(0, "", text % {"names": ", ".join(missing)}))
        return
    kept = [name for name in table.headers if name not in without]
    numbered = [
        (number, dict(zip(table.headers, line, strict=True)))
        for number, line in enumerate(table, start=2)
        if any(line)  # an empty row between others counts, and says nothing
    ]
    dataset = tablib.Dataset(
        *([line[name] for name in kept] for _number, line in numbered), headers=kept, title=table.title
    )
    # Rows may be put in another order on the way: their places in the file are found again by what is in them then.
    places = {tuple(line[name] for name in kept): number for number, line in reversed(numbered)}
    result = resource.import_data(
        dataset, dry_run=False, raise_errors=False, use_transactions=True, user=user
    )
    read = [tuple(line[name] for name in kept) for line in dataset.dict]
    for base in result.base_errors:
        report.problems.append(Problem(0, "", message(base.error)))
    for row in result.rows:
        for error in row.errors:
            report.problems.append(Problem(_place(error.number, read, places), "", message(error.error)))
        if row.import_type == RowResult.IMPORT_TYPE_NEW:
            report.created.append(row.object_repr or "")
        elif row.import_type == RowResult.IMPORT_TYPE_UPDATE:
            report.updated.append(row.object_repr or "")
    report.unchanged = result.totals[RowResult.IMPORT_TYPE_SKIP]
    for invalid in result.invalid_rows:
        number = _place(invalid.number, read, places)
        for column, messages in _by_column(invalid.error, resource):
            report.problems += [Problem(number, column, message) for message in messages]
    report.problems.sort(key=lambda problem: problem.row)
    if report.problems:
        report.created, report.updated = [], []


def _place(number: int, read: Sequence[tuple[Any, ...]], places: Mapping[Any, int]) -> int:
    """Where the row that was read as the `number`th, from 1, stands in the file."""
    return places[read[number - 1]]


def _by_column(error: ValidationError, resource: Any) -> list[tuple[str, list[str]]]:
    if not hasattr(error, "error_dict"):
        return [("", error.messages)]
    names = {field.attribute: field.column_name for field in resource.get_import_fields() if field.attribute}
    return [
        ("" if name == "__all__" else names.get(name, name), messages)
        for name, messages in error.message_dict.items()
    ]


def message(error: Exception) -> str:
    """What was wrong with a row, for people."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, ObjectDoesNotExist):
        return _("It names something that is not there: %(text)s") % {"text": error}
    return str(error) or type(error).__name__
