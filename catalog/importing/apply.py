"""Carrying a plan out: chunks of planned rows, models first; what a row did is stored in the transaction that does it.

So a chunk is done wholly or not at all, and a run that is begun again goes on with the rows still planned. Created products
that name others of the same file come a second time, once all are there (catalog.importing.links).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import events
from catalog.importing import lanes, marks, new_options, policies, rows, undo
from catalog.importing import links as linking
from catalog.importing.links import WAITS, Links
from catalog.importing.pictures.job import enqueue_pictures
from catalog.importing.progress import Progress
from catalog.importing.rows import SOURCES, Action, State
from catalog.importing.second_write import link_chunk
from catalog.importing.settling import Spoilt, count_cells, reject
from catalog.models.importing import ImportRow, ImportRun
from catalog.models.product import ProductValues
from catalog.structure.snapshot import Structure
from catalog.values.changes import Actor, FieldError, Outcome, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.sources import whole as whole_sources
from catalog.values.write import write
from pim.lib.failpoint import failpoint
from pim.lib.grouped import Grouped

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


def apply_run(run: ImportRun, *, by: Actor, progress: Progress) -> dict[str, Any]:
    """Writes what is still planned and closes the run; returns its counts.

    All or nothing: with a rejected row nothing is written; when a row is refused late, what was written is reversed.
    """
    began = time.monotonic()
    policies.leave_out(run, progress=progress)
    planned = run.rows.filter(state=State.PLANNED).count()
    done = run.rows.filter(state=State.APPLIED).count()
    twice, linked = run.counts.get("waiting", 0), run.counts.get("linked", 0)
    progress.start(done + planned + twice, done + linked)
    whole = run.policy == Policy.ALL_OR_NOTHING
    spoilt = whole and run.rows.filter(_SPOILT).exists()
    if not spoilt:
        new_options.make(run, by=by)
    links = Links(Structure.current()) if run.counts.get("naming") else None
    if not whole and lanes.are_possible(planned):
        with lanes.second(run, by=by, progress=progress) as second:
            _apply_in_lanes(second, run, links, by=by, progress=progress)
    steps: list[Callable[..., int | None]] = [_apply_chunk]
    if links is not None:
        steps.append(partial(link_chunk, most=CHUNK))
    for step in steps:
        spoilt = spoilt or _is_spoilt(
            partial(step, run, links, by=by, progress=progress, whole=whole), progress, whole=whole
        )
    if spoilt:
        _take_back(run, by=by, progress=progress)
    seconds = time.monotonic() - began
    return _close(run, progress, by=by, seconds=seconds, spoilt=spoilt, cancelled=progress.cancelled())


_SPOILT = Q(state=State.REJECTED) | ~Q(
    error_code=""
)  # a row that was refused when it came a second time is applied yet


def _is_spoilt(step: Callable[[], int | None], progress: Progress, *, whole: bool) -> bool:
    """Step by step to the end; whether nothing of the run is to stay."""
    while not progress.cancelled():
        taken = step()
        if not taken:
            return taken is None
        progress.advance(taken)
        failpoint("import_chunk")
    return whole


def lane_step(
    run: ImportRun, asked: Mapping[str, Any], *, by: Actor, progress: Progress
) -> Callable[[], int]:
    """What one of several processes does until it returns 0: `asked` {"level", "most"}, or {"link", "most"}."""
    links = Links(Structure.current()) if run.counts.get("naming") else None
    given: dict[str, Any] = {
        "by": by,
        "progress": progress,
        "whole": False,
        "is_lane": True,
        "most": asked["most"],
    }
    if "link" in asked:
        assert links is not None  # noqa: S101 - asked of runs that have links only
        return partial(_taken, partial(link_chunk, run, links, **given))
    return partial(_taken, partial(_apply_chunk, run, links, level=asked["level"], **given))


def _taken(step: Callable[[], int | None]) -> int:
    return step() or 0


def _apply_in_lanes(
    second: lanes.Second, run: ImportRun, links: Links | None, *, by: Actor, progress: Progress
) -> None:
    """Level by level, since a model's variants find it by what is stored. Returns early where somebody cancelled."""

    def after(taken: int) -> bool:
        progress.advance(taken)
        failpoint("import_chunk")
        return not progress.cancelled()

    def both(**asked: Any) -> None:
        asked["most"] = CHUNK
        step = lane_step(run, asked, by=by, progress=progress)
        lanes.drive(second, asked, step, after=after, cancelled=progress.cancelled)

    planned = run.rows.filter(state=State.PLANNED)
    for level in sorted(set(planned.order_by().values_list("level", flat=True).distinct())):
        if progress.cancelled():
            return
        both(level=level)
        # What a worker that has died unseen holds still was passed over: the next level, and what names it, wait for it.
        rest = partial(_apply_chunk, run, links, by=by, progress=progress, whole=False, level=level)
        while not progress.cancelled() and (taken := rest()):
            progress.advance(taken)
    fill = run.policy == Policy.FILL_EMPTY  # a variant is asked for once its model has what it gets
    if links is not None and not links.binds and not fill and not progress.cancelled():
        both(link=True)


