"""What can happen next in a situation of a rehearsed case, whoever does it."""

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.clocks.milestones import before
from chalicelib.people.authority import outside_of
from chalicelib.services.document import WAITED_FOR, Data
from chalicelib.services.reports.happening import count
from chalicelib.services.reports.situation import (
    BREACH,
    CLAIM,
    LAPSED,
    OPEN,
    OVERDUE,
    SETTLED,
    STANDING,
    WAITING,
    Part,
    Rules,
    Situation,
    recorded,
)

WAIVED, UNLISTED = "waived", "unlisted"
SYSTEM, APPLICANT, ELSEWHERE = "system", "applicant", "elsewhere"
# What a step costs that is not the plain next one: the cheapest way is the least odd.
NARROWED, UNASKED, BY_CLOCK, WITH_A_REASON, OUT_OF_TURN = 2, 3, 12, 30, 40


class Move(NamedTuple):
    """One step: `at` is the pointer of what is taken, `by` a role, or who else acts. `part` is the
    number of the part acted on among those not settled, `only` the part to which the next fanout
    is narrowed."""

    kind: str
    at: str
    by: str
    cost: int
    event: str = ""
    part: int = -1
    only: tuple[str, str] = ("", "")

    @property
    def detour(self) -> bool:
        """Whether it leaves the flow where it is, so that no way has to be looked for after it."""
        return self.kind in ("act", "task", "escalation", "milestone", "item_late", "breach")


def moves(rules: Rules, now: Situation) -> Iterator[Move]:
    """Everything that can happen next, whoever does it."""
    if now.fresh:
        yield Move("unrouted", "/flow/unclear", SYSTEM, OUT_OF_TURN, "unrouted")
    if not now.result:
        yield from _own(rules, now)
        yield from _parts(rules, now)
        yield from _by_itself(rules, now)
    elif now.debts and "event" in rules.service.breach:
        yield Move("breach", BREACH, SYSTEM, OUT_OF_TURN, rules.service.breach["event"])
    yield from _reports(rules, now)
    yield from _acts(rules, now)
    yield from _tasks(rules, now)
    yield from _clocks(rules, now)
    yield from _milestones(rules, now)
    yield from _items(rules, now)


def _own(rules: Rules, now: Situation) -> Iterator[Move]:
    """Actions of the open stage's own task."""
    stage = rules.service.stages[now.stage]
    base = f"/flow/stages/{now.stage}"
    for name, action in rules.service.actions(now.stage).items():
        if not allowed(rules, now, f"{base}/actions/{name}", action, ""):
            continue
        taken = bool({"take_over", "return"} & set(action.get("does", ())))
        if _makes_sense(now, action) and taken is now.sent:
            yield from _variants(rules, f"{base}/actions/{name}", action, stage)


def _makes_sense(now: Situation, action: Data) -> bool:
    """A closed pool takes no claims; one that waits for a slot is enough; who was asked is asked
    once."""
    does = set(action.get("does", []))
    if does & {CLAIM, "close"} and now.closed:
        return False
    if CLAIM in does:
        return not any(part.state == WAITING for part in now.parts)
    return "ask" not in does or not any(part.name == action["asks"] for part in now.parts)


def _parts(rules: Rules, now: Situation) -> Iterator[Move]:
    """Actions on what stands inside the stage: one open part of a name is like another."""
    seen: set[tuple[str, str]] = set()
    top = next((part.name for part in now.parts if not part.parent and part.state == OPEN), "")
    for number, part in enumerate(_waiting(now)):
        its_turn = part.name == CLAIM or top in (part.name, part.parent)
        if its_turn and (part.name, part.state) not in seen:
            seen.add((part.name, part.state))
            for move in _on_part(rules, now, part):
                yield move._replace(part=number)


def _waiting(now: Situation) -> list[Part]:
    return [part for part in now.parts if not part.state.startswith(SETTLED)]


def _on_part(rules: Rules, now: Situation, part: Part) -> Iterator[Move]:
    """Who waits for a slot may only leave the list."""
    definition = rules.service.parts(now.stage)[part.name]
    for name, action in definition["actions"].items():
        at = f"/flow/stages/{now.stage}/parts/{part.name}/actions/{name}"
        open_to_it = part.state == OPEN or "release" in action.get("does", [])
        if open_to_it and _makes_sense(now, action) and allowed(rules, now, at, action, part.name):
            yield from _variants(rules, at, action, definition)


