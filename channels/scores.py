"""The stored completeness: its narrow table is written only where a number changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from catalog.values.rows import insert_rows
from channels.completeness import Score, Slot
from channels.models import Completeness


def store(computed: Mapping[int, Mapping[Slot, Score]], *, created: Collection[int] = ()) -> None:
    """`computed`: product id → slot → score. Other rows of these products go. At most four queries.

    `created`: products made in this transaction, of which nothing can be stored yet.
    """
    insert_rows(
        Completeness,
        ("product", "channel", "locale", "required", "missing"),
        (
            (product, slot.channel, slot.locale, score.required, score.missing)
            for product in created
            for slot, score in computed.get(product, {}).items()
        ),
    )
    known = {product: slots for product, slots in computed.items() if product not in created}
    if known:
        _store_changed(known)


def _store_changed(computed: Mapping[int, Mapping[Slot, Score]]) -> None:
    stored = {
        (product, Slot(channel, locale)): (pk, Score(required, missing))
        for pk, product, channel, locale, required, missing in Completeness.objects.filter(
            product_id__in=list(computed)
        ).values_list("pk", "product_id", "channel_id", "locale", "required", "missing")
    }
    wanted = {(product, slot): score for product, slots in computed.items() for slot, score in slots.items()}
    gone = [pk for place, (pk, _score) in stored.items() if place not in wanted]
    if gone:
        Completeness.objects.filter(pk__in=gone).delete()
    changed = [
        Completeness(
            product_id=product,
            channel_id=slot.channel,
            locale=slot.locale,
            required=score.required,
            missing=score.missing,
        )
        for (product, slot), score in wanted.items()
        if stored.get((product, slot), (0, None))[1] != score
    ]
    Completeness.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["product", "channel", "locale"],
        update_fields=["required", "missing"],
    )


def of_products(product_ids: Iterable[int]) -> dict[int, dict[Slot, Score]]:
    """What is stored for these products, in one query."""
    found: dict[int, dict[Slot, Score]] = {}
    for product, channel, locale, required, missing in Completeness.objects.filter(
        product_id__in=list(product_ids)
    ).values_list("product_id", "channel_id", "locale", "required", "missing"):
        found.setdefault(product, {})[Slot(channel, locale)] = Score(required, missing)
    return found
