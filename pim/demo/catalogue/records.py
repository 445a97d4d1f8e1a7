"""What the demo's generators hand over: products, and what to draw for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Readiness(StrEnum):
    """How far a model and its variants have come; the planted gaps hang on it (see `gaps`)."""

    READY = "ready"  # complete in every language, approved
    WAITING = "waiting"  # complete, somebody has to approve it
    UNTRANSLATED = "untranslated"  # German or French texts are missing
    NO_PICTURE = "no_picture"
    UNFINISHED = "unfinished"  # weight, care or the price list still missing
    FAULTY = "faulty"  # approved, but a channel or a check will refuse it


@dataclass(frozen=True, slots=True)
class ImageSpec:
    """What `pim.demo.pictures.picture` draws. `shape` picks the drawing within the family."""

    family: str
    shape: int
    color: str
    variation: int = 0
    detail: bool = False


@dataclass(frozen=True, slots=True)
class ProductData:
    """One row of the product tree.

    kind: simple | model | submodel | variant. level: 0 at the top of the tree, then the level of the family variant.
    values: stored values by key ("name|de_DE", "price||professional"). images: by attribute, to be drawn and stored.
    """

    sku: str
    kind: str
    family: str
    family_variant: str | None
    parent: str | None
    level: int
    categories: tuple[str, ...]
    status: str
    readiness: Readiness
    values: Mapping[str, Any]
    images: Mapping[str, ImageSpec] = field(default_factory=dict)

    @property
    def sellable(self) -> bool:
        return self.kind in ("simple", "variant")
