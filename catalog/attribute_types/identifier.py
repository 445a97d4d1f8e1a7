"""Identifier: an article number, or a GTIN with its check digit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum import ean
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.attribute_types.base import ATTRIBUTE_TYPES, AttributeType, ValueRefused
from catalog.attribute_types.text import as_text, check_length, check_pattern, pattern_params, tidy
from catalog.numbering import patterns
from catalog.widgets import TextField

MAX_LENGTH = 255
GTIN_LENGTHS = (8, 12, 13, 14)  # GS1 General Specifications, section 3
_MANGLED = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+?[0-9]+\Z")
_MANGLED_FOR_SURE = re.compile(r"[0-9][.,][0-9]+[eE]\+[0-9]+\Z")
_GTIN_SEPARATORS = re.compile(r"[\s\u00a0-]+")


def check_not_shortened(text: str, form: re.Pattern[str] = _MANGLED_FOR_SURE) -> None:
    """Raises ValueRefused for "4.00638E+12": the digits of that number are lost."""
    if form.match(text):
        raise ValueRefused(
            "mangled",
            _(
                "'%(text)s' was shortened by a spreadsheet and its digits are lost. Format the column as text,"
                " and take the number from its source again."
            ),
            {"text": text[:60]},
        )


class NumberPatternParam(forms.CharField):
    """A parameter that makes numbers."""

    def clean(self, value: Any) -> str:
        pattern = super().clean(value)
        if pattern:
            try:
                patterns.check(pattern)
            except patterns.PatternRefused as error:
                raise ValidationError(str(error)) from error
        return pattern


@ATTRIBUTE_TYPES.register
class Identifier(AttributeType):
    """Stored: str, leading zeros and case kept; a GTIN without spaces and hyphens."""

    code = "identifier"
    label = gettext_lazy("Identifier")
    icon = "barcode"
    in_cell = True
    is_text = True
    filter_kind = "text"
    default_params = {"kind": "free", "check": "warn", "number_new": False}
    sample_params = {"kind": "gtin"}

    def params_fields(self) -> dict[str, forms.Field]:
        return {
            "kind": forms.ChoiceField(
                label=gettext_lazy("Kind"),
                choices=[("free", gettext_lazy("Free")), ("gtin", gettext_lazy("GTIN (EAN, UPC)"))],
            ),
            "check": forms.ChoiceField(
                label=gettext_lazy("Wrong check digit"),
                choices=[("warn", gettext_lazy("Warn")), ("refuse", gettext_lazy("Refuse"))],
                help_text=gettext_lazy("Of a GTIN."),
            ),
            "max_length": forms.IntegerField(
                label=gettext_lazy("Longest, in characters"),
                min_value=1,
                max_value=MAX_LENGTH,
                required=False,
            ),
            **pattern_params(),
            "number_pattern": NumberPatternParam(
                label=gettext_lazy("Numbers by the pattern"),
                required=False,
                max_length=100,
                help_text=gettext_lazy(
                    "Such as {family}-{seq:5}: mugs-00001, mugs-00002 … Numbers in use are passed over; gaps may stay."
                ),
            ),
            "number_new": forms.BooleanField(
                label=gettext_lazy("New products get a number"),
                required=False,
                help_text=gettext_lazy(
                    "By the pattern, or from the pools of GTINs. Else at the press of a button."
                ),
            ),
        }

    def check_params(self, params: Mapping[str, Any]) -> None:
        if params.get("kind") == "gtin" and params.get("number_pattern"):
            raise ValidationError(_("GTINs are taken from pools: leave their pattern empty."))
        if params.get("kind") == "gtin" and (params.get("pattern") or params.get("max_length")):
            raise ValidationError(_("A GTIN has its own form: leave pattern and length empty."))

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> str | None:
        text = tidy(as_text(raw))
        if not text:
            return None
        is_gtin = self.param(spec, "kind") == "gtin"
        check_not_shortened(text, _MANGLED if is_gtin else _MANGLED_FOR_SURE)
        if is_gtin:
            return self._clean_gtin(text, spec)
        check_length(len(text), None, spec.params.get("max_length", MAX_LENGTH))
        check_pattern(text, spec.params.get("pattern"), spec.params.get("pattern_message"))
        return text

    def _clean_gtin(self, text: str, spec: Any) -> str:
        digits = _GTIN_SEPARATORS.sub("", text).removesuffix(".0")
        if not (digits.isascii() and digits.isdigit()):
            raise ValueRefused(
                "gtin_digits", _("'%(text)s' is no GTIN: a GTIN has digits only."), {"text": text[:60]}
            )
        if len(digits) not in GTIN_LENGTHS:
            raise ValueRefused(
                "gtin_length",
                _(
                    "'%(text)s' has %(length)d digits, a GTIN has 8, 12, 13 or 14. Zeros at its beginning may be lost:"
                    " format the column as text."
                ),
                {"text": text[:60], "length": len(digits)},
            )
        if self.param(spec, "check") == "refuse" and not ean.is_valid(digits):
            raise ValueRefused("gtin_check", self._wrong_check_digit(digits))
        return digits

    @staticmethod
    def _wrong_check_digit(digits: str) -> str:
        return _(
            "The check digit of '%(text)s' is wrong: by its other digits it would end in %(digit)s. Compare it with the package."
        ) % {"text": digits, "digit": ean.calc_check_digit(digits[:-1])}

    def warnings(self, stored: Any, spec: Any) -> list[str]:
        if stored and self.param(spec, "kind") == "gtin" and not ean.is_valid(stored):
            return [self._wrong_check_digit(stored)]
        return []

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        attrs = {"spellcheck": "false", "autocomplete": "off"}
        if self.param(spec, "kind") == "gtin":
            attrs["inputmode"] = "numeric"
        return TextField(label=spec.label(), required=required, widget=UnfoldAdminTextInputWidget(attrs))

    def search_text(self, stored: Any, spec: Any) -> str:
        return stored or ""

    def sample(self, spec: Any) -> str:
        return "4006381333931" if self.param(spec, "kind") == "gtin" else "MB-1"
