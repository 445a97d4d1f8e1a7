"""What does the channel show? Compared with what was sent, field by field; what follows is the profile's (channels.drift).

Each difference is of a kind: `edited` there; `stale`, since the channel shows an earlier state of ours, or in this field a
value that was sent before; `truncated`; `missing`. What is stale is always sent again, what was cut never by itself, as it
would be cut again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from catalog.structure.snapshot import Structure
from channels import alike, profile, protection
from channels.connectors.base import CONNECTORS, Connector, DeliveryError, Retry, Seen
from channels.delivery import circuit, seeing
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


@dataclass(frozen=True, slots=True)
class Batch:
    """What was read at once. `last`: the id of the listing up to which the channel is read by now; `read`: how many were asked
    for."""

    last: int
    read: int
    drifted: list[Drift]


def reconcile(*, channel_id: int, mark: bool = True) -> list[Drift]:
    """Reads back every listing that is there, or was withdrawn; with `mark` the drifted ones are sent again where the profile
    says so. Raises as read()."""
    return [drift for batch in read(channel_id=channel_id, mark=mark) for drift in batch.drifted]


def read(*, channel_id: int, mark: bool = True, after: int = 0) -> Iterator[Batch]:
    """The same in batches, from behind the listing `after` on.

    Reading is a request like any other: none goes out while the channel is paused, waits or has its quiet hours. Raises
    Retry where it is closed, the connector's DeliveryError where it does not answer, and NotImplementedError where it
    cannot be read.
    """
    channel = Channel.objects.get(pk=channel_id)
    spec = profile.current(Structure.current()).by_id[channel_id]
    with CONNECTORS[channel.connector](
        channel=channel.code, settings=channel.settings, credentials=dict(channel.credentials)
    ) as connector:
        while rows := list(_settled(channel_id).filter(pk__gt=after).order_by("pk")[: connector.batch_size]):
            _check_open(channel_id)
            try:
                told, drifted = _compare(connector, spec, rows, mark=mark)
            except DeliveryError as error:  # what the channel said may repeat what it was sent
                error.args = (masked(str(error), secrets_of(connector)),)
                raise error from None
            # What its time did not suffice for stands at the end, and is asked for next.
            after = next((row.pk for row in reversed(rows) if row.pk in told), rows[-1].pk)
            yield Batch(after, sum(row.pk <= after for row in rows), drifted)


def left(channel_id: int, after: int) -> int:
    return _settled(channel_id).filter(pk__gt=after).count()


def _check_open(channel_id: int) -> None:
    if closed := circuit.why_closed(Channel.objects.get(pk=channel_id), timezone.now()):
        raise Retry(closed, applied="no")


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
) -> tuple[set[int], list[Drift]]:
    """(ids of listings that need no further asking, what drifted)."""
    if connection.in_atomic_block:
        raise RuntimeError("A channel must not be called inside a transaction.")
    told = {row.pk for row in rows if protection.is_kept_whole(row)}
    rows = [row for row in rows if row.pk not in told]
    keys = {row.pk: str((row.sent_sheet or {}).get("sku") or row.product.sku) for row in rows}
    sheets = {keys[row.pk]: row.sent_sheet or _nothing_of(keys[row.pk]) for row in rows}
    seen = connector.read_fields(sheets) if rows else {}
    now = timezone.now()
    revisions = _revisions([row.pk for row in rows])
    drifted, theirs = [], {}
    rows = [row for row in rows if keys[row.pk] in seen]
    told |= {row.pk for row in rows}
    for row in rows:
        there = seen[keys[row.pk]]
        earlier: Collection[str] = ()
        if there is not None and row.sent_sheet:
            # Where our last push is known to have arrived, an earlier value of ours was put there by somebody.
            has_arrived = there.hash == row.sent_hash
            there = _beside(connector, row, there, channel)
            if there.sheet is not None and row.earlier and not has_arrived:
                earlier = seeing.showing_earlier(connector, row, there)
            if there.sheet is not None and (own := _own(row, there.sheet, channel)):
                theirs[row.pk] = own
        if fields := drift_of(row, there, channel, revision=revisions.get(row.pk, 0), earlier=earlier):
            drifted.append(Drift(row.pk, keys[row.pk], fields))
    with transaction.atomic():
        free = _untouched(rows)
        rows = [row for row in rows if row.pk in free]
        drifted = [drift for drift in drifted if drift.listing_id in free]
        theirs = {pk: sheet for pk, sheet in theirs.items() if pk in free}
        before = {row.pk: row.drifted_at for row in rows}
        differing = {drift.listing_id for drift in drifted}
        Listing.objects.filter(pk__in=before.keys() - differing).update(
            seen_at=now, drift=[], drifted_at=None
        )
        for drift in drifted:
            since = before[drift.listing_id] or now
            Listing.objects.filter(pk=drift.listing_id).update(
                seen_at=now, drift=drift.fields, drifted_at=since
            )
        for pk, sheet in theirs.items():
            Listing.objects.filter(pk=pk).update(sent_sheet=sheet)
        judged = [row.pk for row in rows if _is_judged_anew(row, seen.get(keys[row.pk]))]
        if judged:
            # Confirming settles it: it has the words of a refusal and finds the fields they are about.
            Listing.objects.filter(pk__in=judged).update(
                state=Listing.State.ACCEPTED, state_since=now, next_try_at=now
            )
        again = [drift.listing_id for drift in drifted if mark and goes_again(drift.fields, channel)]
        # What went away by itself may have kept an edit of ours from being sent.
        again += [row.pk for row in rows if mark and row.drift and row.pk not in differing]
        if again:
            # `unknown`: the next drain looks at the channel first, and so sends although the hash is what was sent last.
            Listing.objects.filter(pk__in=again).update(
                desired_rev=F("desired_rev") + 1,
                stale_since=Coalesce("stale_since", Value(now)),
                unknown=True,
                next_try_at=now,
            )
    return told, drifted


def _untouched(rows: Sequence[Listing]) -> set[int]:
    """Locks what nothing happened to meanwhile: what was sent or decided since is not what was compared."""
    free = Listing.objects.select_for_update().filter(
        pk__in=[row.pk for row in rows], desired_rev=F("sent_rev"), lease_until=None
    )
    now = {row.pk: row for row in free.only("sent_rev", "drift", "kept").order_by("pk")}
    names = ("sent_rev", "drift", "kept")
    return {
        row.pk
        for row in rows
        if row.pk in now and all(getattr(row, name) == getattr(now[row.pk], name) for name in names)
    }


def _beside(connector: Connector, row: Listing, there: Seen, channel: ChannelSpec) -> Seen:
    """Beside what was sent; where somebody has yet to decide, and what was sent was the channel's, beside ours."""
    seen = seeing.beside(connector, there, row.sent_sheet or {}, row.sent_hash)
    ours = _ours(row, channel)
    if not ours or seen.sheet is None or there.shown is None:
        return seen
    told = connector.as_sheet(there, protection.put(row.sent_sheet or {}, ours)) or {}
    return replace(seen, sheet=protection.put(seen.sheet, protection.seen_at(told, ours)))


