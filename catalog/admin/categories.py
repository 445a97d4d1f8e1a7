"""The category trees, shown as an indented list."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog.admin.base import FixedCodeForm, StructureAdmin, indented
from catalog.models import Category
from catalog.structure.categories import place
from catalog.transfer.admin import TransferAdmin
from catalog.transfer.resources import CategoryResource


class CategoryForm(FixedCodeForm):
    def clean_parent(self) -> Any:
        parent = self.cleaned_data["parent"]
        if parent and self.instance.pk and f"/{self.instance.pk}/" in parent.path:
            raise ValidationError(
                _("%(parent)s lies below this category: choose another.") % {"parent": parent}
            )
        return parent


@admin.register(Category)
class CategoryAdmin(TransferAdmin, StructureAdmin):
    kind = "category"
    form = CategoryForm
    resource_classes = [CategoryResource]
    list_display = ["tree", "code", "position"]
    sortable_by = ()
    list_display_links = ["tree", "code"]
    search_fields = ["code"]
    search_labels = True
    autocomplete_fields = ["parent"]
    fields = ["code", "labels", "parent", "position"]
    ordering = ["path"]
    empty_sentence = _(
        "Categories sort products into trees: one for the shop, one for the catalogue, as many as there are channels."
    )

    @admin.display(description=_("category"), ordering="path")
    def tree(self, category: Category) -> SafeString:
        return indented(category, category.depth)

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        place(obj, obj.parent)
