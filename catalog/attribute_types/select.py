"""Select: one option of a list."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from catalog.attribute_types.base import (
    ATTRIBUTE_TYPES,
    PLAIN_CELLS,
    AttributeType,
    CellOptions,
    ValueRefused,
)
from catalog.widgets import RawField, option_widget, options_widget

SUGGEST_AMONG = 2_000  # options: beyond, looking for similar ones would take longer than the import


class Options:
    """Finds an attribute's option by what people and files write. Built once per spec."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.codes = options
        self.rank = {code: rank for rank, code in enumerate(options)}
        self.by_code = {code.casefold(): code for code in options}
        self.by_label: dict[str, set[str]] = {}
        for code, option in options.items():
            for label in option.labels.values():
                if folded := fold(label):
                    self.by_label.setdefault(folded, set()).add(code)
        self.refusals: dict[tuple[str | None, str], str] = {}

    def find(self, raw: Any) -> str:
        """The option's code for a code (any case) or a label in any language. Raises ValueRefused."""
        if isinstance(raw, Mapping) and "code" in raw:
            raw = raw["code"]
        if raw in self.codes if isinstance(raw, str) else False:
            return str(raw)
        if isinstance(raw, bool) or not isinstance(raw, (str, int)):
            raise ValueRefused(
                "not_an_option",
                _("An option's code is expected here, not %(kind)s."),
                {"kind": type(raw).__name__},
            )
        written = str(raw).strip()
        folded = fold(written)
        if code := self.by_code.get(folded):
            return code
        found = self.by_label.get(folded, set())
        if len(found) == 1:
            return next(iter(found))
        if found:
            raise ValueRefused(
                "ambiguous_option",
                _("'%(text)s' is the label of several options: write one of the codes %(codes)s."),
                {"text": written[:60], "codes": ", ".join(sorted(found))},
            )
        raise ValueRefused("unknown_option", self._unknown(written, folded))

    def _unknown(self, written: str, folded: str) -> str:
        asked = (get_language(), folded)
        if asked in self.refusals:
            return self.refusals[asked]
        close: list[str] = []
        if len(self.codes) <= SUGGEST_AMONG:
            names = {**{label: min(codes) for label, codes in self.by_label.items()}, **self.by_code}
            matches = difflib.get_close_matches(folded[:60], names, n=3, cutoff=0.6)
            close = list(dict.fromkeys(self.name(names[match]) for match in matches))
        message = (
            _("There is no option '%(text)s'. Did you mean %(close)s?")
            if close
            else _("There is no option '%(text)s': choose one of the attribute's options, or add it to them.")
        ) % {"text": written[:60], "close": ", ".join(close)}
        if len(self.refusals) < 1_000:  # the same wrong word usually stands in thousands of rows
            self.refusals[asked] = message
        return message

    def called(self, code: str) -> str:
        """What a person writes for an option: its label where that means nothing else, else its code."""
        label = self.codes[code].label() if code in self.codes else code
        folded = fold(label)
        is_clear = self.by_label.get(folded) == {code} and self.by_code.get(folded, code) == code
        return label if is_clear else code

    def name(self, code: str) -> str:
        label = self.codes[code].label()
        return code if label in (code, f"[{code}]") else f"{label} ({code})"


def fold(text: str) -> str:
    return " ".join(text.split()).casefold()


_options: WeakKeyDictionary[Any, Options] = WeakKeyDictionary()


def options_of(spec: Any) -> Options:
    found = _options.get(spec)
    if found is None:
        found = _options[spec] = Options(spec.options)
    return found


def label_of_option(code: str, spec: Any, locale: str | None) -> str:
    """The label, or the code in brackets where the option was removed since."""
    option = spec.options.get(code)
    return option.label(locale) if option else f"[{code}]"


def option_choices(spec: Any, locale: str | None) -> list[tuple[str, str]]:
    return [(code, option.label(locale)) for code, option in spec.options.items()]


def options_filter(spec: Any, locale: str | None) -> forms.Field:
    return RawField(label=spec.label(), required=False, widget=options_widget(option_choices(spec, locale)))


def option_tokens(spec: Any, chosen: Any) -> list[str]:
    codes = [chosen] if isinstance(chosen, str) else chosen or []
    return [f"{spec.code}={code}" for code in codes if code in spec.options]


@ATTRIBUTE_TYPES.register
class Select(AttributeType):
    """Stored: the option's code."""

    code = "select"
    label = gettext_lazy("Select")
    icon = "radio_button_checked"
    in_cell = True
    has_options = True
    may_be_axis = True
    filter_kind = "options"

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> str:
        return options_of(spec).find(raw)

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        return "" if stored is None else label_of_option(stored, spec, locale)

    def to_hand(
        self, stored: Any, spec: Any, options: CellOptions = PLAIN_CELLS, *, structure: Any = None
    ) -> dict[str, str]:
        return {"": "" if stored is None else options_of(spec).called(stored)}

    def hand_choices(self, spec: Any) -> list[tuple[str, str]]:
        return [(options_of(spec).called(code), label) for code, label in option_choices(spec, None)]

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        # The interface's language: an editor reads options in their own, whatever locale they fill.
        return RawField(
            label=spec.label(), required=required, widget=option_widget(option_choices(spec, None))
        )

    def tokens(self, stored: Any, spec: Any) -> Iterable[str]:
        return () if stored is None else (f"{spec.code}={stored}",)

    def filter_field(self, spec: Any, *, locale: Any = None, structure: Any = None) -> forms.Field:
        return options_filter(spec, locale)

    def filter_tokens(self, spec: Any, chosen: Any) -> list[str]:
        return option_tokens(spec, chosen)

    def sheet_value(self, stored: Any, spec: Any, locale: str | None = None) -> Any:
        return None if stored is None else {"code": stored, "label": label_of_option(stored, spec, locale)}

    def sample(self, spec: Any) -> str:
        return next(iter(spec.options), "")
