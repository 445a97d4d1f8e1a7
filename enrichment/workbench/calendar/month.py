"""A month as weeks of days, with what begins on them. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from enrichment.workbench.calendar.entries import Holding, Launching

WEEK = 7


@dataclass(frozen=True, slots=True)
class Bar:
    """A campaign's part of one week: `days` of it from the day on in whose cell it stands. `goes_on`: into the next week."""

    holding: Holding
    days: int
    went_on: bool
    goes_on: bool


@dataclass(slots=True)
class Day:
    """`lanes`: the bars that begin here, each at the height it has in its week; None where another runs through or nothing is."""

    date: date
    in_month: bool
    is_today: bool
    lanes: list[Bar | None] = field(default_factory=list)
    launches: list[Launching] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.launches and not any(self.lanes)


def weeks(
    year: int,
    month: int,
    *,
    today: date,
    first_weekday: int,
    launches: Iterable[Launching],
    holdings: Sequence[Holding],
) -> list[list[Day]]:
    """`first_weekday`: Monday is 0. The days before and after the month fill its first and last week."""
    by_day: dict[date, list[Launching]] = {}
    for launch in launches:
        if launch.at:
            by_day.setdefault(launch.at.date(), []).append(launch)
    made = []
    for dates in calendar.Calendar(first_weekday).monthdatescalendar(year, month):
        days = [
            Day(each, each.month == month, each == today, launches=by_day.get(each, [])) for each in dates
        ]
        _lay(days, holdings)
        made.append(days)
    return made


def _lay(days: Sequence[Day], holdings: Sequence[Holding]) -> None:
    """Each bar in the first lane that is free for as long as it takes."""
    first, last = days[0].date, days[-1].date
    taken: list[date] = []  # by lane: the last day on which it is taken
    for holding in holdings:
        if holding.last < first or holding.first > last:
            continue
        begins, ends = max(holding.first, first), min(holding.last, last)
        lane = next((number for number, until in enumerate(taken) if until < begins), len(taken))
        taken[lane : lane + 1] = [ends]
        day = days[(begins - first).days]
        day.lanes += [None] * (lane + 1 - len(day.lanes))
        bar = Bar(holding, (ends - begins).days + 1, holding.first < first, holding.last > last)
        day.lanes[lane] = bar
    for day in days:  # of the same number in all cells, so that what stands below them begins at one height
        day.lanes += [None] * (len(taken) - len(day.lanes))


def span(year: int, month: int, first_weekday: int) -> tuple[date, date]:
    """The first day that the month's weeks show, and the first that they do not."""
    shown = calendar.Calendar(first_weekday).monthdatescalendar(year, month)
    return shown[0][0], shown[-1][-1] + timedelta(days=1)
