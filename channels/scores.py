"""The stored completeness: its narrow table is written only where a number changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from django.db import connection

from catalog.values.rows import insert_rows, select_rows, update_rows
from channels import lacking
from channels.completeness import Score, Slot
from channels.models import Completeness

Slots = Mapping[Slot, Score]
NONE: Slots = {}
_COLUMNS = ("product", "channel", "locale", "required", "missing", "lacks")


class _Row(NamedTuple):
    product_id: int
    channel_id: int
    locale: str
    required: int
    missing: int
    lacks: int


def store(computed: Mapping[int, Slots], *, created: Collection[int] = ()) -> dict[int, Slots]:
    """`computed`: product id → slot → score. Other rows of these products go. At most four queries, one where a set of
    missing attributes is new, and one for each channel and locale of which rows go.

    Returns what was stored of the products whose scores changed. Call it with the products' rows locked: then nobody else
    stores theirs. `created`: products made in this transaction, of which nothing can be stored yet.
    """
    new = [
        _Row(product, *slot, *score)
        for product in created
        for slot, score in computed.get(product, NONE).items()
    ]
    lacking.store(row.lacks for row in new)
    insert_rows(Completeness, _COLUMNS, new)
    known = {product: slots for product, slots in computed.items() if product not in created}
    if not known:
        return {}
    stored = _of_products(known)
    before = {product: stored[product] for product, slots in known.items() if slots != stored[product]}
    _write({product: known[product] for product in before}, before)
    return before


def _of_products(products: Iterable[int]) -> dict[int, Slots]:
    """What is stored for each of these. A text a product: few differ, and reading a row a slot is most of the work."""
    joined, one = (
        "group_concat",
        "channel_id || '|' || locale || '|' || required || '|' || missing || '|' || lacks",
    )
    if connection.vendor == "postgresql":
        joined, one = "string_agg", "concat_ws('|', channel_id, locale, required, missing, lacks)"
    all_of = f"SELECT {joined}({one}, ',') FROM channels_completeness WHERE product_id = asked.id"  # noqa: S608 - our names
    listed = select_rows(f"SELECT id, ({all_of}) FROM {{asked}}", products)  # noqa: S608 - our names
    return {product: _read(text) if text else NONE for product, text in listed}


@lru_cache(maxsize=10_000)
def _read(text: str) -> Slots:
    rows = (row.split("|") for row in text.split(","))
    return {
        Slot(int(channel), locale): Score(int(required), int(missing), int(lacks))
        for channel, locale, required, missing, lacks in rows
    }


def _write(computed: Mapping[int, Slots], before: Mapping[int, Slots]) -> None:
    gone: dict[Slot, list[int]] = {}
    altered, new = [], []
    for product, slots in computed.items():
        stored = before[product]
        for slot in stored.keys() - slots.keys():
            gone.setdefault(slot, []).append(product)
        for slot, score in slots.items():
            if slot not in stored:
                new.append(_Row(product, *slot, *score))
            elif score != stored[slot]:
                altered.append(_Row(product, *slot, *score))
    for slot, products in gone.items():
        Completeness.objects.filter(
            product_id__in=products, channel_id=slot.channel, locale=slot.locale
        ).delete()
    lacking.store(row.lacks for row in (*altered, *new))
    update_rows(Completeness, ["required", "missing", "lacks"], altered, by=["product", "channel", "locale"])
    insert_rows(Completeness, _COLUMNS, new)
