"""Names that one part of a service document uses and another must define."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from typing import Any

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import escape, resolve
from chalicelib.services.document import Listed, Service

# What carrying out an action reads from its details, and of each item of a list.
NEEDS: Mapping[str, tuple[str, frozenset[str]]] = {
    "name_missing": ("missing", frozenset({"paper", "what"})),
    "record_papers": ("papers", frozenset({"paper"})),
    "ask": ("participants", frozenset({"party"})),
    "open_bond": ("helper", frozenset()),
    "waive_paper": ("paper", frozenset()),
    "merge": ("into", frozenset()),
    "join_container": ("container", frozenset()),
}


def name_findings(service: Service, recorded: frozenset[str]) -> Iterator[Finding]:
    """`recorded` are the events this service can record."""
    events = _events_by_stage(service)
    for one in service.every_action():
        before = recorded if "ever" in one.data else events[""] | events[one.stage]
        yield from _action(service, one, before, recorded)
    for at, way in _ways(service):
        if way.get("reason", "") not in ("", *service.data["reasons"]):
            yield _finding(f"{at}/reason", "reason", "没有这个理由代码", "no such reason code")
    yield from _reasons(service, recorded)
    yield from _extensions(service, recorded)
    yield from _papers(service)
    yield from _subject(service)
    for one in service.every_action():
        yield from _named_papers(service, one.at, one.data)


def _reasons(service: Service, recorded: Set[str]) -> Iterator[Finding]:
    for code, reason in service.data["reasons"].items():
        for index, result in enumerate(reason["for"]):
            if result not in service.data["results"] and result not in recorded:
                zh, en = "没有这个结果或过程信息", "no such result or event"
                yield _finding(f"/reasons/{code}/for/{index}", "target", zh, en)


def _extensions(service: Service, recorded: frozenset[str]) -> Iterator[Finding]:
    for name, clock in service.clocks.items():
        event = clock.get("extend", {}).get("event")
        if event and event not in recorded:
            at = f"/clocks/{name}/extend/event"
            yield _finding(at, "event", f"不会发生{event}", f"{event} never happens")


def _ways(service: Service) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for stage, definition in service.stages.items():
        for name, way in definition.get("outcomes", {}).items():
            yield f"/flow/stages/{stage}/outcomes/{name}", way
    for name, way in service.always.items():
        yield f"/flow/always/{name}", way


def _action(
    service: Service, one: Listed, events: Set[str], recorded: Set[str]
) -> Iterator[Finding]:
    """`events` are those that may have happened for it: of its own stage, or beside the stages."""
    at, action = one.at, one.data
    does = action.get("does", [])
    if "extend" in does and "clock" not in action:
        yield _finding(f"{at}/clock", "required", "须写明延长哪个时限", "which clock?")
    if action.get("clock") not in (None, *service.clocks):
        yield _finding(f"{at}/clock", "clock", "没有这个时限", "no such clock")
    if action.get("reason_for") not in (None, *service.data["results"], *recorded):
        zh, en = "没有这个结果或过程信息", "no such result or event"
        yield _finding(f"{at}/reason_for", "target", zh, en)
    if "after" in action and action["after"] not in events:
        yield _finding(f"{at}/after", "event", "此事件不会发生", "this never happens")
    yield from _doing(service, at, action)


def _doing(service: Service, at: str, action: Mapping[str, Any]) -> Iterator[Finding]:
    """What carrying it out reads is there."""
    does = action.get("does", [])
    if "extend" in does and not _extends(service, action):
        zh, en = "此事件不延长该时限", "this event does not extend that clock"
        yield _finding(f"{at}/clock", "extend", zh, en)
    if "promise_papers" in does and action.get("papers") != "gap":
        zh, en = "只能容缺可以后补的材料", "only papers that may follow can be promised"
        yield _finding(f"{at}/papers", "required", zh, en)
    for name, (member, inside) in NEEDS.items():
        if name in does and not _requires(action.get("input", {}), member, inside):
            yield _finding(f"{at}/input", "input", f"须填写{member}", f"{member} must be asked for")


def _events_by_stage(service: Service) -> Mapping[str, Set[str]]:
    """The events that actions record, by stage; by "" those of the actions beside the stages, and
    those that come back from other cases."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in service.every_action():
        found[one.stage].add(one.data["event"])
    found[""] |= {one["hears"] for _, one in service.follows if "hears" in one}
    return found


def _extends(service: Service, action: Mapping[str, Any]) -> bool:
    clock = service.clocks.get(action.get("clock", ""), {})
    return bool(clock.get("extend", {}).get("event") == action["event"])


