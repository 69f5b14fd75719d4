"""A case as people read it: the resident's story and the officer's view, by allow-list.

Nothing is shown that is not named here; adding an attribute to a row changes no answer.
"""

from collections.abc import Iterator
from typing import Any

from chalicelib.cases import (
    auto,
    board,
    clockwork,
    documents,
    emitting,
    inheriting,
    mandates,
    merging,
    offers,
    papers,
    posting,
    ruling,
    tasks,
    whereabouts,
    wording,
    words,
)
from chalicelib.cases.file import CORRECTION, REBASED, CaseFile, answers_of, unpack
from chalicelib.cases.house import House
from chalicelib.cases.offers import Reader
from chalicelib.cases.permission import any_role, concerns, hidden
from chalicelib.people.authority import APPLICANT, Caller
from chalicelib.platform import times
from chalicelib.platform.errors import Texts, pick
from chalicelib.platform.json import resolve, without
from chalicelib.platform.ports import Row
from chalicelib.services.document import Data, Service

# What the office of a restricted case is called.
OFFICE: Texts = {"zh-Hans": "承办单位", "en": "The office that handles it"}
UNSAID: Texts = {"zh-Hans": "此项填写不对", "en": "This answer is not right"}


def resident(
    house: House, file: CaseFile, service: Service, language: str, caller: Caller = APPLICANT
) -> dict[str, Any]:
    """What the holder of the receipt may see: no officers, no inner acts."""
    return {
        **head(service, file, language),
        "events": [
            _event(house, service, file, row, language, inner=False)
            for row in file.events
            if words.is_public(service, row["type"])
        ],
        "clocks": _clocks(house, service, file, language),
        "documents": list(documents.public(house, file, service, language)),
        "papers": _papers(house, service, file, language),
        "actions": _applicant_actions(Reader(house, caller, file, service, language)),
        "contact": contact(house, file, service, language),
        **whereabouts.where(house, file, language),
        **_fee(house, file, service, language),
        **_correction(house, file, service, language),
        **mandates.told(house, file),
    }


def principal(
    house: House, caller: Caller, file: CaseFile, service: Service, language: str
) -> dict[str, Any]:
    """What an agent sees: what the principal does, and what can be done for that one."""
    seen = resident(house, file, service, language, caller)
    return {**seen, "version": int(file.case["version"])}


def officer(
    house: House, caller: Caller, file: CaseFile, service: Service, language: str
) -> dict[str, Any]:
    """What an officer who may read the case sees; confidential answers by role only."""
    case, reader = file.case, Reader(house, caller, file, service, language)
    answers, withheld = _answers(house, caller, file, service)
    calls = any_role(house, caller, file, [service.calls["role"]])
    return {
        **head(service, file, language),
        "version": int(case["version"]),
        "service_version": int(case["service_version"]),
        "channel": case["channel"],
        "site": case["site"],
        "unit": case["unit"],
        "about": case.get("about"),
        **({"part_of": case["part_of"]} if "part_of" in case else {}),
        **({"container": service.container["kind"]} if service.container else {}),
        **_inherited(house, file, service),
        **posting.posted(house, file, service),
        "answers": answers,
        "withheld": withheld,
        "events": [
            _event(house, service, file, row, language, inner=True, calls=calls)
            for row in file.events
        ],
        "tasks": [tasks.for_reader(reader, row) for row in file.tasks],
        "clocks": _clocks(house, service, file, language),
        "documents": list(documents.read(house, file, service, language, file.documents)),
        "papers": _papers(house, service, file, language),
        "notices": [_notice(house, caller, file, service, row) for row in file.notices],
        "acts": offers.beside(reader),
        "emits": list(_emits(house, file, language)),
        **whereabouts.told(house, file, service, language),
        **_fee(house, file, service, language, bool(withheld)),
        **mandates.told(house, file),
    }


def _inherited(house: House, file: CaseFile, service: Service) -> dict[str, Any]:
    """What is handed down to it, where anything is."""
    handed = "hands_down" in service.container
    return {"inherited": inheriting.inherited(house, file, service)} if handed else {}


