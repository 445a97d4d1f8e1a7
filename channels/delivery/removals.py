"""The cap: more takedowns than a set share of what is on a channel wait for a person (docs/decisions/0025).

Counted are the listings that would be taken down, and those whose sheet would lose everything that is made of attributes.
What goes within a day is counted together, so that many small batches are one large one. While others of the channel still
have to be looked at, they might be takedowns too: as long as all of them together could be too many, those found so far
wait, and go by themselves once it is clear that they are not.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from catalog.models.job import Job
from channels.delivery.gate import Decision
from channels.delivery.prepare import Prepared
from channels.models import Channel, Listing
from channels.sheets.diff import is_filled

WINDOW = timedelta(days=1)
PAGE = 500
MARKING = (
    "channels.fan_out",
    "catalog.rederive",
    "channels.push_again",
)  # jobs that make listings stale, many at a time
Removal = Listing.Removal
SETTLED = (Removal.GOING, Removal.ALLOWED)
STALE = Q(desired_rev__gt=F("sent_rev"))
THERE = ~Q(sent_hash="") | Q(unknown=True) | ~Q(external_id="")


@dataclass(frozen=True, slots=True)
class Cap:
    """`there`: what is on the channel, and was within a day; `gone`: of it, what went or is going unasked; `held`: what
    waits and will not be looked at again; `unseen`: what may turn out to be a takedown, None where that is unknown since listings are being marked."""

    share: int
    least: int
    there: int
    gone: int
    held: int
    unseen: int | None

    @property
    def most(self) -> int:
        return max(self.least, self.there * self.share // 100)

    def lets(self, more: int = 0) -> bool:
        """Whether `more` may go beside what is gone and held."""
        certain = self.gone + self.held + more
        if self.share >= 100 or certain <= self.least or (more and self.gone + more <= self.least):
            return True
        return self.unseen is not None and certain + self.unseen <= self.most


def removes(one: Prepared) -> bool:
    """Whether sending this takes a product off the channel, or empties it there."""
    if one.decision.kind == "absent":
        # An old SKU goes at once: another product may have it by the time somebody confirms. What was never known to be there
        # is looked up first: mostly a worker died that had only claimed it.
        return bool(one.may_be_there and one.key) and not one.is_renamed and not is_mere_doubt(one.listing)
    sheet, before = one.decision.sheet, one.listing.sent_sheet
    if sheet is None or not before or "locales" not in before:
        return False
    return not is_filled(sheet.payload, sheet.origins) and is_filled(before, sheet.origins)


def is_mere_doubt(listing: Listing) -> bool:
    """Whether nothing says that it was ever there, but that it may have been sent."""
    return listing.unknown and not listing.sent_hash and not listing.external_id


def cap_of(channel: Channel, now: datetime, *, beside: Collection[int] = ()) -> Cap:
    """As it stands now, in two queries. `beside`: listings that are being looked at."""
    rows = Listing.objects.filter(channel_id=channel.pk)
    lately = Q(state=Listing.State.WITHDRAWN, state_since__gte=now - WINDOW) & ~Q(removal=Removal.ALLOWED)
    going = Q(removal=Removal.GOING) & (STALE | Q(sent_at__gte=now - WINDOW))
    waiting = STALE & THERE & Q(submission="") & ~Q(removal__in=SETTLED)
    found = rows.aggregate(
        there=Count("pk", filter=~Q(sent_hash="")),
        withdrawn=Count("pk", filter=lately),
        gone=Count("pk", filter=lately | going),
        held=Count("pk", filter=Q(removal=Removal.HELD) & ~STALE),
        unseen=Count("pk", filter=waiting & ~Q(pk__in=beside)),
    )
    unseen = None if _is_being_marked(channel.pk) else found["unseen"]
    there = found["there"] + found["withdrawn"]
    return Cap(channel.removal_share, channel.removal_least, there, found["gone"], found["held"], unseen)


def _is_being_marked(channel_id: int) -> bool:
    jobs = Job.objects.filter(kind__in=MARKING, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return any(
        params.get("channel") in (None, channel_id) for params in jobs.values_list("params", flat=True)
    )


def judge(prepared: Sequence[Prepared], channel_id: int, now: datetime) -> list[Prepared]:
    """In their order, with those that are beyond the cap held. What passes is noted as going before it goes, under a lock of
    the channel: two workers cannot both take the last of what is let."""
    asking = {one.listing.pk for one in prepared if removes(one) and one.listing.removal not in SETTLED}
    if not asking:
        return list(prepared)
    with transaction.atomic():
        channel = Channel.objects.select_for_update(no_key=True).defer("credentials").get(pk=channel_id)
        cap = cap_of(channel, now, beside=[one.listing.pk for one in prepared])
        if cap.lets(len(asking)):
            Listing.objects.filter(pk__in=asking).update(removal=Removal.GOING)
            for one in prepared:
                if one.listing.pk in asking:
                    one.listing.removal = Removal.GOING
            return list(prepared)
    return [held(one, cap) if one.listing.pk in asking else one for one in prepared]


def held(one: Prepared, cap: Cap) -> Prepared:
    what = one.decision.reason or _("Its sheet would be empty.")
    reason = _(
        "%(what)s Its takedown waits: with others it may be more than %(share)d %% of what is on the channel. Confirm it on the channel's board, if it is meant."
    ) % {"what": what, "share": cap.share}
    decision = Decision("held", Listing.State.BLOCKED, reason, removal=Removal.HELD)
    return replace(one, decision=decision)


def has_held(channel_id: int) -> bool:
    return Listing.objects.filter(channel_id=channel_id, removal=Removal.HELD).exists()


def may_be_released(channel: Channel, now: datetime) -> bool:
    """Whether all that is held may go by itself."""
    cap = cap_of(channel, now)
    return cap.held > 0 and cap.lets()


def release(channel_id: int, now: datetime) -> int:
    """Lets everything held go where altogether it is within the cap; returns how many listings that is."""
    if not has_held(channel_id):
        return 0
    with transaction.atomic():
        channel = Channel.objects.select_for_update(no_key=True).defer("credentials").get(pk=channel_id)
        if not may_be_released(channel, now):
            return 0
    # What is stale is judged anyway.
    return _let_all(
        Listing.objects.filter(channel_id=channel_id, desired_rev=F("sent_rev")), Removal.GOING, now
    )


def confirm(channel_id: int, *, until: datetime, now: datetime) -> int:
    """A person has seen what is held: all that was held by `until` goes. Returns how many listings that is."""
    return _let_all(
        Listing.objects.filter(channel_id=channel_id, state_since__lte=until), Removal.ALLOWED, now
    )


def _let_all(rows: Any, removal: str, now: datetime) -> int:
    """Page by page, each a transaction of its own."""
    done, last = 0, 0
    held_now = rows.filter(removal=Removal.HELD).order_by("pk")
    while page := list(held_now.filter(pk__gt=last).values_list("pk", flat=True)[:PAGE]):
        done += _let(rows.filter(pk__in=page), removal, now)
        last = page[-1]
    return done


def _let(rows: Any, removal: str, now: datetime) -> int:
    """Built anew, they are judged by what is true then; the note says that nobody has to be asked any more."""
    count: int = rows.filter(removal=Removal.HELD).update(
        removal=removal,
        desired_rev=F("desired_rev") + 1,
        stale_since=Coalesce("stale_since", Value(now)),
        next_try_at=now,
    )
    return count
