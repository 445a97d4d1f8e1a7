"""The third shape: everything at once. What is stale is gathered batch by batch, then the whole is published once.

Gathered means: what the next snapshot shall say of a listing stands in its row (`submission`, `submitted`), as a job of a
channel that answers later does. The row stays stale until the snapshot that has it is published, so a worker killed anywhere
leaves work and no claim that is not true. Publishing for each batch instead would write the first file of N products
N / 500 times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone

from catalog.structure.snapshot import Structure
from channels import profile
from channels.connectors.base import (
    Config,
    Data,
    DeliveryError,
    Item,
    ItemError,
    ItemResult,
    PublishSnapshot,
    Retry,
)
from channels.delivery import outcomes
from channels.delivery.claim import Claim, claim_gathered, claim_stale, gathered
from channels.delivery.follow import as_submitted, item_of
from channels.delivery.prepare import Prepared, prepare
from channels.delivery.publisher import LeaseLost, Publisher
from channels.delivery.results import settle_results
from channels.delivery.send import (
    Sending,
    carried,
    item_for,
    lease_seconds,
    may_have_arrived,
    upsert_of,
)
from channels.delivery.settle import Record, Settlement, backoff, masked, secrets_of, settle
from channels.models import Channel, Listing
from pim.lib.failpoint import failpoint

CLAIMED_AT_ONCE = 500
PAGE = 200
# A channel that never comes to an end is published all the same, after a time that grows with its size, as the work of
# publishing does: so that is always the smaller part, and a first load of any size is published a few times at most.
PATIENCE = timedelta(minutes=1)
PER_LISTING = timedelta(milliseconds=2)


@dataclass(slots=True)
class Gathering:
    """One drain of a snapshot channel. `due`: when what is gathered is published though more waits; None: there is nothing."""

    channel: Channel
    connector: PublishSnapshot
    publisher: Publisher
    counts: Counter[str]
    due: datetime | None = None

    def __post_init__(self) -> None:
        self.connector.beat = self.publisher.renew
        self.due = gathered().filter(channel_id=self.channel.pk).aggregate(due=Min("next_try_at"))["due"]

    def step(self) -> bool:
        """Gathers a batch; where none is left, or the time is up, publishes. Returns whether another step may follow."""
        now = timezone.now()
        try:
            self.publisher.renew()
            if self.due is None or now < self.due:
                claim = claim_stale(
                    channel_id=self.channel.pk,
                    limit=CLAIMED_AT_ONCE,
                    seconds=lease_seconds(self.connector),
                    now=now,
                )
                if claim.listings:
                    return self._gather(claim, now)
            return self.due is not None and self._publish()
        except LeaseLost:
            return False

    # --- gathering

    def _gather(self, claim: Claim, now: datetime) -> bool:
        """Whatever a sheet is made of is read after the claim: what was marked stale before it counts as gathered with it."""
        structure = Structure.current()
        spec = profile.current(structure).by_id.get(self.channel.pk)
        if spec is None:
            return False
        sending = Sending(self.channel, self.connector, claim)
        for one in sending.still_to_send(prepare(claim.listings, spec, structure, at=now)):
            sending.settlements.append(self._for_the_next(one))
        for settled in sending.settlements:
            if settled.values:  # it says something newer than what was gathered of this listing before
                settled.values = {"submission": "", "submitted": None, **settled.values}
        self._settle(sending.settlements, claim)
        failpoint("gathered")
        return not sending.stopped

    def _for_the_next(self, one: Prepared) -> Settlement:
        """A new SKU takes the old one's place in the same snapshot: that is whole, so nothing has to be taken down first."""
        now = timezone.now()
        item = upsert_of(one) if one.decision.kind == "present" else item_for(one)
        if self.due is None:
            self.due = (
                now + PATIENCE + PER_LISTING * Listing.objects.filter(channel_id=self.channel.pk).count()
            )
        values = {
            "submission": Listing.GATHERED, "submitted": carried(one, item, now), "next_try_at": self.due,
            "due_at": one.due_at,
        }  # fmt: skip
        return Settlement(one.listing, values)

    # --- publishing

    def _publish(self) -> bool:
        """What changed since it was gathered is gathered once more first, so that the file says what is true as it is made."""
        now = timezone.now()
        for claim in self._pages(changed=True):
            if not self._gather(claim, now):
                return False
        if not gathered().filter(channel_id=self.channel.pk).exists():
            self.due = None
            return True
        sending = Sending(self.channel, self.connector, Claim("", now, []))
        try:
            manifest, milliseconds = sending.call(lambda: self.connector.publish(self._whole()))
        except LeaseLost:
            raise
        except Data as error:
            record = Record("publish", "data", str(error), answer=error.answer)
            errors = [ItemError(str(error))]
            self._settle_all(lambda one, _item: outcomes.refused(one, errors, record))
            return True
        except DeliveryError as error:
            self._failed(sending, error)
            return False
        failpoint("after_send")
        now = timezone.now()
        answer = {
            **self.connector.told,
            "location": manifest.location,
            "sha256": manifest.sha256,
            "items": manifest.products,
        }

        def is_there(one: Prepared, item: Item) -> Settlement:
            result = ItemResult(item.key, "live")
            return settle_results([one], [item], [result], milliseconds, answer, now)[0]

        self._settle_all(is_there)
        return True

    def _whole(self) -> Iterator[Item]:
        """What the snapshot holds: what stands, as it was sent, unless something else is gathered of it."""
        last = 0
        while True:
            self.publisher.renew()
            page = list(
                Listing.objects.filter(
                    ~Q(sent_hash="") | Q(submission=Listing.GATHERED),
                    channel_id=self.channel.pk,
                    pk__gt=last,
                )
                .only("submission", "submitted", "sent_rev", "sent_hash", "sent_sheet", "external_id")
                .order_by("pk")[:PAGE]
            )
            for row in page:
                if row.submission == Listing.GATHERED:
                    item = item_of(row)
                    if item.operation == "upsert":
                        yield item
                elif row.sent_sheet:
                    yield Item(
                        row.sent_sheet["sku"],
                        "upsert",
                        row.sent_rev,
                        row.sent_hash,
                        row.sent_sheet,
                        row.external_id,
                    )
            if len(page) < PAGE:
                return
            last = page[-1].pk

    def _settle_all(self, outcome: Callable[[Prepared, Item], Settlement]) -> None:
        """Each gathered listing by what it carries: an edit since then leaves it stale."""
        for claim in self._pages():
            settlements = []
            for row in claim.listings:
                item = item_of(row)
                settlement = outcome(as_submitted(row), item)
                settlement.revision = item.revision
                settlements.append(settlement)
            self._settle(settlements, claim)
            failpoint("published")
        self.publisher.doubt()  # what was just being edited could not be claimed
        self.due = None

    def _failed(self, sending: Sending, error: DeliveryError) -> None:
        """The channel waits or is paused, and what is gathered stays so; what may have arrived is read back first.

        The first page's listings tell the reason: with a hundred thousand gathered, writing it to each at every try would
        cost more than publishing.
        """
        now, reason = timezone.now(), masked(str(error), secrets_of(self.connector))
        after = error.after if isinstance(error, Retry) else None
        wait = backoff(self.channel.failures + 1).total_seconds() if after is None else after
        sending.failed([], error, "publish", after=wait)
        arrived = may_have_arrived(error)
        for claim in self._pages():
            settlements = []
            for row in claim.listings:
                one = as_submitted(row)
                if isinstance(error, Config):
                    record = Record("publish", "config", reason, answer=error.answer)
                    settlement = outcomes.misconfigured(one, reason, now, record)
                else:
                    record = Record("publish", "unknown" if arrived else "retry", reason, answer=error.answer)
                    settlement = outcomes.later(one, reason, now, record, unknown=arrived, after=wait)
                if not arrived:
                    for name in ("submission", "submitted", "next_try_at"):
                        settlement.values.pop(name, None)
                settlements.append(settlement)
            self._settle(settlements, claim)
            if not arrived:
                return
        self.publisher.doubt()
        self.due = None

    # --- what both share

    def _pages(self, *, changed: bool = False) -> Iterator[Claim]:
        """Everything gathered, once, in claims by id; `changed`: only what was marked stale again since."""
        last = 0
        while True:
            self.publisher.renew()
            claim = claim_gathered(
                self.publisher, after=last, changed=changed, limit=CLAIMED_AT_ONCE, now=timezone.now()
            )
            if not claim.listings:
                return
            yield claim
            last = claim.listings[-1].pk

    def _settle(self, settlements: list[Settlement], claim: Claim) -> None:
        """Only with the channel's lease, beside each listing's own: else another's file would be taken for ours."""
        with transaction.atomic():
            self.publisher.lock()
            settle(settlements, token=claim.token, now=timezone.now(), secrets=secrets_of(self.connector))
        for item in settlements:
            is_gathered = item.values.get("submission") == Listing.GATHERED
            put_off = "gathered" if is_gathered else "put_off"
            self.counts[item.record.outcome if item.record else "settled" if item.handled else put_off] += 1
