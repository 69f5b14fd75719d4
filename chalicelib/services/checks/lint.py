"""What a service document must be before it can be published; every finding with its pointer.

First the size, then the shape (the published JSON Schema), then what a schema cannot say:
reachability, an actor and a way out of every stage, clocks that stop, words that exist, texts that
fit an SMS. Nothing here raises, whatever it is given, and the bounds keep it below 50 ms.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from typing import Any

import jsonschema_rs

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import escape, loads
from chalicelib.services.checks.arbitrationlint import arbitration_findings
from chalicelib.services.checks.asklint import ask_findings
from chalicelib.services.checks.assignlint import assign_findings
from chalicelib.services.checks.audiencelint import audience_findings
from chalicelib.services.checks.autolint import auto_findings
from chalicelib.services.checks.bodylint import body_findings
from chalicelib.services.checks.clocklint import clock_findings
from chalicelib.services.checks.containerlint import container_findings
from chalicelib.services.checks.counterlint import counter_findings
from chalicelib.services.checks.countlint import count_findings
from chalicelib.services.checks.deadlint import dead_end_findings
from chalicelib.services.checks.emitlint import emit_findings
from chalicelib.services.checks.filllint import fill_findings
from chalicelib.services.checks.flowlint import (
    SYSTEM_EVENTS,
    finding,
    flow_findings,
    recorded_events,
)
from chalicelib.services.checks.followlint import follow_findings
from chalicelib.services.checks.formlint import sized_findings
from chalicelib.services.checks.leglint import leg_findings
from chalicelib.services.checks.logiclint import logic_findings
from chalicelib.services.checks.mandatelint import mandate_findings
from chalicelib.services.checks.namelint import name_findings
from chalicelib.services.checks.notelint import pattern_note_findings, share_findings
from chalicelib.services.checks.partlint import part_findings
from chalicelib.services.checks.placelint import place_findings
from chalicelib.services.checks.postlint import post_findings
from chalicelib.services.checks.promiselint import promise_findings
from chalicelib.services.checks.recordlint import record_findings
from chalicelib.services.checks.reworklint import rework_findings
from chalicelib.services.checks.rungslint import rung_findings
from chalicelib.services.checks.seallint import seal_findings
from chalicelib.services.checks.sidelint import side_findings
from chalicelib.services.checks.spreadlint import spread_findings
from chalicelib.services.checks.texts import text_findings
from chalicelib.services.document import Service, result_of
from chalicelib.services.forms.answers import own
from chalicelib.services.forms.gate import DOCUMENT, breach, extent
from chalicelib.services.schema import schema_text

MOST_FINDINGS = 100
# Schemas inside all the schemas of a document, of which each takes as long as so many more by
# itself; and actions and outcomes in its flow.
MOST_SCHEMAS, ITSELF = 2_500, 5
MOST_WAYS = 400
Check = Callable[[Service], Iterator[Finding]]
Kind = jsonschema_rs.ValidationErrorKind
# What a clock that runs out must name, by what it does.
NEEDED = {
    "act": "action",
    "settle": "outcome",
    "escalate": "who",
    "close": "event",
    "note": "event",
}


def lint(document: Any) -> list[Finding]:
    """Findings, MOST_FINDINGS at most; an empty list means that it may be published.

    Whatever the document is: size and depth come first, what reads the shape only on a right one,
    what reads schemas only on sound ones.
    """
    over = breach(document, DOCUMENT)
    findings = [over] if over else _some(_shape(document))
    if findings:
        return findings
    service = Service(document)
    findings = _some(_too_much(service))
    if findings:
        return findings
    findings = _some(_schemas(service))
    always, sound = OF_RECORD if service.record else (ALWAYS, WHERE_SOUND)
    checks = sound if not findings else ()
    others = (found for check in (*always, *checks) for found in check(service))
    return _some(chain(findings, others))


def _some(findings: Iterable[Finding]) -> list[Finding]:
    return list(islice(findings, MOST_FINDINGS))


@cache
def _law() -> jsonschema_rs.Draft202012Validator:
    return own(loads(schema_text()))


def _shape(document: Any) -> Iterator[Finding]:
    """What the published schema says; telling where starts only once it is known to be wrong."""
    if _law().is_valid(document):
        return
    for error in islice(_law().iter_errors(document), MOST_FINDINGS):
        pointer = "".join(f"/{escape(str(part))}" for part in error.instance_path)
        for name, keyword in _culprits(error):
            here = f"{pointer}/{escape(name)}" if name else pointer
            yield finding(here, keyword, "此处不符合事项文件格式", error.message[:300])


def _culprits(error: jsonschema_rs.ValidationError) -> list[tuple[str, str]]:
    """The members that an error about an object is about, each with its keyword; one empty name
    for the value itself."""
    match error.kind:
        case Kind.Required(property=name):
            return [(name, "required")]
        case Kind.AdditionalProperties(unexpected=names):
            return [(name, "additionalProperties") for name in names[:MOST_FINDINGS]]
        case Kind.PropertyNames(error=inside):
            return [(str(inside.instance), inside.kind.name)]
    return [("", error.kind.name)]


def _too_much(service: Service) -> Iterator[Finding]:
    """What nobody could follow, in a picture or a rehearsal, and would keep these busy."""
    outcomes = sum(len(stage.get("outcomes", ())) for stage in service.stages.values())
    ways = len(list(service.every_action())) + outcomes + len(service.always)
    if ways > MOST_WAYS:
        zh = f"操作和结论过多：共{ways}个，最多{MOST_WAYS}个"
        en = f"too many actions and outcomes: {ways}, {MOST_WAYS} at most"
        yield finding("/flow", "cost", zh, en)


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
            if date not in (None, "debts", "claim", "container", *service.clocks):
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
    left = MOST_SCHEMAS
    for at, schema in _every_schema(service):
        left -= extent(schema) + ITSELF
        if left < 0:
            zh = f"各表单合计最多{MOST_SCHEMAS}个定义"
            en = f"{MOST_SCHEMAS} schemas at most in all forms together"
            yield finding(at, "cost", zh, en)
            return
        yield from sized_findings(at, schema)


def _every_schema(service: Service) -> Iterator[tuple[str, Any]]:
    yield from _of_answers(service)
    for action in service.every_action():
        for name in ("input", "if"):
            if name in action.data:
                yield f"{action.at}/{name}", action.data[name]
        for index, branch in enumerate(action.data.get("branch", [])):
            yield f"{action.at}/branch/{index}/if", branch["if"]


def _of_answers(service: Service) -> Iterator[tuple[str, Any]]:
    yield "/form", service.data["form"]
    for part, name in (("papers", "required_if"), ("confidential", "if")):
        for index, one in enumerate(service.data.get(part, [])):
            if name in one:
                yield f"/{part}/{index}/{name}", one[name]
    if "if" in service.posted:
        yield "/posted/if", service.posted["if"]
    if "then" in service.record:
        yield "/record/then/if", service.record["then"]["if"]


def _names(service: Service) -> Iterator[Finding]:
    return name_findings(service, frozenset(recorded_events(service)))


def _following(service: Service) -> Iterator[Finding]:
    return follow_findings(service, frozenset(recorded_events(service)))


def _emitting(service: Service) -> Iterator[Finding]:
    return emit_findings(service, frozenset(recorded_events(service)))


def _sides(service: Service) -> Iterator[Finding]:
    return side_findings(service, frozenset(recorded_events(service)))


ALWAYS: Sequence[Check] = (
    flow_findings,
    _clocks,
    _events,
    _reasons,
    text_findings,
    seal_findings,
    counter_findings,
)
WHERE_SOUND: Sequence[Check] = (
    part_findings,
    promise_findings,
    place_findings,
    assign_findings,
    audience_findings,
    rework_findings,
    rung_findings,
    share_findings,
    pattern_note_findings,
    spread_findings,
    dead_end_findings,
    _names,
    _following,
    _sides,
    body_findings,
    container_findings,
    _emitting,
    clock_findings,
    ask_findings,
    logic_findings,
    auto_findings,
    leg_findings,
    arbitration_findings,
    count_findings,
    fill_findings,
    post_findings,
    mandate_findings,
)
# Of a service without a flow.
OF_RECORD: tuple[Sequence[Check], Sequence[Check]] = (
    (record_findings, audience_findings, counter_findings),
    (_names, logic_findings, count_findings, fill_findings),
)
