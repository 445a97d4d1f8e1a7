import datetime
from decimal import Decimal

import pytest

from catalog.attribute_types import ATTRIBUTE_TYPES, NumberRange
from tests.catalog.attribute_types.refusals import clean, read, refusal, refused_cell
from tests.catalog.attribute_types.specs import attribute

DATE = ATTRIBUTE_TYPES["date"]
SPEC = attribute("date")


@pytest.mark.parametrize(
    "raw", ["2026-03-31", "2026-03-31 00:00:00", "2026-03-31T00:00:00Z", datetime.date(2026, 3, 31), datetime.datetime(2026, 3, 31, 9)]
)  # fmt: skip
def test_a_day_is_stored_as_iso(raw) -> None:
    assert clean(SPEC, raw) == "2026-03-31"


def test_a_day_that_does_not_exist_is_refused() -> None:
    assert refusal(SPEC, "2026-02-30") == ("no_such_day", "There is no day 2026-02-30: check day and month.")


@pytest.mark.parametrize("raw", ["31.03.2026", "03/04/2026", "2026-3-1", "46112", 46112])
def test_other_spellings_are_not_guessed(raw) -> None:
    assert refusal(SPEC, raw)[0] == "not_a_date"


def test_a_file_says_how_its_dates_are_written() -> None:
    assert read(SPEC, "31.03.2026", date_format="%d.%m.%Y") == "2026-03-31"
    assert read(SPEC, "2026-03-31", date_format="%d.%m.%Y") == "2026-03-31"
    assert refused_cell(SPEC, "03/31/2026", date_format="%d.%m.%Y") == (
        "not_a_date",
        "'03/31/2026' is not a date of the form 31.03.2026 (31 March 2026).",
    )


def test_limits_are_kept() -> None:
    spec = attribute("date", min="2026-01-01", max="2026-12-31")
    assert clean(spec, "2026-12-31") == "2026-12-31"
    assert refusal(spec, "2025-12-31") == ("too_early", "2025-12-31 is before 2026-01-01.")
    assert refusal(spec, "2027-01-01") == ("too_late", "2027-01-01 is after 2026-12-31.")


def test_people_read_dates_in_their_language() -> None:
    assert DATE.display("2026-03-31", SPEC, "de_DE") == "31. März 2026"
    assert DATE.display("2026-03-31", SPEC, "en_US") == "March 31, 2026"


def test_days_are_numbers_that_ranges_find() -> None:
    day = Decimal(datetime.date(2026, 3, 31).toordinal())
    assert list(DATE.number("2026-03-31", SPEC)) == [("", day)]
    assert DATE.filter_range(SPEC, {"high": "2026-03-31"}) == NumberRange("", None, day)
