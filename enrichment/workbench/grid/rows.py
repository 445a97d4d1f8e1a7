"""What a page of the grid shows of each product, loaded for all of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from catalog.models import Product
from catalog.structure.snapshot import Structure
from channels.models import Completeness, Listing
from channels.profile import ChannelSpec
from channels.units import unit_of
from enrichment.workbench.grid.cells import ChannelCell, by_gravity, status_pill

COLUMNS = (
    "id", "sku", "kind", "family_id", "parent_id", "root_id", "status", "enabled", "trashed_at", "label", "labels", "image",
    "updated_at",
)  # fmt: skip
Place = tuple[int, int]  # (product, channel)
Scores = Mapping[Place, Mapping[str, tuple[int, int]]]  # → locale → (required, missing)
_IMAGE = "0" * 64


@dataclass(frozen=True, slots=True)
class GridRow:
    """Texts and addresses as they stand in the row; made here, because a template takes ten times as long for them."""

    product: Product
    label: str
    family: str
    cells: Sequence[ChannelCell]
    variants: int
    href: str
    thumbnail: str
    select: str
    notes: str
    status: SafeString
    changed_at: str
    changed: str


def load(
    products: Sequence[Product], *, structure: Structure, channels: Sequence[ChannelSpec], locale: str
) -> list[GridRow]:
    """Five queries at most, whatever the number of products. A model's completeness is that of its variants together."""
    models = [row for row in products if not row.is_sellable]
    scores = _scores(products, channels) | _scores_below(models)
    states = _states(products, channels)
    below = _states_below(models, channels)
    variants = _variants(models)
    families = {
        pk: structure.families[pk].label()
        for pk in {row.family_id for row in products}
        if pk in structure.families
    }
    labels = [(channel, channel.label) for channel in channels]
    kinds, phrases = dict(Product.Kind.choices), _Phrases()
    rows = []
    for product in products:
        pk = product.pk
        cells = [
            ChannelCell(
                label,
                _in_order(scores.get((pk, channel.id)), channel),
                *states.get((unit_of(channel.unit, product=pk, kind=product.kind, root=product.root_id) or 0, channel.id), ("", "")),
                below=below.get((pk, channel.id), ()),
            )
            for channel, label in labels
        ]  # fmt: skip
        count = variants.get(pk, 0)
        changed = timezone.localtime(product.updated_at)
        rows.append(
            GridRow(
                product=product,
                label=product.labels.get(locale) or product.label or product.sku,
                family=families.get(product.family_id or 0, ""),
                cells=cells,
                variants=count,
                href=phrases.href % pk,
                thumbnail=phrases.thumbnail % product.image if product.image else "",
                select=phrases.select % {"sku": product.sku},
                notes=phrases.notes(product, count, str(kinds[product.kind])),
                status=status_pill(product.status),
                changed_at=changed.isoformat(),
                changed=formats.date_format(changed, "SHORT_DATE_FORMAT"),
            )
        )
    return rows


class _Phrases:
    """What all rows share, looked up once a page."""

    def __init__(self) -> None:
        self.href = reverse("admin:catalog_product_change", args=[0]).replace("/0/", "/%d/")
        self.thumbnail = reverse("admin:catalog_asset_thumbnail", args=[_IMAGE, 96]).replace(_IMAGE, "%s")
        self.select = gettext("Select %(sku)s")
        self.disabled = gettext("disabled")

    def notes(self, product: Product, variants: int, kind: str) -> str:
        """Beside the SKU under the label: variants or kind, and that it is disabled."""
        parts = []
        if variants:
            parts.append(ngettext("%(n)s variant", "%(n)s variants", variants) % {"n": variants})
        elif product.kind != Product.Kind.SIMPLE:
            parts.append(kind)
        if not product.enabled:
            parts.append(self.disabled)
        return " · ".join(parts)


def _in_order(
    found: Mapping[str, tuple[int, int]] | None, channel: ChannelSpec
) -> tuple[tuple[str, int, int], ...]:
    return tuple((place, *found[place]) for place in channel.locales if place in found) if found else ()


