"""Texts whose source changed after they were translated."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product


class OutdatedTranslation(models.Model):
    """A product's own text at `key`, translated from `source`, which stood at `source_key` then and no longer does.

    A row stands for "look at this again": it goes when the text is written anew, when the source is again what it was, or
    when somebody says that the translation is still right. Owner: catalog.values.translations.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="outdated")
    key = models.CharField(max_length=255)
    locale = models.CharField(max_length=20)
    source_key = models.CharField(max_length=255)
    source = models.JSONField()  # the stored value, so that no history is needed to show what changed
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("outdated translation")
        verbose_name_plural = _("outdated translations")
        constraints = [models.UniqueConstraint(fields=["product", "key"], name="outdated_translation")]
        indexes = [models.Index(fields=["locale", "product"], name="outdated_locale")]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.key}"
