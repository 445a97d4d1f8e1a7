"""What products are called, for the types whose values point at products by their ids.

A value keeps the id, so that a new SKU changes nothing in it; people and files speak of SKUs. Names are not part of the
structure: each look at a batch of products brings the names it needs anew, in one query, and they hold for this thread
until the next.

A file may name products that it creates itself: while it is planned they are known by the SKU they will have, and stand
in values by a negative number (`with_arriving`) until they have an id.

A role may end at categories, and a product one may see may point at one that one may not: a request and a job say who
reads (`read_by`), and to them such a product has no name. What is checked, stored and sent does not depend on it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

LARGEST_ID = 2**63 - 1  # a database takes no larger one
# How a file names a product that its reader may not see, or that is gone: by its id.
_BY_ID = re.compile(r"\[(\d{1,18})\]")


_SEPARATORS = frozenset(",;|")  # what may separate the SKUs of a cell


class ProductName(NamedTuple):
    """`is_hidden`: whoever reads may not see this product."""

    id: int
    sku: str
    label: str
    image: str
    is_trashed: bool
    is_hidden: bool = False


class Arriving(Protocol):
    """Products that are not there yet, each with a number from 1."""

    def number_of(self, sku: str) -> int | None:
        """`sku`: in capitals."""

    def sku_of(self, number: int) -> str | None: ...


class _Brought(threading.local):
    def __init__(self) -> None:
        self.by_id: dict[int, ProductName | None] = {}
        self.by_sku: dict[str, ProductName | None] = {}
        self.reader: Any = None  # None: a process that may see all
        self.in_sheets = False
        self.arriving: Arriving | None = None


@lru_cache(maxsize=8)
def _item(separator: str) -> re.Pattern[str]:
    return re.compile(
        rf'\s*(?:"((?:[^"]|"")+)"\s*(:[^"{separator}]*)?(?=[{separator}]|$)|([^{separator}]*))(?:[{separator}]|$)'
    )


def split_skus(text: str, separator: str = ",") -> list[str]:
    """The SKUs of a cell. One in which a separator stands is quoted as in CSV: `"A,1",B`, or `"A,1":2` where a quantity
    follows; other quotation marks are taken as they stand."""
    if '"' in text:
        items = (
            (quoted.replace('""', '"') + after if quoted else plain).strip()
            for quoted, after, plain in _item(separator).findall(text)
        )
        return [sku for sku in items if sku]
    return [sku for part in text.split(separator) if (sku := part.strip())]


def quoted_sku(sku: str) -> str:
    """As a list of SKUs has it, whatever separates them, so that `split_skus` finds it again."""
    if '"' in sku or not _SEPARATORS.isdisjoint(sku):
        return '"' + sku.replace('"', '""') + '"'
    return sku


class ProductNames:
    """One for all; what it knows is its thread's."""

    def __init__(self) -> None:
        self._brought = _Brought()

    @contextmanager
    def read_by(self, user: Any) -> Iterator[None]:
        """Within it this thread shows names to this person; None: to nobody in particular, all of them."""
        known = self._brought
        before = known.reader
        known.reader, known.by_id, known.by_sku = user, {}, {}
        try:
            yield
        finally:
            known.reader, known.by_id, known.by_sku = before, {}, {}

    @contextmanager
    def read_in_sheets(self) -> Iterator[None]:
        """Within it sheets are made for that person to look at. Else they are for channels, which get every name."""
        self._brought.in_sheets = True
        try:
            yield
        finally:
            self._brought.in_sheets = False

    @contextmanager
    def with_arriving(self, arriving: Arriving | None) -> Iterator[None]:
        """Within it a product that is not there is looked for among those to come, where any are; its id is its number,
        negated."""
        self._brought.arriving = arriving
        try:
            yield
        finally:
            self._brought.arriving = None

    @property
    def in_sheets(self) -> bool:
        return self._brought.in_sheets

    @property
    def hides_any(self) -> bool:
        """Whether one of the names brought is not for who reads."""
        return any(name is not None and name.is_hidden for name in self._brought.by_id.values())

    def hides(self, pk: int) -> bool:
        """Whether this product is not for who reads."""
        name = self.by_id(pk)
        return name is not None and name.is_hidden

    @property
    def sees_all(self) -> bool:
        """Whether who reads may see every product: what was written down long ago may name others than are brought now."""
        from catalog.access import rights_of

        reader = self._brought.reader
        return reader is None or rights_of(reader).category_paths() is None

    def bring(self, *, ids: Iterable[int] = (), skus: Iterable[str] = (), anew: bool = True) -> None:
        """Looks these products up in one query; with `anew` what was known before is forgotten."""
        known = self._brought
        if anew:
            known.by_id, known.by_sku = {}, {}
        skus = list(skus)
        by_id = {int(found[1]) for sku in skus if (found := _BY_ID.fullmatch(sku.strip()))}
        wanted_ids = {pk for pk in (*ids, *by_id) if pk > 0} - known.by_id.keys()
        wanted_skus = {sku.strip().upper() for sku in skus} - known.by_sku.keys() - {""}
        if not wanted_ids and not wanted_skus:
            return
        known.by_id |= dict.fromkeys(wanted_ids)
        known.by_sku |= dict.fromkeys(wanted_skus)
        possible = [pk for pk in wanted_ids if pk <= LARGEST_ID]
        for pk, sku, name in _read(possible, wanted_skus, known.reader):
            known.by_id[pk] = known.by_sku[sku.upper()] = name

    def by_id(self, pk: int) -> ProductName | None:
        if pk < 0:
            arriving = self._brought.arriving
            sku = arriving.sku_of(-pk) if arriving is not None else None
            return _arriving(-pk, sku) if sku is not None else None
        if pk not in self._brought.by_id:
            self.bring(ids=[pk], anew=False)
        return self._brought.by_id.get(pk)

    def by_sku(self, sku: str) -> ProductName | None:
        written = sku.strip().upper()
        if written not in self._brought.by_sku:
            self.bring(skus=[written], anew=False)
        found = self._brought.by_sku.get(written)
        if found is None and (by_id := _BY_ID.fullmatch(written)):
            named = self.by_id(int(by_id[1]))
            if named and named.is_hidden:
                return named
        if found is None and (arriving := self._brought.arriving) is not None:
            number = arriving.number_of(written)
            return _arriving(number, written) if number is not None else None
        return found

    def shown(self, pk: int) -> str:
        """The SKU as whoever reads may know it; "[17]" for a product that was deleted for good."""
        name = self.by_id(pk)
        if name is None:
            return f"[{pk}]"
        return hidden_text() if name.is_hidden else name.sku


