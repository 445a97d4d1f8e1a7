"""Rows of the spreadsheet view: of each cell its text, what it is based on, and where it comes from or why it is locked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from catalog import approval
from catalog.access import Rights, visible
from catalog.attribute_types import ATTRIBUTE_TYPES, CellOptions
from catalog.models import Product, User
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.bundle import Bundle, attributes_at, attributes_of
from catalog.values.changes import ABSENT
from catalog.values.hashing import value_hash
from catalog.values.resolve import resolve
from enrichment.workbench import locks
from enrichment.workbench.grid import rows as grid_rows
from enrichment.workbench.grid import values as grid_values
from enrichment.workbench.grid.below import under
from enrichment.workbench.page.origin import describe
from enrichment.workbench.spreadsheet import columns as cell_columns
from enrichment.workbench.spreadsheet.columns import CellColumn

Status = Product.Status
Cell = list[
    str
]  # [text, base], [text, base, "", where an inherited value comes from], or [text, "", why it is locked]


def bundles_of(ids: Iterable[int], user: User, structure: Structure) -> dict[int, Bundle]:
    """Those of them that this person sees."""
    rows = visible(user, Product.objects.all(), few=True).filter(pk__in=list(ids)).only(*bundles.ROW_FIELDS)
    return bundles.of_rows(rows, structure=structure)


def rights_at(bundle: Bundle, rights: Rights, structure: Structure) -> Rights:
    return rights.at(
        [structure.categories[pk].path for pk in bundle.categories if pk in structure.categories]
    )


def load(
    found: Mapping[int, Bundle],
    columns: Sequence[CellColumn],
    *,
    structure: Structure,
    rights: Rights,
    options: CellOptions,
    locale: str = "",
) -> list[dict[str, Any]]:
    """{id, label, sku, note, proposes, cells} of each. A constant number of queries, beside those that made `found`."""
    products = [bundle.product for bundle in found.values()]
    channels = [each.column.channel for each in columns if each.column.channel is not None]
    below = under(products if channels else (), on_channels=True)
    shown = _Fields(products, columns, grid_rows.channel_cells(products, channels, below), structure)
    made = []
    for pk, bundle in found.items():
        here = rights_at(bundle, rights, structure)
        product = bundle.product
        levels = approval.levels_of(bundle) if structure.approving else ()
        writer = _Writer(bundle, structure, here, options)
        made.append(
            {
                "id": pk,
                "sku": product.sku,
                "label": product.labels.get(locale) or product.label or product.sku,
                "note": str(Product.Status(product.status).label),
                "proposes": any(
                    approval.proposes(product, each.column.name, here, structure, levels)
                    for each in columns
                    if each.spec is not None
                ),
                "cells": [
                    writer.cell(each)
                    if each.spec is not None
                    else [shown.text(product, each), "", _("not a value")]
                    for each in columns
                ],
            }
        )
    return made


class _Writer:
    """The cells of one product's values."""

    def __init__(self, bundle: Bundle, structure: Structure, rights: Rights, options: CellOptions) -> None:
        self.bundle, self.structure, self.rights, self.options = bundle, structure, rights, options
        self.has = frozenset(attributes_of(bundle, structure))
        self.writable = frozenset(attributes_at(bundle, structure))
        self.own = bundle.levels[0].values

    def cell(self, column: CellColumn) -> Cell:
        spec, at = column.spec, column.column
        assert spec is not None  # noqa: S101 - values only
        if not self.rights.may_view_key(spec, at.locale, at.context):
            return ["", "", _("your roles do not show this here")]
        if spec.code not in self.has:
            return ["", "", _("not an attribute of this family")]
        found = resolve(self.bundle, spec, self.structure, locale=at.locale, context=at.context)
        kind = ATTRIBUTE_TYPES[spec.type]
        if not column.is_written:
            text = kind.summary(found.value, spec, at.locale or None) if found.found else ""
            return [text, "", cell_columns.place_of_editing(spec)]
        stored = found.value if found.found else None
        text = kind.to_hand(stored, spec, self.options, structure=self.structure).get(column.part, "")
        lock = locks.by_place(self.bundle, spec, writable=spec.code in self.writable) or locks.by_right(
            spec, at.name, self.rights
        )
        if lock:
            return [text, "", lock]
        base = value_hash(self.own.get(at.name, ABSENT))
        if base or not found.found:
            return [text, base]
        origin = describe(found, spec, self.bundle, self.structure, locale=at.locale, context=at.context)
        return [text, base, "", origin.text]


class _Fields:
    """What columns show that hold no value: the product's own fields, and channels."""

    def __init__(
        self,
        products: Sequence[Product],
        columns: Sequence[CellColumn],
        on_channel: Any,
        structure: Structure,
    ) -> None:
        self.on_channel, self.structure = on_channel, structure
        self.kinds = dict(Product.Kind.choices)
        names = {each.name for each in columns}
        self.categories = grid_values.categories(products, structure) if "_categories" in names else {}

    def text(self, product: Product, column: CellColumn) -> str:
        at = column.column
        if at.channel is not None:
            return str(self.on_channel(product, at.channel).text)
        if at.name == "_family":
            family = self.structure.families.get(product.family_id or 0)
            return family.label() if family else ""
        if at.name == "_status":
            return str(Status(product.status).label)
        if at.name == "_kind":
            return str(self.kinds[product.kind])
        if at.name == "_enabled":
            return _("Yes") if product.enabled else _("No")
        if at.name == "_categories":
            return self.categories.get(product.pk, "")
        if at.name == "_sku":
            return product.sku
        moment = product.created_at if at.name == "_created" else product.updated_at
        return formats.date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT")
