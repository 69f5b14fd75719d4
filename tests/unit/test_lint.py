"""What may not be published, and where the finding points; the licence has none."""

import json
import time
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.platform.json import escape
from chalicelib.services.checks.lint import lint
from chalicelib.services.compile import machine
from chalicelib.services.document import Service
from tests.machines import faults
from tests.world import load_json

LICENCE = load_json("forms/business-licence/service.json")
GONE = object()
Edits = dict[str, Any]

STAGES = "/flow/stages"
TEXT = {"zh-Hans": "字"}
WHO = {"role": "examiner", "at": "unit"}
WAY = {"to": "deliver", "event": "cleared"}
DESK = {"kind": "desk", "titles": TEXT, "who": WHO, "actions": {"clear": {**WAY, "titles": TEXT}}}
ROUND = {
    f"{STAGES}/deliver/actions/delivered/to": "decide",
    f"{STAGES}/decide/actions/refuse/to": "examine",
    f"{STAGES}/receive/actions/not_accept/to": "examine",
    f"{STAGES}/complete/outcomes/late/to": "receive",
}


def deep(levels: int) -> Any:
    schema: Any = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"in": schema}}
    return schema


def doubling(times: int) -> Any:
    """A form that is short to write and takes 2 ** times steps to check."""
    step = {f"x{n}": {"allOf": [{"$ref": f"#/$defs/x{n + 1}"}] * 2} for n in range(times)}
    return {**LICENCE["form"]["$defs"], **step, f"x{times}": {"type": "string"}}


def unescape(name: str) -> str:
    return name.replace("~1", "/").replace("~0", "~")


def broken(edits: Edits) -> Any:
    return edited(LICENCE, edits)


def edited(of: Any, edits: Edits) -> Any:
    """The document with members replaced, added or (GONE) taken out, by JSON Pointer."""
    document = deepcopy(of)
    for pointer, value in edits.items():
        *path, last = (unescape(name) for name in pointer.split("/")[1:])
        at = document
        for name in path:
            at = at[int(name)] if isinstance(at, list) else at[name]
        place: Any = int(last) if isinstance(at, list) else last
        if value is GONE:
            del at[place]
        else:
            at[place] = deepcopy(value)
    return document


def at(pointer: str, value: Any, keyword: str, found: str | None = None) -> tuple[Edits, str, str]:
    """One edit, the pointer of its finding (the same unless `found`), and the keyword."""
    return {pointer: value}, pointer if found is None else found, keyword


SMS = "/notices/received/texts/sms"
PREMISES = "/papers/2"
EXAMINE = f"{STAGES}/examine/actions"
DECIDE = f"{STAGES}/decide/actions"
FORM = "/form/properties"

