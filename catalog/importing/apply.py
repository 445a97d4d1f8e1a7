"""Carrying a plan out: chunks of planned rows, models first; what a row did is stored in the transaction that does it.

So a chunk is done wholly or not at all, and a run that is begun again goes on with the rows still planned.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import events
from catalog.importing import lanes, marks, rows, undo
from catalog.importing.progress import Progress
from catalog.importing.rows import SOURCES, Action, State, error
from catalog.models.importing import ImportRow, ImportRun
from catalog.models.product import ProductValues
from catalog.values.changes import ABSENT, Actor, FieldError, Outcome, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.sources import whole as whole_sources
from catalog.values.write import write
from pim.lib.failpoint import failpoint

CHUNK = 500
Policy = ImportRun.Policy
_SETTLED = (
    "state",
    "product",
    "rev",
    "error_code",
    "values",
    "fields",
    "changes",
    "errors",
    "notes",
    "action",
)
_CREATED, _UPDATED = ("state", "product", "rev"), ("state", "product", "rev", "fields")


class Spoilt(Exception):
    """An all-or-nothing run met rows that could not be written."""

    def __init__(self, refused: list[tuple[ImportRow, Outcome]]) -> None:
        super().__init__()
        self.refused = refused


def apply_run(run: ImportRun, *, by: Actor, progress: Progress) -> dict[str, Any]:
    """Writes what is still planned and closes the run; returns its counts.

    All or nothing: with a rejected row nothing is written; when a row is refused late, what was written is reversed.
    """
    began = time.monotonic()
    planned = run.rows.filter(state=State.PLANNED)
    done = run.rows.filter(state=State.APPLIED).count()
    progress.start(done + planned.count(), done)
    whole = run.policy == Policy.ALL_OR_NOTHING
    spoilt = whole and run.rows.filter(state=State.REJECTED).exists()
    if not whole and lanes.are_possible():
        _apply_in_lanes(run, by=by, progress=progress)
    while not spoilt:
        if progress.cancelled():
            spoilt = whole
            break
        taken = _apply_chunk(run, by=by, progress=progress, whole=whole)
        if taken is None:
            spoilt = True
        elif not taken:
            break
        else:
            progress.advance(taken)
            failpoint("import_chunk")
    if spoilt:
        _take_back(run, by=by, progress=progress)
    return _close(run, seconds=time.monotonic() - began, spoilt=spoilt, cancelled=progress.cancelled())


def _apply_in_lanes(run: ImportRun, *, by: Actor, progress: Progress) -> None:
    """Level by level, since a model's variants find it by what is stored. Returns early where somebody cancelled."""

    def after(taken: int) -> bool:
        progress.advance(taken)
        failpoint("import_chunk")
        return not progress.cancelled()

    planned = run.rows.filter(state=State.PLANNED)
    for level in sorted(set(planned.order_by().values_list("level", flat=True).distinct())):

        def step(level: int = level) -> int:
            return _apply_chunk(run, by=by, progress=progress, whole=False, level=level) or 0

        if progress.cancelled():
            return
        lanes.drive(step, after=after)


def close_run(run: ImportRun, *, by: Actor, progress: Progress) -> dict[str, Any]:
    """Ends a run whose job was cancelled between two workers: as if it had noticed by itself."""
    spoilt = run.policy == Policy.ALL_OR_NOTHING
    if spoilt:
        _take_back(run, by=by, progress=progress)
    return _close(run, seconds=0, spoilt=spoilt, cancelled=True)


def _take_back(run: ImportRun, *, by: Actor, progress: Progress) -> None:
    """Trusted, as an undo is: whoever may create products need not be able to move them to the trash."""
    undo.reverse_rows(run, by=replace(by, trusted=True), progress=progress, forget=True)


