"""What does the channel show? Compared with what was sent, field by field; what follows is the profile's (channels.drift).

Each difference is of a kind: `edited` there; `stale`, since the channel shows an earlier state of ours; `truncated`;
`missing`. What is stale is always sent again, what was cut never by itself, as it would be cut again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from catalog.jobs import JobHandle, job
from catalog.structure.snapshot import Structure
from channels import profile, protection
from channels.connectors.base import CONNECTORS, Connector, DeliveryError, Retry, Seen
from channels.delivery import circuit
from channels.delivery.settle import masked, secrets_of
from channels.models import Attempt, Channel, Listing
from channels.profile import ChannelSpec
from channels.sheets.diff import Difference, diff


@dataclass(frozen=True, slots=True)
class Drift:
    """`fields`: [{field, sent, seen, kind}]; a product that is gone, or should be, has one entry named "" """

    listing_id: int
    key: str
    fields: list[dict[str, Any]] = field(default_factory=list)


def reconcile(*, channel_id: int, mark: bool = True) -> list[Drift]:
    """Reads back every listing that is there, or was withdrawn, in batches; with `mark` the drifted ones are sent again
    where the profile says so.

    Reading is a request like any other: none goes out while the channel is paused, waits or has its quiet hours. Raises
    Retry where it is closed, the connector's DeliveryError where it does not answer, and NotImplementedError where it
    cannot be read.
    """
    channel = Channel.objects.get(pk=channel_id)
    spec = profile.current(Structure.current()).by_id[channel_id]
    found: list[Drift] = []
    with CONNECTORS[channel.connector](
        channel=channel.code, settings=channel.settings, credentials=dict(channel.credentials)
    ) as connector:
        last = 0
        while rows := list(_settled(channel_id).filter(pk__gt=last).order_by("pk")[: connector.batch_size]):
            _check_open(channel_id)
            try:
                found += _compare(connector, spec, rows, mark=mark)
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


def _compare(
    connector: Connector, channel: ChannelSpec, rows: Sequence[Listing], *, mark: bool
) -> list[Drift]:
    if connection.in_atomic_block:
        raise RuntimeError("A channel must not be called inside a transaction.")
    rows = [row for row in rows if not protection.is_kept_whole(row)]
    keys = {row.pk: str((row.sent_sheet or {}).get("sku") or row.product.sku) for row in rows}
    seen = connector.read_back(list(keys.values())) if rows else {}
    now = timezone.now()
    revisions = _revisions([row.pk for row in rows])
    drifted, theirs = [], {}
    for row in rows:
        if keys[row.pk] not in seen:
            continue
        there = seen[keys[row.pk]]
        if there is not None and there.sheet is not None and (own := _own(row, there.sheet, channel)):
            theirs[row.pk] = own
        if fields := drift_of(row, there, channel, revision=revisions.get(row.pk, 0)):
            drifted.append(Drift(row.pk, keys[row.pk], fields))
    with transaction.atomic():
        # Only what nothing happened to meanwhile: what was sent or decided since is not what was compared.
        free = Listing.objects.filter(desired_rev=F("sent_rev"), lease_until=None)
        before = {row.pk: row.drifted_at for row in rows}
        told = {drift.listing_id for drift in drifted}
        free.filter(pk__in=before.keys() - told).update(seen_at=now, drift=[], drifted_at=None)
        for drift in drifted:
            since = before[drift.listing_id] or now
            free.filter(pk=drift.listing_id).update(seen_at=now, drift=drift.fields, drifted_at=since)
        for pk, sheet in theirs.items():
            free.filter(pk=pk).update(sent_sheet=sheet)
        judged = [row.pk for row in rows if _is_judged_anew(row, seen.get(keys[row.pk]))]
        if judged:
            # Confirming settles it: it has the words of a refusal and finds the fields they are about.
            free.filter(pk__in=judged).update(state=Listing.State.ACCEPTED, state_since=now, next_try_at=now)
        again = [drift.listing_id for drift in drifted if mark and goes_again(drift.fields, channel)]
        # What went away by itself may have kept an edit of ours from being sent.
        again += [row.pk for row in rows if mark and row.drift and row.pk not in told]
        if again:
            # `unknown`: the next drain looks at the channel first, and so sends although the hash is what was sent last.
            free.filter(pk__in=again).update(
                desired_rev=F("desired_rev") + 1,
                stale_since=Coalesce("stale_since", Value(now)),
                unknown=True,
                next_try_at=now,
            )
    return drifted


def goes_again(fields: Sequence[Mapping[str, Any]], channel: ChannelSpec) -> bool:
    """Whether a listing with these differences is sent again by itself."""
    kinds = {entry["kind"] for entry in fields}
    return "stale" in kinds or (channel.on_drift == "push" and kinds != {"truncated"})


def _revisions(listing_ids: Sequence[int]) -> dict[int, int]:
    """Under which revision each was sent last, as far as its attempts are kept; one query."""
    sent = Attempt.objects.filter(listing_id__in=listing_ids, operation="upsert", outcome="ok").order_by()
    return dict(sent.values_list("listing_id").annotate(revision=Max("revision")))


def _own(row: Listing, seen: Mapping[str, Any], channel: ChannelSpec) -> dict[str, Any] | None:
    """What was sent, with what the channel shows where that is its own; None where that is the same."""
    waiting = protection.undecided(row, channel)
    paths = [path for path in protection.theirs_of(row, channel) if path not in waiting or path in row.kept]
    if not row.sent_sheet or not paths:
        return None
    there = protection.seen_at(seen, paths)
    return (
        protection.put(row.sent_sheet, there) if there != protection.seen_at(row.sent_sheet, paths) else None
    )


def _is_judged_anew(row: Listing, there: Seen | None) -> bool:
    """Whether the channel, holding what was sent, shows what it had refused, refuses what it had shown, or warns of other things."""
    if there is None or not row.sent_hash or there.hash != row.sent_hash:
        return False
    if row.state == Listing.State.LIVE:
        warned = {error.get("message") for error in row.errors}
        return there.outcome == "rejected" or warned != {error.message for error in there.errors}
    return (row.state, row.error_class) == (Listing.State.REFUSED, "review") and there.outcome == "live"


def drift_of(
    row: Listing, there: Seen | None, channel: ChannelSpec, *, revision: int = 0
) -> list[dict[str, Any]]:
    """[{field, sent, seen, kind}]; [] where the channel shows what was sent. "" names the product as a whole.

    `revision`: the one it was sent under last, 0 where that is not known.
    """
    waiting = protection.undecided(row, channel)
    if there is None:
        return [_entry("", row.sent_hash, None, "missing", waiting)] if row.sent_hash else []
    if not row.sent_hash:
        return [_entry("", None, there.hash, "edited", waiting)]
    if there.hash == row.sent_hash and not waiting:
        return []
    is_older = bool(revision and 0 < there.revision < revision)
    if there.sheet is None:
        kind = "stale" if is_older else "edited"
        return [] if there.hash == row.sent_hash else [_entry("", row.sent_hash, there.hash, kind, waiting)]
    # What was sent as the channel had it, since nobody has decided, is still measured against ours.
    ours = {path: entry["sent"] for path, entry in waiting.items() if path}
    return [
        _entry(one.path, one.before, one.after, kind_of(one, is_older=is_older), waiting)
        for one in diff(protection.put(row.sent_sheet or {}, ours), there.sheet)
        if protection.is_compared(one.path, row, channel)
    ]


def kind_of(difference: Difference, *, is_older: bool) -> str:
    """stale, missing, truncated or edited."""
    sent, seen = difference.before, difference.after
    if is_older:
        return "stale"
    if seen is None:
        return "missing"
    if isinstance(sent, str) and isinstance(seen, str):
        begins = seen.rstrip().removesuffix("…").removesuffix("...").rstrip()
        if begins and len(seen) < len(sent) and sent.startswith(begins):
            return "truncated"
    return "edited"


def _entry(
    path: str, sent: Any, seen: Any, kind: str, waiting: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """`adopted`: it was proposed to the PIM, and the channel still shows what was proposed."""
    known = waiting.get(path, {})
    adopted = {"adopted": True} if known.get("adopted") and known.get("seen") == seen else {}
    return {"field": path, "sent": sent, "seen": seen, "kind": kind, **adopted}
