"""The grid's address: filters, search, sort and level, and the products they mean."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from catalog import search
from catalog.access import rights_of, visible
from catalog.models import Product
from catalog.models.user import User
from catalog.structure.snapshot import Structure
from channels.profile import Profiles
from enrichment.workbench.filtering.combined import Combined, Subjects
from enrichment.workbench.grid import paging
from enrichment.workbench.grid.filters import ProductFilters
from enrichment.workbench.grid.paging import SORTS, Listed, Sort
from enrichment.workbench.grid.rows import COLUMNS

COUNT_LIMIT = 10_000
# Parameters that place a page or dress it, and say nothing about which products are meant.
VIEW_PARAMETERS = frozenset({"sort", "after", "before", "level", "cols", "view"})
LEVELS = {
    "top": _("Models and products"),
    "sellable": _("What is sold"),
    "all": _("All"),
}
# Where a level does not show every product: the kinds that it shows.
LEVEL_KINDS: dict[str, tuple[str, ...]] = {
    "top": (Product.Kind.SIMPLE, Product.Kind.MODEL),
    "sellable": (Product.Kind.SIMPLE, Product.Kind.VARIANT),
}


@dataclass
class GridQuery:
    """A parsed address, and whose it is."""

    user: User
    params: QueryDict
    filters: ProductFilters
    words: str
    sort: Sort
    level: str
    combined: Combined

    @property
    def is_filtered(self) -> bool:
        return bool(self.words or self.active or self.combined.is_active)

    @cached_property
    def active(self) -> dict[str, str]:
        """Filter name → what is chosen, in words."""
        return self.filters.chosen()

    @property
    def left_out(self) -> int:
        """Filters and conditions of the address that do not filter."""
        return self.filters.left_out(self.active) + self.combined.left_out

    @cached_property
    def _matching(self) -> QuerySet[Product]:
        """What the filters let through, whoever asks: it leaves this class through visible() only."""
        assert self.filters.form.errors is not None  # noqa: S101 - asking checks the form
        queryset = self.filters.filter_queryset(Product.objects.all())
        if "trash" not in self.active:
            queryset = queryset.filter(trashed_at=None)
        if self.level in LEVEL_KINDS:
            queryset = queryset.filter(kind__in=LEVEL_KINDS[self.level])
        if self.words:
            queryset = search.search_text(queryset, self.words)
        if self.combined.is_active:
            queryset = queryset.filter(self.combined.q())
        return queryset

    @property
    def _is_limited(self) -> bool:
        """Whether the person sees a part of the catalogue only: that is a filter like others, and found in the same way."""
        return rights_of(self.user).category_paths() is not None

    def products(self) -> QuerySet[Product]:
        """Everything the person may see that the filters let through."""
        return visible(self.user, self._matching.all())

    def among(self, ids: Collection[int]) -> QuerySet[Product]:
        """Those of a few products that are in it."""
        found = self._matching.filter(search.among(ids))
        if self._is_limited:
            # Apart, or PostgreSQL reads the filters' tokens of all products to ask fewer for their places.
            found = Product.objects.filter(pk__in=found.values("pk"))
        return visible(self.user, found, few=True)

    def _rows(self) -> QuerySet[Product]:
        return self.products().only(*COLUMNS)

    def _roughly(self) -> QuerySet[Product]:
        return visible(self.user, self._matching, roughly=True)

    def page(self, *, after: str, before: str) -> paging.Page[Product]:
        """The page alone, for rows that are added to those that stand there."""
        if self._is_limited and not self.is_filtered and not search.follows_order():
            near = visible(self.user, self._matching.only(*COLUMNS), few=True)
            return paging.near_page(self._rows, self.sort, near=near, after=after, before=before)
        return paging.page(self._rows(), self.sort, after=after, before=before)

    def counted_page(self, *, after: str, before: str) -> tuple[paging.Page[Product], int, bool]:
        """(page, number of products, whether there are more than that): never counts further than COUNT_LIMIT.

        Behind a row that was the last when the address was made there may be nothing any more: then it is the first page.
        """
        if self._is_limited and not self.is_filtered and search.follows_order():
            page = paging.looked_through(
                self._rows,
                self.sort,
                nearly=self._roughly(),
                shown=visible(self.user, Product.objects.only(*COLUMNS), few=True),
                after=after,
                before=before,
            )
            count, more = capped_count(self._roughly())
        elif self.is_filtered or self._is_limited:
            page, count = paging.counted_page(
                self._rows,
                self.sort,
                nearly=self._roughly(),
                shown=visible(self.user, Product.objects.only(*COLUMNS), few=True),
                most=COUNT_LIMIT + 1,
                after=after,
                before=before,
            )
            more = count > COUNT_LIMIT
        else:
            page = paging.page(self._rows(), self.sort, after=after, before=before)
            count, more = capped_count(self.products())
        if count and not page.rows and (after or before):
            page = paging.page(self._rows(), self.sort)
        return page, min(count, COUNT_LIMIT), more

    def _listed(self) -> QuerySet[Product, Listed]:
        return paging.listed(self.products(), self.sort)

    def _may_be_listed(self) -> QuerySet[Product, Listed]:
        return paging.listed(visible(self.user, Product.objects.all(), few=True), self.sort)

    def further(self, *, after: str, size: int) -> paging.Page[Listed]:
        """A page of a long list, of which the ids are asked alone."""
        if not self._is_limited:
            return paging.page(self._listed(), self.sort, after=after, size=size)
        return paging.looked_through(
            self._listed,
            self.sort,
            nearly=self._roughly(),
            shown=self._may_be_listed(),
            after=after,
            size=size,
            reach=max(paging.LEAST_REACH, 25 * size) if search.follows_order() else 0,  # who sees one in 25
        )

    def beginning(self, size: int) -> tuple[paging.Page[Listed], int, bool]:
        """Such a list's first page, with how many products there are in all, as counted_page has it."""
        if self.is_filtered:
            page, count = paging.counted_page(
                self._listed,
                self.sort,
                nearly=self._roughly(),
                shown=self._may_be_listed() if self._is_limited else None,
                most=COUNT_LIMIT + 1,
                size=size,
            )
            return page, min(count, COUNT_LIMIT), count > COUNT_LIMIT
        page = self.further(after="", size=size)
        return page, *(capped_count(self._roughly()) if page.next else (len(page.rows), False))

    @property
    def cleared(self) -> str:
        return cleared(self.params)

    def query(self, *, without: str = "", **changes: str) -> str:
        """The address's query string with parameters changed ("" removes one) and the page forgotten."""
        params = copy(self.params)  # a page asks for twenty: its own copy() goes through every value
        for name in list(params):
            if name in ("after", "before") or (
                without and (name == without or name.startswith(f"{without}_"))
            ):
                del params[name]
        for name, value in changes.items():
            if value:
                params[name] = value
            else:
                params.pop(name, None)
        return params.urlencode()