def _variants(rules: Rules, at: str, action: Data, place: Data) -> tuple[Move, ...]:
    """An action, its branches, and the narrower ways to open a fanout with it; worked out once."""
    if at not in rules.variants:
        rules.variants[at] = tuple(_worked_out(rules, at, action, place))
    return rules.variants[at]


def _worked_out(rules: Rules, at: str, action: Data, place: Data) -> Iterator[Move]:
    who = action.get("who") or place.get("who") or {}
    outside = outside_of(action.get("by")) or APPLICANT
    by = outside if action.get("by", "officer") != "officer" else who.get("role", APPLICANT)
    cost = 1 + WITH_A_REASON * bool(action.get("reason")) + (not {"to", "settles"} & action.keys())
    move = Move("action", at, by, cost, action["event"])
    yield move
    for stage in rules.fanouts.get(action["event"], ()):
        for item in rules.items(stage):
            yield move._replace(only=(stage, item), cost=cost + NARROWED)
    for index, branch in enumerate(action.get("branch", [])):
        yield move._replace(at=f"{at}/branch/{index}", event=branch["event"], cost=cost + 1)


def allowed(rules: Rules, now: Situation, at: str, action: Data, parent: str) -> bool:
    """Whether the engine would let somebody take the action now."""
    least = action.get("least")
    if action.get("once") and now.events & recorded(action):
        return False
    if "extend" in action.get("does", []) and action["clock"] not in now.running:
        return False
    if action.get("after", "") not in {"", *(now.events if "ever" in action else now.here)}:
        return False
    if action.get("within", "") not in {"", *now.running}:
        return False
    if "if" in action and at not in rules.setting.holds:
        return False
    if least and count(now.parts, least["verdict"], parent) < least["parts"]:
        return f"{OVERDUE}:{least.get('unless')}" in now.here
    return _fits_papers(rules, now, action.get("papers"))


def _fits_papers(rules: Rules, now: Situation, rule: str | None) -> bool:
    if rule == "complete":
        return not now.lacking
    papers = rules.service.papers
    may_follow = all(papers[one]["necessity"] == "gap" for one in now.lacking)
    return rule is None or (bool(now.lacking) and may_follow)


def _by_itself(rules: Rules, now: Situation) -> Iterator[Move]:
    """What nobody here does: a claim lapses, a promise is broken, another case rules."""
    stage = rules.service.stages[now.stage]
    claims = enumerate(_waiting(now))
    held = [number for number, one in claims if one.name == CLAIM and one.state == OPEN]
    if held and "hold" in stage:
        at = f"/flow/stages/{now.stage}/hold"
        yield Move("lapse", at, SYSTEM, BY_CLOCK, stage["hold"]["event"], held[0])
    if now.debts and LAPSED in rules.service.always:
        way = rules.service.always[LAPSED]
        yield Move("broken", f"/flow/always/{LAPSED}", SYSTEM, OUT_OF_TURN, way["event"])
    ends = stage.get("outcomes", {})
    if WAIVED in ends:
        at = f"/flow/stages/{now.stage}/outcomes/{WAIVED}"
        yield Move("elsewhere", at, ELSEWHERE, OUT_OF_TURN, ends[WAIVED]["event"])
    if stage.get("for") == "case":
        for cost, name in enumerate(dict.fromkeys([*stage["join"]["prefer"], *ends])):
            at = f"/flow/stages/{now.stage}/outcomes/{name}"
            yield Move("heard", at, ELSEWHERE, 1 + cost, ends[name]["event"])


def _reports(rules: Rules, now: Situation) -> Iterator[Move]:
    """A case that this one has opened is decided, and something waited for that."""
    for at, one in rules.service.follows:
        if one.get("hears") in now.unheard:
            yield Move("report", at, ELSEWHERE, OUT_OF_TURN, one["hears"])


