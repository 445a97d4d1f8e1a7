"""What a reviewer wrote to whoever sent a product to review, when it went back."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReviewNote(models.Model):
    """Stands until the product, or its texts in `locale`, are approved or returned again; while that is a draft, it waits for `to`.

    Owner: enrichment.review. `rev`: the product's revision that was looked at.
    """

    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="review_notes")
    locale = models.CharField(max_length=20, default="")  # "" for the product
    text = models.TextField(_("comment"), max_length=2000)
    by = models.ForeignKey("catalog.User", null=True, on_delete=models.SET_NULL, related_name="+")
    to = models.ForeignKey(
        "catalog.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    rev = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("review note")
        verbose_name_plural = _("review notes")
        indexes = [
            models.Index(
                fields=["to"], condition=models.Q(settled_at__isnull=True), name="review_note_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.text[:60]}"
