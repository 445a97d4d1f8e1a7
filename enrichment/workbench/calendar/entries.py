"""What stands in the calendar between two days: launches and campaigns, with how many products and how far these are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from catalog.access import visible
from catalog.models import Campaign
from catalog.models.campaign import CampaignValues
from catalog.models.user import User
from channels.launches import counting
from channels.models import Launch, LaunchEntry
from channels.profile import ChannelSpec, Profiles
from enrichment.workbench.launches.views import address

MOST = 300  # entries of each kind that are shown at once
COUNTED = 5000  # products on channels that are told apart at once; a launch beyond them tells its numbers on its own page


@dataclass(frozen=True, slots=True)
class Launching:
    """A launch. `at` as the clock of whoever looks shows it; None: without a date. `numbers` None: too many at once; `on`: the code
    of the channel they are of, "" for all."""

    launch: Launch
    at: datetime | None
    channels: Sequence[str]
    numbers: counting.Numbers | None
    is_over: bool
    on: str = ""

    @property
    def href(self) -> str:
        return address(self.launch.pk)

    @property
    def products(self) -> str:
        """The grid's address for them."""
        return _grid(launch=f"{self.launch.pk}~~{self.on}" if self.on else str(self.launch.pk))

    @property
    def blocked(self) -> str:
        return _grid(launch=f"{self.launch.pk}~blocked~{self.on}".removesuffix("~"))


@dataclass(frozen=True, slots=True)
class Holding:
    """A campaign: `first` and `last` day of it, as the clock of whoever looks shows them."""

    campaign: Campaign
    first: date
    last: date
    count: int
    state: str  # coming, running, over

    @property
    def label(self) -> str:
        return self.campaign.label()

    @property
    def products(self) -> str:
        return _grid(campaign=self.campaign.code)


def _grid(**query: str) -> str:
    return f"{reverse('admin:catalog_product_changelist')}?{urlencode({**query, 'level': 'all'})}"


def launches(
    user: User, profiles: Profiles, *, when: Q, channel: ChannelSpec | None, now: datetime
) -> list[Launching]:
    """Those with something this person sees, in the order of their moments. Three queries."""
    entries: QuerySet[LaunchEntry] = visible(user, LaunchEntry.objects.all())
    if channel is not None:
        entries = entries.filter(channel_id=channel.id)
    rows = list(Launch.objects.filter(when, pk__in=entries.values("launch_id")).order_by("at", "pk")[:MOST])
    told = entries.filter(launch__in=rows)
    on: dict[int, dict[int, int]] = {}
    sizes = told.order_by("channel_id").values_list("launch_id", "channel_id").annotate(n=Count("pk"))
    for launch, pk, size in sizes:
        on.setdefault(launch, {})[pk] = size
    counted = _counted({row.pk: sum(on.get(row.pk, {}).values()) for row in _first_to_come(rows, now)})
    numbers = counting.numbers(told.filter(launch__in=counted))
    return [
        Launching(
            row, timezone.localtime(row.at) if row.at else None,
            [profiles.by_id[pk].label for pk in on.get(row.pk, ()) if pk in profiles.by_id],
            numbers.get(row.pk, counting.Numbers()) if row.pk in counted else None, not row.is_pending(now),
            channel.code if channel else "",
        )
        for row in rows
    ]  # fmt: skip


def _first_to_come(rows: Sequence[Launch], now: datetime) -> list[Launch]:
    return sorted(rows, key=lambda row: not row.is_pending(now))


def _counted(sizes: Mapping[int, int]) -> list[int]:
    """As many of the launches, in their order, as may be counted in one request; the first at any rate."""
    found: list[int] = []
    left = COUNTED
    for pk, size in sizes.items():
        if size <= left or not found:
            found.append(pk)
            left -= size
    return found


def campaigns(user: User, *, first: datetime, until: datetime, now: datetime) -> list[Holding]:
    """Active ones that hold at some time between the two. Two queries."""
    rows = list(
        Campaign.objects.filter(is_active=True, starts_at__lt=until, ends_at__gt=first)
        .order_by("starts_at", "code")[:MOST]
    )  # fmt: skip
    seen = visible(user, CampaignValues.objects.filter(campaign__in=rows)).order_by()
    counts: dict[int, Any] = dict(seen.values_list("campaign_id").annotate(n=Count("product_id")))
    return [
        Holding(
            row,
            timezone.localtime(row.starts_at).date(),
            timezone.localtime(row.ends_at - timedelta(microseconds=1)).date(),
            counts.get(row.pk, 0),
            "coming" if row.starts_at > now else "over" if row.ends_at <= now else "running",
        )
        for row in rows
    ]
