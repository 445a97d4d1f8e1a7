"""Accepted is not live: polling submissions, and asking again for what a channel took without confirming it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.structure.snapshot import Structure
from channels import profile
from channels.connectors.base import (
    Connector,
    DeliveryError,
    Item,
    ItemError,
    ItemResult,
    Pending,
    PushInBulk,
    Retry,
    Seen,
    SubmitAndPoll,
    Unknown,
)
from channels.delivery import outcomes
from channels.delivery.claim import claim_accepted, claim_submitted
from channels.delivery.gate import Decision
from channels.delivery.prepare import Prepared, prepare
from channels.delivery.results import settle_results
from channels.delivery.send import Sending, lease_seconds
from channels.delivery.settle import Record, Settlement, secrets_of, settle
from channels.models import Channel, Listing
from channels.sheets.build import Sheet

Follows = SubmitAndPoll | PushInBulk
POLLED_AT_ONCE = 500
GIVEN_UP_AFTER = timedelta(days=1)  # then the job counts as lost, and what it carried is read back


def poll(channel: Channel, connector: Follows, *, now: datetime) -> int:
    """Asks for the outcome of each submission that is due; returns how many listings were settled."""
    claim = claim_submitted(
        channel_id=channel.pk, limit=POLLED_AT_ONCE, seconds=lease_seconds(connector), now=now
    )
    sending = Sending(channel, connector, claim)
    settlements: list[Settlement] = []
    for handle, group in groupby(claim.listings, key=lambda row: row.submission):
        rows = list(group)
        settlements += (
            _poll_one(sending, connector, handle, rows)
            if not sending.stopped
            else [Settlement(row) for row in rows]
        )
    settle(
        settlements,
        token=claim.token,
        now=timezone.now(),
        secrets=secrets_of(connector),
        tells_fields=connector.tells_fields,
    )
    return len(settlements)


def _poll_one(sending: Sending, connector: Follows, handle: str, rows: Sequence[Listing]) -> list[Settlement]:
    prepared = [as_submitted(row) for row in rows]
    items = [item_of(row) for row in rows]
    try:
        told, milliseconds = sending.call(lambda: _asked(connector, handle, rows, items))
    except Unknown as error:
        return [
            outcomes.later(
                one, str(error), timezone.now(), Record("poll", "unknown", str(error)), unknown=True
            )
            for one in prepared
        ]
    except DeliveryError as error:
        before = len(sending.settlements)
        sending.failed(prepared, error, "read_back")
        failed, sending.settlements = sending.settlements[before:], sending.settlements[:before]
        # The submission stands: only the asking failed.
        for item in failed:
            item.values = {
                key: value
                for key, value in item.values.items()
                if key in ("next_try_at", "reason", "error_class")
            }
            if isinstance(error, Retry):
                item.values["attempts"] = item.listing.attempts + 1
        return failed
    now = timezone.now()
    if isinstance(told, Pending):
        return [_still_pending(one, connector, now) for one in prepared]
    settlements = settle_results(prepared, items, told, milliseconds, dict(connector.told), now)
    for settlement, sent in zip(settlements, items, strict=True):
        settlement.revision = sent.revision
    return settlements


def _asked(
    connector: Follows, handle: str, rows: Sequence[Listing], items: Sequence[Item]
) -> Pending | Sequence[ItemResult]:
    if isinstance(connector, SubmitAndPoll):
        return connector.poll(handle)
    lines = [(row.submitted or {}).get("line", -1) for row in rows]
    return connector.collect(handle, dict(zip(lines, items, strict=True)))


def _still_pending(one: Prepared, connector: Follows, now: datetime) -> Settlement:
    since = datetime.fromisoformat((one.listing.submitted or {}).get("at", now.isoformat()))
    if now - since < GIVEN_UP_AFTER:
        return Settlement(one.listing, {"next_try_at": now + timedelta(seconds=connector.poll_seconds)})
    message = _(
        "The channel has not finished this job for a day: it is looked up and, if need be, sent again."
    )
    return outcomes.later(one, message, now, Record("poll", "unknown", message), unknown=True)


def confirm(channel: Channel, connector: Connector, *, now: datetime) -> int:
    """Reads back listings that are accepted: those shown as sent are live, the others are asked for again later."""
    claim = claim_accepted(
        channel_id=channel.pk, limit=connector.batch_size, seconds=lease_seconds(connector), now=now
    )
    if not claim.listings:
        return 0
    sending = Sending(channel, connector, claim)
    try:
        seen, milliseconds = sending.call(lambda: connector.read_back([_key(row) for row in claim.listings]))
    except DeliveryError as error:
        sending.failed([as_submitted(row) for row in claim.listings], error, "read_back")
        for item in sending.settlements:
            item.values = {
                key: value
                for key, value in item.values.items()
                if key in ("next_try_at", "reason", "attempts")
            }
        settlements = sending.settlements
    else:
        now = timezone.now()
        judged = _judged(channel, connector, claim.listings, seen, now)
        settlements = [
            _confirmed(row, seen.get(_key(row)), judged.get(row.pk), now, milliseconds, dict(connector.told))
            for row in claim.listings
        ]
    settle(
        settlements,
        token=claim.token,
        now=timezone.now(),
        secrets=secrets_of(connector),
        tells_fields=connector.tells_fields,
    )
    return len(settlements)


def _judged(
    channel: Channel,
    connector: Connector,
    rows: Sequence[Listing],
    seen: Mapping[str, Seen | None],
    now: datetime,
) -> dict[int, tuple[Prepared, list[ItemError]]]:
    """What the channel has to say against what it took, by listing: the sheet built anew shows the way back to attributes."""
    told = {
        row.pk: there.errors
        for row in rows
        if (there := seen.get(_key(row))) and there.hash == row.sent_hash
        and (there.errors or there.outcome == "rejected")
    }  # fmt: skip
    structure = Structure.current()
    spec = profile.current(structure).by_id.get(channel.pk)
    if not told or spec is None:
        return {}
    prepared = prepare([row for row in rows if row.pk in told], spec, structure, at=now)
    return {
        one.listing.pk: (
            one,
            [
                connector.located(error, one.listing.sent_sheet or {}, spec.settings)
                for error in told[one.listing.pk]
            ],
        )
        for one in prepared
    }


def _confirmed(
    row: Listing,
    there: Seen | None,
    judged: tuple[Prepared, list[ItemError]] | None,
    now: datetime,
    milliseconds: int,
    answer: dict[str, Any],
) -> Settlement:
    if there is not None and there.outcome == "rejected" and judged is not None:
        prepared, errors = judged
        message = "; ".join(str(error) for error in errors)
        record = Record("read_back", "data", message, milliseconds, answer)
        return outcomes.refused(prepared, errors, record, seen_at=now)
    if there is None or there.hash != row.sent_hash or there.outcome != "live":
        wait = outcomes.CONFIRM_AFTER * 2 ** min(row.attempts, 8)
        return Settlement(row, {"next_try_at": now + wait, "attempts": row.attempts + 1})
    values = {
        **outcomes.CALM, "state": Listing.State.LIVE, "seen_at": now,
        "external_id": there.external_id or row.external_id, "external_url": there.url or row.external_url,
        "removal": row.removal,
    }  # fmt: skip
    if judged is not None:
        values["errors"] = outcomes.at_fields(*judged)
    return Settlement(row, values, record=Record("read_back", "ok", "", milliseconds, answer))


def as_submitted(row: Listing) -> Prepared:
    """What was handed over with the submission, in the form settling takes."""
    carried = row.submitted or {}
    sheet = None
    if carried.get("sheet"):
        origins = {name: tuple(codes) for name, codes in carried.get("origins", {}).items()}
        sheet = Sheet(carried["sheet"], carried["hash"], origins)
    decision = Decision(carried.get("kind", "present"), reason=carried.get("reason", ""), sheet=sheet)
    theirs = dict.fromkeys(carried.get("theirs", ()))
    return Prepared(row, decision, carried.get("key", ""), row.due_at, theirs=theirs)


def item_of(row: Listing) -> Item:
    carried = row.submitted or {}
    return Item(
        carried["key"], carried["op"], carried["revision"], carried["hash"], carried["sheet"], row.external_id
    )


def _key(row: Listing) -> str:
    return str((row.sent_sheet or {}).get("sku", ""))
