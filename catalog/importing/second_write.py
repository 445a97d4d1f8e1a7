"""The second write of products that name others of the same file (catalog.importing.links)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from catalog.importing import links as linking
from catalog.importing import rows
from catalog.importing.links import WAITS, Links
from catalog.importing.progress import Progress
from catalog.importing.settling import Spoilt, count_cells, problems_of, reject
from catalog.models.importing import ImportRow, ImportRun
from catalog.values.changes import ABSENT, Actor, Outcome, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.write import write
from pim.lib.failpoint import failpoint

_LINKED = ("level", "values", "notes")


def link_chunk(
    run: ImportRun,
    links: Links,
    *,
    by: Actor,
    progress: Progress,
    whole: bool,
    most: int,
    is_lane: bool = False,
) -> int | None:
    """Products that are there by now get what names others of the file. What is refused is left out, with a warning: the
    product stays. `most`: rows at once. Returns as apply's own chunks do."""
    try:
        with transaction.atomic():
            queue = linking.waiting(run).order_by("level", "number").defer("raw")
            queue = queue.select_for_update(of=("self",), skip_locked=is_lane)
            chunk = list(queue[:most])
            # A model first, so that its variants find what it was given.
            chunk = [row for row in chunk if row.level == chunk[0].level]
            if not chunk:
                return 0
            keys = {row.pk: list(links.of(row.values)) for row in chunk}
            linking.settle(run, chunk, links)
            changes = [_link(run, row, keys[row.pk]) for row in chunk]
            cells = _put_links([change for change in changes if change.values], by=by, whole=whole)
            for row in chunk:
                row.level -= WAITS
            rows.store_results(chunk, _LINKED)
            if is_lane:
                connection.check_constraints()
            progress.hold()
            count_cells(run, cells, linked=len(chunk))
            failpoint("import_commit")
            return len(chunk)
    except Spoilt as spoilt:
        for row, outcome in spoilt.refused:
            reject(row, outcome)
        # They stay applied, so that they are taken back with the others.
        rows.store_results([row for row, _outcome in spoilt.refused], ("error_code", "errors"))
        return None


def _link(run: ImportRun, row: ImportRow, keys: Sequence[str]) -> ProductChange:
    values = {key: row.values[key] for key in keys if key in row.values}
    return ProductChange(
        product=row.product_id,
        values=values,
        base=dict.fromkeys(values, value_hash(ABSENT)),  # what somebody put there meanwhile stays
        cleaned=True,
        only_empty=run.policy == ImportRun.Policy.FILL_EMPTY,
        ref=row,
    )


def _put_links(changes: Sequence[ProductChange], *, by: Actor, whole: bool) -> int:
    """Writes what may be written, key by key, and notes on the rows what may not; returns how many cells were written."""
    cells = 0
    while changes:
        outcomes = write(changes, by=by)
        if whole and (refused := [(outcome.ref, outcome) for outcome in outcomes if not outcome.ok]):
            raise Spoilt(refused)
        again = []
        for change, outcome in zip(changes, outcomes, strict=True):
            cells += 0 if outcome.errors else len(outcome.changed)
            _note_proposals(outcome)
            left = _without_problems(change, outcome) if not outcome.ok else {}
            if outcome.errors and left:  # of a refused product nothing was written
                again.append(replace(change, values=left))
        changes = again
    return cells


def _note_proposals(outcome: Outcome) -> None:
    """Somebody approved the product meanwhile, or wrote there what is of more weight."""
    message = _(
        "Kept as a proposal: it was approved, or a stronger source wrote there, since it was created."
    )
    outcome.ref.notes += [{"kind": "proposal", "key": key, "message": message} for key in outcome.proposals]


def _without_problems(change: ProductChange, outcome: Outcome) -> dict[str, Any]:
    """The values that nothing was said against; none where it is the product itself that is refused."""
    row, problems = change.ref, problems_of(outcome)
    keys = {problem["key"] for problem in problems} & change.values.keys()
    for key in keys or change.values:
        row.values.pop(key, None)
    for problem in problems:
        message = _("Left out: %(why)s") % {"why": problem["message"]}
        row.notes.append({"kind": "warning", "key": problem["key"], "message": message})
    return {key: value for key, value in change.values.items() if keys and key not in keys}
