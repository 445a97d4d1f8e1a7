"""Families and their attributes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.admin.base import FixedCodeForm, StructureAdmin, StructureTabular
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models import Family, FamilyAttribute
from catalog.transfer.admin import TransferAdmin
from catalog.transfer.resources import FamilyResource


class FamilyForm(FixedCodeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (
            ("label_attribute", _("Label attribute")),
            ("image_attribute", _("Picture attribute")),
        ):
            if name in self.fields:
                self.fields[name].label = label

    def clean_label_attribute(self) -> Any:
        attribute = self.cleaned_data["label_attribute"]
        if attribute and not ATTRIBUTE_TYPES[attribute.type].is_text:
            raise ValidationError(_("A label is a text: choose an attribute of a text type."))
        return attribute

    def clean_image_attribute(self) -> Any:
        attribute = self.cleaned_data["image_attribute"]
        if attribute and attribute.type != "image":
            raise ValidationError(_("Choose an attribute of the type Image."))
        return attribute


class FamilyAttributeInline(StructureTabular):
    model = FamilyAttribute
    autocomplete_fields = ["attribute"]
    fields = ["attribute", "position"]
    ordering_field = "position"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("attribute")


@admin.register(Family)
class FamilyAdmin(TransferAdmin, StructureAdmin):
    kind = "family"
    form = FamilyForm
    resource_classes = [FamilyResource]
    list_display = ["label", "code", "attribute_count", "label_attribute", "image_attribute"]
    list_select_related = ["label_attribute", "image_attribute"]
    search_fields = ["code"]
    search_labels = True
    autocomplete_fields = ["label_attribute", "image_attribute"]
    fields = ["code", "labels", "label_attribute", "image_attribute"]
    ordering = ["code"]  # counting rows drops the model's own order
    inlines = [FamilyAttributeInline]
    empty_sentence = _(
        "A family is a kind of product, such as mugs or tents: it says which attributes its products have."
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(attribute_count=Count("family_attributes"))

    @admin.display(description=_("attributes"), ordering="attribute_count")
    def attribute_count(self, family: Any) -> int:
        return family.attribute_count
