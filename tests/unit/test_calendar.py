"""Expected dates are read off the State Council's holiday notices for 2024 to 2026."""

import copy
import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar  # type: ignore[import-untyped]  # ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clocks.calendar import Calendar, Due, DueAt, InvalidCalendar
from infra.calendars import seed

DOCUMENT: dict[str, Any] = json.loads(Path(seed.PATH).read_text(encoding="utf-8"))
CN = Calendar.from_document(DOCUMENT)
SHANGHAI = ZoneInfo("Asia/Shanghai")

days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
amounts = st.integers(0, 300)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(SHANGHAI))  # noqa: DTZ001 - hypothesis adds the zone


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_seed_document_equals_the_library_on_every_day() -> None:
    first = date(2024, 1, 1)
    every_day = [first + timedelta(days=n) for n in range((date(2027, 1, 1) - first).days)]

    wrong = [d for d in every_day if CN.is_working_day(d) != chinese_calendar.is_workday(d)]

    assert wrong == []
    assert all(CN.published(day) for day in every_day)
    assert seed.document() == DOCUMENT


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2025-09-26", 2, "2025-09-29"),  # Sunday 28 Sep is worked
        ("2025-09-30", 2, "2025-10-10"),  # 1 to 8 Oct off
        ("2024-04-30", 1, "2024-05-06"),  # 1 to 5 May off
        ("2024-04-30", 6, "2024-05-11"),  # Saturday 11 May is worked
        ("2026-02-13", 1, "2026-02-14"),  # Saturday 14 Feb is worked
        ("2026-02-13", 2, "2026-02-24"),  # 15 to 23 Feb off
        ("2026-02-15", 1, "2026-02-24"),  # starting on a day off
        ("2026-09-25", 0, "2026-09-28"),  # mid-autumn, a Friday, and its weekend
    ],
)
def test_working_days_skip_holidays_and_count_make_up_days(start: str, n: int, due: str) -> None:
    result = CN.add_working_days(date.fromisoformat(start), n)

    assert result == Due(date.fromisoformat(due), provisional=False)


def test_result_that_reaches_an_unpublished_year_is_provisional() -> None:
    assert CN.add_working_days(date(2026, 12, 30), 1) == Due(date(2026, 12, 31), False)
    assert CN.add_working_days(date(2026, 12, 31), 1) == Due(date(2027, 1, 1), True)


def test_publishing_the_year_settles_a_provisional_date() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["years"]["2027"] = {"holidays": ["2027-01-01"], "workdays": []}

    due = Calendar.from_document(document).add_working_days(date(2026, 12, 31), 1)

    assert due == Due(date(2027, 1, 4), False)


def test_day_before_a_gap_year_is_provisional_only_while_counting_through_it() -> None:
    document = copy.deepcopy(DOCUMENT)
    del document["years"]["2025"]
    calendar = Calendar.from_document(document)

    assert calendar.add_working_days(date(2024, 12, 31), 262).provisional
    assert not calendar.add_working_days(date(2025, 12, 31), 1).provisional


def test_office_closes_at_half_past_five_in_shanghai() -> None:
    assert CN.close_of(date(2025, 9, 29)) == datetime(2025, 9, 29, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2025-09-29T10:00", 120, "2025-09-29T12:00"),  # used up at the lunch break
        ("2025-09-29T10:00", 121, "2025-09-29T13:31"),
        ("2025-09-29T12:30", 10, "2025-09-29T13:40"),
        ("2025-09-30T16:30", 120, "2025-10-09T10:00"),  # over the holiday
        ("2025-09-27T15:00", 30, "2025-09-28T09:30"),  # Saturday off, Sunday worked
        ("2025-09-29T06:00", 0, "2025-09-29T09:00"),
        ("2025-09-29T17:30", 0, "2025-09-30T09:00"),
    ],
)
def test_office_minutes_run_only_while_the_office_is_open(start: str, n: int, due: str) -> None:
    assert CN.add_office_minutes(at(start), n) == DueAt(at(due).astimezone(UTC), False)


