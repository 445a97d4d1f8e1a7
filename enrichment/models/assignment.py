"""A product somebody is to do something about."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

NOTE_LENGTH = 500


class Assignment(models.Model):
    """`note`: what is to be done. Open until somebody says that it is done; of one person and product one at most is open.

    Owner: enrichment.assigning.
    """

    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="assignments")
    to = models.ForeignKey(
        "catalog.User", on_delete=models.CASCADE, related_name="assignments", db_index=False
    )
    by = models.ForeignKey(
        "catalog.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    note = models.CharField(_("what is to be done"), max_length=NOTE_LENGTH, blank=True, default="")
    due = models.DateField(_("due"), null=True, blank=True)
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        "catalog.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.UniqueConstraint(
                fields=["to", "product"], condition=Q(done_at__isnull=True), name="assignment_open"
            )
        ]
        indexes = [
            models.Index(fields=["done_at"], condition=Q(done_at__isnull=False), name="assignment_done")
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.to_id}"
