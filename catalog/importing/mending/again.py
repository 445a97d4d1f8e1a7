"""Rejected rows planned anew, as they were mended, among the rows of the file that are not: the file itself is not read
again, but for the SKUs of rows of which nothing is stored.

A batch is planned and put in the place of its rows in one transaction. Killed in between it is begun again, and a row that
is rejected still is only looked at a second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

import orjson
from django.db import transaction
from django.db.models.functions import Upper

from catalog.access import rights_of
from catalog.importing import files, mapping, missing, new_options, rows
from catalog.importing.behind import Behind
from catalog.importing.cells import Parsed
from catalog.importing.found import Looked
from catalog.importing.kept import Kept
from catalog.importing.lineage import DEEPEST
from catalog.importing.new_options import Made
from catalog.importing.planner import Planner
from catalog.importing.progress import Progress
from catalog.importing.readers.base import Row, Table
from catalog.importing.readers.child import MarkedRow
from catalog.importing.rows import NO_CELLS, Action, PlannedRow, State
from catalog.importing.settings import ImportSettings
from catalog.jobs import JobCancelled
from catalog.models.importing import ImportRow, ImportRun
from catalog.structure.product_names import NAMES
from catalog.structure.snapshot import Structure
from catalog.values.changes import Actor
from catalog.values.rows import Written
from pim.lib.failpoint import failpoint

_CHUNK = 500
# What a plan counts that is told of the whole run; how many cells change is counted anew where some were written.
_ADDED = ("warnings", "proposals", "fillable", "naming", "waiting", "cells_changed", "empties", "incomplete")


def plan_again(run: ImportRun, *, by: Actor, progress: Progress) -> dict[str, Any]:
    """Plans all rejected rows of the run and leaves it as it was before, with its counts.

    Raises FileRefused, MappingRefused, SettingsRefused; JobCancelled when somebody cancelled the job.
    """
    structure = Structure.current()
    table = Table.from_json(run.table)
    settings = ImportSettings.from_json(run.settings).for_format(table.format)
    columns = mapping.for_format(mapping.from_json(run.mapping), table.format)
    if wrong := mapping.faults(columns, structure):
        raise mapping.MappingRefused(" ".join(wrong))
    refused = mapping.forbidden(columns, structure, None if by.trusted else rights_of(by.user))
    columns = new_options.allowed(mapping.without(columns, refused), by)
    needs_file = bool(run.counts.get("known"))
    with (
        files.local_copy(run) if needs_file else nullcontext(Path()) as path,
        closing(Again(run, path, table, columns, settings, structure, by, progress)) as planner,
        NAMES.with_arriving(planner.arrivals),
    ):  # fmt: skip
        planner.look_ahead()
        progress.start(rows.rejected(run).count())
        for level in planner.lineage.levels:
            planner.level = level
            for looked in planner.read():
                if progress.cancelled():
                    raise JobCancelled
                progress.advance(planner.take(looked))
                failpoint("mend_chunk")
        planner.end()
    return recount(run, refused=[column.column for column in refused])


def recount(run: ImportRun, *, refused: Sequence[str] = ()) -> dict[str, Any]:
    """Counts the run's rows anew and gives it back the state it had. Returns its counts."""
    missing.forget_named(run)
    with transaction.atomic():
        stored = ImportRun.objects.select_for_update().get(pk=run.pk)
        stored.counts |= rows.tally(stored, known=stored.counts.get("known", 0))
        stored.counts["refused_columns"] = sorted({*stored.counts.get("refused_columns", ()), *refused})
        stored.state = state_of(stored)
        stored.error = ""
        stored.save(update_fields=["counts", "state", "error"])
    return stored.counts


def state_of(run: ImportRun) -> str:
    """The state of a run whose rows are not being mended (any more)."""
    return ImportRun.State.APPLIED if run.applied_at else ImportRun.State.PLANNED


