"""Autocomplete inputs of inlines that need no query of their own: what is chosen is known from the row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.admin.widgets import (
    AutocompleteSelect,
    AutocompleteSelectMultiple,
    RelatedFieldWidgetWrapper,
)
from django.db import models
from django.http import HttpRequest


class _Preset:
    preset: Mapping[str, str] = {}

    def optgroups(self, name: str, value: list[Any], attrs: dict[str, Any] | None = None) -> list[Any]:
        chosen = [str(item) for item in value if item not in (None, "")]
        if not set(chosen) <= set(self.preset):
            return super().optgroups(name, value, attrs)  # type: ignore[misc]
        blank = [] if self.is_required or self.allow_multiple_selected else [("", "")]  # type: ignore[attr-defined]
        listed = blank + [(item, self.preset[item]) for item in chosen]
        options = [
            self.create_option(name, item, label, item != "", index, attrs=attrs)  # type: ignore[attr-defined]
            for index, (item, label) in enumerate(listed)
        ]
        return [(None, options, 0)]


class PresetAutocomplete(_Preset, AutocompleteSelect):
    pass


class PresetMultiple(_Preset, AutocompleteSelectMultiple):
    pass


class PresetForm(forms.ModelForm):
    """Tells the inputs what the row, loaded with its relations, has chosen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            widget = (
                field.widget.widget if isinstance(field.widget, RelatedFieldWidgetWrapper) else field.widget
            )
            if isinstance(widget, _Preset) and self.instance.pk:
                related = getattr(self.instance, name)
                rows = related.all() if isinstance(widget, PresetMultiple) else [related] if related else []
                widget.preset = {str(row.pk): str(row) for row in rows}


class PresetInputs:
    """In front of an inline whose queryset loads its autocomplete_fields, and whose form is a PresetForm."""

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", PresetAutocomplete(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(
        self, db_field: models.ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", PresetMultiple(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]
