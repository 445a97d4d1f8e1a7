"""Writing down what became of claimed listings: only with the token, with the attempt's record, in one transaction."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from catalog.values.rows import insert_rows, update_rows
from channels.connectors.base import Connector
from channels.delivery.seeing import earlier_values
from channels.models import Attempt, Listing
from pim.lib.redaction import MASK, redact

BACKOFF_SECONDS = 5.0
BACKOFF_MOST = 3600.0
SHORTEST_SECRET = 4
# What settling itself sets; the rest is in the settlements' values. What it neither sets nor looks at is not read: whole sheets.
SET = (
    "state_since", "sent_rev", "stale_since", "held_by", "next_try_at", "lease_until", "lease_token", "unknown",
)  # fmt: skip
WRITTEN = {"lease_until", "lease_token"}  # whatever they were
READ = ("state", "desired_rev", "submission")
REMEMBERED = ("sent_sheet", "earlier", "kept")
ATTEMPT_COLUMNS = (
    "listing", "at", "operation", "revision", "outcome", "message", "message_id", "milliseconds", "answer", "request",
)  # fmt: skip


@dataclass(slots=True)
class Record:
    """One attempt, as an operator reads it."""

    operation: str
    outcome: str
    message: str = ""
    milliseconds: int = 0
    answer: Mapping[str, Any] = field(default_factory=dict)
    request: Any = None  # what went out, where it was not taken


@dataclass(slots=True)
class Settlement:
    """What a listing becomes. `handled`: this revision needs nothing more (`revision`, else the claimed one);
    `sent`: a request about it went out, so that a lost lease calls for another."""

    listing: Listing
    values: dict[str, Any] = field(default_factory=dict)
    handled: bool = False
    revision: int | None = None
    sent: bool = False
    record: Record | None = None


def settle(
    settlements: Sequence[Settlement],
    *,
    token: str,
    now: datetime,
    secrets: Iterable[str] = (),
    tells_fields: bool = False,
) -> int:
    """Stores the settlements of rows this token still holds, and returns how many. Locks them in the order of their ids.

    `tells_fields`: of the channel, so that what it was sent before is remembered, to be known when it shows that again.

    A row that went to somebody else is left alone; if we sent something for it, it is made stale once more and read
    back, so that the newest value is written last even where the channel takes whatever comes last.
    """
    secrets = list(secrets)
    with transaction.atomic():
        ids = [item.listing.pk for item in settlements]
        columns = dict.fromkeys([*SET, *(name for item in settlements for name in item.values)])
        is_remembered = tells_fields and "sent_sheet" in columns
        rows = Listing.objects.select_for_update().filter(pk__in=ids, lease_token=token).order_by("pk")
        read = {*columns, *READ, *(REMEMBERED if is_remembered else ())} - WRITTEN
        held = {row.pk: row for row in rows.only(*read)}
        lost = [item.listing.pk for item in settlements if item.listing.pk not in held and item.sent]
        if lost:
            Listing.objects.filter(pk__in=lost).update(
                desired_rev=F("desired_rev") + 1,
                stale_since=Coalesce("stale_since", Value(now)),
                unknown=True,
            )
        for item in settlements:
            if item.listing.pk in held:
                if tells_fields and "sent_sheet" in item.values:
                    row = held[item.listing.pk]
                    theirs = {*row.kept, *(each["field"] for each in item.values.get("drift", ()))}
                    row.earlier = earlier_values(row, item.values["sent_sheet"], theirs)
                _apply(held[item.listing.pk], item, now, secrets)
        update_rows(Listing, [*columns, *(["earlier"] if is_remembered else [])], held.values())
        answers: dict[int, Any] = {}  # mostly one for the whole batch
        for item in settlements:
            if item.record is not None and id(item.record.answer) not in answers:
                answers[id(item.record.answer)] = masked(dict(item.record.answer), secrets)
        insert_rows(
            Attempt,
            ATTEMPT_COLUMNS,
            (
                (
                    item.listing.pk, now, record.operation, item.revision or item.listing.desired_rev, record.outcome,
                    masked(record.message, secrets), str(record.answer.get("id", ""))[:64], record.milliseconds,
                    answers[id(record.answer)], masked(record.request, secrets),
                )
                for item in settlements
                if (record := item.record) is not None
            ),
        )  # fmt: skip
    return len(held)


def outcome_of(item: Settlement) -> str:
    """In a word, for a drain's report."""
    return item.record.outcome if item.record else "settled" if item.handled else "put_off"


# What people decide: where one did while the listing was in a worker's hands, that stands.
DECIDED = frozenset({"removal", "drift", "drifted_at", "kept", "kept_at"})


def secrets_of(connector: Connector) -> list[str]:
    """To be masked in every record."""
    return connector.secrets()


def backoff(attempts: int) -> timedelta:
    """Exponential with full jitter (at least a second, at most an hour): 5 s · 2^attempts at the longest."""
    longest = min(BACKOFF_MOST, BACKOFF_SECONDS * 2 ** min(attempts, 20))
    return timedelta(seconds=max(1.0, random.uniform(0, longest)))  # noqa: S311 - spreads load


def _apply(row: Listing, item: Settlement, now: datetime, secrets: Sequence[str]) -> None:
    before = row.state
    in_doubt = row.unknown and not item.listing.unknown  # since it was claimed: it is to be looked at again
    for name, value in item.values.items():
        if name in DECIDED and getattr(row, name) != getattr(item.listing, name):
            continue
        setattr(row, name, masked(value, secrets) if name in ("reason", "errors") else value)
    row.unknown = row.unknown or in_doubt
    if item.handled:
        row.sent_rev = max(row.sent_rev, item.revision or item.listing.desired_rev)
        row.next_try_at = item.values.get("next_try_at", now)
        if row.desired_rev <= row.sent_rev:
            row.stale_since, row.held_by = (
                None,
                "",
            )  # still stale: an import may hold what it changed meanwhile
    elif not item.listing.is_stale and row.is_stale and not row.submission:
        row.next_try_at = now  # it was changed while it was only looked up: that wait is not this change's
    is_as_claimed = (
        item.listing.is_stale and not item.listing.submission and row.desired_rev == item.listing.desired_rev
    )
    if is_as_claimed and row.held_by != Listing.SYNC:
        row.held_by = ""  # that import has ended, or this had not been claimed; no later one has changed it
    if row.state != before:
        row.state_since = now
    row.lease_until, row.lease_token = None, ""


def masked(value: Any, secrets: Iterable[str]) -> Any:
    """The value with every secret (but for the shortest, which stand in every word) and everything that looks like one replaced."""
    if isinstance(value, str):
        if not value:
            return value
        for secret in secrets:
            if len(secret) >= SHORTEST_SECRET:
                value = value.replace(secret, MASK)
        return redact(value)
    if isinstance(value, dict):
        return {key: masked(part, secrets) for key, part in value.items()}
    if isinstance(value, list):
        return [masked(part, secrets) for part in value]
    return value
