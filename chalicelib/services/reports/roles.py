"""Who a document's `who` means, in words; a role that has none here keeps its code."""

from collections.abc import Mapping

from chalicelib.platform.errors import Texts, pick
from chalicelib.services.document import Data

ROLES: Mapping[str, Texts] = {
    "acceptor": {"zh-Hans": "窗口人员", "en": "window officer"},
    "agent": {"zh-Hans": "代办员", "en": "agent"},
    "approver": {"zh-Hans": "审批人", "en": "approver"},
    "caller": {"zh-Hans": "回访员", "en": "caller"},
    "chair": {"zh-Hans": "会商主持人", "en": "chair"},
    "discipline": {"zh-Hans": "专门受理人员", "en": "designated officer"},
    "examiner": {"zh-Hans": "审核人", "en": "examiner"},
    "grid-worker": {"zh-Hans": "网格员", "en": "grid worker"},
    "head": {"zh-Hans": "单位负责人", "en": "head of the unit"},
    "issuer": {"zh-Hans": "制证人员", "en": "issuer"},
    "publisher": {"zh-Hans": "事项管理员", "en": "publisher"},
    "section-head": {"zh-Hans": "科室负责人", "en": "head of section"},
    "supervisor": {"zh-Hans": "督查人员", "en": "supervisor"},
    "triage": {"zh-Hans": "分办人员", "en": "triage officer"},
    "unit-head": {"zh-Hans": "承办单位负责人", "en": "head of the handling unit"},
    "vetter": {"zh-Hans": "审核员", "en": "vetter"},
    "volunteer": {"zh-Hans": "志愿者", "en": "volunteer"},
}
APPLICANT: Texts = {"zh-Hans": "申请人", "en": "applicant"}
SYSTEM: Texts = {"zh-Hans": "系统", "en": "the system"}
PLACES: Mapping[str, Texts] = {
    "lowest-capable": {"zh-Hans": "最低可办层级", "en": "lowest level that can do it"},
    "unit": {"zh-Hans": "主管单位", "en": "responsible unit"},
    "received": {"zh-Hans": "收件地", "en": "where it was received"},
}


def role(name: str, language: str) -> str:
    return pick(ROLES.get(name, {"zh-Hans": name}), language)


def who(definition: Data, language: str) -> str:
    """Role and place: 窗口人员（收件地）."""
    at = pick(PLACES[definition["at"]], language)
    said = role(definition["role"], language)
    return f"{said}（{at}）" if language.startswith("zh") else f"{said} ({at})"
