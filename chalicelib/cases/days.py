"""Days that an officer's act sets for a clock: within a bound, and kept unsealed in the event."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from chalicelib.cases import clockwork
from chalicelib.cases.fact import Fact
from chalicelib.cases.house import House
from chalicelib.clocks.clock import DATES
from chalicelib.platform import times
from chalicelib.platform.errors import Finding, Refused, pick
from chalicelib.platform.ports import Row
from chalicelib.services.document import Data, Service

FURTHEST = timedelta(days=1100)


def set_by(service: Service, action: Data, details: Mapping[str, Any]) -> Row:
    """The member of an event's data with the days that the action sets, by member; or nothing."""
    members = {budget["date"]["member"] for _, budget in service.days_set_by(action["event"])}
    days = {name: details[name] for name in sorted(members) if name in details}
    return {DATES: days} if days else {}


def refuse(house: House, fact: Fact, action: Data, details: Mapping[str, Any]) -> None:
    """Raises Refused for a day that is over, too far ahead, or later than the clock allows that
    bounds it."""
    findings = [
        found
        for _, budget in fact.service.days_set_by(action["event"])
        for found in _findings(house, fact, budget, details)
    ]
    if findings:
        raise Refused(findings=findings)


def _findings(
    house: House, fact: Fact, budget: Data, details: Mapping[str, Any]
) -> Iterator[Finding]:
    member, calendar, now = budget["date"]["member"], house.calendar, house.now()
    pointer, day = f"/details/{member}", date.fromisoformat(details[member])
    if day > house.today() + FURTHEST:
        zh, en = "日期太远", "This day is too far ahead"
        yield Finding(pointer, "formatMaximum", {"zh-Hans": zh, "en": en})
        return
    today = house.today()
    end = calendar.close_of(calendar.next_working_day_on_or_after(max(day, today)).date)
    if day < today or end <= now:
        zh, en = "这一天已经过了", "This day is over"
        yield Finding(pointer, "formatMinimum", {"zh-Hans": zh, "en": en})
        return
    most = budget.get("at_most")
    if most is None:
        return
    titles = fact.service.clocks[most]["titles"]
    due = clockwork.due_text(fact.service, most, fact.all_events, calendar)
    if not due:
        zh = f"{titles['zh-Hans']}现在没有到期时间，不能约定日期"
        en = f"{pick(titles, 'en')} is not due at any time now, so no day can be set"
        yield Finding(pointer, "clock", {"zh-Hans": zh, "en": en})
    elif times.text(end) > due:
        last = f"{calendar.local(times.moment(due)):%Y-%m-%d}"
        zh = f"不能晚于{last}（{titles['zh-Hans']}）"
        en = f"No later than {last} ({pick(titles, 'en')})"
        yield Finding(pointer, "formatMaximum", {"zh-Hans": zh, "en": en}, {"limit": last})
