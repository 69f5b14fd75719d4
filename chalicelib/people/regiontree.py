"""The whole region tree in memory, read from its register in one query: to check what shall change,
to look something up by a former name, to list the nodes of a level.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from chalicelib.people import region
from chalicelib.people.region import History, Node, Regions, State
from chalicelib.platform.ports import Row, Store, Table

Data = Mapping[str, Any]


class Tree:
    """States by node and first day ("" for always), as they are stored; `put` changes the copy."""

    def __init__(self, store: Store, today: date) -> None:
        self.today = today
        self.states: dict[str, dict[str, Data]] = defaultdict(dict)
        self.firsts: dict[str, str] = {}
        self._heirs: dict[str, set[str]] = defaultdict(set)
        self._read: dict[str, History] = {}
        self._coded: dict[str, set[str]] | None = None
        for row in store.partition(Table.DIRECTORY, "nodes"):
            if row["kind"] == region.FIRST:
                self.put(row["data"]["node"], row["data"], row["sk"].endswith(f"#{region.FIRST}"))
        self.regions = Regions(self.history, lambda: today)

    def put(self, node: str, data: Data, first: bool) -> None:
        since = data.get("from") or ""
        if first:
            self.states[node].pop(self.firsts.get(node, since), None)
            self.firsts[node] = since
        self.states[node][since] = data
        self._read.pop(node, None)
        self._coded = None
        if data.get("ended"):
            heir = region.heir_of(data)
            self._heirs[heir].add(node)
            self._read.pop(heir, None)

    def known(self, node: str) -> bool:
        return bool(self.states.get(node))

    def history(self, node: str) -> History:
        if node not in self._read:
            rows = [_row(region.FIRST, data) for data in self.states.get(node, {}).values()]
            heirs = sorted(self._heirs.get(node, ()))
            taken = [_row(region.TAKEN, {"node": one}) for one in heirs]
            self._read[node] = region.history([*rows, *taken])
        return self._read[node]

    def at(self, node: str, day: date) -> Data | None:
        """What is stored of the node's state on a day."""
        begun = [since for since in sorted(self.states.get(node, {})) if since <= day.isoformat()]
        return self.states[node][begun[-1]] if begun else None

    def after(self, node: str, day: date) -> list[str]:
        """The first days of the states that begin later."""
        return sorted(since for since in self.states.get(node, {}) if since > day.isoformat())

    def node(self, node: str, day: date) -> Node | None:
        return self.regions.node(node, day)

    def living(self, node: str, day: date) -> State | None:
        """The node's own state on a day; None where it has not begun or has ended."""
        state = self.regions.state(node, day)
        return None if state is None or state.ended else state

    def all_living(self, day: date) -> Iterator[tuple[str, State]]:
        for node in self.states:
            state = self.living(node, day)
            if state is not None:
                yield node, state

    def carriers(self) -> dict[str, list[tuple[str, str]]]:
        """Who was given each code from when, (first day, node), oldest first."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for node, states in self.states.items():
            for since, data in states.items():
                if data.get("code") and not data.get("ended"):
                    found[data["code"]].append((since, node))
        return {code: sorted(given) for code, given in found.items()}

    def carrying(self, code: str, day: date) -> list[str]:
        """The living nodes whose code it is on a day."""
        if self._coded is None:
            self._coded = {code: {one for _, one in g} for code, g in self.carriers().items()}
        living = ((one, self.living(one, day)) for one in sorted(self._coded.get(code, ())))
        return [one for one, state in living if state is not None and state.code == code]


def look_up(store: Store, asked: Data, today: date) -> Row:
    """Nodes by id, code, name or alias, former ones too: {"find", "on"?}.

    {"on", "nodes": [{"node", "stands_for"?: what an id that has ended stands for that day, "level",
    "titles", "path", …, "states": everything recorded, oldest first}]}. Raises ValueError for a day
    that is none.
    """
    day = date.fromisoformat(asked["on"]) if asked.get("on") else today
    tree, text = Tree(store, today), str(asked["find"]).strip()
    found = [node for node in sorted(tree.states) if text in _names(tree, node)]
    return {"on": day.isoformat(), "nodes": [_told(tree, node, day) for node in found]}


def _names(tree: Tree, node: str) -> set[str]:
    """Everything by which the node is or was called."""
    names = {node}
    for state in tree.history(node).states:
        names |= {state.code, *state.titles.values(), *state.aliases}
    return names


def _told(tree: Tree, node: str, day: date) -> Row:
    states = [
        {
            "from": since or None,
            **{name: data[name] for name in data if name not in ("node", "from")},
        }
        for since, data in sorted(tree.states[node].items())
    ]
    now = tree.node(node, day)
    if now is None:
        return {"node": node, "states": states}
    return {
        "node": node,
        **({"stands_for": now.id} if now.id != node else {}),
        "level": now.level,
        "titles": dict(now.titles),
        "path": list(now.path),
        **({"labels": list(now.labels)} if now.labels else {}),
        **({"administered_by": now.administered_by} if now.administered_by else {}),
        "administers": sorted(
            other for other, state in tree.all_living(day) if state.administered_by == now.id
        ),
        "states": states,
    }


def _row(kind: str, data: Data) -> Row:
    return {"kind": kind, "data": data}
