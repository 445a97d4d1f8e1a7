"""Carrying a bulk edit out, batch by batch: at once where it is small, else as a job that can be killed and goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.jobs import JobHandle, job
from catalog.models import Revision, User
from catalog.structure.snapshot import Structure
from catalog.values.changes import Actor
from enrichment.workbench.bulk_edit.operations import Edit
from enrichment.workbench.bulk_edit.planning import batches, changes, targets, written
from enrichment.workbench.grid.bulk import Result, by_batches


def apply(chosen: Sequence[int], edit: Edit, *, user: User, ref: str, leave: Sequence[int] = ()) -> Result:
    """Of at most BATCH chosen products. What this edit has changed before is left: a find and replace done twice would find
    its own work, and two variants may have the same model.
    """
    structure = Structure.current()
    result = Result(ref=ref)
    found = targets(chosen, edit, user, structure)
    for ids in batches([pk for pk in found.ids if pk not in frozenset(leave)]):
        done = set(Revision.objects.filter(ref=ref, product_id__in=ids).values_list("product_id", flat=True))
        made = changes([pk for pk in ids if pk not in done], edit, user, structure)
        result.add(written(made, edit, by=Actor(user=user, origin="bulk", ref=ref)))
    return result


@job("grid.edit")
def run_edit(
    handle: JobHandle, /, *, edit: dict[str, Any], ids: list[int], leave: list[int], ref: str
) -> dict[str, Any]:
    """The same for more than BATCH."""
    user, wanted = User.objects.get(pk=handle.by_id), Edit.of(edit)
    return by_batches(handle, ids, lambda part: apply(part, wanted, user=user, ref=ref, leave=leave), ref=ref)
