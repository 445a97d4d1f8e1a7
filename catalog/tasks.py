"""Nudges. The rows are the truth: each of these may be lost, late or run twice."""

from celery import shared_task

import catalog.assets.jobs
import catalog.values.rederive  # noqa: F401  its kinds of job
from catalog.importing.pickup import work as pickups
from catalog.jobs import nudge_due, run_due
from catalog.retention import thin
from pim.lib.registration import import_if_present

import_if_present("catalog.importing", "jobs")
import_if_present("catalog.conversions", "planning", "running")
import_if_present("catalog.takeovers", "jobs")

# Longer than any job should take; the lease, not this, tells a living job from a dead one.
DAY = 24 * 60 * 60


@shared_task(name="catalog.tasks.tick")
def tick() -> list[str]:
    pickups.nudge_due()
    return nudge_due()


@shared_task(name="catalog.tasks.thin")
def thin_old_rows() -> dict[str, int]:
    return thin()


@shared_task(name="catalog.tasks.run_jobs", acks_late=False, time_limit=DAY, soft_time_limit=DAY - 60)
def run_jobs(queue: str) -> int:
    return run_due(queue)
