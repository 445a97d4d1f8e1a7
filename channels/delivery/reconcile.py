"""What does the channel show? Compared with what was sent; what drifted is listed field by field and made stale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from catalog.jobs import JobHandle, job
from channels.connectors.base import CONNECTORS, Connector, DeliveryError, Retry, Seen
from channels.delivery import circuit
from channels.delivery.settle import masked, secrets_of
from channels.models import Channel, Listing
from channels.sheets.diff import diff


@dataclass(frozen=True, slots=True)
class Drift:
    """`fields`: [{field, sent, seen}]; a product that is gone, or should be, has one entry named "" """

    listing_id: int
    key: str
    fields: list[dict[str, Any]] = field(default_factory=list)


def reconcile(*, channel_id: int, mark: bool = True) -> list[Drift]:
    """Reads back every listing that is there, or was withdrawn, in batches; with `mark` the drifted ones are sent again.

    Reading is a request like any other: none goes out while the channel is paused, waits or has its quiet hours. Raises
    Retry where it is closed, the connector's DeliveryError where it does not answer, and NotImplementedError where it
    cannot be read.
    """
    channel = Channel.objects.get(pk=channel_id)
    found: list[Drift] = []
    with CONNECTORS[channel.connector](
        channel=channel.code, settings=channel.settings, credentials=dict(channel.credentials)
    ) as connector:
        last = 0
        while rows := list(_settled(channel_id).filter(pk__gt=last).order_by("pk")[: connector.batch_size]):
            _check_open(channel_id)
            try:
                found += _compare(connector, rows, mark=mark)
            except DeliveryError as error:  # what the channel said may repeat what it was sent
                raise type(error)(masked(str(error), secrets_of(connector))) from None
            last = rows[-1].pk
    return found


def _check_open(channel_id: int) -> None:
    if closed := circuit.why_closed(Channel.objects.get(pk=channel_id), timezone.now()):
        raise Retry(closed, applied="no")


@job("channels.reconcile", queue="delivery")
def run(handle: JobHandle, *, channel: int) -> dict[str, int]:
    """A channel that does not answer fails the job with its reason, for the person who asked."""
    try:
        return {"drifted": len(reconcile(channel_id=channel))}
    except DeliveryError as error:
        raise ValueError(str(error)) from None


def _settled(channel_id: int) -> Any:
    """Listings nothing is on its way for: what is stale anyway is not drift."""
    rows = Listing.objects.filter(
        channel_id=channel_id, desired_rev=F("sent_rev"), submission="", lease_until=None
    )
    states = (Listing.State.ACCEPTED,)
    there = rows.exclude(sent_hash="").exclude(state__in=states)
    return (there | rows.filter(state=Listing.State.WITHDRAWN)).select_related("product")


def _compare(connector: Connector, rows: Sequence[Listing], *, mark: bool) -> list[Drift]:
    if connection.in_atomic_block:
        raise RuntimeError("A channel must not be called inside a transaction.")
    keys = {row.pk: str((row.sent_sheet or {}).get("sku") or row.product.sku) for row in rows}
    seen = connector.read_back(list(keys.values()))
    now = timezone.now()
    drifted = []
    for row in rows:
        if keys[row.pk] in seen:
            fields = drift_of(row, seen[keys[row.pk]])
            if fields:
                drifted.append(Drift(row.pk, keys[row.pk], fields))
    with transaction.atomic():
        Listing.objects.filter(pk__in=[row.pk for row in rows]).update(seen_at=now, drift=[])
        for drift in drifted:
            Listing.objects.filter(pk=drift.listing_id).update(drift=drift.fields)
        judged = [row.pk for row in rows if _is_judged_anew(row, seen.get(keys[row.pk]))]
        if judged:
            # Confirming settles it: it has the words of a refusal and finds the fields they are about.
            Listing.objects.filter(pk__in=judged, desired_rev=F("sent_rev"), lease_until=None).update(
                state=Listing.State.ACCEPTED, state_since=now, next_try_at=now
            )
        if mark and drifted:
            # `unknown`: the next drain looks at the channel first, and so sends although the hash is what was sent last.
            Listing.objects.filter(pk__in=[drift.listing_id for drift in drifted]).update(
                desired_rev=F("desired_rev") + 1,
                stale_since=Coalesce("stale_since", Value(now)),
                unknown=True,
                next_try_at=now,
            )
    return drifted


def _is_judged_anew(row: Listing, there: Seen | None) -> bool:
    """Whether the channel, holding what was sent, shows what it had refused, refuses what it had shown, or warns of other things."""
    if there is None or not row.sent_hash or there.hash != row.sent_hash:
        return False
    if row.state == Listing.State.LIVE:
        warned = {error.get("message") for error in row.errors}
        return there.outcome == "rejected" or warned != {error.message for error in there.errors}
    return (row.state, row.error_class) == (Listing.State.REFUSED, "review") and there.outcome == "live"


def drift_of(row: Listing, there: Seen | None) -> list[dict[str, Any]]:
    """[{field, sent, seen}]; [] where the channel shows what was sent. "" names the product as a whole."""
    if there is None:
        return [{"field": "", "sent": row.sent_hash, "seen": None}] if row.sent_hash else []
    if not row.sent_hash:
        return [{"field": "", "sent": None, "seen": there.hash}]
    if there.hash == row.sent_hash:
        return []
    if there.sheet is None:
        return [{"field": "", "sent": row.sent_hash, "seen": there.hash}]
    return [
        {"field": one.path, "sent": one.before, "seen": one.after}
        for one in diff(row.sent_sheet, there.sheet)
    ]
