"""Holding sheets back and letting them go: the only way upper rooms write Block rows, so that listings learn of it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.values.products import with_below
from channels import profile
from channels.marking import mark_products
from channels.models import Block


def hold(
    *,
    product_ids: Iterable[int],
    code: str,
    message: str,
    by: str,
    channel_id: int | None = None,
    locale: str = "",
) -> None:
    """Blocks the products' sheets (and those of variants below them) on a channel, or on all; a new message replaces the old.

    `by` as "person:7" or "check:gtin". One transaction; locks the listings concerned.
    """
    ids = sorted(set(product_ids))
    with transaction.atomic():
        _blocks(ids, code, by, channel_id, locale).delete()
        Block.objects.bulk_create(
            Block(
                product_id=pk,
                channel_id=channel_id,
                locale=locale,
                code=code,
                message=message,
                by=by,
                created_at=timezone.now(),
            )
            for pk in ids
        )
        _mark(ids, channel_id)


def lift(
    *, product_ids: Iterable[int], code: str, by: str, channel_id: int | None = None, locale: str = ""
) -> int:
    """Takes such blocks away, so that the sheets go out again; returns how many there were."""
    ids = sorted(set(product_ids))
    with transaction.atomic():
        lifted, _rows = _blocks(ids, code, by, channel_id, locale).delete()
        if lifted:
            _mark(ids, channel_id)
    return lifted


def _blocks(ids: list[int], code: str, by: str, channel_id: int | None, locale: str) -> QuerySet[Block]:
    return Block.objects.filter(product_id__in=ids, code=code, by=by, channel_id=channel_id, locale=locale)  # type: ignore[misc]


def _mark(ids: list[int], channel_id: int | None) -> None:
    channels = [spec for spec in profile.current(Structure.current()).active if channel_id in (None, spec.id)]
    mark_products(Product.objects.filter(with_below(ids)).only("pk", "kind", "root_id"), channels)
