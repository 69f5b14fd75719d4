"""Who may know of a case, and who may do what with it: the authority table applied to a case."""

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from typing import Any

from chalicelib.cases import holders, legs, mandates, skills
from chalicelib.cases.actor import Actor
from chalicelib.cases.file import CaseFile, answers_of, load
from chalicelib.cases.house import House
from chalicelib.people.authority import (
    APPLICANT,
    READERS,
    Caller,
    grant_of,
    holds,
    outside_of,
    reads,
)
from chalicelib.people.directory import Grant
from chalicelib.platform.errors import NotPermitted, SeparationOfDuty, Texts
from chalicelib.platform.json import resolve
from chalicelib.platform.ports import Row
from chalicelib.platform.skillmissing import SkillMissing
from chalicelib.services.document import Data, Service

THEIRS: Texts = {"zh-Hans": "须由申请人本人办理", "en": "This is for the applicant"}
OFFICE: Texts = {"zh-Hans": "须由工作人员办理", "en": "This is for the office"}
THEIR_OWN: Texts = {"zh-Hans": "须由另一方本人办理", "en": "This is for another party of the case"}


class Sight(StrEnum):
    """All of a case; what the applicant sees, for whom the caller acts; only the tasks that are
    offered or belong to the caller; nothing."""

    FULL = "full"
    PRINCIPAL = "principal"
    TASKS = "tasks"
    NONE = "none"


def sight(house: House, caller: Caller, file: CaseFile, service: Service) -> Sight:
    """What the caller may see. For a case out of sight every answer is as if it did not exist."""
    if caller is APPLICANT:
        return Sight.FULL
    if caller.outside:
        return Sight.TASKS if _is_in_it(caller, file, service) else Sight.NONE
    if caller.id in _named(house, file, service):
        return Sight.NONE
    if reads(caller.grants, _paths(house, file), house.today(), readers(service)):
        return Sight.FULL
    if any(role in readers(service) for role in _on_items(house, caller, file)):
        # Those to whom a part of it was sent.
        return Sight.FULL
    return _sight_of_tasks(house, caller, file)


def _sight_of_tasks(house: House, caller: Caller, file: CaseFile) -> Sight:
    """What is seen by whoever reads it neither by a role nor as one to whom a part was sent."""
    mine = [row for row in file.tasks if concerns(house, caller, row)]
    if any(row.get("party") and row.get("role") and row["state"] == "open" for row in mine):
        # Whom an officer has named to deal with it.
        return Sight.FULL
    if mandates.agent(house, caller, file) is not None:
        return Sight.PRINCIPAL
    return Sight.TASKS if mine else Sight.NONE


def _is_in_it(caller: Caller, file: CaseFile, service: Service) -> bool:
    """Whether it is a party of the case, or the case waits for the body or has waited for it."""
    if caller.side:
        return caller.side in service.parties
    every = service.every_action()
    own = {one.name for one in every if outside_of(one.data.get("by")) == caller.id}
    return any(own & set(row["actions"]) for row in file.tasks)


def reading_grant(house: House, caller: Caller, file: CaseFile, service: Service) -> Grant | None:
    """The grant by which the caller reads the case, where it is by a role and not by a task."""
    if caller.id in _named(house, file, service):
        return None
    nodes = {node for path in _paths(house, file) for node in path}
    today, roles = house.today(), readers(service)
    mine = (one for one in caller.grants if one.role in roles and one.node in nodes)
    return next((one for one in mine if one.holds_on(today)), None)


def readers(service: Service) -> frozenset[str]:
    return frozenset(service.data.get("readers", READERS))


def concerns(house: House, caller: Caller, task: Row) -> bool:
    """Whether the task is the caller's own, or open and offered to a role of the caller."""
    return (bool(task.get("party")) or task["state"] == "open") and meant_for(house, caller, task)


def meant_for(house: House, caller: Caller, task: Row) -> bool:
    """Whether the task, open or not, is the caller's own or for a role of the caller."""
    if task.get("party"):
        return task["party"] in stands_for(house, caller)
    node = house.directory.node(task["node"]) if task.get("role") else None
    return node is not None and holds(caller.grants, task["role"], node.path, house.today())


