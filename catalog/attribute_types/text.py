"""Text: one line, or several with `multiline`; plain, never markup."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminExpandableTextareaWidget, UnfoldAdminTextInputWidget

from catalog.attribute_types.base import (
    ATTRIBUTE_TYPES,
    PLAIN_CELLS,
    AttributeType,
    CellOptions,
    ValueRefused,
)
from catalog.widgets import TextField, language_attrs
from pim.lib import patterns

MAX_LENGTH = 65_535
_LINE_BREAKS = re.compile(r"[ \t]*(?:\r\n|[\r\n\v\f\x85\u2028\u2029])[ \t]*")
# C0 and C1 controls, the byte order mark, and halves of a broken surrogate pair, which UTF-8 cannot store.
_INVISIBLE = " \n\u200b\u200c\u200d\u2060"
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ud800-\udfff]")


def tidy(text: str, *, multiline: bool = False) -> str:
    """Without control characters and outer spaces, composed (NFC), line breaks as "\\n" or, on one line, a space."""
    if text.isascii() and text.isprintable():  # most texts, at a tenth of the cost
        return text.strip()
    text = _LINE_BREAKS.sub("\n" if multiline else " ", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _CONTROLS.sub("", text))
    elif not text.isprintable():
        text = _CONTROLS.sub("", text)
    text = (text if multiline else text.replace("\t", " ")).strip()
    return text if text.isascii() or text.strip(_INVISIBLE) else ""


def as_text(raw: Any) -> str:
    """What a door gave for a text: a string, or a plain number that a spreadsheet or JSON made of one."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, (int, float, Decimal)) and not isinstance(raw, bool):
        text = str(raw)
        if text.lstrip("-").replace(".", "", 1).isdigit():
            return text
    raise ValueRefused("not_text", _("A text is expected here, not %(kind)s."), {"kind": type(raw).__name__})


def check_length(length: int, minimum: Any, maximum: Any) -> None:
    if maximum is not None and length > maximum:
        raise ValueRefused(
            "too_long",
            ngettext(
                "%(length)d characters, %(over)d over the limit of %(maximum)d: shorten it.",
                "%(length)d characters, %(over)d over the limit of %(maximum)d: shorten it.",
                length - maximum,
            ),
            {"length": length, "over": length - maximum, "maximum": maximum},
        )
    if minimum is not None and length < minimum:
        raise ValueRefused(
            "too_short",
            _("%(length)d characters, at least %(minimum)d are needed: say more."),
            {"length": length, "minimum": minimum},
        )


def check_pattern(text: str, pattern: str | None, says: str | None) -> None:
    """Raise ValueRefused where `text` does not fit; `says` is the manager's own sentence about the pattern."""
    if pattern and not patterns.matches(pattern, text):
        raise ValueRefused(
            "pattern",
            says.replace("%", "%%") if says else _("'%(text)s' does not have the form %(pattern)s."),
            {"text": text[:60], "pattern": pattern},
        )


class PatternParam(forms.CharField):
    """A parameter that is a regular expression."""

    def clean(self, value: Any) -> str:
        pattern = super().clean(value)
        if pattern:
            try:
                patterns.compiled(pattern)
            except patterns.PatternRefused as error:
                raise ValidationError(str(error)) from error
        return pattern


def length_params(limit: int) -> dict[str, forms.Field]:
    return {
        "max_length": forms.IntegerField(
            label=gettext_lazy("Longest, in characters"), min_value=1, max_value=limit, required=False
        ),
        "min_length": forms.IntegerField(
            label=gettext_lazy("Shortest, in characters"), min_value=1, max_value=limit, required=False
        ),
    }


def pattern_params() -> dict[str, forms.Field]:
    return {
        "pattern": PatternParam(
            label=gettext_lazy("Pattern"),
            required=False,
            help_text=gettext_lazy("A regular expression the whole text must fit, such as [A-Z]{2}[0-9]{4}."),
        ),
        "pattern_message": forms.CharField(
            label=gettext_lazy("Message of the pattern"),
            required=False,
            max_length=200,
            help_text=gettext_lazy("Shown to whoever writes something else."),
        ),
    }


def check_lengths(params: Mapping[str, Any]) -> None:
    if params.get("min_length", 0) > params.get("max_length", MAX_LENGTH):
        raise ValidationError(_("The shortest length is above the longest."))


@ATTRIBUTE_TYPES.register
class Text(AttributeType):
    """Stored: str."""

    code = "text"
    label = gettext_lazy("Text")
    icon = "short_text"
    in_cell = True
    is_text = True
    filter_kind = "text"
    sample_params = {"max_length": 80}

    def params_fields(self) -> dict[str, forms.Field]:
        return {
            **length_params(MAX_LENGTH),
            **pattern_params(),
            "multiline": forms.BooleanField(label=gettext_lazy("Several lines"), required=False),
        }

    default_params = {"multiline": False}

    def check_params(self, params: Mapping[str, Any]) -> None:
        check_lengths(params)

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> str | None:
        params = spec.params
        text = tidy(as_text(raw), multiline=params.get("multiline", False))
        if not text:
            return None
        check_length(len(text), params.get("min_length"), params.get("max_length", MAX_LENGTH))
        check_pattern(text, params.get("pattern"), params.get("pattern_message"))
        return text

    def cleaner(
        self, spec: Any, options: CellOptions = PLAIN_CELLS, *, structure: Any = None
    ) -> Callable[[str], Any]:
        """Most texts are plain and short enough: told in a fifth of the time that all the questions take."""
        general = super().cleaner(spec, options, structure=structure)
        if spec.params.get("pattern"):
            return general
        least, most = spec.params.get("min_length") or 1, spec.params.get("max_length", MAX_LENGTH)

        def clean(cell: str) -> Any:
            if cell.isascii() and cell.isprintable():
                text = cell.strip()
                if least <= len(text) <= most:
                    return text
            return general(cell)

        return clean

    def hint(self, spec: Any) -> str:
        longest = spec.params.get("max_length")
        return _("At most %d characters.") % longest if longest else ""

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        # No maxlength: a browser would cut pasted text without a word. The page counts with data-max-length.
        attrs = language_attrs(locale)
        if longest := spec.params.get("max_length"):
            attrs["data-max-length"] = str(longest)
        several = spec.params.get("multiline") or (longest or 0) > 120
        widget = (UnfoldAdminExpandableTextareaWidget if several else UnfoldAdminTextInputWidget)(attrs)
        return TextField(label=spec.label(), required=required, widget=widget, help_text=self.hint(spec))

    def search_text(self, stored: Any, spec: Any) -> str:
        return stored or ""

    def sample(self, spec: Any) -> str:
        return "Merino base layer"[: spec.params.get("max_length", 80)].strip()
