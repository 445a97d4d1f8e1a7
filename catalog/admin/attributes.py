"""Attributes with their validation and their options."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet

from catalog.admin import _conversion_views, _workbook_views
from catalog.admin._attribute_form import PARAMS, AttributeForm
from catalog.admin.base import StructureAdmin, StructureTabular
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models import Attribute, Option
from catalog.structure.flags import conditions_naming
from catalog.structure.usage import has_values, options_in_use
from catalog.transfer.admin import TransferAdmin
from catalog.transfer.resources import AttributeResource, OptionResource


class OptionFormSet(PaginationInlineFormSet, BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        leaving = [form.instance.code for form in self.deleted_forms if form.instance.pk]
        used = options_in_use(self.instance, leaving) if leaving else []
        if used:
            raise ValidationError(
                _(
                    "Products have the value %(codes)s: choose another for them first (filter the grid by it), then remove the option."
                )
                % {"codes": ", ".join(used)}
            )
        deciding = conditions_naming(self.instance, leaving) if leaving else []
        if deciding:
            raise ValidationError(
                _("%(names)s is asked for only with one of these options: change that attribute first.")
                % {"names": ", ".join(deciding)}
            )


class OptionInline(StructureTabular):
    model = Option
    formset = OptionFormSet
    announced_kind = "option"
    fields = ["code", "labels", "position"]
    ordering = ["position", "code"]
    ordering_field = "position"
    per_page = 100
    tab = True


@admin.register(Attribute)
class AttributeAdmin(TransferAdmin, StructureAdmin):
    kind = "attribute"
    form = AttributeForm
    resource_classes = [AttributeResource]
    change_form_outer_before_template = "catalog/conversions/link.html"
    list_display = ["label", "code", "type_column", "group", "traits"]
    list_display_links = ["label", "code"]
    list_filter = ["type", "group", "localizable", "scopable", "is_unique"]
    list_select_related = ["group"]
    autocomplete_fields = ["depends_on"]
    texts_by_locale = {"help": 500}
    search_fields = ["code"]
    search_labels = True
    inlines = [OptionInline]
    empty_sentence = _("Attributes are what can be said of a product: its name, colour, weight, price.")
    # In the theme a field is shown while its expression is true.
    conditional_fields = {name: f"type == '{code}'" for name, (code, _name, _field) in PARAMS.items()}
    fieldsets = (
        (None, {"fields": ("code", "labels", "type", "group", "position")}),
        (
            _("Where it varies, how it is found"),
            {"fields": ("localizable", "scopable", "is_unique", "filterable", "searchable")},
        ),
        (
            _("Who writes it, and where it is asked for"),
            {"fields": ("help", "read_only", "default", "locales", "depends_on", "depends_values")},
        ),
        (
            _("Validation"),
            {"fields": tuple(PARAMS), "description": _("What a value of this type must be like.")},
        ),
    )

    @admin.display(description=_("type"), ordering="type")
    def type_column(self, attribute: Attribute) -> SafeString:
        kind = ATTRIBUTE_TYPES.get(attribute.type)
        return format_html(
            '<span class="material-symbols-outlined text-base-400 align-middle" aria-hidden="true">{}</span> {}',
            kind.icon if kind else "help", kind.label if kind else attribute.type,
        )  # fmt: skip

    @admin.display(description=_("varies, is unique"))
    def traits(self, attribute: Attribute) -> str:
        flags = (
            (attribute.localizable, _("by locale")),
            (attribute.scopable, _("by context")),
            (attribute.is_unique, _("unique")),
            (attribute.read_only, _("read only")),
            (bool(attribute.locales), _("only in %s") % ", ".join(attribute.locales)),
            (attribute.depends_on_id is not None, _("by condition")),
        )
        return ", ".join(str(name) for holds, name in flags if holds) or "—"

    def get_urls(self) -> list[Any]:
        wrap, views = self.admin_site.admin_view, _conversion_views
        return [
            path("workbook/", wrap(_workbook_views.page), name="catalog_structure_workbook"),
            path("workbook/export/", wrap(_workbook_views.export), name="catalog_structure_export"),
            path("<int:pk>/convert/", wrap(views.page), name="catalog_attribute_convert"),
            path("<int:pk>/convert/start/", wrap(views.start), name="catalog_attribute_start_conversion"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), "may_convert": self.has_change_permission(request)}
        return super().change_view(request, object_id, form_url, context)

    def get_inlines(self, request: HttpRequest, obj: Attribute | None = None) -> list[Any]:
        kind = ATTRIBUTE_TYPES.get(obj.type) if obj else None
        return list(self.inlines) if kind and kind.has_options else []

    def why_stays(self, row: Attribute) -> list[Any]:
        """Families protect theirs; this is for what products have besides: associations, values of before."""
        if not has_values(row):
            return []
        return [_("Products have values of %(attribute)s: empty them first.") % {"attribute": row}]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Its options go with it: they are not deleted in their own list, but where the attribute's values are looked at."""
        shown, counts, denied, protected = super().get_deleted_objects(objs, request)
        return shown, counts, denied - {Option._meta.verbose_name}, protected

    def response_add(
        self, request: HttpRequest, obj: Attribute, post_url_continue: str | None = None
    ) -> HttpResponse:
        if (
            ATTRIBUTE_TYPES[obj.type].has_options
            and "_addanother" not in request.POST
            and "_popup" not in request.POST
        ):
            messages.success(request, _("%(attribute)s is there: now add its options.") % {"attribute": obj})
            return HttpResponseRedirect(reverse("admin:catalog_attribute_change", args=[obj.pk]) + "#options")
        return super().response_add(request, obj, post_url_continue)


@admin.register(Option)
class OptionAdmin(TransferAdmin, StructureAdmin):
    """All options of all attributes: to find one, and to bring many by file."""

    kind = "option"
    resource_classes = [OptionResource]
    list_display = ["label", "code", "attribute", "position"]
    list_filter = [("attribute", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["attribute"]
    search_fields = ["code", "attribute__code"]
    search_labels = True
    autocomplete_fields = ["attribute"]
    fields = ["attribute", "code", "labels", "position"]
    empty_sentence = _(
        "Options are the choices of select attributes. They are made at their attribute, or brought by file."
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Option | None = None) -> list[str]:
        return ["attribute"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # at their attribute, where the products that use them are looked at
