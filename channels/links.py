"""A product's sheet names other products: what becomes of those is told to the sheets that name them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.jobs import enqueue
from catalog.models.product import Product
from catalog.models.revision import Revision
from catalog.participants import ChangeBatch
from catalog.structure.specs import AttributeSpec
from catalog.values.keys import attribute_of, split_campaign
from catalog.values.links import pointing_at, pointing_in_campaigns
from catalog.values.products import descendants
from catalog.values.revisions import changes_from_json
from catalog.values.write import BATCH
from channels.marking import mark_products
from channels.profile import ChannelSpec

# Of these a sheet that names the product speaks: its SKU, and whether it is there at all.
SPOKEN_OF = frozenset({"_sku", "_trashed"})


def mark(batch: ChangeBatch, channels: Sequence[ChannelSpec], *, held_by: str) -> None:
    """Makes stale what points at products that got another SKU or went to the trash (or came back), and the other side
    of an association shown on both. More than a batch is left to a job."""
    linking = batch.structure.linking
    if not linking:
        return
    spoken = [pk for pk, keys in batch.changed.items() if keys & SPOKEN_OF and pk not in batch.created]
    concerned: set[int] = set()
    if spoken:
        concerned = {*pointing_at(spoken, linking), *_with_variants(pointing_in_campaigns(spoken, linking))}
    two_way = {spec.code for spec in linking if spec.params.get("two_way")}
    if two_way:
        if spoken:
            concerned |= _with_variants(_pointed_at(spoken, batch, linking))
        concerned |= _with_variants(_other_sides(batch, two_way))
    concerned -= set(batch.touched)
    if not concerned:
        return
    now, later = sorted(concerned)[:BATCH], sorted(concerned)[BATCH:]
    mark_products(Product.objects.filter(pk__in=now).only("pk", "kind", "root_id"), channels, held_by=held_by)
    if later:
        roots = sorted(set(Product.objects.filter(pk__in=later).values_list("root_id", flat=True)))
        enqueue(
            "channels.fan_out",
            {"roots": roots},
            by=batch.by,
            queue="delivery",
            title=_("What channels get, after a change of a product they name"),
            language=settings.LANGUAGE_CODE,
        )


def _pointed_at(products: Iterable[int], batch: ChangeBatch, linking: Sequence[AttributeSpec]) -> set[int]:
    """What these products point at by associations shown on both sides."""
    codes = {spec.code for spec in linking if spec.params.get("two_way")}
    return {
        entry["product"]
        for pk in products
        if pk in batch.bundles
        for key, value in batch.bundles[pk].levels[0].values.items()
        if value and attribute_of(key) in codes
        for entry in value
    }


def _other_sides(batch: ChangeBatch, two_way: set[str]) -> set[int]:
    """The products that such an association named before or names now, by the revisions this batch wrote."""
    changed = {
        pk: batch.bundles[pk].product.rev
        for pk, keys in batch.changed.items()
        if any(attribute_of(split_campaign(key)[0]) in two_way for key in keys) and pk in batch.bundles
    }
    if not changed:
        return set()
    rows = Revision.objects.filter(product_id__in=changed, rev__in=set(changed.values()))
    return {
        entry["product"]
        for product, rev, changes in rows.values_list("product_id", "rev", "changes")
        if changed[product] == rev
        for key, pair in changes_from_json(changes).items()
        if attribute_of(split_campaign(key)[0]) in two_way
        for value in pair
        if value
        for entry in value
    }


def _with_variants(products: set[int]) -> set[int]:
    return products | set(descendants(products)) if products else products
