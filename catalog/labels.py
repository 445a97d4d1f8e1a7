"""Labels by locale in forms: one input per locale instead of a JSON text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES

from catalog.structure.snapshot import LocaleSpec, Structure
from catalog.widgets import language_attrs

MAX_LENGTH = 200
SEPARATOR = "__"


class LabelsWidget(forms.Widget):
    """Inputs `labels__en_US`, `labels__de_DE` …: of the active locales, and of others that have a label already."""

    template_name = "catalog/widgets/labels.html"

    def __init__(
        self,
        locales: Sequence[LocaleSpec],
        attrs: dict[str, Any] | None = None,
        *,
        compact: bool = False,
        max_length: int = MAX_LENGTH,
    ) -> None:
        self.locales, self.compact, self.max_length = tuple(locales), compact, max_length
        super().__init__(attrs)

    def id_for_label(self, id_: str) -> str:
        shown = [spec for spec in self.locales if spec.is_active]
        return f"{id_}{SEPARATOR}{shown[0].code}" if id_ and shown else id_

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        labels = value if isinstance(value, Mapping) else {}
        html_id = context["widget"]["attrs"].get("id") or f"id_{name}"
        context["widget"] |= {
            "compact": self.compact,
            "describedby": context["widget"]["attrs"].get("aria-describedby"),
            "inputs": [
                {
                    "name": f"{name}{SEPARATOR}{spec.code}", "id": f"{html_id}{SEPARATOR}{spec.code}", "locale": spec,
                    "value": labels.get(spec.code, ""), "lang": language_attrs(spec.code), "class": " ".join(INPUT_CLASSES),
                }
                for spec in self.locales if spec.is_active or labels.get(spec.code)
            ],
            "max_length": self.max_length,
        }  # fmt: skip
        return context

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        posted = {spec.code: data.get(f"{name}{SEPARATOR}{spec.code}") for spec in self.locales}
        return {code: text for code, text in posted.items() if text}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(f"{name}{SEPARATOR}{spec.code}" in data for spec in self.locales)


class LabelsField(forms.Field):
    """Its value is {locale: label} without the empty ones."""

    def __init__(
        self,
        *,
        locales: Sequence[LocaleSpec] | None = None,
        compact: bool = False,
        max_length: int = MAX_LENGTH,
        **options: Any,
    ) -> None:
        self.max_length = max_length
        listed = tuple(Structure.current().locales.values()) if locales is None else tuple(locales)
        options.setdefault("required", False)
        options.setdefault("label", _("Label"))
        super().__init__(widget=LabelsWidget(listed, compact=compact, max_length=max_length), **options)

    def to_python(self, value: Any) -> dict[str, str]:
        labels = {code: " ".join(str(text).split()) for code, text in (value or {}).items()}
        too_long = [code for code, text in labels.items() if len(text) > self.max_length]
        if too_long:
            raise forms.ValidationError(
                _("At most %(limit)d characters are possible: shorten %(locales)s.")
                % {"limit": self.max_length, "locales": ", ".join(too_long)}
            )
        return {code: text for code, text in labels.items() if text}

    def has_changed(self, initial: Any, data: Any) -> bool:
        return {code: text for code, text in (initial or {}).items() if text} != (data or {})
