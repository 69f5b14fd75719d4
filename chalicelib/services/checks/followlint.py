"""What follows from an event in other cases: the event happens, what the other case is told is
there, and whoever waits for the other's end is sure to hear it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import escape, resolve
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.namelint import answer_schema, asked_for
from chalicelib.services.document import Data, Service

# Each is opened by the worker in a transaction of its own, and shown in the case it follows from.
MOST_EACH = 20
OTHER = "other"


def follow_findings(service: Service, recorded: frozenset[str]) -> Iterator[Finding]:
    """`recorded` are the events this service can record."""
    for at, one in service.follows:
        for index, event in enumerate(one["on"]):
            if event not in recorded:
                zh, en = f"不会发生{event}", f"{event} never happens"
                yield finding(f"{at}/on/{index}", "event", zh, en)
        yield from DOES[one["do"]](service, at, one)
    for at, opens in service.openings():
        if not at.startswith(("/flow/follows/", "/flow/emits/")):
            yield from _no_items(at, opens)
    for stage, definition in service.stages.items():
        if definition["kind"] == "hold" and definition.get("for") == "case":
            yield from _hold(service, f"/flow/stages/{stage}", definition)


NEEDS = {
    "open_case": ("opens",),
    "grant_role": ("role", "party", "name", "at", "months"),
    "revoke_role": ("role", "party", "at"),
    "write_rule": (),
}


def _lacking(at: str, one: Data) -> Iterator[Finding]:
    for name in NEEDS[one["do"]]:
        if name not in one:
            yield finding(f"{at}/{name}", "required", f"缺少{name}", f"{name} is missing")


def _opens(service: Service, at: str, one: Data) -> Iterator[Finding]:
    lacking = list(_lacking(at, one))
    yield from lacking
    if "appeal" in one:
        yield from _appeal(service, at, one)
    if not lacking:
        yield from _each(service, at, one)
        yield from _sources(service, at, one)


def _appeal(service: Service, at: str, one: Data) -> Iterator[Finding]:
    """What was decided comes back, and as nothing else; meanwhile a clock calls for help."""
    hears = one.get("hears")
    if hears is None:
        zh, en = "申诉的结果须回报", "the decision on an appeal comes back"
        yield finding(f"{at}/hears", "required", zh, en)
    elif sum(other.get("hears") == hears for _, other in service.follows) > 1:
        zh, en = f"{hears}也是别的办件的回报", f"something else comes back as {hears}"
        yield finding(f"{at}/hears", "unique", zh, en)
    clocks = service.clocks.values()
    for index, event in enumerate(one["on"]):
        if not any(event in clock["start"] and hears in clock["stop"] for clock in clocks):
            zh, en = "申诉期间没有时限在走", "no clock runs from the appeal to its decision"
            yield finding(f"{at}/on/{index}", "unwatched", zh, en)


def _grants(service: Service, at: str, one: Data) -> Iterator[Finding]:
    """Somebody is named, and nobody is kept from knowing of it."""
    yield from _lacking(at, one)
    if service.data.get("restricted"):
        zh, en = "限制知悉的事项不授予角色", "a restricted service gives no roles"
        yield finding(at, "restricted", zh, en)
    for name in ("party", "name"):
        source = one.get(name, {})
        if "from" in source and not asked_for(service.data["form"], source["from"]):
            zh, en = "表单没有这一项", "the form does not ask for this"
            yield finding(f"{at}/{name}/from", "pointer", zh, en)
        if "details" in source and not all(
            asked_for(schema, source["details"]) for schema in inputs(service, one)
        ):
            zh, en = "操作没有填写这一项", "the details have no such member"
            yield finding(f"{at}/{name}/details", "pointer", zh, en)


def _rules(service: Service, at: str, one: Data) -> Iterator[Finding]:
    """Every action that records the event is a ruling."""
    for event in one["on"]:
        doing = [act.data for act in service.every_action() if act.data["event"] == event]
        if not doing or not all("rule" in act.get("does", ()) for act in doing):
            zh, en = f"{event}不是认定", f"{event} is no ruling"
            yield finding(f"{at}/on", "event", zh, en)


DOES: Mapping[str, Callable[[Service, str, Data], Iterator[Finding]]] = {
    "open_case": _opens,
    "grant_role": _grants,
    "revoke_role": _grants,
    "write_rule": _rules,
}


def _each(service: Service, at: str, one: Data) -> Iterator[Finding]:
    """A list that every action which records the event asks for, and not too long."""
    if "each" not in one:
        yield from _no_items(f"{at}/opens", one["opens"])
        return
    for schema in inputs(service, one):
        items = within(schema, one["each"])
        if items.get("type") != "array" or not 1 <= items.get("maxItems", 0) <= MOST_EACH:
            zh = f"须为各操作都填写的列表，最多{MOST_EACH}项"
            en = f"a list that each action asks for, of {MOST_EACH} items at most"
            yield finding(f"{at}/each", "items", zh, en)
            return


def _sources(service: Service, at: str, one: Data) -> Iterator[Finding]:
    """What the new case is told of the details stands in what the actions ask for."""
    for pointer, source in one["opens"]["answers"].items():
        where = f"{at}/opens/answers/{escape(pointer)}"
        for schema in inputs(service, one):
            details = "details" in source and not asked_for(schema, source["details"])
            items = resolve(within(schema, one["each"]), "/items") if "each" in one else None
            item = "item" in source and items and not asked_for(items, source["item"])
            if details or item:
                zh, en = "操作没有填写这一项", "the details have no such member"
                yield finding(f"{where}/{next(iter(source))}", "pointer", zh, en)
                break


def _no_items(at: str, opens: Data) -> Iterator[Finding]:
    for pointer, source in opens["answers"].items():
        if "item" in source:
            zh, en = "没有逐项立案（each）", "no case is opened for each of a list"
            yield finding(f"{at}/answers/{escape(pointer)}/item", "items", zh, en)


def inputs(service: Service, one: Data) -> list[Data]:
    """The schemas of the details of every action that records what it follows from."""
    return [
        action.data.get("input", {})
        for action in service.every_action()
        if {action.data["event"], *(way["event"] for way in action.data.get("branch", ()))}
        & set(one["on"])
    ]


def within(schema: Any, pointer: str) -> Data:
    return answer_schema(schema, pointer) or {}


def _hold(service: Service, at: str, definition: Data) -> Iterator[Finding]:
    """It hears of a case that is opened, and has an outcome for whatever becomes of that."""
    heard = {one["hears"] for _, one in service.follows if "hears" in one}
    if definition.get("of") not in heard:
        zh, en = "没有这样回报的关联办件", "no case that is opened comes back as this event"
        yield finding(f"{at}/of", "event", zh, en)
    join = definition.get("join")
    if join is None:
        yield finding(f"{at}/join", "required", "须写明等到什么时候", "when is it settled?")
    elif join["rule"] not in ("all", "any"):
        zh, en = "这里只有all和any", "only all or any here"
        yield finding(f"{at}/join/rule", "enum", zh, en)
    outcomes = definition.get("outcomes", {})
    if OTHER not in outcomes:
        zh, en = "须有other：办件没立成，或结果是别的", "for what else the case may come to"
        yield finding(f"{at}/outcomes/{OTHER}", "required", zh, en)
    for index, name in enumerate(join["prefer"] if join else ()):
        if name not in outcomes:
            zh, en = f"没有出口{name}", f"no outcome {name}"
            yield finding(f"{at}/join/prefer/{index}", "outcome", zh, en)
