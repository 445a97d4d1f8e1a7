"""Taking listings for a while: with a lease and a token, in one short transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import BigIntegerField, F, Q, QuerySet, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from catalog.models.importing import ImportRun
from catalog.models.job import Job
from channels.delivery.publisher import Publisher
from channels.models import Listing
from pim.lib.failpoint import failpoint

RUN_WITHOUT_JOB = timedelta(hours=1)
# Of a claimed row nobody asks for these: settling reads its own.
UNREAD = ("earlier", "next_try_at", "seen_at", "stale_since", "state_since")


@dataclass(frozen=True, slots=True)
class Claim:
    """Listings held by `token` until `until`; each keeps the desired_rev it had then."""

    token: str
    until: datetime
    listings: list[Listing]

    def renew(self, seconds: float, now: datetime) -> int:
        """Keeps what is still held by this token; returns how many rows that is."""
        return Listing.objects.filter(
            pk__in=[row.pk for row in self.listings], lease_token=self.token
        ).update(lease_until=now + timedelta(seconds=seconds))


def claim_stale(*, channel_id: int, limit: int, seconds: float, now: datetime, singly: bool = False) -> Claim:
    """Stale listings whose turn it is, the longest waiting first; what an ended import had held, and what is one of many
    (Listing.SYNC), comes behind single edits, and not at all where only those are asked for (`singly`).

    Time alone makes stale too: rows past `due_at` are raised here.

    Who held an expired lease may have sent and died: such a row is read back first (`unknown`).
    """
    with transaction.atomic():
        Listing.objects.filter(channel_id=channel_id, due_at__lte=now).update(
            desired_rev=F("desired_rev") + 1, due_at=None, stale_since=Coalesce("stale_since", Value(now))
        )
        own = stale(now).filter(channel_id=channel_id).order_by("next_try_at", "pk")
        claimed = _take(own.filter(held_by=""), limit=limit, seconds=seconds, now=now)
        for run in () if singly else released(channel_id, now):
            if (left := limit - len(claimed.listings)) <= 0:
                break
            more = _take(own.filter(held_by=run), limit=left, seconds=seconds, now=now, token=claimed.token)
            claimed.listings.extend(more.listings)
        return claimed


def claim_behind(*, channel_id: int, limit: int, seconds: float, now: datetime) -> Claim:
    """Of what goes behind single edits alone, and only what is not in doubt: for a job of many."""
    with transaction.atomic():
        claimed = Claim(uuid4().hex, now + timedelta(seconds=seconds), [])
        for run in released(channel_id, now):
            if (left := limit - len(claimed.listings)) <= 0:
                break
            rows = _behind(channel_id, run, now).order_by("next_try_at", "pk")
            more = _take(rows, limit=left, seconds=seconds, now=now, token=claimed.token)
            claimed.listings.extend(more.listings)
        return claimed


def count_behind(channel_id: int, now: datetime, *, most: int) -> int:
    """How many claim_behind would find, up to `most`."""
    found = 0
    for run in released(channel_id, now):
        found += _behind(channel_id, run, now)[: most - found].count()
        if found >= most:
            break
    return found


def _behind(channel_id: int, run: str, now: datetime) -> QuerySet[Listing]:
    return stale(now).filter(channel_id=channel_id, held_by=run, unknown=False, lease_token="")


def claim_submitted(*, channel_id: int, limit: int, seconds: float, now: datetime) -> Claim:
    """Listings whose submission is to be polled, those of one submission together."""
    with transaction.atomic():
        rows = polled(now).filter(channel_id=channel_id).order_by("submission", "pk")
        return _take(rows, limit=limit, seconds=seconds, now=now)


def claim_accepted(*, channel_id: int, limit: int, seconds: float, now: datetime) -> Claim:
    """Listings the channel took and has not confirmed."""
    with transaction.atomic():
        rows = unconfirmed(now).filter(channel_id=channel_id).order_by("next_try_at", "pk")
        return _take(rows, limit=limit, seconds=seconds, now=now)


def claim_gathered(publisher: Publisher, *, after: int, changed: bool, limit: int, now: datetime) -> Claim:
    """Listings gathered for the channel's next snapshot, by id, behind `after`; `changed`: only those made stale again since.

    Nobody but who holds the channel's lease touches them, so leases of their own do not count. Raises LeaseLost.
    """
    with transaction.atomic():
        publisher.lock()
        rows = gathered().filter(channel_id=publisher.channel_id, pk__gt=after).order_by("pk")
        if changed:
            revision = Cast(KT("submitted__revision"), BigIntegerField())
            rows = rows.exclude(held_by__in=runs_being_applied(now)).filter(desired_rev__gt=revision)
        return _take(rows, limit=limit, seconds=publisher.seconds, now=now)


def stale(now: datetime) -> QuerySet[Listing]:
    """Stale, its time come, in nobody's hands; ask for one `held_by` at a time, as the index has it (Listing.Meta)."""
    return _free(now).filter(desired_rev__gt=F("sent_rev"), submission="")


