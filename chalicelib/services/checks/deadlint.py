"""What would leave a case standing though every name is right: ways out that are shut, events a
stage counts on and may lack, ends that nobody hears of, more rows than one transaction takes.

Conservative: a document is refused where a case could be stranded, even if nobody would do so.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, TypeGuard

from chalicelib.platform.errors import Finding
from chalicelib.services.checks.flowlint import SYSTEM_EVENTS, finding, recorded_events
from chalicelib.services.checks.namelint import answer_schema, required_by
from chalicelib.services.checks.steps import reached, returning, steps
from chalicelib.services.document import END, Data, Listed, Service, reasoned

# Who holds or awaits a slot is told when the pool ends: two rows each, in one transaction of 100.
MOST_CLAIMS = 45
# Names of tasks that the engine gives to its own.
TAKEN = frozenset({"call", "overdue", "escalation", "urge", "supervision", "criticism"})
JOINED = frozenset({"gate", "auto", "tell", "pool", "fanout"})

# Actions by the event that they record.
Recorders = Mapping[str, Sequence[Data]]


def dead_end_findings(service: Service) -> Iterator[Finding]:
    for check in (_tells, _places, _pools, _opinions, _shut, _counted_on, _side_tasks, _heard):
        yield from check(service)
    for one in service.every_action():
        yield from _details(one)
        yield from _reasons(service, one)


def _tell(service: Service) -> str:
    kinds = ((name, stage["kind"]) for name, stage in service.stages.items())
    return next((name for name, kind in kinds if kind == "tell"), "")


def _tells(service: Service) -> Iterator[Finding]:
    tell = _tell(service)
    for step in steps(service):
        if step.target == tell:
            zh, en = "只有办结才进入告知环节", "only an end leads to the stage that tells"
            yield finding(f"{step.at}/{step.member}", "target", zh, en)
        elif step.source == tell != "":
            zh, en = "告知环节不再转出", "nothing leads out of the stage that tells"
            yield finding(f"{step.at}/to", "target", zh, en)
    if service.start == tell != "":
        yield finding("/flow/start", "target", "不能从告知环节开始", "nothing was decided yet")


def _in_pool(service: Service, one: Listed) -> bool:
    return _kind(service, one) == "pool" and "/parts/" not in one.at


def _on_claim(service: Service, one: Listed) -> bool:
    return _kind(service, one) == "pool" and "/parts/claim/" in one.at


def _kind(service: Service, one: Listed) -> str:
    return str(service.stages[one.stage]["kind"]) if one.stage else ""


PLACES: Mapping[str, Callable[[Service, Listed], bool]] = {
    "claim": _in_pool,
    "close": _in_pool,
    "release": _on_claim,
    "more_time": _on_claim,
    "ask": lambda service, one: _kind(service, one) in ("review", "fanout"),
}


def _places(service: Service) -> Iterator[Finding]:
    for one in service.every_action():
        for does in one.data.get("does", []):
            if does in PLACES and not PLACES[does](service, one):
                zh, en = f"这里不能{does}", f"nothing can {does} here"
                yield finding(f"{one.at}/does", "place", zh, en)
        if "release" in one.data.get("does", []) and "settles" in one.data:
            zh, en = "退出不是完成", "giving back is not being done"
            yield finding(f"{one.at}/settles", "release", zh, en)


def _pools(service: Service) -> Iterator[Finding]:
    closing = any(clock["on_due"]["do"] == "close" for clock in service.clocks.values())
    for stage, definition in service.stages.items():
        at = f"/flow/stages/{stage}"
        if definition["kind"] != "pool":
            continue
        if not closing:
            zh, en = "无人认领时须有截止", "nothing ends a pool that nobody claims"
            yield finding(at, "clock", zh, en)
        yield from _slots(service, at, definition)
        date = definition.get("hold", {}).get("date")
        if date and _answer(service, date).get("format") != "date":
            yield finding(f"{at}/hold/date", "type", "不是日期", "this answer is no date")


def _slots(service: Service, at: str, definition: Data) -> Iterator[Finding]:
    slots = definition.get("slots", {})
    most = slots.get("is", 0)
    if "from" in slots:
        answer = _answer(service, slots["from"])
        least, most = answer.get("minimum"), answer.get("maximum")
        if answer.get("type") != "integer" or not (_whole(least) and _whole(most) and least >= 1):
            zh, en = "须为有上下限的正整数", "a whole number from 1 up to a maximum"
            yield finding(f"{at}/slots/from", "type", zh, en)
            return
    if most + definition.get("waiting", 20) > MOST_CLAIMS:
        zh = f"名额与候补合计最多{MOST_CLAIMS}"
        en = f"slots and waiting list together are {MOST_CLAIMS} at most"
        yield finding(f"{at}/waiting", "maximum", zh, en)


def _whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _answer(service: Service, pointer: str) -> Mapping[str, Any]:
    return answer_schema(service.data["form"], pointer) or {}


def _opinions(service: Service) -> Iterator[Finding]:
    """Whoever must have answered must have been asked, and can answer so."""
    asked: defaultdict[str, set[str]] = defaultdict(set)
    for one in service.every_action():
        if "asks" in one.data:
            asked[_holder(one)].add(one.data["asks"])
    for one in service.every_action():
        least = one.data.get("least")
        if least is None:
            continue
        parts = service.parts(one.stage) if one.stage else {}
        answers = {
            action.get("settles")
            for part in asked[_holder(one)] & parts.keys()
            for action in parts[part]["actions"].values()
        }
        if least["verdict"] not in answers:
            zh, en = "不会有这样的意见", "nobody who is asked answers so"
            yield finding(f"{one.at}/least/verdict", "verdict", zh, en)
        unless = service.clocks.get(least.get("unless", ""), {}).get("on_due", {})
        if unless and unless["do"] != "escalate":
            zh, en = "只有提请督办的时限记录逾期", "only a clock that escalates records its end"
            yield finding(f"{one.at}/least/unless", "clock", zh, en)


def _holder(one: Listed) -> str:
    """The pointer of what the action belongs to."""
    return one.at.rpartition("/actions/")[0]


def _shut(service: Service) -> Iterator[Finding]:
    """A stage or a part that waits for people needs a way out that is always open."""
    settled = {clock["on_due"].get("outcome") for clock in service.clocks.values()}
    twice, recorders = returning(steps(service)), _recorders(service)
    for stage, definition in service.stages.items():
        at, again = f"/flow/stages/{stage}", stage in twice
        joined = definition["kind"] in JOINED or definition.get("for") == "case"
        if not joined and not settled & definition.get("outcomes", {}).keys():
            actions = definition.get("actions", {})
            takeable = [one for one in actions.values() if "to" in one and _by(definition, one)]
            yield from _open(recorders, at, takeable, again)
        for name, part in service.parts(stage).items():
            if definition["kind"] != "pool":
                own = [one for one in part["actions"].values() if {"to", "settles"} & one.keys()]
                yield from _open(recorders, f"{at}/parts/{name}", own, again)


def _by(definition: Data, action: Data) -> bool:
    """Whether there is anybody who may take it."""
    return "who" in action or "who" in definition or action.get("by", "officer") != "officer"


def _open(recorders: Recorders, at: str, ways: list[Data], again: bool) -> Iterator[Finding]:
    if not any(_always_open(recorders, one, again) for one in ways):
        zh, en = "每个出口都可能关闭", "every way out of this may be shut"
        yield finding(at, "way-out", zh, en)


def _always_open(recorders: Recorders, action: Data, again: bool) -> bool:
    before = recorders.get(action.get("after", ""), ())
    reachable = "after" not in action or any(
        "after" not in one and _unconditional(one, again) for one in before
    )
    return reachable and _unconditional(action, again)


def _unconditional(action: Data, again: bool) -> bool:
    return not {"if", "papers"} & action.keys() and not (again and action.get("once"))


def _recorders(service: Service) -> Recorders:
    found: defaultdict[str, list[Data]] = defaultdict(list)
    for one in service.every_action():
        found[one.data["event"]].append(one.data)
    return found


def _without(service: Service, event: str) -> set[str]:
    """The stages that can be come to without any step that is sure to record the event."""
    return reached((step for step in steps(service) if step.events != {event}), service.start)


def _counted_on(service: Service) -> Iterator[Finding]:
    """The events whose details a stage reads as it opens have happened whenever it does."""
    recorders, without = _recorders(service), cache(partial(_without, service))
    for stage, definition in service.stages.items():
        at = f"/flow/stages/{stage}"
        for part in ("over", "card"):
            event = definition.get(part, {}).get("event")
            if event and stage in without(event):
                zh, en = "到达此环节时可能没有此事件", "the stage can be reached without this event"
                yield finding(f"{at}/{part}/event", "event", zh, en)
        card = definition.get("card", {})
        if card and not _needs(recorders, card["event"], card["text"]):
            zh, en = "此事件不含公示文字", "this event does not hold the public words"
            yield finding(f"{at}/card/text", "required", zh, en)


def _needs(recorders: Recorders, event: str, member: str) -> bool:
    """Whether every action that records the event must ask for the member."""
    inputs = (one.get("input") for one in recorders.get(event, ()))
    return all(member in required_by(schema) for schema in inputs)


def _side_tasks(service: Service) -> Iterator[Finding]:
    recorded = set(recorded_events(service))
    for name, task in service.side_tasks.items():
        if name in TAKEN:
            zh, en = "此名称已被系统使用", "the engine uses this name itself"
            yield finding(f"/flow/tasks/{name}", "unique", zh, en)
        for event in task["on"]:
            if event not in recorded:
                zh, en = f"不会发生{event}", f"{event} never happens"
                yield finding(f"/flow/tasks/{name}/on", "event", zh, en)


def _heard(service: Service) -> Iterator[Finding]:
    """Every end is told to the applicant, on every channel, if there is one."""
    if service.untold:
        return
    told = {
        event
        for notice in service.notices.values()
        if notice.get("to", "applicant") == "applicant" and "when_channel" not in notice
        for event in notice["on"]
    }
    for step in steps(service):
        if step.target.startswith(END) and not step.events <= told:
            zh, en = "办结须告知申请人", "nobody is told of this end"
            yield finding(f"{step.at}/event", "notice", zh, en)


def _details(one: Listed) -> Iterator[Finding]:
    """Details are an object, and what is asked for may be given."""
    schema = one.data.get("input")
    if schema is None:
        return
    if schema.get("type") != "object":
        yield finding(f"{one.at}/input/type", "type", "须为对象", "details are an object")
    elif schema.get("additionalProperties") is False and "patternProperties" not in schema:
        properties = schema.get("properties", {})
        allowed = set(properties) if isinstance(properties, dict) else set()
        allowed |= {"reason", "text"} if one.data.get("reason") else set()
        for name in sorted(required_by(schema) - allowed):
            zh, en = f"必填而不许填：{name}", f"{name} is needed and not allowed"
            yield finding(f"{one.at}/input/required", "required", zh, en)


def _reasons(service: Service, one: Listed) -> Iterator[Finding]:
    """Where a reason is to be chosen there is one to choose."""
    if one.data.get("reason"):
        what = reasoned(one.data)
        if not any(what in reason["for"] for reason in service.data["reasons"].values()):
            zh, en = "没有可选的理由代码", "there is no reason code to choose"
            yield finding(f"{one.at}/reason", "reason", zh, en)


def recorded_elsewhere(service: Service, about: Counter[str]) -> set[str]:
    """The events of claims that something else records as well, which then is about no claim."""
    all_of_them = Counter(recorded_events(service))
    return {e for e, n in about.items() if e not in SYSTEM_EVENTS and all_of_them[e] > n}