def holder(
    house: House, caller: Caller, file: CaseFile, service: Service, language: str
) -> dict[str, Any]:
    """What somebody sees to whom a task is offered or belongs, and no more of the case."""
    mine = [row for row in file.tasks if concerns(house, caller, row)]
    reader = Reader(house, caller, file, service, language)
    return {
        "case": file.number,
        "service": service.id,
        "title": pick(service.data["titles"], language),
        "version": int(file.case["version"]),
        "card": board.card(house, file, service, language),
        "tasks": [tasks.for_reader(reader, row) for row in mine],
        "told": list(_told(house, file, service, mine)),
        "contact": contact(house, file, service, language),
    }


def contact(house: House, file: CaseFile, service: Service, language: str) -> dict[str, str]:
    """Where to turn; the name of the unit of a restricted case would say what it is about."""
    unit = house.directory.unit(file.case["unit"])
    if unit is None:
        return {"unit": "", "phone": ""}
    restricted = service.data.get("restricted")
    title = pick(OFFICE, language) if restricted else unit.text("titles", language)
    return {"unit": title, "phone": unit.text("phone")}


def _told(
    house: House, file: CaseFile, service: Service, mine: list[Row]
) -> Iterator[dict[str, Any]]:
    """What was opened to the holder of a part while it is theirs, such as an address."""
    held = {row["task"]: row for row in mine if row.get("party") and row["state"] == "open"}
    for row in file.events:
        task = held.get(row["data"].get("task", ""))
        # What opened the part is an event about it that nobody did.
        name = row["data"].get("action", "")
        action = service.place(task)["actions"].get(name, {}) if task else {}
        if action.get("reveals") == "holder" and "sealed" in row:
            yield {"at": row["at"], "details": unpack(house.ports.keys, file.number, row)}


def _answers(
    house: House, caller: Caller, file: CaseFile, service: Service
) -> tuple[Data, list[str]]:
    """The answers without what is for other roles only, and where something was left out."""
    answers = answers_of(house.ports.keys, file)
    left_out = [
        one["pointer"]
        for one in hidden(house, service, answers)
        if not any_role(house, caller, file, one["to"])
        and resolve(answers, one["pointer"]) is not None
    ]
    shown = answers
    for pointer in left_out:
        shown = without(shown, pointer)
    return shown, left_out


def head(service: Service, file: CaseFile, language: str) -> dict[str, Any]:
    case = file.case
    stage = service.stages.get(case.get("stage", ""))
    result = service.data["results"].get(case.get("result", ""))
    return {
        "case": file.number,
        "service": case["service"],
        "title": pick(service.data["titles"], language),
        "status": case["status"],
        "status_text": pick(words.STATUSES[case["status"]], language),
        "stage": case.get("stage"),
        "stage_text": pick(stage["titles"], language) if stage else "",
        "result": case.get("result"),
        "result_text": pick(result["titles"], language) if result else "",
        "ended": case["ended"],
        "received_at": case["received_at"],
        **({"test": True} if case.get("test") else {}),
    }


def _event(
    house: House,
    service: Service,
    file: CaseFile,
    row: Row,
    language: str,
    inner: bool,
    calls: bool = False,
) -> dict[str, Any]:
    """One event; what a phone has written is for those who telephone."""
    view: dict[str, Any] = {
        "seq": int(row["seq"]),
        "type": row["type"],
        "text": wording.event_title(service, row["type"], language),
        "at": row["at"],
    }
    if row["type"] in (merging.NEWS, merging.QUIET_NEWS):
        view["text"] = wording.event_title(service, row["data"]["type"], language)
        view["of"] = row["data"]["case"]
    if row.get("as_of"):
        view["as_of"] = row["as_of"]
    reason = service.data["reasons"].get(row["data"].get("reason", ""))
    if reason is not None:
        view["reason"] = pick(reason["titles"], language)
    rule = auto.rule_of(house, service, row)
    if rule is not None:
        by = {"table": rule.table, "row": rule.row, "version": rule.version}
        view |= {"reason": pick(rule.reason, language), "rule": by}
    if row["data"].get("papers"):
        view["papers"] = wording.paper_titles(service, row["data"]["papers"], language)
    view |= mandates.on_behalf(house, row, inner, language)
    if inner:
        view |= {
            "actor": row["actor"],
            "stage": row.get("stage"),
            "visit": int(row["visit"]),
            "data": row["data"],
            "hash": row["hash"],
            "previous": row["previous"],
        }
        if "sealed" in row and (calls or row["type"] not in words.WRITTEN):
            view["details"] = unpack(house.ports.keys, file.number, row)
    return view


