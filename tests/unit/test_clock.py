"""Expected moments are counted by hand from the statute and the holiday notices."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clocks.calendar import Calendar
from chalicelib.clocks.clock import Moment, Reading, read
from chalicelib.clocks.telling import explain
from infra.calendars import seed

CN = Calendar.from_document(json.loads(Path(seed.PATH).read_text(encoding="utf-8")))
SHANGHAI = ZoneInfo("Asia/Shanghai")
STATUTORY: Mapping[str, Any] = {
    "budget": {"working_days": 3},
    "start": ["accepted", "accepted_on_promise", "deemed_accepted"],
    "stop": ["granted", "refused"],
    "extend": {"working_days": 3, "event": "extended", "once": True},
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def event(kind: str, when: str, as_of: str | None = None) -> Moment:
    return Moment(kind, at(when), at(as_of) if as_of else None)


def reading(definition: Mapping[str, Any], *events: Moment) -> Reading:
    result = read(definition, events, CN)
    assert result is not None
    return result


def due(result: Reading) -> datetime:
    """When it is due; it does not rest."""
    assert result.due_at is not None
    return result.due_at


def test_clock_that_never_started_reads_as_nothing() -> None:
    assert read(STATUTORY, [event("submitted", "2025-09-26T10:00")], CN) is None
    assert read(STATUTORY, [event("granted", "2025-09-26T10:00")], CN) is None


@pytest.mark.parametrize(
    ("budget", "start", "expected"),
    [
        ({"working_days": 2}, "2025-09-26T10:00", "2025-09-29T17:30"),
        ({"working_days": 2}, "2025-09-30T10:00", "2025-10-10T17:30"),
        ({"working_days": 20}, "2026-01-05T23:30", "2026-02-02T17:30"),
        ({"days": 10}, "2025-09-25T10:00", "2025-10-09T17:30"),  # 5 Oct is a day off
        ({"days": 3}, "2025-09-25T10:00", "2025-09-28T17:30"),  # a Sunday that is worked
        ({"days": 1}, "2025-09-28T00:10", "2025-09-29T17:30"),  # still 27 Sep in UTC
        ({"office_minutes": 120}, "2025-09-30T16:30", "2025-10-09T10:00"),
        ({"same_working_day": True}, "2025-09-29T17:29", "2025-09-29T17:30"),
        ({"same_working_day": True}, "2025-09-29T18:00", "2025-09-30T17:30"),
        ({"same_working_day": True}, "2025-09-30T18:00", "2025-10-09T17:30"),
        ({"same_working_day": True}, "2025-09-27T10:00", "2025-09-28T17:30"),
    ],
)
def test_budget_ends_when_the_law_says(budget: Any, start: str, expected: str) -> None:
    result = reading({**STATUTORY, "budget": budget}, event("accepted", start))

    assert result.due_at == at(expected)


def test_silence_starts_the_clock_on_the_day_of_receipt() -> None:
    deemed = event("deemed_accepted", "2025-09-29T17:30", as_of="2025-09-22T10:00")

    result = reading(STATUTORY, deemed)

    assert result.started_at == at("2025-09-22T10:00")
    assert result.due_at == at("2025-09-25T17:30")
    assert result.state(deemed.at) == "overdue"


def test_only_the_first_start_counts() -> None:
    first, second = event("accepted", "2025-09-22T10:00"), event("accepted", "2025-09-24T10:00")
    assert reading(STATUTORY, first, second) == reading(STATUTORY, first)


def test_extension_counts_on_from_the_due_date_and_once() -> None:
    extended = event("extended", "2025-09-24T10:00")

    result = reading(STATUTORY, event("accepted", "2025-09-23T10:00"), extended, extended)

    # 26, then 28 (a worked Sunday), 29, 30
    assert (result.due_at, result.extended) == (at("2025-09-30T17:30"), True)


def test_extension_before_start_or_after_stop_does_nothing() -> None:
    accepted, granted = event("accepted", "2025-09-22T10:00"), event("granted", "2025-09-23T10:00")
    extended = event("extended", "2025-09-24T10:00")

    result = reading(STATUTORY, extended, accepted, granted, extended)

    assert result == reading(STATUTORY, accepted, granted)


def test_extension_may_repeat_where_the_definition_does_not_say_once() -> None:
    definition = {**STATUTORY, "extend": {"working_days": 1, "event": "extended"}}
    extended = event("extended", "2025-09-23T10:00")

    result = reading(definition, event("accepted", "2025-09-22T10:00"), extended, extended)

    assert result.due_at == at("2025-09-28T17:30")  # 25, then 26, then the worked Sunday
    assert result.explanation.extension == 2


def test_clock_stops_once_and_tells_whether_in_time() -> None:
    accepted = event("accepted", "2025-09-22T10:00")
    in_time, late = event("granted", "2025-09-25T17:30"), event("refused", "2025-09-26T09:00")

    assert reading(STATUTORY, accepted).met is None
    assert reading(STATUTORY, accepted, in_time, late).met is True
    assert reading(STATUTORY, accepted, late).met is False


def test_clock_is_overdue_only_after_the_due_moment() -> None:
    result = reading(STATUTORY, event("accepted", "2025-09-22T10:00"))
    assert result.state(due(result)) == "running"
    assert result.state(due(result) + timedelta(microseconds=1)) == "overdue"


def test_stopped_clock_starts_again_only_where_the_definition_says_so() -> None:
    events = [
        event("accepted", "2025-09-22T10:00"),
        event("extended", "2025-09-22T11:00"),
        event("refused", "2025-09-23T10:00"),
        event("accepted", "2025-09-24T10:00"),
    ]

    once = reading(STATUTORY, *events)
    again = reading({**STATUTORY, "restart": True}, *events)

    assert once.stopped_at == at("2025-09-23T10:00")
    assert again.stopped_at is None
    assert (again.due_at, again.extended) == (at("2025-09-28T17:30"), False)


def test_explanation_names_date_budget_and_days_off() -> None:
    definition = {**STATUTORY, "budget": {"working_days": 2}}
    result = reading(definition, event("accepted", "2026-11-20T10:00"))

    assert explain(result, CN, "en") == (
        "due Tue 2026-11-24 17:30 because 2 working days after 2026-11-20, "
        "days off: 21 Nov to 22 Nov"
    )
    assert explain(result, CN, "zh-Hans") == (
        "到期时间2026-11-24（周二）17:30：自2026-11-20次日起2个工作日，其间休息日：11月21日至11月22日"
    )


def test_due_date_in_an_unpublished_year_is_provisional_and_says_so() -> None:
    settled = reading(STATUTORY, event("accepted", "2026-12-28T10:00"))
    provisional = reading(STATUTORY, event("accepted", "2026-12-29T10:00"))

    assert (settled.provisional, provisional.provisional) == (False, True)
    assert "provisional" in explain(provisional, CN, "en")
    assert "暂定" in explain(provisional, CN, "zh-Hans")


KINDS = ["accepted", "deemed_accepted", "extended", "granted", "refused", "urged"]
UNITS = st.sampled_from(["working_days", "days", "office_minutes", "same_working_day"])
BUDGETS = st.dictionaries(UNITS, st.integers(0, 90), min_size=1, max_size=1)
times = st.datetimes(datetime(2024, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
histories = st.lists(st.builds(Moment, st.sampled_from(KINDS), times), max_size=8)


@given(BUDGETS, times)
def test_due_moment_is_in_utc_on_a_working_day_and_not_before_the_start(
    budget: Mapping[str, Any], start: datetime
) -> None:
    result = reading({**STATUTORY, "budget": budget}, Moment("accepted", start))

    assert due(result).tzinfo is UTC
    assert CN.is_working_day(CN.local_date(due(result)))
    assert CN.local_date(due(result)) >= CN.local_date(start)
    assert explain(result, CN, "en") != explain(result, CN, "zh-Hans")


@given(BUDGETS, times)
def test_extension_never_shortens(budget: Mapping[str, Any], start: datetime) -> None:
    definition, accepted = {**STATUTORY, "budget": budget}, Moment("accepted", start)
    extended = Moment("extended", start)
    plain, longer = reading(definition, accepted), reading(definition, accepted, extended)

    assert due(longer) > due(plain)
    assert longer.provisional or not plain.provisional


@given(BUDGETS, histories, st.booleans())
def test_replay_gives_the_identical_reading(
    budget: Mapping[str, Any], history: list[Moment], restart: bool
) -> None:
    definition = {**STATUTORY, "budget": budget, "restart": restart}

    assert read(definition, history, CN) == read(definition, iter(history), CN)
