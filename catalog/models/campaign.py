"""Values that hold for a while: a launch, a sale, a season. Resolution reads them between `starts_at` and `ends_at`."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.codes import Labelled
from catalog.models.product import Product


class Campaign(Labelled):
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    priority = models.IntegerField(
        _("priority"), default=0, help_text=_("Where two campaigns meet, the higher wins.")
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-starts_at", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], name="campaign_code", violation_error_message=_("This code is taken.")
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="campaign_window",
                violation_error_message=_("A campaign ends after it starts."),
            ),
        ]


class CampaignValues(models.Model):
    """What a campaign says of one product: a flat document like ProductValues.values (keys carry locale and context)."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="documents")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="campaign_values")
    values = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "product"], name="campaign_values")]

    def __str__(self) -> str:
        return f"{self.campaign_id} on {self.product_id}"
