"""Loading what sheets are built from, and building the sheet that stands now or at another time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from catalog.assets import public_url
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from channels.profile import ChannelSpec
from channels.sheets.build import Sheet, SheetUnit, build


def units(product_ids: Iterable[int], channel: ChannelSpec, structure: Structure) -> dict[int, SheetUnit]:
    """Units by the id of their product, in a constant number of queries. A model comes with all its variants."""
    ids = list(product_ids)
    if channel.unit != "model":
        return {pk: SheetUnit(bundle) for pk, bundle in bundles.load(ids, structure=structure).items()}
    members = defaultdict(list)
    sellable = (Product.Kind.SIMPLE, Product.Kind.VARIANT)
    rows = Product.objects.filter(root_id__in=ids).order_by("sku").values_list("pk", "root_id", "kind")
    for pk, root, kind in rows:
        if kind in sellable and pk != root:
            members[root].append(pk)
    loaded = bundles.load([*ids, *(pk for group in members.values() for pk in group)], structure=structure)
    return {
        pk: SheetUnit(
            loaded[pk],
            tuple(loaded[member] for member in members[pk] if member in loaded),
            is_model=loaded[pk].product.kind not in sellable,
        )
        for pk in ids
        if pk in loaded
    }  # fmt: skip


def sheet_of(unit: SheetUnit, channel: ChannelSpec, structure: Structure, *, at: datetime | None) -> Sheet:
    """The sheet with addresses of pictures as the channel will fetch them."""
    return build(unit, channel, structure, at=at, image_url=public_url)
