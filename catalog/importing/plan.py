"""The plan of a run: every row parsed, every cell validated, every change known as before → after, nothing written.

Begun again after an interruption it starts over: nothing but the run's own rows is touched.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from catalog.access import rights_of
from catalog.importing import complaints, files, mapping, rows
from catalog.importing.cells import Parsed, RowParser
from catalog.importing.lineage import Lineage
from catalog.importing.mapping import Column
from catalog.importing.progress import Progress
from catalog.importing.readers.base import Row, Table
from catalog.importing.readers.child import read_in_child
from catalog.importing.rows import Action, PlannedRow, State, error
from catalog.importing.settings import ImportSettings
from catalog.importing.since import Since
from catalog.importing.since import load as load_since
from catalog.jobs import JobCancelled
from catalog.models.importing import ImportRun
from catalog.models.product import ProductValues
from catalog.models.revision import Revision
from catalog.structure.snapshot import Structure
from catalog.values.changes import ABSENT, EMPTY, Actor, Outcome, ProductChange
from catalog.values.derive import unique_entry
from catalog.values.products import with_skus
from catalog.values.write import plan


def plan_run(run: ImportRun, *, by: Actor, progress: Progress) -> dict[str, Any]:
    """Plans all rows of the run's file and leaves the run planned, with its counts.

    Raises FileRefused (also half way), MappingRefused, SettingsRefused; JobCancelled when somebody cancelled the job.
    """
    began = time.monotonic()
    structure = Structure.current()
    settings = ImportSettings.from_json(run.settings)
    columns = mapping.from_json(run.mapping)
    table = Table.from_json(run.table)
    if wrong := mapping.faults(columns, structure):
        raise mapping.MappingRefused(" ".join(wrong))
    refused = mapping.forbidden(columns, structure, None if by.trusted else rights_of(by.user))
    columns = [column for column in columns if column not in refused]
    rows.clear(run)
    planner = Planner(run, table, columns, settings, structure, by, progress)
    with files.local_copy(run) as path:
        if planner.parser.parent_index is not None and planner.parser.sku_index is not None:
            with closing(read_in_child(path, table)) as batches:
                planner.lineage.read(batches, planner.parser.sku_index, planner.parser.parent_index)
        progress.start(table.row_estimate)
        for level in planner.lineage.levels:
            planner.level = level
            with closing(read_in_child(path, table)) as batches:
                for batch in batches:
                    if progress.cancelled():
                        raise JobCancelled
                    progress.advance(planner.take(batch))
    counts: dict[str, Any] = {**rows.tally(run.rows.all()), **planner.counts}
    counts["refused_columns"] = [column.column for column in refused]
    counts["plan_seconds"] = round(time.monotonic() - began, 3)
    with transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.PLANNED, counts=counts, error="")
    return counts


@dataclass(slots=True)
class _Found:
    """The stored product a row is about."""

    id: int
    rev: int
    trashed: bool
    parent: str  # SKU in capitals
    undone: bool = False  # the undo of an import put it into the trash: the same file brings it back


@dataclass
class Planner:
    """Plans batches of rows; what spans batches (SKUs seen, unique values, models to come) is remembered here."""

    run: ImportRun
    table: Table
    columns: Sequence[Column]
    settings: ImportSettings
    structure: Structure
    by: Actor
    progress: Progress
    level: int = 0
    seen: dict[str, int] = field(default_factory=dict)
    taken: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(
        default_factory=lambda: {"cells_changed": 0, "warnings": 0, "proposals": 0, "fillable": 0}
    )

    def __post_init__(self) -> None:
        self.lineage = Lineage(self.structure)
        self.parser = RowParser(self.columns, self.structure, self.settings)
        self.headers = {column.to.key: column.column for column in self.columns if column.to}
        self.unique = {
            code for code, spec in self.structure.attributes.items() if spec.unique
        } & self.headers.keys()

    def take(self, batch: Sequence[Row]) -> int:
        """Plans and stores the rows of this level; returns how many those were."""
        taken: list[tuple[PlannedRow, Parsed]] = []
        for number, cells in batch:
            if self.lineage.parents and self._level(cells) != self.level:
                continue
            parsed = self.parser(cells)
            taken.append((PlannedRow(number, parsed.sku, level=self.level, raw=cells), parsed))
        if not taken:
            return 0
        found = self._find([parsed.sku for _row, parsed in taken if parsed.sku])
        above = [self._above(parsed, found.get(parsed.sku.upper())) for _row, parsed in taken]
        inherited = self.lineage.inherited(above)
        since = _changed_since(taken, found)
        needed = self.parser.needs_documents or inherited or since
        documents = self._documents(found) if needed else {}
        changes: list[ProductChange] = []
        bad: list[ProductChange] = []
        for (row, parsed), parent in zip(taken, above, strict=True):
            change = self._change(row, parsed, found, documents, inherited.get(parent, {}), since)
            if change is not None:
                (bad if row.state == State.REJECTED else changes).append(change)
        outcomes = self._plan(changes)
        for (row, parsed), parent in zip(taken, above, strict=True):
            if row.state == State.PLANNED and (outcome := outcomes.get(id(row))) is not None:
                self._settle(row, parsed, outcome, since.get(row.product_id or 0), parent)
            if row.state == State.REJECTED and row.sku:
                self.rejected.setdefault(row.sku.upper(), row.number)
        # What the door would say of rows that are rejected already, so that all their errors are known at once.
        complaints_of = self._plan(bad)
        for row, _parsed in taken:
            if id(row) in complaints_of:
                self._complain(row, complaints_of[id(row)])
        with transaction.atomic():
            self.progress.hold()
            rows.insert(self.run.pk, [row for row, _parsed in taken])
        return len(taken)

    def _plan(self, changes: Sequence[ProductChange]) -> dict[int, Outcome]:
        if not changes:
            return {}
        outcomes = plan(changes, by=self.by, coming=self.lineage.coming_for(changes))
        return {id(outcome.ref): outcome for outcome in outcomes}

    def _level(self, cells: Sequence[str]) -> int:
        sku = self.parser.sku_index
        return 0 if sku is None else self.lineage.level_of(cells[sku].strip().upper())

    # --- one row

    @staticmethod
    def _above(parsed: Parsed, product: _Found | None) -> str:
        return product.parent if product else str(parsed.fields.get("parent") or "").upper()

    def _change(
        self,
        row: PlannedRow,
        parsed: Parsed,
        found: dict[str, _Found],
        documents: dict[int, dict[str, Any]],
        inherited: dict[str, Any],
        since: dict[int, Since],
    ) -> ProductChange | None:
        """What the row asks of the door; None where it is rejected or left out for good."""
        row.notes = parsed.notes
        product = found.get(parsed.sku.upper())
        row.product_id = product.id if product else None
        row.action = Action.UPDATE.value if product else Action.CREATE.value
        document = documents.get(product.id, {}) if product else None
        newer = since.get(product.id) if product else None
        self.parser.complete(parsed, document if newer is None else newer.as_exported(document or {}))
        if newer is not None:
            newer.merge(parsed, document or {}, self.structure)
        problems = parsed.errors + self._problems(row, parsed, product)
        if not parsed.sku or any(problem["code"] == "duplicate_row" for problem in problems):
            row.reject(*problems)
            return None
        if not (self.settings.update if product else self.settings.create):
            self._leave_out(row)
            return None
        if problems:
            row.reject(*problems)
        for key in inherited.keys() & parsed.values.keys():
            # Other systems repeat a model's values in its variants' rows: what is inherited anyway stays inherited.
            if parsed.values[key] == inherited[key] and key not in (document or {}):
                del parsed.values[key]
        values = {**dict.fromkeys(parsed.empty, EMPTY), **parsed.values}
        fields = dict(parsed.fields)
        if not product:
            fields["sku"] = parsed.sku
        elif product.trashed:
            fields["trashed"] = False
        return ProductChange(product=row.product_id, values=values, fields=fields, cleaned=True, ref=row)

    @staticmethod
    def _leave_out(row: PlannedRow) -> None:
        row.state = State.SKIPPED.value
        why = (
            _("It exists already; this import only creates.")
            if row.product_id
            else _("It does not exist; this import only updates.")
        )
        row.notes = [{"kind": "skipped", "key": "_sku", "message": why}]

    def _problems(self, row: PlannedRow, parsed: Parsed, product: _Found | None) -> list[dict[str, Any]]:
        problems = []
        column = self.headers.get("_sku", "")
        if not parsed.sku:
            problems.append(complaints.no_sku(column))
        elif (first := self.seen.setdefault(parsed.sku.upper(), row.number)) != row.number:
            problems.append(complaints.duplicate_row(parsed.sku, first, row.number, column))
        if surplus := self.table.surplus(row.raw):
            problems.append(complaints.surplus_cells(surplus))
        above = str(parsed.fields.get("parent") or "")
        if above.upper() in self.rejected and above.upper() not in self.lineage.coming:
            number = self.rejected[above.upper()]
            problems.append(complaints.parent_rejected(above, number, self.headers.get("_parent", "")))
        if product and product.trashed and not product.undone:
            problems.append(complaints.in_trash(parsed.sku, column))
        return problems

    def _settle(
        self, row: PlannedRow, parsed: Parsed, outcome: Outcome, since: Since | None, above: str
    ) -> None:
        if outcome.errors:
            self._complain(row, outcome)
            return
        changed = outcome.changed
        if since is not None and (stale := since.stale(changed)):
            key, who = stale
            row.reject(complaints.changed_since(key, who, self.headers.get(key, ""), _shown(changed[key][1])))
            return
        if clash := self._clash(row, changed):
            row.reject(clash)
            return
        self._note(row, outcome)
        row.values = {
            key: value for key, value in parsed.values.items() if key in changed or key in outcome.proposals
        }
        if row.product_id is None:
            row.fields = {**parsed.fields, "sku": parsed.sku}
        elif changed:
            row.changes = rows.changes_json(changed)
            row.fields = {key[1:]: after for key, (_before, after) in changed.items() if key.startswith("_")}
            self.counts["fillable"] += any(
                before is None or before is ABSENT for before, _after in changed.values()
            )
        else:
            row.action = Action.NONE.value
            if not outcome.proposals:
                row.state, row.raw = State.UNCHANGED.value, []
        self.lineage.note(row, parsed.values, above)

    def _note(self, row: PlannedRow, outcome: Outcome) -> None:
        for warning in outcome.warnings:
            row.notes.append({"kind": "warning", "key": warning.key, "message": warning.message})
        for key in outcome.proposals:
            message = _("A stronger source holds this value: kept as a proposal.")
            row.notes.append({"kind": "proposal", "key": key, "message": message})
        self.counts["warnings"] += any(note["kind"] == "warning" for note in row.notes)
        self.counts["proposals"] += bool(outcome.proposals)
        self.counts["cells_changed"] += len(outcome.changed)

    def _complain(self, row: PlannedRow, outcome: Outcome) -> None:
        """The door's refusals, beside what the cells themselves had wrong."""
        wrong = {problem["key"] for problem in row.errors}
        row.reject(
            *(
                error(
                    problem.code,
                    problem.message,
                    key=problem.key,
                    column=self.headers.get(problem.key, ""),
                    value=_shown(problem.value),
                )
                for problem in outcome.errors
                if problem.key not in wrong
            )
        )

    def _clash(self, row: PlannedRow, changed: dict[str, tuple[Any, Any]]) -> dict[str, Any] | None:
        """Two rows of the file that want the same unique value: the first has it."""
        for code in self.unique:
            after = changed.get(code, (None, None))[1]
            if after is None or after is ABSENT:
                continue
            entry = (code, unique_entry(self.structure.attributes[code], after))
            sku, number = self.taken.setdefault(entry, (row.sku, row.number))
            if number != row.number:
                return complaints.same_value(code, sku, number, self.headers.get(code, ""), _shown(after))
        return None

    # --- one batch

    def _find(self, skus: Sequence[str]) -> dict[str, _Found]:
        if not skus:
            return {}
        found = {
            sku.upper(): _Found(pk, rev, trashed_at is not None, (parent or "").upper())
            for sku, pk, rev, trashed_at, parent in with_skus(skus).values_list(
                "sku", "pk", "rev", "trashed_at", "parent__sku"
            )
        }
        trashed = {product.id: product for product in found.values() if product.trashed}
        if trashed:
            undone = Revision.objects.filter(product_id__in=trashed, rev=F("product__rev"), origin="undo")
            for product_id in undone.values_list("product_id", flat=True):
                trashed[product_id].undone = True
        return found

    def _documents(self, found: dict[str, _Found]) -> dict[int, dict[str, Any]]:
        ids = [product.id for product in found.values()]
        rows = ProductValues.objects.filter(pk__in=ids).values_list("pk", "values") if ids else ()
        return {pk: self.structure.read(values) for pk, values in rows}


def _changed_since(taken: Sequence[tuple[PlannedRow, Parsed]], found: dict[str, _Found]) -> dict[int, Since]:
    """Of the rows whose `_rev` cell names a revision that is no longer the product's."""
    based = {
        product.id: (parsed.rev, product.rev)
        for _row, parsed in taken
        if parsed.rev is not None and (product := found.get(parsed.sku.upper()))
    }
    return load_since(based)


def _shown(value: Any) -> Any:
    return None if value is ABSENT or value is EMPTY else value
