"""Sources of values, their rank and where they may write."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.admin.base import StructureAdmin, StructureTabular
from catalog.models import Source, SourcePolicy
from catalog.transfer.admin import TransferAdmin
from catalog.transfer.settings import SourceResource


class SourcePolicyInline(StructureTabular):
    model = SourcePolicy
    announced_kind = "source_policy"
    autocomplete_fields = ["attribute", "group"]
    fields = ["attribute", "group", "may_write", "rank"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("source", "attribute", "group")


@admin.register(Source)
class SourceAdmin(TransferAdmin, StructureAdmin):
    resource_classes = [SourceResource]
    kind = "source"
    list_display = ["label", "code", "kind_of", "rank"]
    list_filter = ["kind"]
    search_fields = ["code"]
    search_labels = True
    fields = ["code", "labels", "kind", "rank"]
    inlines = [SourcePolicyInline]
    empty_sentence = _(
        "Each value knows its source: a person, the ERP, a supplier's file. The higher rank wins."
    )

    @admin.display(description=_("kind"), ordering="kind")
    def kind_of(self, source: Source) -> str:
        return source.get_kind_display()
