"""Carrying out what was decided at the gate: the launch, its products, then the approvals.

In this order: a product that is approved while it waits for its launch goes out on that day, and not before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.jobs import JobHandle, enqueue, job
from catalog.models import Job, Revision, User
from catalog.structure.snapshot import Structure
from catalog.values.write import BATCH
from channels import profile
from channels.launches import scheduling
from channels.models import Launch
from enrichment.workbench.grid import bulk, bulk_actions
from enrichment.workbench.grid.batches import Result, by_parts

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
    return launch, approved(approve, by=by, ref=ref)


def approved(ids: Sequence[int], *, by: User, ref: str) -> Result:
    """At most BATCH, in a transaction of its own: it is all or nothing."""
    return bulk.apply(ids, bulk_actions.ACTIONS["approve"], user=by, ref=ref) if ids else Result()


def owes_approvals(launch: Launch) -> bool:
    """Whether `start` may have failed between this launch and its approvals. Of one that is over nothing is owed: what was
    approved now would go out at once."""
    return (
        launch.is_pending(timezone.now())
        and not Revision.objects.filter(ref=launch.ref).exists()
        and not Job.objects.filter(kind="launches.fill", params__ref=launch.ref).exists()
    )


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
    # Of each product on which channel it waits; None: it is to be approved.
    parts: list[list[tuple[int | None, int]]] = [
        [(channel, pk) for pk in ids[at : at + STEP]]
        for channel, ids in entries
        for at in range(0, len(ids), STEP)
    ]
    parts += [[(None, pk) for pk in approve[at : at + BATCH]] for at in range(0, len(approve), BATCH)]

    def act(part: Sequence[tuple[int | None, int]]) -> Result:
        channel, ids = part[0][0], [pk for _channel, pk in part]
        if channel is None:
            return approved(ids, by=user, ref=ref)
        if channel in known:
            scheduling.add(row, known[channel], ids, by=user.pk)
        return Result()

    return by_parts(handle, parts, act, ref=ref)
