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
from django.db.models.functions import Upper
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.access import rights_of
from catalog.importing import files, hierarchy, mapping, rows
from catalog.importing.cells import Parsed, RowParser
from catalog.importing.mapping import Column
from catalog.importing.progress import Progress
from catalog.importing.readers.base import Row, Table
from catalog.importing.readers.child import read_in_child
from catalog.importing.rows import Action, PlannedRow, State, error
from catalog.importing.settings import ImportSettings
from catalog.jobs import JobCancelled
from catalog.models.importing import ImportRun
from catalog.models.product import Product, ProductValues
from catalog.models.revision import Revision
from catalog.structure.snapshot import Structure
from catalog.values.changes import ABSENT, EMPTY, Actor, Outcome, ProductChange
from catalog.values.derive import unique_entry
from catalog.values.fields import Coming
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
        levels = [0]
        if planner.parser.parent_index is not None and planner.parser.sku_index is not None:
            with closing(read_in_child(path, table)) as batches:
                planner.parents = hierarchy.parents_in(
                    batches, planner.parser.sku_index, planner.parser.parent_index
                )
            planner.named_as_parents = set(planner.parents.values())
            levels = sorted({0, *(hierarchy.level_of(sku, planner.parents) for sku in planner.parents)})
        progress.start(table.row_estimate)
        for level in levels:
            planner.level = level
            with closing(read_in_child(path, table)) as batches:
                for batch in batches:
                    if progress.cancelled():
                        raise JobCancelled
                    progress.advance(planner.take(batch))
    counts = {**rows.tally(run.rows.all()), **planner.counts}
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
    parents: dict[str, str] = field(default_factory=dict)
    named_as_parents: set[str] = field(default_factory=set)
    coming: dict[str, Coming] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    taken: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(
        default_factory=lambda: {"cells_changed": 0, "warnings": 0, "proposals": 0, "fillable": 0}
    )

    def __post_init__(self) -> None:
        self.parser = RowParser(self.columns, self.structure, self.settings)
        self.headers = {column.to.key: column.column for column in self.columns if column.to}
        self.unique = {code for code, spec in self.structure.attributes.items() if spec.unique} & set(
            self.headers
        )

    def take(self, batch: Sequence[Row]) -> int:
        """Plans and stores the rows of this level; returns how many those were."""
        taken: list[tuple[PlannedRow, Parsed]] = []
        for number, cells in batch:
            parsed = self.parser(cells)
            if self.parents and hierarchy.level_of(parsed.sku.upper(), self.parents) != self.level:
                continue
            taken.append((PlannedRow(number, parsed.sku, level=self.level, raw=cells), parsed))
        if not taken:
            return 0
        found = self._find([parsed.sku for _row, parsed in taken if parsed.sku])
        documents = self._documents(found) if self.parser.needs_documents else {}
        changes: list[ProductChange] = []
        for row, parsed in taken:
            change = self._change(row, parsed, found, documents)
            if change is not None:
                changes.append(change)
        with_outcomes = plan(changes, by=self.by, coming=self._coming_for(changes)) if changes else []
        outcomes = {id(outcome.ref): outcome for outcome in with_outcomes}
        since = self._changed_since(taken, found)
        for row, parsed in taken:
            if row.state == State.PLANNED and (outcome := outcomes.get(id(row))) is not None:
                self._settle(row, parsed, outcome, since.get(row.product_id or 0, {}))
            if row.state == State.REJECTED and row.sku:
                self.rejected.setdefault(row.sku.upper(), row.number)
        with transaction.atomic():
            self.progress.hold()
            rows.insert(self.run.pk, [row for row, _parsed in taken])
        return len(taken)

    # --- one row

    def _change(
        self, row: PlannedRow, parsed: Parsed, found: dict[str, _Found], documents: dict[int, dict[str, Any]]
    ) -> ProductChange | None:
        """What the row asks of the door; None where it is rejected or left out before."""
        row.notes = parsed.notes
        product = found.get(parsed.sku.upper())
        row.product_id = product.id if product else None
        row.action = Action.UPDATE.value if product else Action.CREATE.value
        self.parser.complete(parsed, documents.get(product.id, {}) if product else None)
        problems = parsed.errors + self._problems(row, parsed, product)
        if not parsed.sku or any(problem["code"] == "duplicate_row" for problem in problems):
            row.reject(*problems)
            return None
        if (product and not self.settings.update) or (not product and not self.settings.create):
            row.state = State.SKIPPED.value
            why = (
                _("It exists already; this import only creates.")
                if product
                else _("It does not exist; this import only updates.")
            )
            row.notes = [{"kind": "skipped", "key": "_sku", "message": why}]
            return None
        if problems:
            row.reject(*problems)  # still planned below, so that the door's complaints stand beside
        values = {**dict.fromkeys(parsed.empty, EMPTY), **parsed.values}
        fields = dict(parsed.fields)
        if not product:
            fields["sku"] = parsed.sku
        elif product.trashed:
            fields["trashed"] = False
        change = ProductChange(product=row.product_id, values=values, fields=fields, cleaned=True, ref=row)
        if row.state == State.REJECTED:
            self._complain(row, plan([change], by=self.by, coming=self._coming_for([change]))[0])
            return None
        return change

    def _problems(self, row: PlannedRow, parsed: Parsed, product: _Found | None) -> list[dict[str, Any]]:
        problems = []
        sku_column = self.headers.get("_sku", "")
        if not parsed.sku:
            problems.append(
                error(
                    "no_sku",
                    _("The row has no SKU: fill it in, or delete the row."),
                    key="_sku",
                    column=sku_column,
                )
            )
        elif (first := self.seen.setdefault(parsed.sku.upper(), row.number)) != row.number:
            problems.append(
                error(
                    "duplicate_row",
                    _("%(sku)s stands in row %(first)d and again in row %(second)d: keep one of them.")
                    % {"sku": parsed.sku, "first": first, "second": row.number},
                    key="_sku", column=sku_column, value=parsed.sku,
                )
            )  # fmt: skip
        if surplus := self.table.surplus(row.raw):
            problems.append(
                error(
                    "surplus_cells",
                    ngettext(
                        "%(count)d cell stands beyond the last column: an unquoted separator in a text moves the cells.",
                        "%(count)d cells stand beyond the last column: an unquoted separator in a text moves the cells.",
                        len(surplus),
                    )
                    % {"count": len(surplus)},
                    value=" ".join(surplus)[:200],
                )
            )
        above = str(parsed.fields.get("parent") or "").upper()
        if above and above in self.rejected and above not in self.coming:
            problems.append(
                error(
                    "parent_rejected",
                    _("Its model %(sku)s in row %(row)d is rejected: mend that row first.")
                    % {"sku": parsed.fields["parent"], "row": self.rejected[above]},
                    key="_parent", column=self.headers.get("_parent", ""), value=parsed.fields["parent"],
                )
            )  # fmt: skip
        if product and product.trashed and not self._trashed_by_undo(product):
            problems.append(
                error(
                    "in_trash",
                    _("%(sku)s is in the trash: restore it there first, or leave the row out.") % {"sku": parsed.sku},
                    key="_sku", column=sku_column, value=parsed.sku,
                )
            )  # fmt: skip
        return problems

    def _trashed_by_undo(self, product: _Found) -> bool:
        """What the undo of an import put into the trash, the same file brings back."""
        last = (
            Revision.objects.filter(product_id=product.id)
            .order_by("-rev")
            .values_list("origin", flat=True)
            .first()
        )
        return last == "undo"

    def _settle(self, row: PlannedRow, parsed: Parsed, outcome: Outcome, since: dict[str, str]) -> None:
        if outcome.errors:
            self._complain(row, outcome)
            return
        changed = outcome.changed
        for key in changed:
            if key in since:
                row.reject(
                    error(
                        "conflict",
                        _("Changed by %(who)s since the file was exported: take that value over, or export again.") % {"who": since[key]},
                        key=key, column=self.headers.get(key, ""), value=_shown(changed[key][1]),
                    )
                )  # fmt: skip
                return
        if clash := self._clash(row, changed):
            row.reject(clash)
            return
        for warning in outcome.warnings:
            row.notes.append({"kind": "warning", "key": warning.key, "message": warning.message})
        for key in outcome.proposals:
            row.notes.append(
                {
                    "kind": "proposal",
                    "key": key,
                    "message": _("A stronger source holds this value: kept as a proposal."),
                }
            )
        self.counts["warnings"] += any(note["kind"] == "warning" for note in row.notes)
        self.counts["proposals"] += bool(outcome.proposals)
        self.counts["cells_changed"] += len(changed)
        row.values = {
            key: value for key, value in parsed.values.items() if key in changed or key in outcome.proposals
        }
        if row.product_id is None:
            row.fields = {**parsed.fields, "sku": parsed.sku}
            self._will_come(row)
            return
        if not changed:
            row.action = Action.NONE.value
            if not outcome.proposals:
                row.state, row.raw = State.UNCHANGED.value, []
            return
        row.changes = rows.changes_json(changed)
        row.fields = {key[1:]: after for key, (_before, after) in changed.items() if key.startswith("_")}
        self.counts["fillable"] += any(
            before is None or before is ABSENT for before, _after in changed.values()
        )

    def _complain(self, row: PlannedRow, outcome: Outcome) -> None:
        """The door's refusals, beside what the cells themselves had wrong."""
        wrong = {problem["key"] for problem in row.errors}
        row.reject(
            *(
                error(problem.code, problem.message, key=problem.key, column=self.headers.get(problem.key, ""), value=_shown(problem.value))
                for problem in outcome.errors
                if problem.key not in wrong and not (problem.code == "unknown_parent" and "_parent" in wrong)
            )
        )  # fmt: skip

    def _clash(self, row: PlannedRow, changed: dict[str, tuple[Any, Any]]) -> dict[str, Any] | None:
        """Two rows of the file that want the same unique value: the first has it."""
        for code in self.unique:
            after = changed.get(code, (None, None))[1]
            if after is None or after is ABSENT:
                continue
            entry = (code, unique_entry(self.structure.attributes[code], after))
            sku, number = self.taken.setdefault(entry, (row.sku, row.number))
            if number != row.number:
                return error(
                    "not_unique",
                    _("%(sku)s in row %(row)d has the same value: only one of them can be right.") % {"sku": sku, "row": number},
                    key=code, column=self.headers.get(code, ""), value=_shown(after),
                )  # fmt: skip
        return None

    def _will_come(self, row: PlannedRow) -> None:
        """A model this file creates can be the parent of later rows."""
        fields, structure = row.fields, self.structure
        above = str(fields.get("parent") or "").upper()
        variant = structure.variant_by_code.get(str(fields.get("family_variant") or "").casefold())
        if above:
            parent = self.coming.get(above)
            if parent and parent.kind == Product.Kind.MODEL and parent.family_variant_id:
                if structure.variants[parent.family_variant_id].levels > 1:
                    self.coming[row.sku.upper()] = Coming(
                        row.sku, Product.Kind.SUBMODEL, parent.family_id, parent.family_variant_id, above
                    )
            elif above in self.parents or parent is None:
                self._come_below_stored(row, above)
        elif variant is not None:
            self.coming[row.sku.upper()] = Coming(row.sku, Product.Kind.MODEL, variant.family_id, variant.id)

    def _come_below_stored(self, row: PlannedRow, above: str) -> None:
        """A new sub-model of a model that is stored already; only looked up where the file names it as a parent."""
        if row.sku.upper() not in self.named_as_parents:
            return
        stored = (
            Product.objects.annotate(folded=Upper("sku"))
            .filter(folded=above, kind=Product.Kind.MODEL)
            .first()
        )
        if (
            stored is not None
            and stored.family_variant_id
            and self.structure.variants[stored.family_variant_id].levels > 1
        ):
            self.coming[row.sku.upper()] = Coming(
                row.sku, Product.Kind.SUBMODEL, stored.family_id, stored.family_variant_id, above
            )

    # --- one batch

    def _coming_for(self, changes: Sequence[ProductChange]) -> dict[str, Coming]:
        """The models to come that these changes name, with their own parents: few, whatever the file."""
        named = {str(change.fields.get("parent") or "").upper() for change in changes} & self.coming.keys()
        named |= {self.coming[sku].parent for sku in named} & self.coming.keys()
        return {sku: self.coming[sku] for sku in named}

    def _find(self, skus: Sequence[str]) -> dict[str, _Found]:
        wanted = {sku.upper() for sku in skus}
        if not wanted:
            return {}
        found = Product.objects.annotate(folded=Upper("sku")).filter(folded__in=wanted)
        return {
            folded: _Found(pk, rev, trashed_at is not None)
            for folded, pk, rev, trashed_at in found.values_list("folded", "pk", "rev", "trashed_at")
        }

    def _documents(self, found: dict[str, _Found]) -> dict[int, dict[str, Any]]:
        ids = [product.id for product in found.values()]
        return dict(ProductValues.objects.filter(pk__in=ids).values_list("pk", "values")) if ids else {}

    def _changed_since(
        self, taken: Sequence[tuple[PlannedRow, Parsed]], found: dict[str, _Found]
    ) -> dict[int, dict[str, str]]:
        """{product: {key: who}} of what was changed after the revision a row's `_rev` cell names."""
        based: dict[int, int] = {}
        for _row, parsed in taken:
            product = found.get(parsed.sku.upper())
            if product and parsed.rev is not None and product.rev > parsed.rev:
                based[product.id] = parsed.rev
        changed: dict[int, dict[str, str]] = {}
        if based:
            later = Revision.objects.filter(product_id__in=based, rev__gt=min(based.values())).order_by(
                "product_id", "rev"
            )
            for product_id, rev, changes, user, source in later.values_list(
                "product_id", "rev", "changes", "user__username", "source"
            ):
                if rev > based[product_id]:
                    changed.setdefault(product_id, {}).update(dict.fromkeys(changes, user or source))
        return changed


def _shown(value: Any) -> Any:
    return None if value is ABSENT or value is EMPTY else value
