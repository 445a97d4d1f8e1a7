"""How many products stand where: by status, by completeness and by what is missing, by state on the channels.

Each is one GROUP BY that an index answers alone. What lies in the trash is counted by itself and taken off, since a look at
each product's row would cost more than all the rest.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet

from catalog.models import Product
from channels import lacking
from channels.models import Completeness, Listing


@dataclass(slots=True)
class PlaceNumbers:
    """One channel in one locale. `missing`: attribute code → products that lack it."""

    total: int = 0
    complete: int = 0
    missing: Counter[str] = field(default_factory=Counter)


def _counted(
    rows: QuerySet[Any], fields: tuple[str, ...], products: QuerySet[Product] | None
) -> dict[tuple[Any, ...], int]:
    """`products`: those to count, None for all that are not in the trash."""
    asked = rows.order_by().values_list(*fields).annotate(n=Count("*"))
    if products is not None:
        return {tuple(key): n for *key, n in asked.filter(product__in=products.values("pk"))}
    counted = {tuple(key): n for *key, n in asked}
    # A second statement: what was written between the two may stand in one of them alone.
    for *key, n in asked.filter(product__in=Product.objects.trashed().values("pk")):
        counted[tuple(key)] = max(0, counted.get(tuple(key), 0) - n)
    return counted


def by_place(products: QuerySet[Product] | None) -> dict[tuple[int, str], PlaceNumbers]:
    """(channel id, locale) → its numbers. Three queries at most."""
    fields = ("channel_id", "locale", "missing", "lacks")
    counted, sets = _counted(Completeness.objects.all(), fields, products), lacking.sets()
    places: dict[tuple[int, str], PlaceNumbers] = {}
    for (channel, locale, missing, lacks), n in counted.items():
        place = places.setdefault((channel, locale), PlaceNumbers())
        place.total += n
        if not missing:
            place.complete += n
        for code in sets.get(lacks, ()):
            place.missing[code] += n
    return places


def by_state(products: QuerySet[Product] | None) -> dict[tuple[int, str], int]:
    """(channel id, state) → listings."""
    counted = _counted(Listing.objects.all(), ("channel_id", "state"), products)
    return {(channel, state): n for (channel, state), n in counted.items() if n}


def by_status(products: QuerySet[Product]) -> dict[str, int]:
    return dict(products.order_by().values_list("status").annotate(n=Count("pk")))