def close_run(run: ImportRun, *, by: Actor, progress: Progress) -> dict[str, Any]:
    """Ends a run whose job was cancelled between two workers: as if it had noticed by itself."""
    spoilt = run.policy == Policy.ALL_OR_NOTHING
    if spoilt:
        _take_back(run, by=by, progress=progress)
    return _close(run, progress, by=by, seconds=0, spoilt=spoilt, cancelled=True)


def _take_back(run: ImportRun, *, by: Actor, progress: Progress) -> None:
    """Trusted, as an undo is: whoever may create products need not be able to move them to the trash."""
    undo.reverse_rows(run, by=replace(by, trusted=True), progress=progress, forget=True)


def _apply_chunk(
    run: ImportRun,
    links: Links | None,
    *,
    by: Actor,
    progress: Progress,
    whole: bool,
    level: int | None = None,
    is_lane: bool = False,
    most: int | None = None,
) -> int | None:
    """How many rows were dealt with; None where the run may not have the row that was refused.

    `level`: rows of this level only; in a lane but for those that another one has.
    """
    try:
        with transaction.atomic():
            queue = run.rows.filter(state=State.PLANNED).order_by("level", "number").defer("raw")
            if level is not None:
                queue = queue.filter(level=level)
            chunk = list(queue.select_for_update(of=("self",), skip_locked=is_lane)[: most or CHUNK])
            # A model and its variants are two chunks: a variant finds its parent by what is stored.
            chunk = [row for row in chunk if row.level == chunk[0].level]
            if not chunk:
                return 0
            named = linking.settle(run, [row for row in chunk if row.action != Action.CREATE], links)
            sources = _sources(chunk)
            changes = [_change(run, row, links, sources.get(row.product_id or 0, {})) for row in chunk]
            cells = _settle(run, chunk, _written(changes, by=by), links, named, whole=whole)
            if is_lane:
                connection.check_constraints()  # what the commit would look at while the others wait
            # Last, since the job's and the run's rows are every lane's: they are held for the commit only.
            progress.hold()
            count_cells(run, cells)
            failpoint("import_commit")
            return len(chunk)
    except Spoilt as spoilt:
        for row, outcome in spoilt.refused:
            reject(row, outcome)
        rows.store_results([row for row, _outcome in spoilt.refused], ("state", "error_code", "errors"))
        return None


def _written(changes: Sequence[ProductChange], *, by: Actor) -> list[Outcome]:
    """The outcomes of a chunk. A row is written whole or not: what would be written in part is a refusal."""
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


def _change(run: ImportRun, row: ImportRow, links: Links | None, sources: dict[str, str]) -> ProductChange:
    """What the plan promised, based on the values it showed: what changed since is a conflict, not overwritten."""
    fill = run.policy == Policy.FILL_EMPTY and row.action != Action.RETIRE
    fields = {name: value for name, value in row.fields.items() if name != SOURCES}
    if row.action == Action.CREATE:
        waiting = links.of(row.values) if links is not None else ()
        now = {key: value for key, value in row.values.items() if key not in waiting}
        return ProductChange(values=now, fields=fields, cleaned=True, only_empty=fill, ref=row)
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