def _requires(schema: Mapping[str, Any], member: str, inside: frozenset[str]) -> bool:
    of_items = required_by(resolve(schema, f"/properties/{member}/items"))
    return member in required_by(schema) and inside <= of_items


def required_by(schema: Any) -> frozenset[str]:
    """The members that a schema demands; none where it is no schema, which is told elsewhere."""
    required = schema.get("required") if isinstance(schema, Mapping) else None
    listed = required if isinstance(required, list) else []
    return frozenset(name for name in listed if isinstance(name, str))


def _papers(service: Service) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, paper in enumerate(service.data["papers"]):
        if paper["id"] in seen:
            yield _finding(f"/papers/{index}/id", "unique", "材料编号重复", "this id is taken")
        seen.add(paper["id"])


def _named_papers(service: Service, at: str, action: Mapping[str, Any]) -> Iterator[Finding]:
    """A paper that an action lets people name must be one of the service's."""
    for member in ("papers", "missing"):
        pointer = f"/properties/{member}/items/properties/paper/enum"
        named = resolve(action.get("input"), pointer)
        for index, paper in enumerate(named if isinstance(named, list) else ()):
            if paper not in list(service.papers):
                where = f"{at}/input{pointer}/{index}"
                yield _finding(where, "paper", f"没有材料{paper}", f"no such paper: {paper}")


def _pointers(service: Service) -> Iterator[tuple[str, str]]:
    """(where it stands, the pointer) of every answer that the document speaks of."""
    data = service.data
    for name, value in data["subject"].items():
        many = enumerate(value) if isinstance(value, list) else ()
        yield from ((f"/subject/{name}/{index}", one) for index, one in many)
        if isinstance(value, str):
            yield f"/subject/{name}", value
    for name in ("about", "part_of"):
        yield from ((f"/{name}", one) for one in [data.get(name)] if one)
    yield from _of_container(service)
    posted = ((name, service.posted.get(name)) for name in ("title", "text", "until"))
    yield from ((f"/posted/{name}", one) for name, one in posted if one)
    yield from ((f"/named/{i}", one) for i, one in enumerate(data.get("named", [])))
    for part in ("confidential", "splits"):
        yield from (
            (f"/{part}/{i}/pointer", one["pointer"]) for i, one in enumerate(data.get(part, []))
        )
    for stage, definition in service.stages.items():
        for part, name in (("slots", "from"), ("hold", "date"), ("card", "category")):
            if name in definition.get(part, {}):
                yield f"/flow/stages/{stage}/{part}/{name}", definition[part][name]
    yield from _mapped(service)


def _of_container(service: Service) -> Iterator[tuple[str, str]]:
    for part in ("quota", "hands_down", "tells"):
        named = service.container.get(part, {}).items()
        yield from ((f"/container/{part}/{n}", one) for n, one in named if isinstance(one, str))


def _mapped(service: Service) -> Iterator[tuple[str, str]]:
    """What new cases take over of this one's answers, and what public texts must not say."""
    for one in service.every_action():
        yield from ((f"{one.at}/hides/{i}", p) for i, p in enumerate(one.data.get("hides", [])))
    for at, opens in service.openings():
        for pointer, source in opens["answers"].items():
            if "from" in source:
                yield f"{at}/answers/{escape(pointer)}/from", source["from"]


def _subject(service: Service) -> Iterator[Finding]:
    for at, pointer in _pointers(service):
        if not asked_for(service.data["form"], pointer):
            yield _finding(at, "pointer", "表单没有这一项", "the form does not ask for this")


def asked_for(form: Mapping[str, Any], pointer: str) -> bool:
    """Whether the pointer leads through the form's properties, following references."""
    return answer_schema(form, pointer) is not None


def answer_schema(form: Mapping[str, Any], pointer: str) -> Mapping[str, Any] | None:
    """The schema of the answer that a pointer leads to, references followed; None for none."""
    schema: Any = form
    for name in pointer.split("/")[1:]:
        properties = _followed(form, schema).get("properties")
        schema = properties.get(name) if isinstance(properties, dict) else None
        if not isinstance(schema, dict):
            return None
    return _followed(form, schema)


def _followed(form: Mapping[str, Any], schema: Any) -> Mapping[str, Any]:
    target = resolve(form, str(schema.get("$ref", ""))[1:]) if "$ref" in schema else schema
    return target if isinstance(target, dict) else {}


def _finding(pointer: str, keyword: str, zh: str, en: str) -> Finding:
    return Finding(pointer, keyword, {"zh-Hans": zh, "en": en})
