"""Measurement families and their units."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet

from catalog.admin.base import StructureAdmin, StructureTabular
from catalog.models import MeasurementFamily, MeasurementUnit
from catalog.structure.units import why_family_stays, why_units_stay
from catalog.transfer.admin import TransferAdmin
from catalog.transfer.measurements import MeasurementFamilyResource, MeasurementUnitResource


class UnitFormSet(PaginationInlineFormSet, BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        leaving = [form.instance.code for form in self.deleted_forms if form.instance.pk]
        if leaving and (why := why_units_stay(self.instance, leaving)):
            raise ValidationError(why)
        kept = {
            form.cleaned_data.get("code"): form.cleaned_data
            for form in self.forms
            if form.is_valid() and form.cleaned_data and form not in self.deleted_forms
        }
        standard = kept.get(self.instance.standard_unit)
        if standard is None:
            raise ValidationError(
                _("The standard unit %(unit)s is not among the units: add it, or name another.")
                % {"unit": self.instance.standard_unit}
            )
        if (standard["factor"], standard["per"], standard["offset"]) != ("1", "1", "0"):
            raise ValidationError(
                _("%(unit)s is the family's standard unit: its factor is 1, without an offset.")
                % {"unit": self.instance.standard_unit}
            )


class UnitInline(StructureTabular):
    model = MeasurementUnit
    formset = UnitFormSet
    announced_kind = "measurement_unit"
    fields = ["code", "labels", "symbol", "uncefact", "factor", "per", "offset", "position"]
    ordering = ["position", "code"]
    ordering_field = "position"
    per_page = 200


@admin.register(MeasurementFamily)
class MeasurementFamilyAdmin(TransferAdmin, StructureAdmin):
    kind = "measurement_family"
    resource_classes = [MeasurementFamilyResource]
    list_display = ["label", "code", "standard_unit", "unit_count"]
    list_display_links = ["label", "code"]
    search_fields = ["code", "units__code"]
    search_labels = True
    fields = ["code", "labels", "standard_unit"]
    ordering = ["code"]  # counting rows drops the model's own order
    inlines = [UnitInline]
    empty_sentence = _("A measurement family says in which units an amount may be given, such as kg and lb.")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(unit_count=Count("units", distinct=True))

    def why_stays(self, row: Any) -> list[Any]:
        return why_family_stays(row)

    @admin.display(description=_("units"), ordering="unit_count")
    def unit_count(self, family: Any) -> int:
        return family.unit_count


@admin.register(MeasurementUnit)
class MeasurementUnitAdmin(TransferAdmin, StructureAdmin):
    """All units of all families: to find one, and to bring many by file."""

    kind = "measurement_unit"
    resource_classes = [MeasurementUnitResource]
    list_display = ["label", "code", "symbol", "family", "factor", "per", "offset"]
    list_filter = [("family", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["family"]
    search_fields = ["code", "symbol", "family__code"]
    search_labels = True
    fields = ["family", "code", "labels", "symbol", "uncefact", "factor", "per", "offset", "position"]
    empty_sentence = _("Units are made in their measurement family, or brought by file.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # in its family, where the standard unit is looked at

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def why_stays(self, row: Any) -> list[Any]:
        return why_units_stay(row.family, [row.code])
