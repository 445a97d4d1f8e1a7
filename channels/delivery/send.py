"""Sending prepared listings through a connector. No transaction is open while a channel is spoken to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from channels import profiles
from channels.connectors.base import (
    Config,
    Connector,
    Data,
    DeliveryError,
    Item,
    ItemError,
    PushItems,
    Retry,
    Seen,
    SubmitAndPoll,
    Unknown,
)
from channels.delivery import circuit, outcomes, recall, removals, seeing
from channels.delivery.claim import Claim
from channels.delivery.prepare import Prepared
from channels.delivery.results import content_of, settle_results
from channels.delivery.settle import Record, Settlement, masked, secrets_of
from channels.models import Channel, Listing
from pim.lib.failpoint import failpoint

T = TypeVar("T")
UNREAD: Any = object()


@dataclass(slots=True)
class Sending:
    """One claim on its way through a connector. `stopped`: a request failed as a whole, send no more now."""

    channel: Channel
    connector: Connector
    claim: Claim
    stopped: bool = False
    settlements: list[Settlement] = field(default_factory=list)
    calls: int = 0
    began: float = 0.0  # the last call

    def deliver(self, prepared: Sequence[Prepared]) -> list[Settlement]:
        """A settlement for each: what needs no request first, then reading back, then sending."""
        if to_send := self.still_to_send(prepared):
            self._send(to_send)
        return self.settlements

    # --- what needs no sending, and what may have arrived

    def still_to_send(self, prepared: Sequence[Prepared]) -> list[Prepared]:
        """Settles what needs no request and what reading back finds there; returns the others, none where that failed."""
        to_send = []
        prepared = recall.each(prepared, self.connector, self.channel.settings)
        for one in removals.judge(prepared, self.channel.pk, timezone.now()):
            settlement = without_request(one, can_read_back=self.connector.can_read_back)
            if settlement is None:
                to_send.append(one)
            else:
                self.settlements.append(settlement)
        doubtful = [one for one in to_send if one.listing.unknown or one.theirs]
        if not self.connector.can_read_back:
            doubtful = []
        certain = [one for one in to_send if one not in doubtful]
        for start in range(0, len(doubtful), self.connector.batch_size):
            if self.stopped:
                self.put_off(doubtful[start:])
                break
            certain += self.read_back(doubtful[start : start + self.connector.batch_size])
        if self.stopped:
            self.put_off(certain)
            return []
        return certain

    def read_back(self, doubtful: Sequence[Prepared]) -> list[Prepared]:
        """Settles those that are there as they should be; returns those still to be sent."""
        try:
            seen, milliseconds = self.call(
                lambda: self.connector.read_fields({one.key_there: one.sheet_there for one in doubtful})
            )
        except DeliveryError as error:
            self.failed(doubtful, error, "read_back")
            return []
        now, answer = timezone.now(), dict(self.connector.told)
        still = []
        for one in doubtful:
            there: Seen | None = seen.get(one.key_there, UNREAD)
            if there is not UNREAD and there is not None:
                one, there = seeing.as_it_is_there(self.connector, one, there)
            if there is UNREAD:
                message = _("The channel did not say whether it has it.")
                record = Record("read_back", "unknown", message, milliseconds, answer)
                self.settlements.append(outcomes.later(one, record.message, now, record, unknown=True))
            elif there is None and one.not_there is not None:
                self.settlements.append(outcomes.kept_off(one, now, answer))
            elif is_as_desired(one, there):
                self.settlements.append(outcomes.adopted(one, there, now, answer))
            elif there is not None and there.revision > one.listing.desired_rev:
                self.settlements.append(outcomes.outrun(one, there, now, answer))
            else:
                still.append(one)
        return still

    # --- sending

    def _send(self, prepared: Sequence[Prepared]) -> None:
        prepared = self.each_key_once(prepared)
        if isinstance(self.connector, PushItems):
            self.push(self.connector, prepared)
        elif isinstance(self.connector, SubmitAndPoll):
            self._submit(self.connector, prepared)
        else:
            raise TypeError(f"{type(self.connector).__name__} is not sent item by item")

    def each_key_once(self, prepared: Sequence[Prepared]) -> list[Prepared]:
        """Answers are told by key: where a SKU passes from one product to another, the old is taken down now, the new waits."""
        first: dict[str, Prepared] = {}
        items = [(one, item_for(one)) for one in prepared]
        for one, item in sorted(items, key=lambda pair: pair[1].operation != "withdraw"):
            first.setdefault(item.key, one)
        self.put_off(one for one, item in items if first[item.key] is not one)
        return [one for one, item in items if first[item.key] is one]

    def push(self, connector: PushItems, prepared: Sequence[Prepared]) -> None:
        """A batch; where the channel refuses the whole of it, its halves, until the one that is refused stands alone."""
        items = [item_for(one) for one in prepared]
        try:
            results, milliseconds = self.call(lambda: connector.push(items))
        except Data as error:
            if len(prepared) == 1:
                record = _refused_whole(items[0], error)
                self.settlements.append(outcomes.refused(prepared[0], [ItemError(str(error))], record))
                return
            middle = len(prepared) // 2
            self.push(connector, prepared[:middle])
            if self.stopped:
                self.put_off(prepared[middle:])
            else:
                self.push(connector, prepared[middle:])
            return
        except DeliveryError as error:
            spared = self._spared(prepared, items, error)
            self.failed([one for one in prepared if one not in spared], error, "upsert")
            return
        failpoint("after_send")
        self.settlements += settle_results(
            prepared, items, results, milliseconds, dict(connector.told), timezone.now()
        )

    def _spared(
        self, prepared: Sequence[Prepared], items: Sequence[Item], error: DeliveryError
    ) -> list[Prepared]:
        """Settles the items of which the connector knew before its request failed; returns them."""
        told = {result.key for result in error.results}
        spared = [(one, item) for one, item in zip(prepared, items, strict=True) if item.key in told]
        if any(result.outcome != "untouched" for result in error.results):
            circuit.succeeded(self.channel)  # it gets on, though not to the end
        self.settlements += settle_results(
            [one for one, _item in spared], [item for _one, item in spared], error.results, 0,
            {}, timezone.now(),
        )  # fmt: skip
        return [one for one, _item in spared]

    def _submit(self, connector: SubmitAndPoll, prepared: Sequence[Prepared]) -> None:
        items = [item_for(one) for one in prepared]
        try:
            handle, milliseconds = self.call(lambda: connector.submit(items))
        except Data as error:
            self.settlements += [
                outcomes.refused(one, [ItemError(str(error))], _refused_whole(item, error, "submit"))
                for one, item in zip(prepared, items, strict=True)
            ]
            return
        except DeliveryError as error:
            self.failed(prepared, error, "submit")
            return
        failpoint("after_send")
        for one, item in zip(prepared, items, strict=True):
            self.settlements.append(
                handed_over(one, item, handle, milliseconds, connector.told, wait=connector.poll_seconds)
            )

    # --- what every call shares

    def call(self, request: Callable[[], T]) -> tuple[T, int]:
        """The answer and its milliseconds. Keeps the lease alive, and closes the circuit after an answer."""
        if connection.in_atomic_block:
            raise RuntimeError("A channel must not be called inside a transaction.")
        if self.calls:
            self.claim.renew(lease_seconds(self.connector), timezone.now())
        self.calls += 1
        self.began = began = time.monotonic()
        try:
            answer = request()
        except Data:
            circuit.succeeded(self.channel)
            raise
        circuit.succeeded(self.channel)
        return answer, round((time.monotonic() - began) * 1000)

    def failed(
        self,
        prepared: Sequence[Prepared],
        error: DeliveryError,
        operation: str,
        *,
        after: float | None = None,
    ) -> None:
        """A request failed as a whole: its kind decides about the channel and about each listing.

        `after`: seconds the channel as a whole is left alone where the error names none.
        """
        now, self.stopped = timezone.now(), True
        errors = [*error.befell.values()] or [error]
        misconfigured = next((each for each in errors if isinstance(each, Config)), None)
        if misconfigured is not None:
            reason = masked(str(misconfigured), secrets_of(self.connector))
            profiles.pause(channel_id=self.channel.pk, reason=reason)
            self.channel.paused_at, self.channel.paused_reason = now, reason
        if any(not isinstance(each, Config) for each in errors):
            asked = [each.after for each in errors if isinstance(each, Retry) and each.after is not None]
            after = max(asked, default=after)
            took = time.monotonic() - self.began if self.calls else 0.0
            circuit.failed(self.channel, now, after=after, took=took)
        for one in prepared:
            own = error.befell.get(item_for(one).key, error) if error.befell else error
            self.settlements.append(self._put_back(one, own, operation, now, after))

    def _put_back(
        self, one: Prepared, error: DeliveryError, operation: str, now: datetime, after: float | None
    ) -> Settlement:
        reason = masked(str(error), secrets_of(self.connector))
        if isinstance(error, Config):
            record = Record(operation, "config", reason, answer=error.answer)
            return outcomes.misconfigured(one, reason, now, record, unknown=error.changed)
        unknown = operation != "read_back" and may_have_arrived(error)
        outcome = "unknown" if isinstance(error, Unknown) else "retry"
        went = content_of(item_for(one)) if unknown else None
        record = Record(operation, outcome, reason, answer=error.answer, request=went)
        return outcomes.later(one, reason, now, record, unknown=unknown, after=after)

    def put_off(self, prepared: Iterable[Prepared]) -> None:
        """Claimed and not sent, since their turn has not come or the channel stopped answering: given back as they were."""
        for one in prepared:
            self.settlements.append(Settlement(one.listing))


def without_request(one: Prepared, *, can_read_back: bool) -> Settlement | None:
    """The settlement of a listing that needs no request; None where one is needed. What cannot be asked for is kept off."""
    if one.not_there is not None and not can_read_back:
        return outcomes.held(one.once_not_there())
    if one.decision.kind == "held":
        return outcomes.held(one)
    if one.decision.kind == "absent":
        return None if one.may_be_there and one.key else outcomes.absent(one)
    assert one.decision.sheet is not None  # noqa: S101 - what is present has a sheet
    if one.listing.sent_hash == one.decision.sheet.hash and not one.listing.unknown and not one.again:
        return outcomes.unchanged(one, can_read_back=can_read_back)
    return None


def _refused_whole(item: Item, error: DeliveryError, operation: str = "") -> Record:
    return Record(
        operation or item.operation, "data", str(error), answer=error.answer, request=content_of(item)
    )


def item_for(one: Prepared) -> Item:
    """What is sent for a listing now. A new SKU first takes the old one down; the next claim sends the new."""
    if one.decision.kind == "absent" or one.is_renamed:
        listing = one.listing
        return Item(one.key_there, "withdraw", listing.desired_rev, external_id=listing.external_id)
    return upsert_of(one)


def upsert_of(one: Prepared) -> Item:
    """What is present, under the SKU it has now."""
    sheet, listing = one.decision.sheet, one.listing
    assert sheet is not None  # noqa: S101 - what is present has a sheet
    return Item(
        one.key, "upsert", listing.desired_rev, sheet.hash, sheet.payload, listing.external_id, sheet.content
    )


def handed_over(
    one: Prepared,
    item: Item,
    handle: str,
    milliseconds: int,
    told: Mapping[str, Any],
    *,
    wait: float,
    line: int | None = None,
) -> Settlement:
    """In a job of the channel's, to be asked for in `wait` seconds; `line`: which of the job's it is."""
    now = timezone.now()
    submitted = carried(one, item, now) | ({} if line is None else {"line": line})
    values = {
        "submission": handle, "submitted": submitted, "state": Listing.State.SENT, "reason": "", "unknown": False,
        "error_class": "", "next_try_at": now + timedelta(seconds=wait), "due_at": one.due_at,
    }  # fmt: skip
    record = Record(item.operation, "submitted", milliseconds=milliseconds, answer={**told, "handle": handle})
    return Settlement(one.listing, values, sent=True, record=record)


def carried(one: Prepared, item: Item, now: datetime) -> dict[str, Any]:
    """Listing.submitted: the item and what settling it later takes."""
    origins = one.decision.sheet.origins if one.decision.sheet else {}
    return {
        "op": item.operation, "revision": item.revision, "hash": item.hash, "sheet": item.sheet, "key": item.key,
        "kind": one.decision.kind, "reason": one.decision.reason, "at": now.isoformat(),
        "origins": {name: list(codes) for name, codes in origins.items()}, "theirs": list(one.theirs),
    }  # fmt: skip


def may_have_arrived(error: DeliveryError) -> bool:
    return isinstance(error, Unknown) or (isinstance(error, Retry) and error.applied == "maybe")


def is_as_desired(one: Prepared, there: Seen | None) -> bool:
    """What is to be sent `again` unchanged is there as it should be only once the channel holds that sending's revision."""
    if one.decision.kind == "absent":
        return there is None
    return (
        there is not None
        and not one.is_renamed
        and one.decision.sheet is not None
        and there.hash == one.decision.sheet.hash
        and (not one.again or there.revision >= one.listing.desired_rev)
    )


def lease_seconds(connector: Connector) -> float:
    """Longer than reading back and sending take together, so that nobody else sends meanwhile."""
    return 2 * connector.seconds + settings.PIM_LEASE_SECONDS
