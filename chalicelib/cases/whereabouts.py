"""Where a case is, in words: one place for who asks, the legs with their times for the office.

Nothing for a case that has never been passed on.
"""

from typing import Any

from chalicelib.cases import legs
from chalicelib.cases.file import CaseFile
from chalicelib.cases.house import House
from chalicelib.cases.legs import Leg
from chalicelib.platform.errors import pick
from chalicelib.services.document import Service


def where(house: House, file: CaseFile, language: str) -> dict[str, Any]:
    """One sentence: who has it, and whom it waits for until then."""
    if "leg" not in file.case or file.case["ended"]:
        return {}
    return {"where": sentence(house, file, language)}


def sentence(house: House, file: CaseFile, language: str) -> str:
    case = file.case
    here = place(house, legs.answering(case), language)
    zh = language.startswith("zh")
    if "sent" not in case:
        return f"现由{here}承办。" if zh else f"It is with {here}."
    there = place(house, case["sent"], language)
    if zh:
        return f"已转往{there}，等签收；签收前仍由{here}负责。"
    return f"It was passed on to {there} and waits to be taken over; until then {here} answers."


def told(house: House, file: CaseFile, service: Service, language: str) -> dict[str, Any]:
    """Every leg with its times, and what stands in the case of it."""
    if "leg" not in file.case:
        return {}
    standing = legs.standing(str(file.case["site"]), file.events)
    return {
        **where(house, file, language),
        "accountable": standing.leg,
        "bounces": standing.bounces,
        "legs": [_leg(house, service, one, language) for one in legs.legs(file)],
    }


def place(house: House, name: str, language: str) -> str:
    node = house.directory.node(name)
    return pick(node.titles, language) if node else name


def _leg(house: House, service: Service, leg: Leg, language: str) -> dict[str, Any]:
    reason = service.data["reasons"].get(leg.reason)
    return {
        "node": leg.node,
        "title": place(house, leg.node, language),
        "since": leg.since,
        "taken_at": leg.taken_at or None,
        "until": leg.until or None,
        "answers": leg.answers,
        "came": leg.direction or None,
        "reason": pick(reason["titles"], language) if reason else "",
        "ended_by": leg.ended_by or None,
        "late": [pick(service.clocks[name]["titles"], language) for name in leg.late],
    }
