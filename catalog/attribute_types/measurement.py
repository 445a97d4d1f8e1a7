"""Measurement: an amount in a unit of its family."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.attribute_types.base import (
    ATTRIBUTE_TYPES,
    PLAIN_CELLS,
    AttributeType,
    CellOptions,
    NumberRange,
    ValueRefused,
)
from catalog.attribute_types.number import (
    as_decimal,
    canonical,
    check_limits,
    check_number,
    limits_hint,
    localised,
    number_params,
    range_ends,
    sample_amount,
)
from catalog.measures import BUILT_IN, MeasurementSpec, Unit
from catalog.widgets import (
    AmountInput,
    JsonListParam,
    OptionSelect,
    PartParam,
    PartsField,
    PartsWidget,
    RangeField,
)
from pim.lib.decimals import NotADecimal

# "12.5 kg", "1 250,5 kg", '5"': the amount ends with its last digit before the unit.
_AMOUNT_UNIT = re.compile(
    r"\s*(?P<amount>[-+\u2212]?[0-9.,][0-9.,'\u2019\s]*?)\s*(?P<unit>[^\W0-9][^\n]*|[°%\"'].*)?\s*\Z"
)


SHOWN_DIGITS = 4  # of an amount in another unit, which is for reading only


def family_of(spec: Any) -> MeasurementSpec:
    """The attribute's family of units; one made without a structure has the built-in one of that code."""
    return spec.measure or BUILT_IN[spec.params.get("family", "length")]


def default_unit(spec: Any) -> Unit:
    family = family_of(spec)
    return family.units.get(spec.params.get("unit", "")) or family.units[family.base]


