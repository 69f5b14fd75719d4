"""Who it is that must act, in words: a role, the place where it is held, the people who hold it."""

from collections.abc import Mapping
from typing import Any

from chalicelib.cases.file import CaseFile
from chalicelib.cases.house import House
from chalicelib.cases.places import node_of
from chalicelib.people.directory import Node
from chalicelib.people.roles import role
from chalicelib.platform.errors import Texts, pick
from chalicelib.platform.ports import Row

# A role at a node is a few people; of many no more are named.
MOST_NAMES = 5


def place_of(
    house: House, file: CaseFile, who: Mapping[str, Any], task: Row | None = None
) -> Node | None:
    """Where the role of a `who` is held for this case, or for an item of it by its task."""
    return house.directory.node(node_of(file.case, who, task))


def at(name: str, node: Node | None) -> Texts:
    """A role at a place: 吉州区的审批人员, approver at Jizhou District."""
    if node is None:
        return role(name)
    zh, en = pick(node.titles, "zh-Hans"), pick(node.titles, "en")
    return {"zh-Hans": f"{zh}的{role(name)['zh-Hans']}", "en": f"{pick(role(name), 'en')} at {en}"}


def names(house: House, name: str, node: Node | None, skill: str = "") -> Texts:
    """Those who hold the role there today, with the skill if any, and who stands in for whom; empty
    for nobody."""
    today = house.today()
    people = house.directory.holders(name, node, today) if node else ()
    people = tuple(one for one in people if node and one.has(name, node, today, skill))
    instead = {
        grant.holder: one.name
        for one in people
        for grant in one.grants
        if grant.holder and grant.role == name and grant.holds_on(today)
    }
    own = [
        (one.name, instead.get(one.id, ""))
        for one in people
        if any(not grant.holder and grant.role == name for grant in one.grants)
    ]
    zh = [f"{one}（今天由{other}代）" if other else one for one, other in own[:MOST_NAMES]]
    en = [f"{one} ({other} stands in today)" if other else one for one, other in own[:MOST_NAMES]]
    left = len(own) - MOST_NAMES
    return {
        "zh-Hans": "、".join(zh) + (f"等{len(own)}人" if left > 0 else ""),
        "en": ", ".join(en) + (f" and {left} more" if left > 0 else ""),
    }
