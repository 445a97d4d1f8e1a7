"""Models, sub-models and variants within one file: their order, which of them are only planned yet, what they hand down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.importing.readers.base import Row
from catalog.importing.rows import PlannedRow
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.values.changes import ProductChange
from catalog.values.fields import Coming
from catalog.values.products import with_skus

DEEPEST = 3  # one below what a family variant can have, so that the door refuses it by name


@dataclass
class Lineage:
    """SKUs are in capitals. `parents`: what the file's rows say; `coming`: models it will create; `planned`: values that
    models get in this file."""

    structure: Structure
    parents: dict[str, str] = field(default_factory=dict)
    coming: dict[str, Coming] = field(default_factory=dict)
    planned: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)

    def read(self, batches: Iterable[Sequence[Row]]) -> None:
        """Learns who is whose parent from the whole file's cells (SKU, parent); the first row of a SKU counts."""
        for batch in batches:
            for _number, (sku, parent) in batch:
                above = parent.strip().upper()
                if above:
                    self.parents.setdefault(sku.strip().upper(), above)
        self.named = set(self.parents.values())

    @property
    def levels(self) -> list[int]:
        return sorted({0, *(self.level_of(sku) for sku in self.parents)})

    def level_of(self, sku: str) -> int:
        """0 for a row without parent, and one more than its parent's level in this file for any other."""
        level = 0
        while (above := self.parents.get(sku)) and level < DEEPEST:
            level, sku = level + 1, above
        return level

    def coming_for(self, changes: Sequence[ProductChange]) -> dict[str, Coming]:
        """The models to come that these changes name, with their own parents: few, whatever the file."""
        named = {str(change.fields.get("parent") or "").upper() for change in changes} & self.coming.keys()
        named |= {self.coming[sku].parent for sku in named} & self.coming.keys()
        return {sku: self.coming[sku] for sku in named}

    def note(self, row: PlannedRow, values: Mapping[str, Any], above: str) -> None:
        """A row was planned: what it means for the rows below it."""
        sku = row.sku.upper()
        if sku in self.named:
            self.planned[sku] = (above, values)
        if row.product_id is None:
            self._will_come(row, sku)

    def _will_come(self, row: PlannedRow, sku: str) -> None:
        fields = row.fields
        variant = self.structure.variant_by_code.get(str(fields.get("family_variant") or "").casefold())
        above = str(fields.get("parent") or "").upper()
        if not above:
            if variant is not None:
                self.coming[sku] = Coming(row.sku, Product.Kind.MODEL, variant.family_id, variant.id)
        elif sku in self.named:
            parent = self.coming.get(above) or _stored_model(above)
            if parent is None or parent.kind != Product.Kind.MODEL or not parent.family_variant_id:
                return
            if self.structure.variants[parent.family_variant_id].levels > 1:
                self.coming[sku] = Coming(
                    row.sku, Product.Kind.SUBMODEL, parent.family_id, parent.family_variant_id, above
                )

    def inherited(self, skus: Iterable[str]) -> dict[str, dict[str, Any]]:
        """{SKU of a model: what its variants inherit}, stored and planned by this file. One query."""
        wanted = {sku for sku in skus if sku}
        if not wanted:
            return {}
        stored = {
            sku.upper(): (
                self.structure.read(own or {}),
                self.structure.read(above or {}),
                (above_sku or "").upper(),
            )
            for sku, own, above, above_sku in with_skus(wanted).values_list(
                "sku", "own__values", "parent__own__values", "parent__sku"
            )
        }
        merged = {}
        for sku in wanted:
            own, above, above_sku = stored.get(sku, ({}, {}, ""))
            parent, values = self.planned.get(sku, (above_sku, {}))
            handed = self.planned.get(parent or above_sku, ("", {}))[1]
            merged[sku] = {**above, **handed, **own, **values}
        return merged


def _stored_model(sku: str) -> Coming | None:
    row = with_skus([sku]).first()
    return Coming(row.sku, row.kind, row.family_id, row.family_variant_id) if row else None
