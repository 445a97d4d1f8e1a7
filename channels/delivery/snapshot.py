"""The third shape: everything at once. What is stale joins what stands, and the whole replaces the last snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

from django.db.models import Q
from django.utils import timezone

from channels.connectors.base import Data, DeliveryError, Item, ItemError, ItemResult, PublishSnapshot
from channels.delivery import outcomes
from channels.delivery.prepare import Prepared
from channels.delivery.send import Sending, item_for, lease_seconds, settle_results, without_request
from channels.delivery.settle import Record, Settlement
from channels.models import Channel, Listing
from pim.lib.failpoint import failpoint

CLAIMED_AT_ONCE = 500
PAGE = 200


@contextmanager
def only_publisher(channel: Channel, connector: PublishSnapshot, now: datetime) -> Iterator[bool]:
    """Whether this worker may publish: two at once would each leave out what the other adds."""
    token = uuid4().hex
    free = Channel.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), pk=channel.pk)
    got = free.update(lease_until=now + timedelta(seconds=lease_seconds(connector)), lease_token=token)
    try:
        yield bool(got)
    finally:
        Channel.objects.filter(pk=channel.pk, lease_token=token).update(lease_until=None, lease_token="")


def publish(sending: Sending, connector: PublishSnapshot, prepared: Sequence[Prepared]) -> None:
    """Adds a settlement for each to `sending`. Publishes only where something changes."""
    changing = []
    for one in prepared:
        settlement = without_request(one)
        if settlement is None:
            changing.append(one)
        else:
            sending.settlements.append(settlement)
    doubtful = [one for one in changing if one.listing.unknown] if connector.can_read_back else []
    if doubtful:
        changing = [one for one in changing if one not in doubtful] + sending.read_back(doubtful)
    if sending.stopped:
        sending.settlements += [Settlement(one.listing) for one in changing]
        return
    if not changing:
        return
    items = [item_for(one) for one in changing]
    try:
        manifest, milliseconds = sending.call(
            lambda: connector.publish(_whole(sending.channel, changing, items))
        )
    except Data as error:
        record = Record("publish", "data", str(error), answer=error.answer)
        sending.settlements += [outcomes.refused(one, [ItemError(str(error))], record) for one in changing]
        return
    except DeliveryError as error:
        sending.failed(changing, error, "publish")
        return
    failpoint("after_send")
    results = [
        ItemResult(item.key, "live")
        for item in items
        if (item.operation == "withdraw") != (item.key in manifest.keys)
    ]
    answer = {
        **connector.told,
        "location": manifest.location,
        "sha256": manifest.sha256,
        "items": len(manifest.keys),
    }
    sending.settlements += settle_results(changing, items, results, milliseconds, answer, timezone.now())


def _whole(channel: Channel, changing: Sequence[Prepared], items: Sequence[Item]) -> Iterator[Item]:
    """What is to be in the snapshot, by SKU within each part: what stands as it was sent, then what changes."""
    ours = {one.listing.pk for one in changing}
    last = 0
    while True:
        page = list(
            Listing.objects.filter(channel_id=channel.pk, pk__gt=last)
            .exclude(sent_hash="")
            .order_by("pk")[:PAGE]
        )
        for row in page:
            if row.pk not in ours and row.sent_sheet:
                yield Item(
                    row.sent_sheet["sku"],
                    "upsert",
                    row.sent_rev,
                    row.sent_hash,
                    row.sent_sheet,
                    row.external_id,
                )
        if len(page) < PAGE:
            break
        last = page[-1].pk
    yield from (item for item in items if item.operation == "upsert")
