"""What is done to a channel as a whole: its profile changed, paused, resumed, sent now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.jobs import enqueue
from catalog.structure.announce import announce
from channels.connectors import CONNECTORS
from channels.marking import at_once, behind
from channels.models import Channel, Listing, PortalPage, PortalPlace, PortalText
from pim.lib.encrypted import DecryptionFailed


def changed(channel: Channel, *, by: int | None = None) -> None:
    """Tells that a profile, its fields or requirements changed. Call it in the transaction of the change.

    Raises `profile_rev` and enqueues the work: scores, tokens and stale marks for this channel. `by` is a user's id.
    """
    announce("channel", [channel.pk], by=by)


def readdressed(
    channel: Channel,
    *,
    connector: str,
    settings: Mapping[str, Any],
    was: tuple[str, Mapping[str, Any]],
    entered: Collection[str] = (),
) -> list[str]:
    """Names of the settings that would send the channel's stored credentials elsewhere than they were entered for.

    `was`: its connector and settings as they are stored; `entered`: the credentials that are replaced with them. Who may
    change a channel must not get its credentials that way.
    """
    kind = CONNECTORS.get(connector)
    if kind is None or not kind.guarded or not _holds(channel, set(kind.secret_fields) - set(entered)):
        return []
    places = zip(kind.guarded, kind.place(settings), kind.place(was[1]), strict=True)
    return [name for name, now, before in places if connector != was[0] or now != before]


def _holds(channel: Channel, names: Collection[str]) -> bool:
    """Whether one of these credentials is stored; where no key opens them now, one may again."""
    try:
        stored = dict(channel.credentials or {})
    except DecryptionFailed:
        return bool(names)
    return any(stored.get(name) for name in names)


def pause(*, channel_id: int, reason: str) -> bool:
    """Nothing is sent until somebody resumes. False where it was paused already (its reason stays)."""
    paused = Channel.objects.filter(pk=channel_id, paused_at=None).update(
        paused_at=timezone.now(), paused_reason=reason
    )
    return bool(paused)


def resume(*, channel_id: int) -> bool:
    """Opens the channel again, its count of failures forgotten; what is stale may go at once."""
    now = timezone.now()
    resumed = (
        Channel.objects.filter(pk=channel_id)
        .exclude(paused_at=None)
        .update(paused_at=None, paused_reason="", blocked_until=None, failures=0)
    )
    Listing.objects.filter(channel_id=channel_id, error_class="config").update(
        next_try_at=now, error_class="", reason=""
    )
    return bool(resumed)


def reconnected(*, channel_id: int) -> None:
    """Its address or credentials changed: what was learnt of the old ones is forgotten, the next try is due at once."""
    now = timezone.now()
    Channel.objects.filter(pk=channel_id).update(blocked_until=None, failures=0)
    Listing.objects.filter(channel_id=channel_id, attempts__gt=0).update(next_try_at=now)
    # What was gathered for a snapshot of the old kind is gathered anew, or sent one by one; it may be published just now.
    Listing.objects.filter(channel_id=channel_id, submission=Listing.GATHERED).update(
        submission="", submitted=None, unknown=True, next_try_at=now
    )


def moved(*, channel_id: int) -> None:
    """Its connector is another one: what the old one holds of ours says nothing of the new one, which is asked first.

    What stands in a portal of ours goes; another channel keeps what it has.
    """
    now = timezone.now()
    for kind in (PortalText, PortalPlace, PortalPage):  # in this order a statement each
        kind.objects.filter(channel_id=channel_id).delete()
    Listing.objects.filter(channel_id=channel_id).update(
        sent_hash="", sent_sheet=None, sent_at=None, external_id="", external_url="", submission="", submitted=None, unknown=True,
        desired_rev=F("desired_rev") + 1, stale_since=Coalesce("stale_since", Value(now)), next_try_at=now, held_by=behind(),
    )  # fmt: skip


def mark_all(*, channel_id: int) -> int:
    """Makes every listing of a channel stale, to be built and compared anew. Returns how many."""
    now = timezone.now()
    return Listing.objects.filter(channel_id=channel_id).update(
        desired_rev=F("desired_rev") + 1, stale_since=Coalesce("stale_since", Value(now)), next_try_at=now,
        held_by=behind(),
    )  # fmt: skip


def hurry(*, channel_id: int) -> int:
    """Lets what is stale be tried at once instead of at its next try; returns how many. A wait the channel asked for stays."""
    stale = Listing.objects.filter(channel_id=channel_id, desired_rev__gt=F("sent_rev"))
    return stale.update(next_try_at=timezone.now())


def try_again(*, listing_ids: Sequence[int]) -> int:
    """Builds and sends these listings anew, refused and blocked ones too; returns how many."""
    now = timezone.now()
    return Listing.objects.filter(pk__in=list(listing_ids)).update(
        desired_rev=F("desired_rev") + 1, stale_since=Coalesce("stale_since", Value(now)), next_try_at=now,
        held_by=at_once(),
    )  # fmt: skip


def enqueue_reconcile(*, channel_id: int, by: int | None = None) -> None:
    """A job that reads the channel back and sends again what drifted."""
    with transaction.atomic():
        enqueue(
            "channels.reconcile",
            {"channel": channel_id},
            by=by,
            queue="delivery",
            title=_("Comparison with what the channel shows"),
        )
