"""The region tree taken in from a table: checked as a whole, then written, or not at all.

Each row says how a node is from a day on, or that it ended and what it became. What it leaves out
stays as it is; what the tree says already is left alone, so a table may be taken in again. Only
the publisher function writes.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from chalicelib.people import region, seeding
from chalicelib.people.directory import NAME
from chalicelib.people.regioncheck import RANKS, Findings, checked
from chalicelib.people.regiontree import Data, Tree
from chalicelib.platform.ports import Row, Store

ATTRIBUTES = ("code", "titles", "level", "parent", "aliases", "labels", "administered_by")
DAY = timedelta(days=1)
# Steps that are written at once, of at most three rows each.
AT_ONCE = seeding.BATCH // 3
# What belongs to one state and not to the next.
ITS_OWN = frozenset(("from", "ended", "became", "because", "by", "node"))


class Step(NamedTuple):
    """One state that a row leads to; `first` where nothing was known of the node."""

    row: int
    node: str
    state: Data
    change: str
    first: bool = False
    recoded: bool = False


def take_in(store: Store, data: Mapping[str, Any], today: date) -> Row:
    """Take in a table: {"rows": [{"row", "node"?, "code"?, "titles"?, "level"?, "parent"?, "from"?,
    "to"?, "became"?, "aliases"?, "labels"?, "administered_by"?, "because"?, "by"?}], "because"?,
    "by"?, "dry_run"?}.

    Other nodes are named by id or by code; `because` and `by` stand for rows that have none. One
    error and nothing is written, nor with `dry_run`. The answer: {"rows", "written": states,
    "changes": [{"row", "node", "change"}], "findings": [{"row", "column", "pointer", "keyword",
    "severity", "texts"}]}.
    """
    taking = _Taking(Tree(store, today), data)
    for row in taking.in_order(data["rows"]):
        taking.take(row)
    checked(store, taking.tree, [(s.row, s.node, s.state) for s in taking.steps], taking.findings)
    findings = taking.findings.all
    good = all(one["severity"] != "error" for one in findings)
    if good and not data.get("dry_run"):
        _written(store, taking.tree, taking.steps)
    return {
        "rows": len(data["rows"]),
        "written": len(taking.steps) if good and not data.get("dry_run") else 0,
        "changes": sorted(taking.changes, key=lambda one: one["row"]),
        "findings": sorted(findings, key=lambda one: (one["row"], one["column"])),
    }


class _Taking:
    """The rows of one table on their way into a copy of the tree."""

    def __init__(self, tree: Tree, data: Mapping[str, Any]) -> None:
        self.tree = tree
        self.steps: list[Step] = []
        self.changes: list[Row] = []
        self.findings = Findings()
        self._reason = {name: data.get(name) or "" for name in ("because", "by")}
        self._given = tree.carriers()
        self._carriers = {code: given[-1][1] for code, given in self._given.items()}
        self._ids: dict[int, str] = {}
        self._named: set[str] = set()
        self._starts: dict[str, list[tuple[str, int]]] = {}

    def in_order(self, rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """By the day from which each counts; with the ids settled, and doubles found."""
        kept = [row for row in rows if self._identified(row)]
        for row in kept:
            code = row.get("code")
            if code and not row.get("became"):
                self._carriers[code] = self._ids[row["row"]]
        kept.sort(key=lambda row: (_start(row), row["row"]))
        self._refuse_overlaps(kept)
        return kept

    def take(self, row: Mapping[str, Any]) -> None:
        node, number = self._ids[row["row"]], row["row"]
        cells = self._cells(row)
        because = {name: row.get(name) or self._reason[name] for name in ("because", "by")}
        if not self.tree.known(node):
            self._found(number, node, row.get("from") or "", cells, because)
        elif cells or not row.get("to"):
            self._change(number, node, row.get("from") or "", cells, because)
        if row.get("to"):
            self._end(row, node, because)
        elif row.get("became"):
            zh, en = "写明了变更为何，须写明失效日期", "what it became needs its last day"
            self.findings.add(number, "to", "required", zh, en)

    def _identified(self, row: Mapping[str, Any]) -> bool:
        code = row.get("code") or ""
        node = row.get("node") or self._carrier(code, row.get("to") or row.get("from") or "")
        self._ids[row["row"]] = node
        self._named.add(node)
        if not node:
            zh, en = "须写明节点或区划代码", "an id or a code is needed"
            self.findings.add(row["row"], "node", "required", zh, en)
        elif not NAME.fullmatch(node):
            zh, en = f"节点编号只用字母、数字和横线：{node}", "an id has letters, digits, hyphens"
            self.findings.add(row["row"], "node", "pattern", zh, en)
        return bool(node)

    def _carrier(self, code: str, day: str) -> str:
        """The node that a code means on a day, the first that had it for none; else a new one."""
        given = self._given.get(code, ())
        begun = [node for since, node in given if since <= day] if day else []
        return begun[-1] if begun else given[0][1] if given else code

    def _refuse_overlaps(self, rows: list[Mapping[str, Any]]) -> None:
        """Two rows of one node from the same day, or one that begins before the last has ended."""
        before: dict[str, Mapping[str, Any]] = {}
        for row in rows:
            node, start = self._ids[row["row"]], _start(row)
            self._starts.setdefault(node, []).append((start, row["row"]))
            last = before.get(node)
            before[node] = row
            if last is not None and _start(last) == start:
                zh, en = f"与第{last['row']}行重复", f"the same as in row {last['row']}"
                self.findings.add(row["row"], "node", "unique", zh, en)
            elif last is not None and _from(row) <= (last.get("to") or "") and _from(row):
                zh = f"与第{last['row']}行的日期重叠"
                en = f"its days overlap with those of row {last['row']}"
                self.findings.add(row["row"], "from", "overlap", zh, en)

    def _cells(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """What the row says of the node; other nodes by id."""
        cells = {name: row[name] for name in ATTRIBUTES if name in row}
        for name in ("parent", "administered_by"):
            if cells.get(name):
                cells[name] = self._resolved(row["row"], name, cells[name])
        return cells

    def _resolved(self, number: int, column: str, named: str) -> str:
        """The id of a node that is named by id or code; a finding for one that nobody knows."""
        there = self._carriers.get(named, named)
        if not self.tree.known(there) and there not in self._named:
            zh, en = f"没有节点{named}", f"there is no node {named}"
            self.findings.add(number, column, column, zh, en)
        return there

    def _found(self, number: int, node: str, since: str, cells: Row, because: Row) -> None:
        """A node of which nothing is known yet."""
        code = cells.get("code") or ""
        if "level" not in cells and code:
            cells["level"] = _level(code)
        if "parent" not in cells:
            cells["parent"] = self._above(code)
        for name, zh in (("titles", "名称"), ("level", "层级")):
            there = cells.get("titles", {}).get("zh-Hans") if name == "titles" else cells.get(name)
            if not there:
                column = "name" if name == "titles" else name
                self.findings.add(number, column, "required", f"缺少{zh}", f"{column} is missing")
                cells[name] = {"zh-Hans": ""} if name == "titles" else ""
        dated = {"from": since} if since else {}
        state = {**cells, **dated, **{name: text for name, text in because.items() if text}}
        self._step(Step(number, node, state, "new", True, bool(code)))

    def _change(self, number: int, node: str, since: str, cells: Row, because: Row) -> None:
        """Another state of a node that is known, or what is recorded already."""
        states = self.tree.states[node]
        prior = self.tree.at(node, date.fromisoformat(since)) if since else None
        if any(
            _agrees(one, cells)
            for one in ([prior] if since else states.values())
            if one is not None
        ):
            self.changes.append({"row": number, "node": node, "change": "unchanged"})
        elif not since:
            zh = "与已登记的不同，须写明自何日起"
            self.findings.add(number, "from", "required", zh, "it differs: since which day?")
        elif prior is None or self.tree.after(node, date.fromisoformat(since)):
            self._late(number, "from", node)
        elif self._reasoned(number, because):
            # A new name is not the old one in another language.
            named = cells.get("titles", {}).get("zh-Hans", prior["titles"]["zh-Hans"])
            if "titles" in cells and named == prior["titles"]["zh-Hans"]:
                cells = {**cells, "titles": {**prior["titles"], **cells["titles"]}}
            kept = {name: prior[name] for name in prior if name not in ITS_OWN}
            state = {**kept, **cells, "from": since, **because}
            recoded = bool(state.get("code")) and state.get("code") != prior.get("code")
            again = since == (prior.get("from") or "") and self.tree.firsts[node] == since
            self._step(Step(number, node, state, _kind(prior, state), again, recoded))

    def _end(self, row: Mapping[str, Any], node: str, because: Row) -> None:
        """The node's last day, and what it became; no end where its next state follows at once."""
        number, last = row["row"], date.fromisoformat(row["to"])
        since = (last + DAY).isoformat()
        became = [self._resolved(number, "became", one) for one in row.get("became", ())]
        prior, recorded = self.tree.at(node, last), self.tree.at(node, last + DAY)
        if row.get("from") and row["to"] < row["from"]:
            zh, en = "失效日期早于生效日期", "it ends before it begins"
            self.findings.add(number, "to", "day", zh, en)
        elif any(start == since for start, _ in self._starts[node]) and not became:
            return
        elif prior is None or prior.get("ended") or recorded is None:
            self._late(number, "to", node)
        elif recorded is not prior and not became and not recorded.get("ended"):
            # Recorded before: the next state followed at once.
            return
        elif recorded.get("ended") and recorded["became"] == became:
            self.changes.append({"row": number, "node": node, "change": "unchanged"})
        elif self.tree.after(node, last):
            self._late(number, "to", node)
        elif self._reasoned(number, because):
            kept = {name: prior[name] for name in prior if name not in ITS_OWN}
            state = {**kept, "from": since, "ended": True, "became": became, **because}
            change = ("ended", "merged", "split")[min(len(became), 2)]
            self._step(Step(number, node, state, change))

    def _step(self, step: Step) -> None:
        self.tree.put(step.node, step.state, step.first)
        self.steps.append(step)
        self.changes.append({"row": step.row, "node": step.node, "change": step.change})

    def _reasoned(self, number: int, because: Row) -> bool:
        if not because["because"]:
            zh, en = "变更须写明理由", "a change needs a reason"
            self.findings.add(number, "because", "required", zh, en)
        return bool(because["because"])

    def _late(self, number: int, column: str, node: str) -> None:
        """What is recorded from a later day on must not be overtaken."""
        since = sorted(self.tree.states[node])
        zh = f"与已登记的变更冲突：{'、'.join(one or '起初' for one in since)}"
        en = f"changes are recorded already: {', '.join(one or 'the beginning' for one in since)}"
        self.findings.add(number, column, "overlap", zh, en)

    def _above(self, code: str) -> str:
        """The node that carries the nearest code above."""
        for digits in (9, 6, 4, 2):
            above = code[:digits].ljust(12, "0")
            if code and above != code and above in self._carriers:
                return self._carriers[above]
        return ""


