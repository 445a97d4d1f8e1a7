"""What became of a product that was found to be another one."""

from __future__ import annotations

from django.db import models

from catalog.models.product import Product


class MergedProduct(models.Model):
    """A pointer: this product, now in the trash, was found to be another one, and `into` has its values."""

    product = models.OneToOneField(Product, primary_key=True, on_delete=models.CASCADE, related_name="merged")
    into = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="merged_from")
    at = models.DateTimeField()
    by = models.ForeignKey("catalog.User", null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"{self.product_id} → {self.into_id}"