def _clocks(house: House, service: Service, file: CaseFile, language: str) -> list[dict[str, Any]]:
    now = house.now()
    views = []
    for one in clockwork.readings(service, file.events, house.calendar):
        reading = one.reading
        stopped = reading.state(now) == "stopped" or "result" in file.case
        views.append(
            {
                "clock": one.name,
                "title": pick(service.clocks[one.name]["titles"], language),
                "started_at": times.text(reading.started_at),
                "due_at": reading.due_at and times.text(reading.due_at),
                "stopped_at": reading.stopped_at and times.text(reading.stopped_at),
                "state": "stopped" if stopped else reading.state(now),
                "provisional": reading.provisional,
                "because": wording.why_due(service, reading, house.calendar, language),
            }
        )
    return views


def _emits(house: House, file: CaseFile, language: str) -> Iterator[dict[str, Any]]:
    """What the case opens next by itself; officers only, since a time may be nobody's to know."""
    for one in emitting.standing(house, file):
        yield {
            "emission": one.name,
            "title": pick(one.one["titles"], language),
            "number": one.turn,
            "opens_at": one.opens_at(one.turn),
        }


def _papers(house: House, service: Service, file: CaseFile, language: str) -> dict[str, Any]:
    answers = answers_of(house.ports.keys, file)
    lacking = papers.missing(papers.needed(house, service, answers), file.given())
    return {
        "given": wording.paper_titles(service, sorted(file.given()), language),
        "missing": wording.paper_titles(service, lacking, language),
        "promised": [
            {
                "paper": row["paper"],
                "title": pick(service.papers[row["paper"]]["titles"], language),
                "due": row["due"],
                "state": row["state"],
            }
            for row in file.debts
        ],
    }


def _applicant_actions(reader: Reader) -> list[dict[str, Any]]:
    """What the applicant may do now, with the schema of its details."""
    of_tasks = (one for row in reader.file.open_tasks() for one in offers.of_task(reader, row))
    return [*offers.beside(reader), *of_tasks]


def _fee(
    house: House, file: CaseFile, service: Service, language: str, withheld: bool = False
) -> dict[str, Any]:
    """What is to pay, as the receipt told it, with the reasons of the version it was given under;
    nothing where no table spoke of a fee. Reasons could tell of answers that are withheld."""
    first, *others = file.events
    if "fee" not in first["data"]:
        return {}
    moved = next((row["data"]["from"] for row in others if row["type"] == REBASED), None)
    given = service if moved is None else house.catalogue.version(service.id, int(moved))
    fee = ruling.told(given, first["data"], language)["fee"]
    return {"fee": {**fee, "reasons": []} if withheld else fee}


def _correction(house: House, file: CaseFile, service: Service, language: str) -> dict[str, Any]:
    """What is asked of the applicant for a new version: which, what is wrong, the answers now."""
    task = next((row for row in file.open_tasks() if row["task_kind"] == CORRECTION), None)
    if task is None:
        return {}
    event = next(row for row in reversed(file.events) if row["type"] == "correction_asked")
    asked = unpack(house.ports.keys, file.number, event)
    return {
        "correction": {
            "task": task["task"],
            "version": task["about"]["to"],
            "form": f"/services/{service.id}/versions/{task['about']['to']}/form",
            "errors": [_told_wrong(one, language) for one in asked["findings"]],
            "answers": answers_of(house.ports.keys, file),
        }
    }


def _told_wrong(found: Data, language: str) -> dict[str, str]:
    """A finding in one language; the first ones that were kept had no sentences."""
    message = pick(found.get("texts", UNSAID), language)
    return {"pointer": found["pointer"], "keyword": found["keyword"], "message": message}


def _notice(
    house: House, caller: Caller, file: CaseFile, service: Service, row: Row
) -> dict[str, Any]:
    """How a notice went; the script only while a person must read it out, and for those who do."""
    view: dict[str, Any] = {
        "notice": row["notice"],
        "event": int(row["seq"]),
        "state": row["state"],
    }
    if row["state"] == "person" and any_role(house, caller, file, [service.calls["role"]]):
        message = unpack(house.ports.keys, file.number, row)
        view |= {"script": message["call"], "phones": message["phones"]}
    return view
