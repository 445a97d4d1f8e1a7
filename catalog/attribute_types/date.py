"""Date: a calendar day."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats, translation
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
from catalog.widgets import DateInput, PartsWidget, RangeField, RawField

# A time of midnight is what spreadsheets add to a day.
_ISO = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?\Z")


class DateParam(forms.DateField):
    """A parameter that is a date, kept as ISO text."""

    def clean(self, value: Any) -> str:
        day = super().clean(value)
        return day.isoformat() if day else ""


@ATTRIBUTE_TYPES.register
class Date(AttributeType):
    """Stored: "YYYY-MM-DD"."""

    code = "date"
    label = gettext_lazy("Date")
    icon = "calendar_today"
    in_cell = True
    numeric = True
    filter_kind = "date"
    sample_params = {"min": "2000-01-01"}

    def params_fields(self) -> dict[str, forms.Field]:
        return {
            "min": DateParam(label=gettext_lazy("Not before"), required=False, input_formats=["%Y-%m-%d"]),
            "max": DateParam(label=gettext_lazy("Not after"), required=False, input_formats=["%Y-%m-%d"]),
        }

    def check_params(self, params: Mapping[str, Any]) -> None:
        if "min" in params and "max" in params and params["min"] > params["max"]:
            raise ValidationError(_("The earliest date is after the latest."))

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> str:
        stored = self._iso(raw)
        earliest, latest = spec.params.get("min"), spec.params.get("max")
        if earliest and stored < earliest:
            raise ValueRefused(
                "too_early", _("%(day)s is before %(limit)s."), {"day": stored, "limit": earliest}
            )
        if latest and stored > latest:
            raise ValueRefused("too_late", _("%(day)s is after %(limit)s."), {"day": stored, "limit": latest})
        return stored

    @staticmethod
    def _iso(raw: Any) -> str:
        if isinstance(raw, datetime.datetime):
            return raw.date().isoformat()
        if isinstance(raw, datetime.date):
            return raw.isoformat()
        written = raw.strip() if isinstance(raw, str) else str(raw)
        found = _ISO.match(written)
        if not found:
            raise ValueRefused(
                "not_a_date",
                _("'%(text)s' is not a date: write year-month-day, such as 2026-03-31."),
                {"text": written[:60]},
            )
        try:
            return datetime.date.fromisoformat(found[1]).isoformat()
        except ValueError:
            raise ValueRefused(
                "no_such_day", _("There is no day %(text)s: check day and month."), {"text": found[1]}
            ) from None

    def from_cell(self, text: str, spec: Any, options: CellOptions = PLAIN_CELLS) -> Any:
        written = text.strip()
        if not written or not options.date_format or _ISO.match(written):
            return text
        try:
            return datetime.datetime.strptime(written, options.date_format).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            example = datetime.date(2026, 3, 31).strftime(options.date_format)
            raise ValueRefused(
                "not_a_date",
                _("'%(text)s' is not a date of the form %(example)s (31 March 2026)."),
                {"text": written[:60], "example": example},
            ) from None

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        if stored is None:
            return ""
        with translation.override(locale.replace("_", "-").lower() if locale else translation.get_language()):
            return formats.date_format(datetime.date.fromisoformat(stored), "DATE_FORMAT")

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        attrs = {end: spec.params[end] for end in ("min", "max") if end in spec.params}
        return RawField(label=spec.label(), required=required, widget=DateInput(attrs))

    def number(self, stored: Any, spec: Any) -> Iterable[tuple[str, Decimal]]:
        return () if stored is None else (("", Decimal(datetime.date.fromisoformat(stored).toordinal())),)

    def filter_field(self, spec: Any, *, locale: Any = None, structure: Any = None) -> forms.Field:
        labels = {"low": _("from"), "high": _("to")}
        widget = PartsWidget({"low": DateInput(), "high": DateInput()}, labels, name=spec.label())
        return RangeField(label=spec.label(), widget=widget, read=partial(self.filter_range, spec))

    def filter_range(self, spec: Any, chosen: Any) -> NumberRange | None:
        ends = {
            end: Decimal(datetime.date.fromisoformat(self._iso(day)).toordinal())
            for end, day in (chosen or {}).items()
            if day
        }
        return NumberRange("", ends.get("low"), ends.get("high")) if ends else None

    def sample(self, spec: Any) -> str:
        return spec.params.get("min") or spec.params.get("max") or "2026-03-31"
