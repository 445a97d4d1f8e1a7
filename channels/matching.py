"""Adopt, don't duplicate: before the first sync with a filled shop, what stands there already is found by our keys.

Read back in batches, nothing is sent. What is found gets the channel's id and is looked at once more before it is sent, so
it is changed and not made a second time. What the channel does not tell is in doubt, and what is in doubt is never created:
delivery asks again until it is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.jobs import JobCancelled, JobHandle, enqueue, job
from catalog.models.job import Job
from channels import schedule
from channels.connectors.base import CONNECTORS, Connector, DeliveryError, Seen
from channels.delivery.settle import masked, secrets_of
from channels.models import Channel, Listing

KIND = "channels.match"
FIRST = 100  # of each kind, in the result
KINDS: dict[str, Any] = {
    "found": gettext_lazy("Found there"),
    "ambiguous": gettext_lazy("In doubt"),
    "absent": gettext_lazy("Not there"),
}


def start(*, channel: Channel, by: int | None) -> Job:
    with transaction.atomic():
        return enqueue(KIND, {"channel": channel.pk}, by=by, title=_("What is on %s already") % channel)


def last_of(channel_id: int) -> Job | None:
    return Job.objects.filter(kind=KIND, params__channel=channel_id).defer("log").order_by("-pk").first()


def unmatched(channel_id: int) -> QuerySet[Listing]:
    """Listings of which nothing was sent yet, and nothing is on its way."""
    return Listing.objects.filter(
        channel_id=channel_id, sent_hash="", submission="", lease_until=None
    ).exclude(state__in=[Listing.State.WITHDRAWN])


def why_not(channel: Channel) -> str:
    """ "" where it may be asked. A pause stops what is sent; looking is what a person asks for before it is over."""
    now = timezone.now()
    if not channel.is_active:
        return _("The channel is not active.")
    if channel.connector not in CONNECTORS or not CONNECTORS[channel.connector].can_read_back:
        return _("This channel cannot be read back.")
    if channel.blocked_until is not None and channel.blocked_until > now:
        return _("The channel asked for a pause, or fails.")
    if not schedule.open_at(channel.schedule, now):
        return _("It is outside of the channel's hours.")
    return ""


@job(KIND, queue="delivery")
def run(handle: JobHandle, *, channel: int) -> dict[str, Any]:
    """A channel that does not answer fails the job with its reason; what was matched until then stays so."""
    row = Channel.objects.get(pk=channel)
    counts: Counter[str] = Counter()
    first: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
    total, last = unmatched(channel).count(), 0
    with CONNECTORS[row.connector](
        channel=row.code, settings=row.settings, credentials=dict(row.credentials)
    ) as connector:
        while rows := _page(channel, last, connector.batch_size):
            if handle.cancelled():
                raise JobCancelled
            row.refresh_from_db()
            if closed := why_not(row):
                raise ValueError(closed)
            for listing, kind in _matched(connector, rows):
                counts[kind] += 1
                if len(first[kind]) < FIRST:
                    first[kind].append(
                        {"listing": listing.pk, "product": listing.product_id, "sku": listing.product.sku}
                    )
            last = rows[-1].pk
            handle.progress(sum(counts.values()), max(total, sum(counts.values())))
    return {"counts": {kind: counts[kind] for kind in KINDS}, "first": first}


def _page(channel: int, last: int, limit: int) -> list[Listing]:
    rows = unmatched(channel).filter(pk__gt=last, product__trashed_at=None)
    return list(
        rows.select_related("product").defer("product__search", "product__tokens").order_by("pk")[:limit]
    )


def _matched(connector: Connector, rows: Sequence[Listing]) -> list[tuple[Listing, str]]:
    if connection.in_atomic_block:
        raise RuntimeError("A channel must not be called inside a transaction.")
    try:
        seen = connector.read_back([row.product.sku for row in rows])
    except DeliveryError as error:
        raise ValueError(masked(str(error), secrets_of(connector))) from None
    now = timezone.now()
    kinds = [(row, _kind(row.product.sku, seen)) for row in rows]
    with transaction.atomic():
        for row, kind in kinds:
            # Only what nothing happened to meanwhile: another try may have made it, or left it in doubt.
            free = Listing.objects.filter(
                pk=row.pk, sent_hash="", submission="", lease_until=None, unknown=row.unknown, attempts=row.attempts,
                next_try_at=row.next_try_at,
            )  # fmt: skip
            there = seen.get(row.product.sku)
            if kind == "found" and there is not None:
                free.update(external_id=there.external_id, external_url=there.url, unknown=True, seen_at=now)
            elif kind == "ambiguous":
                free.update(unknown=True)
            else:
                free.update(seen_at=now, unknown=False)
    return kinds


def _kind(key: str, seen: Mapping[str, Seen | None]) -> str:
    if key not in seen:
        return "ambiguous"
    return "absent" if seen[key] is None else "found"
