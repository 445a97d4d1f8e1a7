"""Adopt, don't duplicate: before the first sync with a filled shop, what stands there already is found.

By our key; where the connector can, by SKU and GTIN too. Asked in batches, nothing is sent. What is found gets the
channel's id and is looked at once more before it is sent, so it is changed and not made a second time. Where several may be
meant a person chooses; what the channel does not tell is in doubt, and what is in doubt is never created: delivery asks
again until it is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.jobs import JobCancelled, JobHandle, enqueue, job
from catalog.models.job import Job
from catalog.structure.snapshot import Structure
from catalog.values.keys import attribute_of
from channels import profile, profiles, schedule
from channels.connectors.base import CONNECTORS, Candidate, Connector, DeliveryError, Seen, Wanted
from channels.delivery.settle import masked, secrets_of
from channels.models import Channel, Listing
from channels.sheets import load, sources

KIND = "channels.match"
FIRST = 100  # of each kind, in the result
CANDIDATES = 10
GTIN_FIELDS = frozenset({"barcode", "gtin", "gtins", "ean", "upc"})  # as channels call it
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
    taken: dict[str, str] = {}
    with CONNECTORS[row.connector](
        channel=row.code, settings=row.settings, credentials=dict(row.credentials)
    ) as connector:
        while rows := _page(channel, last, connector.batch_size):
            if handle.cancelled():
                raise JobCancelled
            row.refresh_from_db()
            if closed := why_not(row):
                raise ValueError(closed)
            for listing, match in _matched(connector, rows, taken):
                counts[match.kind] += 1
                if len(first[match.kind]) < FIRST:
                    first[match.kind].append(_entry(listing, match))
            last = rows[-1].pk
            handle.progress(sum(counts.values()), max(total, sum(counts.values())))
    return {"counts": {kind: counts[kind] for kind in KINDS}, "first": first}


def _entry(listing: Listing, match: Match) -> dict[str, Any]:
    """As the job's result keeps it."""
    listed = [match.there] if match.there else match.candidates[:CANDIDATES]
    return {
        "listing": listing.pk, "product": listing.product_id, "sku": listing.product.sku,
        "there": [{"id": one.external_id, "title": one.title[:200], "by": one.by, "url": one.url} for one in listed],
    }  # fmt: skip


def _page(channel: int, last: int, limit: int) -> list[Listing]:
    rows = unmatched(channel).filter(pk__gt=last, product__trashed_at=None)
    return list(
        rows.select_related("product").defer("product__search", "product__tokens").order_by("pk")[:limit]
    )


@dataclass(frozen=True, slots=True)
class Match:
    """`seen`: under our own key; `there`: found by something else; `candidates`: among which a person chooses."""

    kind: str
    seen: Seen | None = None
    there: Candidate | None = None
    candidates: Sequence[Candidate] = ()


def _matched(
    connector: Connector, rows: Sequence[Listing], taken: dict[str, str]
) -> list[tuple[Listing, Match]]:
    """`taken`: what stands there, by its id → the SKU it was found to be."""
    if connection.in_atomic_block:
        raise RuntimeError("A channel must not be called inside a transaction.")
    try:
        seen = connector.read_back([row.product.sku for row in rows])
        candidates: Mapping[str, Sequence[Candidate]] = {}
        if connector.can_find and (asked := [row for row in rows if seen.get(row.product.sku, "") is None]):
            candidates = connector.find(wanted_of(asked))
    except DeliveryError as error:
        raise ValueError(masked(str(error), secrets_of(connector))) from None
    now = timezone.now()
    matches = [
        (row, _match(row.product.sku, seen, candidates.get(row.product.sku, ()), taken)) for row in rows
    ]
    with transaction.atomic():
        for row, match in matches:
            # Only what nothing happened to meanwhile: another try may have made it, or left it in doubt.
            free = Listing.objects.filter(
                pk=row.pk, sent_hash="", submission="", lease_until=None, unknown=row.unknown, attempts=row.attempts,
                next_try_at=row.next_try_at,
            )  # fmt: skip
            if match.seen is not None:
                found = match.seen
                free.update(external_id=found.external_id, external_url=found.url, unknown=True, seen_at=now)
            elif match.there is not None and connector.takes_over:
                there = match.there
                free.update(external_id=there.external_id, external_url=there.url, unknown=False, seen_at=now)
            elif match.kind == "ambiguous" and not match.candidates:
                free.update(unknown=True)
            else:
                free.update(seen_at=now, unknown=False)
    return matches


def _match(
    key: str, seen: Mapping[str, Seen | None], candidates: Sequence[Candidate], taken: dict[str, str]
) -> Match:
    """Found is what all there is points to; what was found to be one product is not another as well."""
    if key not in seen:
        return Match("ambiguous")
    if (own := seen[key]) is not None:
        return Match("found", seen=own)
    if not candidates:
        return Match("absent")
    ids = {one.external_id for one in candidates}
    if len(ids) > 1 or any(taken.get(one, key) != key for one in ids):
        return Match("ambiguous", candidates=candidates)
    taken[candidates[0].external_id] = key
    return Match("found", there=candidates[0])


def wanted_of(rows: Sequence[Listing]) -> list[Wanted]:
    """The SKUs of what is sold of each, and its GTINs: identifiers of that kind, and what the channel's field for them is
    made from."""
    structure = Structure.current()
    spec = profile.current(structure).by_id[rows[0].channel_id]
    mapped = {
        code
        for listed in spec.fields.values() for row in listed if row.target.casefold() in GTIN_FIELDS
        for code in sources.attributes_of(row.source, structure)
    }  # fmt: skip
    codes = mapped | {
        code for code, one in structure.attributes.items() if one.type == "identifier" and one.params.get("kind") == "gtin"
    }  # fmt: skip
    wanted = []
    for pk, unit in load.units([row.product_id for row in rows], spec, structure).items():
        parts = [part for part in unit.variants or (unit.bundle,) if part.product.trashed_at is None]
        gtins = {
            str(value): None
            for part in parts for key, value in part.effective.items()
            if attribute_of(key) in codes and str(value).isdigit()
        }  # fmt: skip
        own = next(row.product.sku for row in rows if row.product_id == pk)
        wanted.append(Wanted(own, tuple(part.product.sku for part in parts), tuple(gtins)))
    return wanted


def choose(listing_id: int, external_id: str) -> bool:
    """A person says which product there this is, or (NEW) that it is none of them; it is sent anew. False where something
    was sent meanwhile."""
    with transaction.atomic():
        chosen = unmatched_row(listing_id).update(external_id=external_id)
        if chosen:
            profiles.try_again(listing_ids=[listing_id])
    return bool(chosen)


def unmatched_row(listing_id: int) -> QuerySet[Listing]:
    return Listing.objects.filter(pk=listing_id, sent_hash="", submission="", lease_until=None)
