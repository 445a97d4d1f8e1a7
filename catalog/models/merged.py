"""What became of a product that was found to be another one."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import models

from catalog.models.product import Product


class MergedQuerySet(models.QuerySet["MergedProduct"]):
    def in_force(self) -> MergedQuerySet:
        """Of who was taken out of the trash again, the pointer says nothing any more."""
        return self.filter(product__trashed_at__isnull=False)

    def ends(self, product_ids: Iterable[int]) -> dict[int, int]:
        """{product: the one it is by now}, of those that were merged: also that one may have been, into a third. A query, and
        one for each step further."""
        steps: dict[int, int] = {}
        asked = set(product_ids)
        wanted = frozenset(asked)
        while asked:
            found = dict(self.in_force().filter(product__in=asked).values_list("product_id", "into_id"))
            steps |= found
            asked = set(found.values()) - steps.keys()
        return {pk: _end(pk, steps) for pk in wanted & steps.keys()}

    def beginnings(self, product_ids: Collection[int]) -> dict[int, int]:
        """{product: the one of these that it is by now}: those that were merged into them, step by step. As many queries."""
        found: dict[int, int] = {}
        reached = {pk: pk for pk in product_ids}
        while reached:
            rows = self.in_force().filter(into__in=reached).values_list("product_id", "into_id")
            reached = {pk: reached[into] for pk, into in rows if pk not in found and pk not in product_ids}
            found |= reached
        return found


def _end(product: int, steps: dict[int, int]) -> int:
    seen = {product}
    while (after := steps.get(product)) is not None and after not in seen:
        product = after
        seen.add(product)
    return product


class MergedProduct(models.Model):
    """A pointer: this product, now in the trash, was found to be another one, and `into` has its values."""

    product = models.OneToOneField(Product, primary_key=True, on_delete=models.CASCADE, related_name="merged")
    into = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="merged_from")
    at = models.DateTimeField()
    by = models.ForeignKey("catalog.User", null=True, on_delete=models.SET_NULL, related_name="+")

    objects = MergedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.product_id} → {self.into_id}"