def parse_to_write(params: QueryDict, user: User, structure: Structure, profiles: Profiles) -> GridQuery:
    """As `parse`, by SKU or by label, never by when products were changed: saving must not move them."""
    query = parse(params, user, structure, profiles)
    if query.sort.column == "updated_at":
        query.sort = SORTS["sku"]
    return query


def parse(params: QueryDict, user: User, structure: Structure, profiles: Profiles) -> GridQuery:
    """Unknown parameters and values are ignored; links never fail because something was renamed since."""
    sort = SORTS.get(params.get("sort", ""), SORTS["-changed"])
    filters = ProductFilters(
        params,
        queryset=Product.objects.none(),
        structure=structure,
        profiles=profiles,
        rights=rights_of(user),
    )
    combined = Combined.of(
        params.get("where", ""), Subjects(structure, profiles, rights_of(user), user.pk or 0)
    )
    query = GridQuery(user, params, filters, " ".join(params.get("q", "").split())[:200], sort, "", combined)
    level = params.get("level", "")
    # Somebody who looks for something looks among variants too; somebody who just looks, among what stands on top.
    query.level = level if level in LEVELS else ("all" if query.is_filtered else "top")
    return query


def cleared(params: QueryDict) -> str:
    """The query string without what filters: the same view, order and columns."""
    kept = params.copy()
    for name in list(kept):
        if name not in VIEW_PARAMETERS or name in ("after", "before"):
            del kept[name]
    kept.setdefault("view", "all")
    return kept.urlencode()


def capped_count(queryset: QuerySet[Product]) -> tuple[int, bool]:
    """(count, whether there are more): never counts further than COUNT_LIMIT."""
    count = queryset.order_by().values("pk")[: COUNT_LIMIT + 1].count()
    return min(count, COUNT_LIMIT), count > COUNT_LIMIT
