"""A clock: when it started, when it is due, when it stopped. Pure: (definition, events, calendar).

The day of the event is not counted. Working days end at the close of office hours of the last
one; calendar days that end on a day off end on the next working day (Civil Code 201, 203).
Definitions come from a checked service document and are trusted here; they are not validated.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from chalicelib.clocks.calendar import ONE_DAY, Calendar, Due, DueAt, bounded

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "due": "due {weekday} {due:%Y-%m-%d %H:%M} because ",
        "working_days": "{n} working day{s} after {start}",
        "days": "{n} day{s} after {start}",
        "office_minutes": "{n} office minute{s} from {start}",
        "same_working_day": "the same working day, from {start}",
        "extended": " and {n} working day{s} of extension",
        "off": ", days off: {spans}",
        "day": "{a.day} {a:%b}",
        "span": "{a.day} {a:%b} to {b.day} {b:%b}",
        "comma": ", ",
        "many": ", {n} days off between",
        "provisional": "; provisional, the holidays of a year are not published yet",
        "weekdays": "Mon Tue Wed Thu Fri Sat Sun",
    },
    "zh-Hans": {
        "due": "到期时间{due:%Y-%m-%d}（{weekday}）{due:%H:%M}：",
        "working_days": "自{start}次日起{n}个工作日",
        "days": "自{start}次日起{n}日（自然日）",
        "office_minutes": "自{start}起{n}分钟（办公时间）",
        "same_working_day": "{start}当日（遇休息日或下班后顺延）",
        "extended": "，延期{n}个工作日",
        "off": "，其间休息日：{spans}",
        "day": "{a.month}月{a.day}日",
        "span": "{a.month}月{a.day}日至{b.month}月{b.day}日",
        "comma": "、",
        "many": "，其间休息日共{n}天",
        "provisional": "；暂定，相关年度放假安排尚未公布",
        "weekdays": "周一 周二 周三 周四 周五 周六 周日",
    },
}
MOST_SPANS = 6
State = Literal["running", "overdue", "stopped"]


@dataclass(frozen=True)
class Moment:
    """An event as a clock sees it: aware UTC; `as_of` where the event counts from earlier."""

    type: str
    at: datetime
    as_of: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Explanation:
    """Why a clock is due when it is, as data; `unit` is the member name of the budget."""

    unit: str
    amount: int
    counted_from: date
    extension: int = 0  # working days, all extensions together


@dataclass(frozen=True)
class Reading:
    """One clock read from one case's events. All moments are aware UTC."""

    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    provisional: bool
    extended: bool
    explanation: Explanation

    def state(self, now: datetime) -> State:
        """`stopped` once it has stopped, in time or not; `overdue` after the due moment."""
        if self.stopped_at is not None:
            return "stopped"
        return "overdue" if now > self.due_at else "running"

    @property
    def met(self) -> bool | None:
        """Whether it stopped in time; None while it has not stopped."""
        return None if self.stopped_at is None else self.stopped_at <= self.due_at


def read(
    definition: Mapping[str, Any], events: Iterable[Moment], calendar: Calendar
) -> Reading | None:
    """Read a clock from events in the order they were recorded; None if it never started.

    The first start event counts, from its `as_of` if it has one. After a stop a further start
    counts only when the definition says `"restart": true`.
    """
    reading: Reading | None = None
    for event in events:
        if reading is None or (reading.stopped_at is not None and definition.get("restart")):
            if event.type in definition["start"]:
                reading = _started(definition["budget"], event.as_of or event.at, calendar)
        elif reading.stopped_at is None:
            reading = _moved(reading, definition, event, calendar)
    return reading


def _started(budget: Mapping[str, Any], start: datetime, calendar: Calendar) -> Reading:
    ((unit, amount),) = budget.items()
    why = Explanation(unit, amount, calendar.local_date(start))
    due = _due(unit, amount, start, calendar)
    return Reading(start, due.at, None, due.provisional, False, why)


def _moved(
    reading: Reading, definition: Mapping[str, Any], event: Moment, calendar: Calendar
) -> Reading:
    if event.type in definition["stop"]:
        return replace(reading, stopped_at=event.at)
    extend = definition.get("extend", {})
    if event.type != extend.get("event") or (reading.extended and extend.get("once")):
        return reading
    return _extended(reading, extend, calendar)


def _extended(reading: Reading, extend: Mapping[str, Any], calendar: Calendar) -> Reading:
    """Count whole working days on from the date that was due."""
    added = extend["working_days"]
    due = _due("working_days", added, reading.due_at, calendar)
    why = reading.explanation
    return replace(
        reading,
        due_at=due.at,
        provisional=reading.provisional or due.provisional,
        extended=True,
        explanation=replace(why, extension=why.extension + added),
    )


def _due(unit: str, amount: int, start: datetime, calendar: Calendar) -> DueAt:
    if unit == "office_minutes":
        return calendar.add_office_minutes(start, amount)
    due = _due_day(unit, amount, start, calendar)
    return DueAt(calendar.close_of(due.date), due.provisional)


def _due_day(unit: str, amount: int, start: datetime, calendar: Calendar) -> Due:
    day = calendar.local_date(start)
    if unit == "working_days":
        return calendar.add_working_days(day, amount)
    if unit == "days":
        return calendar.next_working_day_on_or_after(day + bounded(amount) * ONE_DAY)
    if unit == "same_working_day":
        return _same_working_day(day, start, calendar)
    raise ValueError(f"no such budget: {unit}")


def _same_working_day(day: date, start: datetime, calendar: Calendar) -> Due:
    if start < calendar.close_of(day):
        return calendar.next_working_day_on_or_after(day)
    return calendar.add_working_days(day, 1)


def explain(reading: Reading, calendar: Calendar, language: str) -> str:
    """One sentence in `en`, else `zh-Hans`: when it is due, counted how, over which days off."""
    texts = TEXTS.get(language, TEXTS["zh-Hans"])
    why, due = reading.explanation, calendar.local(reading.due_at)
    parts = [
        texts["due"].format(due=due, weekday=texts["weekdays"].split()[due.weekday()]),
        _counted(texts[why.unit], why.amount, why.counted_from),
        _counted(texts["extended"], why.extension) if why.extension else "",
        _off(texts, _days_off(why, due.date(), calendar)),
        texts["provisional"] if reading.provisional else "",
    ]
    return "".join(parts)


def _counted(text: str, n: int, start: date | None = None) -> str:
    return text.format(n=n, s="" if n == 1 else "s", start=start)


def _off(texts: Mapping[str, str], off: set[date]) -> str:
    firsts = sorted(day for day in off if day - ONE_DAY not in off)
    lasts = sorted(day for day in off if day + ONE_DAY not in off)
    if len(firsts) > MOST_SPANS:
        return texts["many"].format(n=len(off))
    kinds = (texts["day" if a == b else "span"] for a, b in zip(firsts, lasts, strict=True))
    spans = [k.format(a=a, b=b) for k, a, b in zip(kinds, firsts, lasts, strict=True)]
    return texts["off"].format(spans=texts["comma"].join(spans)) if spans else ""


def _days_off(why: Explanation, due: date, calendar: Calendar) -> set[date]:
    """Days off that moved the due date: calendar days count days off, all but the last."""
    uncounted = {"working_days": 1, "days": why.amount}.get(why.unit, 0)
    first = why.counted_from + uncounted * ONE_DAY
    days = (first + n * ONE_DAY for n in range((due - first).days))
    return {day for day in days if not calendar.is_working_day(day)}