def _settle(
    run: ImportRun,
    chunk: Sequence[ImportRow],
    outcomes: Sequence[Outcome],
    links: Links | None,
    named: Collection[int],
    *,
    whole: bool,
) -> int:
    """Stores what became of the rows; returns how many cells were written. `named`: ids of rows whose values were given
    the ids of other products."""
    plain: list[ImportRow] = []
    other: list[ImportRow] = []
    cells = 0
    if whole and (refused := [pair for pair in zip(chunk, outcomes, strict=True) if not pair[1].ok]):
        raise Spoilt(refused)
    for row, outcome in zip(chunk, outcomes, strict=True):
        if not outcome.ok:
            reject(row, outcome)
            other.append(row)
            continue
        cells += len(outcome.changed)
        alone = outcome.rev == (row.rev or 0) + 1
        if not alone:
            row.mark = None  # somebody else wrote too: what they did is not what the file says
        row.product_id, row.rev, row.state = outcome.product, outcome.rev, State.APPLIED
        if not outcome.changed:
            row.state, row.changes, row.fields = State.UNCHANGED, {}, {}
            row.action = Action.NONE if row.action != Action.RETIRE else row.action
            other.append(row)
        elif row.action == Action.CREATE or (
            alone and len(outcome.changed) == len(row.changes) and row.pk not in named
        ):
            plain.append(row)
        else:
            row.changes = rows.changes_json(outcome.changed)
            other.append(row)
    created = [row for row in plain if row.action == Action.CREATE]
    waiting = {row.pk for row in created if links is not None and links.of(row.values)}
    for row in created:
        row.level += WAITS if row.pk in waiting else 0
    updated = [row for row in plain if row.action != Action.CREATE]
    # Each row once: of one that is written twice PostgreSQL checks the foreign keys, and holds the run that all lanes count in.
    rows.store_results((row for row in created if row.pk not in waiting), _CREATED)
    rows.store_results((row for row in created if row.pk in waiting), (*_CREATED, "level"))
    rows.store_results(updated, _UPDATED)
    for listed, are_new in ((created, True), (updated, False)):
        marks.store(marks.profile_of(run), _marks(listed), created=are_new)
    rows.store_results(other, _SETTLED)
    return cells


def _marks(plain: Sequence[ImportRow]) -> list[marks.Mark]:
    """Of the rows that did all they were planned to do: planned again, they would ask for nothing."""
    return [
        (row.product_id, row.rev, row.mark)
        for row in plain
        if row.mark is not None and row.product_id is not None and row.rev is not None
    ]


def _close(
    run: ImportRun, progress: Progress, *, by: Actor, seconds: float, spoilt: bool, cancelled: bool
) -> dict[str, Any]:
    """What was not done is skipped; the run says how it ended."""
    while ids := list(run.rows.filter(state=State.PLANNED).values_list("pk", flat=True)[:CHUNK]):
        ImportRow.objects.filter(pk__in=ids).update(state=State.SKIPPED)
    linking.forego(run, progress)
    counts = rows.tally(run, known=run.counts.get("known", 0))
    with transaction.atomic():
        stored = ImportRun.objects.select_for_update().get(pk=run.pk)
        stored.counts = {**stored.counts, **counts, "cells_changed": stored.counts.get("cells_applied", 0)}
        stored.counts["apply_seconds"] = round(stored.counts.get("apply_seconds", 0) + seconds, 3)
        stored.state, stored.applied_at = ImportRun.State.APPLIED, timezone.now()
        if spoilt:
            stored.counts["cells_changed"] = 0
            stored.state = ImportRun.State.FAILED
            bad = run.rows.filter(_SPOILT).count()
            text = ngettext(
                "Nothing was imported: all or nothing was asked for, and %s row is bad.",
                "Nothing was imported: all or nothing was asked for, and %s rows are bad.",
                bad,
            )
            stored.error = text % Grouped(bad)
        if cancelled:
            stored.state = ImportRun.State.CANCELLED
        stored.save(update_fields=["counts", "state", "applied_at", "error"])
        if stored.state == ImportRun.State.APPLIED:
            enqueue_pictures(stored, by=by.user, trusted=by.trusted)
        transaction.on_commit(lambda: events.import_finished.send(sender=None, run_id=run.pk))
    return stored.counts
