"""Why an action is refused though its actor may act: not now (409), not so (422)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.cases import joins, papers
from chalicelib.cases.actions import details_schema
from chalicelib.cases.clockwork import OVERDUE
from chalicelib.cases.file import CaseFile, answers_of
from chalicelib.cases.house import House
from chalicelib.people.identifiers import normalise_phone
from chalicelib.platform.errors import Conflict, Finding, NotYet, PapersIncomplete, Refused
from chalicelib.platform.json import resolve
from chalicelib.platform.ports import Row
from chalicelib.services.document import Data, Service, result_of

# Five digits in a row may be read as the beginning of a telephone number.
NUMBERISH = re.compile(r"[0-9０-９][0-9０-９ -]{3,}[0-9０-９]")
SHORTEST_HIDDEN = 2


def refuse_timing(house: House, file: CaseFile, action: Data, task: Row | None, place: str) -> None:
    """Raises Conflict or NotYet. `place` names the action for ever: content hash and path."""
    events = [action["event"], *(branch["event"] for branch in action.get("branch", []))]
    if action.get("once") and any(file.happened(event) for event in events):
        raise Conflict({"zh-Hans": "此操作只能办理一次", "en": "This may be done once only"})
    if "after" in action and not _in_visit(file, action["after"]):
        raise NotYet
    if "least" in action and not _enough(file, action["least"], task):
        raise NotYet({"zh-Hans": "意见还不够", "en": "Too few have answered yet"})
    if "if" in action:
        answers = answers_of(house.ports.keys, file)
        if not house.forms.holds(f"{place}/if", action["if"], answers):
            raise Conflict(
                {"zh-Hans": "所填内容不适用此操作", "en": "The answers do not allow this"}
            )


def _in_visit(file: CaseFile, event: str) -> bool:
    return any(row["type"] == event and row["visit"] == file.case["visit"] for row in file.events)


def _enough(file: CaseFile, least: Data, task: Row | None) -> bool:
    parent = task["task"] if task and task.get("part") else None
    given = joins.settled(file.tasks, int(file.case["visit"]), parent, least["verdict"])
    late = any(
        row["type"] == OVERDUE
        and row["visit"] == file.case["visit"]
        and row["data"].get("clock") == least.get("unless")
        for row in file.events
    )
    return given >= int(least["parts"]) or late


def refuse_details(
    house: House,
    service: Service,
    file: CaseFile,
    action: Data,
    details: Mapping[str, Any],
    place: str,
) -> None:
    """Raises Refused unless the details are what the action asks for."""
    schema = details_schema(action)
    findings = house.forms.check(place, schema, details, "/details")
    if not findings and action.get("reason"):
        findings = _wrong_reason(service, action, details["reason"])
    if not findings and action.get("hides"):
        answers = answers_of(house.ports.keys, file)
        findings = list(_said(answers, action["hides"], "/details", details))
    if findings:
        raise Refused(findings=findings)
    for member in ("papers", "missing"):
        given = details.get(member, [])
        if all(isinstance(item, Mapping) for item in given):
            papers.refuse_unknown(service, given, f"/details/{member}")


def plain(details: Mapping[str, Any]) -> Mapping[str, Any]:
    """The details with a telephone number as plain digits, however it was typed."""
    phone = details.get("phone")
    normal = normalise_phone(phone) if isinstance(phone, str) else None
    return {**details, "phone": normal} if normal else details


def refuse_pretence(details: Mapping[str, Any], channel: str) -> None:
    """Raises Refused where an answer is said to have come by SMS and did not."""
    if details.get("how") == "sms" and channel != "sms":
        zh, en = "不是短信答复", "This did not come by SMS"
        raise Refused(findings=[Finding("/details/how", "channel", {"zh-Hans": zh, "en": en})])


def _wrong_reason(service: Service, action: Data, code: str) -> list[Finding]:
    result = action.get("reason_for") or result_of(action.get("to", ""))
    reason = service.data["reasons"].get(code)
    if reason is not None and result in reason["for"]:
        return []
    texts = {"zh-Hans": "此理由不适用", "en": "This reason does not apply here"}
    return [Finding("/details/reason", "enum", texts)]


def _said(answers: Any, hides: list[str], at: str, value: Any) -> Iterator[Finding]:
    """Texts that would publish what must stay unsaid."""
    hidden = {w for pointer in hides for w in _words(resolve(answers, pointer))}
    members = value.items() if isinstance(value, Mapping) else ()
    for name, text in members:
        if not isinstance(text, str):
            yield from _said(answers, hides, f"{at}/{name}", text)
        elif NUMBERISH.search(text):
            texts = {
                "zh-Hans": "公开文字中不能有号码",
                "en": "No number may stand in a public text",
            }
            yield Finding(f"{at}/{name}", "hides", texts)
        elif any(word in text for word in hidden):
            zh, en = "公开文字中不能有姓名或住址", "No name or address may stand in a public text"
            yield Finding(f"{at}/{name}", "hides", {"zh-Hans": zh, "en": en})


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str) and len(value) >= SHORTEST_HIDDEN:
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _words(one)
    elif isinstance(value, list):
        for one in value:
            yield from _words(one)


def refuse_papers(house: House, service: Service, file: CaseFile, action: Data) -> None:
    """Raises PapersIncomplete."""
    rule = action.get("papers")
    if rule is None:
        return
    lacking = lacking_papers(house, service, file)
    fits = (
        not lacking if rule == "complete" else bool(lacking) and papers.may_follow(service, lacking)
    )
    if not fits:
        titles = [service.papers[paper]["titles"] for paper in lacking]
        zh = "、".join(title["zh-Hans"] for title in titles) or "没有缺少的材料"
        en = (
            ", ".join(title.get("en", title["zh-Hans"]) for title in titles)
            or "no paper is missing"
        )
        raise PapersIncomplete({"zh-Hans": f"缺少：{zh}", "en": f"Missing: {en}"})


def lacking_papers(house: House, service: Service, file: CaseFile) -> list[str]:
    answers = answers_of(house.ports.keys, file)
    return papers.missing(papers.needed(house, service, answers), file.given())


def wanted_papers(house: House, service: Service, file: CaseFile) -> list[str]:
    """What is missing, and what an officer has last found wanting and nobody has given since."""
    lacking = set(lacking_papers(house, service, file))
    asking = {one.data["event"] for one in service.every_action() if _names(one.data)}
    named = next((row for row in reversed(file.events) if row["type"] in asking), None)
    if named is not None:
        after = f"papers#{int(named['seq']):05d}"
        since = {paper for row in file.papers if row["sk"] > after for paper in row["papers"]}
        lacking |= set(named["data"]["papers"]) - since
    return [paper for paper in service.papers if paper in lacking]


def _names(action: Data) -> bool:
    return "name_missing" in action.get("does", [])
