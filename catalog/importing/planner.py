"""Rows of a file become rows of a plan: batch by batch, each cell validated, each change known as before → after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.importing import complaints, consequences, links, marks, missing, rows
from catalog.importing.arrivals import Arrivals
from catalog.importing.behind import Behind, beforehand
from catalog.importing.cells import Parsed, RowParser
from catalog.importing.claims import Claims, shown
from catalog.importing.firsts import Firsts
from catalog.importing.found import Found, Looked, find
from catalog.importing.kept import Kept
from catalog.importing.lineage import Lineage
from catalog.importing.mapping import Column
from catalog.importing.missing import Named
from catalog.importing.new_options import Made, NewOptions
from catalog.importing.pictures import planning
from catalog.importing.progress import Progress
from catalog.importing.readers.base import Row, Table
from catalog.importing.readers.child import MarkedRow
from catalog.importing.rows import NO_CELLS, Action, PlannedRow, State, error
from catalog.importing.settings import ImportSettings
from catalog.importing.shaped import source_of
from catalog.importing.since import Since, changed_since, translated_from
from catalog.models.importing import ImportRun
from catalog.models.product import ProductValues
from catalog.models.remote import ImportPicture
from catalog.structure.snapshot import Structure
from catalog.values.changes import ABSENT, EMPTY, Actor, Outcome, ProductChange
from catalog.values.rows import Written
from catalog.values.write import plan

_COUNTED = (
    "cells_changed", "warnings", "proposals", "fillable", "known", "naming", "waiting", "empties", "incomplete",
)  # fmt: skip


@dataclass
class Planner:
    """Plans batches of rows; what spans batches (SKUs seen, unique values, models to come) is remembered here."""

    run: ImportRun
    path: Path
    table: Table
    columns: Sequence[Column]
    settings: ImportSettings
    structure: Structure
    by: Actor
    progress: Progress
    level: int = 0
    seen: Firsts = field(default_factory=Firsts)  # SKUs in capitals
    rejected: dict[str, int] = field(default_factory=dict)  # rows of models
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))
    incomplete_on: Counter[tuple[str, str]] = field(default_factory=Counter)  # channel (code, name) → rows

    def __post_init__(self) -> None:
        self._deciding = consequences.deciding(self.structure)
        self._losing: list[tuple[PlannedRow, consequences.Changed]] = []
        self.source = source_of(self.path, self.table)
        self.behind = Behind(self.source.total)
        self.kept = Kept()
        self.from_locale = translated_from(self.table, self.structure)
        self.lineage = Lineage(self.structure)
        known = NewOptions(self.structure, self._options_to_come())
        self.parser = RowParser(self.columns, self.structure, self.settings, new_options=known)
        self.headers = {column.to.key: column.column for column in self.columns if column.to}
        self.profile = marks.profile_of(self.run)
        self.trusts_marks = marks.trusts(self.by) and not self.parser.names_products
        self.key = marks.key_of(self.columns, self.settings, self.structure)
        self.links = links.Links(self.structure)
        self.named = Named() if self.settings.missing != "nothing" and self.run.profile_id else None
        self.arrivals: Arrivals | None = None
        if self.parser.names_products and self.parser.sku_index is not None and self.settings.create:
            self.arrivals = Arrivals(self._skus, self.parser.sku)
        self.claims = Claims(self.structure, self.headers, self.links if self.arrivals else None)

    def _options_to_come(self) -> Made:
        """What an earlier look at the same file found."""
        return {}

    def close(self) -> None:
        self.behind.close()
        self.source.close()
        for kept in (self.arrivals, self.named):
            if kept is not None:
                kept.close()
        self.seen.close()
        self.claims.close()

    def look_ahead(self) -> None:
        """Reads the file once for what rows say of each other, where it has a column for that."""
        self.source.prepare(self.progress)
        sku, parent = self.parser.sku_index, self.parser.parent_index
        if sku is not None and parent is not None:
            with closing(self.source.cells(sku, parent)) as batches:
                self.lineage.read(self.arrivals.watch(batches) if self.arrivals else batches)

    def _skus(self) -> Generator[list[Row]]:
        return self.source.cells(self.parser.sku_index or 0)

    def read(self) -> Generator[Looked]:
        with closing(self.source.marked(key=self.key, sku=self.parser.sku_index or 0)) as batches:
            yield from beforehand(batches, self.look, rows=self.source.total)

    def end(self) -> None:
        """What is known of a row only when all have been looked at."""
        self.behind.wait()
        if self.arrivals is not None:
            links.leave_out_broken(self.run, self.links, self.arrivals, self.counts, self.progress)
        if self.named is not None:
            self.counts["in_scope"] = missing.list_missing(
                self.run, self.named, by=self.by, progress=self.progress
            )

    def look(self, batch: Sequence[MarkedRow]) -> Looked:
        """Those of this level, with what the catalogue has of them. Another thread's work, where there are many."""
        if self.lineage.parents:
            batch = [row for row in batch if self._level(row.sku) == self.level]
        skus = [self.parser.sku(row.sku) for row in batch]
        return Looked(batch, [sku.upper() for sku in skus], find(list(filter(None, skus)), self.profile))

    def take(self, looked: Looked) -> int:
        """Plans rows, or keeps them for a fuller batch: flush() ends a level. Returns how many rows those were."""
        batch, found = looked.rows, looked.found
        if not batch:
            return 0
        rows = list(zip(batch, looked.skus, strict=True))
        earlier = self.seen.note([(sku, row.number) for row, sku in rows if sku])
        if self.named is not None:
            self.named.note(batch[-1].number, (product.id for product in found.values()))
        unknown = [
            (row, sku)
            for row, sku in rows
            if earlier.get(sku, row.number) != row.number or not self._is_known(found.get(sku), row, sku)
        ]
        self.counts["known"] += len(batch) - len(unknown)
        if not self.kept.has_room(row for row, _sku in unknown):
            self.flush()
        self.kept.add(unknown, found, earlier)
        if self.kept.is_full:
            self.flush()
        return len(batch)

    def flush(self) -> None:
        """Plans and stores the rows that take() kept."""
        kept, self.kept = self.kept, Kept(self.kept.most)
        if not kept.rows:
            return
        cells_of = [row.cells for row in kept.rows]
        self.parser.bring(cells_of)
        taken: list[tuple[PlannedRow, Parsed]] = []
        for marked, cells in zip(kept.rows, cells_of, strict=True):
            parsed = self._parse(marked, cells)
            row = PlannedRow(
                marked.number, parsed.sku, level=self.level, raw=Written(marked.packed), mark=marked.mark
            )
            taken.append((row, parsed))
        planning.find_files(parsed for _row, parsed in taken)
        self._take(taken, kept.found, kept.earlier)

    def _is_known(self, product: Found | None, row: MarkedRow, sku: str) -> bool:
        """Whether this row needs no look but at its mark: what it would say of other rows, or of a model, is not in it."""
        return (
            product is not None
            and product.mark == row.mark
            and self.trusts_marks
            and not product.trashed
            and not product.parent
            and sku not in self.lineage.named
        )

    def _take(
        self, taken: list[tuple[PlannedRow, Parsed]], found: dict[str, Found], earlier: Mapping[str, int]
    ) -> None:
        above = [self._above(parsed, found.get(parsed.sku.upper())) for _row, parsed in taken]
        inherited = self.lineage.inherited(above)
        since = changed_since((parsed, found.get(parsed.sku.upper())) for _row, parsed in taken)
        needed = self.parser.needs_documents(parsed for _row, parsed in taken) or inherited or since
        documents = self._documents(found) if needed else {}
        changes: list[ProductChange] = []
        bad: list[ProductChange] = []
        for (row, parsed), parent in zip(taken, above, strict=True):
            change = self._change(row, parsed, found, documents, inherited.get(parent, {}), since, earlier)
            if change is not None:
                (bad if row.state == State.REJECTED else changes).append(change)
        outcomes = self._plan(changes)
        for (row, parsed), parent in zip(taken, above, strict=True):
            if row.state == State.PLANNED and (outcome := outcomes.get(id(row))) is not None:
                self._settle(row, parsed, outcome, since.get(row.product_id or 0), parent)
            if row.state == State.REJECTED and row.sku.upper() in self.lineage.named:
                self.rejected.setdefault(row.sku.upper(), row.number)
        pictures = planning.note(taken, documents)
        lost = consequences.note_incomplete(self._losing, self.structure)
        self._losing = []
        self.counts["incomplete"] += lost.pop(consequences.ALL, 0)
        self.incomplete_on.update(lost)
        if self.arrivals is not None:
            self.arrivals.refuse(row.number for row, _parsed in taken if row.state == State.REJECTED)
        # What the door would say of rows that are rejected already, so that all their errors are known at once.
        complaints_of = self._plan(bad)
        for row, _parsed in taken:
            if id(row) in complaints_of:
                self._complain(row, complaints_of[id(row)])
        self.source.locate(row for row, _parsed in taken if row.state == State.REJECTED)
        told = self._marks(taken, found)
        planned = [row for row, _parsed in taken]
        self.behind.do(lambda: self._store(planned, pictures, told))

    def _parse(self, _marked: MarkedRow, cells: Sequence[str]) -> Parsed:
        return self.parser(cells)

    def _store(
        self, planned: Sequence[PlannedRow], pictures: Sequence[ImportPicture], told: Sequence[marks.Mark]
    ) -> None:
        with transaction.atomic():
            self.progress.hold()
            self._put(planned)
            planning.store(self.run, pictures)
            marks.store(self.profile, told)

    def _put(self, planned: Sequence[PlannedRow]) -> None:
        """In a transaction of its caller's."""
        rows.insert(self.run.pk, planned)

    def _marks(
        self, taken: Sequence[tuple[PlannedRow, Parsed]], found: Mapping[str, Found]
    ) -> list[marks.Mark]:
        """Of the rows that ask for nothing; the others are marked when they were written. No mark where more than the
        cells and the product decide: a model's values, other products' names, a revision the row is based on."""
        told = []
        for row, parsed in taken:
            product = found.get(parsed.sku.upper())
            below = parsed.fields.get("parent") or (product and product.parent)
            said = any(note["kind"] not in consequences.KINDS for note in row.notes)
            if below or said or parsed.files or parsed.rev is not None or not self.trusts_marks:
                row.mark = None
            elif row.state == State.UNCHANGED and product and row.mark is not None:
                told.append((product.id, product.rev, row.mark))
        return told

    def _plan(self, changes: Sequence[ProductChange]) -> dict[int, Outcome]:
        if not changes:
            return {}
        outcomes = plan(changes, by=self.by, coming=self.lineage.coming_for(changes))
        return {id(outcome.ref): outcome for outcome in outcomes}

    def _level(self, sku: str) -> int:
        return 0 if self.parser.sku_index is None else self.lineage.level_of(sku.strip().upper())

    # --- one row

    @staticmethod
    def _above(parsed: Parsed, product: Found | None) -> str:
        return product.parent if product else str(parsed.fields.get("parent") or "").upper()

    def _change(
        self,
        row: PlannedRow,
        parsed: Parsed,
        found: dict[str, Found],
        documents: dict[int, dict[str, Any]],
        inherited: dict[str, Any],
        since: dict[int, Since],
        earlier: Mapping[str, int],
    ) -> ProductChange | None:
        """What the row asks of the door; None where it is rejected or left out for good."""
        row.notes = parsed.notes
        product = found.get(parsed.sku.upper())
        row.product_id = product.id if product else None
        row.rev = product.rev if product else None
        row.action = Action.UPDATE.value if product else Action.CREATE.value
        document = documents.get(product.id, {}) if product else None
        newer = since.get(product.id) if product else None
        self.parser.complete(parsed, document if newer is None else newer.as_exported(document or {}))
        if newer is not None:
            newer.merge(parsed, document or {}, self.structure)
        problems = parsed.errors + self._problems(row, parsed, product, earlier)
        if not parsed.sku or any(problem["code"] == "duplicate_row" for problem in problems):
            row.reject(*problems)
            return None
        if not (self.settings.update if product else self.settings.create):
            complaints.leave_out(row)
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

    def _problems(
        self, row: PlannedRow, parsed: Parsed, product: Found | None, earlier: Mapping[str, int]
    ) -> list[dict[str, Any]]:
        column = self.headers.get("_sku", "")
        first = earlier.get(parsed.sku.upper(), row.number)
        problems = list(
            complaints.of_sku(parsed, first, row.number, column, is_new=product is None or product.trashed)
        )
        if surplus := self.table.surplus(parsed.cells):
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
        if since and (conflict := since.conflict(changed, self.headers, self.from_locale, self.structure)):
            row.reject(conflict)
            return
        if problem := self.claims.objection(row, parsed.values, changed):
            row.reject(problem)
            return
        self._note(row, outcome)
        if parsed.values.keys() <= changed.keys():
            row.values = parsed.values
        else:
            row.values = {
                key: value
                for key, value in parsed.values.items()
                if key in changed or key in outcome.proposals
            }
        if row.product_id is None:
            row.fields = {**parsed.fields, "sku": parsed.sku}
        elif changed:
            row.changes = rows.changes_json(changed)
            row.fields = {key[1:]: after for key, (_before, after) in changed.items() if key.startswith("_")}
            self.counts["empties"] += consequences.note_emptied(row, changed)
            if consequences.may_lose(changed, self._deciding):
                self._losing.append((row, changed))
            self.counts["fillable"] += any(
                before is None or before is ABSENT for before, _after in changed.values()
            )
        else:
            row.action = Action.NONE.value
            if not outcome.proposals:
                row.state, row.raw = State.UNCHANGED.value, NO_CELLS
        if self.arrivals is not None:
            links.note(row, self.links, self.arrivals, self.counts)
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
                    value=shown(problem.value),
                )
                for problem in outcome.errors
                if problem.key not in wrong
            )
        )

    # --- one batch

    def _documents(self, found: dict[str, Found]) -> dict[int, dict[str, Any]]:
        ids = [product.id for product in found.values()]
        rows = ProductValues.objects.filter(pk__in=ids).values_list("pk", "values") if ids else ()
        return {pk: self.structure.read(values) for pk, values in rows}
