"""The row by which a check or a person holds a sheet back."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Block(models.Model):
    """No channel or locale: all of them. Upper rooms write these rows, delivery reads them."""

    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="blocks")
    channel = models.ForeignKey(
        "channels.Channel", null=True, blank=True, on_delete=models.CASCADE, related_name="blocks"
    )
    locale = models.CharField(max_length=20, default="", blank=True)
    code = models.CharField(max_length=100)
    message = models.TextField()
    by = models.CharField(max_length=100)  # "person:7", "check:gtin", "import:12"
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints = [
            models.UniqueConstraint(fields=["product", "channel", "locale", "code", "by"], name="block"),
            models.UniqueConstraint(
                fields=["product", "locale", "code", "by"],
                condition=models.Q(channel=None),
                name="block_any_channel",
            ),
        ]

    def __str__(self) -> str:
        return self.message
