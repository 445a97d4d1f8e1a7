"""Who has something to do? Asked every few seconds, so that no lost message, process or event matters."""

from __future__ import annotations

from datetime import datetime

from channels.delivery import circuit
from channels.delivery.claim import gathered, polled, ready, unconfirmed
from channels.models import Channel, Listing


def channels_with_work(now: datetime) -> list[int]:
    """Ids of open channels with listings that are stale, due, gathered, to be polled or to be confirmed; the longest
    unserved first, without those whose snapshot is being made.

    An expired lease needs nobody's care: the claim takes such a row like any other.
    """
    waiting = set(ready(now).values_list("channel_id", flat=True).distinct())
    waiting |= set(Listing.objects.filter(due_at__lte=now).values_list("channel_id", flat=True).distinct())
    waiting |= set(polled(now).values_list("channel_id", flat=True).distinct())
    waiting |= set(gathered().values_list("channel_id", flat=True).distinct())
    waiting |= set(unconfirmed(now).values_list("channel_id", flat=True).distinct())
    if not waiting:
        return []
    rows = Channel.objects.filter(pk__in=waiting).only(
        "pk",
        "is_active",
        "paused_at",
        "paused_reason",
        "blocked_until",
        "schedule",
        "last_sync_at",
        "lease_until",
    )
    open_now = [
        row
        for row in rows
        if not circuit.why_closed(row, now) and (row.lease_until is None or row.lease_until < now)
    ]
    return [
        row.pk
        for row in sorted(
            open_now, key=lambda row: (row.last_sync_at is not None, row.last_sync_at or now, row.pk)
        )
    ]
