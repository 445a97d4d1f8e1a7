"""What the rest of the house knows of an attribute and its options: plain data, built once per structure version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from catalog.codes import label_of
from catalog.measures import MeasurementSpec

if TYPE_CHECKING:
    from catalog.structure.product_names import ProductNames
    from catalog.structure.records import Records


# Compared by identity (eq=False): two snapshots are two structures, and what a type works out for a spec is kept
# for as long as the spec lives (weakref_slot).
@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class OptionSpec:
    code: str
    labels: Mapping[str, str] = field(default_factory=dict)
    position: int = 0

    def label(self, locale: str | None = None) -> str:
        return label_of(self.labels, self.code, locale)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class AttributeSpec:
    """One attribute. `params` belongs to its type (clean_params); `options` by code, in order, {} unless it has any;
    `measure` and `records`: the family of units, the entity's records that `params` names; `products`: the names of
    products, for types that point at them. `default`: as a spreadsheet's cell, for new products. `locales`: the only ones in
    which it exists, () for all. `depends_on` has one of `depends_values`, or this attribute is not asked for."""

    id: int
    code: str
    type: str
    group: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    localizable: bool = False
    scopable: bool = False
    unique: bool = False
    filterable: bool = True
    searchable: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, OptionSpec] = field(default_factory=dict)
    measure: MeasurementSpec | None = None
    records: Records | None = None
    products: ProductNames | None = None
    read_only: bool = False
    default: str = ""
    locales: tuple[str, ...] = ()
    help: Mapping[str, str] = field(default_factory=dict)
    depends_on: str = ""
    depends_values: tuple[str, ...] = ()

    def exists_in(self, locale: str) -> bool:
        return not self.locales or locale in self.locales

    def help_text(self, locale: str | None = None) -> str:
        return label_of(self.help, "", locale) if self.help else ""

    def label(self, locale: str | None = None) -> str:
        return label_of(self.labels, self.code, locale)
