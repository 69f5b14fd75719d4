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
from chalicelib.services.asklint import ask_findings
from chalicelib.services.deadlint import dead_end_findings
from chalicelib.services.document import Service, result_of
from chalicelib.services.flowlint import SYSTEM_EVENTS, finding, flow_findings, recorded_events
from chalicelib.services.formlint import schema_findings
from chalicelib.services.namelint import name_findings
from chalicelib.services.partlint import part_findings
from chalicelib.services.schema import schema_text
from chalicelib.services.texts import text_findings

# What a clock that runs out must name, by what it does.
NEEDED = {"act": "action", "settle": "outcome", "escalate": "who", "close": "event"}


def lint(document: Any) -> list[Finding]:
    """Every finding; an empty list means that it may be published."""
    findings = list(_shape(document))
    if findings:
        return findings
    service = Service(document)
    checks: list[Callable[[Service], Iterator[Finding]]] = [
        flow_findings,
        part_findings,
        dead_end_findings,
        _clocks,
        _events,
        _reasons,
        _schemas,
        _names,
        text_findings,
        ask_findings,
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


def _clocks(service: Service) -> Iterator[Finding]:
    recorded = set(recorded_events(service))
    for name, clock in service.clocks.items():
        at = f"/clocks/{name}"
        for part in ("start", "stop"):
            if not set(clock[part]) & recorded:
                zh = "此时限不会开始" if part == "start" else "此时限不会停止"
                yield finding(f"{at}/{part}", "clock", zh, f"nothing ever {part}s this clock")
        on_due = clock["on_due"]
        needs = NEEDED[on_due["do"]]
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
            "to" in service.actions(stage).get(on_due["action"], {}) for stage in stages
        ):
            yield finding(
                f"{at}/on_due/action",
                "target",
                "没有这个操作，或它不转环节",
                "no action of a stage that leads on",
            )
        if on_due.get("outcome") and not any(
            on_due["outcome"] in service.ways(stage) for stage in stages
        ):
            yield finding(
                f"{at}/on_due/outcome", "target", "没有这个结论", "no stage has this outcome"
            )


def _events(service: Service) -> Iterator[Finding]:
    recorded = set(recorded_events(service))
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
            if date not in (None, "debts", "claim", *service.clocks):
                yield finding(
                    f"/{part}/{name}/date", "clock", f"没有时限{date}", f"no clock {date}"
                )


def _reasons(service: Service) -> Iterator[Finding]:
    for one in service.every_action():
        result = result_of(one.data.get("to", ""))
        negative = result and service.data["results"].get(result, {}).get("negative")
        if negative and not one.data.get("reason"):
            yield finding(
                f"{one.at}/reason",
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
    for at, schema in _every_schema(service):
        yield from schema_findings(at, schema)


def _every_schema(service: Service) -> Iterator[tuple[str, Any]]:
    yield "/form", service.data["form"]
    for part, name in (("papers", "required_if"), ("confidential", "if")):
        for index, one in enumerate(service.data.get(part, [])):
            if name in one:
                yield f"/{part}/{index}/{name}", one[name]
    for action in service.every_action():
        for name in ("input", "if"):
            if name in action.data:
                yield f"{action.at}/{name}", action.data[name]
        for index, branch in enumerate(action.data.get("branch", [])):
            yield f"{action.at}/branch/{index}/if", branch["if"]


def _names(service: Service) -> Iterator[Finding]:
    return name_findings(service, frozenset(recorded_events(service)))
