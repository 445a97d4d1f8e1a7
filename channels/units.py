"""What one sheet is of: a sellable product, or a whole model with its variants, as the channel's connector says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from catalog.models.product import Product

Unit = Literal["product", "model"]


def unit_of(unit: str, *, product: int, kind: str, root: int | None) -> int | None:
    """The product id under which this product's listing stands; None for what has no sheet of its own."""
    if unit == "model":
        return root or product
    return product if kind in (Product.Kind.SIMPLE, Product.Kind.VARIANT) else None


def units_of(unit: str, products: Iterable[Product]) -> list[int]:
    """Sorted and unique, so that rows are always locked in one order."""
    found = (unit_of(unit, product=row.pk, kind=row.kind, root=row.root_id) for row in products)
    return sorted({pk for pk in found if pk is not None})
