"""What a page of the grid shows of each product, loaded for all of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from catalog.models import Product
from catalog.structure.snapshot import Structure
from channels.models import Completeness, Listing
from channels.profile import ChannelSpec
from channels.units import unit_of
from enrichment.workbench.page.listings import TONES

COLUMNS = (
    "id", "sku", "kind", "family_id", "parent_id", "root_id", "status", "enabled", "trashed_at", "label", "labels", "image",
    "updated_at",
)  # fmt: skip
# What a model shows of its variants' listings first.
GRAVEST = ("refused", "blocked", "incomplete", "waiting", "sent", "accepted", "live", "withdrawn", "absent")
STATUS_TONES = {"draft": "muted", "in_review": "info", "approved": "success"}


@dataclass(slots=True)
class ChannelCell:
    """Completeness (None: not counted for this product) and listing of one product on one channel."""

    channel: ChannelSpec
    ratio: int | None = None
    by_locale: list[tuple[str, int]] = field(default_factory=list)
    listing: Listing | None = None
    below: list[tuple[str, int]] = field(
        default_factory=list
    )  # of a model: (state, variants in it), the gravest first

    @property
    def state(self) -> str:
        return self.listing.state if self.listing else self.below[0][0] if self.below else ""

    @property
    def tone(self) -> str:
        return TONES.get(self.state, "muted")

    @property
    def state_label(self) -> str:
        label = str(Listing.State(self.state).label)
        return label if self.listing else f"{self.below[0][1]} × {label}"

    @property
    def reason(self) -> str:
        if self.listing:
            return self.listing.reason
        return (
            ", ".join(f"{count} × {Listing.State(state).label}" for state, count in self.below)
            if len(self.below) > 1
            else ""
        )

    @property
    def details(self) -> str:
        return ", ".join(f"{locale} {ratio} %" for locale, ratio in self.by_locale)


@dataclass(slots=True)
class GridRow:
    product: Product
    label: str
    family: str
    cells: list[ChannelCell]
    variants: int = 0

    @property
    def status_tone(self) -> str:
        return STATUS_TONES.get(self.product.status, "muted")


def load(
    products: Sequence[Product], *, structure: Structure, channels: Sequence[ChannelSpec], locale: str
) -> list[GridRow]:
    """Four queries at most, whatever the number of products. A model's completeness is that of its variants together."""
    models = [row.pk for row in products if not row.is_sellable]
    ids = [row.pk for row in products]
    scores = _scores(ids, models, channels)
    listings = _listings(products, channels)
    counts = _variants(models)
    below = _states_below(models, channels)
    rows = []
    for product in products:
        cells = []
        for channel in channels:
            unit = unit_of(channel.unit, product=product.pk, kind=product.kind, root=product.root_id)
            cell = ChannelCell(channel, listing=listings.get((unit or 0, channel.id)))
            cell.below = below.get((product.pk, channel.id), [])
            found = scores.get((product.pk, channel.id), {})
            order = [place for place in channel.locales if place in found]
            cell.by_locale = [(place, _ratio(*found[place])) for place in order]
            if found:
                cell.ratio = _ratio(sum(r for r, _m in found.values()), sum(m for _r, m in found.values()))
            cells.append(cell)
        family = structure.families.get(product.family_id) if product.family_id else None
        rows.append(
            GridRow(
                product,
                product.labels.get(locale) or product.label or product.sku,
                family.label() if family else "",
                cells,
                counts.get(product.pk, 0),
            )
        )
    return rows


def _ratio(required: int, missing: int) -> int:
    return 100 if not required else 100 * (required - missing) // required


def _scores(
    ids: Sequence[int], models: Sequence[int], channels: Sequence[ChannelSpec]
) -> dict[tuple[int, int], dict[str, tuple[int, int]]]:
    """(product, channel) → locale → (required, missing); a model has the sums over its variants."""
    rows = Completeness.objects.filter(channel_id__in=[channel.id for channel in channels])
    asked = Q(product_id__in=ids)
    if models:
        asked |= Q(product__parent_id__in=models) | Q(product__root_id__in=models)
    values = rows.filter(asked, product__trashed_at=None).values_list(
        "product_id", "product__parent_id", "product__root_id", "channel_id", "locale", "required", "missing"
    )
    wanted = frozenset(ids)
    scores: dict[tuple[int, int], dict[str, tuple[int, int]]] = defaultdict(dict)
    for pk, parent, root, channel, locale, required, missing in values:
        for owner in {pk, parent, root} & wanted:
            before = scores[owner, channel].get(locale, (0, 0))
            scores[owner, channel][locale] = (before[0] + required, before[1] + missing)
    return scores


def _listings(products: Sequence[Product], channels: Sequence[ChannelSpec]) -> dict[tuple[int, int], Listing]:
    units: dict[Any, None] = {}
    for product in products:
        for channel in channels:
            units[unit_of(channel.unit, product=product.pk, kind=product.kind, root=product.root_id)] = None
    rows = Listing.objects.filter(
        product_id__in=[unit for unit in units if unit], channel_id__in=[channel.id for channel in channels]
    ).only("product_id", "channel_id", "state", "reason", "state_since")
    return {(row.product_id, row.channel_id): row for row in rows}


def _states_below(
    models: Sequence[int], channels: Sequence[ChannelSpec]
) -> dict[tuple[int, int], list[tuple[str, int]]]:
    """(model, channel) → its variants' states with their numbers, on channels whose sheets are of single products."""
    by_product = [channel.id for channel in channels if channel.unit == "product"]
    if not models or not by_product:
        return {}
    rows = Listing.objects.filter(
        Q(product__parent_id__in=models) | Q(product__root_id__in=models),
        channel_id__in=by_product,
        product__trashed_at=None,
    )
    counted: dict[tuple[int, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    wanted = frozenset(models)
    values = (
        rows.values_list("product__parent_id", "product__root_id", "channel_id", "state")
        .annotate(n=Count("pk"))
        .order_by()
    )
    for parent, root, channel, state, number in values:
        for owner in {parent, root} & wanted:
            counted[owner, channel][state] += number
    return {
        key: sorted(states.items(), key=lambda pair: GRAVEST.index(pair[0]))
        for key, states in counted.items()
    }


def _variants(models: Sequence[int]) -> dict[int, int]:
    if not models:
        return {}
    found: dict[int, int] = defaultdict(int)
    rows = (
        Product.objects.alive()
        .filter(Q(parent_id__in=models) | Q(root_id__in=models), kind=Product.Kind.VARIANT)
        .values_list("parent_id", "root_id")
        .annotate(count=Count("pk"))
        .order_by()
    )
    wanted = frozenset(models)
    for parent, root, count in rows:
        for owner in {parent, root} & wanted:
            found[owner] += count
    return found