NAMES = ProductNames()


def _arriving(number: int, sku: str) -> ProductName:
    return ProductName(-number, sku, sku, "", is_trashed=False)


def hidden_text() -> str:
    return _("a product you may not see")


def _read(ids: Iterable[int], skus: Iterable[str], reader: Any) -> list[tuple[int, str, ProductName]]:
    """(id, SKU, name) of each. One query, and a few more where one of them is in the trash: it may have been merged."""
    from catalog.models.merged import MergedProduct
    from catalog.models.product import Product
    from catalog.values.products import capitals  # values read the structure

    spellings = {spelling for sku in skus for spelling in capitals(sku)}
    rows = Product.objects.alias(folded_sku=Upper("sku")).filter(
        Q(pk__in=list(ids)) | Q(folded_sku__in=spellings)
    )
    columns = ("sku", "label", "image", "trashed_at")
    listed = list(rows.only(*columns).order_by("pk"))
    # One that was merged into another is called by the other's name.
    trashed = [row.pk for row in listed if row.trashed_at is not None]
    ends = MergedProduct.objects.ends(trashed) if trashed else {}
    others = Product.objects.only(*columns).in_bulk(set(ends.values())) if ends else {}
    named = [(row.pk, row.sku, others.get(ends.get(row.pk, 0), row)) for row in listed]
    hidden = _hidden({to.pk for _pk, _sku, to in named}, reader)
    return [
        (
            pk,
            sku,
            ProductName(
                to.pk, to.sku, to.label or to.sku, to.image, to.trashed_at is not None, to.pk in hidden
            ),
        )
        for pk, sku, to in named
    ]


def _hidden(ids: set[int], reader: Any) -> set[int]:
    """Those of the products that this person may not see: one query for who is limited to categories, else none."""
    from catalog.access import rights_of, visible  # rights read the structure
    from catalog.models.product import Product

    if reader is None or not ids or rights_of(reader).category_paths() is None:
        return set()
    return ids - set(visible(reader, Product.objects.filter(pk__in=ids)).values_list("pk", flat=True))
