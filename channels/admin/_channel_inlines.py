"""What stands below a channel's profile: required attributes, and how each field of its sheet is made."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline, TabularInline

from catalog.access import PolicyInline
from catalog.admin._preset_autocomplete import PresetForm, PresetInputs
from channels.admin._lines import LimitsField, SourceField, TransformsField, ValueListField
from channels.models import FieldMapping, Requirement
from channels.sheets.transforms import TRANSFORMS


class _ChannelInline(PresetInputs, PolicyInline):
    view_verb = "channel.view"
    edit_verb = "channel.edit"
    extra = 0
    tab = True


class RequirementInline(_ChannelInline, TabularInline):
    model = Requirement
    form = PresetForm
    autocomplete_fields = ["family", "attribute"]
    fields = ["family", "attribute", "level"]
    verbose_name_plural = _("Required attributes")

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super().get_queryset(request).select_related("family", "attribute").order_by("family__code", "pk")
        )


class FieldForm(PresetForm):
    source = SourceField(
        label=_("Made from"),
        help_text=_(
            "An attribute's code; a template, as {brand} {name}; or =text for the same text everywhere."
        ),
    )
    transforms = TransformsField(
        label=_("Transforms"), help_text=_("One per line, in order, as: truncate length=75. There are: %s.") % ", ".join(sorted(TRANSFORMS))
    )  # fmt: skip
    value_list = ValueListField(
        label=_("Value list"), help_text=_("One option per line, ours = theirs, as: red = RED-01.")
    )
    limits = LimitsField(
        label=_("Limits"),
        help_text=_(
            "One per line, as: max_length = 75. There are: max_length, min_length, max_items, pattern, allowed, min, max."
        ),
    )

    class Meta:
        model = FieldMapping
        fields = (
            "target",
            "family",
            "source",
            "localized",
            "required",
            "transforms",
            "value_list",
            "limits",
            "position",
        )


class FieldInline(_ChannelInline, StackedInline):
    model = FieldMapping
    form = FieldForm
    autocomplete_fields = ["family"]
    fields = [
        ("target", "source"),
        ("localized", "required"),
        "family",
        "transforms",
        "value_list",
        "limits",
        "position",
    ]
    verbose_name_plural = _("Fields of the sheet")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("family")
