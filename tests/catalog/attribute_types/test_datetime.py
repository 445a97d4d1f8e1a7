from collections.abc import Iterator

import pytest
from django.http import QueryDict
from django.utils import timezone

from catalog.attribute_types import ATTRIBUTE_TYPES, NumberRange
from tests.catalog.attribute_types.refusals import clean, refusal
from tests.catalog.attribute_types.specs import attribute

KIND = ATTRIBUTE_TYPES["datetime"]


@pytest.fixture
def berlin() -> Iterator[None]:
    with timezone.override("Europe/Berlin"):
        yield


def posted(at: str, was: str = "") -> object:
    data = QueryDict(mutable=True)
    data.update({"v_at": at, "v_was": was})
    return KIND.form_field(attribute("datetime")).widget.value_from_datadict(data, {}, "v")


def test_a_moment_is_kept_in_utc() -> None:
    assert clean(attribute("datetime"), "2026-03-31T10:00+02:00") == "2026-03-31T08:00:00Z"
    assert clean(attribute("datetime"), "2026-03-31 10:00:05.9 -0530") == "2026-03-31T15:30:05Z"
    assert clean(attribute("datetime"), "2026-03-31T10:00Z") == "2026-03-31T10:00:00Z"


def test_a_cell_without_an_offset_is_refused_because_it_is_another_moment_everywhere(berlin: None) -> None:
    assert refusal(attribute("datetime"), "2026-03-31 10:00") == (
        "no_offset",
        "'2026-03-31 10:00' is another moment in each time zone: add the offset from UTC, such as"
        " 2026-03-31 10:00+02:00, or Z for UTC.",
    )


def test_a_time_that_does_not_exist_is_refused() -> None:
    assert refusal(attribute("datetime"), "2026-02-30T10:00Z")[0] == "no_such_time"
    assert refusal(attribute("datetime"), "2026-02-28T25:00Z")[0] == "no_such_time"
    assert refusal(attribute("datetime"), "tomorrow")[0] == "not_a_time"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_the_ends_of_the_calendar_are_refused_because_not_every_clock_can_show_them(zone: str) -> None:
    with timezone.override(zone):
        for raw in ("9999-12-31T23:59:59Z", "0001-01-01T00:00+02:00", posted("9999-12-31T23:59")):
            assert refusal(attribute("datetime"), raw)[0] == "out_of_calendar"
        assert refusal(attribute("datetime"), "9999-12-31T23:59:59Z")[1] == (
            "9999-12-31 23:59 is at the end of the calendar: choose a time from 0001-01-02 to 9999-12-30."
        )
        for edge in ("0001-01-02T00:00:00Z", "9999-12-30T23:59:59Z"):
            assert clean(attribute("datetime"), edge) == edge
            assert KIND.display(edge, attribute("datetime"), "en_US").endswith(f"({zone})")
        everything = {"low": "0001-01-01", "high": "9999-12-31"}
        found = KIND.filter_range(attribute("datetime"), everything)
        [inside] = KIND.number("9999-12-30T23:59:59Z", attribute("datetime"))
        assert isinstance(found, NumberRange)
        assert (found.low, found.high) == (2, inside[1])


def test_limits_are_moments(berlin: None) -> None:
    spec = attribute("datetime", min="2026-01-01T00:00+01:00", max="2026-12-31T23:00Z")
    assert spec.params == {"min": "2025-12-31T23:00:00Z", "max": "2026-12-31T23:00:00Z"}
    assert refusal(spec, "2025-12-31T22:59:59Z") == (
        "too_early",
        "2025-12-31T22:59:59Z is before 2025-12-31T23:00:00Z.",
    )
    assert refusal(spec, "2026-12-31T23:00:01Z")[0] == "too_late"


def test_the_form_shows_and_reads_the_readers_own_clock(berlin: None) -> None:
    assert clean(attribute("datetime"), posted("2026-07-01T10:00")) == "2026-07-01T08:00:00Z"
    html = str(KIND.form_field(attribute("datetime")).widget.render("v", "2026-07-01T08:00:00Z"))
    assert 'value="2026-07-01T10:00"' in html
    assert "Europe/Berlin" in html
    assert (
        KIND.display("2026-07-01T08:00:00Z", attribute("datetime"), "en_US")
        == "July 1, 2026, 10 a.m. (Europe/Berlin)"
    )


def test_the_hour_that_clocks_show_twice_stays_the_hour_it_was(berlin: None) -> None:
    first, second = "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"
    for moment in (first, second):
        assert clean(attribute("datetime"), posted("2026-10-25T02:30", moment)) == moment
    assert refusal(attribute("datetime"), posted("2026-10-25T02:30")) == (
        "clock_change",
        "The clocks of Europe/Berlin change at 2026-10-25 02:30: choose a time an hour before or after.",
    )
    assert refusal(attribute("datetime"), posted("2026-03-29T02:30"))[0] == "clock_change"


def test_days_of_a_filter_are_the_readers(berlin: None) -> None:
    chosen = {"low": "2026-07-01", "high": "2026-07-01"}
    found = KIND.filter_range(attribute("datetime"), chosen)
    assert isinstance(found, NumberRange)
    spec = attribute("datetime")
    inside = [dict(KIND.number(at, spec))[""] for at in ("2026-06-30T22:00:00Z", "2026-07-01T21:59:59Z")]
    outside = [dict(KIND.number(at, spec))[""] for at in ("2026-06-30T21:59:59Z", "2026-07-01T22:00:00Z")]
    assert (found.low, found.high) == tuple(inside)
    assert outside[0] < found.low < found.high < outside[1]


def test_a_sheet_is_the_same_wherever_it_is_looked_at(berlin: None) -> None:
    assert KIND.sheet_value("2026-07-01T08:00:00Z", attribute("datetime"), "de_DE") == "2026-07-01T08:00:00Z"
    assert KIND.sheet_text("2026-07-01T08:00:00Z", attribute("datetime"), "de_DE") == "2026-07-01T08:00:00Z"
