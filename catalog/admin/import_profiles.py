"""Import profiles: what an import remembered of a supplier's files. They are made and changed by importing."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.admin.base import CatalogAdmin, FixedCodeForm
from catalog.models import ImportProfile


@admin.register(ImportProfile)
class ImportProfileAdmin(CatalogAdmin):
    view_verb = edit_verb = "import.run"
    form = FixedCodeForm
    list_display = ["label", "code", "source", "dialect", "column_count"]
    list_filter = ["source"]
    list_select_related = ["source"]
    search_fields = ["code"]
    search_labels = True
    fields = ["code", "labels", "source", "dialect", "column_count"]
    readonly_fields = ["dialect", "column_count"]
    empty_sentence = _(
        "A profile remembers how a supplier's file is read. Save one at the end of an import's mapping."
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=_("label"))
    def label(self, profile: ImportProfile) -> str:
        return str(profile)

    @admin.display(description=_("columns"))
    def column_count(self, profile: ImportProfile) -> int:
        return len(profile.mapping)
