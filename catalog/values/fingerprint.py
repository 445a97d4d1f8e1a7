"""One number for the whole catalogue: two catalogues that say the same have the same, in whatever order they came about."""

from __future__ import annotations

from collections import defaultdict

from catalog.models.product import Product, ProductCategory
from catalog.structure.snapshot import Structure
from pim.lib.canonical import canonical_hash

_SUM = 2**128


def catalogue_hash() -> str:
    """32 hex digits over SKU, place, status, categories and own values of the products not in the trash.

    Ids, revisions, sources and times do not count: a catalogue imported twice over and undone is the one of before.
    """
    structure = Structure.current()
    placed: dict[int, list[str]] = defaultdict(list)
    for product_id, category_id in ProductCategory.objects.order_by("position", "pk").values_list(
        "product_id", "category_id"
    ):
        placed[product_id].append(structure.categories[category_id].code)
    total = 0
    rows = Product.objects.alive().order_by().values_list(
        "pk", "sku", "kind", "family_id", "family_variant_id", "parent__sku", "status", "enabled", "own__values"
    )  # fmt: skip
    for pk, sku, kind, family, variant, parent, status, enabled, values in rows.iterator(chunk_size=1000):
        whole = [
            sku, kind, structure.families[family].code if family else None, structure.variants[variant].code if variant else None,
            parent, status, enabled, placed.get(pk, []), structure.read(values or {}),
        ]  # fmt: skip
        total = (total + int(canonical_hash(whole), 16)) % _SUM
    return f"{total:032x}"
