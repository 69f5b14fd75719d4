"""Pauses, milestones and agreed days of clocks: names, and what would let a case go silent.

A pause that nobody ends would stop the only clock that calls for help, so another clock must watch
it; what a milestone records is news for the office, so a notice of it says to whom it goes.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.clocks import milestones
from chalicelib.clocks.clock import unit_of
from chalicelib.platform.errors import Finding
from chalicelib.platform.json import resolve
from chalicelib.services.checks.flowlint import finding, recorded_events
from chalicelib.services.checks.namelint import required_by
from chalicelib.services.document import Data, Listed, Service

# What a milestone must name, by what it does.
NEEDS_WHO = frozenset({"escalate", "urge", "supervise", "criticise"})


def clock_findings(service: Service) -> Iterator[Finding]:
    recorded = Counter(recorded_events(service))
    for name, clock in service.clocks.items():
        at = f"/clocks/{name}"
        yield from _pauses(service, at, name, clock, recorded)
        yield from _milestones(service, at, clock, recorded)
        yield from _dates(service, at, name, clock)
        for index, level in enumerate(clock.get("if", {}).get("level", ())):
            if level not in service.data["levels"]:
                zh, en = f"此事项不由{level}层级受理", f"no {level} receives this service"
                yield finding(f"{at}/if/level/{index}", "level", zh, en)


def _pauses(
    service: Service, at: str, name: str, clock: Data, recorded: Mapping[str, int]
) -> Iterator[Finding]:
    for index, pause in enumerate(clock.get("pause", ())):
        here = f"{at}/pause/{index}"
        for part in ("from", "until"):
            yield from _happen(f"{here}/{part}", pause[part], recorded)
        for event in sorted(set(pause["from"]) & {*pause["until"], *clock["stop"]}):
            zh, en = f"{event}既暂停又停止计时", f"{event} would both begin the pause and end it"
            yield finding(f"{here}/from", "contradiction", zh, en)
        for event in (one for one in pause["from"] if not _watched(service, name, one, pause)):
            zh = f"{event}之后没有时限在走：须另有时限，由它开始，由暂停的结束停止"
            en = f"after {event} no clock runs: another must begin then and stop when this ends"
            yield finding(f"{here}/from", "unwatched", zh, en)
    if clock.get("pause") and "date" in clock["budget"]:
        zh, en = "约定的日期不能暂停", "a day that was set does not move by a pause"
        yield finding(f"{at}/pause", "contradiction", zh, en)


def _happen(at: str, events: list[str], recorded: Mapping[str, int]) -> Iterator[Finding]:
    for number, event in enumerate(events):
        if event not in recorded:
            zh, en = f"不会发生{event}", f"{event} never happens"
            yield finding(f"{at}/{number}", "event", zh, en)


def _watched(service: Service, paused: str, event: str, pause: Data) -> bool:
    """Whether some other clock runs from the event at least until the pause is over."""
    return any(
        name != paused
        and event in one["start"]
        and "if" not in one
        and not any(event in other["from"] for other in one.get("pause", ()))
        and set(one["stop"]) & set(pause["until"])
        for name, one in service.clocks.items()
    )


def _milestones(
    service: Service, at: str, clock: Data, recorded: Mapping[str, int]
) -> Iterator[Finding]:
    for index, one in enumerate(clock.get("milestones", ())):
        here, event = f"{at}/milestones/{index}", one["event"]
        if one["do"] in NEEDS_WHO and "who" not in one:
            yield finding(f"{here}/who", "required", "缺少who", "who is missing")
        if recorded[event] > 1:
            zh, en = f"{event}已另有用处", f"{event} is recorded by something else as well"
            yield finding(f"{here}/event", "unique", zh, en)
        if "public" not in service.data["events"].get(event, {"public": True}):
            zh, en = "须写明申请人能否看到", "say whether the resident's story tells of it"
            yield finding(f"/events/{event}/public", "required", zh, en)
        if one["do"] == "supervise" and not list(service.documents_on(event)):
            zh, en = "督办须有编号文书", "a supervision order is a numbered document"
            yield finding(f"{here}/do", "document", zh, en)
        yield from _moment(here, one["at"], clock)
        for name, notice in service.data["notices"].items():
            if event in notice["on"] and "to" not in notice:
                zh = f"{event}是办理时限的节点：通知须写明发给谁"
                en = f"{event} is a milestone: the notice must say to whom it goes"
                yield finding(f"/notices/{name}/to", "required", zh, en)


def _moment(here: str, at: milestones.At, clock: Data) -> Iterator[Finding]:
    """A reminder comes after the clock has begun."""
    unit, amount = unit_of(clock["budget"])
    if isinstance(at, str) and unit not in milestones.SHARED:
        zh, en = "此期限不能按比例计算", "there is no share of this budget"
        yield finding(f"{here}/at", "type", zh, en)
    if isinstance(at, Mapping) and unit in at and -at[unit] > amount:
        zh, en = "此时点在计时开始之前", "this is before the clock begins"
        yield finding(f"{here}/at", "minimum", zh, en)


def _dates(service: Service, at: str, name: str, clock: Data) -> Iterator[Finding]:
    """Every act that records the event asks for the day; nothing else begins the clock."""
    date = clock["budget"].get("date")
    if date is None:
        return
    here = f"{at}/budget/date"
    if set(clock["start"]) != {date["event"]}:
        zh, en = "时限须由约定日期的过程信息开始", "the event that sets the day begins the clock"
        yield finding(f"{at}/start", "event", zh, en)
    if _by_others(service, date["event"]):
        zh, en = f"{date['event']}不都带有日期", f"{date['event']} may come without a day"
        yield finding(f"{here}/event", "event", zh, en)
    for one in _setting(service, date["event"]):
        member = resolve(one.data.get("input"), f"/properties/{date['member']}")
        asked = isinstance(member, Mapping) and member.get("format") == "date"
        if not asked or date["member"] not in required_by(one.data.get("input")):
            zh = f"{date['member']}须为必填的日期"
            yield finding(f"{one.at}/input", "date", zh, f"{date['member']} must be a date")
    most = clock["budget"].get("at_most")
    if most is not None and (most not in service.clocks or most == name):
        yield finding(f"{at}/budget/at_most", "clock", "没有这个时限", "no such clock")


def _setting(service: Service, event: str) -> Iterator[Listed]:
    return (one for one in service.every_action() if one.data["event"] == event)


def _by_others(service: Service, event: str) -> bool:
    """Whether something records the event that asks for no details, or nothing does."""
    acts = len(list(_setting(service, event)))
    return acts == 0 or Counter[Any](recorded_events(service))[event] != acts
