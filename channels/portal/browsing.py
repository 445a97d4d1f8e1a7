"""What a portal's lists show: found by words and category, a page of them at a time, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page as ListPage
from django.core.paginator import Paginator
from django.db.models import Count, Max, QuerySet

from catalog.search.folding import folded
from catalog.structure.snapshot import Structure
from channels.models import PortalPage, PortalPlace, PortalText
from channels.portal import sheets

PER_PAGE = 24
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    title: str
    lead: str
    prices: Sequence[str]
    picture: sheets.Picture | None
    variants: int


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
    return Paginator(rows.select_related("page"), PER_PAGE).get_page(number)


def entries(page: ListPage) -> list[Entry]:
    return [
        Entry(
            row.page.key, row.title, sheets.plain(sheets.first(row.page.sheet, sheets.LEAD, row.locale)),
            _from(row.page.sheet, row.locale), next(iter(sheets.pictures(row.page.sheet, row.locale)), None),
            len(row.page.sheet.get("variants") or ()),
        )
        for row in page
    ]  # fmt: skip


def tree(channel: int, locale: str, structure: Structure, chosen: str = "") -> list[Node]:
    """The categories in which there is something, each with the number of its pages: the uppermost, and the chosen branch."""
    counts: Mapping[str, int] = dict(
        PortalPlace.objects.filter(channel_id=channel)
        .order_by()
        .values_list("category")
        .annotate(n=Count("pk"))
    )
    opened = {pk for spec in structure.categories.values() if spec.code == chosen for pk in spec.ancestry}
    return [
        Node(spec.code, spec.label(locale), counts[spec.code], len(spec.ancestry) - 2)
        for spec in structure.categories.values()
        if counts.get(spec.code) and (len(spec.ancestry) == 2 or spec.ancestry[-2] in opened)
    ]


def state(channel: int) -> tuple[Any, int]:
    """Changes whenever a page comes, changes or goes."""
    told = PortalPage.objects.filter(channel_id=channel).aggregate(last=Max("changed_at"), n=Count("pk"))
    return told["last"], told["n"]


def _from(sheet: sheets.Sheet, locale: str) -> list[str]:
    own = sheets.first(sheet, sheets.PRICE, locale)
    if own is None:
        own = next(
            (
                price
                for variant in sheet.get("variants") or ()
                if (price := sheets.first(variant, sheets.PRICE, locale))
            ),
            None,
        )
    return sheets.prices(own)
