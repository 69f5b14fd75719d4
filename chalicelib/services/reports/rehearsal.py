"""A rehearsal of a service before it is published: the whole flow in fake time over its examples.

Each example takes the plain way; further walks then take every action, outcome, clock and part
that is still to be seen, by the shortest way to it and on to an end. Nothing is sent or written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.clocks.calendar import Calendar
from chalicelib.platform.errors import Finding, Texts
from chalicelib.services.document import Service
from chalicelib.services.forms.answers import Forms
from chalicelib.services.reports.becoming import after
from chalicelib.services.reports.cast import MOST_PLAYED, Cast, casting
from chalicelib.services.reports.hangs import hangs
from chalicelib.services.reports.moves import Move, moves
from chalicelib.services.reports.routes import Offer, Routes
from chalicelib.services.reports.situation import BREACH, Rules, Setting
from chalicelib.services.reports.timeline import Overtaken, Step, Timeline
from chalicelib.services.reports.unseen import why

MOST_WALKS, MOST_STEPS = 60, 60
# Steps that are looked at to find ways; steps that are tried, also on walks that come to nothing.
MOST_LOOKED_AT, MOST_TRIED = 12_000, 5_000


@dataclass(frozen=True)
class Walk:
    """One case from its submission to its end; `shows` is the pointer of what it was walked for,
    empty for the plain way. Without a `result` it was left standing. `lacking` are the papers it
    began without."""

    cast: Cast
    shows: str
    steps: tuple[Step, ...]
    result: str
    lacking: frozenset[str] = frozenset()


@dataclass
class Rehearsal:
    """`never`: what no walk took, and why. `refused`: examples whose answers the form refuses.
    `truncated`: there was more to walk than the bounds allow."""

    service: Service
    walks: list[Walk] = field(default_factory=list)
    never: dict[str, Texts] = field(default_factory=dict)
    hangs: list[Finding] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    without_answers: bool = False
    truncated: bool = False

    @property
    def taken(self) -> set[str]:
        return {pointer for walk in self.walks for step in walk.steps for pointer in step.taken}

    @property
    def notices(self) -> set[str]:
        sent = (step.notices for walk in self.walks for step in walk.steps)
        return {one.notice for notices in sent for one in notices}

    @property
    def documents(self) -> set[str]:
        return {name for walk in self.walks for step in walk.steps for name in step.documents}


def rehearse(
    service: Service, examples: Sequence[Mapping[str, Any]], calendar: Calendar, now: datetime
) -> Rehearsal:
    """At most MOST_WALKS walks of MOST_STEPS steps; the same for the same arguments.

    An example has `answers`, and may have `title`, `channel` and the `papers` it brings. Without
    one, the form's own examples are taken, or a case without answers.
    """
    return _Player(service, calendar, now).play(examples)


def targets(service: Service) -> Iterator[str]:
    """Pointers of everything that a rehearsal takes at least once, in the document's order."""
    for one in service.every_action():
        yield one.at
        yield from (f"{one.at}/branch/{n}" for n in range(len(one.data.get("branch", []))))
        if "else_event" in one.data:
            yield f"{one.at}/else_event"
    for stage, definition in service.stages.items():
        at = f"/flow/stages/{stage}"
        yield at
        yield from (f"{at}/outcomes/{name}" for name in definition.get("outcomes", {}))
        yield from (f"{at}/parts/{name}" for name in definition.get("parts", {}))
        if "hold" in definition:
            yield f"{at}/hold"
    yield from (f"/flow/always/{name}" for name in service.always)
    if service.unclear:
        yield "/flow/unclear"
    if "event" in service.breach:
        yield BREACH
    yield from (f"/clocks/{name}" for name in service.clocks)
    yield from (at for at, _, _ in service.milestones())
    yield from (at for at, one in service.follows if "appeal" in one)
    yield from (at for at, _ in service.item_dues())
    yield from (f"/results/{name}" for name in service.data["results"])


