"""Mandates: cases in which somebody lets an agent act for them, and what is done by them.

A service says which clock a mandate runs by and which role acts by it. While it runs, whatever that
role does is done for the applicant, the principal: the event stores both, and the number of the
mandate. A case that such an event opens is filed by the agent, who reads it as the principal does
and may go on with it where its service lets agents act, until the mandate is over.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib.cases.actor import PRINCIPAL, Actor
from chalicelib.cases.doing import Doing
from chalicelib.cases.file import CaseFile, load
from chalicelib.cases.house import House
from chalicelib.clocks import clock
from chalicelib.people.authority import Caller, grant_of
from chalicelib.people.roles import role
from chalicelib.platform import times
from chalicelib.platform.errors import Conflict, Texts, pick
from chalicelib.platform.mandateover import MandateOver
from chalicelib.platform.ports import Row
from chalicelib.services.document import Data

AGENT = "agent"
# What the states of its clock mean for a mandate; one that is decided is over whatever its clock.
STATES = {"running": "in_force", "paused": "rests", "overdue": "over", "stopped": "over"}
RESTS: Texts = {"zh-Hans": "委托暂停，须先核实", "en": "The mandate rests until it is looked into"}
OVER: Texts = {
    "zh-Hans": "委托期限已到，须由本人续签或者自己办理",
    "en": "Its time is over: the principal signs another or acts in person",
}


class Mandate(NamedTuple):
    """A mandate that was given: the number of its case, in_force, rests or over, its last moment
    while that is known."""

    number: str
    state: str
    until: datetime | None


def acting(house: House, file: CaseFile, actor: Actor) -> Actor:
    """The actor; for the principal, where the case is a mandate in force that the role acts by."""
    found = _of_role(house, file, actor)
    if found is None or found.state != "in_force":
        return actor
    return replace(actor, principal=PRINCIPAL, mandate=found.number)


def over(it: Doing) -> Conflict | None:
    """Why the role may do nothing more by the mandate that the case is, also before its end is
    recorded."""
    file = it.fact.file
    found = None if "result" in file.case else _of_role(it.house, file, it.fact.actor)
    if found is None or found.until is None or found.state == "in_force":
        return MandateOver(RESTS) if found is not None and found.state == "rests" else None
    return MandateOver(OVER) if _now(it.house, file) > found.until else None


def agent(house: House, caller: Caller, file: CaseFile) -> Actor | None:
    """The caller as the agent who filed the case, or who stands in for that one, while the mandate
    is in force and the agent is one; None for everybody else."""
    first = _filed(file)
    if "mandate" not in first or not caller.grants:
        return None
    mine = {first["party"], first.get("for")}
    own = [one for one in caller.grants if (one.holder or caller.id) in mine]
    given = load(house.ports.store, first["mandate"]) if own else None
    site = house.directory.node(given.case["site"]) if given else None
    grant = site and grant_of(own, first["as"], site.path, house.today())
    found = _read(house, given) if given and grant else None
    if found is None or not grant or found.state != "in_force":
        return None
    return Actor(caller.id, grant.role, grant.holder, PRINCIPAL, found.number)


def told(house: House, file: CaseFile) -> dict[str, Any]:
    """The mandate that the case is, or by which it was filed, where there is one."""
    number = _filed(file).get("mandate")
    given = load(house.ports.store, number) if number else file
    found = _read(house, given) if given else None
    if found is None:
        return {}
    until = {"until": times.text(found.until)} if found.until else {}
    return {"mandate": {"case": found.number, "state": found.state, **until}}


def on_behalf(house: House, event: Row, inner: bool, language: str) -> dict[str, str]:
    """That an agent did it for the applicant, in words; who that was is for the office."""
    actor = event["actor"]
    if "principal" not in actor:
        return {}
    party = house.directory.party(actor["party"]) if inner else None
    name, by = party.name if party else "", actor.get("mandate", "")
    post = role(actor["as"])
    zh = f"{post['zh-Hans']}{name}代{'申请人' if inner else '您'}办理"
    whom = "the applicant" if inner else "you"
    en = f"{pick(post, 'en').capitalize()}{f' {name}' if name else ''} for {whom}"
    said = {
        "zh-Hans": f"{zh}，凭委托{by}" if by else zh,
        "en": f"{en}, mandate {by}" if by else en,
    }
    return {"on_behalf": pick(said, language)}


def channel(channels: list[str], actor: Actor) -> str:
    """How a case comes that somebody's act opens: through an agent, where it is for a principal and
    the service takes that; else in the first of its ways."""
    return AGENT if actor.principal and AGENT in channels else channels[0]


def _filed(file: CaseFile) -> Data:
    """Who filed it; nobody is known of a case of which only its own row was read."""
    first: Data = file.events[0]["actor"] if file.events else {}
    return first


def _of_role(house: House, file: CaseFile, actor: Actor) -> Mandate | None:
    service = house.catalogue.version(file.case["service"], int(file.case["service_version"]))
    acts_by_it = service.data.get("mandate", {}).get("role") == actor.role
    return _read(house, file) if acts_by_it else None


def _read(house: House, file: CaseFile) -> Mandate | None:
    """The mandate that a case is; None where it is none, or none was given yet."""
    service = house.catalogue.version(file.case["service"], int(file.case["service_version"]))
    declared = service.data.get("mandate")
    if declared is None:
        return None
    reading = clock.read(service.clocks[declared["clock"]], file.moments(), house.calendar)
    if reading is None:
        return None
    state = "stopped" if "result" in file.case else reading.state(_now(house, file))
    return Mandate(file.number, STATES[state], reading.due_at)


def _now(house: House, file: CaseFile) -> datetime:
    """A case may have been driven ahead of the time."""
    return max(house.now(), times.moment(file.events[-1]["at"]))
