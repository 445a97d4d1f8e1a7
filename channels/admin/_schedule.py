"""A schedule as form fields: when, windows one per line, quiet hours, time zone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from channels import schedule

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIELDS = ("send_when", "windows", "quiet_start", "quiet_end", "time_zone")


def form_fields() -> dict[str, forms.Field]:
    return {
        "send_when": forms.ChoiceField(
            label=gettext_lazy("Send"), choices=[("at_once", gettext_lazy("At once")), ("windows", gettext_lazy("In windows"))],
            widget=UnfoldAdminSelectWidget,
        ),
        "windows": forms.CharField(
            label=gettext_lazy("Windows"), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            help_text=gettext_lazy("One per line, as: mon-fri 06:00-08:00, or: sat sun 22:00-02:00. What is stale outside of them waits."),
        ),
        "quiet_start": forms.CharField(label=gettext_lazy("Quiet from"), required=False, widget=UnfoldAdminTextInputWidget),
        "quiet_end": forms.CharField(
            label=gettext_lazy("Quiet until"), required=False, widget=UnfoldAdminTextInputWidget,
            help_text=gettext_lazy("Nothing goes out in these hours, as 22:00 and 06:00."),
        ),
        "time_zone": forms.ChoiceField(
            label=gettext_lazy("Time zone"), choices=[(name, name) for name in sorted(available_timezones())], widget=UnfoldAdminSelectWidget
        ),
    }  # fmt: skip


def initial(stored: Mapping[str, Any]) -> dict[str, Any]:
    quiet = stored.get("quiet") or {}
    return {
        "send_when": stored.get("mode", "at_once"),
        "windows": "\n".join(_show(window) for window in stored.get("windows") or ()),
        "quiet_start": quiet.get("start", ""),
        "quiet_end": quiet.get("end", ""),
        "time_zone": stored.get("time_zone", "UTC"),
    }


def read(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """The schedule to store. Raises ValidationError."""
    written: dict[str, Any] = {"time_zone": cleaned.get("time_zone") or "UTC"}
    if cleaned.get("send_when") == "windows":
        lines = [line for line in (cleaned.get("windows") or "").splitlines() if line.strip()]
        written |= {"mode": "windows", "windows": [_parse(line) for line in lines]}
    if cleaned.get("quiet_start") or cleaned.get("quiet_end"):
        written["quiet"] = {"start": cleaned.get("quiet_start"), "end": cleaned.get("quiet_end")}
    return schedule.clean(written)


def _parse(line: str) -> dict[str, Any]:
    *named, hours = line.casefold().replace(",", " ").split()
    days: set[int] = set()
    start, _dash, end = hours.partition("-")
    try:
        for name in named:
            first, dash, last = name.partition("-")
            low, high = DAYS.index(first[:3]), DAYS.index((last if dash else first)[:3])
            days |= set(range(low, high + 1)) if low <= high else {*range(low, 7), *range(high + 1)}
    except ValueError:
        raise ValidationError(_("'%s': write the days as mon-fri, or mon wed fri.") % line) from None
    return {"days": sorted(days), "start": start, "end": end}


def _show(window: Mapping[str, Any]) -> str:
    """Three days and more in a row are written as mon-wed."""
    runs: list[list[int]] = []
    for day in window["days"]:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    named = [
        f"{DAYS[run[0]]}-{DAYS[run[-1]]}" if len(run) > 2 else " ".join(DAYS[day] for day in run)
        for run in runs
    ]
    return f"{' '.join(named)} {window['start']}-{window['end']}"
