"""Loading what sheets are built from, and building the sheet that stands now or at another time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from catalog.assets import AssetFacts, public_url
from catalog.assets.facts import digests_in, facts_of
from catalog.models.product import Product, ProductCategory
from catalog.structure.product_names import NAMES
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values import bundle as bundles
from catalog.values.bundle import Bundle
from catalog.values.links import linked_to
from channels.profile import ChannelSpec
from channels.sheets import sources
from channels.sheets.build import Sheet, SheetUnit, build


def units(product_ids: Iterable[int], channel: ChannelSpec, structure: Structure) -> dict[int, SheetUnit]:
    """Units by the id of their product, in a constant number of queries, with what is known of the files they name.

    A model comes with all its variants.
    """
    ids = list(product_ids)
    if channel.unit != "model":
        loaded = _load(ids, channel, structure)
        placed = _placed(loaded.values())
        files = facts_of(digests_in(loaded.values(), structure))
        return {
            pk: SheetUnit(bundle, files=_own(files, [bundle], structure), ranks=_ranks(bundle, placed))
            for pk, bundle in loaded.items()
        }
    members = defaultdict(list)
    sellable = (Product.Kind.SIMPLE, Product.Kind.VARIANT)
    rows = Product.objects.filter(root_id__in=ids).order_by("sku").values_list("pk", "root_id", "kind")
    for pk, root, kind in rows:
        if kind in sellable and pk != root:
            members[root].append(pk)
    loaded = _load([*ids, *(pk for group in members.values() for pk in group)], channel, structure)
    if not NAMES.sees_all:  # a sheet names the variants, and some may be elsewhere
        NAMES.bring(ids=[pk for group in members.values() for pk in group], anew=False)
    files = facts_of(digests_in(loaded.values(), structure))
    placed = _placed(loaded[pk] for pk in ids if pk in loaded)
    found = {}
    for pk in ids:
        if pk in loaded:
            variants = tuple(loaded[member] for member in members[pk] if member in loaded)
            own = _own(files, [loaded[pk], *variants], structure)
            found[pk] = SheetUnit(
                loaded[pk], variants, is_model=loaded[pk].product.kind not in sellable, files=own,
                ranks=_ranks(loaded[pk], placed),
            )  # fmt: skip
    return found


def _placed(parts: Iterable[Bundle]) -> dict[int, dict[int, int]]:
    """Product id → category id → rank, of those placed by hand, in one query."""
    ids = {level.product_id for bundle in parts for level in bundle.levels}
    found: dict[int, dict[int, int]] = defaultdict(dict)
    rows = ProductCategory.objects.filter(product_id__in=ids, rank__gt=0)
    for product, category, rank in rows.values_list("product_id", "category_id", "rank"):
        found[product][category] = rank
    return found


def _ranks(bundle: Bundle, placed: Mapping[int, Mapping[int, int]]) -> dict[int, int]:
    """The product's own place before its model's."""
    merged: dict[int, int] = {}
    for level in reversed(bundle.levels):
        merged |= placed.get(level.product_id, {})
    return merged


def _own(
    files: Mapping[str, AssetFacts], parts: Iterable[Bundle], structure: Structure
) -> dict[str, AssetFacts]:
    """Those that this unit names: they alone decide when time changes its sheet."""
    if not files:
        return {}
    return {digest: files[digest] for digest in digests_in(parts, structure) if digest in files}


def _load(ids: list[int], channel: ChannelSpec, structure: Structure) -> dict[int, Bundle]:
    """The bundles, with the products that point at them where the channel is told of associations shown on both sides."""
    loaded = bundles.load(ids, structure=structure)
    specs = two_way(channel, structure)
    if not specs:
        return loaded
    levels = {level.product_id for bundle in loaded.values() for level in bundle.levels}
    linked = linked_to(levels, specs)
    NAMES.bring(
        ids={pk for found in linked.values() for listed in found.values() for pk in listed}, anew=False
    )
    return {pk: replace(bundle, linked=_of_levels(bundle, linked)) for pk, bundle in loaded.items()}


def two_way(channel: ChannelSpec, structure: Structure) -> list[AttributeSpec]:
    """The associations shown on both sides that this channel is told of."""
    specs = [spec for spec in structure.linking if spec.params.get("two_way")]
    if not specs or not channel.fields:  # a channel without a mapping sends every attribute
        return specs
    named = {
        code
        for rows in channel.fields.values()
        for row in rows
        for code in sources.attributes_of(row.source, structure)
    }
    return [spec for spec in specs if spec.code in named]


def _of_levels(bundle: Bundle, linked: Mapping[int, Mapping[str, list[int]]]) -> dict[str, tuple[int, ...]]:
    """What points at the product or at a model above it."""
    found: dict[str, dict[int, None]] = defaultdict(dict)
    for level in bundle.levels:
        for code, listed in linked.get(level.product_id, {}).items():
            found[code] |= dict.fromkeys(listed)
    own = {level.product_id for level in bundle.levels}
    return {code: tuple(pk for pk in listed if pk not in own) for code, listed in found.items()}


def sheet_of(unit: SheetUnit, channel: ChannelSpec, structure: Structure, *, at: datetime | None) -> Sheet:
    """The sheet with addresses of pictures as the channel will fetch them."""
    return build(unit, channel, structure, at=at, image_url=public_url)
