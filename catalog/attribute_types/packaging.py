"""Packaging: the piece, the inner pack, the case and the pallet, each with its number, its contents and its measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.attribute_types.base import (
    ATTRIBUTE_TYPES,
    CONFLICT,
    PLAIN_CELLS,
    AttributeType,
    CellOptions,
    ValueRefused,
)
from catalog.attribute_types.measurement import family_of
from catalog.attribute_types.product_reference import quantity
from catalog.rows_widget import RowsField, RowsWidget
from catalog.structure.specs import AttributeSpec
from catalog.widgets import AmountInput, OptionSelect

# From the inside out, as GS1 names them.
LEVELS: Final[Mapping[str, Any]] = {
    "each": gettext_lazy("Piece"),
    "inner": gettext_lazy("Inner pack"),
    "case": gettext_lazy("Case"),
    "pallet": gettext_lazy("Pallet"),
}
FIELDS: Final[Mapping[str, Any]] = {
    "gtin": gettext_lazy("GTIN"),
    "quantity": gettext_lazy("Contains"),
    "net": gettext_lazy("Net weight"),
    "gross": gettext_lazy("Gross weight"),
    "length": gettext_lazy("Length"),
    "width": gettext_lazy("Width"),
    "height": gettext_lazy("Height"),
}
_GTIN = AttributeSpec(0, "gtin", "identifier", params={"kind": "gtin"})
_WEIGHT = AttributeSpec(
    0, "weight", "measurement", params={"family": "weight", "unit": "KILOGRAM", "min": "0"}
)
_LENGTH = AttributeSpec(
    0, "length", "measurement", params={"family": "length", "unit": "CENTIMETER", "min": "0"}
)
_MEASURES = {"net": _WEIGHT, "gross": _WEIGHT, "length": _LENGTH, "width": _LENGTH, "height": _LENGTH}


@ATTRIBUTE_TYPES.register
class Packaging(AttributeType):
    """Stored: {level: {"gtin": str, "quantity": int, "net", "gross", "length", "width", "height": {"amount", "unit"}}},
    levels and fields without a value left out. `quantity` counts units of the next lower level that is there."""

    code = "packaging"
    label = gettext_lazy("Packaging levels")
    icon = "package_2"

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> dict[str, dict[str, Any]] | None:
        if isinstance(raw, str):
            raw = self.from_cell(raw, spec)
        cleaned: dict[str, dict[str, Any]] = {}
        for level, fields in self._rows(raw):
            if level in cleaned:
                raise ValueRefused(
                    "twice", _("%(level)s is there twice: keep one."), {"level": LEVELS[level]}
                )
            if row := self._row(level, fields):
                cleaned[level] = row
        return {level: cleaned[level] for level in LEVELS if level in cleaned} or None

    @staticmethod
    def _rows(raw: Any) -> Iterable[tuple[str, Mapping[str, Any]]]:
        """(level, fields) of {level: fields}, or of the form's [{"level": …, fields}]."""
        if isinstance(raw, Mapping):
            pairs = list(raw.items())
        elif isinstance(raw, (list, tuple)) and all(isinstance(row, Mapping) for row in raw):
            pairs = [
                (row.get("level", ""), {name: text for name, text in row.items() if name != "level"})
                for row in raw
                if row
            ]
        else:
            raise ValueRefused(
                "not_packaging", _("Packaging levels are expected here, each with its fields.")
            )
        for level, fields in pairs:
            if level not in LEVELS:
                raise ValueRefused(
                    "unknown_level",
                    _("'%(level)s' is no packaging level: choose one of %(known)s."),
                    {"level": str(level)[:40], "known": ", ".join(LEVELS)},
                )
            if not isinstance(fields, Mapping) or set(fields) - FIELDS.keys():
                raise ValueRefused(
                    "unknown_field",
                    _("A packaging level has %(known)s."),
                    {"known": ", ".join(FIELDS)},
                )
            yield level, fields

    @staticmethod
    def _row(level: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for name in FIELDS:
            written = fields.get(name)
            if written in (None, "", {}):
                continue
            try:
                if name == "gtin":
                    row[name] = ATTRIBUTE_TYPES["identifier"].clean(written, _GTIN)
                elif name == "quantity":
                    row[name] = quantity(written)
                else:
                    row[name] = ATTRIBUTE_TYPES["measurement"].clean(written, _MEASURES[name])
            except ValueRefused as refused:
                raise ValueRefused(
                    refused.code, f"{LEVELS[level]}, {FIELDS[name]}: {refused.message}"
                ) from refused
        if "quantity" in row and level == "each":
            raise ValueRefused("piece_contains", _("A piece contains nothing: give quantities to the packs."))
        net, gross = row.get("net"), row.get("gross")
        if net and gross and _kilograms(net) > _kilograms(gross):
            raise ValueRefused(
                "net_above_gross",
                _("%(level)s: the net weight is above the gross weight."),
                {"level": LEVELS[level]},
            )
        return {name: value for name, value in row.items() if value is not None}

    def warnings(self, stored: Any, spec: Any) -> list[str]:
        kind = ATTRIBUTE_TYPES["identifier"]
        return [
            f"{LEVELS[level]}: {text}"
            for level, row in _ordered(stored)
            for text in kind.warnings(row.get("gtin"), _GTIN)
        ]

    def is_empty(self, stored: Any) -> bool:
        return not stored

    def merge(self, base: Any, mine: Any, theirs: Any, spec: Any = None) -> Any:
        """Level by level, and in it field by field."""
        whole = super().merge

        def fields(was: Any, here: Any, there: Any) -> Any:
            return _merged(was, here, there, whole)

        merged = _merged(base, mine, theirs, fields)
        return (
            merged
            if merged is CONFLICT
            else {code: merged[code] for code in LEVELS if code in merged} or None
        )

    # --- for people and files

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        return "\n".join(
            f"{LEVELS[level]}: {', '.join(_shown(name, value, locale) for name, value in row.items())}"
            for level, row in _ordered(stored)
        )

    def to_cell(self, stored: Any, spec: Any) -> str:
        """ "each gtin=4006381333931; gross=2.4 KILOGRAM | case quantity=6" """
        return " | ".join(
            f"{level} " + "; ".join(f"{name}={_cell(name, value)}" for name, value in row.items())
            for level, row in _ordered(stored)
        )

    def from_cell(self, text: str, spec: Any, options: CellOptions = PLAIN_CELLS) -> Any:
        rows: dict[str, dict[str, Any]] = {}
        for part in filter(None, map(str.strip, text.split("|"))):
            level, _blank, rest = part.partition(" ")
            fields = (field.partition("=") for field in rest.split(";") if field.strip())
            rows[level.strip().lower()] = {
                name.strip().lower(): _read(name.strip().lower(), value, options)
                for name, _mark, value in fields
            }
        return rows

    def columns(self, spec: Any, structure: Any = None) -> list[str]:
        return [
            f"{level}_{name}" for level in LEVELS for name in FIELDS if (level, name) != ("each", "quantity")
        ]

    def to_columns(self, stored: Any, spec: Any, structure: Any = None) -> dict[str, str]:
        cells = dict.fromkeys(self.columns(spec), "")
        for level, row in _ordered(stored):
            cells |= {f"{level}_{name}": _cell(name, value) for name, value in row.items()}
        return cells

    def from_columns(
        self, cells: Mapping[str, str], spec: Any, options: CellOptions = PLAIN_CELLS, *, current: Any = None
    ) -> Any:
        rows = {level: dict(row) for level, row in _ordered(current)}
        for column, text in cells.items():
            if not column:
                rows |= self.from_cell(text, spec, options)
                continue
            level, _mark, name = column.partition("_")
            rows.setdefault(level, {})[name] = _read(name, text, options)
        return rows

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        choices = [("", "—"), *LEVELS.items()]
        columns: dict[str, forms.Widget] = {"level": OptionSelect(choices=choices)}
        columns |= {
            name: AmountInput({"inputmode": "numeric"})
            if name == "quantity"
            else UnfoldAdminTextInputWidget()
            for name in FIELDS
        }
        widget = RowsWidget(
            columns,
            {"level": _("Level"), **FIELDS},
            name=spec.label(),
            narrow=frozenset({"quantity"}),
            ordered=False,
            cards=True,
        )
        return RowsField(label=spec.label(), required=required, widget=widget, help_text=self.hint(spec))

    def form_value(self, stored: Any, spec: Any) -> list[dict[str, str]]:
        return [
            {"level": level, **{name: _form_text(name, value) for name, value in row.items()}}
            for level, row in _ordered(stored)
        ]

    def hint(self, spec: Any) -> str:
        return _("Weights in kg and measures in cm, or with their unit: 350 g, 12 in.")

    # --- finding and the way out

    def search_text(self, stored: Any, spec: Any) -> str:
        return " ".join(row["gtin"] for _level, row in _ordered(stored) if "gtin" in row)

    def sheet_value(self, stored: Any, spec: Any, locale: str | None = None) -> Any:
        """[{"level", fields, "pieces"}] from the inside out; `pieces` where each level below says its quantity."""
        if not stored:
            return None
        levels: list[dict[str, Any]] = []
        pieces: int | None = 1
        for place, (level, row) in enumerate(_ordered(stored)):
            if level != "each" and (place or "quantity" in row):
                pieces = pieces * row["quantity"] if pieces is not None and "quantity" in row else None
            levels.append({"level": level, **row, **({"pieces": pieces} if pieces is not None else {})})
        return levels

    def sheet_parts(self, spec: Any) -> tuple[str, ...]:
        return tuple(self.columns(spec))

    def sheet_part(self, stored: Any, spec: Any, part: str, locale: str | None = None) -> tuple[Any, str]:
        level, _mark, name = part.partition("_")
        value = (stored or {}).get(level, {}).get(name)
        return value, "" if value is None else _shown_value(name, value, locale)

    def sample(self, spec: Any) -> dict[str, dict[str, Any]]:
        return {
            "each": {"gtin": "4006381333931", "gross": {"amount": "0.4", "unit": "KILOGRAM"}},
            "case": {
                "gtin": "14006381333938",
                "quantity": 12,
                "height": {"amount": "30", "unit": "CENTIMETER"},
            },
        }


def _ordered(stored: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """Levels from the inside out, their fields in order: a database may give an object's keys back in another."""
    return [
        (level, {name: stored[level][name] for name in FIELDS if name in stored[level]})
        for level in LEVELS
        if level in (stored or {})
    ]


def _merged(base: Any, mine: Any, theirs: Any, one: Any) -> Any:
    """Key by key, each by `one`."""
    merged: dict[str, Any] = {}
    for key in dict.fromkeys([*(theirs or {}), *(mine or {}), *(base or {})]):
        value = one(*((side or {}).get(key) for side in (base, mine, theirs)))
        if value is CONFLICT:
            return CONFLICT
        if value:
            merged[key] = value
    return merged


def _kilograms(weight: Mapping[str, str]) -> Any:
    (_sub, number), *_rest = ATTRIBUTE_TYPES["measurement"].number(weight, _WEIGHT)
    return number


def _cell(name: str, value: Any) -> str:
    return ATTRIBUTE_TYPES["measurement"].to_cell(value, _MEASURES[name]) if name in _MEASURES else str(value)


def _read(name: str, text: str, options: CellOptions) -> Any:
    if name in _MEASURES and text.strip():
        return ATTRIBUTE_TYPES["measurement"].from_cell(text, _MEASURES[name], options)
    return text.strip()


def _form_text(name: str, value: Any) -> str:
    """ "2.4 kg": the amount as it is stored, so that it reads back the same."""
    if name not in _MEASURES:
        return str(value)
    return f"{value['amount']} {family_of(_MEASURES[name]).units[value['unit']].symbol}"


def _shown_value(name: str, value: Any, locale: str | None) -> str:
    if name in _MEASURES:
        return ATTRIBUTE_TYPES["measurement"].display(value, _MEASURES[name], locale)
    return str(value)


def _shown(name: str, value: Any, locale: str | None) -> str:
    text = _shown_value(name, value, locale)
    return text if name == "gtin" else f"{FIELDS[name]} {text}"
