"""Carrying a bulk edit out, batch by batch: at once where it is small, else as a job that can be killed and goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.jobs import JobHandle, job
from catalog.models import Product, Revision, User
from catalog.structure.snapshot import Structure
from catalog.values.changes import Actor
from catalog.values.write import BATCH
from enrichment.workbench.bulk_edit.operations import Edit
from enrichment.workbench.bulk_edit.planning import Targets, batches, changes, targets, written
from enrichment.workbench.grid.batches import Result, by_parts, whole_parts


def apply(
    part: Sequence[int],
    edit: Edit,
    *,
    user: User,
    ref: str,
    leave: Sequence[int] = (),
) -> Result:
    """Of some of the chosen products, as parts() has them. What this edit has changed before is left: a find and replace done
    twice would find its own work. What several have of one model is written there once, for all of them.
    """
    structure = Structure.current()
    result = Result(ref=ref)
    found = Targets()
    for start in range(0, len(part), BATCH):
        found.add(targets(part[start : start + BATCH], edit, user, structure))
    for pk in leave:
        found.codes.pop(pk, None)
    for codes in batches(found):
        done = Revision.objects.filter(ref=ref, product_id__in=codes).values_list("product_id", flat=True)
        for pk in set(done):
            del codes[pk]
        made = changes(codes, edit, user, structure)
        result.add(written(made, edit, by=Actor(user=user, origin="bulk", ref=ref)))
    return result


def parts(chosen: Sequence[int]) -> list[list[int]]:
    """The ids in parts of about BATCH, those of one model never in two. They are to stand model by model; where one has another
    model by now, its part is only larger or smaller."""
    roots: dict[int, int] = {}
    for start in range(0, len(chosen), BATCH):
        rows = Product.objects.filter(pk__in=chosen[start : start + BATCH]).exclude(root=None)
        roots.update(rows.values_list("pk", "root_id"))
    return whole_parts(((pk, roots.get(pk, pk)) for pk in chosen), tears=False)


@job("grid.edit")
def run_edit(
    handle: JobHandle, /, *, edit: dict[str, Any], ids: list[int], leave: list[int], ref: str
) -> dict[str, Any]:
    """The same for more than BATCH."""
    user, wanted = User.objects.get(pk=handle.by_id), Edit.of(edit)

    def act(part: Sequence[int]) -> Result:
        return apply(part, wanted, user=user, ref=ref, leave=leave)

    return by_parts(handle, parts(ids), act, ref=ref)
