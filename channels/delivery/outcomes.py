"""What each outcome makes of a listing: one function per outcome, so that the same words stand for all connector shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from channels.connectors.base import Item, ItemError, ItemResult, Seen
from channels.delivery.origins import mapped_back
from channels.delivery.prepare import Prepared
from channels.delivery.settle import Record, Settlement, backoff
from channels.models import Listing
from channels.sheets.diff import is_filled

State = Listing.State
CONFIRM_AFTER = timedelta(seconds=30)
CALM: dict[str, Any] = {
    "attempts": 0,
    "unknown": False,
    "error_class": "",
    "errors": [],
    "reason": "",
    "submission": "",
    "submitted": None,
    "removal": "",
}
NO_DRIFT: dict[str, Any] = {"drift": [], "drifted_at": None}


def held(prepared: Prepared) -> Settlement:
    """Not good enough to go: told, and left until something changes. What the channel has, stays."""
    decision, listing = prepared.decision, prepared.listing
    values = {
        "state": decision.state,
        "reason": decision.reason,
        "errors": decision.errors,
        "error_class": "review" if listing.sent_hash and not _is_shown(listing) else "",
        "attempts": 0,
        "due_at": prepared.due_at,
        "removal": decision.removal,
    }
    if decision.removal and not listing.removal:
        values["state_since"] = timezone.now()  # a person confirms what was held when they saw the list
    return Settlement(prepared.listing, values, handled=True)


def kept_off(prepared: Prepared, now: datetime, answer: Mapping[str, Any]) -> Settlement:
    """Reading back showed that it is not there, so it waits for its launch."""
    settlement = held(prepared.once_not_there())
    settlement.values |= {"unknown": False, "seen_at": now}
    settlement.record = Record("read_back", "ok", answer=answer)
    return settlement


def _is_shown(listing: Listing) -> bool:
    """As far as the channel last said. What is held remembers by its error class that it was taken and not shown."""
    is_held = listing.state in (State.INCOMPLETE, State.BLOCKED)
    return listing.state == State.LIVE or (is_held and not listing.error_class)


def absent(prepared: Prepared) -> Settlement:
    """Should not be there and is not."""
    state = State.WITHDRAWN if prepared.listing.state == State.WITHDRAWN else prepared.decision.state
    values = {
        **CALM,
        **_NOT_THERE,
        "state": state,
        "reason": prepared.decision.reason,
        "due_at": prepared.due_at,
        "removal": _went(prepared.listing) if state == State.WITHDRAWN else "",
    }
    return Settlement(prepared.listing, values, handled=True)


def _went(listing: Listing) -> str:
    """What is no longer there by a person's word is not counted against the cap."""
    return listing.removal if listing.removal == Listing.Removal.ALLOWED else ""


def unchanged(prepared: Prepared, *, can_read_back: bool) -> Settlement:
    """The channel has exactly this: nothing to do. What it was not known to show is looked up, where that can be."""
    listing = prepared.listing
    asked = listing.state == State.ACCEPTED or (can_read_back and not _is_shown(listing))
    state = State.ACCEPTED if asked else State.LIVE
    errors = listing.errors if listing.state == State.LIVE else []  # what it warns of, it still does
    values = {
        **CALM,
        "state": state,
        "errors": errors,
        "due_at": prepared.due_at,
        "removal": _emptied(prepared),
    }
    return Settlement(listing, values, handled=True)


def adopted(prepared: Prepared, seen: Seen | None, now: datetime, answer: Mapping[str, Any]) -> Settlement:
    """Reading back showed that it is there as it should be (or, to be withdrawn, is gone): an earlier send had arrived."""
    record = Record("read_back", "ok", answer=answer)
    if seen is None:
        was_there = prepared.listing.sent_hash or prepared.listing.external_id
        settlement = withdrawn(prepared, now, record) if was_there else absent(prepared)
        settlement.record = record
        return settlement
    sheet, listing = prepared.decision.sheet, prepared.listing
    assert sheet is not None  # noqa: S101 - only what is present is compared
    # Where it was that before, nothing says that a later send arrived: a channel that forgets counts from the earlier one.
    stood = listing.sent_hash == sheet.hash and not prepared.again
    values = {
        **CALM, "state": State.LIVE if seen.outcome == "live" and not seen.errors else State.ACCEPTED, "sent_hash": sheet.hash, "sent_sheet": sheet.payload,
        "sent_at": (stood and listing.sent_at) or now, "external_id": seen.external_id or prepared.listing.external_id,
        "external_url": seen.url or prepared.listing.external_url, "seen_at": now, **_undecided(prepared), "due_at": prepared.due_at,
        "removal": _emptied(prepared),
    }  # fmt: skip
    return Settlement(prepared.listing, values, handled=True, sent=True, record=record)


def _emptied(prepared: Prepared) -> str:
    """What lost everything that is made of attributes counts against the cap for as long as it is so."""
    sheet = prepared.decision.sheet
    return "" if sheet is None or is_filled(sheet.payload, sheet.origins) else prepared.listing.removal


