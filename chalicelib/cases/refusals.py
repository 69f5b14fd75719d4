"""Why the details of an action are refused (422); what a case lacks. When nobody may act at all:
`hindrances`."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from chalicelib.cases import papers, skills
from chalicelib.cases.actions import details_schema, reasons
from chalicelib.cases.file import CaseFile, answers_of
from chalicelib.cases.house import House
from chalicelib.people.grants import Grant, Party
from chalicelib.people.identifiers import normalise_phone
from chalicelib.platform.errors import Finding, Refused, pick
from chalicelib.platform.json import resolve
from chalicelib.services.document import Data, Service

# Five digits in a row may be read as the beginning of a telephone number.
NUMBERISH = re.compile(r"[0-9０-９][0-9０-９ -]{3,}[0-9０-９]")
SHORTEST_HIDDEN = 2


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


def refuse_unnamed(
    house: House, service: Service, file: CaseFile, event: str, details: Data
) -> None:
    """Raises Refused where the details name somebody who does not hold the role to deal with it,
    or has not the skill."""
    findings, today = [], house.today()
    for who in service.named_by(event):
        role, member = who["role"], who["from"]["member"]
        party = house.directory.party(str(details.get(member, "")))
        skill = skills.asked(who, answers_of(house.ports.keys, file)) if "skills" in who else ""
        if party is None:
            texts = {"zh-Hans": "没有这个人", "en": "There is no such person"}
            findings.append(Finding(f"/details/{member}", "party", texts))
        elif not any(one.role == role for one in _held(party, today)):
            zh, en = f"{party.name}没有担任这个角色", f"{party.name} does not hold this role"
            findings.append(Finding(f"/details/{member}", "role", {"zh-Hans": zh, "en": en}))
        elif not any(one.role == role and one.has(skill) for one in _held(party, today)):
            name = skills.called(service, who["skills"]["from"], skill)
            zh = f"{party.name}没有“{name['zh-Hans']}”这一专长"
            en = f"{party.name} has not the skill “{name['en']}”"
            findings.append(Finding(f"/details/{member}", "skill", {"zh-Hans": zh, "en": en}))
    if findings:
        raise Refused(findings=findings)


def _held(party: Party, today: date) -> list[Grant]:
    return [one for one in party.grants if one.holds_on(today)]


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
    allowed = reasons(service, action)
    if code in allowed:
        return []
    shorts = {one: service.data["reasons"][one]["short"] for one in allowed}
    zh = "；".join(f"{one} {pick(short, 'zh-Hans')}" for one, short in shorts.items())
    en = "; ".join(f"{one} {pick(short, 'en')}" for one, short in shorts.items())
    texts = {
        "zh-Hans": f"此理由不适用，可选：{zh}",
        "en": f"This reason does not apply here; choose one of: {en}",
    }
    return [Finding("/details/reason", "enum", texts, {"allowedValues": list(allowed)})]


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