def _ids(channels: Sequence[ChannelSpec]) -> list[int]:
    return [channel.id for channel in channels]


def _scores(products: Sequence[Product], channels: Sequence[ChannelSpec]) -> Scores:
    scores: dict[Place, dict[str, tuple[int, int]]] = defaultdict(dict)
    counted = [row.pk for row in products if row.is_sellable and row.trashed_at is None]
    rows = Completeness.objects.filter(product_id__in=counted, channel_id__in=_ids(channels))
    for pk, channel, locale, required, missing in rows.values_list(
        "product_id", "channel_id", "locale", "required", "missing"
    ):
        scores[pk, channel][locale] = (required, missing)
    return scores


def _scores_below(models: Sequence[Product]) -> Scores:
    """The sums over the variants of these models, on all channels: asked for a few, SQLite would begin with the channel."""
    scores: dict[Place, dict[str, tuple[int, int]]] = defaultdict(dict)
    if not models:
        return scores
    rows = (
        Completeness.objects.filter(_below("product__", models), product__trashed_at=None)
        .values_list("product__parent_id", "product__root_id", "channel_id", "locale")
        .annotate(Sum("required"), Sum("missing"))
        .order_by()
    )
    wanted = {row.pk for row in models}
    for parent, root, channel, locale, required, missing in rows:
        for owner in {parent, root} & wanted:
            before = scores[owner, channel].get(locale, (0, 0))
            scores[owner, channel][locale] = (before[0] + required, before[1] + missing)
    return scores


def _below(prefix: str, models: Sequence[Product]) -> Q:
    """What stands under these: a model is the root of all of it, a sub-model the parent."""
    roots = [row.pk for row in models if row.kind == Product.Kind.MODEL]
    middle = [row.pk for row in models if row.kind != Product.Kind.MODEL]
    if not middle:
        return Q(**{f"{prefix}root_id__in": roots})
    return Q(**{f"{prefix}root_id__in": roots}) | Q(**{f"{prefix}parent_id__in": middle})


def _states(products: Sequence[Product], channels: Sequence[ChannelSpec]) -> dict[Place, tuple[str, str]]:
    """(unit, channel) → (state, reason)."""
    units = {
        unit_of(channel.unit, product=product.pk, kind=product.kind, root=product.root_id)
        for product in products
        for channel in channels
    }
    rows = Listing.objects.filter(product_id__in=sorted(filter(None, units)), channel_id__in=_ids(channels))
    return {
        (unit, channel): (state, reason)
        for unit, channel, state, reason in rows.values_list("product_id", "channel_id", "state", "reason")
    }


def _states_below(
    models: Sequence[Product], channels: Sequence[ChannelSpec]
) -> dict[Place, tuple[tuple[str, int], ...]]:
    """(model, channel) → its variants' states with their numbers, on channels whose sheets are of single products."""
    by_product = {channel.id for channel in channels if channel.unit == "product"}
    if not models or not by_product:
        return {}
    rows = Listing.objects.filter(_below("product__", models), product__trashed_at=None)
    counted: dict[Place, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    wanted = {row.pk for row in models}
    values: Any = (
        rows.values_list("product__parent_id", "product__root_id", "channel_id", "state")
        .annotate(n=Count("pk"))
        .order_by()
    )
    for parent, root, channel, state, number in values:
        for owner in {parent, root} & wanted:
            counted[owner, channel][state] += number
    return {place: tuple(by_gravity(states)) for place, states in counted.items() if place[1] in by_product}


def _variants(models: Sequence[Product]) -> dict[int, int]:
    if not models:
        return {}
    found: dict[int, int] = defaultdict(int)
    rows = (
        Product.objects.alive()
        .filter(_below("", models), kind=Product.Kind.VARIANT)
        .values_list("parent_id", "root_id")
        .annotate(count=Count("pk"))
        .order_by()
    )
    wanted = {row.pk for row in models}
    for parent, root, count in rows:
        for owner in {parent, root} & wanted:
            found[owner] += count
    return found
