"""Tasks as lists and cases show them: what waits, for whom, what the reader can do with it.

Whoever must telephone is shown the phone, the script and what the phone wrote.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.cases import joins, offers, skills, wording
from chalicelib.cases.actions import ENGINE_TASKS, Stands, stands
from chalicelib.cases.file import CaseFile, unpack
from chalicelib.cases.house import House
from chalicelib.cases.lifecycle import NOT_UNDERSTOOD
from chalicelib.cases.offers import Reader
from chalicelib.cases.permission import concerns
from chalicelib.people.authority import outside_of
from chalicelib.platform.errors import Texts, pick
from chalicelib.platform.ports import Row
from chalicelib.services.document import Service

CALL: Texts = {"zh-Hans": "电话告知", "en": "Telephone"}
CALL_AND_ASK: Texts = {
    "zh-Hans": "打电话问清：短信没看懂",
    "en": "Telephone and ask: a text was not understood",
}
ACCOUNTABLE: Texts = {
    "zh-Hans": "已转出待签收：签收前仍由您处负责",
    "en": "Passed on, not taken over yet: you answer for it until it is",
}
# What a clock asks of somebody, by the kind of the task.
BY_CLOCK: Mapping[str, Texts] = {
    "escalation": {"zh-Hans": "督办超期", "en": "Step in: overdue"},
    "urge": {"zh-Hans": "催办", "en": "Reminder"},
    "supervision": {"zh-Hans": "督办", "en": "Supervision order"},
    "criticism": {"zh-Hans": "通报批评", "en": "Criticism"},
}


def task_view(row: Row, service: Service, language: str) -> dict[str, Any]:
    """One task, with the actions of those for whom it waits."""
    view = {
        "task": row["task"],
        "case": row["number"],
        "service": row["service"],
        "kind": row["task_kind"],
        "stage": row.get("stage"),
        "title": title(row, service, language),
        "state": row["state"],
        "role": row.get("role"),
        "node": row.get("node"),
        "opened_at": row["opened_at"],
        "actions": list(waited_for(row, service)),
    }
    for name in ("outcome", "settled_by", "settled_at", "about", "party", "due", "item", "late"):
        if name in row:
            view[name] = row[name]
    if skills.of(row):
        view["skill"] = skills.of(row)
    return view


def for_reader(reader: Reader, row: Row) -> dict[str, Any]:
    """One task of a case, with what the reader can do with it now.

    It speaks in the words of the version under which it was open last.
    """
    service, version = reader.service, int(row["service_version"])
    if version != service.version:
        service = reader.house.catalogue.version(service.id, version)
    found = offers.of_task(reader, row)
    view = task_view(row, service, reader.language)
    view |= {"actions": [one["action"] for one in found], "offers": found}
    call = _call(reader, row) if concerns(reader.house, reader.caller, row) else {}
    return {**view, "call": call} if call else view


def title(row: Row, service: Service, language: str) -> str:
    """What the task is called: as the document has it, or by what the engine opened it for."""
    if row["task_kind"] in ENGINE_TASKS:
        return TITLES.get(row["task_kind"], _by_action)(row, service, language)
    return pick(service.place(row)["titles"], language)


def waited_for(row: Row, service: Service) -> Iterator[str]:
    """The actions that are open to those for whom the task waits; others may have more."""
    for name in row["actions"]:
        found = stands(service, row, name)
        if found is not None and _theirs(row, found):
            yield name


def _theirs(row: Row, found: Stands) -> bool:
    by = found.action.get("by")
    if outside_of(by) or (by == "applicant" and row.get("role")):
        return False
    own = "who" not in found.action or found.action["who"]["role"] == row.get("role")
    return own and (row["state"] != "waiting" or "release" in found.action.get("does", []))


def _by_action(row: Row, _: Service, language: str) -> str:
    return pick(ENGINE_TASKS[row["task_kind"]][row["actions"][0]]["titles"], language)


def _call_title(row: Row, service: Service, language: str) -> str:
    """Why somebody must telephone: the news that reached nobody, or a text nobody understood."""
    events = service.notices.get(row.get("about", {}).get("notice", ""), {}).get("on", [])
    if NOT_UNDERSTOOD in events:
        return pick(CALL_AND_ASK, language)
    news = wording.event_title(service, events[0], language) if len(events) == 1 else ""
    return _with(pick(CALL, language), news, language)


def _clock_title(row: Row, service: Service, language: str) -> str:
    clock = service.clocks.get(row.get("about", {}).get("clock", ""))
    said = pick(BY_CLOCK[row["task_kind"]], language)
    return _with(said, pick(clock["titles"], language) if clock else "", language)


def _with(what: str, more: str, language: str) -> str:
    colon = "：" if language.startswith("zh") else ": "
    return f"{what}{colon}{more}" if more else what


TITLES: Mapping[str, Callable[[Row, Service, str], str]] = {
    "accountable": lambda _, __, language: pick(ACCOUNTABLE, language),
    "call": _call_title,
    **dict.fromkeys(BY_CLOCK, _clock_title),
}


def _call(reader: Reader, row: Row) -> dict[str, Any]:
    """Whom to call, what to say, and what was written; empty where there is nobody to call."""
    file = reader.file
    if row["task_kind"] != "call" or row["state"] not in joins.UNSETTLED:
        return {}
    about = row["about"]
    notice = next(
        (n for n in file.notices if (n["notice"], n["seq"]) == (about["notice"], about["about"])),
        None,
    )
    message = unpack(reader.house.ports.keys, file.number, notice) if notice else {}
    wrote = list(_wrote(reader.house, file, about["about"]))
    phones = [one["phone"] for one in wrote[-1:]] + message.get("phones", [])
    return {
        "phones": list(dict.fromkeys(phones)),
        "script": message.get("call", ""),
        **({"wrote": [one["text"] for one in wrote]} if wrote else {}),
    }


def _wrote(house: House, file: CaseFile, seq: int) -> Iterator[Mapping[str, str]]:
    """What the phone of an event has written that was not understood, up to that event."""
    said = [
        unpack(house.ports.keys, file.number, row)
        for row in file.events
        if row["type"] == NOT_UNDERSTOOD and int(row["seq"]) <= int(seq) and "sealed" in row
    ]
    at = next((row for row in file.events if int(row["seq"]) == int(seq)), None)
    if said and at is not None and at["type"] == NOT_UNDERSTOOD:
        yield from (one for one in said if one["phone"] == said[-1]["phone"])
