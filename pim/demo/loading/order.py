"""A few products of the demo placed by hand in their categories, as a shop's people would: what sells best stands first."""

from __future__ import annotations

from catalog.models import Category, Product, User
from catalog.structure import product_order

# Category → SKUs in their order.
FIRST = {"knives_outdoor": ("TH-TURKL", "TH-LOMME", "TH-FILET"), "cook_pots": ("TH-EMGRYTE", "TH-GRYTE5")}


def place_products(*, by: User) -> None:
    """What is no longer there, or stands elsewhere now, is left out."""
    for code, skus in FIRST.items():
        category = Category.objects.filter(code=code).first()
        products = dict(
            Product.objects.filter(sku__in=skus, product_categories__category=category).values_list(
                "sku", "pk"
            )
        )
        for place, sku in enumerate((sku for sku in skus if sku in products), start=1):
            if category is not None:
                product_order.move(category, products[sku], place, by=by.pk)