def _apply_chunk(
    run: ImportRun, *, by: Actor, progress: Progress, whole: bool, level: int | None = None
) -> int | None:
    """How many rows were dealt with; None where the run may not have the row that was refused.

    `level`: rows of this level only, but for those that another lane has.
    """
    try:
        with transaction.atomic():
            queue = run.rows.filter(state=State.PLANNED).order_by("level", "number").defer("raw")
            if level is None:
                chunk = list(queue.select_for_update(of=("self",))[:CHUNK])
            else:
                lane = queue.filter(level=level).select_for_update(of=("self",), skip_locked=True)
                chunk = list(lane[: CHUNK // lanes.LANES])  # together no more in memory than one lane
            # A model and its variants are two chunks: a variant finds its parent by what is stored.
            chunk = [row for row in chunk if row.level == chunk[0].level]
            if not chunk:
                return 0
            cells = _settle(run, chunk, _written(run, chunk, by=by), whole=whole)
            if level is not None:
                connection.check_constraints()  # what the commit would look at while the others wait
            # Last, since the job's and the run's rows are every lane's: they are held for the commit only.
            progress.hold()
            _count(run, cells)
            failpoint("import_commit")
            return len(chunk)
    except Spoilt as spoilt:
        for row, outcome in spoilt.refused:
            _reject(row, outcome)
        rows.store_results([row for row, _outcome in spoilt.refused], ("state", "error_code", "errors"))
        return None


def _written(run: ImportRun, chunk: Sequence[ImportRow], *, by: Actor) -> list[Outcome]:
    """The outcomes of a chunk. A row is written whole or not: what would be written in part is a refusal."""
    sources = _sources(chunk)
    changes = [_change(run, row, sources.get(row.product_id or 0, {})) for row in chunk]
    try:
        with transaction.atomic():
            outcomes = write(changes, by=by)
            if any(outcome.conflicts and outcome.changed for outcome in outcomes):
                raise _Partial(outcomes)
            return outcomes
    except _Partial as partial:
        clean = [
            change for change, outcome in zip(changes, partial.outcomes, strict=True) if not outcome.conflicts
        ]
        again = {id(outcome.ref): outcome for outcome in (write(clean, by=by) if clean else [])}
        return [again.get(id(outcome.ref), outcome) for outcome in partial.outcomes]
    except IntegrityError:
        # Somebody took a SKU or a unique value this very moment: row by row it is known whose it was.
        return [_alone(change, by=by) for change in changes]


class _Partial(Exception):
    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


def _alone(change: ProductChange, *, by: Actor) -> Outcome:
    try:
        with transaction.atomic():
            outcome = write([change], by=by)[0]
            if outcome.conflicts and outcome.changed:
                raise _Partial([outcome])
            return outcome
    except _Partial as partial:
        return partial.outcomes[0]
    except IntegrityError:
        taken = FieldError(
            "_sku",
            "taken",
            _("Another product took this SKU or a unique value just now: import the row again."),
        )
        return Outcome(ref=change.ref, product=change.product, status="refused", errors=[taken])


def _change(run: ImportRun, row: ImportRow, sources: dict[str, str]) -> ProductChange:
    """What the plan promised, based on the values it showed: what changed since is a conflict, not overwritten."""
    fill = run.policy == Policy.FILL_EMPTY
    fields = {name: value for name, value in row.fields.items() if name != SOURCES}
    if row.action == Action.CREATE:
        return ProductChange(values=dict(row.values), fields=fields, cleaned=True, only_empty=fill, ref=row)
    changed = rows.changes_of(row)
    values = {key: after for key, (_before, after) in changed.items() if not key.startswith("_")}
    values |= {key: value for key, value in row.values.items() if key not in values}  # kept as proposals
    if fill:
        fields = {name: value for name, value in fields.items() if changed[f"_{name}"][0] in (None, "", [])}
    if kept := {key: sources[key] for key in values if key in sources}:
        row.fields[SOURCES] = kept
    base = {key: value_hash(before) for key, (before, _after) in changed.items()}
    return ProductChange(
        product=row.product_id,
        values=values,
        fields=fields,
        base=base,
        cleaned=True,
        only_empty=fill,
        ref=row,
    )


def _sources(chunk: Sequence[ImportRow]) -> dict[int, dict[str, str]]:
    ids = [row.product_id for row in chunk if row.product_id and row.action != Action.CREATE]
    rows = ProductValues.objects.filter(pk__in=ids).values_list("pk", "values", "sources") if ids else ()
    return {pk: whole_sources(stored, values) for pk, values, stored in rows}


def _settle(run: ImportRun, chunk: Sequence[ImportRow], outcomes: Sequence[Outcome], *, whole: bool) -> int:
    """Stores what became of the rows; returns how many cells were written."""
    plain: list[ImportRow] = []
    other: list[ImportRow] = []
    cells = 0
    if whole and (refused := [pair for pair in zip(chunk, outcomes, strict=True) if not pair[1].ok]):
        raise Spoilt(refused)
    for row, outcome in zip(chunk, outcomes, strict=True):
        if not outcome.ok:
            _reject(row, outcome)
            other.append(row)
            continue
        cells += len(outcome.changed)
        alone = outcome.rev == (row.rev or 0) + 1
        if not alone:
            row.mark = None  # somebody else wrote too: what they did is not what the file says
        row.product_id, row.rev, row.state = outcome.product, outcome.rev, State.APPLIED
        if not outcome.changed:
            row.state, row.action, row.changes, row.fields = State.UNCHANGED, Action.NONE, {}, {}
            other.append(row)
        elif row.action == Action.CREATE or (alone and len(outcome.changed) == len(row.changes)):
            plain.append(row)
        else:
            row.changes = rows.changes_json(outcome.changed)
            other.append(row)
    created = [row for row in plain if row.action == Action.CREATE]
    updated = [row for row in plain if row.action != Action.CREATE]
    rows.store_results(created, _CREATED)
    rows.store_results(updated, _UPDATED)
    for listed, are_new in ((created, True), (updated, False)):
        marks.store(marks.feed_of(run), _marks(listed), created=are_new)
    rows.store_results(other, _SETTLED)
    return cells


def _count(run: ImportRun, cells: int) -> None:
    """Under the run's row lock, so that counts and rows agree whatever happens next."""
    locked = ImportRun.objects.select_for_update().get(pk=run.pk)
    locked.counts["cells_applied"] = locked.counts.get("cells_applied", 0) + cells
    ImportRun.objects.filter(pk=run.pk).update(counts=locked.counts)


def _marks(plain: Sequence[ImportRow]) -> list[tuple[int, int, int]]:
    """Of the rows that did all they were planned to do: planned again, they would ask for nothing."""
    return [
        (row.product_id, row.rev, row.mark)
        for row in plain
        if row.mark is not None and row.product_id is not None and row.rev is not None
    ]


def _reject(row: ImportRow, outcome: Outcome) -> None:
    row.errors = [
        error(
            problem.code,
            problem.message,
            key=problem.key,
            value=None if problem.value is ABSENT else problem.value,
        )
        for problem in outcome.errors
    ]
    row.errors += [
        error(
            "conflict",
            _("Changed by %(who)s after this plan was made: import the file again to see the difference.")
            % {"who": conflict.by or _("somebody")},
            key=conflict.key,
            value=None if conflict.mine is ABSENT else conflict.mine,
        )
        for conflict in outcome.conflicts
    ]
    row.state, row.error_code = State.REJECTED, row.errors[0]["code"][:40]


def _close(run: ImportRun, *, seconds: float, spoilt: bool, cancelled: bool) -> dict[str, Any]:
    """What was not done is skipped; the run says how it ended."""
    while ids := list(run.rows.filter(state=State.PLANNED).values_list("pk", flat=True)[:CHUNK]):
        ImportRow.objects.filter(pk__in=ids).update(state=State.SKIPPED)
    counts = rows.tally(run, known=run.counts.get("known", 0))
    with transaction.atomic():
        stored = ImportRun.objects.select_for_update().get(pk=run.pk)
        stored.counts = {**stored.counts, **counts, "cells_changed": stored.counts.pop("cells_applied", 0)}
        stored.counts["apply_seconds"] = round(stored.counts.get("apply_seconds", 0) + seconds, 3)
        stored.state, stored.applied_at = ImportRun.State.APPLIED, timezone.now()
        if spoilt:
            stored.counts["cells_changed"] = 0
            stored.state = ImportRun.State.FAILED
            stored.error = _("Nothing was imported: all or nothing was asked for, and %(count)d rows are bad.") % {
                "count": counts["rejected"]
            }  # fmt: skip
        if cancelled:
            stored.state = ImportRun.State.CANCELLED
        stored.save(update_fields=["counts", "state", "applied_at", "error"])
        transaction.on_commit(lambda: events.import_finished.send(sender=None, run_id=run.pk))
    return stored.counts
