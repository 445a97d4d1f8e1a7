"""What a queue's address says: the grid's own query, and for which channel, language and attributes it is worked at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from catalog.access import rights_of
from catalog.models import Product
from catalog.models.user import User
from catalog.structure.snapshot import Structure
from channels import profile as channel_profiles
from channels.profile import ChannelSpec, Profiles
from enrichment.workbench.grid import query as grid
from enrichment.workbench.grid.query import GridQuery

# What it adds to the grid's parameters.
OWN = ("channel", "locale", "beside", "context", "fields")
AHEAD = 50


def address(**params: str) -> str:
    """The queue of a filter: address(missing="shop|de_DE|description")."""
    return f"{reverse('admin:enrichment_queue')}?{urlencode(params)}"


@dataclass
class Queue:
    """A parsed address."""

    query: GridQuery
    structure: Structure
    profiles: Profiles
    params: QueryDict

    @classmethod
    def of(cls, params: QueryDict, user: User) -> Queue:
        structure = Structure.current()
        profiles = channel_profiles.current(structure)
        query = grid.parse_to_write(params, user, structure, profiles)
        return cls(query, structure, profiles, params)

    @property
    def user(self) -> User:
        return self.query.user

    @cached_property
    def chosen(self) -> dict[str, Any]:
        """Filter name → its values, of the filters that say what is to be done."""
        form = self.query.filters.form
        form.is_valid()
        return {name: form.cleaned_data.get(name) or () for name in _TELLING if name in form.fields}

    @cached_property
    def _place(self) -> tuple[str, str]:
        """(channel, locale) that the filters speak of, "" for none."""
        for name in ("missing", "incomplete", "listing"):
            value = self.chosen.get(name) or ""
            first = value if isinstance(value, str) else value[0]
            if first:
                channel, _bar, rest = first.partition("|")
                return channel, "" if name == "listing" else rest.partition("|")[0]
        return "", next(iter(self.chosen.get("outdated") or ()), "")

    @cached_property
    def channel(self) -> ChannelSpec | None:
        wanted = self.params.get("channel") or self._place[0]
        return next((each for each in self.profiles.active if each.code == wanted), None)

    @cached_property
    def locales(self) -> list[str]:
        return [code for code, spec in self.structure.locales.items() if spec.is_active]

    @cached_property
    def locale(self) -> str:
        """The language that is written: named, or the filter's, or the channel's first, or the person's own."""
        own = self.user.locale.code if self.user.locale_id and self.user.locale else ""
        of_channel = self.channel.locales[:1] if self.channel else ()
        for wanted in (self.params.get("locale", ""), self._place[1], *of_channel, own, *self.locales):
            if wanted in self.locales:
                return wanted
        return ""

    @cached_property
    def beside(self) -> str:
        """The language that is read: named, or the one this is translated from, or the first other one."""
        wanted = self.params.get("beside", "")
        if wanted == "-":
            return ""
        spec = self.structure.locales.get(self.locale)
        for code in (wanted, spec.source if spec else "", *self.locales):
            if code in self.locales and code != self.locale:
                return code
        return ""

    @cached_property
    def context(self) -> str:
        """Where values are written: master, unless it is named."""
        wanted = self.params.get("context", "")
        return wanted if wanted in self.structure.contexts else ""

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The attributes chosen for it; () where the filters say which, product by product."""
        rights = rights_of(self.user)
        known = (self.structure.attributes.get(code) for code in self.params.getlist("fields"))
        return tuple(spec.code for spec in known if spec and rights.may_view_key(spec, None, None))

    @property
    def title(self) -> str:
        parts = [f"“{self.query.words}”"] if self.query.words else []
        return " · ".join([*parts, *(str(text) for text in self.query.active.values())])

    @property
    def back(self) -> str:
        """The grid with the same products."""
        params = self.params.copy()
        for name in (*OWN, "after", "before"):
            params.pop(name, None)
        return f"{reverse('admin:catalog_product_changelist')}?{params.urlencode()}"

    def products(self) -> QuerySet[Product]:
        return self.query.products()

    def members(self, ids: list[int]) -> set[int]:
        """Those of them that belong to it now."""
        return set(self.query.among(ids).values_list("pk", flat=True))

    def start(self) -> tuple[list[int], str, int, bool]:
        """(the ids of the first products, the key of the page behind them, how many there are, whether there are more than that)."""
        page, count, more = self.query.beginning(AHEAD)
        return page.ids, page.next, count, more

    def further(self, after: str) -> tuple[list[int], str]:
        page = self.query.further(after=after, size=AHEAD)
        return page.ids, page.next

    def count(self) -> tuple[int, bool]:
        return grid.capped_count(self.products())


_TELLING = ("missing", "incomplete", "outdated", "empty", "listing", "picture")
