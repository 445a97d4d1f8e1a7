"""When a channel may be reached: no database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from channels.schedule import clean, next_opening, open_at

MORNINGS = {
    "mode": "windows", "time_zone": "Europe/Paris",
    "windows": [{"days": [0, 1, 2, 3, 4], "start": "06:00", "end": "08:00"}],
}  # fmt: skip
NIGHTS = {"mode": "windows", "windows": [{"days": [4], "start": "22:00", "end": "02:00"}]}
QUIET = {"time_zone": "Europe/Paris", "quiet": {"start": "20:00", "end": "07:00"}}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "now", "expected", "opening"),
    [
        ({}, "2026-11-23T03:00", True, "2026-11-23T03:00"),
        ({"mode": "at_once"}, "2026-11-23T03:00", True, "2026-11-23T03:00"),
        # Monday 23 November, Paris is UTC+1
        (MORNINGS, "2026-11-23T04:59", False, "2026-11-23T05:00"),
        (MORNINGS, "2026-11-23T05:00", True, "2026-11-23T05:00"),
        (MORNINGS, "2026-11-23T07:00", False, "2026-11-24T05:00"),
        (MORNINGS, "2026-11-27T12:00", False, "2026-11-30T05:00"),  # Friday noon to Monday
        (MORNINGS, "2026-07-06T04:30", True, "2026-07-06T04:30"),  # summer: Paris is UTC+2
        (NIGHTS, "2026-11-28T01:59", True, "2026-11-28T01:59"),  # Saturday, the window of Friday
        (NIGHTS, "2026-11-29T01:00", False, "2026-12-04T22:00"),
        (QUIET, "2026-11-23T19:30", False, "2026-11-24T06:00"),
        (QUIET, "2026-11-23T05:30", False, "2026-11-23T06:00"),
        (QUIET, "2026-11-23T12:00", True, "2026-11-23T12:00"),
        (
            {**MORNINGS, "quiet": {"start": "05:00", "end": "07:00"}},
            "2026-11-23T05:30",
            False,
            "2026-11-23T06:00",
        ),
    ],
)
def test_a_moment_is_inside_or_outside(
    schedule: dict[str, Any], now: str, expected: bool, opening: str
) -> None:
    assert open_at(schedule, utc(now)) is expected
    assert next_opening(schedule, utc(now)) == utc(opening)


def test_a_schedule_that_never_opens_says_so() -> None:
    never = {
        "mode": "windows",
        "windows": [{"days": [0], "start": "06:00", "end": "08:00"}],
        "quiet": {"start": "05:00", "end": "09:00"},
    }
    assert next_opening(never, utc("2026-11-23T00:00")) is None


@pytest.mark.parametrize(
    "schedule",
    [
        {"mode": "sometimes"}, {"mode": "windows"}, {"hours": 3}, {"time_zone": "Mars/Olympus"},
        {"mode": "windows", "windows": [{"days": [7], "start": "06:00", "end": "08:00"}]},
        {"mode": "windows", "windows": [{"days": [], "start": "06:00", "end": "08:00"}]},
        {"mode": "windows", "windows": [{"days": [1], "start": "6", "end": "08:00"}]},
        {"quiet": {"start": "22:00"}},
    ],
)  # fmt: skip
def test_a_schedule_that_means_nothing_is_refused(schedule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        clean(schedule)


@pytest.mark.parametrize("schedule", [{}, MORNINGS, NIGHTS, QUIET])
def test_a_schedule_is_stored_as_given(schedule: dict[str, Any]) -> None:
    assert clean(schedule) == schedule
