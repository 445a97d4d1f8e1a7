"""Pictures and files, stored once by content."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Asset(models.Model):
    """A stored file. `sha256` is its identity: image values hold it, and the same bytes are stored once."""

    sha256 = models.CharField(max_length=64, unique=True)
    file = models.FileField(_("file"), upload_to="assets/")
    name = models.CharField(_("name"), max_length=255)
    mime = models.CharField(max_length=50)
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("catalog.User", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def __str__(self) -> str:
        return self.name
