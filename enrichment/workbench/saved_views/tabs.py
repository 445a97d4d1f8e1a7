"""The saved views as tabs over the grid: whose they are, which one is shown, and whether it was changed since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from catalog.access import Rights, rights_of, visible
from catalog.structure.snapshot import Structure
from enrichment.models import SavedView
from enrichment.workbench.saved_views import address

SHOWN = 5  # beside the chosen one; the others are in the menu


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    href: str
    is_current: bool = False
    is_shared: bool = False
    is_default: bool = False
    in_bar: bool = True  # on wide screens; the menu has all of them for narrow ones


@dataclass(slots=True)
class Tabs:
    """`view`: the chosen one. `query`: what of the address would be saved; `may_save`: whether it would be into that view."""

    listed: list[Tab]
    view: SavedView | None = None
    is_changed: bool = False
    may_save: bool = False
    query: str = ""
    is_too_long: bool = False
    all_href: str = f"view={address.ALL}"
    reset: str = ""
    is_gone: bool = False  # the address names a view that this person has not
    hides: bool = False  # the chosen view asks for something that this person may not see

    @property
    def has_more(self) -> bool:
        return any(not tab.in_bar for tab in self.listed)

    @property
    def may_save_as(self) -> bool:
        return bool(self.query) and not self.is_too_long and (self.view is None or self.is_changed)


def may_change(view: SavedView, user: Any, rights: Rights) -> bool:
    """Whose it is; a shared one also who may share views. `view` as with_marks() gives it."""
    return view.owner_id == user.pk or (view.is_shared and rights.may("view.share"))


def may_keep(view: SavedView, user: Any, rights: Rights, structure: Structure) -> bool:
    """Whether they may save the grid into it. Not who sees only a part of what it asks for: the rest would be lost."""
    whole = address.shown_to(view.query, structure, rights) == view.query
    return whole and may_change(view, user, rights)


def views_of(user: Any) -> list[SavedView]:
    """All that this person may open, with their marks. One query."""
    rights = rights_of(user)
    rows = visible(user, SavedView).open_to(user, everything=rights.everything)
    return list(rows.with_marks(user))


def tabs(params: QueryDict, user: Any, structure: Structure) -> Tabs:
    """One query."""
    listed, rights = views_of(user), rights_of(user)
    number = address.number_of(params)
    view = next((each for each in listed if each.pk == number), None)
    made = Tabs([], view, is_gone=bool(number) and view is None)
    try:
        made.query = address.kept(params)
    except address.TooLong:
        made.is_too_long = True
    shown = 0
    for each in listed:
        query = address.shown_to(each.query, structure, rights)
        if each is view:
            made.hides = query != view.query
            made.is_changed = made.is_too_long or made.query != query
            made.may_save = (
                made.is_changed and not made.is_too_long and may_keep(view, user, rights, structure)
            )
            made.reset = address.query_of(view, query)
        in_bar = shown < SHOWN or each is view
        shown += in_bar
        href = address.query_of(each, query)
        made.listed.append(Tab(each.name, href, each is view, each.is_shared, each.is_default, in_bar))
    return made
