"""Finding products by what people call them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models.functions import Upper

from catalog.models.product import Product


def find(skus: Iterable[str]) -> dict[str, int]:
    """{SKU in capitals: id} of those that exist, trashed ones too. SKUs differ by more than case."""
    wanted = {sku.upper() for sku in skus if sku}
    rows = Product.objects.annotate(folded=Upper("sku")).filter(folded__in=wanted).values_list("folded", "pk")
    return dict(rows) if wanted else {}


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
