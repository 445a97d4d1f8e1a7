"""Carrying a bulk edit out, batch by batch: at once where it is small, else as a job that can be killed and goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.jobs import JobHandle, job
from catalog.models import Revision, User
from catalog.structure.snapshot import Structure
from catalog.values.changes import Actor
from enrichment.workbench.bulk_edit.operations import TEXTS, Edit
from enrichment.workbench.bulk_edit.planning import along, batches, changes, targets, written
from enrichment.workbench.grid.batches import Result, by_batches


def apply(
    part: Sequence[int],
    edit: Edit,
    *,
    user: User,
    ref: str,
    leave: Sequence[int] = (),
    chosen: frozenset[int] = frozenset(),
) -> Result:
    """Of at most BATCH of the chosen products. What this edit has changed before is left: a find and replace done twice would
    find its own work, and two variants may have the same model. That is written once, for all of the chosen ones.
    """
    structure = Structure.current()
    result = Result(ref=ref)
    others = along(part, chosen) if edit.attribute == TEXTS else []
    found = targets([*part, *others], edit, user, structure)
    for pk in leave:
        found.codes.pop(pk, None)
    for codes in batches(found):
        done = Revision.objects.filter(ref=ref, product_id__in=codes).values_list("product_id", flat=True)
        for pk in set(done):
            del codes[pk]
        made = changes(codes, edit, user, structure)
        result.add(written(made, edit, by=Actor(user=user, origin="bulk", ref=ref)))
    return result


@job("grid.edit")
def run_edit(
    handle: JobHandle, /, *, edit: dict[str, Any], ids: list[int], leave: list[int], ref: str
) -> dict[str, Any]:
    """The same for more than BATCH."""
    user, wanted = User.objects.get(pk=handle.by_id), Edit.of(edit)
    chosen = frozenset(ids)

    def act(part: Sequence[int]) -> Result:
        return apply(part, wanted, user=user, ref=ref, leave=leave, chosen=chosen)

    return by_batches(handle, ids, act, ref=ref)