def test_local_date_is_the_date_on_the_offices_wall() -> None:
    assert CN.local_date(datetime(2025, 9, 29, 16, 0, tzinfo=UTC)) == date(2025, 9, 30)
    assert CN.local(datetime(2025, 9, 29, 16, 0, tzinfo=UTC)).time() == time(0, 0)


def test_moment_without_a_time_zone_is_refused() -> None:
    naive = at("2025-09-29T10:00").replace(tzinfo=None)

    with pytest.raises(ValueError, match="time zone"):
        CN.local_date(naive)
    with pytest.raises(ValueError, match="time zone"):
        CN.add_office_minutes(naive, 1)


@pytest.mark.parametrize("n", [-1, 10_001])
def test_amounts_outside_the_bounds_are_refused(n: int) -> None:
    with pytest.raises(ValueError, match="amount"):
        CN.add_working_days(date(2025, 1, 1), n)
    assert CN.add_working_days(date(2026, 1, 1), 10_000).provisional


@given(days, amounts)
def test_adding_working_days_never_lands_on_a_day_off(day: date, n: int) -> None:
    due = CN.add_working_days(day, n).date

    assert CN.is_working_day(due)
    assert due > day or n == 0


@given(days, amounts)
def test_one_more_working_day_is_always_later(day: date, n: int) -> None:
    sooner, later = CN.add_working_days(day, n), CN.add_working_days(day, n + 1)

    assert sooner.date <= later.date
    assert sooner.date < later.date or n == 0
    assert later.provisional or not sooner.provisional


@given(days, st.integers(1, 60), st.integers(1, 60))
def test_working_days_add_up(day: date, a: int, b: int) -> None:
    between = CN.add_working_days(day, a).date

    assert CN.add_working_days(between, b).date == CN.add_working_days(day, a + b).date


@given(moments, st.integers(0, 900))
def test_office_minutes_end_in_office_hours_and_later_for_more(moment: datetime, n: int) -> None:
    sooner, later = CN.add_office_minutes(moment, n).at, CN.add_office_minutes(moment, n + 1).at

    clock = CN.local(sooner).time()
    assert CN.is_working_day(CN.local_date(sooner))
    assert any(begin <= clock <= end for begin, end in CN.hours)
    assert sooner < later


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/calendar", ""),
        ("/timezone", "Asia/Atlantis"),
        ("/timezone", "../../etc/passwd"),
        ("/timezone", "Asia"),
        ("/hours", []),
        ("/hours/0", ["12:00", "09:00"]),
        ("/hours/0/1", "24:00"),
        ("/hours/1", ["11:00", "17:00"]),
        ("/years", []),
        ("/years/2025/holidays/0", "2025-02-30"),
        ("/years/2025/holidays/0", "2026-01-01"),
        ("/years/2025/holidays/1", "2025-01-01"),  # twice
        ("/years/2025/workdays/0", "2025-01-01"),  # off and worked
        ("/years/2025/workdays", None),
        ("/years/2025/surplus", []),
    ],
)
def test_bad_document_is_refused_with_a_pointer(pointer: str, value: object) -> None:
    document: Any = copy.deepcopy(DOCUMENT)
    steps: list[Any] = [int(s) if len(s) == 1 else s for s in pointer.split("/")[1:]]
    place = document
    for step in steps[:-1]:
        place = place[step]
    place[steps[-1]] = value

    with pytest.raises(InvalidCalendar) as refused:
        Calendar.from_document(document)

    assert refused.value.pointer == pointer


@pytest.mark.parametrize("name", ["calendar", "timezone", "hours", "years"])
def test_missing_member_is_pointed_at(name: str) -> None:
    document = {k: v for k, v in DOCUMENT.items() if k != name}

    with pytest.raises(InvalidCalendar) as refused:
        Calendar.from_document(document)

    assert refused.value.pointer == f"/{name}"