BROKEN: dict[str, tuple[Edits, str, str]] = {
    "an unreachable stage": at(f"{STAGES}/archive", DESK, "unreachable"),
    "a desk without an actor": at(f"{STAGES}/examine/who", GONE, "actor", f"{STAGES}/examine"),
    "a hold for nobody": at(f"{STAGES}/complete/for", GONE, "actor"),
    "an act that nobody can do": at("/flow/acts/extend/who", GONE, "actor", "/flow/acts/extend"),
    "a gate without a way out": at(f"{STAGES}/issue/outcomes", {}, "way-out", f"{STAGES}/issue"),
    "a desk without a way out": at(DECIDE, {}, "way-out", f"{STAGES}/decide"),
    "a flow that goes round for ever": (ROUND, f"{STAGES}/examine", "way-out"),
    "a clock without a stop": at("/clocks/statutory/stop", ["archived"], "clock"),
    "a clock without a start": at("/clocks/statutory/start", ["archived"], "clock"),
    "a clock without a basis": at("/clocks/statutory/basis", GONE, "basis", "/clocks/statutory"),
    "a clock that takes no action": at("/clocks/one-time-notice/on_due/action", "ok", "target"),
    "a clock that settles nothing": at("/clocks/supply/on_due/outcome", "early", "target"),
    "a clock that asks nobody": at(
        "/clocks/statutory/on_due/who", GONE, "required", "/clocks/statutory/on_due"
    ),
    "an extension that no event makes": at("/clocks/statutory/extend/event", "longer", "event"),
    "an extension of no clock": at("/flow/acts/extend/clock", "law", "clock"),
    "an extension that names no clock": at("/flow/acts/extend/clock", GONE, "required"),
    "an unknown start": at("/flow/start", "begin", "target"),
    "an unknown target": at(f"{EXAMINE}/back/to", "window", "target"),
    "an unknown result": at(f"{DECIDE}/refuse/to", "end:denied", "target"),
    "a lapse to nowhere": at("/flow/always/lapsed/to", "end:gone", "target"),
    "a loop to itself": at(f"{EXAMINE}/back/to", "examine", "target"),
    "two tells": at(f"{STAGES}/tell2", {"kind": "tell", "titles": TEXT}, "tell", STAGES),
    "no tell": at(f"{STAGES}/tell", GONE, "tell", STAGES),
    "a stage named like a state of the machine": at(f"{STAGES}/lost", DESK, "not"),
    "separation from an unknown stage": at(
        f"{STAGES}/decide/who/not", ["check"], "target", f"{STAGES}/decide/who/not"
    ),
    "an action after what never happens": at(
        f"{STAGES}/deliver/actions/delivered/after", "made", "event"
    ),
    "a refusal without a reason": at(f"{DECIDE}/refuse/reason", GONE, "reason"),
    "a negative result without a code": at("/reasons/N3", GONE, "reason", "/results/returned"),
    "a negative result without remedies": at("/results/refused/remedies", GONE, "required"),
    "a reason for no result": at("/reasons/J5/for/0", "denied", "target"),
    "a way with an unknown reason": at(f"{STAGES}/complete/outcomes/late/reason", "N9", "reason"),
    "a lapse with an unknown reason": at("/flow/always/lapsed/reason", "T9", "reason"),
    "a proposal for an unknown result": at(
        f"{EXAMINE}/propose_refuse/reason_for", "denied", "target"
    ),
    "an SMS too long": at(f"{SMS}/zh-Hans", "{sign}" + "长" * 63, "maxLength"),
    "an English SMS too long": at(f"{SMS}/en", "{sign}" + "l" * 153, "maxLength"),
    "a short title too long": at("/short/zh-Hans", "营业执照申请件", "maxLength"),
    "an unknown variable": at(f"{SMS}/zh-Hans", "{sign}{adress}", "variable"),
    "an unknown variable in a call": at("/notices/received/texts/call/en", "{me}", "variable"),
    "an unknown variable in a document": at("/documents/receipt/texts/en", "{me}", "variable"),
    "variables out of order": at(
        "/notices/received/sms_template/variables", ["service", "sign"], "order"
    ),
    "an unknown format": at(f"{FORM}/staff/format", "cn-staff", "format"),
    "a remote reference": at(f"{FORM}/capital/$ref", "https://x.invalid/a.json", "reference"),
    "a file for a reference": at(f"{PREMISES}/required_if/$ref", "file:///etc/hosts", "reference"),
    "a reference to nowhere": at(f"{FORM}/capital/$ref", "#/$defs/yuan", "reference"),
    "a reference to itself": (
        {"/form/$defs/wan_yuan": {"$ref": "#/$defs/wan_yuan"}},
        "/form/$defs/wan_yuan/$ref",
        "recursion",
    ),
    "a form nested too deeply": at(f"{FORM}/deep", deep(20), "depth", "/form"),
    "a form that doubles at every step": at("/form/$defs", doubling(40), "cost", "/form"),
    "a pattern with look-around": at(f"{FORM}/name/pattern", "^(?=a)b$", "pattern"),
    "a pattern that refers back": at(f"{FORM}/name/pattern", r"^(a)\1$", "pattern"),
    "look-around in an action": at(
        f"{DECIDE}/back/input/properties/why/pattern", "^(?!a)b$", "pattern"
    ),
    "a misspelt keyword in the form": at(f"{FORM}/staff/maximun", 9, "keyword"),
    "a type that is none": at(f"{FORM}/staff/type", "number of people", "anyOf"),
    "an enum that is no list": at(
        f"{PREMISES}/required_if/properties/premises_right/enum", "owned", "type"
    ),
    "a misspelt keyword of a clock": at("/clocks/statutory/bugdet", {}, "additionalProperties"),
    "an extra property": at("/licence", 1, "additionalProperties"),
    "a missing member": at("/guide/basis", GONE, "required"),
    "an unknown status": at(f"{STAGES}/receive/status", "arrived", "enum"),
    "an event without a title": at("/events/granted", GONE, "required"),
    "a notice of what never happens": at(
        "/notices/received/on/0", "arrived", "event", "/notices/received/on"
    ),
    "a document of what never happens": at(
        "/documents/receipt/on/0", "arrived", "event", "/documents/receipt/on"
    ),
    "a notice with the date of no clock": at("/notices/received/date", "law", "clock"),
    "a paper with a gap that has no date": at(f"{PREMISES}/gap", GONE, "required"),
    "two papers of one name": at("/papers/1/id", "P1", "unique"),
    "a promise that may be broken for nothing": at("/flow/always/lapsed", GONE, "required"),
    "a gate that never clears": at(
        f"{STAGES}/issue/outcomes", {"open": WAY}, "required", f"{STAGES}/issue/outcomes/clear"
    ),
    "a subject that the form does not ask for": at("/subject/region", "/place", "pointer"),
}


