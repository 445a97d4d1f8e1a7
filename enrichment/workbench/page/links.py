"""The other side of associations shown on both products: what points here, each with its address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from catalog.access import visible
from catalog.models import Product
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from catalog.values.links import linked_to
from enrichment.workbench.page.fields import FieldSheet


@dataclass(frozen=True, slots=True)
class Link:
    sku: str
    label: str
    href: str


def annotate(sheet: FieldSheet, bundle: Bundle, structure: Structure, user: Any) -> None:
    """Three queries where the structure has such associations, none where not. Only products this person may see."""
    specs = [spec for spec in structure.linking if spec.params.get("two_way")]
    levels = [level.product_id for level in bundle.levels]
    linked = linked_to(levels, specs) if specs else {}
    wanted = {pk for found in linked.values() for listed in found.values() for pk in listed}
    if not wanted:
        return
    rows = visible(user, Product.objects.filter(pk__in=wanted)).values_list("pk", "sku", "label")
    links = {
        pk: Link(sku, label or sku, reverse("admin:catalog_product_change", args=[pk]))
        for pk, sku, label in rows
    }
    for group in sheet.groups:
        for row in group.rows:
            pointing = dict.fromkeys(
                pk for found in linked.values() for pk in found.get(row.spec.code, ()) if pk not in levels
            )
            row.others = [links[pk] for pk in pointing if pk in links]
