"""Which papers these answers call for, said to somebody who has not applied yet (R03): for the
public guide and for whoever answers the telephone. Nothing is kept.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.cases import ruling
from chalicelib.cases.house import House
from chalicelib.platform.errors import Finding, Refused, Texts, pick
from chalicelib.platform.json import resolve
from chalicelib.platform.lazy import lazy
from chalicelib.services.checks.namelint import answer_schema
from chalicelib.services.document import Data, Service
from chalicelib.services.rules.partial import YES, Condition, Verdict, read_by

if TYPE_CHECKING:
    from chalicelib.services.rules import tables
else:
    tables = lazy("chalicelib.services.rules.tables")

PARTIAL_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["answers"],
    "properties": {"answers": {"type": "object"}},
}
# What one answer alone can be wrong in, whatever else is answered.
ALONE = frozenset(
    "type enum const format pattern minLength maxLength minimum maximum exclusiveMinimum"
    " exclusiveMaximum multipleOf minItems maxItems uniqueItems additionalProperties".split()
)
TOGETHER = frozenset({"if", "then", "else", "not", "anyOf", "oneOf", "dependentSchemas"})
SHOWN = ("form", "copies", "source_channel", "blank", "sample")
WORDED = ("how", "source", "issued_by")

WHY: Mapping[str, Texts] = {
    "always": {"zh-Hans": "一律要交", "en": "Always needed"},
    "may": {"zh-Hans": "可交可不交", "en": "You may hand it in"},
    "so": {"zh-Hans": "根据已知的回答：{names}", "en": "From what is known: {names}"},
    "depends": {"zh-Hans": "要看：{names}", "en": "It depends on: {names}"},
}


def papers_for(house: House, service: Service, body: Any, language: str) -> dict[str, Any]:
    """The papers in five lists: needed, may_follow, optional, depends, not_needed.

    `body` is {"answers": {…}} as far as they are known; null says that there will be none.
    Raises Refused for an answer that could never be given.
    """
    findings = house.forms.check("partial", PARTIAL_SCHEMA, body)
    if findings:
        raise Refused(findings=findings)
    answers = body["answers"]
    _refuse_wrong(house, service, answers)
    lists: dict[str, list[Any]] = {
        name: [] for name in ("needed", "may_follow", "optional", "depends", "not_needed")
    }
    for paper in service.data["papers"]:
        verdict = _verdict(house, service, paper, answers)
        lists[_list(paper, verdict)].append(_said(service, paper, verdict, language))
    fee = _fee(service, answers, language)
    return {"service": service.id, "version": service.version, **lists, **fee}


def _fee(service: Service, answers: Data, language: str) -> dict[str, Any]:
    """What is to pay as far as it is known, or which answers that depends on."""
    decided = ruling.decided(service, answers)
    if decided is None:
        return {}
    waits = tables.waits_for(service, "fee", answers)
    if waits:
        return {"fee": {"depends": [f"/answers{one}" for one in waits]}}
    if decided.fee is None:
        return {}
    reasons = [pick(one, language) for one in decided.fee.reasons(service)]
    return {"fee": {"fen": decided.fee.fen, "reasons": reasons}}


def _tabled(service: Service, paper: str, answers: Data) -> Verdict | None:
    """What a decision table says of a paper, where one speaks of it."""
    decided = ruling.decided(service, answers)
    if decided is None:
        return None
    waits = tables.waits_for(service, "papers", answers)
    if waits:
        return Verdict(None, waits)
    word = decided.papers.get(paper)
    return None if word is None else Verdict(word == "asked")


def _verdict(house: House, service: Service, paper: Data, answers: Data) -> Verdict:
    tabled = _tabled(service, paper["id"], answers)
    if tabled is not None:
        return tabled
    if "required_if" not in paper:
        return YES
    name = f"{service.content}/papers/{paper['id']}"
    return Condition(name, paper["required_if"], house.forms.holds).on(answers)


def _list(paper: Data, verdict: Verdict) -> str:
    if verdict.holds is None:
        return "depends"
    if not verdict.holds:
        return "not_needed"
    return {"necessary": "needed", "gap": "may_follow", "optional": "optional"}[paper["necessity"]]


def _said(service: Service, paper: Data, verdict: Verdict, language: str) -> dict[str, Any]:
    on = verdict.on if verdict.holds is None else read_by(paper.get("required_if"))
    answers = [{"pointer": one, "title": _title(service, one)} for one in on]
    said = {
        "paper": paper["id"],
        "title": pick(paper["titles"], language),
        "necessity": paper["necessity"],
        "why": _why(paper, verdict, [one["title"] for one in answers], language),
        "answers": answers,
    }
    said |= {name: paper[name] for name in SHOWN if name in paper}
    said |= {name: pick(paper[name], language) for name in WORDED if name in paper}
    if "gap" in paper:
        said["within"] = paper["gap"]["within"]
    return said


def _why(paper: Data, verdict: Verdict, names: list[str], language: str) -> str:
    if verdict.holds is None:
        kind = "depends"
    elif "required_if" in paper:
        kind = "so"
    else:
        kind = "may" if paper["necessity"] == "optional" else "always"
    joined = ("、" if language.startswith("zh") else ", ").join(names)
    return pick(WHY[kind], language).replace("{names}", joined)


def _title(service: Service, pointer: str) -> str:
    schema = answer_schema(service.data["form"], pointer)
    return str((schema or {}).get("title") or pointer.rpartition("/")[2])


def _refuse_wrong(house: House, service: Service, answers: Data) -> None:
    known = _known(answers)
    form = service.data["form"]
    findings = house.forms.check(f"{service.content}/form", form, known, "/answers")
    wrong = [one for one in findings if _alone(one, known)]
    if wrong:
        raise Refused(findings=wrong)


def _alone(finding: Finding, known: Data) -> bool:
    """Whether no other answer can put it right."""
    *path, last = finding.schema_path.split("/")
    if TOGETHER & set(path):
        return False
    value = resolve(known, finding.pointer.removeprefix("/answers"))
    return last in ALONE or (last in TOGETHER and not isinstance(value, dict))


def _known(value: Any) -> Any:
    """Without what will not be given."""
    if not isinstance(value, dict):
        return value
    return {name: _known(item) for name, item in value.items() if item is not None}
