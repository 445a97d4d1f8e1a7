"""Who has something to do? Asked every few seconds, so that no lost message, process or event matters."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from channels.delivery import circuit, removals
from channels.delivery.claim import gathered, polled, released, stale, unconfirmed
from channels.models import Channel, Listing


def channels_with_work(now: datetime) -> list[int]:
    """Ids of open channels with listings that are stale, due, gathered, to be polled or to be confirmed, or whose takedowns
    were held and may go by now; the longest unserved first, without those whose snapshot is being made.

    An expired lease needs nobody's care: the claim takes such a row like any other.
    """
    held = Listing.objects.filter(channel_id=OuterRef("pk"), removal=Listing.Removal.HELD)
    rows = Channel.objects.annotate(has_work=_has_work(now), has_held=Exists(held)).only(
        "pk",
        "is_active",
        "paused_at",
        "paused_reason",
        "blocked_until",
        "schedule",
        "last_sync_at",
        "lease_until",
        "removal_share",
        "removal_least",
    )
    open_now = [
        row
        for row in rows
        if not circuit.why_closed(row, now)
        and (row.lease_until is None or row.lease_until < now)
        and (
            row.has_work
            or _has_released(row.pk, now)
            or (row.has_held and removals.may_be_released(row, now))
        )
    ]
    return [
        row.pk
        for row in sorted(
            open_now, key=lambda row: (row.last_sync_at is not None, row.last_sync_at or now, row.pk)
        )
    ]


def _has_work(now: datetime) -> Q:
    """Each a look at the beginning of an index, however many listings are stale or held by an import."""
    kinds = [
        stale(now).filter(held_by=""),
        Listing.objects.filter(due_at__lte=now),
        polled(now),
        gathered(),
        unconfirmed(now),
    ]
    found = Q()
    for rows in kinds:
        found |= Q(Exists(rows.filter(channel_id=OuterRef("pk"))))
    return found


def _has_released(channel_id: int, now: datetime) -> bool:
    rows = stale(now).filter(channel_id=channel_id)
    return any(rows.filter(held_by=run).exists() for run in released(channel_id, now))
