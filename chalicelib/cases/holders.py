"""Who it is that must act, in words: a role, the place where it is held, the people who hold it.

Roles are names that documents choose; those of the usual offices have words here, another is
called by its name.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.cases.file import CaseFile
from chalicelib.cases.house import House
from chalicelib.people.directory import Node
from chalicelib.platform.errors import Texts, pick

ROLES: Mapping[str, Texts] = {
    "acceptor": {"zh-Hans": "受理人员", "en": "window officer"},
    "examiner": {"zh-Hans": "审查人员", "en": "examiner"},
    "approver": {"zh-Hans": "审批人员", "en": "approver"},
    "issuer": {"zh-Hans": "制证人员", "en": "issuer"},
    "head": {"zh-Hans": "单位负责人", "en": "head of the office"},
    "supervisor": {"zh-Hans": "督查人员", "en": "supervisor"},
    "caller": {"zh-Hans": "回访人员", "en": "caller"},
    "agent": {"zh-Hans": "代办员", "en": "agent"},
    "grid-worker": {"zh-Hans": "网格员", "en": "grid worker"},
    "vetter": {"zh-Hans": "审核人员", "en": "vetter"},
    "volunteer": {"zh-Hans": "志愿者", "en": "volunteer"},
    "triage": {"zh-Hans": "分派人员", "en": "triage officer"},
    "chair": {"zh-Hans": "会商召集人", "en": "chair of the joint review"},
    "section-head": {"zh-Hans": "科室负责人", "en": "head of section"},
    "unit-head": {"zh-Hans": "办理单位负责人", "en": "head of the unit concerned"},
    "discipline": {"zh-Hans": "专责人员", "en": "officer in charge"},
    "publisher": {"zh-Hans": "事项发布人员", "en": "publisher"},
    "operator": {"zh-Hans": "运行人员", "en": "operator"},
}
# A role at a node is a few people; of many no more are named.
MOST_NAMES = 5


def role(name: str) -> Texts:
    """What holders of the role are called."""
    return ROLES.get(name, {"zh-Hans": name, "en": name})


def place_of(house: House, file: CaseFile, who: Mapping[str, Any]) -> Node | None:
    """Where the role of a `who` is held for this case."""
    return house.directory.node(file.case["node"] if who["at"] == "unit" else file.case["site"])


def at(name: str, node: Node | None) -> Texts:
    """A role at a place: 吉州区的审批人员, approver at Jizhou District."""
    if node is None:
        return role(name)
    zh, en = pick(node.titles, "zh-Hans"), pick(node.titles, "en")
    return {"zh-Hans": f"{zh}的{role(name)['zh-Hans']}", "en": f"{pick(role(name), 'en')} at {en}"}


def names(house: House, name: str, node: Node | None) -> Texts:
    """Those who hold the role there today, with who stands in for whom; empty for nobody."""
    today = house.today()
    people = house.directory.holders(name, node, today) if node else ()
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
