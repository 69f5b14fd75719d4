"""The region tree as it is on a day: dated states of nodes, their ends, what became of them. Pure.

A node keeps its id for ever; name, code, level, parent, aliases, labels and who administers it hold
from a day on. The id of a node that has ended stands for its heir from then on: what it was merged
into, the first of the parts it was split into, and its parent where it became nothing. So whatever
names an id finds somebody, and no case that is open has to be changed.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from chalicelib.platform.ports import Row

FIRST = "node"
TAKEN = "taken"


class State(NamedTuple):
    """How a node is from `since` on (always, for None) until its next state begins.

    `ended`: it is no more, and has become these, by id. `because` and `by` say why and on whose
    order this state began.
    """

    since: date | None
    parent: str
    level: str
    titles: Mapping[str, str]
    code: str = ""
    aliases: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    administered_by: str = ""
    ended: bool = False
    became: tuple[str, ...] = ()
    because: str = ""
    by: str = ""

    @property
    def heir(self) -> str:
        """The id that stands for it once it has ended; empty for a root that became nothing."""
        return self.became[0] if self.became else self.parent


class History(NamedTuple):
    """Everything about one id: its states, oldest first, and nodes that ended with it as heir."""

    states: tuple[State, ...]
    taken: tuple[str, ...] = ()


class Node(NamedTuple):
    """A node of the region tree on a day.

    `path` runs from the root to the node itself, by ids: every id whose roles reach the node, so
    that who administers it stands between its parents and itself, and what was merged into a node
    right before that node. `inboxes` are the ids at which its tasks wait: its own comes first.
    """

    id: str
    path: tuple[str, ...]
    level: str
    titles: Mapping[str, str]
    code: str = ""
    aliases: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    administered_by: str = ""
    inboxes: tuple[str, ...] = ()


NOTHING = History(())

# The id of a node, all that is known of it, and its state on the day that is asked for.
_Living = tuple[str, History, State]


class Regions:
    """The tree, read node by node; `today` is asked only where a day matters and none is given."""

    def __init__(self, read: Callable[[str], History], today: Callable[[], date]) -> None:
        self._read = read
        self._today = today

    def node(self, node: str, on: date | None = None) -> Node | None:
        """What the id stands for on a day: itself while it lasts, then its heir."""
        found = self._living(node, on)
        if found is None:
            return None
        name, history, state = found
        taken = self._taken(name, history, on)
        return Node(
            name,
            self._path(found, on, ()),
            state.level,
            state.titles,
            state.code,
            state.aliases,
            state.labels,
            state.administered_by,
            (name, *dict.fromkeys(one for one, _ in taken)) if taken else (name,),
        )

    def parts(self, node: str, on: date | None = None) -> tuple[Node, ...]:
        """What the id was split into: an address must name one of them. Empty for all others."""
        state = self.state(node, on)
        if state is None or not state.ended or not state.became:
            return ()
        if len(state.became) == 1:
            return self.parts(state.heir, on)
        found = {one.id: one for part in state.became if (one := self.node(part, on))}
        return tuple(found.values()) if len(found) > 1 else ()

    def state(self, node: str, on: date | None = None) -> State | None:
        """The state of the id itself on a day; None before it begins."""
        return self._state(self._read(node).states, on)

    def _state(self, states: tuple[State, ...], on: date | None) -> State | None:
        if len(states) == 1 and states[0].since is None:
            return states[0]
        return on_day(on or self._today(), states) if states else None

    def _living(self, node: str, on: date | None) -> _Living | None:
        history = self._read(node)
        state = self._state(history.states, on)
        if state is None or not state.ended:
            return state and (node, history, state)
        return (self._living(state.heir, on) if state.heir else None) or (node, history, state)

    def _path(self, it: _Living, on: date | None, below: tuple[str, ...]) -> tuple[str, ...]:
        name, history, state = it
        below = (name, *below)
        path: tuple[str, ...] = ()
        for above in (state.parent, state.administered_by):
            found = self._living(above, on) if above else None
            if found is not None and found[0] not in below:
                path += tuple(one for one in self._path(found, on, below) if one not in path)
        taken = (one for one, roles in self._taken(name, history, on) if roles)
        return (*path, *dict.fromkeys(taken), name)

    def _taken(self, name: str, history: History, on: date | None) -> list[tuple[str, bool]]:
        """The ids for which the node stands besides its own, and whether with their roles."""
        found: list[tuple[str, bool]] = []
        for one in history.taken:
            other = self._read(one)
            state = self._state(other.states, on)
            # A row only finds: the state of the other says whether it is so on the day.
            if state is not None and state.ended and state.heir == name:
                # Into a parent that a node merely ended under, nobody's roles grow.
                roles = bool(state.became)
                found += [(id, roles and also) for id, also in self._taken(one, other, on)]
                found.append((one, roles))
        return found


def on_day(day: date, states: Iterable[State]) -> State | None:
    """The last of the states that has begun."""
    begun = [one for one in states if one.since is None or one.since <= day]
    return begun[-1] if begun else None


def history(rows: Iterable[Row]) -> History:
    """What the partition of a node tells, or its part of the register."""
    kept = list(rows)
    states = sorted((_state(row["data"]) for row in kept if row["kind"] == "node"), key=_begins)
    return History(
        tuple(states), tuple(row["data"]["node"] for row in kept if row["kind"] == TAKEN)
    )


def holder(rows: Iterable[Row], day: Callable[[], date]) -> str:
    """The node that carries a code on a day, from the partition of the code; empty for none."""
    found = sorted((row["data"].get("from", ""), row["data"]["node"]) for row in rows)
    if len(found) == 1 and not found[0][0]:
        return str(found[0][1])
    begun = [node for since, node in found if since <= day().isoformat()] if found else []
    return str(begun[-1]) if begun else ""


def rows_of(node: str, state: Mapping[str, Any], first: bool) -> list[Row]:
    """A state of a node as it is stored, and its line in the register; what a first state says
    replaces the first state there is, and nothing else."""
    sk = FIRST if first else f"from#{state['from']}"
    data = {"node": node, **state}
    return [_row(f"node#{node}", sk, FIRST, data), _row("nodes", f"{node}#{sk}", FIRST, data)]


def code_rows(node: str, state: Mapping[str, Any]) -> list[Row]:
    """That a node carries the code of its state from then on; none for a node without a code."""
    since = state.get("from")
    dated = {"from": since} if since else {}
    place = f"from#{since}" if since else "code"
    code = state.get("code")
    return [_row(f"code#{code}", place, "code", {"node": node, **dated})] if code else []


def taken_rows(node: str, ended: Mapping[str, Any]) -> list[Row]:
    """That a node finds what it has taken over: a row beside the states of the heir."""
    heir = heir_of(ended)
    return [_row(f"node#{heir}", f"{TAKEN}#{node}", TAKEN, {"node": node})] if heir else []


def heir_of(ended: Mapping[str, Any]) -> str:
    """The id that stands for a node that has ended, from its last state as stored."""
    became = ended.get("became") or [ended.get("parent") or ""]
    return str(became[0])


def _begins(one: State) -> date:
    return one.since or date.min


def _state(data: Mapping[str, Any]) -> State:
    return State(
        date.fromisoformat(data["from"]) if data.get("from") else None,
        data.get("parent") or "",
        data["level"],
        data["titles"],
        data.get("code") or "",
        tuple(data.get("aliases", ())),
        tuple(data.get("labels", ())),
        data.get("administered_by") or "",
        bool(data.get("ended")),
        tuple(data.get("became", ())),
        data.get("because", ""),
        data.get("by", ""),
    )


def _row(pk: str, sk: str, kind: str, data: Mapping[str, Any]) -> Row:
    return {"pk": pk, "sk": sk, "kind": kind, "data": dict(data)}
