"""How many products of a launch are ready, blocked, out: told by their listings, so that nothing has to be built."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Value, When

from channels.models import LaunchEntry, Listing

State = Listing.State
STALE = Q(desired_rev__gt=F("sent_rev"))
# By the worst of a product's listings: (its number in the query, which listings).
BLOCKED, WAITING, READY, OUT, OUTSIDE = 5, 4, 3, 2, 1
KINDS = {
    BLOCKED: Q(state__in=[State.INCOMPLETE, State.BLOCKED, State.REFUSED]) & ~STALE,
    WAITING: STALE | Q(state=State.WAITING),
    READY: Q(state=State.SCHEDULED),
    OUT: Q(state__in=[State.SENT, State.ACCEPTED, State.LIVE]),
}


@dataclass(slots=True)
class Numbers:
    """Products by what their listings say. `waiting`: not looked at since they changed; `outside`: nothing to send there."""

    blocked: int = 0
    waiting: int = 0
    ready: int = 0
    out: int = 0
    outside: int = 0

    @property
    def products(self) -> int:
        return self.blocked + self.waiting + self.ready + self.out + self.outside


NAMES = {BLOCKED: "blocked", WAITING: "waiting", READY: "ready", OUT: "out", OUTSIDE: "outside"}


def numbers(entries: QuerySet[LaunchEntry]) -> dict[int, Numbers]:
    """By launch. One query; of `entries` the person may see."""
    found: dict[int, Numbers] = defaultdict(Numbers)
    rows = with_worst(entries).values("launch_id", "product_id").annotate(most=Max("worst"))
    for launch, most in rows.order_by().values_list("launch_id", "most"):
        _count(found[launch], most)
    return found


def by_channel(entries: QuerySet[LaunchEntry]) -> dict[int, Numbers]:
    """Of one launch, by channel. One query."""
    found: dict[int, Numbers] = defaultdict(Numbers)
    for channel, worst in with_worst(entries).order_by().values_list("channel_id", "worst"):
        _count(found[channel], worst)
    return found


def of_kinds(entries: QuerySet[LaunchEntry], kinds: Collection[int]) -> QuerySet[LaunchEntry]:
    rows: QuerySet[LaunchEntry] = with_worst(entries).filter(worst__in=list(kinds))
    return rows


def with_worst(entries: QuerySet[LaunchEntry]) -> Any:
    """Each with `worst` of KINDS: of its own listing, and those of the variants below it."""
    cases = [When(_any(which), then=Value(kind)) for kind, which in KINDS.items()]
    return entries.annotate(worst=Case(*cases, default=Value(OUTSIDE), output_field=IntegerField()))


def _any(which: Q) -> Q:
    """Four looks by an index each, where one condition with "or" would read a channel's listings: its own listing, that of
    the model it is sent with, and those of its variants."""
    rows = Listing.objects.filter(which, channel_id=OuterRef("channel_id"))
    found = Q(Exists(rows.filter(product_id=OuterRef("product_id"))))
    found |= Q(Exists(rows.filter(product_id=OuterRef("product__root_id"))))
    for level in ("product__parent_id", "product__root_id"):
        found |= Q(Exists(rows.filter(**{level: OuterRef("product_id")})))
    return found


def _count(told: Numbers, kind: int) -> None:
    setattr(told, NAMES[kind], getattr(told, NAMES[kind]) + 1)
