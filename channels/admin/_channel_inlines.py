"""What stands below a channel's profile: the attributes it requires."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from catalog.access import PolicyInline
from catalog.admin._preset_autocomplete import PresetForm, PresetInputs
from channels.models import Requirement


class RequirementInline(PresetInputs, PolicyInline, TabularInline):
    view_verb = "channel.view"
    edit_verb = "channel.edit"
    extra = 0
    tab = True
    model = Requirement
    form = PresetForm
    autocomplete_fields = ["family", "attribute"]
    fields = ["family", "attribute", "level"]
    verbose_name_plural = _("Required attributes")

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super().get_queryset(request).select_related("family", "attribute").order_by("family__code", "pk")
        )
