"""One product on its way through the door: what it was, what it will be, and what was said about it on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from catalog.access import Rights
from catalog.approval import Stated
from catalog.models.product import Product
from catalog.models.user import User
from catalog.structure.snapshot import FamilySpec, VariantSpec
from catalog.values.changes import ABSENT, FieldError, Outcome, ProductChange


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What one batch looked up at once: products by SKU in capitals, and ids."""

    by_sku: Mapping[str, Product]
    by_id: Mapping[int, Product]


@dataclass(slots=True)
class Draft:
    change: ProductChange
    outcome: Outcome
    row: Product
    is_new: bool
    values: dict[str, Any] = field(default_factory=dict)  # the own document, as it will be
    sources: dict[str, str] = field(default_factory=dict)
    stored: dict[str, Any] = field(default_factory=dict)  # the own document, as it is
    stored_sources: dict[str, str] = field(default_factory=dict)
    above: tuple[Product, ...] = ()  # parent, then root
    above_values: tuple[dict[str, Any], ...] = ()
    levels: Sequence[Stated] = ()  # its own, then those above: where locales are approved by themselves
    categories: list[int] = field(default_factory=list)
    stored_categories: list[int] = field(default_factory=list)
    family: FamilySpec | None = None
    variant: VariantSpec | None = None
    proposals: dict[str, Any] = field(default_factory=dict)  # key → stored form
    rights: Rights | None = None  # the writer's, for this product's categories; None: trusted
    writer: User | None = None  # of a draft with `rights` that moves
    # Of a draft that moves: what the batch loaded, product id → (values, sources); and those above it until now.
    documents: Mapping[int, tuple[dict[str, Any], dict[str, str]]] = field(default_factory=dict)
    stored_above: tuple[Product, ...] = ()
    unconverted: dict[str, Any] | None = (
        None  # the document in the database, where `stored` is read through a conversion
    )
    rewritten: frozenset[str] = frozenset()  # keys that the conversion alone changed

    @property
    def depth(self) -> int:
        return len(self.above)

    def refuse(self, key: str, code: str, message: str, value: Any = None) -> None:
        self.outcome.errors.append(FieldError(key, code, message, value))

    def set_value(self, key: str, after: Any, source: str) -> None:
        """Puts a stored value, or ABSENT, into the document and notes the change."""
        before = self.stored.get(key, ABSENT)
        if after is ABSENT:
            self.values.pop(key, None)
            self.sources.pop(key, None)
        else:
            self.values[key] = after
            self.sources[key] = source
        self.outcome.changed[key] = (before, after)

    def take_all(self, values: Mapping[str, Any], source: str) -> None:
        """set_value for each of a new product's values, at once."""
        self.values.update(values)
        self.sources.update(dict.fromkeys(values, source))
        self.outcome.changed.update(zip(values, zip(repeat(ABSENT), values.values()), strict=False))

    def set_field(self, key: str, before: Any, after: Any) -> None:
        self.outcome.changed[key] = (before, after)
