"""Price: one amount per currency."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import partial
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
from catalog.widgets import AmountInput, OptionSelect, PartsField, PartsWidget, RangeField

# Digits after the point in ISO 4217, where they are not two.
_MINOR_UNITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}  # fmt: skip
_AMOUNT = r"[-+\u2212]?[0-9][0-9.,'\u2019 \u00a0\u202f]*?|[-+\u2212]?[.,][0-9]+"
_CURRENCY = r"[A-Za-z]{3}(?![A-Za-z])|€|£|\$|¥|zł|Kč|kr\.?"
_ONE = re.compile(
    rf"\s*(?:(?P<amount>{_AMOUNT})\s*(?P<currency>{_CURRENCY})|(?P<currency2>{_CURRENCY})\s*(?P<amount2>{_AMOUNT}))"
    r"\s*(?:[,;|\n]+|\Z)"
)
_BARE = re.compile(rf"\s*(?:{_AMOUNT})\s*\Z")
_SYMBOLS = {"€": "EUR", "£": "GBP", "zł": "PLN", "Kč": "CZK"}
# A sign of several currencies stands for one of them where it is the only one of them that is meant or active.
_SHARED = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN"),
    "¥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
}


class _Kept(str):
    """An amount that was stored already: its currency may have been deactivated since."""

    __slots__ = ()


def with_minor_units(stored: str, currency: str) -> str:
    """The amount with at least the currency's usual decimals: "9.9" EUR → "9.90"; more are kept."""
    places = _MINOR_UNITS.get(currency, 2)
    whole, _point, decimals = stored.partition(".")
    decimals = decimals.ljust(places, "0")
    return f"{whole}.{decimals}" if decimals else whole


