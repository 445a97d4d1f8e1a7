"""The translation memory's index: by which texts that were translated already are found again, the same or alike."""

from __future__ import annotations

from django.db import models


class MemoryMark(models.Model):
    """One mark of a product's own text in a locale that others are translated from: of the whole text, or of a part of its
    words. What the text says now, and its translations, stand in the product. Owner: enrichment.memory.following.
    """

    mark = models.BigIntegerField()
    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mark", "product", "key"], name="memory_mark")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.key}"


class MemoryStale(models.Model):
    """A product whose marks are to be made anew; noted in the transaction of its change, as often as it changes."""

    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="+", db_index=False)

    def __str__(self) -> str:
        return f"{self.product_id}"
