"""The library as a list: what is asked of it, page by page by key, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.access import visible
from catalog.assets import quality, usage
from catalog.models.asset import Asset
from catalog.search.folding import folded

PAGE_SIZE = 60
COUNT_LIMIT = 10_000
SOON = timedelta(days=30)
KEPT = ("q", "kind", "tag", "state", "by", "sort")
STATES: dict[str, Any] = {
    "ending": _("Rights end within 30 days"),
    "ended": _("Rights have ended"),
    "coming": _("Rights begin later"),
    "unused": _("Not used"),
    "undescribed": _("Without alternative text"),
}
# "small:google": too small for this channel; "ground:google": not on white, as it asks.
SMALL, GROUND = "small", "ground"
SORTS: Mapping[str, Any] = {"newest": _("Newest first"), "name": _("Name, A to Z")}


@dataclass(frozen=True, slots=True)
class LibraryQuery:
    """What an address of the library asks for. Unknown words ask for nothing."""

    words: str = ""
    kind: str = ""
    tag: str = ""
    state: str = ""
    by: int = 0
    sort: str = "newest"
    after: str = ""
    before: str = ""

    @classmethod
    def of(cls, params: QueryDict) -> LibraryQuery:
        def text(name: str) -> str:
            return params.get(name, "").replace("\x00", " ")  # which PostgreSQL takes in no text

        by, state = params.get("by", ""), text("state")[:120]
        return cls(
            words=text("q").strip()[:200],
            kind=params.get("kind", "") if params.get("kind") in Asset.Kind.values else "",
            tag=text("tag")[:60],
            state=state if state in STATES or state.startswith((f"{SMALL}:", f"{GROUND}:")) else "",
            by=int(by) if by.isdecimal() and len(by) < 10 else 0,
            sort=params.get("sort", "") if params.get("sort") in SORTS else "newest",
            after=text("after"),
            before=text("before"),
        )

    @property
    def is_filtered(self) -> bool:
        return bool(self.words or self.kind or self.tag or self.state or self.by)

    def address(self, **changed: str) -> str:
        """A query string of the same question with parts changed; a turn of the page is left out unless it is given."""
        parts = QueryDict(mutable=True)
        own = {
            "q": self.words,
            "kind": self.kind,
            "tag": self.tag,
            "state": self.state,
            "by": str(self.by or ""),
            "sort": self.sort,
        }
        for name, value in {**own, **changed}.items():
            if value and not (name == "sort" and value == "newest"):
                parts[name] = value
        return parts.urlencode()

    def assets(self, user: Any, *, now: datetime | None = None) -> QuerySet[Asset]:
        """The assets asked for that this person may see, without order."""
        rows = visible(user, Asset.objects.in_library()).order_by()
        for word in folded(self.words).split()[:8]:
            rows = rows.filter(search__contains=word)
        if self.kind:
            rows = rows.filter(kind=self.kind)
        if self.tag:
            rows = rows.filter(tags__name=self.tag)
        if self.by:
            rows = rows.filter(created_by=self.by)
        return _in_state(rows, self.state, now or timezone.now())


def _in_state(rows: QuerySet[Asset], state: str, now: datetime) -> QuerySet[Asset]:
    if state == "ended":
        return rows.filter(valid_until__lte=now)
    if state == "ending":
        return rows.filter(valid_until__gt=now, valid_until__lte=now + SOON)
    if state == "coming":
        return rows.filter(valid_from__gt=now)
    if state == "unused":
        return usage.unused(rows)
    if state == "undescribed":
        return rows.filter(kind=Asset.Kind.IMAGE, alts={})
    kind, _colon, code = state.partition(":")
    for each in quality.asking() if code else ():
        if each.code == code:
            return rows.filter(each.needs.too_small() if kind == SMALL else each.needs.not_white())
    return rows


def faults(asked: Sequence[quality.Asking]) -> dict[str, str]:
    """The states that these channels' needs make."""
    found = {}
    for each in asked:
        if each.needs.shortest or each.needs.longest:
            found[f"{SMALL}:{each.code}"] = _("Too small for %s") % each.label
    for each in asked:
        if each.needs.white:
            found[f"{GROUND}:{each.code}"] = _("Not on white, for %s") % each.label
    return found


@dataclass(frozen=True, slots=True)
class Card:
    """An asset as the library shows it: with how many products show it, the state of its rights, and for which channels it is
    too small."""

    asset: Asset
    used: int
    rights: str
    small_for: Sequence[quality.Asking] = ()

    @property
    def warnings(self) -> list[str]:
        return [each.says_too_small(self.asset) for each in self.small_for]


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """`after` and `before`: keys of the pages around this one, "" where there is none."""

    cards: list[Card]
    after: str = ""
    before: str = ""


def page(query: LibraryQuery, user: Any, *, size: int = PAGE_SIZE) -> LibraryPage:
    """Two queries, and what it takes to know the channels. A key that cannot be read shows the first page."""
    key = _read(query.before or query.after, query.sort)
    backwards = bool(query.before) and key is not None
    rows = query.assets(user)
    if key is not None:
        rows = rows.filter(_beyond(key, query.sort, backwards))
    order = ("-id",) if query.sort == "newest" else ("name", "id")
    if backwards:
        order = tuple(name[1:] if name.startswith("-") else f"-{name}" for name in order)
    found = list(rows.order_by(*order)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    if not found:
        return LibraryPage([])
    return LibraryPage(
        cards_of(found),
        after=_key(found[-1], query.sort) if backwards or more else "",
        before=_key(found[0], query.sort) if (more if backwards else key is not None) else "",
    )


def cards_of(assets: list[Asset]) -> list[Card]:
    """One query for all, and what it takes to know the channels."""
    now, used, asked = timezone.now(), usage.counts([asset.sha256 for asset in assets]), quality.asking()
    return [
        Card(
            asset,
            used.get(asset.sha256, 0),
            asset.rights(now),
            [each for each in asked if each.needs.lacks_size(asset)],
        )
        for asset in assets
    ]


def count(query: LibraryQuery, user: Any) -> tuple[int, bool]:
    """(number, whether there are more): counting stops at COUNT_LIMIT."""
    number = query.assets(user).values("pk")[: COUNT_LIMIT + 1].count()
    return min(number, COUNT_LIMIT), number > COUNT_LIMIT


def _key(asset: Asset, sort: str) -> str:
    return str(asset.pk) if sort == "newest" else f"{asset.pk}.{asset.name}"


def _read(text: str, sort: str) -> tuple[int, str] | None:
    number, _dot, name = text.partition(".")
    return (int(number), name) if number.isdecimal() and len(number) < 19 else None


def _beyond(key: tuple[int, str], sort: str, backwards: bool) -> Q:
    pk, name = key
    if sort == "newest":
        return Q(pk__gt=pk) if backwards else Q(pk__lt=pk)
    if backwards:
        return Q(name__lt=name) | Q(name=name, pk__lt=pk)
    return Q(name__gt=name) | Q(name=name, pk__gt=pk)
