"""What a service document must be before it can be published; every finding with its pointer.

First the shape (the published JSON Schema), then what a schema cannot say: reachability, an actor
and a way out of every stage, clocks that stop, words that exist, texts that fit an SMS.
"""

from collections.abc import Callable, Iterator
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import escape, loads
from chalicelib.services.document import END, Service, result_of
from chalicelib.services.formlint import schema_findings
from chalicelib.services.namelint import name_findings
from chalicelib.services.schema import schema_text
from chalicelib.services.texts import text_findings

SYSTEM_EVENTS = frozenset({"stage_entered", "held", "overdue", "closed", "resumed"})


def lint(document: Any) -> list[Finding]:
    """Every finding; an empty list means that it may be published."""
    findings = list(_shape(document))
    if findings:
        return findings
    service = Service(document)
    checks: list[Callable[[Service], Iterator[Finding]]] = [
        _targets,
        _reachable,
        _actors,
        _ways_out,
        _clocks,
        _events,
        _reasons,
        _schemas,
        _gates,
        _names,
        text_findings,
    ]
    return [finding for check in checks for finding in check(service)]


def _shape(document: Any) -> Iterator[Finding]:
    validator = Draft202012Validator(loads(schema_text()), registry=Registry())
    for error in sorted(validator.iter_errors(document), key=lambda e: list(map(str, e.path)))[:50]:
        pointer = "".join(f"/{escape(str(part))}" for part in error.absolute_path)
        for name in _culprits(error):
            here = f"{pointer}/{escape(name)}" if name else pointer
            yield finding(here, error.validator, "此处不符合事项文件格式", error.message[:300])


def _culprits(error: Any) -> list[str]:
    """The members that an error about an object is about; one empty name for the value itself."""
    if error.validator == "required":
        return [name for name in error.validator_value if name not in error.instance]
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        return [name for name in error.instance if name not in error.schema.get("properties", {})]
    if "propertyNames" in error.absolute_schema_path:
        return [str(error.instance)]
    return [""]


def finding(pointer: str, keyword: str, zh: str, en: str) -> Finding:
    return Finding(pointer, keyword, {"zh-Hans": zh, "en": en})


def _all_targets(service: Service) -> Iterator[tuple[str, str, str]]:
    """(pointer, stage it is reached from or empty, target) of every way."""
    for stage, definition in service.stages.items():
        for part in ("actions", "outcomes"):
            for name, way in definition.get(part, {}).items():
                if "to" in way:
                    yield f"/flow/stages/{stage}/{part}/{name}/to", stage, way["to"]
    for name, way in service.always.items():
        yield f"/flow/always/{name}/to", "", way["to"]


def _targets(service: Service) -> Iterator[Finding]:
    if service.start not in service.stages:
        yield finding("/flow/start", "target", "起始环节不存在", "the start stage does not exist")
    tells = [name for name, stage in service.stages.items() if stage["kind"] == "tell"]
    if len(tells) != 1:
        yield finding(
            "/flow/stages",
            "tell",
            "须恰有一个告知环节",
            "there must be exactly one stage of kind tell",
        )
    for pointer, stage, target in _all_targets(service):
        result = result_of(target)
        known = service.data["results"] if result else service.stages
        if (result or target) not in known:
            yield finding(pointer, "target", f"没有这个去向：{target}", f"no such target: {target}")
        elif target == stage:
            yield finding(pointer, "target", "环节不能转回自身", "a stage cannot lead to itself")


def _reachable(service: Service) -> Iterator[Finding]:
    seen: set[str] = set()
    ahead = [service.start]
    while ahead:
        stage = ahead.pop()
        if stage in seen or stage not in service.stages:
            continue
        seen.add(stage)
        ahead += [target for _, source, target in _all_targets(service) if source in (stage, "")]
    tells = {name for name, stage in service.stages.items() if stage["kind"] == "tell"}
    for stage in service.stages:
        if stage not in seen and stage not in tells:
            yield finding(
                f"/flow/stages/{stage}",
                "unreachable",
                "此环节无法到达",
                "this stage is never reached",
            )


def _actors(service: Service) -> Iterator[Finding]:
    for stage, definition in service.stages.items():
        if definition["kind"] == "desk" and "who" not in definition:
            yield finding(
                f"/flow/stages/{stage}", "actor", "此环节无人办理", "nobody can act on this stage"
            )
        if definition["kind"] == "hold" and definition.get("for") != "applicant":
            yield finding(
                f"/flow/stages/{stage}/for", "actor", "等待谁未说明", "for whom does it wait?"
            )
        for other in definition.get("who", {}).get("not", []):
            if other not in service.stages:
                yield finding(
                    f"/flow/stages/{stage}/who/not",
                    "target",
                    f"没有环节{other}",
                    f"no stage {other}",
                )
    for name, act in service.acts.items():
        if "who" not in act and act.get("by") != "applicant":
            yield finding(f"/flow/acts/{name}", "actor", "此操作无人可办", "nobody can do this")


def _ways_out(service: Service) -> Iterator[Finding]:
    for stage, definition in service.stages.items():
        if definition["kind"] != "tell" and not (set(service.ways(stage)) - set(service.always)):
            yield finding(
                f"/flow/stages/{stage}", "way-out", "此环节没有出口", "this stage has no way out"
            )
    for stage in service.stages:
        if service.stages[stage]["kind"] != "tell" and not _can_end(service, stage):
            yield finding(
                f"/flow/stages/{stage}",
                "way-out",
                "从此环节无法办结",
                "no end can be reached from here",
            )


