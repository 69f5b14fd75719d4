"""One line of an implementation list as a service document: a preset with the line's own words,
figures, bases and papers. Pure; whatever cannot be read is a finding on the line.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from chalicelib.services.sheets import cells
from chalicelib.services.sheets.line import Line
from chalicelib.services.sheets.presets import Assisting, Json, Kind, Limits, preset

KINDS = {
    "即办件": Kind.ON_THE_SPOT,
    "即办": Kind.ON_THE_SPOT,
    "on-the-spot": Kind.ON_THE_SPOT,
    "承诺件": Kind.PROMISE,
    "承诺": Kind.PROMISE,
    "promise": Kind.PROMISE,
    "联办件": Kind.JOINT,
    "联办": Kind.JOINT,
    "joint": Kind.JOINT,
    "上报件": Kind.FORWARDED,
    "转报件": Kind.FORWARDED,
    "上报": Kind.FORWARDED,
    "forwarded": Kind.FORWARDED,
}
LEVELS = {
    "村级": "village",
    "村(社区)": "village",
    "社区": "village",
    "乡级": "town",
    "镇街": "town",
    "镇级": "town",
    "县级": "district",
    "区级": "district",
    "village": "village",
    "town": "town",
    "district": "district",
}
CHANNELS = {
    "网上": "web",
    "窗口": "counter",
    "代办": "agent",
    "邮寄": "post",
    "电话": "telephone",
    "上门": "outreach",
    "web": "web",
    "counter": "counter",
    "agent": "agent",
}
SERVES = {
    "自然人": "person",
    "个人": "person",
    "法人": "organisation",
    "企业": "organisation",
    "企业法人": "organisation",
    "非法人组织": "organisation",
    "其他组织": "organisation",
    "person": "person",
    "organisation": "organisation",
}
DEPTHS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
WORDED = {
    "class": "class",
    "field": "field",
    "conditions": "conditions",
    "result": "result",
    "quota": "quota",
    "valid_for": "valid_for",
    "agencies": "agencies",
}
DECIDED = {
    "agency_allowed": cells.yes,
    "post_allowed": cells.yes,
    "booking_allowed": cells.yes,
}
MOST_ASSISTING = 12


def item(line: Line, units: Mapping[str, str], back_stop: str = "") -> Json | None:
    """The document, or None where the line has an error. `units`: ids by the units' names."""
    title, kind = line.read("title", partial(cells.longest, length=200), ""), _kind(line)
    line.need("title")
    line.need("code")
    line.read("id", cells.code)
    guide, papers = _guide(line), line.read("papers", cells.papers, [])
    limits = _limits(line, kind)
    assisting = _assisting(line, units) if kind is Kind.JOINT else []
    levels = line.read("levels", lambda text: cells.choices(text, LEVELS), [])
    channels = line.read("channels", lambda text: cells.choices(text, CHANNELS), [])
    if kind is Kind.ON_THE_SPOT and any(paper["necessity"] == "gap" for paper in papers):
        zh, en = "即办件不能容缺", "an on-the-spot case has no papers that may follow"
        line.wrong("papers", "gap", zh, en)
    short = _short(line)
    if not line.good or kind is None:
        return None
    return preset(
        kind,
        identity(line),
        {"zh-Hans": title, **({"en": line.text("title_en")} if line.text("title_en") else {})},
        short=short,
        guide=guide,
        papers=papers,
        limits=limits,
        assisting=assisting,
        levels=levels,
        channels=channels,
        back_stop=back_stop,
    )


def identity(line: Line) -> str:
    """The id of the service: its own column, or made from the code; empty if neither will do."""
    column = "id" if line.text("id") else "code"
    try:
        return cells.identifier(line.text(column))
    except cells.Wrong:
        return ""


def _kind(line: Line) -> Kind | None:
    line.need("kind")
    kind: Kind | None = line.read("kind", lambda text: cells.choice(text, KINDS))
    return kind


def _short(line: Line) -> Json:
    """At most six characters, since it stands in every SMS (domain.md §6)."""
    text, title = line.text("short"), line.text("title")
    if len(text or title) > cells.LONGEST_SHORT:
        zh = f"简称最长{cells.LONGEST_SHORT}字，短信要用" if text else "名称超过6字，须填事项简称"
        line.wrong("short", "maxLength", zh, "the short name in an SMS has six characters at most")
    return {"zh-Hans": text or title}


