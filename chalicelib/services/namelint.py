"""Names that one part of a service document uses and another must define."""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import escape, resolve
from chalicelib.services.document import Service

# What carrying out an action reads from its details.
NEEDS = {
    "name_missing": "missing",
    "record_papers": "papers",
    "ask": "participants",
    "open_bond": "helper",
    "waive_paper": "paper",
}


def name_findings(service: Service, recorded: frozenset[str]) -> Iterator[Finding]:
    """`recorded` are the events this service can record."""
    for at, action in _actions(service):
        yield from _action(service, at, action, recorded)
    for at, way in _ways(service):
        if way.get("reason", "") not in ("", *service.data["reasons"]):
            yield _finding(f"{at}/reason", "reason", "没有这个理由代码", "no such reason code")
    yield from _reasons(service)
    yield from _extensions(service, recorded)
    yield from _papers(service)
    yield from _subject(service)
    for at, action in _actions(service):
        yield from _named_papers(service, at, action)


def _reasons(service: Service) -> Iterator[Finding]:
    for code, reason in service.data["reasons"].items():
        for index, result in enumerate(reason["for"]):
            if result not in service.data["results"]:
                yield _finding(
                    f"/reasons/{code}/for/{index}", "target", "没有这个结果", "no such result"
                )


def _extensions(service: Service, recorded: frozenset[str]) -> Iterator[Finding]:
    for name, clock in service.clocks.items():
        event = clock.get("extend", {}).get("event")
        if event and event not in recorded:
            at = f"/clocks/{name}/extend/event"
            yield _finding(at, "event", f"不会发生{event}", f"{event} never happens")


def _actions(service: Service) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for one in service.every_action():
        yield one.at, one.data


def _ways(service: Service) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for stage, definition in service.stages.items():
        for name, way in definition.get("outcomes", {}).items():
            yield f"/flow/stages/{stage}/outcomes/{name}", way
    for name, way in service.always.items():
        yield f"/flow/always/{name}", way


def _action(
    service: Service, at: str, action: Mapping[str, Any], recorded: frozenset[str]
) -> Iterator[Finding]:
    does = action.get("does", [])
    if "extend" in does and "clock" not in action:
        yield _finding(f"{at}/clock", "required", "须写明延长哪个时限", "which clock?")
    if action.get("clock") not in (None, *service.clocks):
        yield _finding(f"{at}/clock", "clock", "没有这个时限", "no such clock")
    if action.get("reason_for") not in (None, *service.data["results"]):
        yield _finding(f"{at}/reason_for", "target", "没有这个结果", "no such result")
    if action.get("after") not in (None, *recorded):
        yield _finding(f"{at}/after", "event", "此事件不会发生", "this never happens")
    for doing, member in NEEDS.items():
        if doing in does and not _requires(action.get("input", {}), member):
            yield _finding(f"{at}/input", "input", f"须填写{member}", f"{member} must be asked for")


def _requires(schema: Mapping[str, Any], member: str) -> bool:
    required = schema.get("required")
    return isinstance(required, list) and member in required


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
    yield from (("/about", one) for one in [data.get("about")] if one)
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
    schema: Any = form
    for name in pointer.split("/")[1:]:
        properties = _followed(form, schema).get("properties")
        schema = properties.get(name) if isinstance(properties, dict) else None
        if not isinstance(schema, dict):
            return False
    return True


def _followed(form: Mapping[str, Any], schema: Any) -> Mapping[str, Any]:
    target = resolve(form, str(schema.get("$ref", ""))[1:]) if "$ref" in schema else schema
    return target if isinstance(target, dict) else {}


def _finding(pointer: str, keyword: str, zh: str, en: str) -> Finding:
    return Finding(pointer, keyword, {"zh-Hans": zh, "en": en})