def released(channel_id: int, now: datetime) -> Iterator[str]:
    """What holds stale listings of a channel and no longer counts, for its run has ended: "import:12".

    From one to the next by the index: a run under way may hold a million rows, and none of them is looked at.
    """
    rows = Listing.objects.filter(channel_id=channel_id, desired_rev__gt=F("sent_rev"), submission="")
    applied: list[str] | None = None
    held = ""
    while (
        following := rows.filter(held_by__gt=held).order_by("held_by").values_list("held_by", flat=True)[:1]
    ):
        held = following[0]
        applied = runs_being_applied(now) if applied is None else applied
        if held not in applied:
            yield held


def polled(now: datetime) -> QuerySet[Listing]:
    """Handed over, its outcome to be asked for; such a row is stale until that is known."""
    return _free(now).filter(desired_rev__gt=F("sent_rev"), submission__gt="")


def gathered() -> QuerySet[Listing]:
    return Listing.objects.filter(desired_rev__gt=F("sent_rev"), submission=Listing.GATHERED)


def unconfirmed(now: datetime) -> QuerySet[Listing]:
    return _free(now).filter(state=Listing.State.ACCEPTED, submission="", desired_rev=F("sent_rev"))


def runs_being_applied(now: datetime) -> list[str]:
    """References of import runs under way: what they touch waits for their end, however they end."""
    alive = Q(job__state__in=[Job.State.QUEUED, Job.State.RUNNING]) | Q(
        job=None, created_at__gt=now - RUN_WITHOUT_JOB
    )
    states = [ImportRun.State.APPLYING, ImportRun.State.UNDOING]
    return [
        f"import:{pk}"
        for pk in ImportRun.objects.filter(alive, state__in=states).values_list("pk", flat=True)
    ]


def _free(now: datetime) -> QuerySet[Listing]:
    return Listing.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), next_try_at__lte=now)


def _take(rows: QuerySet[Listing], *, limit: int, seconds: float, now: datetime, token: str = "") -> Claim:
    token, until = token or uuid4().hex, now + timedelta(seconds=seconds)
    listings = list(rows.defer(*UNREAD).select_for_update(skip_locked=True, of=("self",))[:limit])
    if listings:
        died = [row.pk for row in listings if row.lease_token]
        if died:
            Listing.objects.filter(pk__in=died).update(unknown=True)
        Listing.objects.filter(pk__in=[row.pk for row in listings]).update(
            lease_until=until, lease_token=token
        )
        for row in listings:
            row.unknown = row.unknown or bool(row.lease_token)
            row.lease_until, row.lease_token = until, token
    claimed = Claim(token, until, listings)
    transaction.on_commit(lambda: failpoint("after_claim") if listings else None)
    return claimed
