"""When a channel may be reached. Pure.

{"mode": "at_once"} (also the empty schedule) or {"mode": "windows", "windows": [{"days": [0..6], "start": "06:00",
"end": "08:00"}]}; Monday is 0. Either may carry "time_zone" (IANA name, default UTC) and "quiet": {"start", "end"}, hours
in which nothing goes out. A span whose end is not after its start runs over midnight and belongs to the day it begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

KEYS = ("mode", "windows", "time_zone", "quiet")
HORIZON_DAYS = 8


def open_at(schedule: Mapping[str, Any], now: datetime) -> bool:
    """Whether something may be sent at this moment."""
    local = now.astimezone(_zone(schedule))
    if any(start <= local < end for start, end in _quiet(schedule, local)):
        return False
    if schedule.get("mode", "at_once") != "windows":
        return True
    return any(start <= local < end for start, end in _windows(schedule, local))


def next_opening(schedule: Mapping[str, Any], now: datetime) -> datetime | None:
    """The first moment from `now` on at which something may be sent; None where no window ever opens."""
    if open_at(schedule, now):
        return now
    local = now.astimezone(_zone(schedule))
    edges = {end for _start, end in _quiet(schedule, local)}
    if schedule.get("mode", "at_once") == "windows":
        edges |= {start for start, _end in _windows(schedule, local)}
    return next(
        (edge.astimezone(UTC) for edge in sorted(edges) if edge >= local and open_at(schedule, edge)), None
    )


def clean(schedule: Mapping[str, Any]) -> dict[str, Any]:
    """The schedule to store. Raises ValidationError, saying which part is wrong."""
    errors = [_("'%s' is no part of a schedule.") % key for key in sorted(set(schedule) - set(KEYS))]
    mode = schedule.get("mode", "at_once")
    if mode not in ("at_once", "windows"):
        errors.append(_("Choose between at once and in windows."))
    windows = schedule.get("windows") or []
    if mode == "windows" and not windows:
        errors.append(_("Give at least one window, or nothing is ever sent."))
    for window in windows:
        days = window.get("days") if isinstance(window, Mapping) else None
        if not isinstance(days, list) or not days or any(day not in range(7) for day in days):
            errors.append(_("A window names its days, 0 (Monday) to 6 (Sunday)."))
        elif not _is_span(window):
            errors.append(_("A window has a start and an end as 06:30."))
    if schedule.get("quiet") and not _is_span(schedule["quiet"]):
        errors.append(_("Quiet hours have a start and an end as 22:00."))
    try:
        _zone(schedule)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        errors.append(_("There is no time zone '%s': write it as Europe/Paris.") % schedule.get("time_zone"))
    if errors:
        raise ValidationError(errors)
    return {key: schedule[key] for key in KEYS if schedule.get(key)}


def _zone(schedule: Mapping[str, Any]) -> ZoneInfo:
    return ZoneInfo(schedule.get("time_zone") or "UTC")


def _windows(schedule: Mapping[str, Any], local: datetime) -> Iterator[tuple[datetime, datetime]]:
    for window in schedule.get("windows") or ():
        for offset in range(-1, HORIZON_DAYS):
            day = local + timedelta(days=offset)
            if day.weekday() in window["days"]:
                yield _span(window, day)


def _quiet(schedule: Mapping[str, Any], local: datetime) -> Iterator[tuple[datetime, datetime]]:
    if schedule.get("quiet"):
        for offset in range(-1, HORIZON_DAYS):
            yield _span(schedule["quiet"], local + timedelta(days=offset))


def _span(span: Mapping[str, str], day: datetime) -> tuple[datetime, datetime]:
    """Wall-clock times: an hour that a change of clocks skips or repeats is read as Python's zoneinfo reads it."""
    start, end = time.fromisoformat(span["start"]), time.fromisoformat(span["end"])
    last = day.date() if end > start else day.date() + timedelta(days=1)
    return datetime.combine(day.date(), start, day.tzinfo), datetime.combine(last, end, day.tzinfo)


def _is_span(span: Any) -> bool:
    try:
        time.fromisoformat(span["start"]), time.fromisoformat(span["end"])
    except (KeyError, TypeError, ValueError):
        return False
    return True