def stands_for(house: House, caller: Caller) -> set[str]:
    """The caller, and those in whose place the caller stands today."""
    today = house.today()
    return {caller.id} | {g.holder for g in caller.grants if g.holder and g.holds_on(today)}


def role_holder(
    house: House,
    caller: Caller,
    file: CaseFile,
    who: Mapping[str, Any],
    task: Row | None = None,
) -> Grant | None:
    """The grant by which the caller is one of `who` for this case, or for an item by its task."""
    node = holders.place_of(house, file, who, task)
    return node and grant_of(caller.grants, who["role"], node.path, house.today())


def any_role(house: House, caller: Caller, file: CaseFile, roles: Collection[str]) -> bool:
    """Whether the caller holds one of the roles on a path of the case, or for an item of it."""
    if reads(caller.grants, _paths(house, file), house.today(), roles):
        return True
    return any(role in roles for role in _on_items(house, caller, file))


def _on_items(house: House, caller: Caller, file: CaseFile) -> list[str]:
    """The roles by which the caller deals or dealt with items of the case."""
    return [
        str(row["role"])
        for row in file.tasks
        if "item" in row and row.get("role") and row["state"] != "moot"
        if meant_for(house, caller, row)
    ]


def hidden(house: House, service: Service, answers: Data) -> list[Data]:
    """The confidential members that apply to these answers."""
    return [
        one
        for index, one in enumerate(service.data.get("confidential", []))
        if "if" not in one
        or house.forms.holds(f"{service.content}/confidential/{index}", one["if"], answers)
    ]


def asked_to_hide(house: House, file: CaseFile, service: Service) -> bool:
    """Whether something is confidential because of what the answers say."""
    answers = answers_of(house.ports.keys, file)
    return any("if" in one for one in hidden(house, service, answers))


def permitted(
    house: House,
    file: CaseFile,
    caller: Caller,
    action: Data,
    who: Mapping[str, Any] | None,
    task: Row | None,
) -> Actor:
    """Who acts, in which role, for which principal if any. Raises NotPermitted, saying whose it is,
    SeparationOfDuty or SkillMissing."""
    agent = mandates.agent(house, caller, file) if action.get("mandated") else None
    if agent is not None:
        return agent
    return mandates.acting(house, file, _permitted(house, file, caller, action, who, task))


def _permitted(
    house: House,
    file: CaseFile,
    caller: Caller,
    action: Data,
    who: Mapping[str, Any] | None,
    task: Row | None,
) -> Actor:
    """In whose own right."""
    outsider = _outsider(caller, action.get("by", "officer"), task)
    if outsider is not None:
        return outsider
    bars = who if who is not None else (task or {}).get("bars", {})
    if who is None and task is not None and task.get("party"):
        own = _own(house, caller, task)
        _refuse_excluded(house, file, caller.id, bars)
        return own
    grant = _grant(house, file, caller, who, task)
    if grant is None:
        raise NotPermitted(_whose(house, file, who, task))
    _refuse_excluded(house, file, caller.id, bars)
    if task is not None and who is not None and "skills" in who:
        grant = _grant(house, file, skills.able(caller, skills.of(task)), who, task)
        if grant is None:
            raise SkillMissing(_which(house, file, task))
    return Actor(caller.id, grant.role, grant.holder)


def _outsider(caller: Caller, by: Any, task: Row | None) -> Actor | None:
    """The applicant, a party or a body, whose the action is; None for an officer's."""
    if outside_of(by) != caller.outside:
        raise NotPermitted(THEIR_OWN if outside_of(by) else OFFICE)
    if caller.outside:
        return Actor(caller.id, caller.side or "body")
    if caller is APPLICANT:
        if by == "officer" or (task is not None and task.get("party")):
            raise NotPermitted(OFFICE)
        return Actor("applicant", "applicant")
    if by == "applicant":
        raise NotPermitted(THEIRS)
    return None


def _refuse_excluded(house: House, file: CaseFile, party: str, bars: Mapping[str, Any]) -> None:
    bar = excluded(house, file, party, bars)
    if bar is not None:
        raise SeparationOfDuty(bar)


def _which(house: House, file: CaseFile, task: Row) -> Texts:
    """Which skill it is that is asked for."""
    service = house.catalogue.version(file.case["service"], int(task["service_version"]))
    name = skills.named(service, task)
    zh = f"此件要有“{name['zh-Hans']}”专长的人办理，您的岗位没有登记这一专长"
    en = f"This asks for the skill “{name['en']}”, which you are not registered for"
    return {"zh-Hans": zh, "en": en}


