"""Carrying out what was decided at the gate: the launch, its products, then the approvals.

In this order: a product that is approved while it waits for its launch goes out on that day, and not before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.jobs import JobHandle, enqueue, job
from catalog.models import User
from catalog.structure.snapshot import Structure
from catalog.values.write import BATCH
from channels import profile
from channels.launches import scheduling
from channels.models import Launch
from enrichment.workbench.grid import bulk, bulk_actions
from enrichment.workbench.grid.batches import Result

STEP = (
    50  # products put into a launch in one transaction of the job: a model may stand for hundreds of variants
)


def start(
    *,
    name: str,
    at: datetime,
    time_zone: str,
    entries: Mapping[int, Sequence[int]],
    approve: Sequence[int],
    sheets: int,
    by: User,
    ref: str,
) -> tuple[Launch, Result | None]:
    """`entries`: channel → products; `sheets`: how many these stand for. The result of the approvals; None where it all
    goes on as a job. Raises scheduling.Again where the form of this `ref` (grid.bulk.new_ref) has scheduled it before."""
    pairs = sum(len(ids) for ids in entries.values())
    if max(pairs, sheets, len(approve)) > BATCH:
        with transaction.atomic():
            launch = scheduling.create(name=name, at=at, time_zone=time_zone, by=by.pk, ref=ref)
            params = {
                "launch": launch.pk, "entries": [[pk, list(ids)] for pk, ids in entries.items()],
                "approve": list(approve), "ref": ref,
            }  # fmt: skip
            enqueue("launches.fill", params, by=by, title=_("Launch: %s") % name)
        return launch, None
    known = profile.current(Structure.current()).by_id
    with transaction.atomic():
        launch = scheduling.create(name=name, at=at, time_zone=time_zone, by=by.pk, ref=ref)
        for channel, ids in entries.items():
            if ids:
                scheduling.add(launch, known[channel], ids, by=by.pk)
    if not approve:
        return launch, Result()
    return launch, bulk.apply(approve, bulk_actions.ACTIONS["approve"], user=by, ref=ref)


@job("launches.fill")
def run(
    handle: JobHandle,
    /,
    *,
    launch: int,
    entries: list[list[Any]],
    approve: list[int],
    ref: str,
) -> dict[str, Any]:
    """Begun again it adds nothing twice. Where the launch is gone, or somebody stops it, nothing more is approved either."""
    user = User.objects.get(pk=handle.by_id)
    row = Launch.objects.get(pk=launch)
    known = profile.current(Structure.current()).by_id
    result = Result(ref=ref)
    done, total = 0, sum(len(ids) for _channel, ids in entries) + len(approve)
    for channel, ids in entries:
        for start_at in range(0, len(ids), STEP):
            if handle.cancelled():
                return result.as_json()
            part = ids[start_at : start_at + STEP]
            if channel in known:
                scheduling.add(row, known[channel], part, by=user.pk)
            done += len(part)
            handle.progress(done, total)
    for start_at in range(0, len(approve), BATCH):
        if handle.cancelled():
            break
        part = bulk.apply(
            approve[start_at : start_at + BATCH], bulk_actions.ACTIONS["approve"], user=user, ref=ref
        )
        result.changed += part.changed
        for reason, count in part.reasons.items():
            result.refuse(reason, count)
        handle.progress(min(done + start_at + BATCH, total), total)
    return result.as_json()