def _limits(line: Line, kind: Kind | None) -> Limits:
    statutory, promised = line.read("statutory", cells.days), line.read("promised", cells.days)
    bases = line.read("limit_basis", cells.bases, [])
    if kind is Kind.ON_THE_SPOT:
        promised = None
    # 行政许可法 Art. 43: a lower authority first examines for 20 working days at most.
    most = (statutory or 0) + (20 if kind is Kind.FORWARDED else 0)
    if statutory and promised and promised > most:
        zh = f"承诺时限{promised}个工作日长于法定时限{most}个工作日"
        line.wrong("promised", "maximum", zh, f"{promised} days are longer than the law's {most}")
    return Limits(statutory, promised, bases[0] if bases else None)


def _assisting(line: Line, units: Mapping[str, str]) -> list[Assisting]:
    names = cells.parts(line.need("assisting"))
    found = []
    for name in dict.fromkeys(names):
        if name in units:
            found.append(Assisting(units[name], {"zh-Hans": name}))
        else:
            zh = f"表中和单位目录中都没有协办单位“{name}”"
            en = f"no unit of this name in the table or in the directory: {name}"
            line.wrong("assisting", "unit", zh, en)
    if len(names) > MOST_ASSISTING:
        zh, en = f"协办单位最多{MOST_ASSISTING}个", f"{MOST_ASSISTING} assisting units at most"
        line.wrong("assisting", "maxItems", zh, en)
    return found


def _guide(line: Line) -> Json:
    """Without the authority: who that is today, the directory knows."""
    short20 = partial(cells.longest, length=20)
    guide: Json = {
        "item_code": line.read("code", cells.code, ""),
        "basis": line.read("basis", cells.bases, []),
    }
    line.need("basis")
    guide |= _some(
        item_class=line.read("item_class", short20),
        level_of_exercise=line.read("level", short20),
        trips=line.read("trips", _count),
        online_depth=line.read("online_depth", _depth),
        serves=line.read("serves", lambda text: cells.choices(text, SERVES)),
        fee=_fee(line),
        parent_item=_parent(line),
        in_force=_in_force(line),
        counters=_counters(line),
        consultation=_contact(line, "phone"),
        complaints=_contact(line, "complaints"),
    )
    for column, reader in DECIDED.items():
        guide |= _some(**{column: line.read(column, reader)})
    for column, member in WORDED.items():
        text = line.text(column)
        if text and text not in cells.NOTHING:
            guide[member] = {"zh-Hans": text}
    return guide | ({"notes": {"zh-Hans": line.text("notes")}} if line.text("notes") else {})


def _some(**given: Any) -> Json:
    return {name: value for name, value in given.items() if value is not None}


def _count(text: str) -> int:
    bare = cells.narrow(text).removesuffix("次")
    if not (bare.isascii() and bare.isdigit() and int(bare) <= 20):
        raise cells.Wrong("number", f"须为0至20的次数：{text}", f"a number from 0 to 20: {text}")
    return int(bare)


def _depth(text: str) -> int:
    depth: int = cells.choice(cells.narrow(text).removesuffix("级"), DEPTHS)
    return depth


def _fee(line: Line) -> Json:
    fee: Json = {"fen": line.read("fee", cells.fen, 0)}
    bases = line.read("fee_basis", cells.bases, [])
    if fee["fen"] and not bases:
        zh, en = "收费须写明收费依据", "a fee needs its basis"
        line.wrong("fee_basis", "required", zh, en)
    return fee | ({"basis": bases[0]} if bases and fee["fen"] else {})


def _parent(line: Line) -> Json | None:
    """The main item (主项), where this line is a sub-item of another."""
    title, code = line.text("parent"), line.read("parent_code", cells.code)
    if not title or title == line.text("title"):
        return None
    return {**({"code": code} if code else {}), "titles": {"zh-Hans": title}}


def _in_force(line: Line) -> Json | None:
    days = {name: line.read(name, cells.day) for name in ("from", "to")}
    return {name: day for name, day in days.items() if day} or None


def _counters(line: Line) -> list[Json] | None:
    where = line.text("address")
    if not where:
        return None
    hours = line.text("hours")
    return [{"where": {"zh-Hans": where}, **({"hours": {"zh-Hans": hours}} if hours else {})}]


def _contact(line: Line, column: str) -> Json | None:
    numbers = line.read(column, lambda text: [cells.phone(one) for one in cells.parts(text)][:5])
    return {"phones": numbers} if numbers else None
