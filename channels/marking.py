"""Noting that listings are no longer as they should be. Called inside the transaction of the change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from catalog.models.product import Product
from catalog.models.revision import Revision
from catalog.values.rows import insert_rows
from channels.models import Listing
from channels.profile import ChannelSpec
from channels.units import units_of

SINGLE_EDITS = 50  # products of one change; more are a sync


def mark_products(
    products: Iterable[Product],
    channels: Sequence[ChannelSpec],
    *,
    held_by: str = "",
    created: Collection[int] = (),
) -> None:
    """Makes the units these products belong to stale on the channels; a unit without a listing gets one.

    `created`: products made in this transaction, which nobody else can have given a listing. Many at once count as a part
    of a sync, behind which nobody's single edit waits. Four queries for each kind of unit, whatever the numbers. Locks the
    listings in the order of their ids.
    """
    products = list(products)
    if not held_by and len(products) > SINGLE_EDITS:
        held_by = Listing.SYNC
    for unit in sorted({spec.unit for spec in channels}):
        ids = units_of(unit, products)
        meant = [spec.id for spec in channels if spec.unit == unit]
        if new := [pk for pk in ids if pk in created]:
            _list(new, meant, held_by)
        if known := [pk for pk in ids if pk not in created]:
            _mark(known, meant, held_by)


def _list(units: Sequence[int], channels: Collection[int], held_by: str) -> None:
    """Listings of new units, stale from the first."""
    now = timezone.now()
    pattern = Listing(desired_rev=1, stale_since=now, state_since=now, next_try_at=now, held_by=held_by)
    names = [field.name for field in Listing._meta.concrete_fields if not field.primary_key]
    values = [getattr(pattern, Listing._meta.get_field(name).attname) for name in names]  # type: ignore[union-attr]
    product, channel = names.index("product"), names.index("channel")
    listed = []
    for unit in units:
        for pk in channels:
            row = list(values)
            row[product], row[channel] = unit, pk
            listed.append(row)
    insert_rows(Listing, names, listed)


def mark_left(products: Sequence[int]) -> None:
    """Listings that stand under these products themselves: where they are a part of a model now, they are taken down.

    Of channels that are not active too: what they still show is withdrawn when they are active again.
    """
    Listing.objects.filter(product_id__in=products).update(**_raised(timezone.now()))


def remember_keys(renamed: Mapping[int, int]) -> None:
    """`renamed`: product id → the revision that gave it another SKU. Call it after mark_products, which locks the rows.

    What may have arrived, with no answer to tell, is looked for under the SKU it was sent with: else it would stand there
    for good, beside the one under the new SKU.
    """
    doubtful = Q(unknown=True) | ~Q(lease_token="") | ~Q(submission__in=["", Listing.GATHERED])
    rows = Listing.objects.filter(doubtful, product_id__in=list(renamed)).values_list(
        "pk", "product_id", "sent_sheet"
    )
    unsaid = [(pk, product) for pk, product, sheet in rows if not sheet]
    if not unsaid:
        return
    before = {
        product: changes["_sku"][0]
        for product, rev, changes in Revision.objects.filter(
            product_id__in={product for _pk, product in unsaid}, rev__in=set(renamed.values())
        ).values_list("product_id", "rev", "changes")
        if rev == renamed[product]
    }
    for pk, product in unsaid:
        Listing.objects.filter(pk=pk).update(sent_sheet={"sku": before[product]})


def _mark(units: Sequence[int], channels: Collection[int], held_by: str) -> None:
    now = timezone.now()
    rows = Listing.objects.filter(product_id__in=units, channel_id__in=channels).order_by("pk")
    known = {
        (product, channel)
        for _pk, product, channel in rows.select_for_update().values_list("pk", "product_id", "channel_id")
    }
    # Born unchanged and raised with the others: where another transaction was first, its listing is raised.
    new = [
        Listing(
            product_id=unit,
            channel_id=channel,
            desired_rev=0,
            state_since=now,
            next_try_at=now,
        )
        for unit in units
        for channel in channels
        if (unit, channel) not in known
    ]
    Listing.objects.bulk_create(new, ignore_conflicts=True)
    changes = _raised(now)
    changes["held_by"] = _turn(held_by)
    Listing.objects.filter(product_id__in=units, channel_id__in=channels).update(**changes)


def _turn(held_by: str) -> Any:
    """What waits for its own sake is not put behind a sync; and a single edit takes what it changes out of one."""
    if held_by == Listing.SYNC:
        return behind()
    return Value(held_by) if held_by else at_once()


def behind() -> Any:
    """`held_by` of one of many: neither what an import holds nor what waits by itself already becomes a part of the sync."""
    return Case(
        When(held_by="", desired_rev__lte=F("sent_rev"), then=Value(Listing.SYNC)), default=F("held_by")
    )


def at_once() -> Any:
    """`held_by` of what a person waits for: an import that holds it goes on holding it."""
    return Case(When(held_by=Listing.SYNC, then=Value("")), default=F("held_by"))


def _raised(now: datetime) -> dict[str, Any]:
    return {
        "desired_rev": F("desired_rev") + 1,
        "stale_since": Coalesce("stale_since", Value(now)),
        # What was not stale waited for its confirmation, at most: that is no reason to wait with a change.
        "next_try_at": Case(
            When(desired_rev__lte=F("sent_rev"), submission="", then=Value(now)), default=F("next_try_at")
        ),
    }
