"""Finding products by what people call them."""

from __future__ import annotations

import string
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Upper

from catalog.models.product import Product

_ASCII_CAPITALS = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)


def capitals(sku: str) -> set[str]:
    """What UPPER() may make of a SKU: SQLite knows ASCII's letters only, PostgreSQL turns letter by letter ("ß" stays)."""
    if sku.isascii():
        return {sku.upper()}
    by_letter = "".join(sign.upper() if len(sign.upper()) == 1 else sign for sign in sku)
    return {sku.upper(), by_letter, sku.translate(_ASCII_CAPITALS)}


def with_skus(skus: Iterable[str]) -> QuerySet[Product]:
    """The products of these SKUs, trashed ones too; give them as they were written, whatever their case."""
    wanted = {spelling for sku in skus for spelling in capitals(sku)}
    return Product.objects.annotate(folded_sku=Upper("sku")).filter(folded_sku__in=wanted)


def find(skus: Iterable[str]) -> dict[str, int]:
    """{SKU in capitals: id} of those that exist, trashed ones too. SKUs differ by more than case."""
    wanted = {sku for sku in skus if sku}
    rows = with_skus(wanted).values_list("sku", "pk") if wanted else ()
    return {sku.upper(): pk for sku, pk in rows}


def descendants(product_ids: Iterable[int]) -> list[int]:
    """Ids of the sub-models and variants below these products, in two queries."""
    children = list(
        Product.objects.filter(parent_id__in=list(product_ids)).order_by("pk").values_list("pk", "kind")
    )
    middle = [pk for pk, kind in children if kind == Product.Kind.SUBMODEL]
    below = (
        list(Product.objects.filter(parent_id__in=middle).order_by("pk").values_list("pk", flat=True))
        if middle
        else []
    )
    return [pk for pk, _kind in children] + below


def with_below(products: Iterable[int] | QuerySet[Product, Any]) -> Q:
    """These, and what stands below them on both levels. `products`: ids, or a query that gives them. Each part has its index."""
    return Q(pk__in=products) | Q(parent_id__in=products) | Q(root_id__in=products)


def below_each(product_ids: Iterable[int]) -> dict[int, list[int]]:
    """Each product's own descendants, in one query."""
    below: dict[int, list[int]] = {pk: [] for pk in product_ids}
    # Asked of one table, so that each half is found by its index. At the top of the tree stands a product's own id.
    rows = Product.objects.filter(Q(parent_id__in=below) | Q(root_id__in=below))
    for pk, *above in sorted(rows.values_list("pk", "parent_id", "root_id")):
        for each in set(above) - {pk}:
            if each in below:
                below[each].append(pk)
    return below
