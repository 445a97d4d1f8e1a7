"""Reading a channel back as a job: asked for by a person or by the clock, in parts, going on from where it was."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from catalog.jobs import JobCancelled, JobHandle, TurnOver, job
from catalog.jobs.queue import ENDED
from catalog.models import Job
from channels import profiles
from channels.connectors.base import CONNECTORS, DeliveryError, Retry, Unknown
from channels.delivery import circuit
from channels.delivery.reconcile import left, read
from channels.models import Channel

KIND = "channels.reconcile"
SECONDS = 60.0  # of one turn; then those who wait have theirs
FAILURES = 5  # in a row
LONGEST_WAIT = timedelta(hours=12)  # a night's quiet hours


@job(KIND, queue="delivery")
def run(
    handle: JobHandle,
    *,
    channel: int,
    after: int = 0,
    read_by_now: int = 0,
    drifted: int = 0,
    failures: int = 0,
) -> dict[str, int]:
    """A channel that does not answer fails the job with its reason, for the person who asked. Once begun, it waits for one that
    asks to wait, fails, or has its quiet hours, and goes on."""
    until, total = time.monotonic() + SECONDS, read_by_now + left(channel, after)
    try:
        for batch in read(channel_id=channel, after=after):
            after, read_by_now, failures = batch.last, read_by_now + batch.read, 0
            drifted += len(batch.drifted)
            handle.remember(after=after, read_by_now=read_by_now, drifted=drifted, failures=failures)
            handle.progress(read_by_now, max(total, read_by_now))
            if handle.cancelled():
                raise JobCancelled
            if time.monotonic() > until:
                raise TurnOver
    except DeliveryError as error:
        wait = _wait(channel, error, timezone.now(), failures)
        if not after or failures >= FAILURES or wait is None:
            raise ValueError(str(error)) from None
        handle.remember(failures=failures + 1)
        raise TurnOver(after=wait) from None
    return {"drifted": drifted, "read": read_by_now}


def _wait(channel_id: int, error: DeliveryError, now: datetime, failures: int) -> timedelta | None:
    """Until it may be asked again; None where only a person can tell."""
    if not isinstance(error, (Retry, Unknown)):
        return None
    opens = circuit.opens_at(Channel.objects.get(pk=channel_id), now)
    if opens is None:
        return None
    wait = max(opens - now, timedelta(seconds=getattr(error, "after", None) or 15 * 2**failures))
    return wait if wait <= LONGEST_WAIT else None


def start_due(now: datetime) -> list[int]:
    """Enqueues the readings whose time has come, of channels that may be asked now; says of which. The first is due a whole
    interval after a channel was made, or its interval chosen."""
    started = []
    rows = Channel.objects.filter(
        Q(read_due_at=None) | Q(read_due_at__lte=now), is_active=True, paused_at=None, read_every__gt=0
    )
    for channel in rows.defer("credentials"):
        connector = CONNECTORS.get(channel.connector)
        is_due = channel.read_due_at is not None
        if connector is None or not connector.can_read_back:
            continue
        if is_due and (circuit.why_closed(channel, now) or is_being_read(channel.pk)):
            continue
        # Whoever moves it on from what it was has taken it.
        with transaction.atomic():
            mine = Channel.objects.filter(pk=channel.pk, read_due_at=channel.read_due_at)
            if mine.update(read_due_at=now + timedelta(hours=channel.read_every)) and is_due:
                profiles.enqueue_reconcile(channel_id=channel.pk)
                started.append(channel.pk)
    return started


def is_being_read(channel_id: int) -> bool:
    return _jobs(channel_id).exclude(state__in=ENDED).exists()


def last_of(channel_id: int) -> Job | None:
    """The reading that goes on, or ended last."""
    return _jobs(channel_id).order_by("-pk").first()


def _jobs(channel_id: int) -> QuerySet[Job]:
    return Job.objects.filter(kind=KIND, params__channel=channel_id)
