"""A dry run: what the next drain would do, listing by listing, with no request that changes anything.

Built and judged by delivery's own code: `prepare` makes the sheets and passes the gate, `without_request` and `item_for` say
whether and what is sent, `removals` holds what is beyond the cap. Here it is only told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from channels.delivery import removals
from channels.delivery.claim import runs_being_applied
from channels.delivery.prepare import Prepared, prepare
from channels.delivery.recall import recalled
from channels.delivery.send import item_for, without_request
from channels.models import Channel, Listing
from channels.profile import ChannelSpec
from channels.sheets.diff import Difference, diff
from channels.units import unit_of

PAGE = 200
State = Listing.State

# In the order in which people want to know them: what becomes of a listing.
KINDS: dict[str, Any] = {
    "create": gettext_lazy("Created"),
    "change": gettext_lazy("Changed"),
    "rename": gettext_lazy("Replaced under another SKU"),
    "withdraw": gettext_lazy("Taken down"),
    "refused": gettext_lazy("Refused"),
    "held": gettext_lazy("Held"),
    "nothing": gettext_lazy("Nothing to do"),
}


@dataclass(frozen=True, slots=True)
class Planned:
    """`kind`: one of KINDS. `changes`: against what was sent last. `asks`: an earlier send may have arrived, so the channel is
    asked before. `removes`: it counts against the cap. `payload`: what goes out, None where nothing does."""

    product_id: int
    sku: str
    kind: str
    reason: str = ""
    errors: Sequence[dict[str, Any]] = ()
    changes: Sequence[Difference] = ()
    asks: bool = False
    removes: bool = False
    payload: Any = field(default=None, repr=False)


def of_listings(
    listings: Sequence[Listing], channel: ChannelSpec, structure: Structure, *, at: datetime
) -> list[Planned]:
    """In their order, in a constant number of queries. The cap is not weighed here: see `weighed`."""
    waits = runs_being_applied(at)
    turn = [row for row in listings if _would_be_claimed(row, at) and row.held_by not in waits]
    prepared = {one.listing.product_id: one for one in prepare(turn, channel, structure, at=at)}
    skus = dict(Product.objects.filter(pk__in=[row.product_id for row in listings]).values_list("pk", "sku"))
    found = []
    for row in listings:
        one, sku = prepared.get(row.product_id), skus.get(row.product_id, "")
        found.append(_planned(one, channel) if one else _as_it_stands(row, sku, row.held_by in waits))
    return found


def _would_be_claimed(row: Listing, at: datetime) -> bool:
    return not row.submission and (row.is_stale or (row.due_at is not None and row.due_at <= at))


def _as_it_stands(row: Listing, sku: str, of_import: bool) -> Planned:
    """Of what the next drain leaves alone."""
    if of_import and row.is_stale:
        return Planned(row.product_id, sku, "held", _("Waits until the import that changed it has ended."))
    if row.submission:
        return Planned(row.product_id, sku, "nothing", _("Handed over already."))
    if row.state == State.REFUSED or (row.state == State.BLOCKED and row.errors):
        return Planned(row.product_id, sku, "refused", row.reason, row.errors)
    if row.state in (State.INCOMPLETE, State.BLOCKED, State.SCHEDULED):
        return Planned(row.product_id, sku, "held", row.reason, row.errors)
    return Planned(row.product_id, sku, "nothing", row.reason)


def _planned(one: Prepared, channel: ChannelSpec) -> Planned:
    connector = channel.connector_class
    if connector is not None:
        one = recalled(one, connector, channel.settings, at=timezone.now())
    row, decision = one.listing, one.decision
    settlement = without_request(one, can_read_back=bool(connector and connector.can_read_back))
    if settlement is not None or one.not_there is not None:
        decision = one.once_not_there().decision
        if decision.kind != "held":
            return Planned(row.product_id, one.key, "nothing", decision.reason)
        refused = decision.state == State.BLOCKED and decision.errors
        kind = "refused" if refused else "held"
        return Planned(row.product_id, one.key, kind, decision.reason, decision.errors)
    item, before = item_for(one), row.sent_sheet if row.sent_hash else None
    asks = row.unknown and bool(connector and connector.can_read_back)
    lost = removals.removes(one) and row.removal not in removals.SETTLED
    if decision.kind == "absent":
        changes = diff(before, None)
        return Planned(row.product_id, one.key, "withdraw", decision.reason, (), changes, asks, lost)
    assert decision.sheet is not None  # noqa: S101 - what is present has a sheet
    content = decision.sheet.payload
    kind = "rename" if item.operation == "withdraw" else "change" if row.sent_hash else "create"
    payload = connector.content(content, channel.settings) if connector else content
    return Planned(row.product_id, one.key, kind, "", (), diff(before, content), asks, lost, payload)


def cap_lets(channel_id: int, count: int, *, at: datetime) -> bool:
    """Whether so many takedowns, which are all there are, may go."""
    channel = Channel.objects.defer("credentials").get(pk=channel_id)
    cap = removals.cap_of(channel, at)
    return removals.Cap(cap.share, cap.least, cap.there, cap.gone, cap.held, 0).lets(count)


def of_product(product: Product, channel: ChannelSpec, structure: Structure) -> Planned | None:
    """None where the product has no sheet of its own there, nor its model."""
    unit = unit_of(channel.unit, product=product.pk, kind=product.kind, root=product.root_id)
    if unit is None:
        return None
    at = timezone.now()
    row = Listing.objects.filter(product_id=unit, channel_id=channel.id).first() or _unlisted(unit, channel)
    made = of_listings([row], channel, structure, at=at)[0]
    if made.removes and not cap_lets(channel.id, 1, at=at):
        return as_held(made)
    return made


def as_held(made: Planned) -> Planned:
    reason = _("More is taken down than the channel lets pass: it waits for a person.")
    return Planned(made.product_id, made.sku, "held", f"{made.reason} {reason}".strip(), removes=True)


def of_channel(
    channel: ChannelSpec,
    structure: Structure,
    *,
    listings: QuerySet[Listing],
    products: QuerySet[Product],
) -> Iterator[list[Planned]]:
    """Page by page: the listings among these, then those of the products that have none yet."""
    last, rows = 0, listings.filter(channel_id=channel.id)
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:PAGE]):
        yield of_listings(page, channel, structure, at=timezone.now())
        last = page[-1].pk
    last = 0
    unlisted = new_units(channel, products)
    while ids := list(unlisted.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:PAGE]):
        yield of_listings([_unlisted(pk, channel) for pk in ids], channel, structure, at=timezone.now())
        last = ids[-1]


def new_units(channel: ChannelSpec, products: QuerySet[Product]) -> QuerySet[Product]:
    """Products that would have a listing of their own and have none yet: of a channel that is not active, or just marked."""
    known = Listing.objects.filter(channel_id=channel.id, product=OuterRef("pk"))
    rows = products.filter(~Exists(known), trashed_at=None)
    sellable = (Product.Kind.SIMPLE, Product.Kind.VARIANT)
    return rows.filter(parent=None) if channel.unit == "model" else rows.filter(kind__in=sellable)


def units_of_products(products: Iterable[Product], channel: ChannelSpec) -> list[int]:
    """The ids under which the listings of these stand."""
    units = (unit_of(channel.unit, product=row.pk, kind=row.kind, root=row.root_id) for row in products)
    return sorted({pk for pk in units if pk is not None})


def _unlisted(product: int, channel: ChannelSpec) -> Listing:
    now = timezone.now()
    return Listing(product_id=product, channel_id=channel.id, state_since=now, next_try_at=now)
