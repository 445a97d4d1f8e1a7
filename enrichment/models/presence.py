"""Who has a product open right now."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Presence(models.Model):
    """`key`: the value they are in, "" for none. Older than enrichment.presence.LASTS, it says nothing any more.

    Advisory: nothing is held by it, and nothing waits for it.
    """

    user = models.ForeignKey("catalog.User", on_delete=models.CASCADE, related_name="+", db_index=False)
    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255, blank=True, default="")
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [models.UniqueConstraint(fields=["user", "product"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.product_id}"
