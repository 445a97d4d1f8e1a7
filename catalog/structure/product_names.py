"""What products are called, for the types whose values point at products by their ids.

A value keeps the id, so that a new SKU changes nothing in it; people and files speak of SKUs. Names are not part of the
structure: each look at a batch of products brings the names it needs anew, in one query, and they hold for this thread
until the next.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Q
from django.db.models.functions import Upper


class ProductName(NamedTuple):
    id: int
    sku: str
    label: str
    image: str
    is_trashed: bool


class _Brought(threading.local):
    def __init__(self) -> None:
        self.by_id: dict[int, ProductName | None] = {}
        self.by_sku: dict[str, ProductName | None] = {}


class ProductNames:
    """One for all; what it knows is its thread's."""

    def __init__(self) -> None:
        self._brought = _Brought()

    def bring(self, *, ids: Iterable[int] = (), skus: Iterable[str] = (), anew: bool = True) -> None:
        """Looks these products up in one query; with `anew` what was known before is forgotten."""
        known = self._brought
        if anew:
            known.by_id, known.by_sku = {}, {}
        wanted_ids = {pk for pk in ids if pk not in known.by_id}
        wanted_skus = {sku.strip().upper() for sku in skus} - known.by_sku.keys() - {""}
        if not wanted_ids and not wanted_skus:
            return
        known.by_id |= dict.fromkeys(wanted_ids)
        known.by_sku |= dict.fromkeys(wanted_skus)
        for pk, sku, name in _read(wanted_ids, wanted_skus):
            known.by_id[pk] = known.by_sku[sku.upper()] = name

    def by_id(self, pk: int) -> ProductName | None:
        if pk not in self._brought.by_id:
            self.bring(ids=[pk], anew=False)
        return self._brought.by_id.get(pk)

    def by_sku(self, sku: str) -> ProductName | None:
        written = sku.strip().upper()
        if written not in self._brought.by_sku:
            self.bring(skus=[written], anew=False)
        return self._brought.by_sku.get(written)


NAMES = ProductNames()


def _read(ids: Iterable[int], skus: Iterable[str]) -> list[tuple[int, str, ProductName]]:
    """(id, SKU, name) of each."""
    from catalog.models.product import Product
    from catalog.values.products import capitals  # values read the structure

    spellings = {spelling for sku in skus for spelling in capitals(sku)}
    rows = Product.objects.alias(folded_sku=Upper("sku")).filter(
        Q(pk__in=list(ids)) | Q(folded_sku__in=spellings)
    )
    rows = rows.select_related("merged__into").only(
        "sku", "label", "image", "trashed_at", *(f"merged__into__{name}" for name in ("sku", "label", "image", "trashed_at"))
    )  # fmt: skip
    found = []
    for row in rows.order_by("pk"):
        # One that was merged into another is called by the other's name.
        named = row.merged.into if hasattr(row, "merged") else row
        name = ProductName(
            named.pk, named.sku, named.label or named.sku, named.image, named.trashed_at is not None
        )
        found.append((row.pk, row.sku, name))
    return found
