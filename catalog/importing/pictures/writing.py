"""Fetched files into their products' values: through the one door, under the run's source, so that its undo takes them back.

A cell is written when none of its files is waited for. It is based on the value the plan saw: what somebody changed since
stays, and the report says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.importing import rows
from catalog.importing.pictures.planning import due
from catalog.importing.rows import SOURCES, Action
from catalog.importing.rows import State as RowState
from catalog.importing.settling import count_cells
from catalog.jobs import JobHandle
from catalog.models.importing import ImportRow, ImportRun
from catalog.models.product import ProductValues
from catalog.models.remote import ImportPicture
from catalog.structure.snapshot import Structure
from catalog.values.changes import Actor, Outcome, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.keys import attribute_of
from catalog.values.revisions import to_json
from catalog.values.sources import whole as whole_sources
from catalog.values.write import write
from pim.lib.deadlocks import again_after_deadlock
from pim.lib.failpoint import failpoint

ROWS = 200  # in a transaction
# While rejected rows are mended the others go on; a run that writes begins this anew when it has.
WRITABLE = (ImportRun.State.APPLIED, ImportRun.State.MENDING)
State = ImportPicture.State
Cells = dict[str, list[ImportPicture]]  # by value key, each in its order
_WRITTEN = ("state", "action", "values", "changes", "fields")
_RESULT = ("state", "base", "code", "told")


def leave_out(run: ImportRun) -> None:
    """Files of rows that were not written, or that the run's policy leaves as they are."""
    states = (RowState.APPLIED, RowState.UNCHANGED, RowState.PLANNED)
    fit = run.rows.filter(number=OuterRef("number"), state__in=states)
    if run.policy == ImportRun.Policy.CREATE_ONLY:
        fit = fit.filter(action=Action.CREATE)
    unfit = run.pictures.filter(~Exists(fit), state__in=(State.WAITING, State.FETCHED))
    while ids := list(unfit.values_list("pk", flat=True)[:500]):
        ImportPicture.objects.filter(pk__in=ids).update(state=State.LEFT)


def write_ready(run: ImportRun, *, by: Actor, handle: JobHandle | None) -> bool:
    """All cells that wait for nothing. False where the run is not what it was: somebody undoes it."""

    def step() -> int | None:
        with transaction.atomic():
            if handle is not None:
                handle.check_lease()
            state = ImportRun.objects.select_for_update().values_list("state", flat=True).get(pk=run.pk)
            if state not in WRITABLE:
                return None
            taken = _write_chunk(run, by)
            failpoint("pictures_commit")
            return taken

    while taken := again_after_deadlock(step):
        failpoint("pictures_chunk")
    return taken is not None


def _write_chunk(run: ImportRun, by: Actor) -> int:
    waited = run.pictures.filter(number=OuterRef("number"), state=State.WAITING)
    ready = due(run).filter(~Exists(waited), state=State.FETCHED)
    numbers = list(ready.order_by("number").values_list("number", flat=True).distinct()[:ROWS])
    if not numbers:
        return 0
    of_row: dict[int, Cells] = defaultdict(lambda: defaultdict(list))
    for picture in run.pictures.filter(number__in=numbers).order_by("number", "key", "place"):
        of_row[picture.number][picture.key].append(picture)
    listed = run.rows.filter(number__in=numbers, product__isnull=False).defer("raw")
    stored = list(listed.order_by("number").select_for_update(of=("self",)))
    structure = Structure.current()
    documents, sources = _documents([row.product_id or 0 for row in stored], structure)
    changes = []
    for row in stored:
        cells = {
            key: each
            for key, each in of_row[row.number].items()
            if any(p.state == State.FETCHED for p in each)
        }
        if change := _change(run, row, cells, documents.get(row.product_id or 0, {}), structure):
            changes.append(change)
    outcomes = _put(changes, of_row, by)
    written = [_note(row, outcome, sources.get(row.product_id or 0, {})) for row, outcome in outcomes]
    rows.store_results([row for row, _outcome in outcomes], _WRITTEN)
    pictures = [picture for cells in of_row.values() for each in cells.values() for picture in each]
    for picture in pictures:  # of rows that are gone, or that the door was not asked about
        if picture.state == State.FETCHED:
            picture.state = State.LEFT
    ImportPicture.objects.bulk_update(pictures, _RESULT, batch_size=500)
    count_cells(run, sum(written))
    return len(numbers)


