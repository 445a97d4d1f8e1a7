"""Rows of another system as rows of the structure's sheets, taken in through the resources the workbook uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import tablib
from django.db import transaction

from catalog.transfer.sheets import Sheet, sheets
from catalog.transfer.workbook import message

CHUNK = 500
SHOWN = 200  # of each kind in a plan or report


@dataclass(slots=True)
class Line:
    """What became, or would become, of one part. `left_out`: [what, why]; `notes`: sentences."""

    code: str
    label: str
    kind: str = ""
    new: int = 0
    changed: int = 0
    same: int = 0
    names: list[str] = field(default_factory=list)  # some of what is new
    altered: list[str] = field(default_factory=list)  # some of what changed
    left_out: list[list[str]] = field(default_factory=list)
    left: int = 0
    notes: list[str] = field(default_factory=list)

    def leave(self, what: str, why: str) -> None:
        self.left += 1
        if len(self.left_out) < SHOWN:
            self.left_out.append([what[:200], why[:500]])

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Part:
    """Rows for one sheet, each with a cell for each header. `kind`: the other system's file they come from."""

    sheet: str
    label: str
    kind: str
    headers: list[str]
    rows: list[list[str]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    same: int = 0  # of the file, that are here already and are left as they are
    left: int = 0  # not taken over, besides `left_out`, of which a note tells

    def line(self, code: str) -> Line:
        found = Line(code, self.label, self.kind, same=self.same, left=self.left, notes=list(self.notes))
        for what, why in self.left_out:
            found.leave(what, why)
        return found

    def add(self, **cells: str) -> None:
        self.rows.append([cells.get(header.replace("-", "_"), "") for header in self.headers])


def sheet_of(name: str) -> Sheet:
    return next(sheet for sheet in sheets() if sheet.name == name)


def take_in(part: Part, rows: Sequence[Sequence[str]], line: Line, *, user: Any) -> None:
    """Writes these rows of the part and adds what became of them to the line; what is refused is left out.

    In one transaction; rows that are as they should be are left alone.
    """
    sheet = sheet_of(part.sheet)
    wanted = _with_labels_kept(sheet, part, rows)
    while wanted:
        with transaction.atomic():
            dataset = tablib.Dataset(*wanted, headers=part.headers, title=part.sheet)
            result = sheet.resource().import_data(
                dataset, dry_run=False, raise_errors=False, use_transactions=True, user=user
            )
            for base in result.base_errors:
                raise base.error
            if result.error_rows:
                transaction.set_rollback(True)
        read = [list(row.values()) for row in dataset.dict]
        if not result.error_rows:
            _count(result, read, part, line)
            return
        # Where the database itself refused one, the rows after it failed with it.
        failed = result.error_rows[0]
        line.leave(_name(part, read[failed.number - 1]), message(failed.errors[0].error))
        wanted = [row for number, row in enumerate(read, start=1) if number != failed.number]


def _count(result: Any, read: Sequence[Sequence[str]], part: Part, line: Line) -> None:
    for invalid in result.invalid_rows:
        line.leave(_name(part, read[invalid.number - 1]), message(invalid.error))
    for row in result.rows:
        if row.import_type == row.IMPORT_TYPE_NEW:
            line.new += 1
            names = line.names
        elif row.import_type == row.IMPORT_TYPE_UPDATE:
            line.changed += 1
            names = line.altered
        else:
            continue
        if len(names) < SHOWN:
            names.append(str(row.object_repr or "")[:100])
    line.same += result.totals["skip"]


def _name(part: Part, row: Sequence[str]) -> str:
    cells = dict(zip(part.headers, row, strict=True))
    return " / ".join(filter(None, (cells.get("attribute", ""), cells.get("family", "") if part.sheet == "measurement_units" else "", cells.get("code", ""))))  # fmt: skip


def _with_labels_kept(sheet: Sheet, part: Part, rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """An empty label takes none away that is here."""
    places = {place: header[6:] for place, header in enumerate(part.headers) if header.startswith("label-")}
    copied = [list(row) for row in rows]
    if not places or not any(not row[place] for row in rows for place in places):
        return copied
    keys = [header for header in ("family", "attribute") if header in sheet.resource._meta.import_id_fields]
    code = part.headers.index("code")
    found = sheet.model._default_manager.filter(code__in={row[code] for row in rows})
    names = [f"{key}__code" for key in keys]
    labels = {tuple(row[:-1]): row[-1] for row in found.values_list("code", *names, "labels")}
    for row in copied:
        stored = labels.get((row[code], *(row[part.headers.index(key)] for key in keys)), {})
        for place, locale in places.items():
            row[place] = row[place] or stored.get(locale, "")
    return copied