def _can_end(service: Service, stage: str) -> bool:
    seen: set[str] = set()
    ahead = [stage]
    while ahead:
        here = ahead.pop()
        if here in seen or here not in service.stages:
            continue
        seen.add(here)
        for _, source, target in _all_targets(service):
            if source == here:
                if target.startswith(END):
                    return True
                ahead.append(target)
    return False


def _clocks(service: Service) -> Iterator[Finding]:
    recorded = set(_recorded(service))
    for name, clock in service.clocks.items():
        at = f"/clocks/{name}"
        for part in ("start", "stop"):
            if not set(clock[part]) & recorded:
                zh = "此时限不会开始" if part == "start" else "此时限不会停止"
                yield finding(f"{at}/{part}", "clock", zh, f"nothing ever {part}s this clock")
        on_due = clock["on_due"]
        needs = {"act": "action", "settle": "outcome", "escalate": "who"}[on_due["do"]]
        if needs not in on_due:
            yield finding(f"{at}/on_due", "required", f"缺少{needs}", f"{needs} is missing")
        if "basis" not in clock:
            yield finding(
                at,
                "basis",
                "时限须注明依据，或注明为本机关承诺",
                "a clock carries its basis, or says ours",
            )
        stages = service.stages
        if on_due.get("action") and not any(
            on_due["action"] in service.actions(stage) for stage in stages
        ):
            yield finding(
                f"{at}/on_due/action", "target", "没有这个操作", "no stage has this action"
            )
        if on_due.get("outcome") and not any(
            on_due["outcome"] in service.ways(stage) for stage in stages
        ):
            yield finding(
                f"{at}/on_due/outcome", "target", "没有这个结论", "no stage has this outcome"
            )


def _recorded(service: Service) -> Iterator[str]:
    """Every event this service can record."""
    yield service.received
    yield from SYSTEM_EVENTS
    for definition in service.stages.values():
        for part in ("actions", "outcomes"):
            for way in definition.get(part, {}).values():
                yield way["event"]
    for way in (*service.always.values(), *service.acts.values()):
        yield way["event"]
    for clock in service.clocks.values():
        if "event" in clock["on_due"]:
            yield clock["on_due"]["event"]


def _events(service: Service) -> Iterator[Finding]:
    recorded = set(_recorded(service))
    for name in sorted(recorded - SYSTEM_EVENTS):
        if name not in service.data["events"]:
            yield finding(
                f"/events/{name}", "required", "此事件没有名称", "this event has no title"
            )
    for part in ("notices", "documents"):
        for name, item in service.data[part].items():
            for event in item["on"]:
                if event not in recorded:
                    yield finding(
                        f"/{part}/{name}/on", "event", f"不会发生{event}", f"{event} never happens"
                    )
            date = item.get("date")
            if date not in (None, "debts", *service.clocks):
                yield finding(
                    f"/{part}/{name}/date", "clock", f"没有时限{date}", f"no clock {date}"
                )


def _reasons(service: Service) -> Iterator[Finding]:
    for stage, definition in service.stages.items():
        for name, action in definition.get("actions", {}).items():
            result = result_of(action.get("to", ""))
            negative = result and service.data["results"].get(result, {}).get("negative")
            if negative and not action.get("reason"):
                yield finding(
                    f"/flow/stages/{stage}/actions/{name}/reason",
                    "reason",
                    "不利结果须写明理由",
                    "a negative result needs a reason",
                )
    for result, definition in service.data["results"].items():
        coded = [code for code, r in service.data["reasons"].items() if result in r["for"]]
        if definition["negative"] and not coded:
            yield finding(
                f"/results/{result}", "reason", "没有适用的理由代码", "no reason code leads to it"
            )
        if definition["negative"] and "remedies" not in definition:
            yield finding(
                f"/results/{result}/remedies", "required", "缺少救济途径", "remedies missing"
            )


def _schemas(service: Service) -> Iterator[Finding]:
    yield from schema_findings("/form", service.data["form"])
    for index, paper in enumerate(service.data["papers"]):
        if "required_if" in paper:
            yield from schema_findings(f"/papers/{index}/required_if", paper["required_if"])
    for stage, definition in service.stages.items():
        for name, action in definition.get("actions", {}).items():
            if "input" in action:
                yield from schema_findings(
                    f"/flow/stages/{stage}/actions/{name}/input", action["input"]
                )
    for name, act in service.acts.items():
        if "input" in act:
            yield from schema_findings(f"/flow/acts/{name}/input", act["input"])


def _names(service: Service) -> Iterator[Finding]:
    return name_findings(service, frozenset(_recorded(service)))


def _gates(service: Service) -> Iterator[Finding]:
    for stage, definition in service.stages.items():
        if definition["kind"] == "gate" and "clear" not in definition.get("outcomes", {}):
            yield finding(
                f"/flow/stages/{stage}/outcomes/clear", "required", "缺少clear", "no clear"
            )
    promises = any(
        "promise_papers" in action.get("does", [])
        for definition in service.stages.values()
        for action in definition.get("actions", {}).values()
    )
    if promises and "lapsed" not in service.always:
        yield finding(
            "/flow/always/lapsed", "required", "容缺须有逾期结果", "a promise needs its broken end"
        )
    for index, paper in enumerate(service.data["papers"]):
        if paper["necessity"] == "gap" and "gap" not in paper:
            yield finding(
                f"/papers/{index}/gap", "required", "容缺材料须写期限", "a gap needs its date"
            )
