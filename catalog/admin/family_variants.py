"""Family variants: on which level each attribute is said, and what tells variants apart."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet

from catalog.admin.base import StructureAdmin, StructureTabular
from catalog.models import FamilyVariant, VariantAttribute
from catalog.structure.variants import check_variant
from catalog.transfer.admin import TransferAdmin
from catalog.transfer.settings import FamilyVariantResource


class VariantAttributeFormSet(PaginationInlineFormSet):
    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        rows = [
            form.instance
            for form in self.forms
            if form not in self.deleted_forms
            and (form.instance.pk or form.has_changed())
            and form.instance.attribute_id
        ]
        if self.instance.family_id is None:
            return
        errors = check_variant(self.instance, rows)
        if errors:
            raise ValidationError(errors)


class VariantAttributeInline(StructureTabular):
    model = VariantAttribute
    formset = VariantAttributeFormSet
    autocomplete_fields = ["attribute"]
    fields = ["attribute", "level", "is_axis", "position"]
    ordering_field = "position"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("attribute")


@admin.register(FamilyVariant)
class FamilyVariantAdmin(TransferAdmin, StructureAdmin):
    resource_classes = [FamilyVariantResource]
    kind = "family_variant"
    list_display = ["label", "code", "family", "axes"]
    list_filter = [("family", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["family"]
    search_fields = ["code", "family__code"]
    search_labels = True
    autocomplete_fields = ["family"]
    fields = ["code", "labels", "family"]
    inlines = [VariantAttributeInline]
    empty_sentence = _(
        "A family variant says how products of a family split into variants: by colour, by colour and size."
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("variant_attributes__attribute")

    def get_readonly_fields(self, request: HttpRequest, obj: FamilyVariant | None = None) -> list[str]:
        return ["family"] if obj else []

    @admin.display(description=_("axes"))
    def axes(self, variant: FamilyVariant) -> str:
        levels: dict[int, list[str]] = {}
        for row in variant.variant_attributes.all():
            if row.is_axis:
                levels.setdefault(row.level, []).append(str(row.attribute))
        return " → ".join(" + ".join(names) for _level, names in sorted(levels.items())) or "—"