@ATTRIBUTE_TYPES.register
class Measurement(AttributeType):
    """Stored: {"amount": "12.5", "unit": "KILOGRAM"}. Limits are in the attribute's own unit."""

    code = "measurement"
    label = gettext_lazy("Measurement")
    icon = "straighten"
    in_cell = True
    numeric = True
    may_be_axis = True
    filter_kind = "number"
    sample_params = {"family": "weight", "unit": "KILOGRAM", "min": "0"}

    def params_fields(self) -> dict[str, forms.Field]:
        return {
            "family": PartParam(label=gettext_lazy("Measurement family")),
            "unit": PartParam(
                label=gettext_lazy("Unit"),
                required=False,
                help_text=gettext_lazy("For amounts without a unit; empty for the family's standard unit."),
            ),
            "units": JsonListParam(
                label=gettext_lazy("Units to choose from"),
                required=False,
                help_text=gettext_lazy("Codes with commas; empty for all of the family."),
            ),
            "shown": JsonListParam(
                label=gettext_lazy("Also shown in"),
                required=False,
                help_text=gettext_lazy("Codes with commas of units in which the value is shown beside it."),
            ),
            **number_params(),
        }

    def check_params(self, params: Mapping[str, Any]) -> None:
        check_limits(params)

    def param_choices(self, structure: Any) -> dict[str, list[tuple[Any, Any]]]:
        families = sorted(structure.measures.values(), key=lambda family: family.label().casefold())
        units: list[tuple[Any, Any]] = [
            (
                family.label(),
                [(unit.code, f"{unit.symbol} ({unit.code})") for unit in family.units.values()],
            )
            for family in families
        ]
        return {
            "family": [(family.code, family.label()) for family in families],
            "unit": [("", "—"), *units],
        }

    def check_params_in(self, params: Mapping[str, Any], structure: Any) -> None:
        family = structure.measures.get(params.get("family"))
        if family is None:
            raise ValidationError(
                _("There is no measurement family '%(code)s': choose another, or make it first.")
                % {"code": params.get("family", "")}
            )
        named = [params["unit"]] if "unit" in params else []
        named += [*params.get("units", []), *params.get("shown", [])]
        strangers = list(dict.fromkeys(unit for unit in named if unit not in family.units))
        if strangers:
            raise ValidationError(
                _("%(units)s does not belong to the measurement family %(family)s.")
                % {"units": ", ".join(strangers), "family": family.label()}
            )
        if params.get("units") and (params.get("unit") or family.base) not in params["units"]:
            raise ValidationError(_("The unit of the attribute must be one of the units to choose from."))

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> dict[str, str] | None:
        if isinstance(raw, str):
            raw = self._parse(raw, ".", None)
        elif isinstance(raw, (tuple, list)) and len(raw) == 2:
            raw = {"amount": raw[0], "unit": raw[1]}
        elif not isinstance(raw, Mapping):
            raw = {"amount": raw}
        if unknown := set(raw) - {"amount", "unit"}:
            raise ValueRefused(
                "not_a_measure",
                _("A measurement has an amount and a unit, not %(keys)s."),
                {"keys": ", ".join(map(str, unknown))},
            )
        written = raw.get("amount")
        if written is None or (isinstance(written, str) and not written.strip()):
            return None  # a unit alone says nothing; the unit box of a form is never empty
        amount = as_decimal(written)
        unit = self._unit(raw.get("unit"), spec)
        self._check(amount, unit, spec)
        return {"amount": canonical(amount), "unit": unit.code}

    @staticmethod
    def _unit(written: Any, spec: Any) -> Unit:
        if written is None or not str(written).strip():
            return default_unit(spec)
        family = family_of(spec)
        unit = family.find_unit(str(written))
        allowed = spec.params.get("units") or list(family.units)
        if unit is None or unit.code not in allowed:
            raise ValueRefused(
                "unknown_unit",
                _("'%(unit)s' is no unit here: write one of %(allowed)s."),
                {
                    "unit": str(written)[:40],
                    "allowed": ", ".join(
                        family.units[code].symbol for code in allowed if code in family.units
                    ),
                },
            )
        return unit

    @staticmethod
    def _check(amount: Decimal, unit: Unit, spec: Any) -> None:
        params = spec.params
        if params.get("decimals") is not None:
            check_number(amount, {"decimals": params["decimals"]})
        family = family_of(spec)
        try:
            family.in_base(amount, unit.code)  # as filters and sheets will have it
        except NotADecimal as error:
            raise ValueRefused(error.code, str(error)) from None
        if "min" in params or "max" in params:
            own = default_unit(spec)
            limits = {end: params[end] for end in ("min", "max") if end in params}
            check_number(family.convert(amount, unit.code, own.code), limits, unit=f" {own.symbol}")

    @staticmethod
    def _parse(text: str, mark: str, unit: str | None) -> dict[str, Any]:
        found = _AMOUNT_UNIT.match(text)
        if not found:
            raise ValueRefused(
                "not_a_measure",
                _("'%(text)s' is no measurement: write amount and unit, such as 12%(mark)s5 kg."),
                {"text": text[:60], "mark": mark},
            )
        return {"amount": as_decimal(found["amount"], mark), "unit": (found["unit"] or "").strip() or unit}

    def from_cell(self, text: str, spec: Any, options: CellOptions = PLAIN_CELLS) -> Any:
        return self._parse(text, options.decimal, options.unit) if text.strip() else ""

    def to_cell(self, stored: Any, spec: Any) -> str:
        return f"{stored['amount']} {stored['unit']}" if stored else ""

    def columns(self, spec: Any, structure: Any = None) -> list[str]:
        return ["", "unit"]

    def to_columns(self, stored: Any, spec: Any, structure: Any = None) -> dict[str, str]:
        return {"": stored["amount"], "unit": stored["unit"]} if stored else {"": "", "unit": ""}

    def from_columns(
        self, cells: Mapping[str, str], spec: Any, options: CellOptions = PLAIN_CELLS, *, current: Any = None
    ) -> Any:
        """A unit column alone changes the unit of the amount there is."""
        if "" not in cells:
            unit = cells.get("unit", "").strip()
            return {"amount": current["amount"], "unit": unit or current["unit"]} if current else ""
        raw = self.from_cell(cells[""], spec, options)
        if raw and cells.get("unit", "").strip():
            raw["unit"] = cells["unit"].strip()
        return raw

    def to_hand(
        self, stored: Any, spec: Any, options: CellOptions = PLAIN_CELLS, *, structure: Any = None
    ) -> dict[str, str]:
        if not stored:
            return {"": ""}
        family = family_of(spec)
        unit = family.units.get(stored["unit"])
        symbol = unit.symbol if unit is not None and family.find_unit(unit.symbol) is unit else stored["unit"]
        return {"": f"{stored['amount'].replace('.', options.decimal)} {symbol}"}

    def from_hand(
        self, texts: Mapping[str, str], spec: Any, options: CellOptions = PLAIN_CELLS, *, current: Any = None
    ) -> Any:
        """An amount without a unit is in the unit that stands there, not in the attribute's own."""
        text = texts.get("", "")
        return (
            self._parse(text, options.decimal, current["unit"] if current else None) if text.strip() else ""
        )

    def is_empty(self, stored: Any) -> bool:
        return not stored

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        if not stored:
            return ""
        unit = family_of(spec).units.get(stored["unit"])
        return f"{localised(stored['amount'], locale)}\u00a0{unit.symbol if unit else stored['unit']}"

    def also(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        family = family_of(spec)
        if not stored or stored["unit"] not in family.units:
            return ""
        amount = Decimal(stored["amount"])
        shown = []
        for code in spec.params.get("shown", ()):
            if code in family.units and code != stored["unit"]:
                other = _readable(family.convert(amount, stored["unit"], code))
                shown.append(f"{localised(other, locale)}\u00a0{family.units[code].symbol}")
        return " · ".join(shown)

    def hint(self, spec: Any) -> str:
        return limits_hint(spec.params, f" {default_unit(spec).symbol}")

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        family, own = family_of(spec), default_unit(spec)
        allowed = spec.params.get("units") or list(family.units)
        choices = [
            (code, family.units[code].symbol)
            for code in [own.code, *(code for code in allowed if code != own.code and code in family.units)]
        ]
        label = spec.label()
        widget = PartsWidget(
            {"amount": AmountInput(), "unit": OptionSelect(choices=choices)},
            {"amount": label, "unit": _("Unit of %s") % label},
            captions=False,
        )
        return PartsField(label=label, required=required, widget=widget, help_text=self.hint(spec))

    def form_value(self, stored: Any, spec: Any) -> dict[str, str]:
        return dict(stored) if stored else {"unit": default_unit(spec).code}

    def number(self, stored: Any, spec: Any) -> Iterable[tuple[str, Decimal]]:
        family = family_of(spec)
        if not stored or stored["unit"] not in family.units:
            return ()
        return (("", family.in_base(Decimal(stored["amount"]), stored["unit"])),)

    def filter_field(self, spec: Any, *, locale: Any = None, structure: Any = None) -> forms.Field:
        family, own = family_of(spec), default_unit(spec)
        units = [own, *(unit for unit in family.units.values() if unit.code != own.code)]
        parts: dict[str, forms.Widget] = {
            "low": AmountInput(),
            "high": AmountInput(),
            "unit": OptionSelect(choices=[(unit.code, unit.symbol) for unit in units]),
        }
        labels = {"low": _("from"), "high": _("to"), "unit": _("Unit")}
        widget = PartsWidget(parts, labels, name=spec.label())
        return RangeField(label=spec.label(), widget=widget, read=partial(self.filter_range, spec))

    def filter_range(self, spec: Any, chosen: Any) -> NumberRange | None:
        """`chosen`: low and high in `unit`, else in the attribute's own."""
        family = family_of(spec)
        unit = family.units.get(str((chosen or {}).get("unit", ""))) or default_unit(spec)
        low, high = (None if end is None else family.in_base(end, unit.code) for end in range_ends(chosen))
        return NumberRange("", low, high) if low is not None or high is not None else None

    def sheet_value(self, stored: Any, spec: Any, locale: str | None = None) -> Any:
        return dict(stored) if stored else None

    def sample(self, spec: Any) -> dict[str, str]:
        amount = sample_amount(spec.params, "12")
        return {"amount": amount, "unit": default_unit(spec).code}


def _readable(amount: Decimal) -> str:
    """Four digits that say something, whole numbers whole: 1.102, 0.03527, 12346."""
    places = max(SHOWN_DIGITS - amount.adjusted() - 1, 0) if amount else 0
    return canonical(amount.quantize(Decimal(1).scaleb(-places)))
