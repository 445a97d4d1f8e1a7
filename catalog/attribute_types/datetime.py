"""Date and time: a moment, the same for everybody, shown in the reader's own zone."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.attribute_types.base import (
    ATTRIBUTE_TYPES,
    PLAIN_CELLS,
    AttributeType,
    CellOptions,
    NumberRange,
    ValueRefused,
)
from catalog.widgets import DateInput, PartsField, PartsWidget, RangeField

UTC = datetime.UTC
_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s*(Z|[+-]\d{2}:?\d{2})?\Z", re.ASCII
)
_SECONDS_A_DAY = 86_400
# A day within what a calendar can say: no zone's clock is further from UTC, so that every moment can be shown everywhere.
_FIRST = datetime.datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime.datetime(9999, 12, 30, 23, 59, 59, tzinfo=UTC)


def moment(stored: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(stored)


def canonical(when: datetime.datetime) -> str:
    """The stored form. Raises ValueRefused for the calendar's first and last day, which some zones have no clock for."""
    if not _FIRST <= when <= _LAST:
        raise ValueRefused(
            "out_of_calendar",
            _("%(time)s is at the end of the calendar: choose a time from %(first)s to %(last)s."),
            {
                "time": when.strftime("%Y-%m-%d %H:%M"),
                "first": _FIRST.date().isoformat(),
                "last": _LAST.date().isoformat(),
            },
        )
    return when.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def in_zone(naive: datetime.datetime, zone: datetime.tzinfo) -> datetime.datetime:
    """A clock's time as a moment. Raises ValueRefused where the clock skips that time or shows it twice."""
    earlier, later = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if earlier.utcoffset() != later.utcoffset():
        raise ValueRefused(
            "clock_change",
            _("The clocks of %(zone)s change at %(time)s: choose a time an hour before or after."),
            {"zone": str(zone), "time": naive.strftime("%Y-%m-%d %H:%M")},
        )
    return earlier


class MomentInput(PartsWidget):
    """The browser's own field for day and time, in the reader's zone, which is named beside it.

    What was shown goes along in UTC: left as it is, the value stays that very moment, also in the hour that clocks show
    twice.
    """

    class _Clock(UnfoldAdminTextInputWidget):
        input_type = "datetime-local"

    def __init__(self, *, name: str = "") -> None:
        zone = timezone.get_current_timezone_name()
        parts: dict[str, forms.Widget] = {"at": self._Clock(), "was": forms.HiddenInput()}
        super().__init__(parts, {"at": zone, "was": ""}, name=name)

    @staticmethod
    def clock(stored: Any) -> str:
        """What the browser's field shows of a stored moment."""
        if not stored:
            return ""
        try:
            local = timezone.localtime(moment(str(stored)))
        except (ValueError, OverflowError):
            return str(stored)  # a refused text is shown again as it was sent
        return local.replace(tzinfo=None).isoformat(timespec="seconds" if local.second else "minutes")

    def decompress(self, value: Any) -> list[Any]:
        stored = value.get("was") if isinstance(value, dict) else value
        at = value.get("at") if isinstance(value, dict) else self.clock(stored)
        return [at, stored or ""]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any]:  # type: ignore[override]
        values = super().value_from_datadict(data, files, name)
        return values if values.get("at") else {}


