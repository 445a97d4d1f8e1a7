"""On the page's tab of channels: how a model's variants stand where the channel is sent them, and why a change waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from catalog.access import visible
from catalog.models import Product
from channels.delivery.claim import runs_being_applied
from channels.models import Channel, Listing
from channels.standing import STANDINGS, Standing, with_standing
from channels.waiting import why_waiting
from enrichment.workbench.page.listings import Panel

MOST = 50  # variants that are listed for a channel


@dataclass(frozen=True, slots=True)
class Below:
    """A variant on a channel."""

    product: int
    sku: str
    standing: Standing


def annotate(panels: Sequence[Panel], product: Product, user: Any) -> None:
    """Sets `below` of the panels of a model whose channels are sent its variants, and `waits` of those with a change that
    was not sent. One query for the first, two for the second."""
    _variants([panel for panel in panels if panel.unit_id is None and not product.is_sellable], product, user)
    waiting = [(panel, panel.listing) for panel in panels if panel.listing and panel.listing.is_stale]
    if not waiting:
        return
    now = timezone.now()
    channels = Channel.objects.in_bulk([panel.channel.id for panel, _listing in waiting])
    runs = runs_being_applied(now)
    for panel, listing in waiting:
        panel.waits = why_waiting(listing, channels[panel.channel.id], now, runs=runs)


def _variants(panels: Sequence[Panel], product: Product, user: Any) -> None:
    if not panels:
        return
    below = Q(parent_id=product.pk) | Q(parent__parent_id=product.pk)
    variants = visible(user, Product.objects.alive().filter(below, kind=Product.Kind.VARIANT))
    rows = with_standing(
        Listing.objects.filter(product__in=variants, channel__in=[panel.channel.id for panel in panels])
    ).order_by("product__sku")
    by_channel = {panel.channel.id: panel for panel in panels}
    for channel, pk, sku, standing in rows.values_list(
        "channel_id", "product_id", "product__sku", "standing"
    ):
        by_channel[channel].below.append(Below(pk, sku, STANDINGS[standing]))
    for panel in panels:
        panel.more_below, panel.below = max(0, len(panel.below) - MOST), panel.below[:MOST]
