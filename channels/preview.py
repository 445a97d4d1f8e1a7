"""What would be sent, and what stands in its way, without sending: for the product page and the commands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.values.products import find
from channels.delivery.prepare import Prepared, prepare
from channels.delivery.send import without_request
from channels.models import Listing
from channels.profile import ChannelSpec
from channels.sheets import load
from channels.sheets.build import Sheet
from channels.sheets.diff import Difference, diff
from channels.units import unit_of

PAGE = 200


@dataclass(frozen=True, slots=True)
class Preview:
    """`sheet`: as it would be built, also where it would not be sent; `changes`: against what was sent last.

    `action`: send, withdraw, held, nothing; `errors` as Listing.errors.
    """

    channel: ChannelSpec
    sku: str
    action: str
    state: str
    reason: str
    errors: list[dict[str, Any]]
    sheet: Sheet | None
    changes: list[Difference]


def by_sku(sku: str, channel: ChannelSpec, structure: Structure, *, at: datetime) -> Preview | None:
    """None for an unknown SKU and for what has no sheet of its own on this channel (a model, or a variant of one)."""
    product = Product.objects.filter(pk=find([sku]).get(sku.upper(), 0)).only("pk", "kind", "root_id").first()
    if (
        product is None
        or unit_of(channel.unit, product=product.pk, kind=product.kind, root=product.root_id) != product.pk
    ):
        return None
    listing = Listing.objects.filter(product=product, channel_id=channel.id).first() or _unlisted(
        product.pk, channel
    )
    return next(of_listings([listing], channel, structure, at=at), None)


def of_listings(
    listings: list[Listing], channel: ChannelSpec, structure: Structure, *, at: datetime
) -> Iterator[Preview]:
    """Previews in the order of the listings, in a constant number of queries."""
    for one in prepare(listings, channel, structure, at=at):
        if one.unit is not None:
            yield _preview(one, channel, structure, at)


def of_channel(channel: ChannelSpec, structure: Structure) -> Iterator[Preview]:
    """A preview of each listing of a channel, page by page."""
    last = 0
    while rows := list(Listing.objects.filter(channel_id=channel.id, pk__gt=last).order_by("pk")[:PAGE]):
        yield from of_listings(rows, channel, structure, at=timezone.now())
        last = rows[-1].pk


def as_json(preview: Preview, *, locale: str | None = None) -> dict[str, Any]:
    """What the commands print. `locale` leaves the texts of other locales out of the sheet."""
    payload = dict(preview.sheet.payload) if preview.sheet else None
    if payload and locale:
        payload = _in_locale(payload, locale)
    return {
        "channel": preview.channel.code,
        "sku": preview.sku,
        "decision": preview.reason or preview.action,
        "action": preview.action,
        "errors": preview.errors,
        "hash": preview.sheet.hash if preview.sheet else "",
        "sheet": payload,
        "changes": [change.as_json() for change in preview.changes],
    }


def _preview(one: Prepared, channel: ChannelSpec, structure: Structure, at: datetime) -> Preview:
    assert one.unit is not None  # noqa: S101 - only units that are there are previewed
    decision, before = one.decision, one.listing.sent_sheet
    sheet = decision.sheet or load.sheet_of(one.unit, channel, structure, at=at)
    needed = without_request(one, can_read_back=False) is None
    if decision.kind == "present":
        action, changes = "send" if needed else "nothing", diff(before, sheet.payload)
    elif decision.kind == "absent":
        action, changes = "withdraw" if needed else "nothing", diff(before, None)
    else:
        action, changes = "held", diff(before, sheet.payload) if before else []
    return Preview(channel, one.key, action, decision.state, decision.reason, decision.errors, sheet, changes)


def _in_locale(payload: dict[str, Any], locale: str) -> dict[str, Any]:
    only = {**payload, "locales": {locale: payload["locales"].get(locale, {})}}
    if "variants" in payload:
        only["variants"] = [_in_locale(variant, locale) for variant in payload["variants"]]
    return only


def _unlisted(product: int, channel: ChannelSpec) -> Listing:
    now = timezone.now()
    return Listing(product_id=product, channel_id=channel.id, state_since=now, next_try_at=now)
