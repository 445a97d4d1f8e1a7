"""How far the thinning of old rows has come."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Thinning(models.Model):
    """One row for each rule of catalog.retention. `cursor`: where the next step goes on; 0 begins again."""

    rule = models.CharField(max_length=50, unique=True)
    cursor = models.PositiveBigIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)
    thinned_at = models.DateTimeField(null=True)  # when anything was removed last
    removed = models.PositiveBigIntegerField(default=0)  # in all

    class Meta:
        verbose_name = _("retention")
        verbose_name_plural = _("retention")

    def __str__(self) -> str:
        return self.rule
