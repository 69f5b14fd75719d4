"""The units of an implementation list: who they are, how they sign, which items are theirs."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from chalicelib.platform.ports import Row
from chalicelib.services.checks.texts import SMS_FULL
from chalicelib.services.sheets import cells
from chalicelib.services.sheets.line import Line

LIMITS = SMS_FULL["zh-Hans"]
# Ids of units stand in the roles of those who assist: assist-<id>, forty characters in all.
LONGEST_ID = 32
LONGEST_ABBR = 8
SEAL = "approval"
# What a unit needs beside its name; a line may leave it to another line of the same unit.
ASKED = ("abbr", "sign", "phone", "where", "node", "seal", "review_body", "court")


class Defaults(NamedTuple):
    """What the table need not say: where units hang, whom to turn to, since when seals are used.

    `since` is a day; `back_stop` the service that is proposed to when a case is late.
    """

    node: str
    since: str
    where: str = "政务服务大厅"
    review_body: str = "本级人民政府"
    court: str = "有管辖权的人民法院"
    back_stop: str = ""


class Offices:
    """The units as the lines name them, the first word on each thing counting."""

    def __init__(self, defaults: Defaults) -> None:
        self._defaults = defaults
        self._names: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._said: dict[str, dict[str, str]] = {}
        self._of: dict[int, str] = {}

    @property
    def names(self) -> Mapping[str, str]:
        """Ids by name."""
        return self._ids

    def take(self, line: Line) -> None:
        """Learn from a line; what contradicts an earlier one is a finding."""
        name, id = line.need("unit"), line.read("unit_code", cells.identifier, "")
        line.need("unit_code")
        if not name or not id:
            return
        if len(id) > LONGEST_ID:
            zh, en = f"主体编码最长{LONGEST_ID}位", f"{LONGEST_ID} characters at most"
            line.wrong("unit_code", "maxLength", zh, en)
        known = self._names.setdefault(id, name)
        if known != name:
            zh, en = f"此编码已用于“{known}”", f"this code is taken by {known}"
            line.wrong("unit_code", "unique", zh, en)
        elif self._ids.setdefault(name, id) != id:
            zh, en = f"此单位的编码已写作“{self._ids[name]}”", "this unit has another code above"
            line.wrong("unit_code", "unique", zh, en)
        self._of[line.number] = id
        said = self._said.setdefault(id, {})
        for column in ASKED:
            value = self._value(line, column)
            if value:
                said.setdefault(column, value)

    def check(self, lines: Iterable[Line]) -> None:
        """Every line of a unit that nobody could ring up is refused."""
        for line in lines:
            id = self._of.get(line.number)
            if id and "phone" not in self._said[id] and not line.text("phone"):
                line.need("phone")

    def owner(self, line: Line, service: str) -> Row:
        """Who owns the line's service, in which subtree, from when; the unit is empty where it is
        unreadable."""
        owner = {"service": service, "unit": self._of.get(line.number, "")}
        if line.text("owner_node"):
            owner["node"] = line.text("owner_node")
        days = {name: line.read(name, cells.day) for name in ("from", "to")}
        if days["from"] and days["to"] and days["to"] < days["from"]:
            line.wrong("to", "day", "失效日期早于生效日期", "it ends before it begins")
        return owner | {name: day for name, day in days.items() if day}

    def units(self, ids: Collection[str]) -> tuple[Row, ...]:
        """Those of them that own something, as the directory has units."""
        return tuple(self._unit(id) for id in self._names if id in ids)

    def seals(self, ids: Collection[str]) -> tuple[Row, ...]:
        """The seal of each, used since the day that was given."""
        return tuple(
            {
                "seal": SEAL,
                "unit": id,
                "titles": {"zh-Hans": self._said[id].get("seal", f"{name}行政审批专用章")},
                "from": self._defaults.since,
            }
            for id, name in self._names.items()
            if id in ids
        )

    def _value(self, line: Line, column: str) -> str:
        if column == "phone":
            phones = cells.parts(line.text("phone"))
            return str(line.read("phone", lambda _: _short_phone(phones[0]), "")) if phones else ""
        length = {"abbr": LONGEST_ABBR, "sign": LIMITS["sign"], "where": LIMITS["where"]}
        most = length.get(column, 100)
        return str(line.read(column, lambda text: cells.longest(text, most), ""))

    def _unit(self, id: str) -> Row:
        said, name = self._said[id], self._names[id]
        abbr = said.get("abbr", name[:4])
        return {
            "unit": id,
            "node": said.get("node", self._defaults.node),
            "titles": {"zh-Hans": name},
            "abbr": abbr,
            "sign": said.get("sign", f"【{abbr[: LIMITS['sign'] - 2]}】"),
            "phone": said["phone"],
            "where": said.get("where", self._defaults.where),
            "review_body": {"zh-Hans": said.get("review_body", self._defaults.review_body)},
            "court": {"zh-Hans": said.get("court", self._defaults.court)},
        }


def _short_phone(text: str) -> str:
    """The number that stands in an SMS."""
    return cells.longest(cells.phone(text), LIMITS["phone"])
