"""Products as rows of cells, a batch at a time in the order of their ids: memory stays flat, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import override

from catalog.access import Rights
from catalog.attribute_types import ATTRIBUTE_TYPES, AttributeType
from catalog.codes import label_of
from catalog.importing.targets import Target
from catalog.models.product import Product, ProductCategory
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.links import bring_products

BATCH = 500


class _Row(NamedTuple):
    pk: int
    sku: str
    rev: int
    family: int | None
    family_variant: int | None
    parent: int | None
    root: int | None
    status: str
    enabled: bool
    parent_sku: str | None
    values: Mapping[str, Any] | None


_COLUMNS = (
    "pk", "sku", "rev", "family_id", "family_variant_id", "parent_id", "root_id", "status", "enabled", "parent__sku",
    "own__values",
)  # fmt: skip


def keys_in_use(products: QuerySet[Product], seen: Callable[[int], None]) -> set[str]:
    """The value keys that any of these products has filled itself. `seen` is told of each batch's size."""
    used: set[str] = set()
    structure = Structure.current()
    for batch in _batches(products, ("pk", "own__values")):
        for _pk, values in batch:
            used.update(
                key
                for key, stored in structure.read(values or {}).items()
                if key not in used and stored is not None
            )
        seen(len(batch))
    return used


def _batches(products: QuerySet[Product], columns: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
    last = 0
    while batch := list(products.order_by("pk").filter(pk__gt=last).values_list(*columns)[:BATCH]):
        yield batch
        last = batch[-1][0]


class RowWriter:
    """Writes the chosen targets of products. Only a product's own values: what it inherits stays inherited when read again.

    An explicitly empty value is an empty cell, as an absent one is; the importer leaves both as they are.
    `labels`: the locale whose names stand in the place of codes; numbers and days stay as they are.
    """

    def __init__(
        self,
        chosen: Sequence[Target],
        structure: Structure,
        rights: Rights | None,
        *,
        labels: str = "",
    ) -> None:
        self.width, self.structure, self.labels = len(chosen), structure, labels
        self.rights = None if rights is None or rights.everything else rights
        self._fields = [(index, target.field) for index, target in enumerate(chosen) if target.field]
        parts: dict[str, list[tuple[str, int]]] = defaultdict(list)
        keys: dict[str, Target] = {}
        for index, target in enumerate(chosen):
            if target.attribute:
                parts[target.key].append((target.part, index))
                keys[target.key] = target
        self._specs: dict[str, tuple[Target, AttributeSpec]] = {
            key: (target, structure.attributes[target.attribute]) for key, target in keys.items()
        }
        self._writers = {
            key: (ATTRIBUTE_TYPES[spec.type], spec, tuple(parts[key]))
            for key, (_target, spec) in self._specs.items()
        }
        with override(labels.replace("_", "-").lower() or None):
            self._statuses = {
                value: str(label) if labels else value for value, label in Product.Status.choices
            }
        self._seen_by: dict[int, tuple[Rights, Mapping[str, Any]]] = {}

    def batches(self, products: QuerySet[Product]) -> Iterator[list[list[str]]]:
        """Two queries a batch, and one where its values point at products, whatever is in it."""
        for batch in _batches(products, _COLUMNS):
            rows = [_Row(*columns) for columns in batch]
            placed = self._placed(rows)
            bring_products((row.values or {} for row in rows), self.structure)
            yield [self._cells(row, placed) for row in rows]

    def _placed(self, rows: Sequence[_Row]) -> Mapping[int, list[int]]:
        wanted = {row.pk for row in rows}
        if self.rights is not None:  # a role that ends at categories asks for those of the levels above, too
            wanted |= {pk for row in rows for pk in (row.parent, row.root) if pk}
        placed: dict[int, list[int]] = defaultdict(list)
        if self.rights is not None or any(name == "categories" for _index, name in self._fields):
            members = ProductCategory.objects.filter(product_id__in=wanted).order_by("position", "pk")
            for product, category in members.values_list("product_id", "category_id"):
                placed[product].append(category)
        return placed

    def _cells(self, row: _Row, placed: Mapping[int, list[int]]) -> list[str]:
        cells = [""] * self.width
        for index, name in self._fields:
            cells[index] = self._field(name, row, placed)
        writers = self._writers if self.rights is None else self._allowed(self.rights, row, placed)
        for key, stored in self.structure.read(dict(row.values or {})).items():
            if stored is None or key not in writers:
                continue
            kind, spec, parts = writers[key]
            texts = self._texts(kind, spec, stored)
            for part, index in parts:
                cells[index] = texts.get(part, "")
        return cells

    def _texts(self, kind: AttributeType, spec: AttributeSpec, stored: Any) -> Mapping[str, str]:
        if self.labels and _is_named(kind) and kind.columns(spec, self.structure) == [""]:
            return {"": kind.display(stored, spec, self.labels)}
        return kind.to_columns(stored, spec, self.structure)

    def _field(self, name: str, row: _Row, placed: Mapping[int, list[int]]) -> str:
        structure = self.structure
        if name == "sku":
            return row.sku
        if name == "_rev":
            return str(row.rev)
        if name == "family":
            family = structure.families.get(row.family or 0)
            return self._named(family) if family else ""
        if name == "family_variant":
            variant = structure.variants.get(row.family_variant or 0)
            return self._named(variant) if variant and row.parent is None else ""  # below, it is the model's
        if name == "parent":
            return row.parent_sku or ""
        if name == "status":
            return self._statuses[row.status]
        if name == "enabled":
            return "1" if row.enabled else "0"
        known = structure.categories
        between = ", " if self.labels else ","
        return between.join(self._named(known[pk]) for pk in placed.get(row.pk, ()) if pk in known)

    def _named(self, spec: Any) -> str:
        return label_of(dict(spec.labels), spec.code, self.labels) if self.labels else spec.code

    def _allowed(self, rights: Rights, row: _Row, placed: Mapping[int, list[int]]) -> Mapping[str, Any]:
        """The writers of what this person may see of this product."""
        chain = dict.fromkeys(pk for pk in (row.pk, row.parent, row.root) if pk)
        known = self.structure.categories
        here = rights.at([known[c].path for pk in chain for c in placed.get(pk, ()) if c in known])
        if id(here) not in self._seen_by:
            allowed = {
                key: self._writers[key]
                for key, (target, spec) in self._specs.items()
                if here.may_view_key(spec, target.locale, target.context)
            }
            self._seen_by[id(here)] = (here, allowed)
        return self._seen_by[id(here)][1]


def _is_named(kind: AttributeType) -> bool:
    """Whether its values are codes of something that has a name."""
    return kind.has_options or kind.names_products or kind.filter_kind in ("options", "boolean")