def _ours(row: Listing, channel: ChannelSpec) -> dict[str, Any]:
    """Path → our value, of what waits for a decision; of a variant that was left out for that, its SKU alone."""
    waiting = {path: entry["sent"] for path, entry in protection.undecided(row, channel).items() if path}
    variants = [path for path in waiting if protection.where(path).is_variant]
    held = protection.seen_at(row.sent_sheet or {}, variants)
    return {
        path: sent if path not in held else {"sku": sent}
        for path, sent in waiting.items()
        if held.get(path) is None
    }


def _nothing_of(key: str) -> dict[str, Any]:
    return {"sku": key, "locales": {}, "fields": {}}


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
    row: Listing,
    there: Seen | None,
    channel: ChannelSpec,
    *,
    revision: int = 0,
    earlier: Collection[str] = (),
) -> list[dict[str, Any]]:
    """[{field, sent, seen, kind}]; [] where the channel shows what was sent. "" names the product as a whole.

    `revision`: the one it was sent under last, 0 where that is not known; `earlier`: fields that show what was sent before.
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
    ours = _ours(row, channel)
    left_out = tuple(f"{path}." for path in ours if protection.where(path).is_variant)
    return [
        _entry(
            one.path,
            one.before,
            one.after,
            kind_of(one, is_older=is_older or one.path in earlier),
            waiting,
        )
        for one in _by_variant(diff(protection.put(row.sent_sheet or {}, ours), there.sheet))
        if protection.is_compared(one.path, row, channel) and not one.path.startswith(left_out)
    ]


def _by_variant(found: Sequence[Difference]) -> list[Difference]:
    """A variant that is not there is one difference, and not one in each of its fields."""
    gone = {
        one.path.removesuffix(".sku"): one.before
        for one in found
        if one.after is None and protection.where(one.path) == protection.Where("sku", sku=str(one.before))
    }
    kept = [one for one in found if not one.path.startswith(tuple(f"{name}." for name in gone))]
    return sorted(
        [*kept, *(Difference(name, sku, None) for name, sku in gone.items())], key=lambda one: one.path
    )


def kind_of(difference: Difference, *, is_older: bool) -> str:
    """stale, missing, truncated or edited."""
    sent, seen = difference.before, difference.after
    if is_older:
        return "stale"
    if seen is None:
        return "missing"
    return "truncated" if alike.is_cut(sent, seen) else "edited"


def _entry(
    path: str, sent: Any, seen: Any, kind: str, waiting: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """`adopted`: it was proposed to the PIM, and the channel still shows what was proposed."""
    known = waiting.get(path, {})
    adopted = {"adopted": True} if known.get("adopted") and known.get("seen") == seen else {}
    return {"field": path, "sent": sent, "seen": seen, "kind": kind, **adopted}
