"""Colour: what a screen shows, as #RRGGBB; with a palette, by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.attribute_types.base import (
    ATTRIBUTE_TYPES,
    PLAIN_CELLS,
    AttributeType,
    CellOptions,
    ValueRefused,
)
from catalog.attribute_types.text import as_text
from catalog.widgets import RawField, TextField, options_widget

_HEX = re.compile(r"#?([0-9A-Fa-f]{6})\Z")
_SHORT = re.compile(r"#([0-9A-Fa-f]{3})\Z")


def parse_hex(text: str) -> str:
    """ "#RRGGBB" in capitals; "" where the text is no such colour."""
    if found := _HEX.match(text):
        return f"#{found[1].upper()}"
    if found := _SHORT.match(text):
        return "#" + "".join(digit * 2 for digit in found[1].upper())
    return ""


class PaletteParam(forms.CharField):
    """Names and their colours, kept as {name: "#RRGGBB"}: written "Navy=#1B2A49, Sand=#D8C7A0"."""

    def prepare_value(self, value: Any) -> Any:
        return (
            ", ".join(f"{name}={color}" for name, color in value.items())
            if isinstance(value, Mapping)
            else value
        )

    def clean(self, value: Any) -> Any:
        text = super().clean(self.prepare_value(value))
        palette: dict[str, str] = {}
        for part in filter(None, map(str.strip, text.split(","))):
            name, _equals, written = (piece.strip() for piece in part.partition("="))
            color = parse_hex(written)
            if not name or not color:
                raise ValidationError(
                    _("'%(part)s' is no named colour: write it as Navy=#1B2A49.") % {"part": part}
                )
            if name.casefold() in map(str.casefold, palette):
                raise ValidationError(_("'%(name)s' is named twice: keep one.") % {"name": name})
            palette[name] = color
        return palette or ""


class ColorInput(UnfoldAdminTextInputWidget):
    """A text field with a swatch beside it, which opens the browser's colour picker; a palette's names are offered."""

    template_name = "catalog/widgets/color.html"

    class Media:
        css = {"all": ["catalog/color.css"]}
        js = ["catalog/color.js"]

    def __init__(
        self, attrs: dict[str, Any] | None = None, *, palette: Mapping[str, str] | None = None, name: str = ""
    ) -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false", **(attrs or {})})
        self.palette, self.called = dict(palette or {}), name

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        html_id = context["widget"]["attrs"].get("id") or f"id_{name}"
        context["widget"] |= {"palette": self.palette, "called": self.called, "list": f"{html_id}-palette"}
        if self.palette:
            context["widget"]["attrs"]["list"] = context["widget"]["list"]
        shown = parse_hex(str(value or "")) or self.palette.get(str(value or ""), "")
        context["widget"]["swatch"] = shown
        return context

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        context["widget"]["input"] = super()._render("django/forms/widgets/text.html", context, renderer)  # type: ignore[misc]
        return render_to_string(template_name, context)


class _Palette:
    """An attribute's named colours. Built once per spec."""

    def __init__(self, palette: Mapping[str, str]) -> None:
        self.by_name = {name.casefold(): color for name, color in palette.items()}
        self.name_of = {color: name for name, color in palette.items()}


_palettes: WeakKeyDictionary[Any, _Palette] = WeakKeyDictionary()


def palette_of(spec: Any) -> _Palette:
    found = _palettes.get(spec)
    if found is None:
        found = _palettes[spec] = _Palette(spec.params.get("palette", {}))
    return found


@ATTRIBUTE_TYPES.register
class Color(AttributeType):
    """Stored: "#RRGGBB", in capitals."""

    code = "color"
    label = gettext_lazy("Colour")
    icon = "palette"
    in_cell = True
    filter_kind = "options"
    default_params = {"only_palette": False}
    sample_params = {"palette": {"Navy": "#1B2A49", "Sand": "#D8C7A0"}}

    def params_fields(self) -> dict[str, forms.Field]:
        return {
            "palette": PaletteParam(
                label=gettext_lazy("Palette"),
                required=False,
                help_text=gettext_lazy("Colours by name, with commas: Navy=#1B2A49, Sand=#D8C7A0."),
            ),
            "only_palette": forms.BooleanField(
                label=gettext_lazy("Only colours of the palette"), required=False
            ),
        }

    def check_params(self, params: Mapping[str, Any]) -> None:
        if params.get("only_palette") and not params.get("palette"):
            raise ValidationError(
                _("Without a palette no colour would be possible: name some, or allow others.")
            )

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> str:
        written = as_text(raw).strip()
        palette = palette_of(spec)
        color = palette.by_name.get(written.casefold()) or parse_hex(written)
        if not color:
            raise ValueRefused(
                "not_a_color",
                _("'%(text)s' is no colour: write it as #1B2A49, or by its name: %(names)s.")
                if palette.by_name
                else _("'%(text)s' is no colour: write it as #1B2A49."),
                {"text": written[:60], "names": self._names(palette)},
            )
        if self.param(spec, "only_palette") and color not in palette.name_of:
            raise ValueRefused(
                "not_in_palette",
                _("%(color)s is not in the palette: choose one of %(names)s."),
                {"color": color, "names": self._names(palette)},
            )
        return color

    @staticmethod
    def _names(palette: _Palette) -> str:
        return ", ".join(list(palette.name_of.values())[:12])

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        if not stored:
            return ""
        name = palette_of(spec).name_of.get(stored)
        return f"{name} ({stored})" if name else stored

    def to_hand(
        self, stored: Any, spec: Any, options: CellOptions = PLAIN_CELLS, *, structure: Any = None
    ) -> dict[str, str]:
        return {"": palette_of(spec).name_of.get(stored, stored) if stored else ""}

    def hand_choices(self, spec: Any) -> list[tuple[str, str]]:
        return [(name, f"{name} ({color})") for name, color in spec.params.get("palette", {}).items()]

    def markup(self, stored: Any, spec: Any, locale: str | None = None) -> SafeString:
        if not stored:
            return SafeString("")
        # SVG: the content security policy takes a colour as an attribute, but not as a style.
        return format_html(
            '<svg class="swatch" width="18" height="18" aria-hidden="true"><rect width="18" height="18" fill="{}"/></svg> {}',
            stored,
            self.display(stored, spec, locale),
        )

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        widget = ColorInput(palette=spec.params.get("palette"), name=spec.label())
        return TextField(label=spec.label(), required=required, widget=widget)

    def tokens(self, stored: Any, spec: Any) -> Iterable[str]:
        return (f"{spec.code}={stored}",) if stored else ()

    def filter_field(self, spec: Any, *, locale: Any = None, structure: Any = None) -> forms.Field:
        palette = spec.params.get("palette", {})
        if palette:
            choices = [(color, name) for name, color in palette.items()]
            return RawField(label=spec.label(), required=False, widget=options_widget(choices))
        return TextField(label=spec.label(), required=False, widget=ColorInput(name=spec.label()))

    def filter_tokens(self, spec: Any, chosen: Any) -> list[str]:
        colors = [chosen] if isinstance(chosen, str) else chosen or []
        return [f"{spec.code}={found}" for color in colors if (found := parse_hex(str(color).strip()))]

    def sheet_value(self, stored: Any, spec: Any, locale: str | None = None) -> Any:
        if not stored:
            return None
        name = palette_of(spec).name_of.get(stored)
        return {"hex": stored, "name": name} if name else {"hex": stored}

    def sample(self, spec: Any) -> str:
        return next(iter(spec.params.get("palette", {}).values()), "#1B2A49")
