"""The rows of a run as a file: each change as before → after, each error with its rule and what could be written instead."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

import xlsxwriter
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.attribute_types import AttributeType
from catalog.importing import links, rows
from catalog.importing.mending import choices, titles
from catalog.importing.mending.kinds import places_of
from catalog.importing.mending.places import Places
from catalog.importing.mending.reading import reading_of
from catalog.importing.screens.changes import key_label, seen_changes, seen_notes
from catalog.models.importing import ImportRow, ImportRun
from catalog.structure.product_names import NAMES
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.links import bring_pairs
from pim.lib.formulas import neutral

CHUNK = 500
MOST_LINES = 1_048_000  # of a sheet (ECMA-376: 1,048,576 rows)
LONGEST = 32_767  # characters of a cell
MOST_PROPOSED = 500  # texts that are compared with all options; what the others could be is left open


class PlanFile:
    """Lines of a run's rows for one person, in the order of the file. Flat memory: 500 rows at a time."""

    def __init__(self, run: ImportRun, chosen: QuerySet[ImportRow], user: Any) -> None:
        self.run, self.chosen, self.user = run, chosen, user
        self.structure = Structure.current()
        self.made = run.counts.get("new_options") or {}
        self.places: Places = places_of(run, self.structure)
        self._proposed: dict[tuple[str, str], str] = {}

    def lines(self) -> Iterator[list[str]]:
        yield [
            _("Row"), _("SKU"), _("Outcome"), _("Field"), _("Before"), _("After"), _("Rule"), _("What to know"),
            _("Could be written instead"),
        ]  # fmt: skip
        words = {
            "created": _("create"), "updated": _("change"), "unchanged": _("unchanged"), "rejected": _("bad row"),
            "skipped": _("left out"), "missing": _("not in the file"),
        }  # fmt: skip
        last = -1
        while listed := list(self.chosen.filter(number__gt=last).order_by("number")[:CHUNK]):
            last = listed[-1].number
            with NAMES.with_arriving(links.NamesOf(self.run, listed)):
                bring_pairs((rows.changes_of(row) for row in listed), self.structure)
                told = [
                    [rows.written(row.number), row.sku, words[rows.outcome_of(row.state, row.action)], *line]
                    for row in listed
                    for line in self._of_row(row)
                ]
            yield from told

    def _of_row(self, row: ImportRow) -> Iterable[list[str]]:
        found = []
        if row.state == ImportRow.State.REJECTED:
            found += [self._of_error(problem, row) for problem in row.errors]
        else:
            for key, before, after in seen_changes(row, self.structure, self.user, self.made, _as_cell):
                found.append([key_label(key, self.structure), before, after, "", "", ""])
        for note in seen_notes(row, self.structure, self.user):
            found.append([note["label"], "", "", note["kind"], note["message"], ""])
        return found or [["", "", "", "", "", ""]]

    def _of_error(self, problem: dict[str, Any], row: ImportRow) -> list[str]:
        column = self.places.column_of(problem)
        texts = self.places.texts_of(problem, column, rows.cells_of(row))
        label = problem["column"] or (key_label(problem["key"], self.structure) if problem["key"] else "")
        value = "" if problem["value"] is None else str(problem["value"])
        rule = str(titles.TITLES.get(problem["code"], problem["code"]))
        proposed = ", ".join(filter(None, (self._proposal(text, problem) for text in texts if text)))
        return [label, value, "", rule, problem["message"], proposed]

    def _proposal(self, text: str, problem: dict[str, Any]) -> str:
        """The option, number or date that was probably meant; "" where there is none, each row needs its own answer,
        or many texts were looked up before."""
        if problem["code"] in titles.ONE_BY_ONE or problem["code"] in titles.ELSEWHERE:
            return ""
        place = (problem["key"], text)
        if place not in self._proposed:
            if len(self._proposed) >= MOST_PROPOSED:
                return ""
            column, settings = self.places.column_of(problem), self.places.settings
            self._proposed[place] = choices.closest(text, column, self.structure) or reading_of(
                text, column, self.structure, settings
            )
        return self._proposed[place]


def _as_cell(kind: AttributeType, value: Any, spec: AttributeSpec) -> str:
    return kind.to_cell(value, spec)


def as_csv(lines: Iterable[list[str]]) -> Iterator[str]:
    """Lines of a CSV file that Excel opens as UTF-8."""
    yield "\ufeff"
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for cells in lines:
        writer.writerow([neutral(cell) for cell in cells])
        if buffer.tell() > 1 << 15:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def as_xlsx(lines: Iterable[list[str]]) -> IO[bytes]:
    """A temporary file at its beginning, gone when closed. All cells are text; a sheet that is full says so in its last row."""
    content: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    with xlsxwriter.Workbook(content, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(str(_("Plan"))[:31])
        text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for number, cells in enumerate(lines):
            if number >= MOST_LINES:
                sheet.write_string(number, 0, _("The sheet is full: take the CSV file for the rest."))
                break
            for column, cell in enumerate(cells):
                sheet.write_string(number, column, cell[:LONGEST], bold if number == 0 else text)
    content.seek(0)
    return content
