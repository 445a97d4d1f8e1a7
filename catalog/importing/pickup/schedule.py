"""When a place is looked at next. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from catalog.models.pickup import ImportPickup


def next_look(pickup: ImportPickup, after: datetime) -> datetime | None:
    """The first regular moment after this one; None where the clock does not look.

    A time of the day that a change of clocks skips or repeats is read as Python's zoneinfo reads it.
    """
    if not pickup.is_active:
        return None
    if pickup.daily_at is None:
        return after + timedelta(minutes=pickup.every_minutes or 60)
    zone = ZoneInfo(pickup.time_zone)
    day = after.astimezone(zone).date()
    for offset in (0, 1, 2):
        moment = datetime.combine(day + timedelta(days=offset), pickup.daily_at, zone).astimezone(UTC)
        if moment > after:
            return moment
    raise AssertionError("a day comes every day")
