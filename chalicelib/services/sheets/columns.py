"""The columns of an implementation list (实施清单) as offices write them: official words, the
aliases met in practice, and names in English. What is not among them is told and left alone.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from chalicelib.services.sheets.cells import narrow, plain


class Column(NamedTuple):
    """`needed`: the table must have it; `down`: an empty cell means as above (merged cells)."""

    id: str
    zh: str
    aliases: tuple[str, ...]
    needed: bool
    down: bool
    example: str


def _column(
    id: str, words: str, example: str = "", needed: bool = False, down: bool = False
) -> Column:
    zh, *aliases = words.split()
    return Column(id, zh, tuple(aliases), needed, down, example)


COLUMNS: tuple[Column, ...] = (
    _column("unit", "实施主体 实施机关 实施部门 authority", "某某区水利局", True, True),
    _column("unit_code", "实施主体编码 主体编码", "shuili", True, True),
    _column("item_class", "事项类型 item_class", "行政许可", down=True),
    _column("class", "类别 事项类别", "社会发展", down=True),
    _column("field", "领域 事项领域", "水务", down=True),
    _column("title", "事项名称 事项 名称", "取水许可", True),
    _column("title_en", "英文名称 title_en", "Water abstraction licence"),
    _column("short", "事项简称 简称", "取水许可"),
    _column("code", "事项编码 基本编码 实施编码 item_code", "DEMO-SL-001", True),
    _column("id", "事项标识 service", ""),
    _column("parent", "主项名称 主项 parent_item", "取水许可"),
    _column("parent_code", "主项编码 parent_code", "DEMO-SL-000"),
    _column("level", "行使层级 level_of_exercise", "县级", down=True),
    _column("levels", "受理层级 acceptance_levels", "村级；乡级；县级", down=True),
    _column("kind", "办件类型 办件种类", "承诺件", True),
    _column("assisting", "协办单位 联办机构 assisting_units", "某某区林业局"),
    _column("statutory", "法定时限 法定办结时限 statutory_days", "20"),
    _column("promised", "承诺时限 承诺办结时限 promised_days", "10"),
    _column("limit_basis", "时限依据 limit_basis", "《中华人民共和国行政许可法》第四十二条"),
    _column("fee", "收费 是否收费 收费标准", "不收费"),
    _column("fee_basis", "收费依据", ""),
    _column("basis", "依据 设定依据 法定依据", "《中华人民共和国水法》第四十八条", True),
    _column("conditions", "申请条件 受理条件", "符合水资源规划和用水定额"),
    _column("papers", "材料 申请材料", "申请书（必要，原件1份）；水资源论证表（容缺10日，原件）"),
    _column("result", "结果名称 办理结果 审批结果名称", "取水许可证"),
    _column("serves", "服务对象", "自然人；法人"),
    _column("trips", "到办事现场次数 到现场次数", "1"),
    _column("online_depth", "网办深度 网上办理深度 online_depth", "Ⅲ级"),
    _column("agency_allowed", "可代办 是否可代办 agency_allowed", "是"),
    _column("post_allowed", "物流快递 是否支持物流快递 post_allowed", "是"),
    _column("booking_allowed", "预约办理 是否支持预约办理 booking_allowed", "是"),
    _column("channels", "申请渠道 办理形式", "网上；窗口；代办"),
    _column("quota", "数量限制", "无"),
    _column("valid_for", "有效期限 证照有效期 valid_for", "五年"),
    _column("agencies", "中介服务 intermediary", "无"),
    _column("notes", "备注 notes", ""),
    _column("from", "生效日期 有效期起 valid_from", "2026-01-01"),
    _column("to", "失效日期 有效期止 valid_to", ""),
    _column("address", "办理地点 办公地址", "政务服务大厅二楼", down=True),
    _column("hours", "办理时间 办公时间", "周一至周五 9:00—12:00，13:30—17:00", down=True),
    _column("phone", "咨询电话 咨询方式", "0796-8220011", True, True),
    _column("complaints", "投诉电话 监督投诉电话 监督电话", "12345", down=True),
    _column("abbr", "机关简称", "吉水", down=True),
    _column("sign", "短信签名", "【吉州水利】", down=True),
    _column("where", "领取地点", "区政务大厅", down=True),
    _column("node", "所在节点", "", down=True),
    _column("owner_node", "主管辖区 适用辖区 owner_node", "", down=True),
    _column("seal", "印章名称", "某某区水利局行政审批专用章", down=True),
    _column("review_body", "复议机关", "", down=True),
    _column("court", "管辖法院", "", down=True),
)
# What belongs to the unit: not filled down past a new one.
OF_UNIT = frozenset(
    "unit unit_code address hours phone complaints"
    " abbr sign where node owner_node seal review_body court".split()
)
BY_ID: Mapping[str, Column] = {column.id: column for column in COLUMNS}
NEEDED = tuple(column for column in COLUMNS if column.needed)


def heading_key(name: str) -> str:
    """A heading without what people decorate it with: spaces, an asterisk, a unit in brackets."""
    bare = narrow(name).split("(")[0].strip("* :")
    return bare.replace(" ", "").lower()


NAMES: Mapping[str, str] = {
    heading_key(name): column.id
    for column in COLUMNS
    for name in (column.zh, column.id, *column.aliases)
}


def column_of(heading: str) -> Column | None:
    """The column that a heading means, or None."""
    found = NAMES.get(heading_key(plain(heading)))
    return BY_ID[found] if found else None


def missing(headings: Iterable[str]) -> list[Column]:
    """The columns a table must have and these headings lack."""
    there = {column.id for column in map(column_of, headings) if column}
    return [column for column in NEEDED if column.id not in there]
