"""Many at once: what goes behind single edits is handed over as jobs of the channel's, where it takes such (docs/decisions/0032).

A job's listings carry its handle and their line in it, as those of a channel that answers later do, and are followed
in the same way (channels.delivery.follow): each is settled by its own line. A worker killed before the handle was stored
leaves leases that run out, and so rows that are looked up before anything is sent again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import F
from django.utils import timezone

from catalog.structure.snapshot import Structure
from channels import profile
from channels.connectors.base import BulkRefused, Data, DeliveryError, Item, ItemResult, PushInBulk
from channels.delivery import follow
from channels.delivery.claim import claim_behind, count_behind, polled
from channels.delivery.prepare import Prepared, prepare
from channels.delivery.results import settle_results
from channels.delivery.send import Sending, handed_over, item_for, lease_seconds
from channels.delivery.settle import Settlement, outcome_of, secrets_of, settle
from channels.models import Channel, Listing
from pim.lib.failpoint import failpoint

NOT_AGAIN_FOR = 600  # seconds in which a channel that refused a job is asked for none


@dataclass(slots=True)
class Load:
    """One drain of a channel that takes jobs. `singly`: a batch of what goes one by one."""

    channel: Channel
    connector: PushInBulk
    counts: Counter[str]
    singly: Callable[..., bool]

    def step(self) -> bool:
        """Single edits first; then a job's outcome, or another job; what is left goes one by one."""
        now = timezone.now()
        if not self._is_large(now):
            return self.singly()
        failures = self.channel.failures
        if self.singly(singly=True):
            return True
        if self.channel.failures > failures or self.channel.paused_at is not None:
            return False
        if polled(now).filter(channel_id=self.channel.pk).exists():
            self.counts["polled"] += follow.poll(self.channel, self.connector, now=now)
            return self.channel.failures <= failures
        goes_on = self._hand_over(now)
        return self.singly() if goes_on is None else goes_on

    def _is_large(self, now: datetime) -> bool:
        if cache.get(self._refused):
            return False
        under_way = (
            Listing.objects.filter(channel_id=self.channel.pk, desired_rev__gt=F("sent_rev"), submission__gt="")
            .order_by("submission").values_list("submission", flat=True).distinct()[: self.connector.bulk_jobs]
        )  # fmt: skip
        if len(under_way) >= self.connector.bulk_jobs:
            return False
        least = self.connector.bulk_from
        return count_behind(self.channel.pk, now, most=least) >= least

    @property
    def _refused(self) -> str:
        return f"channels.bulk.refused.{self.channel.pk}"

    def _hand_over(self, now: datetime) -> bool | None:
        """A job of what waits. Whether another step may follow; None where others took it all."""
        connector, channel = self.connector, self.channel
        claim = claim_behind(
            channel_id=channel.pk, limit=connector.bulk_size, seconds=lease_seconds(connector), now=now
        )
        structure = Structure.current()
        spec = profile.current(structure).by_id.get(channel.pk)
        if not claim.listings or spec is None:
            return None
        sending = Sending(channel, connector, claim)
        to_send = sending.each_key_once(
            sending.still_to_send(prepare(claim.listings, spec, structure, at=now))
        )
        many = [one for one in to_send if item_for(one).operation == "upsert"]
        few = [one for one in to_send if item_for(one).operation != "upsert"]
        if len(many) < connector.bulk_from // 2:  # most of it is there already
            few, many = to_send, []
        for start in range(0, len(few), connector.batch_size):
            if sending.stopped:
                sending.put_off(few[start:])
                break
            sending.push(connector, few[start : start + connector.batch_size])
        if sending.stopped:
            sending.put_off(many)
        elif many:
            self._start(sending, many)
        settle(
            sending.settlements,
            token=claim.token,
            now=timezone.now(),
            secrets=secrets_of(connector),
            tells_fields=connector.tells_fields,
        )
        self.counts.update(outcome_of(item) for item in sending.settlements)
        return not sending.stopped

    def _start(self, sending: Sending, prepared: Sequence[Prepared]) -> None:
        items = [item_for(one) for one in prepared]
        try:
            job, milliseconds = sending.call(lambda: self.connector.start_bulk(items))
        except (BulkRefused, Data) as refused:
            cache.set(self._refused, True, NOT_AGAIN_FOR)
            doubt = {"unknown": True} if getattr(refused, "changed", False) else {}
            sending.settlements += [Settlement(one.listing, dict(doubt)) for one in prepared]
            return
        except DeliveryError as error:
            sending.failed(prepared, error, "submit")
            return
        failpoint("after_send")
        sending.settlements += self._settled(prepared, items, job.keys, job.handle, job.results, milliseconds)

    def _settled(
        self, prepared: Sequence[Prepared], items: Sequence[Item], keys: Sequence[str], handle: str,
        results: Sequence[ItemResult], milliseconds: int,
    ) -> list[Settlement]:  # fmt: skip
        """Each as it was told at once, as in the job, or as it was."""
        told = dict(self.connector.told)
        line = {key: number for number, key in enumerate(keys)}
        known = {result.key: result for result in results}
        settled = []
        for one, item in zip(prepared, items, strict=True):
            if item.key in line:
                wait = self.connector.poll_seconds
                settled.append(
                    handed_over(one, item, handle, milliseconds, told, wait=wait, line=line[item.key])
                )
            elif item.key in known:
                settled += settle_results(
                    [one], [item], [known[item.key]], milliseconds, told, timezone.now()
                )
            else:
                settled.append(Settlement(one.listing))
        return settled
