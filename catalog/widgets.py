"""Form fields and widgets of attribute values, in the theme's look. Cleaned values are raw: the types validate them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

_ONLY_DECIMAL_COMMA = re.compile(r"[-+\u2212]?(?:\d*,\d{1,2}|\d*,\d{4,}|\d{4,},\d+|0,\d+)\Z", re.ASCII)
FEW_OPTIONS = 12  # as tick boxes
MANY_OPTIONS = 200  # with a search box
_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "ur", "yi"})


def language_attrs(locale: str | None) -> dict[str, str]:
    """`lang` (and `dir`) of a field whose text is in `locale`: for spell checkers and screen readers."""
    if not locale:
        return {}
    attrs = {"lang": locale.replace("_", "-")}
    if locale.split("_")[0] in _RIGHT_TO_LEFT:
        attrs["dir"] = "rtl"
    return attrs


class RawField(forms.Field):
    """Hands over what the widget read, as it is."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or "") != (data or "")


class TextField(RawField):
    """Keeps every character; browsers send line breaks as CRLF, which is never meant."""

    def to_python(self, value: Any) -> Any:
        return value.replace("\r\n", "\n") if isinstance(value, str) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(initial, self.to_python(data))


class AmountInput(UnfoldAdminTextInputWidget):
    """One number. A comma that can only stand before decimals ("12,5") is taken for a point, in every language.

    Not type=number: browsers drop what they cannot read there, and change a value when one scrolls over it.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        if isinstance(value, str) and _ONLY_DECIMAL_COMMA.match(value.strip()):
            return value.replace(",", ".")
        return value


class DateInput(UnfoldAdminTextInputWidget):
    """The browser's own date field: ISO on the wire, the reader's habit on the screen, and no script."""

    input_type = "date"


class _KeepsRemoved:
    """Shows a stored code that is no option any more, so that saving the form does not silently drop it."""

    choices: Iterable[tuple[str, Any]]

    def optgroups(self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None) -> Any:
        known = {str(code) for code, _label in self.choices}
        removed = [code for code in value if code and code not in known]
        if not removed:
            return super().optgroups(name, value, attrs)  # type: ignore[misc]
        before = self.choices
        self.choices = [*before, *((code, _("[%s] (no option any more)") % code) for code in removed)]
        try:
            return super().optgroups(name, value, attrs)  # type: ignore[misc]
        finally:
            self.choices = before


class OptionSelect(_KeepsRemoved, UnfoldAdminSelectWidget):
    pass


class OptionSearch(_KeepsRemoved, UnfoldAdminSelect2Widget):
    pass


class OptionTicks(_KeepsRemoved, UnfoldAdminCheckboxSelectMultipleWidget):
    pass


class OptionsSearch(_KeepsRemoved, UnfoldAdminSelect2MultipleWidget):
    pass


class RecordSearch(OptionsSearch):
    """Records of an entity, searched on the server as one types. `label_of` names those that are chosen."""

    def __init__(self, *, entity: str, label_of: Callable[[str], str], most: int | None = None) -> None:
        super().__init__()
        self.entity, self.label_of, self.most = entity, label_of, most

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        chosen = [value] if isinstance(value, str) else value or []
        self.choices = [(code, self.label_of(code)) for code in chosen if code]
        context = super().get_context(name, chosen, attrs)
        context["widget"]["attrs"] |= {
            "data-ajax--url": reverse("admin:catalog_referencerecord_suggest", args=[self.entity or "-"]),
            "data-ajax--delay": "200",
        }
        if self.most:
            context["widget"]["attrs"]["data-maximum-selection-length"] = str(self.most)
        return context


def option_widget(choices: Sequence[tuple[str, Any]]) -> forms.Widget:
    kind = OptionSelect if len(choices) <= MANY_OPTIONS else OptionSearch
    return kind(choices=[("", "—"), *choices])


def options_widget(choices: Sequence[tuple[str, Any]]) -> forms.Widget:
    return OptionTicks(choices=choices) if len(choices) <= FEW_OPTIONS else OptionsSearch(choices=choices)


class PartsWidget(forms.MultiWidget):
    """Several inputs of one value, each named by its part: `price_EUR`, `weight_unit`. Reads and shows a dict."""

    template_name = "catalog/widgets/parts.html"

    def __init__(
        self,
        parts: Mapping[str, forms.Widget],
        labels: Mapping[str, Any],
        attrs: dict[str, Any] | None = None,
        *,
        name: str = "",
        captions: bool = True,
    ) -> None:
        """`labels` of the parts; `name`, of the whole, is put before them for screen readers."""
        self.parts = list(parts)
        self.captions = labels if captions else {}
        for part, widget in parts.items():
            widget.attrs["aria-label"] = f"{name} {labels[part]}".strip()
        super().__init__(dict(parts), attrs)

    def use_required_attribute(self, initial: Any) -> bool:
        return False  # it would demand every part

    def decompress(self, value: Any) -> list[Any]:
        return [value.get(part) if isinstance(value, dict) else None for part in self.parts]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, self.decompress(value), attrs)
        for part, widget in zip(self.parts, context["widget"]["subwidgets"], strict=True):
            widget["caption"] = self.captions.get(part)
            widget["is_select"] = "optgroups" in widget
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any]:  # type: ignore[override]
        values = super().value_from_datadict(data, files, name)
        return {
            part: value for part, value in zip(self.parts, values, strict=True) if value not in (None, "")
        }

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        # Each part by its own renderer: forms' templates and ours may be found by different engines.
        for widget, part in zip(self.widgets, context["widget"]["subwidgets"], strict=True):
            part["html"] = widget._render(part["template_name"], {"widget": part}, renderer)  # type: ignore[attr-defined]
        return render_to_string(template_name, context)


class PartsField(RawField):
    """Its cleaned value is {part: text} without the empty parts."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        filled = {part: str(value) for part, value in (initial or {}).items() if value not in (None, "")}
        return filled != (data or {})


class RangeField(PartsField):
    """A filter's from–to, checked by `read`, whose ValueError becomes the field's error."""

    def __init__(self, *, read: Callable[[Any], Any], **kwargs: Any) -> None:
        self.read = read
        super().__init__(required=False, **kwargs)

    def validate(self, value: Any) -> None:
        try:
            self.read(value)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class PartParam(forms.CharField):
    """A parameter that names a part of the structure by its code, chosen from the type's `param_choices`."""


class JsonListParam(forms.Field):
    """A parameter that is a list of words, written with commas or given as a list."""

    def __init__(self, *, choices: Iterable[str] | None = None, **kwargs: Any) -> None:
        self.allowed = None if choices is None else frozenset(choices)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> list[str]:
        parts = value if isinstance(value, (list, tuple)) else str(value or "").split(",")
        words = [str(part).strip() for part in parts if str(part).strip()]
        unknown = [word for word in words if self.allowed is not None and word not in self.allowed]
        if unknown:
            raise forms.ValidationError(
                _("%(unknown)s is not possible here; choose from %(allowed)s.")
                % {"unknown": json.dumps(unknown)[1:-1], "allowed": ", ".join(sorted(self.allowed or ()))}
            )
        return words
