"""What is wrong with changes to the region tree, once all of them are in a copy of it.

Codes: GB/T 2260 (province, city, county) and the statistics bureau's three digits for the township
and three for the village; zeros stand for the levels below.
"""

from collections.abc import Iterable
from datetime import date

from chalicelib.people import tenure
from chalicelib.people.identifiers import region_code
from chalicelib.people.regiontree import Data, Tree
from chalicelib.people.roles import ROLES
from chalicelib.platform.ports import Row, Store, Table

# How far down each official level is, and how many digits of a code speak of it.
RANKS = {"province": 2, "city": 4, "district": 6, "town": 9, "village": 12}


class Findings:
    """Findings on the rows of a table, each kind once a cell."""

    def __init__(self) -> None:
        self.all: list[Row] = []

    def add(
        self, row: int, column: str, keyword: str, zh: str, en: str, severity: str = "error"
    ) -> None:
        one = {
            "row": row,
            "column": column,
            "pointer": f"/rows/{row}/{column}",
            "keyword": keyword,
            "severity": severity,
            "texts": {"zh-Hans": zh, "en": en},
        }
        if all(
            other["pointer"] != one["pointer"] or other["keyword"] != keyword for other in self.all
        ):
            self.all.append(one)


def checked(
    store: Store, tree: Tree, changes: Iterable[tuple[int, str, Data]], findings: Findings
) -> None:
    """Judge each new state, (row, node, state as stored), on its first day; one that holds for ever
    today."""
    for row, node, data in changes:
        since = data.get("from") or ""
        day = date.fromisoformat(since) if since else tree.today
        check = _Check(tree, findings, row, node, day)
        if data.get("ended"):
            check.end(store, data)
        else:
            check.code(data)
            check.above(data)


class _Check:
    def __init__(self, tree: Tree, findings: Findings, row: int, node: str, day: date) -> None:
        self._tree, self._findings = tree, findings
        self._row, self._node, self._day = row, node, day

    def wrong(self, column: str, keyword: str, zh: str, en: str, severity: str = "error") -> None:
        self._findings.add(self._row, column, keyword, zh, en, severity)

    def code(self, data: Data) -> None:
        """Twelve digits that fit the level, and nobody else's on the day."""
        code, level = data.get("code") or "", data["level"]
        if not code:
            return
        if not region_code(code):
            zh = f"不是12位区划代码：{code}"
            self.wrong("code", "code", zh, f"this is no 12-digit region code: {code}")
            return
        digits = RANKS.get(level)
        group = code[digits - (3 if digits > 6 else 2) : digits] if digits else ""
        if digits and (code[digits:].strip("0") or not group.strip("0")):
            zh = f"代码{code}的零位与层级{level}不符"
            self.wrong("level", "level", zh, f"the zeros of {code} do not fit the level {level}")
        other = next((one for one in self._tree.carrying(code, self._day) if one != self._node), "")
        if other:
            zh, en = f"节点{other}已用代码{code}", f"the node {other} carries {code} already"
            self.wrong("code", "unique", zh, en)

    def above(self, data: Data) -> None:
        """A parent that is there on the day, higher up, and not below the node itself."""
        for column in ("parent", "administered_by"):
            named = data.get(column) or ""
            above = self._tree.node(named, self._day) if named else None
            if not named or not self._tree.known(named):
                continue
            if above is None:
                zh, en = f"{self._day}时还没有节点{named}", f"no node {named} yet on {self._day}"
                self.wrong(column, column, zh, en)
            elif self._node in above.path:
                zh, en = f"节点{named}在它自己之下", f"the node {named} lies below this one"
                self.wrong(column, "cycle", zh, en)
            elif column == "parent":
                self._rank(data, above.level, above.code)
        if not data.get("parent"):
            self._root()

    def _rank(self, data: Data, level: str, code: str) -> None:
        mine, theirs = RANKS.get(data["level"]), RANKS.get(level)
        if mine and theirs and theirs >= mine:
            zh = f"上级的层级{level}不高于{data['level']}"
            en = f"the parent's level {level} is not above {data['level']}"
            self.wrong("parent", "parent-level", zh, en)
        digits = RANKS.get(level, 0)
        if code and not (data.get("code") or code).startswith(code[:digits]):
            zh, en = f"代码不在上级{code}之下", f"the code does not lie under the parent's {code}"
            self.wrong("code", "code-parent", zh, en, "warning")

    def _root(self) -> None:
        living = self._tree.all_living(self._day)
        other = next((one for one, s in living if not s.parent and one != self._node), "")
        if other:
            zh = f"没有上级，而{other}已是最上级"
            self.wrong("parent", "root", zh, f"it has no parent, and {other} is the root already")

    def end(self, store: Store, data: Data) -> None:
        """Heirs of the same level that are there, or nothing that still needs the node."""
        for named in data["became"]:
            heir = self._tree.living(named, self._day) if self._tree.known(named) else None
            if named == self._node or (self._tree.known(named) and heir is None):
                zh, en = f"{self._day}时没有节点{named}", f"there is no node {named} on {self._day}"
                self.wrong("became", "became", zh, en)
            elif heir is not None and heir.level != data["level"]:
                zh = f"{named}的层级是{heir.level}，不是{data['level']}"
                en = f"{named} is of level {heir.level}, not {data['level']}"
                self.wrong("became", "level", zh, en)
        needed = [] if data["became"] else list(self._needing(store))
        if needed:
            zh = f"仍有{'、'.join(one for one, _ in needed)}，须写明变更为何"
            en = f"still in use by {', '.join(one for _, one in needed)}: say what it became"
            self.wrong("became", "in-use", zh, en)

    def _needing(self, store: Store) -> Iterable[tuple[str, str]]:
        """What hangs on the node on the day: nodes, units, roles, items that units own there."""
        for name, state in self._tree.all_living(self._day):
            if self._node in (state.parent, state.administered_by):
                yield f"节点{name}", f"the node {name}"
        yield from self._offices(store)

    def _offices(self, store: Store) -> Iterable[tuple[str, str]]:
        for row in store.partition(Table.DIRECTORY, "units"):
            if row["data"].get("node") == self._node:
                yield f"单位{row['sk']}", f"the unit {row['sk']}"
        for role, party in self._held(store):
            yield f"{party}的岗位", f"the role {role} of {party}"
        for row in store.partition(Table.DIRECTORY, "owners"):
            held = tenure.everywhere(store.partition(Table.DIRECTORY, f"owner#{row['sk']}"))
            if any(one.node == self._node and one.holds_on(self._day) for one in held):
                yield f"事项{row['sk']}的主管单位", f"an owner of {row['sk']}"

    def _held(self, store: Store) -> Iterable[tuple[str, str]]:
        """The roles of the usual offices that somebody holds at the node on the day or later."""
        for role in ROLES:
            for row in store.partition(Table.DIRECTORY, f"holders#{role}#{self._node}"):
                if (row["data"].get("to") or "9999-12-31") >= self._day.isoformat():
                    yield role, row["data"]["party"]
