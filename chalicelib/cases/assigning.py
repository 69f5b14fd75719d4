"""Which one person gets a task, where the document says how one is chosen.

Done by the worker as it opens the task: an act stays what it costs. Whoever had the matter before
comes first, else one of those who hold the role there with the skill, are not away and are not
barred. *Nearest*: the fewest steps in the region tree between the lowest node where the person
holds the role and the node where the case was received; a member of a team for the whole district
who holds the role in a village too is in that village. *Least loaded*: the fewest open tasks by
name. Where nobody fits the task waits for the role, so that no case goes silent.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from chalicelib.cases import holders, places, skills
from chalicelib.cases.fact import PERSONAL, listed
from chalicelib.cases.file import CaseFile, answers_of
from chalicelib.cases.house import House
from chalicelib.cases.permission import fits
from chalicelib.cases.places import Chosen
from chalicelib.people.directory import Node, Party
from chalicelib.platform.ports import Table
from chalicelib.services.document import Service

NEAREST, LEAST_LOADED = "nearest", "least-loaded"
# People who are looked at, and open tasks that are counted of each: reading stays cheap.
MOST, MOST_TASKS = 20, 100


class _Asked(NamedTuple):
    """For what somebody is sought: the case, where the role is held for it, where it was received,
    the skill."""

    house: House
    file: CaseFile
    role: str
    node: Node
    here: Node
    skill: str


def assigner(
    house: House, file: CaseFile, service: Service
) -> Callable[[Mapping[str, Any]], Chosen]:
    """By a `who`: whom the task waits for, and how that came."""
    may = fits(house, file)

    def choose(who: Mapping[str, Any]) -> Chosen:
        former = _former(file, service, who)
        if former and may(former, who):
            return Chosen(former)
        node = holders.place_of(house, file, who) if "pick" in who else None
        if node is None:
            return Chosen()
        skill = skills.asked(who, answers_of(house.ports.keys, file))
        here = house.directory.node(file.case["site"]) or node
        it = _Asked(house, file, who["role"], node, here, skill)
        order = PICKS[who["pick"]](it, list(_reachable(it)))
        return next((one for one in order if may(one.party, who)), Chosen())

    return choose


def _former(file: CaseFile, service: Service, who: Mapping[str, Any]) -> str:
    """Who had it last, where the same is to have it again."""
    stage = who.get("same_as")
    if stage is None:
        return ""
    actions = [one.name for one in service.actions_of(stage)]
    return places.last_at(file, stage, actions)


def _reachable(it: _Asked) -> Iterator[Party]:
    """Those who hold the role themselves and are here today, MOST at most: of more, those who are
    nearest on the way up from the place, and of the rest some that another case would not get."""
    directory, today = it.house.directory, it.house.today()
    able = {
        name
        for name, grant in directory.registered(it.role, it.node)
        if grant.holds_on(today) and grant.has(it.skill)
    }
    depth = {
        name: it.here.path.index(grant.node)
        for name, grant in directory.registered(it.role, it.here)
        if grant.holds_on(today)
    }
    order = sorted(able, key=lambda name: (-depth.get(name, -1), _drawn(it.file.number, name)))
    for name in order[:MOST]:
        party = directory.party(name)
        if party is not None and not directory.away(name, today):
            yield party


def _drawn(number: str, party: str) -> str:
    return hashlib.sha256(f"{number}|{party}".encode()).hexdigest()


def _nearest(it: _Asked, found: list[Party]) -> Iterator[Chosen]:
    """Of those who are as near, the least loaded first; of those, the first by id."""
    steps = {one.id: _steps(it, one) for one in found}
    for far in sorted(set(steps.values())):
        near = [one for one in found if steps[one.id] == far]
        for one in _least_loaded(it, near) if len(near) > 1 else (Chosen(near[0].id),):
            yield Chosen(one.party, {"by": NEAREST, "of": len(found), "steps": far})


def _least_loaded(it: _Asked, found: list[Party]) -> Iterator[Chosen]:
    for load, party in sorted((_load(it, one.id), one.id) for one in found):
        yield Chosen(party, {"by": LEAST_LOADED, "of": len(found), "load": load})


def _load(it: _Asked, party: str) -> int:
    """How many open tasks wait for somebody by name; keys only are read."""
    at = listed(f"{PERSONAL}@{party}", bool(it.file.case.get("test")))
    return len(it.house.ports.store.find(Table.CASES, "inbox", at, limit=MOST_TASKS).keys)


def _steps(it: _Asked, party: Party) -> int:
    """From where the case was received to the nearest node where somebody holds the role: a grant
    above another one says how far they serve, and not where they are."""
    house, today = it.house, it.house.today()
    here = _line(house, it.here)
    held = (one for one in party.grants if one.role == it.role and not one.holder)
    nodes = (house.directory.node(one.node) for one in held if one.holds_on(today))
    lines = {_line(house, node) for node in nodes if node is not None}
    based = (one for one in lines if not any(one < other for other in lines))
    return min((len(here ^ one) for one in based), default=len(here))


def _line(house: House, node: Node) -> frozenset[str]:
    """The node and those above it, as they are today."""
    living = (house.directory.node(name) for name in node.path)
    return frozenset(one.id for one in living if one is not None)


PICKS: Mapping[str, Callable[[_Asked, list[Party]], Iterator[Chosen]]] = {
    NEAREST: _nearest,
    LEAST_LOADED: _least_loaded,
}
