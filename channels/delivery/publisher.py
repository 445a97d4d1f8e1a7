"""Who may gather and publish a channel's snapshot: one worker at a time. Two would each leave out what the other adds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from django.db.models import Q
from django.utils import timezone

from channels.connectors.base import Retry
from channels.models import Channel, Listing

DOUBTED_AT_ONCE = 500


class LeaseLost(Retry):
    """Another worker publishes by now: this one stops, and what it gathered is the other's."""


@dataclass(slots=True)
class Publisher:
    """The channel's lease, held by this worker."""

    channel_id: int
    token: str
    seconds: float
    renewed: float = field(default_factory=time.monotonic)

    def renew(self) -> None:
        """A sign of life, to be given as often as one likes: it is written down now and then. Raises LeaseLost."""
        if time.monotonic() - self.renewed < self.seconds / 3:
            return
        until = timezone.now() + timedelta(seconds=self.seconds)
        held = Channel.objects.filter(pk=self.channel_id, lease_token=self.token)
        if not held.update(lease_until=until):
            raise LeaseLost("", applied="no")
        self.renewed = time.monotonic()

    def lock(self) -> None:
        """Keeps the lease here until the transaction ends. Raises LeaseLost."""
        held = Channel.objects.filter(pk=self.channel_id, lease_token=self.token)
        if not list(held.select_for_update(no_key=True).values_list("pk", flat=True)):
            raise LeaseLost("", applied="no")

    def doubt(self) -> None:
        """What is gathered may be in a snapshot that nobody noted: before it counts as unchanged or absent it is read back."""
        rows = Listing.objects.filter(
            channel_id=self.channel_id, submission=Listing.GATHERED, unknown=False
        ).order_by("pk")
        while page := list(rows.values_list("pk", flat=True)[:DOUBTED_AT_ONCE]):
            self.renew()
            Listing.objects.filter(pk__in=page).update(unknown=True)


@contextmanager
def only_publisher(channel: Channel, *, seconds: float) -> Iterator[Publisher | None]:
    """None where another worker is at it. One that did not come to its end leaves its token, for the next to know."""
    now = timezone.now()
    publisher = Publisher(channel.pk, uuid4().hex, seconds)
    free = Channel.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), pk=channel.pk)
    lease = {"lease_until": now + timedelta(seconds=seconds), "lease_token": publisher.token}
    if not free.filter(lease_token="").update(**lease):
        if not free.exclude(lease_token="").update(**lease):
            yield None
            return
        publisher.doubt()
    held = Channel.objects.filter(pk=channel.pk, lease_token=publisher.token)
    try:
        yield publisher
    except BaseException:
        held.update(lease_until=None)
        raise
    held.update(lease_until=None, lease_token="")
