"""What the catalogue has of the products that a file's rows name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F

from catalog.importing import marks
from catalog.importing.readers.child import MarkedRow
from catalog.models.revision import Revision


@dataclass(slots=True)
class Found:
    """The stored product a row is about."""

    id: int
    rev: int
    trashed: bool
    parent: str  # SKU in capitals
    mark: int | None = None  # of the row that said the same as the product, if that is still so
    undone: bool = False  # the undo of an import put it into the trash: the same file brings it back


def find(skus: Sequence[str], profile: int) -> dict[str, Found]:
    """{SKU in capitals: product} of those that exist, in two queries."""
    if not skus:
        return {}
    found = {
        sku.upper(): Found(
            pk, rev, bool(is_trashed), (parent or "").upper(), mark if marked_rev == rev else None
        )
        for sku, pk, rev, is_trashed, parent, marked_rev, mark in marks.with_marks(skus, profile)
    }
    trashed = {product.id: product for product in found.values() if product.trashed}
    if trashed:
        undone = Revision.objects.filter(product_id__in=trashed, rev=F("product__rev"), origin="undo")
        for product_id in undone.values_list("product_id", flat=True):
            trashed[product_id].undone = True
    return found


@dataclass(frozen=True, slots=True)
class Looked:
    """Rows of one level as they were read, their SKUs as cleaned and in capitals, and `found` by these."""

    rows: Sequence[MarkedRow]
    skus: Sequence[str]
    found: Mapping[str, Found]
