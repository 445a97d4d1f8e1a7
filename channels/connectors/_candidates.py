"""What stands on a channel before the first sync, and may be a product of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NEW = "new"  # Item.external_id: somebody said that none of what stands there is this product


@dataclass(frozen=True, slots=True)
class Wanted:
    """A product before its first sync, as what stands there may be known by: our key, SKUs and GTINs of what is sold of it."""

    key: str
    skus: tuple[str, ...] = ()
    gtins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product that stands there and may be this one. `by`: our own key, a SKU, or a GTIN."""

    external_id: str
    title: str
    by: Literal["key", "sku", "gtin"]
    url: str = ""