@ATTRIBUTE_TYPES.register
class DateTime(AttributeType):
    """Stored: "YYYY-MM-DDTHH:MM:SSZ", in UTC, to the second."""

    code = "datetime"
    label = gettext_lazy("Date and time")
    icon = "schedule"
    in_cell = True
    numeric = True
    filter_kind = "date"
    sample_params = {"min": "2000-01-01T00:00:00Z"}

    def params_fields(self) -> dict[str, forms.Field]:
        text = gettext_lazy("With its offset from UTC, as 2026-03-31T10:00+02:00.")
        return {
            "min": MomentParam(label=gettext_lazy("Not before"), required=False, help_text=text),
            "max": MomentParam(label=gettext_lazy("Not after"), required=False, help_text=text),
        }

    def check_params(self, params: Mapping[str, Any]) -> None:
        if "min" in params and "max" in params and params["min"] > params["max"]:
            raise ValidationError(_("The earliest time is after the latest."))

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> str | None:
        if isinstance(raw, Mapping) and set(raw) <= {"at", "was"}:
            stored = self._of_form(raw)
            if stored is None:
                return None
        else:
            stored = self._iso(raw)
        earliest, latest = spec.params.get("min"), spec.params.get("max")
        if earliest and stored < earliest:
            raise ValueRefused(
                "too_early", _("%(time)s is before %(limit)s."), {"time": stored, "limit": earliest}
            )
        if latest and stored > latest:
            raise ValueRefused(
                "too_late", _("%(time)s is after %(limit)s."), {"time": stored, "limit": latest}
            )
        return stored

    @classmethod
    def _of_form(cls, parts: Mapping[str, Any]) -> str | None:
        """{"at": a clock's time in the reader's zone, "was": the moment shown there before}."""
        written, was = str(parts.get("at") or "").strip(), str(parts.get("was") or "")
        if not written:
            return None
        if was and written == MomentInput.clock(was):
            return cls._iso(was)
        found = _ISO.match(written)
        if found and not found[3]:
            return canonical(in_zone(cls._naive(found), timezone.get_current_timezone()))
        return cls._iso(written)

    @classmethod
    def _iso(cls, raw: Any) -> str:
        if isinstance(raw, datetime.datetime) and raw.tzinfo is not None:
            return canonical(raw)
        written = raw.strip() if isinstance(raw, str) else str(raw)
        found = _ISO.match(written)
        if not found:
            raise ValueRefused(
                "not_a_time",
                _("'%(text)s' is no date with time: write it as 2026-03-31T10:00+02:00."),
                {"text": written[:60]},
            )
        if not found[3]:
            raise ValueRefused(
                "no_offset",
                _(
                    "'%(text)s' is another moment in each time zone: add the offset from UTC, such as %(text)s+02:00, or Z for UTC."
                ),
                {"text": written[:60]},
            )
        naive = cls._naive(found)
        try:
            when = datetime.datetime.fromisoformat(f"{naive.isoformat()}{found[3]}")
        except ValueError:
            raise ValueRefused(
                "not_a_time",
                _("'%(text)s' is no date with time: write it as 2026-03-31T10:00+02:00."),
                {"text": written[:60]},
            ) from None
        return canonical(when)

    @staticmethod
    def _naive(found: re.Match[str]) -> datetime.datetime:
        try:
            return datetime.datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(microsecond=0)
        except ValueError:
            raise ValueRefused(
                "no_such_time",
                _("There is no time %(text)s: check day, month, hour and minute."),
                {"text": f"{found[1]} {found[2]}"},
            ) from None

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        """In the reader's zone, which is named."""
        if stored is None:
            return ""
        local = timezone.localtime(moment(stored))
        with translation.override(locale.replace("_", "-").lower() if locale else translation.get_language()):
            text = formats.date_format(local, "DATETIME_FORMAT")
        return f"{text} ({timezone.get_current_timezone_name()})"

    def to_hand(
        self, stored: Any, spec: Any, options: CellOptions = PLAIN_CELLS, *, structure: Any = None
    ) -> dict[str, str]:
        """By the reader's clock."""
        return {"": MomentInput.clock(stored).replace("T", " ")}

    def from_hand(
        self, texts: Mapping[str, str], spec: Any, options: CellOptions = PLAIN_CELLS, *, current: Any = None
    ) -> Any:
        return {"at": texts.get("", "").strip().replace(" ", "T", 1), "was": current or ""}

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        return MomentField(label=spec.label(), required=required, widget=MomentInput(name=spec.label()))

    def number(self, stored: Any, spec: Any) -> Iterable[tuple[str, Decimal]]:
        return () if stored is None else (("", self._days(moment(stored))),)

    @staticmethod
    def _days(when: datetime.datetime) -> Decimal:
        """Days since the year 1 in UTC, with the day's part: a date and a moment are told apart by it only."""
        utc = max(_FIRST, min(when, _LAST)).astimezone(UTC)
        seconds = utc.hour * 3600 + utc.minute * 60 + utc.second
        return Decimal(utc.toordinal()) + Decimal(seconds) / _SECONDS_A_DAY

    def filter_field(self, spec: Any, *, locale: Any = None, structure: Any = None) -> forms.Field:
        labels = {"low": _("from"), "high": _("to")}
        widget = PartsWidget({"low": DateInput(), "high": DateInput()}, labels, name=spec.label())
        return RangeField(label=spec.label(), widget=widget, read=partial(self.filter_range, spec))

    def filter_range(self, spec: Any, chosen: Any) -> NumberRange | None:
        """Whole days of the reader's zone."""
        ends = {end: self._day(str(day)) for end, day in (chosen or {}).items() if day}
        if not ends:
            return None
        high = ends.get("high")
        last = None if high is None else high + datetime.timedelta(days=1, seconds=-1)
        return NumberRange(
            "",
            self._days(ends["low"]) if "low" in ends else None,
            None if last is None else self._days(last),
        )

    @staticmethod
    def _day(text: str) -> datetime.datetime:
        try:
            day = datetime.date.fromisoformat(text)
        except ValueError:
            raise ValueRefused(
                "not_a_date",
                _("'%(text)s' is not a date: write year-month-day, such as 2026-03-31."),
                {"text": text[:60]},
            ) from None
        return datetime.datetime.combine(day, datetime.time(), timezone.get_current_timezone())

    def sheet_text(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        return stored or ""

    def sample(self, spec: Any) -> str:
        return spec.params.get("min") or spec.params.get("max") or "2026-03-31T08:00:00Z"


class MomentField(PartsField):
    def has_changed(self, initial: Any, data: Any) -> bool:
        shown = MomentInput.clock(initial)
        return ((data or {}).get("at") or "") != shown


class MomentParam(forms.CharField):
    """A parameter that is a moment, kept in the stored form."""

    def clean(self, value: Any) -> str:
        text = super().clean(value).strip()
        try:
            return DateTime._iso(text) if text else ""
        except ValueRefused as refused:
            raise ValidationError(refused.message) from refused
