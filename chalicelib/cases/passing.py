"""Passing a case on: to the level above, to one below, to another unit; taken over or returned.

The open stage's own task is addressed anew, so that the flow waits where it waited. Until it is
taken over only that can be done with it, and who accepted last is reminded that they answer for it.
"""

from collections.abc import Callable, Mapping

from chalicelib.cases import competence, legs
from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.clockwork import running
from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.doing import Doing
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile, answers_of
from chalicelib.cases.house import House
from chalicelib.clocks.clock import LEVEL
from chalicelib.people.directory import Node
from chalicelib.platform.errors import Conflict, Finding, NotYet, Refused, Texts
from chalicelib.platform.ports import Row
from chalicelib.services.document import Service

UP, DOWN, SIDEWAYS = "up", "down", "sideways"
# The task that reminds whoever answers for a case that nobody has accepted yet.
ACCOUNTABLE = "accountable"


def hindered(it: Doing) -> Conflict | None:
    """What was sent is first taken over or returned; nothing else can be done with its task."""
    does = set(it.action.get("does", ()))
    if it.task is None or it.task["task_kind"] != "desk" or does & {legs.TAKE_OVER, legs.RETURN}:
        return None
    if "sent" not in it.fact.case:
        return None
    return NotYet(
        {"zh-Hans": "须先签收，或者说明理由退回", "en": "First take it over or return it"}
    )


def not_sent(it: Doing) -> Conflict | None:
    if "sent" in it.fact.case:
        return None
    zh, en = "此件没有转来待签收", "Nothing was sent that waits to be taken over"
    return NotYet({"zh-Hans": zh, "en": en})


def nowhere(it: Doing) -> Conflict | None:
    if targets(it):
        return None
    return Conflict({"zh-Hans": "没有可以转去的单位", "en": "There is nowhere to pass it on to"})


def choices(it: Doing) -> dict[str, Texts]:
    """The nodes that may be chosen, by title; none where there is nothing to choose."""
    if it.action.get("direction") == UP:
        return {}
    return {node.id: node.titles for node in targets(it)}


def targets(it: Doing) -> list[Node]:
    """Where it may go: the nearest level above; the levels below it down to where the matter lies;
    the places of other units that own the service somewhere. Nowhere that nobody deals with it."""
    here = it.house.directory.node(legs.answering(it.fact.case))
    if here is None:
        return []
    levels = it.fact.service.data["levels"]
    found = [one for one in WAYS[it.action["direction"]](it, here) if one.level in levels]
    if it.action["direction"] == UP:
        found = found[:1]
    role = it.fact.service.stages[it.fact.case["stage"]]["who"]["role"]
    day = it.house.today()
    return [one for one in found if it.house.directory.holders(role, one, day)]


def _above(it: Doing, here: Node) -> list[Node]:
    """From the nearest on; what was merged into a node stands in its path as well."""
    above = (it.house.directory.node(one) for one in reversed(here.path))
    found = {one.id: one for one in above if one is not None and one.id != here.id}
    return list(found.values())


def _below(it: Doing, here: Node) -> list[Node]:
    service = it.fact.service
    answers = answers_of(it.house.ports.keys, it.fact.file)
    place = competence.region_of(it.house, service, answers)
    if place is None or here.id not in place.path:
        return []
    below = place.path[place.path.index(here.id) + 1 :]
    found = (it.house.directory.node(one) for one in below)
    return list({one.id: one for one in found if one is not None and one.id != here.id}.values())


def _beside(it: Doing, here: Node) -> list[Node]:
    units = it.house.directory.owning(it.fact.service.id, it.house.today())
    places = (it.house.directory.node(unit.node) for unit in units)
    found = {one.id: one for one in places if one is not None}
    return [one for one in found.values() if one.id not in here.path and here.id not in one.path]


WAYS: Mapping[str, Callable[[Doing, Node], list[Node]]] = {
    UP: _above,
    DOWN: _below,
    SIDEWAYS: _beside,
}


def transfer(it: Doing) -> Row:
    """Close the leg and open the next: the open task is addressed to where it goes. Raises Refused,
    with a pointer, for a node that it may not go to."""
    may = {node.id: node for node in targets(it)}
    to = next(iter(may)) if it.action["direction"] == UP else str(it.details.get("node", ""))
    if to not in may:
        texts = {"zh-Hans": "不能转到这里", "en": "It cannot be passed on to this place"}
        allowed = {"allowedValues": list(may)}
        raise Refused(findings=[Finding("/details/node", "enum", texts, allowed)])
    fact, came = it.fact, legs.answering(it.fact.case)
    late = [
        one.name
        for one in running(fact.service, fact.all_events, it.house.calendar)
        if one.reading.state(fact.now) == "overdue"
    ]
    fact.case |= {"leg": came, "sent": to}
    _address(it)
    said = {"do": legs.TRANSFER, "from": came, "to": to, "direction": it.action["direction"]}
    return {legs.LEG: {**said, **({"late": late} if late else {})}}


def take_over(it: Doing) -> Row:
    """The leg is accepted: its node answers for the case from now on."""
    node = str(it.fact.case.pop("sent"))
    it.fact.case["leg"] = node
    it.fact.owe(ACCOUNTABLE)
    place = it.house.directory.node(node)
    level = {LEVEL: place.level} if place else {}
    return {legs.LEG: {"do": legs.TAKE_OVER, "node": node}, **level}


def send_back(it: Doing) -> Row:
    """Not accepted: it stands again with who answers for it, whose clocks have run on."""
    node, back = str(it.fact.case.pop("sent")), legs.answering(it.fact.case)
    it.fact.case["bounces"] = int(it.fact.case.get("bounces", 0)) + 1
    _address(it)
    return {legs.LEG: {"do": legs.RETURN, "from": node, "to": back}}


def _address(it: Doing) -> None:
    """The open stage's task waits where the case is now; who answers is owed a reminder."""
    fact = it.fact
    who = fact.service.stages[fact.case["stage"]]["who"]
    task = str(fact.case["visit"])
    offered = {**fact.offered_to(who), "inbox_at": f"{fact.at}#{fact.number}#{task}"}
    # Whoever was asked by name where it was is not asked where it is now.
    named = ("party",) if "party" in fact.tasks[task].keys() - offered.keys() else ()
    fact.change_task(task, offered, remove=named)
    fact.owe(ACCOUNTABLE)


def lapse(fact: Fact) -> None:
    """The stage was left before the case was taken over: who answers for it has it still."""
    if fact.case.pop("sent", None) is not None:
        fact.owe(ACCOUNTABLE)


def remind(house: House, number: str) -> None:
    """Open the task of whoever answers for a case that waits to be taken over, or close it."""

    def decide(file: CaseFile, service: Service) -> Decision | None:
        fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
        open_now = [one["task"] for one in file.open_tasks() if one["task_kind"] == ACCOUNTABLE]
        wanted = f"{ACCOUNTABLE}-{len(legs.legs(file))}" if "sent" in file.case else ""
        for task in open_now:
            if task != wanted:
                fact.settle_task(task, "accepted", "moot")
        fact.case["reminds"] = wanted
        if wanted and file.task(wanted) is None:
            role = service.stages[file.case["stage"]]["who"]["role"]
            who = {"role": role, "at": ACCOUNTABLE}
            about = {"to": file.case["sent"]}
            fact.open_task(wanted, ACCOUNTABLE, [], who=who, about=about)
        if not wanted:
            del fact.case["reminds"]
        return (fact, []) if fact.operations else None

    commit(house, number, decide)
