"""Multi select: several options of a list, in the list's order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.attribute_types.base import (
    ATTRIBUTE_TYPES,
    CONFLICT,
    PLAIN_CELLS,
    AttributeType,
    CellOptions,
    ValueRefused,
)
from catalog.attribute_types.select import (
    fold,
    label_of_option,
    option_choices,
    option_tokens,
    options_filter,
    options_of,
)
from catalog.widgets import RawField, options_widget


@ATTRIBUTE_TYPES.register
class MultiSelect(AttributeType):
    """Stored: list of option codes, unique, in option order."""

    code = "multiselect"
    label = gettext_lazy("Multi select")
    icon = "checklist"
    in_cell = True
    has_options = True
    has_parts = True
    filter_kind = "options"
    sample_params = {"max_items": 3}

    def params_fields(self) -> dict[str, forms.Field]:
        return {
            "max_items": forms.IntegerField(
                label=gettext_lazy("At most"), min_value=1, max_value=1000, required=False
            )
        }

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> list[str] | None:
        if isinstance(raw, str):
            raw = self._split(raw, spec, ",")
        if isinstance(raw, Mapping) or not isinstance(raw, Iterable):
            raise ValueRefused("not_a_list", _("A list of options is expected here, such as red, blue."))
        options = options_of(spec)
        written = [item for item in raw if item is not None and item != ""]
        chosen = {options.find(item) for item in written}
        most = spec.params.get("max_items")
        if most is not None and len(chosen) > most:
            raise ValueRefused(
                "too_many_items",
                _("%(count)d options are chosen, at most %(most)d are possible: remove some."),
                {"count": len(chosen), "most": most},
            )
        return sorted(chosen, key=options.rank.__getitem__) or None

    @staticmethod
    def _split(text: str, spec: Any, separator: str) -> list[str]:
        if separator in text and fold(text) in options_of(spec).by_label:
            return [text]  # one label that has the separator in it
        return [part.strip() for part in text.split(separator) if part.strip()]

    def from_cell(self, text: str, spec: Any, options: CellOptions = PLAIN_CELLS) -> Any:
        return self._split(text, spec, options.list_separator)

    def to_cell(self, stored: Any, spec: Any) -> str:
        return ",".join(stored or ())

    def to_hand(
        self, stored: Any, spec: Any, options: CellOptions = PLAIN_CELLS, *, structure: Any = None
    ) -> dict[str, str]:
        known, mark = options_of(spec), options.list_separator
        names = [known.called(code) for code in stored or ()]
        text = f"{mark} ".join(
            code if mark in name else name for code, name in zip(stored or (), names, strict=True)
        )
        reads_as_one = len(names) > 1 and fold(text) in known.by_label
        return {"": self.to_cell(stored, spec) if reads_as_one else text}

    def hand_choices(self, spec: Any) -> list[tuple[str, str]]:
        known = options_of(spec)
        return [
            (code if "," in (name := known.called(code)) else name, label)
            for code, label in option_choices(spec, None)
        ]

    def merge(self, base: Any, mine: Any, theirs: Any, spec: Any = None) -> Any:
        """As sets: what either added is in, what either removed is out. They conflict only over `max_items`."""
        merged = super().merge(base, mine, theirs, spec)
        if merged is not CONFLICT:
            return merged
        was, here, there = set(base or ()), set(mine or ()), set(theirs or ())
        kept = {code for code in here | there if not (code in was and not (code in here and code in there))}
        most = spec.params.get("max_items") if spec else None
        if most is not None and len(kept) > most:
            return CONFLICT
        first_seen = dict.fromkeys([*(theirs or ()), *(mine or ())])
        rank = options_of(spec).rank if spec else {}
        return (
            sorted((code for code in first_seen if code in kept), key=lambda code: rank.get(code, len(rank)))
            or None
        )

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        return ", ".join(label_of_option(code, spec, locale) for code in stored or ())

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        return RawField(
            label=spec.label(), required=required, widget=options_widget(option_choices(spec, None))
        )

    def form_value(self, stored: Any, spec: Any) -> list[str]:
        return list(stored or ())

    def tokens(self, stored: Any, spec: Any) -> Iterable[str]:
        return [f"{spec.code}={code}" for code in stored or ()]

    def filter_field(self, spec: Any, *, locale: Any = None, structure: Any = None) -> forms.Field:
        return options_filter(spec, locale)

    def filter_tokens(self, spec: Any, chosen: Any) -> list[str]:
        return option_tokens(spec, chosen)

    def sheet_value(self, stored: Any, spec: Any, locale: str | None = None) -> Any:
        if stored is None:
            return None
        return [{"code": code, "label": label_of_option(code, spec, locale)} for code in stored]

    def sample(self, spec: Any) -> list[str]:
        return list(spec.options)[: min(2, spec.params.get("max_items", 2))]