class _Player:
    def __init__(self, service: Service, calendar: Calendar, now: datetime) -> None:
        self.service = service
        self.calendar = calendar
        self.now = now
        self.rehearsal = Rehearsal(service)
        self.overtaken: dict[str, str] = {}
        self.tried = 0
        self._routes: dict[Setting, Routes] = {}

    def play(self, examples: Sequence[Mapping[str, Any]]) -> Rehearsal:
        today = self.calendar.local_date(self.now)
        played = casting(self.service, examples, Forms(lambda: today), today)
        casts, self.rehearsal.refused = played
        self.rehearsal.truncated = len(examples) > MOST_PLAYED
        self.rehearsal.without_answers = all(cast.answers is None for cast in casts)
        if self.service.record:
            return self.rehearsal
        players = list({one.setting: one for one in reversed(casts)}.values())[::-1]
        left = MOST_LOOKED_AT
        for cast in players:
            starts = self._starts(casts, cast.setting)
            routes = Routes(Rules(self.service, cast.setting), starts, left)
            self._routes[cast.setting] = routes
            left -= routes.looked
        for cast in casts:
            self._walk(cast, "", cast.lacking, [])
        for target in targets(self.service):
            if target not in self.rehearsal.taken:
                self._show(target, players)
        self._by_channel(players[0])
        self._conclude()
        return self.rehearsal

    def _starts(self, casts: list[Cast], setting: Setting) -> list[frozenset[str]]:
        """With all papers, without those that may follow (also after the result), without any; and
        as examples bring."""
        papers = self.service.papers
        gaps = frozenset(one for one in setting.needed if papers[one]["necessity"] == "gap")
        said = [one.lacking for one in casts if one.setting == setting]
        later = frozenset(one for one in gaps if self.service.recovers(one))
        return list(dict.fromkeys([frozenset[str](), gaps, later, setting.needed, *said]))

    def _conclude(self) -> None:
        routes = list(self._routes.values())
        self.rehearsal.truncated |= any(one.truncated for one in routes)
        self.rehearsal.hangs = list(hangs(self.service, routes))
        taken = self.rehearsal.taken
        for target in targets(self.service):
            if target not in taken:
                by = self.overtaken.get(target, "")
                cut = self.rehearsal.truncated
                self.rehearsal.never[target] = why(self.service, routes, target, by, cut)

    def _show(self, target: str, players: list[Cast]) -> None:
        """The first player and way by which the target can be taken in time."""
        for cast in players:
            routes = self._routes[cast.setting]
            for offer, more in self._ways_to(routes, target):
                lacking, path = routes.path(offer.key)
                if self._walk(cast, target, lacking, [*path, offer.move, *more]):
                    return

    def _ways_to(
        self, routes: Routes, target: str, seen: frozenset[str] = frozenset()
    ) -> Iterator[tuple[Offer, list[Move]]]:
        """Where it can be taken at once; else after what opens its task or starts its clock, which
        may be a milestone of another clock."""
        yield from ((offer, []) for offer in routes.offers.get(target, []))
        for offer, more in self._ways_to_open(routes, target, seen | {target}):
            then = routes.situations[offer.key]
            for move in (offer.move, *more):
                then = after(routes.rules, then, move).situation
            found = next((one for one in moves(routes.rules, then) if one.at == target), None)
            if found is not None:
                yield offer, [*more, found]

    def _ways_to_open(
        self, routes: Routes, target: str, seen: frozenset[str]
    ) -> Iterator[tuple[Offer, list[Move]]]:
        for event in self._openers(target):
            yield from ((offer, []) for offer in routes.makers.get(event, []))
            for at, _, milestone in self.service.milestones():
                if milestone["event"] == event and at not in seen:
                    yield from self._ways_to(routes, at, seen)

    def _openers(self, target: str) -> list[str]:
        path = target.split("/")
        if target.startswith("/flow/tasks/"):
            return list(self.service.side_tasks[path[3]]["on"])
        return list(self.service.clocks[path[2]]["start"]) if path[1] == "clocks" else []

    def _walk(
        self, cast: Cast, shows: str, lacking: frozenset[str], plan: list[Move], channel: str = ""
    ) -> bool:
        """Take the steps of the plan, then the shortest way on to an end; whether it was shown."""
        if len(self.rehearsal.walks) >= MOST_WALKS or self.tried >= MOST_TRIED:
            self.rehearsal.truncated = True
            return False
        routes, channel = self._routes[cast.setting], channel or cast.channel
        line = Timeline(routes.rules, self.calendar, self.now, channel, cast.dates)
        line.submit(lacking)
        ahead = list(plan)
        while len(line.steps) < MOST_STEPS:
            planned = bool(ahead)
            move = ahead.pop(0) if ahead else routes.onward(line.situation)
            if move is None:
                break
            self.tried += 1
            try:
                line.take(move)
            except Overtaken as other:
                if planned:
                    self.overtaken.setdefault(shows, other.by.at)
                    return False
                line.take(other.by)
        if shows and all(shows not in step.taken for step in line.steps):
            return False
        played, result = cast._replace(channel=channel), line.situation.result
        walk = Walk(played, shows, tuple(line.steps), result, lacking)
        self.rehearsal.walks.append(walk)
        return True

    def _by_channel(self, cast: Cast) -> None:
        """Notices that only some channels send: the plain way, by such a channel."""
        for name, notice in self.service.data["notices"].items():
            if name not in self.rehearsal.notices:
                for channel in notice.get("when_channel", []):
                    if channel in self.service.data["channels"]:
                        self._walk(cast, "", cast.lacking, [], channel)
                        break
