"""Roles: what they allow, and on which part of the catalogue."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Count
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.widgets import CHECKBOX_CLASSES, UnfoldAdminCheckboxSelectMultipleWidget

from catalog.access import PolicyInline, verb_groups
from catalog.admin._preset_autocomplete import PresetForm, PresetInputs
from catalog.admin.base import CatalogAdmin, FixedCodeForm
from catalog.models import Grant, Role
from catalog.transfer.admin import TransferAdmin
from catalog.transfer.settings import RoleResource


class VerbsWidget(CheckboxSelectMultiple):
    """Tick boxes in their groups."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        context = self.get_context(name, value, attrs)
        context["widget"]["box_class"] = " ".join(CHECKBOX_CLASSES)
        return render_to_string("catalog/widgets/verbs.html", context)


class RoleForm(FixedCodeForm):
    verbs = forms.MultipleChoiceField(label=_("May"), choices=verb_groups, required=False, widget=VerbsWidget)

    class Meta:
        model = Role
        fields = ["code", "labels", "verbs"]


class GrantInline(PresetInputs, PolicyInline, StackedInline):
    model = Grant
    form = PresetForm
    view_verb = edit_verb = "access.edit"
    extra = 0
    autocomplete_fields = ["categories"]
    fields = ["may_edit", "groups", ("locales", "unlocalized"), ("contexts", "master"), "categories"]
    verbose_name = _("limit")
    verbose_name_plural = _("limited to (without a limit: the whole catalogue)")

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .select_related("role")
            .prefetch_related("groups", "locales", "contexts", "categories")
        )

    def formfield_for_manytomany(
        self, db_field: models.ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "categories":
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        field = db_field.formfield(
            widget=UnfoldAdminCheckboxSelectMultipleWidget(), help_text=_("None ticked: all of them.")
        )
        field.choices = [(row.pk, str(row)) for row in field.queryset]  # once for all limits of the role
        return field


@admin.register(Role)
class RoleAdmin(TransferAdmin, CatalogAdmin):
    resource_classes = [RoleResource]
    view_verb = edit_verb = "access.edit"
    form = RoleForm
    list_display = ["label", "code", "people"]
    search_fields = ["code"]
    search_labels = True
    fields = ["code", "labels", "verbs"]
    ordering = ["code"]  # counting rows drops the model's own order
    inlines = [GrantInline]
    empty_sentence = _("A role says what its people may do, and on which part of the catalogue.")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(people=Count("users"))

    @admin.display(description=_("people"), ordering="people")
    def people(self, role: Any) -> int:
        return role.people

    @admin.display(description=_("role"))
    def label(self, role: Role) -> str:
        return str(role)
