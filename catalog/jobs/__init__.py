"""Long work as claimable rows: kinds (what there is) → queue (enqueue, claim, settle) → handle (what a job may say) → run."""

from catalog.jobs.handle import JobCancelled, JobHandle, LeaseLost, TurnOver
from catalog.jobs.kinds import KINDS, QUEUES, job
from catalog.jobs.queue import MAX_ATTEMPTS, cancel, enqueue
from catalog.jobs.run import nudge_due, run_due

__all__ = [
    "KINDS",
    "MAX_ATTEMPTS",
    "QUEUES",
    "JobCancelled",
    "JobHandle",
    "LeaseLost",
    "TurnOver",
    "cancel",
    "enqueue",
    "job",
    "nudge_due",
    "run_due",
]
