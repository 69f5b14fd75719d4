"""What stands inside stages and beside them: pools, reviews, fanouts, tasks, linked cases."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import resolve
from chalicelib.services.checks.flowlint import finding, recorded_events
from chalicelib.services.document import Data, Listed, Service

CLAIM = "claim"


def part_findings(service: Service) -> Iterator[Finding]:
    for stage, definition in service.stages.items():
        check = KINDS.get(definition["kind"])
        if check is not None:
            yield from check(service, f"/flow/stages/{stage}", stage, definition)
        yield from _endless_parts(f"/flow/stages/{stage}", service.parts(stage))
    for one in service.every_action():
        yield from _action(service, one)
    yield from _names_once(service)
    yield from _roles(service)
    yield from _closing(service)


def _needed(at: str, definition: Data, *names: str) -> Iterator[Finding]:
    for name in names:
        if name not in definition:
            yield finding(f"{at}/{name}", "required", f"缺少{name}", f"{name} is missing")


def _pool(service: Service, at: str, stage: str, definition: Data) -> Iterator[Finding]:
    yield from _needed(at, definition, "who", "slots", "hold", "parts")
    outcomes = definition.get("outcomes", {})
    yield from _needed(f"{at}/outcomes", outcomes, "done", "unclaimed")
    parts = definition.get("parts", {})
    yield from _needed(f"{at}/parts", parts, CLAIM)
    claims = [one for one in definition.get("actions", {}).values() if CLAIM in _does(one)]
    if len(claims) != 1 or "else_event" not in claims[0]:
        zh, en = "须恰有一个认领操作，并写明候补事件", "one action claims, and names its else_event"
        yield finding(f"{at}/actions", CLAIM, zh, en)
    own = parts.get(CLAIM, {}).get("actions", {}).values()
    if not any("release" in _does(one) for one in own):
        yield finding(
            f"{at}/parts/claim/actions", "release", "认领须能退出", "nobody can give back"
        )
    if not any(one.get("settles") == "done" for one in own):
        yield finding(f"{at}/parts/claim/actions", "settles", "认领须能完成", "nobody can be done")
    event = definition.get("card", {}).get("event")
    if event and event not in set(recorded_events(service)):
        yield finding(f"{at}/card/event", "event", f"不会发生{event}", f"{event} never happens")


def _review(service: Service, at: str, stage: str, definition: Data) -> Iterator[Finding]:
    yield from _needed(at, definition, "who", "parts")
    actions = definition.get("actions", {}).values()
    if not any("ask" in _does(one) for one in actions):
        yield finding(f"{at}/actions", "ask", "无人征求意见", "nobody is ever asked")
    for name, one in definition.get("actions", {}).items():
        if "to" in one and "least" not in one and not _plain_way(one):
            zh, en = "结论须写明最少意见数", "a conclusion says how many must have answered"
            yield finding(f"{at}/actions/{name}/least", "required", zh, en)


def _plain_way(action: Data) -> bool:
    """Whether the chair may take it without opinions, as one that sends the matter back."""
    return bool(action.get("reason")) is False and "settles" not in action and "who" in action


def _fanout(service: Service, at: str, stage: str, definition: Data) -> Iterator[Finding]:
    yield from _needed(at, definition, "over", "parts", "join")
    join, parts = definition.get("join", {}), definition.get("parts", {})
    if service.spread(stage):
        yield from _verdicts(at, definition, parts)
        return
    asked = {one.data["asks"] for one in service.actions_of(stage) if "asks" in one.data}
    yield from _verdicts(at, definition, parts.keys() - asked)
    rule = join.get("rule")
    if rule in ("least", "lead") and rule not in join:
        yield finding(f"{at}/join/{rule}", "required", f"缺少{rule}", f"{rule} is missing")
    if "lead" in join and join["lead"] not in parts:
        yield finding(f"{at}/join/lead", "target", "没有这一项", "there is no such part")
    event = definition.get("over", {}).get("event")
    if event and not _names_items(
        service, event, definition["over"]["member"], parts.keys() - asked
    ):
        zh, en = "此事件不含各项名单", "this event does not name the items"
        yield finding(f"{at}/over/event", "event", zh, en)
    for name, part in parts.items():
        if name not in asked and "who" not in part:
            yield finding(
                f"{at}/parts/{name}/who", "actor", "此项无人办理", "nobody does this part"
            )


def _verdicts(at: str, definition: Data, parts: Collection[str]) -> Iterator[Finding]:
    """Whatever a part may be settled with is put in order, and is an outcome of the stage."""
    join = definition.get("join", {})
    own = [part for name, part in definition.get("parts", {}).items() if name in parts]
    verdicts = {
        action["settles"]
        for part in own
        for action in part["actions"].values()
        if "settles" in action
    }
    on_due = (part.get("within", {}).get("on_due", {}) for part in own)
    verdicts |= {one["verdict"] for one in on_due if "verdict" in one}
    for verdict in sorted(verdicts - set(join.get("prefer", []))):
        zh, en = f"汇总未列出{verdict}", f"prefer does not list {verdict}"
        yield finding(f"{at}/join/prefer", "verdict", zh, en)
    yield from _needed(f"{at}/outcomes", definition.get("outcomes", {}), *join.get("prefer", []))


def _names_items(service: Service, event: str, member: str, parts: Collection[str]) -> bool:
    """Whether every action that records the event must name parts: at least one, each once."""
    naming = [one.data for one in service.every_action() if one.data["event"] == event]
    return bool(naming) and all(_names_some(one.get("input"), member, parts) for one in naming)


def _names_some(schema: Data | None, member: str, parts: Collection[str]) -> bool:
    required = resolve(schema, "/required")
    asked = resolve(schema, f"/properties/{member}")
    if not isinstance(required, list) or member not in required or not isinstance(asked, dict):
        return False
    items = asked.get("items")
    named = _choices(items) if isinstance(items, dict) else []
    once = asked.get("uniqueItems") is True and _is_count(asked.get("minItems"))
    return once and bool(named) and all(one in list(parts) for one in named)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and value >= 1


def _choices(items: Data) -> list[Any]:
    """What an enumerated value may be, as `enum` or as titled constants."""
    if isinstance(items.get("enum"), list):
        return list(items["enum"])
    ways = items.get("oneOf")
    return (
        [one.get("const") for one in ways if isinstance(one, dict)]
        if isinstance(ways, list)
        else []
    )


KINDS: Mapping[str, Callable[[Service, str, str, Data], Iterator[Finding]]] = {
    "pool": _pool,
    "review": _review,
    "fanout": _fanout,
}


def _endless_parts(at: str, parts: Mapping[str, Data]) -> Iterator[Finding]:
    for name, part in parts.items():
        ends = ("to" in one or "settles" in one for one in part["actions"].values())
        if not any(ends):
            zh, en = "此项没有出口", "this part has no way out"
            yield finding(f"{at}/parts/{name}", "way-out", zh, en)


def _action(service: Service, one: Listed) -> Iterator[Finding]:
    at, action = one.at, one.data
    if "settles" in action and "/parts/" not in at:
        zh, en = "只用于环节内的一项", "only a part is settled by a verdict"
        yield finding(f"{at}/settles", "part", zh, en)
    if at.startswith("/flow/tasks/") and "to" in action:
        zh, en = "旁办事项不能转环节", "a task beside the stages moves none"
        yield finding(f"{at}/to", "target", zh, en)
    if action.get("least", {}).get("unless") not in (None, *service.clocks):
        yield finding(f"{at}/least/unless", "clock", "没有这个时限", "no such clock")
    for stage in action.get("in", []):
        if stage not in service.stages:
            yield finding(f"{at}/in", "target", f"没有环节{stage}", f"no stage {stage}")
    yield from _doing(service, one)


def _doing(service: Service, one: Listed) -> Iterator[Finding]:
    does = _does(one.data)
    if "ask" in does:
        yield from _asks(service, one)
    if "open_case" in does:
        yield from _needed(one.at, one.data, "opens")
    if {"waive_paper", "link"} & set(does):
        yield from _needed("", service.data, "about")


def _asks(service: Service, one: Listed) -> Iterator[Finding]:
    part = service.parts(one.stage).get(one.data.get("asks", "")) if one.stage else None
    if part is None:
        yield finding(f"{one.at}/asks", "target", "没有这一项", "there is no such part")
    elif "who" not in part:
        yield finding(f"{one.at}/asks", "actor", "未写明征求谁的意见", "who may be asked?")


def _names_once(service: Service) -> Iterator[Finding]:
    """A way that settles a stage has one name in the machine."""
    for stage in service.stages:
        seen: set[str] = set(service.stages[stage].get("outcomes", {})) | set(service.always)
        for one in (*service.actions_of(stage), *service.actions_of("")):
            inside = one.stage or service.valid_in(one, stage)
            if "to" in one.data and inside:
                if one.name in seen:
                    yield finding(one.at, "unique", "操作重名", "this name is taken in the stage")
                seen.add(one.name)


def whos(service: Service) -> Iterator[tuple[str, Data]]:
    """Every `who` of the document, with its pointer."""
    if "calls" in service.data:
        yield "/calls", service.data["calls"]
    for one in service.every_action():
        if isinstance(one.data.get("addressee"), Mapping):
            yield f"{one.at}/addressee", one.data["addressee"]
    places: dict[str, Data] = {}
    for stage, definition in service.stages.items():
        places[f"/flow/stages/{stage}"] = definition
        for part, inner in service.parts(stage).items():
            places[f"/flow/stages/{stage}/parts/{part}"] = inner
    places |= {f"/flow/tasks/{name}": task for name, task in service.side_tasks.items()}
    places |= {one.at: one.data for one in service.every_action()}
    places |= {f"/clocks/{name}/on_due": one["on_due"] for name, one in service.clocks.items()}
    places |= {at: one for at, _, one in service.milestones()}
    places |= dict(service.item_dues())
    for at, place in places.items():
        if place.get("who"):
            yield f"{at}/who", place["who"]


def _roles(service: Service) -> Iterator[Finding]:
    """A restricted case must wait for nobody who may not know of it."""
    for at, who in whos(service):
        for stage in who.get("not", []):
            if stage not in service.stages:
                yield finding(f"{at}/not", "target", f"没有环节{stage}", f"no stage {stage}")
    if not service.data.get("restricted"):
        if "named" in service.data:
            zh, en = "只用于限制知悉的事项", "only for restricted services"
            yield finding("/named", "restricted", zh, en)
        return
    yield from _needed("", service.data, "readers", "calls")
    for at, who in whos(service):
        if who["role"] not in service.data.get("readers", []):
            zh, en = "此角色不得知悉", "this role may not know of the case"
            yield finding(f"{at}/role", "restricted", zh, en)


def _closing(service: Service) -> Iterator[Finding]:
    """A clock that closes a pool must be stopped by the event it records, or it never rests."""
    for name, clock in service.clocks.items():
        on_due = clock["on_due"]
        if on_due["do"] == "close" and on_due.get("event") not in clock["stop"]:
            zh, en = "时限须由自己的事件停止", "the event it records must stop it"
            yield finding(f"/clocks/{name}/stop", "clock", zh, en)
        if clock.get("after_end") and on_due["do"] not in ("escalate", "note"):
            zh, en = "办结后的时限只能提请督办或者记录", "after the end a clock escalates or notes"
            yield finding(f"/clocks/{name}/on_due/do", "clock", zh, en)


def _does(action: Data) -> list[str]:
    does: list[str] = action.get("does", [])
    return does
