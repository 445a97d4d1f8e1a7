"""Attribute groups: the sections of the product page, and the parts of it a role may be limited to."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.admin.base import StructureAdmin
from catalog.models import AttributeGroup
from catalog.transfer.admin import TransferAdmin
from catalog.transfer.resources import AttributeGroupResource


@admin.register(AttributeGroup)
class AttributeGroupAdmin(TransferAdmin, StructureAdmin):
    kind = "attribute_group"
    resource_classes = [AttributeGroupResource]
    list_display = ["label", "code", "attribute_count", "position"]
    search_fields = ["code"]
    search_labels = True
    fields = ["code", "labels", "position"]
    ordering = ["position", "code"]  # counting rows drops the model's own order
    empty_sentence = _("Groups are the sections of the product page, such as Marketing or Technical data.")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(attribute_count=Count("attributes"))

    @admin.display(description=_("attributes"), ordering="attribute_count")
    def attribute_count(self, group: Any) -> int:
        return group.attribute_count
