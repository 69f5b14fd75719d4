"""Who a document's `who` means, in words."""

from collections.abc import Mapping

from chalicelib.people.roles import role
from chalicelib.platform.errors import Texts, pick
from chalicelib.services.document import Data

APPLICANT: Texts = {"zh-Hans": "申请人", "en": "applicant"}
SYSTEM: Texts = {"zh-Hans": "系统", "en": "the system"}
PLACES: Mapping[str, Texts] = {
    "lowest-capable": {"zh-Hans": "最低可办层级", "en": "lowest level that can do it"},
    "unit": {"zh-Hans": "主管单位", "en": "responsible unit"},
    "received": {"zh-Hans": "收件地", "en": "where it was received"},
    "parent": {"zh-Hans": "上一级", "en": "one level above"},
    "named": {"zh-Hans": "指定的人", "en": "the person named"},
    "leg": {"zh-Hans": "当前承办地", "en": "where the case is"},
    "accountable": {"zh-Hans": "当前负责地", "en": "who answers for the case"},
    "item": {"zh-Hans": "所分派的一方", "en": "whom it was sent to"},
}


SKILLED: Texts = {"zh-Hans": "有所需专长", "en": "with the skill asked for"}
PICKED: Mapping[str, Texts] = {
    "nearest": {"zh-Hans": "派给最近的一人", "en": "given to the nearest one"},
    "least-loaded": {"zh-Hans": "派给手头最少的一人", "en": "given to the least loaded one"},
}


def who(definition: Data, language: str) -> str:
    """Role and place, and how one is chosen: 窗口人员（收件地，派给最近的一人）."""
    told = [PLACES[definition["at"]], *([SKILLED] if "skills" in definition else [])]
    told += [PICKED[definition["pick"]]] if "pick" in definition else []
    said, zh = pick(role(definition["role"]), language), language.startswith("zh")
    more = ("，" if zh else ", ").join(pick(one, language) for one in told)
    return f"{said}（{more}）" if zh else f"{said} ({more})"
