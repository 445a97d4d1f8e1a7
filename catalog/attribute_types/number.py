"""Number: an exact decimal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats, numberformat
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from catalog.attribute_types.base import (
    ATTRIBUTE_TYPES,
    PLAIN_CELLS,
    AttributeType,
    CellOptions,
    NumberRange,
    ValueRefused,
)
from catalog.widgets import AmountInput, PartsWidget, RangeField, RawField
from pim.lib import decimals

_DIGITS = r"[-+\u2212]?[\d.,][\d.,'\u2019 \u00a0\u2009\u202f]*?"
_AMOUNT_AND_WORD = re.compile(
    rf"\s*(?:(?P<amount>{_DIGITS})\s*(?P<word>[^\W\d][^\d\n]{{0,20}}|[^\w\s.,'+-])"
    rf"|(?P<word2>[^\W\d][^\d\n]{{0,8}}|[^\w\s.,'+%-])\s*(?P<amount2>{_DIGITS}))\s*"
)
_STORED_FORM = re.compile(r"-?(?:[1-9][0-9]{0,14}|0(?=\.))(?:\.[0-9]{0,8}[1-9])?\Z|0\Z")


def as_decimal(raw: Any, mark: str = ".") -> Decimal:
    """A finite decimal from text, int, Decimal or a plain float. Raises ValueRefused."""
    if isinstance(raw, float):
        raw = repr(raw)  # the shortest text that means this float; "1e+22" and "nan" are refused below
    try:
        if isinstance(raw, str):
            return decimals.parse(raw, mark)
        if isinstance(raw, (int, Decimal)) and not isinstance(raw, bool):
            return Decimal(decimals.canonical(raw))
    except decimals.NotADecimal as error:
        raise ValueRefused(error.code, str(error)) from None
    raise ValueRefused(
        "not_a_number", _("A number is expected here, not %(kind)s."), {"kind": type(raw).__name__}
    )


def bare_amount(text: str, options: CellOptions) -> str:
    """The number of "12 kg" where the column says that its unit (or currency) is just that. Raises ValueRefused, also
    where there is no unit beside a number at all."""
    found = _AMOUNT_AND_WORD.fullmatch(text)
    if found is None:
        raise ValueRefused(
            "not_a_number",
            _(
                "'%(text)s' is not a number: write digits with '%(mark)s' before the decimals, such as 12%(mark)s5."
            ),
            {"text": text.strip()[:60], "mark": options.decimal},
        )
    amount, word = found["amount"] or found["amount2"], (found["word"] or found["word2"]).strip()
    if word.casefold() in {
        (options.unit or "").strip().casefold(),
        (options.currency or "").strip().casefold(),
    }:
        return amount
    if word == "%":
        raise ValueRefused(
            "percent",
            _(
                "'%(text)s' is a percentage, and this field takes a plain number: write 25 or 0.25. If all of the column"
                " counts in percent, enter %(sign)s as its unit."
            ),
            {"text": text.strip()[:60], "sign": "%"},
        )
    raise ValueRefused(
        "has_unit",
        _(
            "'%(text)s' has '%(word)s' beside its number: leave it out. If all of the column counts in it, enter it as the"
            " column's unit."
        ),
        {"text": text.strip()[:60], "word": word[:20]},
    )


def canonical(number: Decimal) -> str:
    try:
        return decimals.canonical(number)
    except decimals.NotADecimal as error:
        raise ValueRefused(error.code, str(error)) from None


@lru_cache(maxsize=4096)
def limit(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def check_number(number: Decimal, params: Mapping[str, Any], *, unit: str = "") -> None:
    """Raise ValueRefused where the number breaks `decimals`, `min` or `max`."""
    places = params.get("decimals")
    if places is not None and -int(number.normalize().as_tuple().exponent) > places:
        raise ValueRefused(
            "too_many_decimals",
            _("%(number)s has more than %(places)d decimal places: round it.")
            if places
            else _("%(number)s must be a whole number."),
            {"number": canonical(number), "places": places},
        )
    least, most = limit(params.get("min")), limit(params.get("max"))
    if least is not None and number < least:
        raise ValueRefused(
            "too_small",
            _("%(number)s%(unit)s is below the minimum of %(limit)s%(unit)s."),
            {"number": canonical(number), "limit": params["min"], "unit": unit},
        )
    if most is not None and number > most:
        raise ValueRefused(
            "too_large",
            _("%(number)s%(unit)s is above the maximum of %(limit)s%(unit)s."),
            {"number": canonical(number), "limit": params["max"], "unit": unit},
        )


def localised(stored: str, locale: str | None) -> str:
    """A stored decimal as people of `locale` (else of the interface's language) write it."""
    language = (locale or get_language() or "en").replace("_", "-").lower()
    marks = _marks(language)
    return numberformat.format(
        stored, marks[0], grouping=3, thousand_sep=marks[1], force_grouping=True, use_l10n=False
    )


@lru_cache(maxsize=256)
def _marks(language: str) -> tuple[str, str]:
    return (
        formats.get_format("DECIMAL_SEPARATOR", language, use_l10n=True),
        formats.get_format("THOUSAND_SEPARATOR", language, use_l10n=True),
    )


class DecimalParam(forms.CharField):
    """A parameter that is a number, kept as canonical text."""

    def clean(self, value: Any) -> str:
        text = super().clean(value).strip()
        try:
            return decimals.canonical(decimals.parse(text)) if text else ""
        except decimals.NotADecimal as error:
            raise ValidationError(str(error)) from error


def number_params() -> dict[str, forms.Field]:
    return {
        "decimals": forms.IntegerField(
            label=gettext_lazy("Decimal places"),
            min_value=0,
            max_value=12,
            required=False,
            help_text=gettext_lazy("At most; 0 for whole numbers, empty for any."),
        ),
        "min": DecimalParam(label=gettext_lazy("Minimum"), required=False),
        "max": DecimalParam(label=gettext_lazy("Maximum"), required=False),
    }


def check_limits(params: Mapping[str, Any]) -> None:
    least, most = limit(params.get("min")), limit(params.get("max"))
    if least is not None and most is not None and least > most:
        raise ValidationError(_("The minimum is above the maximum."))


def limits_hint(params: Mapping[str, Any], unit: str = "") -> str:
    least, most = params.get("min"), params.get("max")
    if least is not None and most is not None:
        return _("From %(least)s to %(most)s%(unit)s.") % {"least": least, "most": most, "unit": unit}
    if least is not None:
        return _("At least %(least)s%(unit)s.") % {"least": least, "unit": unit}
    return _("At most %(most)s%(unit)s.") % {"most": most, "unit": unit} if most is not None else ""


def sample_amount(params: Mapping[str, Any], usual: str) -> str:
    """`usual` where the limits allow it, else a limit."""
    least, most = limit(params.get("min")), limit(params.get("max"))
    if least is not None and Decimal(usual) < least:
        return str(params["min"])
    return str(params["max"]) if most is not None and Decimal(usual) > most else usual


def range_field(label: str, read: Callable[[Any], Any]) -> forms.Field:
    """Filter from–to; cleaned: {"low": text, "high": text} without the open end, both readable by `read`."""
    parts = {"low": AmountInput(), "high": AmountInput()}
    widget = PartsWidget(parts, {"low": _("from"), "high": _("to")}, name=label)
    return RangeField(label=label, widget=widget, read=read)


def range_ends(chosen: Any) -> tuple[Decimal | None, Decimal | None]:
    chosen = chosen or {}
    low, high = (as_decimal(chosen[end]) if chosen.get(end) else None for end in ("low", "high"))
    return low, high


@ATTRIBUTE_TYPES.register
class Number(AttributeType):
    """Stored: canonical decimal text ("12.5")."""

    code = "number"
    label = gettext_lazy("Number")
    icon = "numbers"
    in_cell = True
    numeric = True
    filter_kind = "number"
    sample_params = {"decimals": 2, "min": "0"}

    def params_fields(self) -> dict[str, forms.Field]:
        return number_params()

    def check_params(self, params: Mapping[str, Any]) -> None:
        check_limits(params)

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> str:
        number = as_decimal(raw)
        if spec.params:
            check_number(number, spec.params)
        return canonical(number)

    def from_cell(self, text: str, spec: Any, options: CellOptions = PLAIN_CELLS) -> Any:
        if not text.strip() or (options.decimal == "." and _STORED_FORM.match(text)):
            return text
        try:
            return as_decimal(text, options.decimal)
        except ValueRefused as refused:
            if refused.code != "not_a_number":
                raise
        return as_decimal(bare_amount(text, options), options.decimal)

    def to_hand(
        self, stored: Any, spec: Any, options: CellOptions = PLAIN_CELLS, *, structure: Any = None
    ) -> dict[str, str]:
        return {"": (stored or "").replace(".", options.decimal)}

    def cleaner(
        self, spec: Any, options: CellOptions = PLAIN_CELLS, *, structure: Any = None
    ) -> Callable[[str], Any]:
        """Most cells have a number's stored form already, where nothing limits it."""
        general = super().cleaner(spec, options, structure=structure)
        if spec.params or options.decimal != ".":
            return general
        is_stored_form = _STORED_FORM.match
        return lambda cell: cell if is_stored_form(cell) else general(cell)

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        return "" if stored is None else localised(stored, locale)

    def hint(self, spec: Any) -> str:
        return limits_hint(spec.params)

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        return RawField(
            label=spec.label(), required=required, widget=AmountInput(), help_text=self.hint(spec)
        )

    def number(self, stored: Any, spec: Any) -> Iterable[tuple[str, Decimal]]:
        return () if stored is None else (("", Decimal(stored)),)

    def filter_field(self, spec: Any, *, locale: Any = None, structure: Any = None) -> forms.Field:
        return range_field(spec.label(), partial(self.filter_range, spec))

    def filter_range(self, spec: Any, chosen: Any) -> NumberRange | None:
        low, high = range_ends(chosen)
        return NumberRange("", low, high) if low is not None or high is not None else None

    def sample(self, spec: Any) -> str:
        return sample_amount(spec.params, "12")
