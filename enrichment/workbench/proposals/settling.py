"""Deciding about many proposals: at once up to a batch, else as a job that can be killed and goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.jobs import JobHandle, job
from catalog.models import Proposal, User
from catalog.values import proposing
from enrichment.workbench.grid.batches import Result, by_batches

DECISIONS = {"accept": proposing.accept, "reject": proposing.reject}
MOST = 100_000


def settle(ids: Sequence[int], decision: str, *, user: User, ref: str) -> Result:
    """Of at most BATCH proposals; `changed` counts them. Done again, nothing is left to decide."""
    made = DECISIONS[decision](ids, user=user, ref=ref)
    result = Result(changed=made.done, ref=ref)
    for reason, count in made.refused.items():
        result.refuse(reason, count)
    return result


@job("proposals.settle")
def run_settle(handle: JobHandle, /, *, decision: str, ids: list[int], ref: str) -> dict[str, Any]:
    user = User.objects.get(pk=handle.by_id)

    def act(part: Sequence[int]) -> Result:
        return settle(part, decision, user=user, ref=ref)

    # Proposals are counted, and rejecting them writes no revision.
    return by_batches(handle, ids, act, ref=ref, changed=Proposal.objects.filter(settled_ref=ref).count)
