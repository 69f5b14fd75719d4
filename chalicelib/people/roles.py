"""What holders of a role are called.

Roles are names that documents choose; those of the usual offices have words here, another is
called by its name.
"""

from collections.abc import Mapping

from chalicelib.platform.errors import Texts

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


def role(name: str) -> Texts:
    return ROLES.get(name, {"zh-Hans": name, "en": name})
