"""Times that recur: each has its number, none twice, none left out, all in their hours."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clocks.calendar import Calendar
from chalicelib.clocks.recurrence import WEEKDAYS, a_year, last_day, occasion, window
from tests.world import load_json

CALENDAR = Calendar.from_document(load_json("infra/calendars/cn.json"))
MANY = 60
hours = st.times().map(lambda at: f"{at:%H:%M}")
every = st.one_of(
    st.integers(1, 60).map(lambda n: {"days": n}),
    st.integers(1, 30).map(lambda n: {"working_days": n}),
    st.integers(1, 6).map(lambda n: {"months": n}),
    st.sets(st.sampled_from(WEEKDAYS), min_size=1).map(lambda some: {"weekdays": sorted(some)}),
    st.integers(1, 7).map(lambda n: {"times_a_week": n}),
)
definitions = st.fixed_dictionaries(
    {"every": every},
    optional={
        "between": st.lists(hours, min_size=2, max_size=2, unique=True),
        "at_once": st.just(True),
    },
)
starts = st.integers(0, 3 * 365 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
seeds = st.text("abcdef0123456789", min_size=4, max_size=16)


def times(definition: Any, seed: str, start: datetime, upto: int = MANY) -> list[datetime]:
    return [occasion(definition, seed, start, n, CALENDAR) for n in range(1, upto + 1)]


def days(definition: Any, start: datetime, upto: int) -> list[str]:
    found = times(definition, "seed", start, upto)
    return [f"{CALENDAR.local(one):%Y-%m-%d}" for one in found]


@given(definitions, seeds, starts)
def test_each_time_is_later_than_the_one_before_and_never_before_the_beginning(
    definition: Any, seed: str, start: datetime
) -> None:
    found = times(definition, seed, start)

    assert found[0] >= start
    assert all(one < other for one, other in pairwise(found))


@given(definitions, seeds, starts)
def test_who_asks_again_is_told_the_same_in_any_order(
    definition: Any, seed: str, start: datetime
) -> None:
    backwards = [occasion(definition, seed, start, n, CALENDAR) for n in range(MANY, 0, -1)]

    assert backwards[::-1] == times(definition, seed, start)


@given(definitions, seeds, starts)
def test_every_time_is_in_its_hours(definition: Any, seed: str, start: datetime) -> None:
    at_once = bool(definition.get("at_once"))
    for one in times(definition, seed, start)[at_once:]:
        local = CALENDAR.local(one)
        if "between" not in definition:
            assert local.time() == CALENDAR.hours[0][0]
            continue
        first, minutes = window(definition["between"])
        since = (local.hour - first.hour) * 60 + local.minute - first.minute
        assert 0 <= since % (24 * 60) < minutes


@given(st.integers(1, 7), seeds, starts)
def test_so_many_times_a_week_in_every_week_and_none_is_left_out(
    many: int, seed: str, start: datetime
) -> None:
    first = CALENDAR.local_date(start)
    found = times({"every": {"times_a_week": many}}, seed, start, many * 8)

    weeks = [(CALENDAR.local_date(one) - first - timedelta(days=1)).days // 7 for one in found]

    assert weeks == [week for week in range(8) for _ in range(many)]


@given(st.sets(st.sampled_from(WEEKDAYS), min_size=1), starts)
def test_no_named_day_of_the_week_is_left_out(names: set[str], start: datetime) -> None:
    first = CALENDAR.local_date(start)
    wanted = [first + timedelta(days=n) for n in range(1, 8 * 7 + 1)]
    wanted = [day for day in wanted if WEEKDAYS[day.weekday()] in names]

    found = times({"every": {"weekdays": sorted(names)}}, "seed", start, len(wanted))

    assert [CALENDAR.local_date(one) for one in found] == wanted


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        ({"days": 30}, ["2026-03-02", "2026-04-01", "2026-05-01"]),
        ({"months": 1}, ["2026-02-28", "2026-03-31", "2026-04-30"]),
        ({"working_days": 5}, ["2026-02-06", "2026-02-13", "2026-02-27"]),
        ({"weekdays": ["mon", "thu"]}, ["2026-02-02", "2026-02-05", "2026-02-09"]),
    ],
)
def test_days_are_counted_as_people_count_them(every: Any, expected: list[str]) -> None:
    """From Saturday 31 January 2026; the Spring Festival with a make-up Saturday is in between."""
    start = datetime(2026, 1, 31, 2, 0, tzinfo=UTC)

    assert days({"every": every}, start, 3) == expected


def test_irregular_nights_are_others_each_week_and_others_for_another_roster() -> None:
    start = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
    definition = {"every": {"times_a_week": 3}, "between": ["00:30", "04:30"]}

    one, other = (times(definition, seed, start, 30) for seed in ("one", "other"))

    assert one != other
    assert len({tuple(d.weekday() for d in one[n : n + 3]) for n in range(0, 30, 3)}) > 3
    assert len({f"{CALENDAR.local(d):%H:%M}" for d in one}) > 20


def test_at_once_is_the_beginning_itself_and_then_as_usual() -> None:
    start = datetime(2026, 3, 9, 2, 17, tzinfo=UTC)
    definition = {"every": {"days": 7}, "at_once": True}

    assert times(definition, "seed", start, 2)[0] == start
    assert days(definition, start, 3) == ["2026-03-09", "2026-03-16", "2026-03-23"]


def test_months_are_over_on_the_same_day_or_the_last_of_the_month() -> None:
    start = datetime(2026, 1, 31, 2, 0, tzinfo=UTC)

    assert last_day(1, start, CALENDAR) == date(2026, 2, 28)
    assert last_day(24, start, CALENDAR) == date(2028, 1, 31)


@given(every, starts)
def test_it_never_comes_more_often_in_a_year_than_is_said(every: Any, start: datetime) -> None:
    year = start + timedelta(days=365)
    bound = int(a_year(every)) + 1

    assert occasion({"every": every}, "seed", start, bound + 1, CALENDAR) > year
