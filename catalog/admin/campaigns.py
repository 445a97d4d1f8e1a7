"""Campaigns: when they hold, and which wins. Their values are written on the product page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from catalog.admin.base import StructureAdmin
from catalog.models import Campaign


@admin.register(Campaign)
class CampaignAdmin(StructureAdmin):
    view_verb = "product.view"
    kind = "campaign"
    list_display = ["label", "code", "now", "starts_at", "ends_at", "priority", "product_count"]
    list_filter = ["is_active"]
    search_fields = ["code"]
    search_labels = True
    ordering = ["-starts_at", "code"]  # counting rows drops the model's own order
    fields = ["code", "labels", "starts_at", "ends_at", "priority", "is_active"]
    empty_sentence = _(
        "A campaign's values hold for a while and end by themselves: a launch, a sale, a season."
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(product_count=Count("documents"))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Its moments are read in the zone of whoever writes them, so that zone is named beside them."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name in ("starts_at", "ends_at"):
            zone = {"zone": timezone.get_current_timezone_name()}
            field.help_text = (
                gettext("In the time zone %(zone)s, which is yours. Everybody reads it in their own.") % zone
            )
        return field

    @display(
        description=_("now"), label={"running": "success", "coming": "info", "over": "", "off": "warning"}
    )
    def now(self, campaign: Campaign) -> tuple[str, Any]:
        at = timezone.now()
        if not campaign.is_active:
            return "off", _("Switched off")
        if campaign.starts_at > at:
            return "coming", _("Coming")
        return ("over", _("Over")) if campaign.ends_at <= at else ("running", _("Running"))

    @admin.display(description=_("products"), ordering="product_count")
    def product_count(self, campaign: Any) -> int:
        return campaign.product_count
