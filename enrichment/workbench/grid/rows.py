"""What a page of the grid shows of each product, loaded for all of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from catalog import search
from catalog.access import Rights
from catalog.models import Product
from catalog.structure.snapshot import Structure
from channels.models import Completeness, Listing
from channels.profile import ChannelSpec
from channels.units import unit_of
from enrichment.workbench.grid import values
from enrichment.workbench.grid.below import Below, Place, under
from enrichment.workbench.grid.cells import ChannelCell, by_gravity, day, status_pill
from enrichment.workbench.grid.columns import Column

COLUMNS = (
    "id", "sku", "kind", "family_id", "parent_id", "root_id", "status", "enabled", "trashed_at", "label", "labels", "image",
    "created_at", "updated_at",
)  # fmt: skip
Scores = Mapping[Place, Mapping[str, tuple[int, int]]]  # → locale → (required, missing)
_IMAGE = "0" * 64


@dataclass(frozen=True, slots=True)
class GridRow:
    """Texts and addresses as they stand in the row; made here, because a template takes ten times as long for them."""

    product: Product
    label: str
    cells: SafeString  # the <td> of each column
    variants: int
    href: str
    thumbnail: str
    select: str
    notes: str


def load(
    products: Sequence[Product],
    *,
    structure: Structure,
    columns: Sequence[Column],
    locale: str,
    rights: Rights,
) -> list[GridRow]:
    """A constant number of queries, whatever the number of products: those of the columns that are shown.

    A model's completeness is that of its variants together.
    """
    channels = [column.channel for column in columns if column.channel is not None]
    below, phrases = under(products, on_channels=bool(channels)), _Phrases()
    cells = _Cells(products, channels, below, columns, structure, rights)
    rows = []
    for product in products:
        pk, count = product.pk, below.variants.get(product.pk, 0)
        rows.append(
            GridRow(
                product=product,
                label=product.labels.get(locale) or product.label or product.sku,
                cells=cells.of(product),
                variants=count,
                href=phrases.href % pk,
                thumbnail=phrases.thumbnail % product.image if product.image else "",
                select=phrases.select % {"sku": product.sku},
                notes=phrases.notes(product, count),
            )
        )
    return rows


class _Cells:
    """The cells of a page, all that they need loaded at once."""

    def __init__(
        self,
        products: Sequence[Product],
        channels: Sequence[ChannelSpec],
        below: Below,
        columns: Sequence[Column],
        structure: Structure,
        rights: Rights,
    ) -> None:
        self.columns, self.structure = columns, structure
        names = {column.name for column in columns}
        self.on_channel = channel_cells(products, channels, below)
        self.values = values.load(products, columns, structure=structure, rights=rights)
        self.categories = values.categories(products, structure) if "_categories" in names else {}
        self.kinds = dict(Product.Kind.choices)
        self.yes, self.no = gettext("Yes"), gettext("No")

    def of(self, product: Product) -> SafeString:
        parts = []
        for column in self.columns:
            html = conditional_escape(self._html(product, column))
            name = (
                f'<span class="value-name" aria-hidden="true">{conditional_escape(column.title)}</span>'
                if column.spec and html
                else ""
            )
            parts.append(f'<td role="cell" class="{column.css}">{name}{html}</td>')
        return mark_safe("".join(parts))  # noqa: S308 - each part is escaped

    def _html(self, product: Product, column: Column) -> Any:
        if column.spec is not None:
            return self.values.get(product.pk, {}).get(column.name, "")
        if column.channel is not None:
            return self.on_channel(product, column.channel).html
        if column.name == "_family":
            family = self.structure.families.get(product.family_id or 0)
            return family.label() if family else ""
        if column.name == "_status":
            return status_pill(product.status)
        if column.name == "_kind":
            return self.kinds[product.kind]
        if column.name == "_enabled":
            return self.yes if product.enabled else self.no
        if column.name == "_categories":
            return self.categories.get(product.pk, "")
        if column.name == "_sku":
            return product.sku
        moment = timezone.localtime(product.created_at if column.name == "_created" else product.updated_at)
        return format_html('<time datetime="{}">{}</time>', moment.isoformat(), day(moment.date()))


def channel_cells(
    products: Sequence[Product], channels: Sequence[ChannelSpec], below: Below
) -> Callable[[Product, ChannelSpec], ChannelCell]:
    """What each of these products shows of each channel, all of it loaded at once; nothing where there is no channel."""
    scores = _scores(products, channels) | below.scores if channels else {}
    states = _states(products, channels) if channels else {}

    def cell(product: Product, channel: ChannelSpec) -> ChannelCell:
        pk, place = product.pk, (product.pk, channel.id)
        unit = unit_of(channel.unit, product=pk, kind=product.kind, root=product.root_id) or 0
        return ChannelCell(
            channel.label,
            _in_order(scores.get(place), channel),
            *states.get((unit, channel.id), ("", "")),
            below=tuple(by_gravity(below.states.get(place, {}))) if channel.unit == "product" else (),
        )

    return cell


class _Phrases:
    """What all rows share, looked up once a page."""

    def __init__(self) -> None:
        self.href = reverse("admin:catalog_product_change", args=[0]).replace("/0/", "/%d/")
        self.thumbnail = reverse("admin:catalog_asset_thumbnail", args=[_IMAGE, 96]).replace(_IMAGE, "%s")
        self.select = gettext("Select %(sku)s")
        self.disabled = gettext("disabled")
        self.kinds = dict(Product.Kind.choices)

    def notes(self, product: Product, variants: int) -> str:
        """Beside the SKU under the label: variants or kind, and that it is disabled."""
        parts = []
        if variants:
            parts.append(ngettext("%(n)s variant", "%(n)s variants", variants) % {"n": variants})
        elif product.kind != Product.Kind.SIMPLE:
            parts.append(str(self.kinds[product.kind]))
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
    rows = Completeness.objects.filter(search.among(counted, "product_id"), channel_id__in=_ids(channels))
    for pk, channel, locale, required, missing in rows.values_list(
        "product_id", "channel_id", "locale", "required", "missing"
    ):
        scores[pk, channel][locale] = (required, missing)
    return scores


def _states(products: Sequence[Product], channels: Sequence[ChannelSpec]) -> dict[Place, tuple[str, str]]:
    """(unit, channel) → (state, reason)."""
    units = {
        unit_of(channel.unit, product=product.pk, kind=product.kind, root=product.root_id)
        for product in products
        for channel in channels
    }
    listed = sorted(filter(None, units))
    rows = Listing.objects.filter(search.among(listed, "product_id"), channel_id__in=_ids(channels))
    return {
        (unit, channel): (state, reason)
        for unit, channel, state, reason in rows.values_list("product_id", "channel_id", "state", "reason")
    }