def _documents(
    ids: Sequence[int], structure: Structure
) -> tuple[dict[int, dict[str, Any]], dict[int, dict[str, str]]]:
    """The products' own values, and where these came from."""
    found = list(ProductValues.objects.filter(pk__in=ids).values_list("pk", "values", "sources"))
    return (
        {pk: structure.read(values) for pk, values, _sources in found},
        {pk: whole_sources(stored, values) for pk, values, stored in found},
    )


def _change(
    run: ImportRun, row: ImportRow, cells: Cells, document: Mapping[str, Any], structure: Structure
) -> ProductChange | None:
    values: dict[str, Any] = {}
    for key, pictures in cells.items():
        spec = structure.attributes.get(attribute_of(key))
        if spec is None:
            continue
        digests = list(
            dict.fromkeys(
                p.sha256 for p in pictures if p.sha256 and p.state in (State.FETCHED, State.WRITTEN)
            )
        )
        if not ATTRIBUTE_TYPES[spec.type].has_parts:
            values[key] = digests[0]
            continue
        # What the first try found there, and was merged with, stays behind the file's own.
        again = any(p.state == State.WRITTEN for p in pictures)
        others = (document.get(key) or ()) if again else ()
        values[key] = [*digests, *(digest for digest in others if digest not in digests)]
    if not values:
        return None
    # A cell of which some was written before is its own, not somebody's that is to be left.
    first = not any(p.state == State.WRITTEN for key in values for p in cells[key])
    return ProductChange(
        product=row.product_id, values=values, base={key: cells[key][0].base for key in values}, cleaned=True,
        only_empty=run.policy == ImportRun.Policy.FILL_EMPTY and first, ref=row,
    )  # fmt: skip


def _put(
    changes: Sequence[ProductChange], of_row: Mapping[int, Cells], by: Actor
) -> list[tuple[ImportRow, Outcome]]:
    """Writes key by key what may be written, and tells each file what became of it."""
    done: list[tuple[ImportRow, Outcome]] = []
    while changes:
        again = []
        for change, outcome in zip(changes, write(changes, by=by), strict=True):
            cells = of_row[change.ref.number]
            wrong = {problem.key: (problem.code, problem.message) for problem in outcome.errors}
            for conflict in outcome.conflicts:
                who = conflict.by or _("somebody")
                wrong[conflict.key] = (
                    "changed",
                    _("Changed by %(who)s after this plan was made: it stays.") % {"who": who},
                )
            if outcome.errors and not wrong.keys() & change.values.keys():
                code, told = next(iter(wrong.values()))
                wrong = dict.fromkeys(change.values, (code, told))
            for key in wrong.keys() & change.values.keys():
                _tell(cells[key], State.FAILED, *wrong[key])
            left = {key: value for key, value in change.values.items() if key not in wrong}
            if outcome.errors:  # of a refused product nothing was written
                again += [replace(change, values=left)] if left else []
                continue
            for key, value in left.items():
                if key in outcome.proposals:
                    _tell(cells[key], State.WRITTEN, "proposed", _("Kept as a proposal: a stronger source holds this value, or it is approved."))  # fmt: skip
                else:
                    after = outcome.changed.get(key, (None, value))[1]
                    _tell(cells[key], State.WRITTEN, "", "", base=value_hash(after))
            done.append((change.ref, outcome))
        changes = again
    return done


def _tell(
    pictures: Sequence[ImportPicture], state: str, code: str, told: str, *, base: str | None = None
) -> None:
    for picture in pictures:
        if picture.state == State.FETCHED:
            picture.state, picture.code, picture.told = state, code[:40], told
        if base is not None:
            picture.base = base


def _note(row: ImportRow, outcome: Outcome, sources: Mapping[str, str]) -> int:
    """What the run's undo has to know of it; returns how many cells were written."""
    for key, (before, after) in outcome.changed.items():
        if row.action == Action.CREATE:
            row.values[key] = after
            continue
        known = row.changes.get(key)
        row.changes[key] = [known[0] if known else to_json(before), to_json(after)]
        if not known and key in sources:
            row.fields[SOURCES] = {**row.fields.get(SOURCES, {}), key: sources[key]}
        row.action, row.state = Action.UPDATE, RowState.APPLIED
    return len(outcome.changed)