def _start(row: Mapping[str, Any]) -> str:
    """The day from which a row counts; of one that only ends a node, its last day."""
    only_ends = row.get("to") and not any(name in row for name in ATTRIBUTES if name != "code")
    return str(row.get("from") or (row["to"] if only_ends else ""))


def _from(row: Mapping[str, Any]) -> str:
    return str(row.get("from") or "")


def _level(code: str) -> str:
    """The level that the zeros of a code speak of."""
    return next(name for name, digits in RANKS.items() if not code[digits:].strip("0"))


def _agrees(state: Data, cells: Mapping[str, Any]) -> bool:
    titles = cells.get("titles", {})
    named = all(state["titles"].get(name) == text for name, text in titles.items())
    others = (name for name in cells if name != "titles")
    same = all((state.get(name) or None) == (cells[name] or None) for name in others)
    return named and same and not state.get("ended")


def _kind(before: Data, now: Data) -> str:
    """What happened to a node, in one word."""
    for name, word in (("parent", "moved"), ("titles", "renamed"), ("code", "recoded")):
        if (before.get(name) or None) != (now.get(name) or None):
            return word
    return "changed"


def _written(store: Store, tree: Tree, steps: Iterable[Step]) -> None:
    """Each step in one piece, what is above before what is below, ends after all: an import that
    breaks off leaves a sound tree, and the next one goes on where it stopped."""
    ordered = sorted(steps, key=lambda step: _place(tree, step))
    for start in range(0, len(ordered), AT_ONCE):
        part = ordered[start : start + AT_ONCE]
        seeding.put(store, [row for step in part for row in _rows(step)])


def _rows(step: Step) -> list[Row]:
    rows = region.rows_of(step.node, step.state, step.first)
    if step.state.get("ended"):
        return rows + region.taken_rows(step.node, step.state)
    return rows + (region.code_rows(step.node, step.state) if step.recoded else [])


def _place(tree: Tree, step: Step) -> tuple[bool, int, str]:
    since = step.state.get("from") or ""
    node = tree.node(step.node, date.fromisoformat(since) if since else tree.today)
    return bool(step.state.get("ended")), len(node.path) if node else 0, since