def _whose(
    house: House, file: CaseFile, who: Mapping[str, Any] | None, task: Row | None
) -> Texts | None:
    """In whose hands it is: the role and the place where it must be held."""
    if who is not None:
        post = holders.at(who["role"], holders.place_of(house, file, who, task))
    elif task is not None and task.get("role"):
        post = holders.at(task["role"], house.directory.node(task["node"]))
    else:
        return THEIRS
    return {"zh-Hans": f"须由{post['zh-Hans']}办理", "en": f"This is for: {post['en']}"}


def fits(house: House, file: CaseFile) -> Callable[[str, Mapping[str, Any]], bool]:
    """Whether somebody may be one of a `who` for this case today."""

    def may(name: str, who: Mapping[str, Any]) -> bool:
        party, node = house.directory.party(name), holders.place_of(house, file, who)
        if party is None or node is None:
            return False
        skill = skills.asked(who, answers_of(house.ports.keys, file)) if "skills" in who else ""
        if not party.has(who["role"], node, house.today(), skill):
            return False
        return excluded(house, file, name, who) is None

    return may


def excluded(house: House, file: CaseFile, party: str, who: Mapping[str, Any]) -> Texts | None:
    """Why somebody may not act though they hold the role: separation of duty; None if they may."""
    if any(party in file.actors_of(stage) for stage in who.get("not", [])):
        return {"zh-Hans": "您经手过此件的其他环节", "en": "You had a part in another stage"}
    if who.get("not_part") and any(row["actor"]["party"] == party for row in file.events):
        return {"zh-Hans": "您经手过此件", "en": "You had a part in this case"}
    if who.get("not_submitter") and party == file.events[0]["actor"]["party"]:
        return {"zh-Hans": "此件是您登记的", "en": "You submitted this case"}
    about = case_about(house, file) if who.get("not_about") else None
    if about is not None and any(row["actor"]["party"] == party for row in about.events):
        return {"zh-Hans": "原办件是您经手的", "en": "You had a part in the case this is about"}
    return None


def case_about(house: House, file: CaseFile) -> CaseFile | None:
    """The case this one is about; a restricted one is as if it did not exist.

    So is a real case to a test, and a test to a real case.
    """
    number = file.case.get("about")
    about = load(house.ports.store, number) if number else None
    if about is None or bool(about.case.get("test")) != bool(file.case.get("test")):
        return None
    service = house.catalogue.version(about.case["service"], int(about.case["service_version"]))
    return None if service.data.get("restricted") else about


def _own(house: House, caller: Caller, task: Row) -> Actor:
    role = task.get("role") or task["part"]
    if task["party"] == caller.id:
        return Actor(caller.id, role)
    if task["party"] in stands_for(house, caller):
        return Actor(caller.id, role, task["party"])
    zh, en = "这一份是别人的，须由本人办理", "This is somebody else's own task"
    raise NotPermitted({"zh-Hans": zh, "en": en})


def _grant(
    house: House, file: CaseFile, caller: Caller, who: Mapping[str, Any] | None, task: Row | None
) -> Grant | None:
    if who is not None:
        return role_holder(house, caller, file, who, task)
    if task is None or not task.get("role"):
        return None
    node = house.directory.node(task["node"])
    return node and grant_of(caller.grants, task["role"], node.path, house.today())


def _paths(house: House, file: CaseFile) -> list[tuple[str, ...]]:
    names = [file.case["site"], file.case["node"], *legs.nodes(file)]
    nodes = [house.directory.node(name) for name in names]
    return [node.path for node in nodes if node is not None]


def _named(house: House, file: CaseFile, service: Service) -> set[str]:
    """Parties whom the answers of a restricted case name: they may never know of it.

    Only as an officer has filed them: a sender who names every reader must not lock them out.
    """
    pointers = service.data.get("named", [])
    if not pointers or file.events[0]["actor"]["as"] == "applicant":
        return set()
    answers = answers_of(house.ports.keys, file)
    found: set[str] = set()
    for pointer in pointers:
        value = resolve(answers, pointer)
        found |= {value} if isinstance(value, str) else set(value or [])
    return found