class Again(Planner):
    """A planner of rows that are stored."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.behind = Behind(0)  # what is read next is what the batch before has left
        self.kept = Kept(most=1)
        self._held: dict[int, ImportRow] = {}
        self._counted: dict[str, int] = {}
        self._lost: Counter[tuple[str, str]] = Counter()
        if self.named is not None:  # who is missing was found when the file was read
            self.named.close()
            self.named = None

    def _options_to_come(self) -> Made:
        made: Made = self.run.counts.get("new_options") or {}
        return made

    def look_ahead(self) -> None:
        """Learns what the file's other rows have taken, and which models are to come."""
        others = self.run.rows.exclude(action=Action.RETIRE)
        kept = others.exclude(state__in=(State.REJECTED, State.SKIPPED)).exclude(sku="")
        for sku, number in kept.values_list("sku", "number").iterator(chunk_size=2000):
            self.seen.note([(sku.upper(), number)])
        if self.run.counts.get("known"):
            self._note_known()
        if self.claims.unique:
            planned = others.filter(state=State.PLANNED).values_list("number", "sku", "values")
            for number, sku, values in planned.iterator(chunk_size=500):
                self.claims.hold(number, sku, values)
        sku_at, parent_at = self.parser.sku_index, self.parser.parent_index
        if sku_at is not None and parent_at is not None:
            self.lineage.read(
                [(row.number, [cells[sku_at], cells[parent_at]]) for row, cells in batch]
                for batch in self._rejected()
            )
            self._bring_models()

    def _note_known(self) -> None:
        """Rows that were known by their mark are not stored: their SKUs stand in the file only."""
        at = self.parser.sku_index
        if at is None:
            return
        self.source.prepare(self.progress)
        with closing(self.source.cells(at)) as batches:
            for batch in batches:
                numbers = [number for number, _cells in batch]
                stored = set(self.run.rows.filter(number__in=numbers).values_list("number", flat=True))
                self.seen.note(
                    [
                        (sku.upper(), number)
                        for number, cells in batch
                        if number not in stored and (sku := self.parser.sku(cells[0]))
                    ]
                )

    def _bring_models(self) -> None:
        """The models among the planned rows that the rejected ones name, and those above them."""
        found: list[tuple[str, str, ImportRow]] = []
        wanted = set(self.lineage.named)
        folded = Upper("sku")
        planned = self.run.rows.filter(state=State.PLANNED).exclude(action=Action.RETIRE).defer("raw")
        for _level in range(DEEPEST):
            listed = planned.alias(folded=folded).filter(folded__in=wanted) if wanted else ()
            wanted = set()
            for row in listed:
                above = str(row.fields.get("parent") or "").upper()
                found.append((row.sku.upper(), above, row))
                if above:
                    self.lineage.parents.setdefault(row.sku.upper(), above)
                    wanted.add(above)
        self.lineage.named = set(self.lineage.parents.values())
        for _sku, above, stored in reversed(found):
            model = PlannedRow(stored.number, stored.sku, product_id=stored.product_id, fields=stored.fields)
            self.lineage.note(model, stored.values, above)

    def _rejected(self) -> Generator[list[tuple[ImportRow, list[str]]]]:
        width, last = len(self.table.headers), 0
        queue = rows.rejected(self.run).order_by("number").only("run", "number", "raw", "mended")
        while listed := list(queue.filter(number__gt=last)[:_CHUNK]):
            last = listed[-1].number
            whole = [(row, rows.cells_of(row)) for row in listed]
            yield [(row, [*cells, *[""] * (width - len(cells))]) for row, cells in whole]

    def _skus(self) -> Generator[list[Row]]:
        """Of the products that are still to come: of planned rows, then of those that are looked at."""
        creating = self.run.rows.filter(state=State.PLANNED, action=Action.CREATE).values_list(
            "number", "sku"
        )
        for number, sku in creating.iterator(chunk_size=500):
            yield [(number, [sku])]
        at = self.parser.sku_index or 0
        for batch in self._rejected():
            yield [(row.number, [cells[at]]) for row, cells in batch]

    def read(self) -> Generator[Looked]:
        """A row that was mended has no mark: it is not what the next file is going to say."""
        at = self.parser.sku_index or 0
        for batch in self._rejected():
            numbers = [row.number for row, _cells in batch]
            self._held = {row.number: row for row in rows.rejected(self.run).filter(number__in=numbers)}
            yield self.look(
                [
                    MarkedRow(row.number, cells[at], None, orjson.dumps(cells).decode())  # type: ignore[arg-type]
                    for row, cells in batch
                    if row.number in self._held
                ]
            )

    def _is_known(self, product: Any, row: MarkedRow, sku: str) -> bool:
        return False

    def _parse(self, marked: MarkedRow, cells: Sequence[str]) -> Parsed:
        parsed = super()._parse(marked, cells)
        mended = self._held[marked.number].mended or {}
        if places := {int(place) for place, text in mended.items() if text is None}:
            self.parser.leave_out(parsed, places)
        return parsed

    def _put(self, planned: Sequence[PlannedRow]) -> None:
        """In the places of the rows as they were, with the cells of the file and what was written over them."""
        for row in planned:
            before = self._held[row.number]
            row.raw = row.raw if row.raw is NO_CELLS else Written(orjson.dumps(before.raw).decode())
            row.mended = before.mended
            row.mark = None
        ImportRow.objects.filter(pk__in=[self._held[row.number].pk for row in planned]).delete()
        super()._put(planned)
        self._add_counts()

    def _add_counts(self) -> None:
        """With the rows, so that they agree whenever somebody looks."""
        counted, self._counted = self._counted, dict(self.counts)
        stored = ImportRun.objects.select_for_update().only("counts", "applied_at").get(pk=self.run.pk)
        for name in _ADDED:
            if name != "cells_changed" or stored.applied_at is None:
                added = self.counts[name] - counted.get(name, 0)
                stored.counts[name] = max(0, stored.counts.get(name, 0) + added)
        self._add_lost(stored)
        if self.parser.new_options.made:
            stored.counts["new_options"] = self.parser.new_options.made
        stored.save(update_fields=["counts"])

    def _add_lost(self, stored: ImportRun) -> None:
        """Rows by the channel for which they would no longer be complete."""
        lost = {(code, name): number for code, name, number in stored.counts.get("incomplete_on", ())}
        for channel, number in (self.incomplete_on - self._lost).items():
            lost[channel] = lost.get(channel, 0) + number
        self._lost = Counter(self.incomplete_on)
        if lost:
            listed = sorted(lost.items(), key=lambda entry: -entry[1])
            stored.counts["incomplete_on"] = [[*channel, number] for channel, number in listed]

    def end(self) -> None:
        super().end()
        with transaction.atomic():
            self._add_counts()
