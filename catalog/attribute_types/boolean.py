"""Yes or no, with a third state: not said yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from catalog.attribute_types.base import (
    ATTRIBUTE_TYPES,
    PLAIN_CELLS,
    AttributeType,
    CellOptions,
    ValueRefused,
)
from catalog.widgets import OptionSelect, RawField

_YES = frozenset(
    {"true", "1", "yes", "y", "on", "x", "ja", "j", "wahr", "oui", "o", "vrai", "sí", "si", "1.0"}
)
_NO = frozenset({"false", "0", "no", "n", "off", "nein", "falsch", "non", "faux", "0.0"})


@ATTRIBUTE_TYPES.register
class Boolean(AttributeType):
    """Stored: true or false. Nothing said is None: it inherits nothing and counts as missing."""

    code = "boolean"
    label = gettext_lazy("Yes/No")
    icon = "toggle_on"
    in_cell = True
    may_be_axis = True
    filter_kind = "boolean"

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> bool:
        if isinstance(raw, bool):
            return raw
        said = str(raw).strip().casefold() if isinstance(raw, (str, int, float)) else None
        if said in _YES:
            return True
        if said in _NO:
            return False
        raise ValueRefused(
            "not_boolean",
            _("'%(text)s' is neither yes nor no: write true or false, 1 or 0."),
            {"text": str(raw)[:60]},
        )

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        if stored is None:
            return ""
        with translation.override(locale.replace("_", "-").lower() if locale else translation.get_language()):
            return pgettext("value", "Yes") if stored else pgettext("value", "No")

    def to_cell(self, stored: Any, spec: Any) -> str:
        return "" if stored is None else "true" if stored else "false"

    def to_hand(
        self, stored: Any, spec: Any, options: CellOptions = PLAIN_CELLS, *, structure: Any = None
    ) -> dict[str, str]:
        return {"": self.display(stored, spec)}

    def from_hand(
        self, texts: Mapping[str, str], spec: Any, options: CellOptions = PLAIN_CELLS, *, current: Any = None
    ) -> Any:
        """In the interface's own words, whatever its language; else as any door reads it."""
        written = texts.get("", "").strip()
        said = {self.display(value, spec).casefold(): value for value in (True, False)}
        return said.get(written.casefold(), written)

    def hand_choices(self, spec: Any) -> list[tuple[str, str]]:
        return [(text, text) for text in (self.display(True, spec), self.display(False, spec))]

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        choices = [("", "—"), ("true", pgettext("value", "Yes")), ("false", pgettext("value", "No"))]
        return RawField(label=spec.label(), required=required, widget=OptionSelect(choices=choices))

    def form_value(self, stored: Any, spec: Any) -> str:
        return self.to_cell(stored, spec)

    def tokens(self, stored: Any, spec: Any) -> Iterable[str]:
        return () if stored is None else (f"{spec.code}={self.to_cell(stored, spec)}",)

    def filter_field(self, spec: Any, *, locale: Any = None, structure: Any = None) -> forms.Field:
        return self.form_field(spec)

    def filter_tokens(self, spec: Any, chosen: Any) -> list[str]:
        return [f"{spec.code}={chosen}"] if chosen in ("true", "false") else []

    def sample(self, spec: Any) -> bool:
        return True
