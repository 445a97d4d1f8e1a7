"""Loading what sheets are built from, and building the sheet that stands now or at another time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from catalog.assets import AssetFacts, public_url
from catalog.assets.facts import digests_in, facts_of
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.bundle import Bundle
from channels.profile import ChannelSpec
from channels.sheets.build import Sheet, SheetUnit, build


def units(product_ids: Iterable[int], channel: ChannelSpec, structure: Structure) -> dict[int, SheetUnit]:
    """Units by the id of their product, in a constant number of queries, with what is known of the files they name.

    A model comes with all its variants.
    """
    ids = list(product_ids)
    if channel.unit != "model":
        loaded = bundles.load(ids, structure=structure)
        files = facts_of(digests_in(loaded.values(), structure))
        return {
            pk: SheetUnit(bundle, files=_own(files, [bundle], structure)) for pk, bundle in loaded.items()
        }
    members = defaultdict(list)
    sellable = (Product.Kind.SIMPLE, Product.Kind.VARIANT)
    rows = Product.objects.filter(root_id__in=ids).order_by("sku").values_list("pk", "root_id", "kind")
    for pk, root, kind in rows:
        if kind in sellable and pk != root:
            members[root].append(pk)
    loaded = bundles.load([*ids, *(pk for group in members.values() for pk in group)], structure=structure)
    files = facts_of(digests_in(loaded.values(), structure))
    found = {}
    for pk in ids:
        if pk in loaded:
            variants = tuple(loaded[member] for member in members[pk] if member in loaded)
            own = _own(files, [loaded[pk], *variants], structure)
            found[pk] = SheetUnit(
                loaded[pk], variants, is_model=loaded[pk].product.kind not in sellable, files=own
            )
    return found


def _own(
    files: Mapping[str, AssetFacts], parts: Iterable[Bundle], structure: Structure
) -> dict[str, AssetFacts]:
    """Those that this unit names: they alone decide when time changes its sheet."""
    if not files:
        return {}
    return {digest: files[digest] for digest in digests_in(parts, structure) if digest in files}


def sheet_of(unit: SheetUnit, channel: ChannelSpec, structure: Structure, *, at: datetime | None) -> Sheet:
    """The sheet with addresses of pictures as the channel will fetch them."""
    return build(unit, channel, structure, at=at, image_url=public_url)
