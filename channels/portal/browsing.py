"""What a portal's lists show: found by words and category, a page of them at a time, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, cast

from django.core.paginator import Page as ListPage
from django.core.paginator import Paginator
from django.db.models import Count, Max, QuerySet, Sum

from catalog.search.folding import folded
from catalog.structure.snapshot import Structure
from channels.models import PortalPage, PortalPlace, PortalText
from channels.portal import sheets

PER_PAGE = 24
MOST_COUNTED = 1008  # 42 pages: further on one searches
MOST_WORDS = 8
State = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    title: str
    lead: str
    prices: Sequence[str]
    vary: bool  # the price is the lowest of several
    picture: sheets.Picture | None
    variants: int


class Capped(Paginator):
    """Counts no further than people turn pages."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[PortalText]", self.object_list)
        return min(rows[: MOST_COUNTED + 1].count(), MOST_COUNTED)

    @cached_property
    def is_capped(self) -> bool:
        return self.count == MOST_COUNTED


@dataclass(frozen=True, slots=True)
class Node:
    """A category that has pages, and those below it."""

    code: str
    label: str
    count: int
    depth: int


def found(channel: int, locale: str, *, words: str = "", category: str = "") -> QuerySet[PortalText]:
    """Every word has to occur, in any place."""
    rows = PortalText.objects.filter(channel_id=channel, locale=locale)
    for word in folded(words).split()[:MOST_WORDS]:
        rows = rows.filter(search__contains=word)
    if category:
        inside = PortalPlace.objects.filter(channel_id=channel, category=category)
        rows = rows.filter(page__in=inside.values("page"))
    return rows.order_by("sort", "page")


def listed(rows: QuerySet[PortalText], number: Any) -> ListPage:
    return Capped(rows.select_related("page"), PER_PAGE).get_page(number)


def entries(page: ListPage) -> list[Entry]:
    return [_entry(row) for row in page]


def _entry(row: PortalText) -> Entry:
    sheet = row.page.sheet
    shown, vary = sheets.lowest(sheet, row.locale)
    lead = sheets.plain(sheets.first(sheet, sheets.LEAD, row.locale))
    picture = next(iter(sheets.pictures(sheet, row.locale)), None)
    return Entry(row.page.key, row.title, lead, shown, vary, picture, len(sheet.get("variants") or ()))


def tree(channel: int, now: State, locale: str, structure: Structure, chosen: str = "") -> list[Node]:
    """The categories in which there is something, each with the number of its pages: the uppermost, and the chosen branch."""
    counts = _counts(channel, now)
    opened = {pk for spec in structure.categories.values() if spec.code == chosen for pk in spec.ancestry}
    return [
        Node(spec.code, spec.label(locale), counts[spec.code], len(spec.ancestry) - 2)
        for spec in structure.categories.values()
        if counts.get(spec.code) and (len(spec.ancestry) == 2 or spec.ancestry[-2] in opened)
    ]


@lru_cache(maxsize=64)
def _counts(channel: int, _state: State) -> Mapping[str, int]:
    """Pages by category, counted once for each state of the portal."""
    rows = PortalPlace.objects.filter(channel_id=channel).order_by().values_list("category")
    return dict(rows.annotate(n=Count("pk")))


def state(channel: int) -> State:
    """Changes whenever a page comes, changes or goes: revisions only rise, and times alone may pass each other."""
    told = PortalPage.objects.filter(channel_id=channel).aggregate(
        last=Max("changed_at"), newest=Max("pk"), sum=Sum("revision"), n=Count("pk")
    )
    return tuple(told.values())
