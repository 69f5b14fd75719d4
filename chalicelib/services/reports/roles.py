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
}


def who(definition: Data, language: str) -> str:
    """Role and place: 窗口人员（收件地）."""
    at = pick(PLACES[definition["at"]], language)
    said = pick(role(definition["role"]), language)
    return f"{said}（{at}）" if language.startswith("zh") else f"{said} ({at})"
