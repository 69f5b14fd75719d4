"""People whom an action asks: for an opinion, to take part."""

from chalicelib.cases import holders, lifecycle
from chalicelib.cases.doing import Doing
from chalicelib.people.directory import Node, Party
from chalicelib.platform.errors import Finding, Refused, Texts
from chalicelib.platform.ports import Row


def _asked(it: Doing) -> tuple[str, Node | None]:
    """Which role is asked, and where it must be held."""
    who = it.fact.service.parts(it.fact.case["stage"])[it.action["asks"]]["who"]
    return who["role"], holders.place_of(it.house, it.fact.file, who)


def askable(it: Doing) -> dict[str, Texts]:
    """Who holds the role that is asked, or stands in for who does."""
    role, node = _asked(it)
    found = it.house.directory.holders(role, node, it.house.today()) if node else ()
    return {party.id: {"zh-Hans": party.name} for party in found}


def ask(it: Doing) -> Row:
    """Raises Refused, with a pointer, for somebody unknown or who does not hold the role."""
    role, node = _asked(it)
    findings, asked = [], []
    for index, participant in enumerate(it.details["participants"]):
        party = it.house.directory.party(participant["party"])
        if party is None or node is None or not party.has(role, node, it.house.today()):
            findings.append(_not_asked(f"/details/participants/{index}/party", party, role, node))
        asked.append(participant["party"])
    if findings:
        raise Refused(findings=findings)
    return {"asked": asked}


def _not_asked(pointer: str, party: Party | None, role: str, node: Node | None) -> Finding:
    if party is None:
        return Finding(pointer, "party", {"zh-Hans": "没有这个人", "en": "There is no such person"})
    post = holders.at(role, node)
    zh, en = f"{party.name}不是{post['zh-Hans']}", f"{party.name} is not {post['en']}"
    return Finding(pointer, "role", {"zh-Hans": zh, "en": en})


def open_parts(it: Doing, event: Row) -> None:
    """A part for everybody who is asked and has not been asked yet."""
    part, parent = it.action["asks"], it.task["task"] if it.task and "part" in it.task else None
    there = {
        row["party"]
        for row in it.fact.tasks.values()
        if row.get("part") == part
        and row.get("parent") == parent
        and row["visit"] == it.fact.case["visit"]
    }
    for index, party in enumerate(event["data"]["asked"]):
        if party not in there:
            task = f"{it.fact.case['visit']}-{event['seq']}-{index + 1}"
            more = {"parent": parent} if parent else {}
            lifecycle.open_part(it.fact, part, task, party=party, **more)
