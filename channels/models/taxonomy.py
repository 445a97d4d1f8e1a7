"""A channel's own categories, as it publishes them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Taxonomy(models.Model):
    """One list: of whoever owns it (channels.categories.taxonomies.owner), in a language. It is replaced as a whole; `entries` are [code, path], the path from
    the top with " > " between (channels.categories.taxonomies)."""

    connector = models.CharField(_("connector"), max_length=30)
    locale = models.CharField(_("locale"), max_length=20)
    name = models.CharField(_("file"), max_length=255)
    entries = models.JSONField(default=list)
    count = models.PositiveIntegerField(_("entries"), default=0)
    at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("list of a channel's categories")
        verbose_name_plural = _("lists of channels' categories")
        constraints = [models.UniqueConstraint(fields=["connector", "locale"], name="taxonomy")]

    def __str__(self) -> str:
        return f"{self.connector}: {self.name}"
