"""Every way a case can go, found once: the cheapest way to each situation, and on to an end."""

from collections.abc import Hashable, Iterable, Mapping
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from chalicelib.services.reports.becoming import after, submitted
from chalicelib.services.reports.moves import WITH_A_REASON, Move, moves
from chalicelib.services.reports.situation import SETTLED, Course, Rules, Situation

# How many situations are remembered in which one thing can be done.
MOST_OFFERS = 6
NEGATIVE, NOT_COUNTED = 30, 20

Key = Hashable


class Offer(NamedTuple):
    """A move that can be made where a key stands."""

    key: Key
    move: Move


class Routes:
    """`offers` by the pointer of what is taken, `makers` by the event recorded, cheapest first.

    At most `most` steps are looked at; `looked` of them were, and `truncated` says whether that
    was not enough.
    """

    def __init__(self, rules: Rules, starts: Iterable[frozenset[str]], most: int) -> None:
        self.rules = rules
        self.offers: dict[str, list[Offer]] = {}
        self.makers: dict[str, list[Offer]] = {}
        self.situations: dict[Key, Situation] = {}
        self.truncated = False
        self._before: dict[Key, tuple[Key, Move] | frozenset[str]] = {}
        self._edges: dict[Key, list[tuple[int, Key, Move]]] = {}
        self.looked = 0
        self._most = most
        self._explore(list(starts))
        self._onward = self._ends()

    def _explore(self, starts: list[frozenset[str]]) -> None:
        ahead: list[tuple[int, int, Situation, tuple[Key, Move] | frozenset[str]]] = []
        order = count()
        for cost, lacking in enumerate(starts):
            heappush(ahead, (cost, next(order), submitted(self.rules, lacking).situation, lacking))
        while ahead:
            cost, _, now, before = heappop(ahead)
            here = self.key(now)
            if here in self.situations:
                continue
            if self.looked >= self._most:
                self.truncated = True
                return
            self.situations[here], self._before[here] = now, before
            for move in moves(self.rules, now):
                self._offer(self.offers, move.at, Offer(here, move))
                self._offer(self.makers, move.event, Offer(here, move))
                if not move.detour:
                    course = after(self.rules, now, move)
                    step = self._cost(move, course)
                    self._remember(here, move, course, step)
                    then = course.situation
                    heappush(ahead, (cost + step, next(order), then, (here, move)))

    def _cost(self, move: Move, course: Course) -> int:
        """A way that carries a reason of its own is not the plain one."""
        return move.cost + WITH_A_REASON * len(self.rules.reasoned & set(course.taken))

    def _remember(self, here: Key, move: Move, course: Course, cost: int) -> None:
        for pointer in course.taken:
            self._offer(self.offers, pointer, Offer(here, move))
        for event in course.events:
            self._offer(self.makers, event, Offer(here, move))
        self._edges.setdefault(self.key(course.situation), []).append((cost, here, move))
        self.looked += 1

    def _offer(self, table: dict[str, list[Offer]], name: str, offer: Offer) -> None:
        found = table.setdefault(name, [])
        if len(found) < MOST_OFFERS and offer not in found:
            found.append(offer)

    def key(self, now: Situation) -> Key:
        """What tells situations apart: not what was done beside the flow, nor in which order."""
        rules = self.rules
        lead = rules.service.stages[now.stage].get("join", {}).get("lead")
        done = [one for one in now.parts if one.state.startswith(SETTLED)]
        return (
            now.stage,
            now.result,
            now.lacking,
            now.debts,
            (now.running | now.fired) - rules.beside,
            now.events & rules.once_in_stages,
            now.here,
            tuple(one for one in now.parts if not one.state.startswith(SETTLED)),
            tuple(sorted((one.state, one.parent, one.name == lead) for one in done)),
            now.closed,
            now.only,
            now.unheard,
            now.sent,
            now.fresh,
        )

    def path(self, key: Key) -> tuple[frozenset[str], list[Move]]:
        """The papers lacking at the start, and the moves that lead to a situation."""
        steps: list[Move] = []
        before = self._before[key]
        while not isinstance(before, frozenset):
            key, move = before
            steps.append(move)
            before = self._before[key]
        return before, steps[::-1]

    def onward(self, now: Situation) -> Move | None:
        """The next step of the cheapest way on to an end; None at an end or without a way."""
        return None if now.result else self._onward.get(self.key(now))

    def ends(self, key: Key) -> bool:
        """Whether an end can be reached from there."""
        return key in self._onward or bool(self.situations[key].result)

    def _ends(self) -> Mapping[Key, Move]:
        """From each situation the first step towards the nearest end; a good end is nearer."""
        ahead: list[tuple[int, int, Key, Move | None]] = []
        order = count()
        for key, now in self.situations.items():
            if now.result:
                heappush(ahead, (self._worth(now.result), next(order), key, None))
        seen: set[Key] = set()
        found: dict[Key, Move] = {}
        while ahead:
            cost, _, key, move = heappop(ahead)
            if key in seen:
                continue
            seen.add(key)
            if move is not None:
                found[key] = move
            for step, before, one in self._edges.get(key, []):
                heappush(ahead, (cost + step, next(order), before, one))
        return found

    def _worth(self, result: str) -> int:
        definition = self.rules.service.data["results"][result]
        bad = NEGATIVE if definition["negative"] else 0
        return bad + (NOT_COUNTED if definition.get("counted") is False else 0)