def outrun(prepared: Prepared, seen: Seen, now: datetime, answer: Mapping[str, Any]) -> Settlement:
    """The channel holds a later revision than ours with other content (after a restored backup): ours has to be raised."""
    values = {
        "desired_rev": max(prepared.listing.desired_rev, seen.revision) + 1,
        "unknown": prepared.not_there is not None,  # it is there: nothing is to forget it before it is sent
        "next_try_at": now,
    }
    record = Record(
        "read_back",
        "ok",
        _("The channel holds revision %d: ours is raised above it.") % seen.revision,
        answer=answer,
    )
    return Settlement(prepared.listing, values, record=record)


def taken(prepared: Prepared, item: Item, result: ItemResult, now: datetime, record: Record) -> Settlement:
    """The channel took the item: it is live, or accepted and to be confirmed."""
    if item.operation == "withdraw":
        return withdrawn(prepared, now, record)
    values = {
        **CALM, "state": State.LIVE if result.outcome == "live" else State.ACCEPTED, "sent_hash": item.hash, "sent_sheet": item.sheet,
        "sent_at": now, "external_id": result.external_id or prepared.listing.external_id,
        "external_url": result.url or prepared.listing.external_url, "due_at": prepared.due_at, **_undecided(prepared),
        "removal": "" if is_filled(item.sheet or {}, _origins(prepared)) else prepared.listing.removal,
    }  # fmt: skip
    if result.outcome == "accepted":
        values["next_try_at"] = now + CONFIRM_AFTER
    return Settlement(prepared.listing, values, handled=True, sent=True, record=record)


def _undecided(prepared: Prepared) -> dict[str, Any]:
    """What was sent as the channel had it, since nobody has decided about it: that it is not ours stays to be told."""
    listing = prepared.listing
    left = [
        each
        for each in listing.drift
        if each["field"] in prepared.theirs and each["field"] not in listing.kept
    ]
    return {"drift": left, "drifted_at": listing.drifted_at if left else None}


def withdrawn(prepared: Prepared, now: datetime, record: Record) -> Settlement:
    """No longer there. After a change of SKU the row stays stale, and goes out under the new one next."""
    if prepared.decision.kind == "present":
        return Settlement(
            prepared.listing,
            {
                **_NOT_THERE,
                "state": State.ACCEPTED,
                "unknown": False,
                "submission": "",
                "submitted": None,
                "next_try_at": now,
            },
            sent=True,
            record=record,
        )
    values = {
        **CALM,
        **_NOT_THERE,
        "state": State.WITHDRAWN,
        "reason": prepared.decision.reason,
        "sent_at": now,
        "due_at": prepared.due_at,
        "removal": _went(prepared.listing),
        **NO_DRIFT,
    }
    return Settlement(prepared.listing, values, handled=True, sent=True, record=record)


def refused(
    prepared: Prepared,
    errors: Sequence[ItemError],
    record: Record,
    *,
    seen_at: datetime | None = None,
    unknown: bool = False,
) -> Settlement:
    """The channel refuses the content: each error at the field it is about; waits for an edit. `seen_at`: it had taken it
    before and holds it without showing it, so its judgement may change without us. `unknown`: what it holds now may be
    neither this nor what was sent before."""
    listed = at_fields(prepared, errors)
    values = {
        **CALM, "state": State.REFUSED, "reason": str(errors[0]) if errors else record.message, "error_class": "data",
        "errors": listed, "due_at": prepared.due_at, "unknown": unknown, "removal": prepared.listing.removal,
    }  # fmt: skip
    if seen_at is not None:
        values |= {"error_class": "review", "seen_at": seen_at, **NO_DRIFT}
    return Settlement(prepared.listing, values, handled=True, sent=seen_at is None, record=record)


def at_fields(prepared: Prepared, errors: Sequence[ItemError]) -> list[dict[str, Any]]:
    """As Listing.errors holds them, with the attributes the fields are made from."""
    return [mapped_back(error, _origins(prepared)) for error in errors]


def _origins(prepared: Prepared) -> Mapping[str, Sequence[str]]:
    return prepared.decision.sheet.origins if prepared.decision.sheet else {}


def later(
    prepared: Prepared,
    reason: str,
    now: datetime,
    record: Record,
    *,
    unknown: bool,
    after: float | None = None,
) -> Settlement:
    """Not this time. `unknown`: it may have arrived, so it is read back first."""
    attempts = prepared.listing.attempts + 1
    wait = backoff(attempts) if after is None else timedelta(seconds=after)
    values = {
        "attempts": attempts, "next_try_at": now + wait, "error_class": "unknown" if record.outcome == "unknown" else "retry",
        "reason": reason, "unknown": unknown or prepared.listing.unknown, "submission": "", "submitted": None,
    }  # fmt: skip
    return Settlement(prepared.listing, values, sent=unknown, record=record)


def misconfigured(
    prepared: Prepared, reason: str, now: datetime, record: Record | None, *, unknown: bool = False
) -> Settlement:
    """The channel's settings are wrong: nothing is held against this listing, it goes on when the channel does."""
    values = {"error_class": "config", "reason": reason, "next_try_at": now}
    doubt = {"unknown": True} if unknown else {}
    return Settlement(prepared.listing, values | doubt, record=record)


_NOT_THERE: dict[str, Any] = {
    "sent_hash": "", "sent_sheet": None, "external_id": "", "external_url": "", "kept": [], "kept_at": None, **NO_DRIFT,
}  # fmt: skip
