"""Where channels contradict each other about a product. Owner: channels.consistency.report."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Contradiction(models.Model):
    """One line on which channels differ, as the last look found it. `why` explains it, "" where nothing does.

    `values`: [{"channel": id, 0 for the attribute itself; "text", "why"}]; `pairs`: ",3-7," the channels' ids that differ,
    the smaller first (",3-3," where one contradicts the attribute); `attributes`: ",name,brand," what it is made of.
    """

    class Kind(models.TextChoices):
        PRICE = "price", _("Prices")
        MEASURE = "measure", _("Measures and numbers")
        FACT = "fact", _("Claims, materials and choices")
        TITLE = "title", _("Titles that name something else")
        MISSING = "missing", _("Sent to one, missing in another")

    # No index of its own here: the constraint's begins with it.
    product = models.ForeignKey(
        "catalog.Product", on_delete=models.CASCADE, related_name="contradictions", db_index=False
    )
    kind = models.CharField(max_length=10, choices=Kind)
    line = models.CharField(max_length=150)
    label = models.CharField(max_length=150)
    locale = models.CharField(max_length=20, default="")
    attributes = models.TextField()
    values = models.JSONField()
    pairs = models.TextField()
    why = models.CharField(max_length=10, default="")
    digest = models.CharField(max_length=64)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    # Meant so, as somebody said; it ends when one of the values changes.
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "kind", "line", "locale"], name="contradiction")
        ]
        indexes = [
            models.Index(fields=["kind", "why", "id"], name="contradiction_kind"),
            models.Index(fields=["seen_at"], name="contradiction_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.kind}: {self.label}"