@ATTRIBUTE_TYPES.register
class Price(AttributeType):
    """Stored: {"EUR": "9.9", "USD": "12"}, by currency; never negative."""

    code = "price"
    label = gettext_lazy("Price")
    icon = "sell"
    in_cell = True
    numeric = True
    filter_kind = "number"
    sample_params = {"decimals": 2}

    def params_fields(self) -> dict[str, forms.Field]:
        return number_params()

    def check_params(self, params: Mapping[str, Any]) -> None:
        check_limits(params)

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> dict[str, str] | None:
        currencies = tuple(structure.currencies) if structure is not None else ()
        if isinstance(raw, str):
            raw = self._parse(raw, ".", None)
        if not isinstance(raw, Mapping):
            raw = {"": raw}
        prices: dict[str, str] = {}
        for name, written in raw.items():
            if written is None or (isinstance(written, str) and not written.strip()):
                continue
            currency = self._currency(str(name), () if isinstance(written, _Kept) else currencies)
            if currency in prices:
                raise ValueRefused(
                    "twice", _("%(currency)s is given twice: keep one."), {"currency": currency}
                )
            prices[currency] = self._amount(written, currency, spec.params)
        return dict(sorted(prices.items())) or None

    @staticmethod
    def _currency(written: str, currencies: tuple[str, ...]) -> str:
        currency = written.strip().upper()
        if (sign := written.strip()) in _SHARED:
            meant = [known for known in currencies if known in _SHARED[sign]]
            if len(meant) == 1:
                return meant[0]
            raise ValueRefused(
                "shared_sign",
                _("'%(sign)s' is used by several currencies: write which, such as %(example)s."),
                {"sign": sign, "example": (meant or _SHARED[sign])[0]},
            )
        if not currency and len(currencies) == 1:
            return currencies[0]
        if not currency:
            raise ValueRefused(
                "no_currency", _("In which currency? Write it beside the amount, such as 9.90 %(example)s, or choose one for the column of the file."),
                {"example": currencies[0] if currencies else "EUR"},
            )  # fmt: skip
        if (currencies and currency not in currencies) or not re.fullmatch("[A-Z]{3}", currency):
            raise ValueRefused(
                "unknown_currency",
                _(
                    "'%(currency)s' is not one of our currencies (%(known)s): use one of them, or activate it in the settings."
                ),
                {"currency": written[:20], "known": ", ".join(currencies) or "EUR, USD, …"},
            )
        return currency

    @staticmethod
    def _amount(written: Any, currency: str, params: Mapping[str, Any]) -> str:
        try:
            amount = as_decimal(written)
            if amount < 0:
                raise ValueRefused("negative", _("A price is never negative."))
            check_number(amount, params)
        except ValueRefused as refused:
            raise ValueRefused(refused.code, f"{currency}: {refused.message}") from None
        return canonical(amount)

    @staticmethod
    def _parse(text: str, mark: str, currency: str | None, *, alone: bool = False) -> dict[str, Any]:
        """`currency` is that of a bare amount, and where it is `alone` the only one that may be named."""
        if _BARE.match(text):
            return {currency or "": as_decimal(text, mark)}
        prices: dict[str, Any] = {}
        at = 0
        while at < len(text):
            found = _ONE.match(text, at)
            if not found:
                raise ValueRefused(
                    "not_a_price",
                    _("'%(text)s' is no price: write amount and currency, such as 9%(mark)s90 EUR, 12 USD."),
                    {"text": text[at:].strip()[:60], "mark": mark},
                )
            name = (found["currency"] or found["currency2"]).removesuffix(".")
            name = name if name in _SHARED else _SYMBOLS.get(name, name.upper())
            if currency and currency.upper() in _SHARED.get(name, ()):
                name = currency.upper()
            if alone and name != currency:
                raise ValueRefused(
                    "other_currency",
                    _(
                        "'%(text)s' stands in the column for %(currency)s: write the amount in %(currency)s, or choose another target."
                    ),
                    {"text": text.strip()[:60], "currency": currency},
                )
            if name in prices:
                raise ValueRefused("twice", _("%(currency)s is given twice: keep one."), {"currency": name})
            prices[name] = as_decimal(found["amount"] or found["amount2"], mark)
            at = found.end()
        return prices

    def from_cell(self, text: str, spec: Any, options: CellOptions = PLAIN_CELLS) -> Any:
        return self._parse(text.strip(), options.decimal, options.currency) if text.strip() else ""

    def to_cell(self, stored: Any, spec: Any) -> str:
        return ", ".join(f"{amount} {currency}" for currency, amount in (stored or {}).items())

    def columns(self, spec: Any, structure: Any = None) -> list[str]:
        return list(structure.currencies) if structure is not None else [""]

    def to_columns(self, stored: Any, spec: Any, structure: Any = None) -> dict[str, str]:
        if structure is None:
            return {"": self.to_cell(stored, spec)}
        return {currency: (stored or {}).get(currency, "") for currency in structure.currencies}

    def from_columns(
        self, cells: Mapping[str, str], spec: Any, options: CellOptions = PLAIN_CELLS, *, current: Any = None
    ) -> Any:
        """A currency's own column sets or clears that currency; the others stay as they are."""
        prices: dict[str, Any] = {currency: _Kept(amount) for currency, amount in (current or {}).items()}
        if "" in cells:
            prices = dict(self.from_cell(cells[""], spec, options) or {})
        for currency, cell in cells.items():
            if currency:
                prices[currency.upper()] = self._of_currency(cell, currency.upper(), options.decimal)
        return prices

    def hand_columns(self, spec: Any, structure: Any = None) -> list[str]:
        return self.columns(spec, structure)

    def to_hand(
        self, stored: Any, spec: Any, options: CellOptions = PLAIN_CELLS, *, structure: Any = None
    ) -> dict[str, str]:
        """As the product form shows amounts. A currency that is not active has no cell, and keeps its amount."""
        shown = self.form_value(stored, spec)
        return {
            part: shown.get(part, "").replace(".", options.decimal)
            if part
            else self.to_cell(stored, spec).replace(".", options.decimal)
            for part in self.hand_columns(spec, structure)
        }

    def _of_currency(self, cell: str, currency: str, mark: str) -> Decimal | None:
        """The amount in a currency's own column, which may name that currency and no other."""
        if not cell.strip():
            return None
        if _BARE.match(cell):
            return as_decimal(cell, mark)
        amount: Decimal = self._parse(cell.strip(), mark, currency, alone=True)[currency]
        return amount

    def merge(self, base: Any, mine: Any, theirs: Any, spec: Any = None) -> Any:
        """Currency by currency; a conflict in one of them is a CONFLICT of the value."""
        merged: dict[str, str] = {}
        for currency in sorted({*(base or {}), *(mine or {}), *(theirs or {})}):
            amount = super().merge(*((side or {}).get(currency) for side in (base, mine, theirs)))
            if amount is CONFLICT:
                return CONFLICT
            if amount is not None:
                merged[currency] = amount
        return merged or None

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        return " · ".join(
            f"{localised(with_minor_units(amount, currency), locale)}\u00a0{currency}"
            for currency, amount in (stored or {}).items()
        )

    def hint(self, spec: Any) -> str:
        return limits_hint(spec.params)

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        currencies = list(structure.currencies) if structure is not None else ["EUR"]
        widget = PartsWidget(
            {currency: AmountInput() for currency in currencies},
            {currency: currency for currency in currencies},
            name=spec.label(),
        )
        return PartsField(label=spec.label(), required=required, widget=widget, help_text=self.hint(spec))

    def form_value(self, stored: Any, spec: Any) -> dict[str, str]:
        return {currency: with_minor_units(amount, currency) for currency, amount in (stored or {}).items()}

    def number(self, stored: Any, spec: Any) -> Iterable[tuple[str, Decimal]]:
        return [(currency, Decimal(amount)) for currency, amount in (stored or {}).items()]

    def filter_field(self, spec: Any, *, locale: Any = None, structure: Any = None) -> forms.Field:
        currencies = list(structure.currencies) if structure is not None else ["EUR"]
        parts: dict[str, forms.Widget] = {
            "currency": OptionSelect(choices=[(c, c) for c in currencies]),
            "low": AmountInput(),
            "high": AmountInput(),
        }
        labels = {"currency": _("Currency"), "low": _("from"), "high": _("to")}
        widget = PartsWidget(parts, labels, name=spec.label())
        return RangeField(label=spec.label(), widget=widget, read=partial(self.filter_range, spec))

    def filter_range(self, spec: Any, chosen: Any) -> NumberRange | None:
        low, high = range_ends(chosen)
        currency = (chosen or {}).get("currency")
        return (
            NumberRange(currency, low, high) if currency and (low is not None or high is not None) else None
        )

    def sheet_value(self, stored: Any, spec: Any, locale: str | None = None) -> Any:
        return (
            {currency: with_minor_units(amount, currency) for currency, amount in stored.items()}
            if stored
            else None
        )

    def sample(self, spec: Any) -> dict[str, str]:
        return {"EUR": sample_amount(spec.params, "9.9")}
