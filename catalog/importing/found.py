"""What the catalogue has of the products that a file's rows name, and the rows that are kept to be planned together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

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
    """Rows of one level as they were read, their SKUs as cleaned, and `found` by SKU in capitals."""

    rows: Sequence[MarkedRow]
    skus: Sequence[str]
    found: Mapping[str, Found]


@dataclass(slots=True)
class Kept:
    """Rows that have to be looked at, of as many batches of a file as make one. Where nine rows of ten are known by their
    mark, each statement serves ten times as many.

    `most`: rows, as many as the door takes at once. `earlier`: SKU in capitals → its first row, of those that have one before.
    """

    most: int = 500
    rows: list[MarkedRow] = field(default_factory=list)
    found: dict[str, Found] = field(default_factory=dict)
    earlier: dict[str, int] = field(default_factory=dict)
    chars: int = 0

    def has_room(self, rows: Iterable[MarkedRow]) -> bool:
        sizes = [len(row.packed) for row in rows]
        return not self.rows or (
            len(self.rows) + len(sizes) <= self.most and self.chars + sum(sizes) <= _MOST_CHARS
        )

    def add(
        self,
        rows: Sequence[tuple[MarkedRow, str]],
        found: Mapping[str, Found],
        earlier: Mapping[str, int],
    ) -> None:
        """`rows` with their SKUs in capitals."""
        self.rows += [row for row, _sku in rows]
        self.chars += sum(len(row.packed) for row, _sku in rows)
        self.found.update((sku, found[sku]) for _row, sku in rows if sku in found)
        self.earlier.update(earlier)

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= self.most or self.chars >= _MOST_CHARS


_MOST_CHARS = 1_000_000
