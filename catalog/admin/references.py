"""Reference entities with their fields, and their records."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.forms import BaseInlineFormSet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from unfold.forms import PaginationInlineFormSet

from catalog import search
from catalog.access import endpoint
from catalog.admin._record_form import form_for, input_name, keys_of
from catalog.admin.base import StructureAdmin, StructureTabular, label_matches
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models import Product, ReferenceEntity, ReferenceField, ReferenceRecord
from catalog.structure.record_usage import (
    attributes_of,
    check_field_change,
    has_values,
    in_campaigns,
    tokens_of,
)
from catalog.structure.records import Records
from catalog.structure.snapshot import Structure
from catalog.transfer.admin import TransferAdmin
from catalog.transfer.references import (
    ReferenceEntityResource,
    ReferenceFieldResource,
    ReferenceRecordResource,
)

MOST = 20  # suggestions


@never_cache
@require_safe
@endpoint("product.view")
def suggest(request: HttpRequest, entity: str) -> JsonResponse:
    """`term` (and `page`) → {results: [{id: code, text: label}], pagination: {more}} of an entity's records."""
    known = Structure.current().entities.get(entity)
    if known is None:
        raise Http404("There is no such entity.")
    words = request.GET.get("term", "").strip()[:200]
    page = request.GET.get("page", "1")
    start = (min(int(page), 50) - 1) * MOST if page.isdecimal() and int(page) else 0
    rows = ReferenceRecord.objects.filter(entity_id=known.id)
    if words:
        rows = label_matches(rows, words, Q(code__icontains=words))
    found = list(rows.order_by("code")[start : start + MOST + 1])
    results = [{"id": row.code, "text": f"{row} ({row.code})"} for row in found[:MOST]]
    return JsonResponse({"results": results, "pagination": {"more": len(found) > MOST}})


class FieldFormSet(PaginationInlineFormSet, BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            if form.is_valid() and form.cleaned_data and form not in self.deleted_forms:
                ATTRIBUTE_TYPES[form.instance.type].check_params_in(form.instance.params, Structure.current())
                try:
                    check_field_change(form.instance)
                except ValidationError as refused:
                    form.add_error(None, refused)
        for form in self.deleted_forms:
            if form.instance.pk and has_values(form.instance):
                raise ValidationError(
                    _("Records have values of %(code)s: empty them first, then remove the field.")
                    % {"code": form.instance.code}
                )


class FieldInline(StructureTabular):
    model = ReferenceField
    formset = FieldFormSet
    fields = ["code", "labels", "type", "localizable", "params", "position"]
    ordering = ["position", "code"]
    ordering_field = "position"

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "params":
            field.widget.attrs["rows"] = 2
        return field


@admin.register(ReferenceEntity)
class ReferenceEntityAdmin(TransferAdmin, StructureAdmin):
    kind = "reference_entity"
    resource_classes = [ReferenceEntityResource, ReferenceFieldResource]
    list_display = ["label", "code", "record_count"]
    list_display_links = ["label", "code"]
    search_fields = ["code"]
    search_labels = True
    fields = ["code", "labels"]
    ordering = ["code"]  # counting rows drops the model's own order
    inlines = [FieldInline]
    empty_sentence = _(
        "A reference entity is a kind of thing that products point at, such as brands, materials or care symbols."
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(record_count=Count("records", distinct=True))

    def why_stays(self, row: Any) -> list[Any]:
        text = _("The attribute %(attribute)s points at %(entity)s.")
        return [text % {"attribute": attribute, "entity": row} for attribute in attributes_of([row.pk])]

    @admin.display(description=_("records"), ordering="record_count")
    def record_count(self, entity: Any) -> Any:
        address = reverse("admin:catalog_referencerecord_changelist")
        return format_html(
            '<a href="{}?entity__id__exact={}">{}</a>', address, entity.pk, entity.record_count
        )


@admin.register(ReferenceRecord)
class ReferenceRecordAdmin(TransferAdmin, StructureAdmin):
    kind = "reference_record"
    resource_classes = [ReferenceRecordResource]
    list_display = ["label", "code", "entity"]
    list_display_links = ["label", "code"]
    list_filter = [("entity", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["entity"]
    search_fields = ["code"]
    search_labels = True
    show_full_result_count = False
    autocomplete_fields = ["entity"]
    change_form_outer_after_template = "catalog/library/dialog.html"
    empty_sentence = _("Records are the brands, materials, care symbols … that products point at.")

    def get_urls(self) -> list[Any]:
        own = path(
            "suggest/<str:entity>/",
            self.admin_site.admin_view(suggest),
            name="catalog_referencerecord_suggest",
        )
        return [own, *super().get_urls()]

    def _entity(self, obj: ReferenceRecord | None, structure: Structure) -> Records | None:
        return next(
            (known for known in structure.entities.values() if obj and known.id == obj.entity_id), None
        )

    def get_form(
        self, request: HttpRequest, obj: ReferenceRecord | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        structure = Structure.current()
        kwargs["form"] = form_for(self._entity(obj, structure), structure)
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: ReferenceRecord | None = None) -> Any:
        structure = Structure.current()
        entity = self._entity(obj, structure)
        sets = [(None, {"fields": ["entity", "code", "labels", *(["image"] if entity else [])]})]
        if entity and (names := [input_name(key) for key, _field, _loc in keys_of(entity, structure)]):
            sets.append((entity.label(), {"fields": names}))
        return sets

    def get_readonly_fields(self, request: HttpRequest, obj: ReferenceRecord | None = None) -> list[str]:
        return ["entity"] if obj else []

    def response_add(
        self, request: HttpRequest, obj: ReferenceRecord, post_url_continue: str | None = None
    ) -> HttpResponse:
        if obj.entity.fields.exists() and "_addanother" not in request.POST and "_popup" not in request.POST:
            messages.success(request, _("%(record)s is there: now fill in its fields.") % {"record": obj})
            return HttpResponseRedirect(reverse("admin:catalog_referencerecord_change", args=[obj.pk]))
        return super().response_add(request, obj, post_url_continue)

    def why_stays(self, row: Any) -> list[Any]:
        """With a link to the products that have it."""
        why: list[Any] = []
        grid = reverse("admin:catalog_product_changelist")
        for token in tokens_of([row.pk]):
            attribute, _mark, code = token.partition("=")
            count = search.filter_tokens(Product.objects.all(), any_of=[[token]]).count()
            if count:
                text = ngettext("%d product has it", "%d products have it", count) % count
                why.append(
                    format_html('<a href="{}?a.{}={}">{}</a> ({})', grid, attribute, code, text, attribute)
                )
            elif in_campaigns([token]).exists():
                why.append(_("A campaign's values name it (%(attribute)s).") % {"attribute": attribute})
        return why
