"""A channel's board: how its listings stand, how fast they go out, what waits longest, what is wrong most often.

A constant number of queries, whatever the channel's size; everything is counted among what the person may see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, F, Max, Min, Q, QuerySet, TextField, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, NullIf, Substr

from catalog.access import visible
from catalog.models.user import User
from channels import schedule
from channels.connectors import CONNECTORS
from channels.delivery import circuit
from channels.models import Attempt, Channel, Listing
from channels.standing import STALE, STANDINGS, Standing, with_standing
from channels.waiting import why_waiting

HOURS = 24
PROBLEMS = 12
NARROW = (
    "sent_sheet",
    "submitted",
    "drift",
    "product__search",
    "product__tokens",
)  # what no list of listings shows


@dataclass(frozen=True, slots=True)
class Problem:
    """Listings with the same kind of error. `state`: a standing or an error class; `code`, `field`: of their first error."""

    state: str
    code: str
    field: str
    count: int
    message: str  # one of theirs
    latest: datetime

    @property
    def key(self) -> str:
        """As the list of listings takes it for a filter."""
        return "|".join((self.state, self.code, self.field))


@dataclass(frozen=True, slots=True)
class Hour:
    at: datetime
    sent: int

    @property
    def a_minute(self) -> float:
        return self.sent / 60


@dataclass(frozen=True, slots=True)
class Board:
    counts: list[tuple[Standing, int]]
    hours: list[Hour]
    sent: int  # in the last day
    sent_last_hour: int
    oldest: Listing | None
    oldest_why: str
    problems: list[Problem]
    closed: str  # why nothing goes out now
    circuit_open: bool
    next_window: datetime | None
    budget: str  # what the channel said of its rate, last


def build(channel: Channel, user: User, now: datetime) -> Board:
    listings = visible(user, Listing.objects.filter(channel=channel))
    counted = dict(with_standing(listings).order_by().values_list("standing").annotate(n=Count("pk")))
    attempts = visible(user, Attempt.objects.filter(listing__channel=channel))
    hours = _hours(attempts, now)
    oldest = _oldest(listings)
    opening = schedule.next_opening(channel.schedule, now)
    return Board(
        counts=[(standing, counted.get(code, 0)) for code, standing in STANDINGS.items()],
        hours=hours,
        sent=sum(hour.sent for hour in hours),
        sent_last_hour=hours[-1].sent,
        oldest=oldest,
        oldest_why=why_waiting(oldest, channel, now) if oldest else "",
        problems=_problems(listings),
        closed=circuit.why_closed(channel, now),
        circuit_open=channel.failures >= circuit.FAILURES,
        next_window=opening if opening != now else None,
        budget=_budget(channel, attempts),
    )


def _hours(attempts: QuerySet[Attempt], now: datetime) -> list[Hour]:
    """What the channel took in each of the last 24 hours, counted back from now in whole hours of the clock."""
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    taken = attempts.filter(at__gte=first, outcome="ok", operation__in=["upsert", "withdraw"])
    # As text both databases have "2026-11-27 00" in front, in UTC: no function of ours is called for each row.
    rows = taken.order_by().values_list(Substr(Cast("at", CharField()), 1, 13)).annotate(n=Count("pk"))
    found = {str(hour).replace("T", " "): count for hour, count in rows}
    every = (first + timedelta(hours=number) for number in range(HOURS))
    return [Hour(at, found.get(f"{at:%Y-%m-%d %H}", 0)) for at in every]


def _oldest(listings: QuerySet[Listing]) -> Listing | None:
    rows = listings.filter(STALE).select_related("product").defer(*NARROW)
    return rows.order_by(Coalesce("stale_since", "state_since"), "pk").first()


LATER = ("retry", "unknown", "config")  # error classes of what is tried again by itself


def problems_of(rows: QuerySet[Listing]) -> Any:
    """Those that have a problem, with what kind: `problem_state`, `problem_code` and `problem_field`."""
    first = KT("errors__0__field"), KT("errors__0__attribute")
    return rows.filter(Q(state__in=["incomplete", "blocked", "refused"]) | Q(error_class__in=LATER)).annotate(
        problem_state=Case(When(error_class__in=LATER, then=F("error_class")), default=F("state")),
        problem_code=Coalesce(KT("errors__0__code"), Value(""), output_field=TextField()),
        problem_field=Coalesce(NullIf(first[0], Value("")), first[1], Value(""), output_field=TextField()),
    )


def _problems(listings: QuerySet[Listing]) -> list[Problem]:
    rows = (
        problems_of(listings)
        .order_by()
        .values_list("problem_state", "problem_code", "problem_field")
        .annotate(n=Count("pk"), message=Min("reason"), latest=Max("state_since"))
        .order_by("-n", "problem_state", "problem_code", "problem_field")
    )
    return [
        Problem(state, code, field, count, message, latest)
        for state, code, field, count, message, latest in rows[:PROBLEMS]
    ]


def _budget(channel: Channel, attempts: QuerySet[Attempt]) -> str:
    connector = CONNECTORS.get(channel.connector)
    if connector is None:
        return ""
    answer: Mapping[str, Any] | None = attempts.order_by("-pk").values_list("answer", flat=True).first()
    return connector.budget(answer or {})
