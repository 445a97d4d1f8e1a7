"""The job table as a queue: enqueue, claim by lease and token, renew, settle.

A claim is a conditional update under a row lock (SKIP LOCKED where there is one; SQLite has one writer at a time, its
transactions begin IMMEDIATE). Whoever's token is not the row's any more can settle nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.jobs.kinds import KINDS, QUEUES
from catalog.models.job import Job
from catalog.models.user import User
from pim.lib.redaction import redact

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=settings.PIM_LEASE_SECONDS)
# Claims in a row that ended without a result and without progress: the job itself kills its workers.
MAX_ATTEMPTS = 5
ENDED = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)


def enqueue(
    kind: str,
    params: Mapping[str, Any] | None = None,
    *,
    by: User | int | None = None,
    queue: str | None = None,
    title: str = "",
    run_at: datetime | None = None,
    language: str | None = None,
) -> Job:
    """A waiting job, written in the caller's transaction; after its commit a worker is nudged.

    `params`: JSON, given to the kind's function by name. `by`: a user or its id. `run_at`: not before.
    What it says will be said in `language`, a code; without it in the one that is in force here. What speaks to others than who
    asks for it is given settings.LANGUAGE_CODE, lest their mails and files change with that person.
    """
    queue = queue or KINDS[kind].queue
    if queue not in QUEUES:
        raise LookupError(f"{queue!r} is no queue: {', '.join(QUEUES)}")
    now = timezone.now()
    created = Job.objects.create(
        kind=KINDS[kind].code, queue=queue, params=dict(params or {}), title=str(title)[:200], created_at=now,
        run_at=run_at or now, created_by_id=by.pk if isinstance(by, User) else by,
        language=(get_language() or "") if language is None else language,
    )  # fmt: skip
    if created.run_at <= now:
        transaction.on_commit(lambda: nudge(queue))
    return created


def nudge(queue: str) -> None:
    """Wakes a worker. A message that cannot be sent, or is lost, costs one tick and nothing else."""
    try:
        current_app.send_task(
            "catalog.tasks.run_jobs", args=[queue], queue=queue, retry=False, ignore_result=True,
            expires=settings.PIM_TICK_SECONDS * 3,
        )  # fmt: skip
    except Exception:
        logger.warning("No worker was nudged for the queue %s: the tick will", queue, exc_info=True)


def due(queue: str, now: datetime) -> QuerySet[Job]:
    """What may be claimed: waiting, or running with a lease that ran out."""
    return Job.objects.filter(
        Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, lease_until__lt=now),
        state__in=(Job.State.QUEUED, Job.State.RUNNING), queue=queue, run_at__lte=now,
    )  # fmt: skip


def claim(queue: str) -> Job | None:
    """The next job of this queue, now ours for LEASE under a fresh token; None where there is none.

    A job that brought down MAX_ATTEMPTS workers without getting further is failed instead, and one whose cancellation
    was asked for while its worker died is cancelled.
    """
    while True:
        with transaction.atomic():
            now = timezone.now()
            rows = due(queue, now).order_by("run_at", "pk")
            if connection.features.has_select_for_update_skip_locked:
                rows = rows.select_for_update(skip_locked=True, of=("self",))
            row = rows.first()
            if row is None:
                return None
            if row.cancel_requested:
                finish(row, Job.State.CANCELLED)
            elif row.attempts >= MAX_ATTEMPTS:
                with speaking_for(row):
                    error = _(
                        "Given up: the worker was lost %(count)d times while this job ran. Its log says how far it came."
                    ) % {"count": row.attempts}
                finish(row, Job.State.FAILED, error=error)
            else:
                return _take(row, now)


def _take(row: Job, now: datetime) -> Job:
    before = row.lease_token
    row.state, row.lease_token, row.lease_until = Job.State.RUNNING, uuid4().hex, now + LEASE
    row.attempts, row.started_at = row.attempts + 1, row.started_at or now
    taken = Job.objects.filter(pk=row.pk, lease_token=before).update(
        state=row.state, lease_token=row.lease_token, lease_until=row.lease_until, attempts=row.attempts, started_at=row.started_at
    )  # fmt: skip
    if not taken:
        raise RuntimeError(f"job {row.pk} changed hands under our lock")
    return row


def renew(pk: int, token: str, **changes: Any) -> bool:
    """Another LEASE, with other columns of the row; False where the job is no longer ours."""
    rows = Job.objects.filter(pk=pk, lease_token=token, state=Job.State.RUNNING)
    return bool(rows.update(lease_until=timezone.now() + LEASE, **changes))


def release(row: Job, *, after: timedelta = timedelta(), message: str = "", **changes: Any) -> bool:
    """Gives a job back unfinished, to be claimed again `after` a while, with other columns of the row."""
    rows = Job.objects.filter(pk=row.pk, lease_token=row.lease_token, state=Job.State.RUNNING)
    run_at = timezone.now() + after
    return bool(
        rows.update(
            state=Job.State.QUEUED,
            lease_until=None,
            lease_token="",
            run_at=run_at,
            message=message[:300],
            **changes,
        )
    )


def speaking_for(row: Job) -> translation.override:
    """A context in which is said what this job says, in its language, whoever comes to say it."""
    return translation.override(row.language or settings.LANGUAGE_CODE)


def finish(
    row: Job, state: str, *, result: Mapping[str, Any] | None = None, error: str = "", **changes: Any
) -> bool:
    """Ends the job, in one transaction with the kind's `ended`; False, changing nothing, where it is no longer ours.

    Without a `result` the row keeps what it came to so far.
    """
    with transaction.atomic():
        rows = Job.objects.filter(pk=row.pk, lease_token=row.lease_token).exclude(state__in=ENDED)
        row.state, row.error = state, redact(error)
        if result is not None:
            row.result = dict(result)
        row.finished_at, row.lease_until = timezone.now(), None
        kept = rows.update(
            state=row.state, result=row.result, error=row.error, finished_at=row.finished_at, lease_until=None,
            lease_token="", **changes,
        )  # fmt: skip
        kind = KINDS.get(row.kind)
        if kept and kind and kind.ended and state in (Job.State.FAILED, Job.State.CANCELLED):
            with speaking_for(row):
                kind.ended(row)
    return bool(kept)


def cancel(pk: int) -> bool:
    """Ends a waiting job; asks a running one to stop at its next step. False where it had ended already."""
    with transaction.atomic():
        row = Job.objects.select_for_update().exclude(state__in=ENDED).filter(pk=pk).first()
        if row is None:
            return False
        if row.state == Job.State.QUEUED:
            return finish(row, Job.State.CANCELLED)
        return bool(Job.objects.filter(pk=pk).exclude(state__in=ENDED).update(cancel_requested=True))