def test_the_licence_has_no_findings() -> None:
    assert lint(LICENCE) == []


@pytest.mark.parametrize(("edits", "pointer", "keyword"), BROKEN.values(), ids=BROKEN.keys())
def test_a_document_is_refused_for(edits: Edits, pointer: str, keyword: str) -> None:
    findings = lint(broken(edits))

    assert (pointer, keyword) in [(finding.pointer, finding.keyword) for finding in findings]
    assert all(finding.texts["zh-Hans"] and finding.texts["en"] for finding in findings)


@pytest.mark.parametrize(
    "value", [None, [], 1, "x", {}, {"flow": []}], ids=lambda value: f"{value!r} is no document"
)
def test_what_is_no_document_is_refused_not_raised(value: Any) -> None:
    assert lint(value)


def test_a_form_may_have_fields_named_like_keywords() -> None:
    fields = {"$ref": {"type": "string"}, "format": {"type": "string"}, "maximun": {"const": 1}}
    document = broken({f"{FORM}/odd": {"type": "object", "properties": fields}})
    document["form"]["properties"]["choice"] = {"const": {"$ref": "http://x", "format": "x"}}

    assert lint(document) == []


def places(value: Any, pointer: str = "") -> list[str]:
    """The pointers of all members, itself left out."""
    names = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    members = [(f"{pointer}/{escape(str(name))}", value[name]) for name in names]
    return [place for here, item in members for place in (here, *places(item, here))]


PLACES = places(LICENCE)
ODD: list[Any] = [
    None,
    True,
    -1,
    10**18,
    0.5,
    "",
    "x" * 5000,
    "#/x",
    "(?!x)",
    "end:x",
    [],
    [[]],
    {},
    {"a": 1},
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PLACES), st.sampled_from([GONE, *ODD, deep(40), *LICENCE.values()]))
def test_lint_never_raises_and_what_it_passes_compiles(pointer: str, value: Any) -> None:
    document = broken({pointer: value})
    start = time.perf_counter()

    findings = lint(document)

    assert time.perf_counter() - start < 2
    if not findings:
        _, definition = machine(Service(document), "https://q.invalid/flow", "aws")
        assert faults(json.loads(definition)) == []


def test_an_action_cannot_name_a_paper_that_the_service_does_not_have() -> None:
    document = deepcopy(load_json("forms/business-licence/service.json"))
    document["papers"] = [paper for paper in document["papers"] if paper["id"] != "P8"]

    pointers = [finding.pointer for finding in lint(document)]

    at = "/flow/stages/receive/actions/incomplete/input/properties/missing"
    assert f"{at}/items/properties/paper/enum/7" in pointers
