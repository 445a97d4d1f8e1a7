"""What the screens of the structure share: codes that stay, labels by locale, and one announcement per change.

Django runs a form's and a deletion's POST in one transaction; the announcement is made in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import connection, models, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from catalog.access import PolicyAdmin, PolicyInline
from catalog.admin._preset_autocomplete import PresetForm, PresetInputs
from catalog.labels import LabelsField
from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure
from pim.lib.grouped import Grouped


class FixedCodeForm(PresetForm):
    """Codes stand in stored keys, files and tokens: once made, they stay."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "code" in self.fields:
            self.fields["code"].disabled = True
            self.fields["code"].help_text = _("Stays as it is: values, files and channels refer to it.")


class RowForm(FixedCodeForm):
    """A row of a table: its inputs have no labels, so each is told its column's name, and which row it is in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = str(self.instance) if self.instance.pk else ""
        for field in self.fields.values():
            widget = (
                field.widget.widget if isinstance(field.widget, RelatedFieldWidgetWrapper) else field.widget
            )
            if not widget.is_hidden:
                widget.attrs["aria-label"] = f"{field.label}, {row}" if row else str(field.label)


class _LabelInputs:
    """Fields called `labels`, and those of `texts_by_locale`, become one input per locale. The locales are read once per
    form class."""

    compact_labels: ClassVar[bool] = False
    texts_by_locale: ClassVar[Mapping[str, int]] = {}  # field → longest, in characters

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "labels" or db_field.name in self.texts_by_locale:
            locales = getattr(request, "_label_locales", None)
            if locales is None:
                locales = tuple(Structure.current().locales.values())
                request._label_locales = locales  # type: ignore[attr-defined]
            if db_field.name != "labels":
                return LabelsField(
                    locales=locales,
                    label=capfirst(str(db_field.verbose_name)),
                    max_length=self.texts_by_locale[db_field.name],
                    help_text=db_field.help_text,
                )
            return LabelsField(locales=locales, compact=self.compact_labels, label=_("Label"))
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


class CatalogAdmin(_LabelInputs, PolicyAdmin, ModelAdmin):
    """A list that says what it is for when it is empty, and finds labels in any locale."""

    list_per_page = 50
    list_filter_submit = True
    warn_unsaved_form = True
    search_labels: ClassVar[bool] = False
    empty_sentence: ClassVar[Any] = ""

    class Media:
        css = {"all": ["catalog/structure.css"]}
        js = ["catalog/select_names.js"]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        made = super().get_changelist_instance(request)
        made.result_count = Grouped(made.result_count)
        return made

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if self.search_labels and search_term.split():
            by_code = Q(pk__in=found.values("pk"))
            return label_matches(queryset, search_term, by_code), False
        return found, may_repeat


def label_matches(rows: QuerySet[Any], text: str, otherwise: Q, *, field: str = "labels") -> QuerySet[Any]:
    """Those whose labels (or another `field` of texts by locale) have all words of the text in them, in any locale, or for
    which `otherwise` holds."""
    labels = Q()
    for word in text.split():
        # SQLite keeps JSON as it was written, with escapes; PostgreSQL shows the letters.
        written = json.dumps(word)[1:-1] if connection.vendor == "sqlite" else word
        labels &= Q(_labels_text__icontains=written)
    return rows.alias(_labels_text=Cast(field, models.TextField())).filter(labels | otherwise)


class StructureAdmin(CatalogAdmin):
    """A screen of the structure. `kind` is what catalog.structure.announce calls these rows."""

    view_verb = "structure.view"
    edit_verb = "structure.edit"
    form = FixedCodeForm
    kind: ClassVar[str]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        own = not change or form.has_changed()
        for formset in formsets:
            kind = getattr(formset, "announced_kind", None)
            touched = [
                row.pk for row in (*formset.new_objects, *(row for row, _fields in formset.changed_objects))
            ]
            if kind and touched:
                announce(kind, touched, by=request.user.pk)
            own = own or (kind is None and formset.has_changed())
        if own:
            announce(self.kind, [form.instance.pk], by=request.user.pk)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """As Django's, with deletions announced while the rows are still there."""
        kind = getattr(formset, "announced_kind", None)
        leaving = [row.instance.pk for row in getattr(formset, "deleted_forms", ()) if row.instance.pk]
        if kind and leaving:
            announce(kind, leaving, by=request.user.pk)
        super().save_formset(request, form, formset, change)

    def why_stays(self, row: Any) -> list[Any]:
        """Where a row is used, in sentences (or links): while there are any it cannot be deleted."""
        return []

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """As Django's, with `why_stays` among what protects the rows."""
        shown, counts, denied, protected = super().get_deleted_objects(objs, request)
        return shown, counts, denied, [*protected, *(why for row in objs for why in self.why_stays(row))]

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with transaction.atomic():
            announce(self.kind, [obj.pk], by=request.user.pk)
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            announce(self.kind, list(queryset.values_list("pk", flat=True)), by=request.user.pk)
            super().delete_queryset(request, queryset)

    def label(self, row: Any) -> str:
        return str(row)

    label.short_description = _("label")  # type: ignore[attr-defined]


class StructureTabular(_LabelInputs, PresetInputs, PolicyInline, TabularInline):
    """Rows of their own `announced_kind`, or (None) a part of the row they stand under."""

    view_verb = "structure.view"
    edit_verb = "structure.edit"
    form = RowForm
    compact_labels = True
    extra = 0
    hide_title = True
    announced_kind: ClassVar[str | None] = None

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.announced_kind = self.announced_kind
        return formset


def indented(text: Any, depth: int) -> SafeString:
    """A name in a tree shown as a list; the depth is read out by the marks before it."""
    if not depth:
        return format_html("{}", text)
    return format_html(
        '<span style="padding-inline-start:{}rem"><span class="text-base-400" aria-hidden="true">└ </span>{}</span>',
        depth * 1.25 - 1,
        text,
    )
