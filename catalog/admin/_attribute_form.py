"""The form of an attribute: its flags, and the validation parameters of whichever type is chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.text import capfirst
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from catalog.admin.base import FixedCodeForm
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models import Attribute
from catalog.structure.flags import check_flags
from catalog.structure.params import check_params
from catalog.structure.snapshot import Structure
from catalog.structure.usage import FIXED_BY_VALUES, check_change
from catalog.widgets import JsonListParam, PartParam


def param_name(type_code: str, name: str) -> str:
    return f"param_{type_code}_{name}"


def _themed(field: forms.Field) -> forms.Field:
    attrs = {name: value for name, value in field.widget.attrs.items() if name != "class"}
    if isinstance(field, forms.BooleanField):
        field.widget = UnfoldBooleanSwitchWidget(attrs)
    elif isinstance(field, PartParam):
        field.widget = UnfoldAdminSelectWidget(attrs)
    elif isinstance(field, forms.ChoiceField):
        field.widget = UnfoldAdminSelectWidget(attrs, choices=field.choices)
    elif isinstance(field, forms.IntegerField):
        field.widget = UnfoldAdminIntegerFieldWidget(attrs)
    elif type(field.widget) is forms.TextInput or not hasattr(field.widget, "template_name"):
        field.widget = UnfoldAdminTextInputWidget(attrs)
    field.widget.is_required = field.required
    return field


def _all_params() -> dict[str, tuple[str, str, forms.Field]]:
    """form field name → (type, parameter, field)."""
    return {
        param_name(code, name): (code, name, _themed(field))
        for code in ATTRIBUTE_TYPES.codes()
        for name, field in ATTRIBUTE_TYPES[code].params_fields().items()
    }


PARAMS = _all_params()


class UnboundTextInput(UnfoldAdminTextInputWidget):
    """Left out of the theme's conditions, which would take the name of the field `default` for JavaScript's word."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"].pop("x-model.fill", None)
        return context


def _flag(name: str) -> dict[str, Any]:
    """Label and help of a flag's column, for a field of its own."""
    column = Attribute._meta.get_field(name)
    return {"label": capfirst(str(column.verbose_name)), "help_text": column.help_text, "required": False}


class AttributeParamsForm(FixedCodeForm):
    """Only the chosen type's parameters are read; those of the other types are on the page, hidden."""

    locales = forms.MultipleChoiceField(widget=UnfoldAdminCheckboxSelectMultipleWidget(), **_flag("locales"))
    depends_values = JsonListParam(widget=UnfoldAdminTextInputWidget(), **_flag("depends_values"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "locales" in self.fields:
            known = Structure.current().locales.values()
            self.fields["locales"].choices = [  # type: ignore[attr-defined]
                (each.code, each.name)
                for each in known
                if each.is_active or each.code in self.instance.locales
            ]
        if "default" in self.fields:
            self.fields["default"].widget = UnboundTextInput()
        self._before = (
            {name: getattr(self.instance, name) for name in FIXED_BY_VALUES} if self.instance.pk else None
        )
        self._params_before = dict(self.instance.params)
        for form_name, (type_code, name, _field) in PARAMS.items():
            if form_name in self.fields:
                kind = ATTRIBUTE_TYPES[type_code]
                own = self.instance.params if self.instance.type == type_code else {}
                self.initial.setdefault(form_name, own.get(name, kind.default_params.get(name)))
        structure = Structure.current()
        for type_code in ATTRIBUTE_TYPES.codes():
            for name, choices in ATTRIBUTE_TYPES[type_code].param_choices(structure).items():
                if (form_name := param_name(type_code, name)) in self.fields:
                    self.fields[form_name].widget.choices = choices

    @property
    def chosen_type(self) -> str:
        if self.is_bound and "type" in self.fields:
            return str(self.data.get(self.add_prefix("type"), ""))
        return self.instance.type

    @cached_property
    def changed_data(self) -> list[str]:
        """Parameters count by what is stored of them, not by what the other types' inputs show."""
        changed = [name for name in super().changed_data if name not in PARAMS]
        return [*changed, "params"] if self.instance.params != self._params_before else changed

    def full_clean(self) -> None:
        """The other types' fields take no part, and ask for nothing."""
        others = [
            self.fields[name]
            for name, (code, _n, _f) in PARAMS.items()
            if name in self.fields and code != self.chosen_type
        ]
        required = [field.required for field in others]
        for field in others:
            field.required, field.disabled = False, True
        try:
            super().full_clean()
        finally:
            for field, was_required in zip(others, required, strict=True):
                field.required, field.disabled = was_required, False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = ATTRIBUTE_TYPES.get(cleaned.get("type") or self.instance.type)
        if kind is None or self.errors:
            return cleaned
        params = {
            name: cleaned[form_name]
            for form_name, (code, name, _field) in PARAMS.items()
            if code == kind.code and form_name in cleaned
        }
        try:
            self.instance.params = kind.clean_params(
                {name: value for name, value in params.items() if value not in (None, "", [])}
            )
        except ValidationError as error:
            first = next(
                (form_name for form_name, (code, _n, _f) in PARAMS.items() if code == kind.code), None
            )
            self.add_error(first if first in self.fields else None, error.messages)
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                check_params(self.instance)
            except ValidationError as error:
                first = next(name for name, (code, _n, _f) in PARAMS.items() if code == self.instance.type)
                self.add_error(first if first in self.fields else None, error.messages)
        if not self.errors:
            self._add(check_flags, self.instance)
        if self._before is not None and not self.errors:
            self._add(check_change, self.instance, self._before)

    def _add(self, check: Callable[..., None], *args: Any) -> None:
        try:
            check(*args)
        except ValidationError as error:
            first = next((name for name, (code, _n, _f) in PARAMS.items() if code == self.instance.type), "")
            for name, messages in error.message_dict.items():
                name = first if name == "params" else name
                self.add_error(name if name in self.fields else None, messages)

    def _update_errors(self, errors: ValidationError) -> None:
        # Attribute.clean speaks of `params`, which has no input of its own.
        if hasattr(errors, "error_dict") and "params" in errors.error_dict:
            errors.error_dict.setdefault("__all__", []).extend(errors.error_dict.pop("params"))
        super()._update_errors(errors)  # type: ignore[misc]

    class Meta:
        model = Attribute
        exclude = ["params"]


AttributeForm = type(
    "AttributeForm", (AttributeParamsForm,), {name: field for name, (_c, _n, field) in PARAMS.items()}
)
