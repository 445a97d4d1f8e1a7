"""Counted list: options of a list with how many there are of each, such as what a set contains."""

from __future__ import annotations

import re
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
    label_of_option,
    option_choices,
    option_tokens,
    options_filter,
    options_of,
)
from catalog.rows_widget import RowsField, RowsWidget
from catalog.widgets import AmountInput, OptionSelect

MOST = 1_000_000
_WHOLE = re.compile(r"\d{1,9}\Z", re.ASCII)
_COUNTED = re.compile(r"(\d+)\s*[x×]\s+(.+)\Z|(\d+)\s*×\s*(.+)\Z", re.ASCII | re.IGNORECASE | re.DOTALL)


def _count(raw: Any) -> int:
    text = "" if isinstance(raw, bool) else str(raw).strip().removesuffix(".0")
    if not _WHOLE.match(text) or not 0 < int(text) <= MOST:
        raise ValueRefused(
            "not_a_count",
            _("'%(text)s' is no quantity: write a whole number from 1 to %(most)d."),
            {"text": str(raw)[:60], "most": MOST},
        )
    return int(text)


@ATTRIBUTE_TYPES.register
class CountedList(AttributeType):
    """Stored: {option code: quantity}, quantities whole and above 0."""

    code = "counted_list"
    label = gettext_lazy("Counted list")
    icon = "format_list_numbered"
    has_options = True
    filter_kind = "options"
    sample_params = {"max_items": 3}

    def params_fields(self) -> dict[str, forms.Field]:
        return {
            "max_items": forms.IntegerField(
                label=gettext_lazy("At most, different ones"), min_value=1, max_value=1000, required=False
            )
        }

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> dict[str, int] | None:
        if isinstance(raw, str):
            raw = self.from_cell(raw, spec)
        options = options_of(spec)
        counts: dict[str, int] = {}
        for written, count in self._pairs(raw):
            code = options.find(written)
            if code in counts:
                raise ValueRefused(
                    "twice",
                    _("%(option)s is there twice: keep one line with the quantity of both."),
                    {"option": options.name(code)},
                )
            counts[code] = _count(count)
        most = spec.params.get("max_items")
        if most is not None and len(counts) > most:
            raise ValueRefused(
                "too_many_items",
                _("%(count)d different ones are named, at most %(most)d are possible: remove some."),
                {"count": len(counts), "most": most},
            )
        return {code: counts[code] for code in sorted(counts, key=options.rank.__getitem__)} or None

    @staticmethod
    def _pairs(raw: Any) -> Iterable[tuple[Any, Any]]:
        """(option, quantity) of {option: quantity}, or of the form's [{"option", "count"}]."""
        if isinstance(raw, Mapping):
            return list(raw.items())
        if isinstance(raw, (list, tuple)) and all(
            isinstance(row, Mapping) and set(row) <= {"option", "count"} for row in raw
        ):
            pairs = [(row.get("option", ""), row.get("count", "")) for row in raw if row]
            for option, count in pairs:
                if option in (None, ""):
                    raise ValueRefused(
                        "count_of_nothing",
                        _("A quantity of %(count)s has no option: choose what it counts, or empty the line."),
                        {"count": str(count)[:20]},
                    )
            return [(option, "1" if count in (None, "") else count) for option, count in pairs]
        raise ValueRefused(
            "not_counted", _("Options with quantities are expected here, such as 2x fork, 1x knife.")
        )

    def from_cell(self, text: str, spec: Any, options: CellOptions = PLAIN_CELLS) -> Any:
        """ "2x fork, knife": one of what has no quantity."""
        pairs = []
        for part in filter(None, map(str.strip, text.split(options.list_separator))):
            found = _COUNTED.match(part)
            count, name = (found[1] or found[3], found[2] or found[4]) if found else ("1", part)
            pairs.append({"option": name.strip(), "count": count})
        return pairs

    def to_cell(self, stored: Any, spec: Any) -> str:
        return ", ".join(f"{count}x {code}" for code, count in self._in_order(stored, spec))

    @staticmethod
    def _in_order(stored: Any, spec: Any) -> list[tuple[str, int]]:
        """In the options' order: PostgreSQL keeps the order of a list, not of an object's keys."""
        rank = options_of(spec).rank
        return sorted((stored or {}).items(), key=lambda pair: (rank.get(pair[0], len(rank)), pair[0]))

    def merge(self, base: Any, mine: Any, theirs: Any, spec: Any = None) -> Any:
        """Option by option; two quantities for one of them, or more than `max_items` together, are a CONFLICT."""
        merged: dict[str, int] = {}
        for code in dict.fromkeys([*(theirs or {}), *(mine or {}), *(base or {})]):
            count = super().merge(*((side or {}).get(code) for side in (base, mine, theirs)))
            if count is CONFLICT:
                return CONFLICT
            if count is not None:
                merged[code] = count
        most = spec.params.get("max_items") if spec else None
        if most is not None and len(merged) > most and merged not in (mine, theirs):
            return CONFLICT
        return (dict(self._in_order(merged, spec)) if spec else merged) or None

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        return ", ".join(
            f"{count} × {label_of_option(code, spec, locale)}" for code, count in self._in_order(stored, spec)
        )

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        widget = RowsWidget(
            {
                "count": AmountInput({"inputmode": "numeric"}),
                "option": OptionSelect(choices=[("", "—"), *option_choices(spec, None)]),
            },
            {"count": _("Quantity"), "option": _("Of what")},
            name=spec.label(),
            narrow=frozenset({"count"}),
            ordered=False,  # it is kept in the order of the options
        )
        return RowsField(label=spec.label(), required=required, widget=widget)

    def form_value(self, stored: Any, spec: Any) -> list[dict[str, str]]:
        return [{"count": str(count), "option": code} for code, count in self._in_order(stored, spec)]

    def tokens(self, stored: Any, spec: Any) -> Iterable[str]:
        return [f"{spec.code}={code}" for code in stored or ()]

    def filter_field(self, spec: Any, *, locale: Any = None, structure: Any = None) -> forms.Field:
        return options_filter(spec, locale)

    def filter_tokens(self, spec: Any, chosen: Any) -> list[str]:
        return option_tokens(spec, chosen)

    def sheet_value(self, stored: Any, spec: Any, locale: str | None = None) -> Any:
        if stored is None:
            return None
        return [
            {"code": code, "label": label_of_option(code, spec, locale), "quantity": count}
            for code, count in self._in_order(stored, spec)
        ]

    def sample(self, spec: Any) -> dict[str, int]:
        return {code: number for number, code in enumerate(list(spec.options)[:2], start=2)}
