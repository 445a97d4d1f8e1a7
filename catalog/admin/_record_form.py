"""The form of a reference record: its entity's fields, an input for each, and for each locale where they vary by it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.widgets import Script
from django.utils.translation import gettext_lazy as _

from catalog.admin.base import FixedCodeForm
from catalog.asset_widgets import AssetInput
from catalog.assets.facts import facts_of
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.base import ValueRefused
from catalog.models import Asset, ReferenceRecord
from catalog.structure.records import Records
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.keys import format_key

PREFIX = "value_"


def keys_of(entity: Records, structure: Structure) -> list[tuple[str, AttributeSpec, str]]:
    """(key, field, locale) of each value a record of the entity may have."""
    locales = [code for code, spec in structure.locales.items() if spec.is_active]
    return [
        (format_key(field.code, locale), field, locale)
        for field in entity.fields.values()
        for locale in (locales if field.localizable else [""])
    ]


def input_name(key: str) -> str:
    """ "story|de_DE" → "value_story__de_DE", which may stand in an id."""
    return PREFIX + key.replace("|", "__")


class RecordForm(FixedCodeForm):
    entity_spec: Records | None = None
    image = forms.ModelChoiceField(
        Asset.objects.filter(kind=Asset.Kind.IMAGE), to_field_name="sha256", required=False, label=_("Picture"),
        widget=AssetInput(kind="image", spec=AttributeSpec(0, "image", "image")),
        error_messages={"invalid_choice": _("This is no picture of the library: choose one, or upload it.")},
    )  # fmt: skip

    class Meta:
        model = ReferenceRecord
        fields = ["entity", "code", "labels", "image"]

    class Media:
        css = {"all": ["catalog/asset_field.css", "catalog/library.css", "catalog/library_dialog.css"]}
        js = [Script("catalog/library_dialog.js", defer=True), Script("catalog/asset_field.js", defer=True)]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.image_id:
            self.initial["image"] = self.instance.image.sha256
        if "image" in self.fields:
            named = {str(self["image"].value() or "")} - {""}
            self.fields["image"].widget.known = facts_of(named)
        self._values_before = dict(self.instance.values or {})
        structure = Structure.current()
        for key, field, _locale in self._keys(structure):
            kind = ATTRIBUTE_TYPES[field.type]
            stored = self._values_before.get(key)
            self.initial.setdefault(input_name(key), kind.form_value(stored, field))

    def _keys(self, structure: Structure) -> list[tuple[str, AttributeSpec, str]]:
        listed = keys_of(self.entity_spec, structure) if self.entity_spec else []
        return [entry for entry in listed if input_name(entry[0]) in self.fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        structure = Structure.current()
        values = dict(self._values_before)
        for key, field, _locale in self._keys(structure):
            name = input_name(key)
            if name not in cleaned:
                continue
            try:
                stored = ATTRIBUTE_TYPES[field.type].clean(cleaned[name], field, structure=structure)
            except ValueRefused as refused:
                self.add_error(name, str(refused.message))
                continue
            if stored is None:
                values.pop(key, None)
            else:
                values[key] = stored
        self.instance.values = values
        return cleaned


def form_for(entity: Records | None, structure: Structure) -> type[RecordForm]:
    """The form class with the inputs of an entity's fields; None: the entity is still to be chosen."""
    inputs: dict[str, forms.Field] = {}
    for key, field, locale in keys_of(entity, structure) if entity else []:
        made = ATTRIBUTE_TYPES[field.type].form_field(field, locale=locale or None, structure=structure)
        made.required = False
        made.label = f"{field.label()} ({locale})" if locale else field.label()
        inputs[input_name(key)] = made
    return type("RecordForm", (RecordForm,), {**inputs, "entity_spec": entity})