def _acts(rules: Rules, now: Situation) -> Iterator[Move]:
    """Actions beside the stages. One that moves no stage is a detour, unless it brings papers,
    begins a clock or a pause, or something waits for it."""
    held = any(in_hand(rules, now))
    for at, act, ends, timed, waited_for in rules.acts:
        if not held and act.get("addressee") == WAITED_FOR:
            continue
        if not _fits_now(now, act) or not allowed(rules, now, at, act, ""):
            continue
        papers = "record_papers" in act.get("does", []) and now.lacking | now.debts
        moving = ends or papers or (timed and not now.result) or waited_for
        kind = "action" if moving else "act"
        cost = OUT_OF_TURN if ends else 1 if now.debts else UNASKED
        for move in _variants(rules, at, act, act):
            yield move._replace(kind=kind, cost=cost)


def in_hand(rules: Rules, now: Situation) -> Iterator[Data]:
    """Who of the office has the open stage in hand: its own task, or parts of it."""
    stage = rules.service.stages[now.stage]
    if now.result:
        return
    if stage["kind"] in ("desk", "review") and "who" in stage:
        yield stage["who"]
    for part in _waiting(now):
        who = rules.service.parts(now.stage)[part.name].get("who")
        if part.name != CLAIM and who:
            yield who


def _fits_now(now: Situation, act: Data) -> bool:
    """A rehearsed case that has a result has been told of it, and is closed."""
    when: str = act.get("when", "open")
    if when == "always":
        return True
    if (when in ("decided", "ended")) is not bool(now.result):
        return False
    stages: list[str] = act.get("in", [now.stage])
    return ("to" not in act and "in" not in act) or (not now.result and now.stage in stages)


def _tasks(rules: Rules, now: Situation) -> Iterator[Move]:
    for name in sorted(now.tasks):
        task = rules.service.side_tasks[name]
        for action in task["actions"]:
            at = f"/flow/tasks/{name}/actions/{action}"
            definition = task["actions"][action]
            if allowed(rules, now, at, definition, ""):
                for move in _variants(rules, at, definition, task):
                    yield move._replace(kind="task")


def _clocks(rules: Rules, now: Situation) -> Iterator[Move]:
    """Clocks that run out. One that only escalates leaves the flow where it is, unless fewer
    opinions will do after it."""
    for name in sorted(now.running):
        on_due = rules.service.clocks[name]["on_due"]
        at_work = rules.watched(name, now) and not rules.rests(name, now)
        if now.unheard & rules.appeals and on_due["do"] not in STANDING:
            continue
        if not at_work or not effective(rules, now, on_due):
            continue
        moves_nothing = on_due["do"] in STANDING and name not in rules.excuses
        event = on_due["event"] if on_due["do"] == "note" else OVERDUE
        kind, event = ("escalation", event) if moves_nothing else ("clock", "")
        yield Move(kind, f"/clocks/{name}", SYSTEM, BY_CLOCK, event)


def _milestones(rules: Rules, now: Situation) -> Iterator[Move]:
    """What clocks come to besides running out; a reminder comes before that only."""
    for at, name, milestone in rules.service.milestones():
        here = name in now.running or (name in now.fired and not before(milestone["at"]))
        watched = rules.watched(name, now) and not rules.rests(name, now)
        if here and watched and at not in now.reached:
            yield Move("milestone", at, SYSTEM, BY_CLOCK, milestone["event"])


def _items(rules: Rules, now: Situation) -> Iterator[Move]:
    """The time of an item runs out; the region tree has none, or too many."""
    if now.result or not rules.service.spread(now.stage):
        return
    base = f"/flow/stages/{now.stage}"
    for at, on_due in rules.service.item_dues():
        if at.startswith(f"{base}/") and at not in now.reached and _waiting(now):
            kind = "item_over" if "verdict" in on_due else "item_late"
            yield Move(kind, at, SYSTEM, BY_CLOCK, on_due["event"], 0)
    way = rules.service.stages[now.stage].get("outcomes", {}).get(UNLISTED)
    if way:
        yield Move("unlisted", f"{base}/outcomes/{UNLISTED}", SYSTEM, OUT_OF_TURN, way["event"])


def effective(rules: Rules, now: Situation, on_due: Data) -> bool:
    """Whether anything comes of a clock that runs out in this stage."""
    does = on_due["do"]
    if does == "act":
        return not now.result and on_due["action"] in rules.service.actions(now.stage)
    if does == "settle":
        return not now.result and on_due["outcome"] in rules.ways[now.stage]
    if does == "close":
        return not now.closed and now.stage in rules.pools
    return True
