"""Legs: the time one node has a case, from its being addressed there to its being passed on (承办).

Events are the truth: what an act of passing on records in its data (`leg`) is all that a leg is
read from; `leg`, `sent` and `bounces` of the case row are what `standing` makes of it. Whoever
accepted last answers for the case until somebody else has taken it over. Pure.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from chalicelib.cases.file import CaseFile
from chalicelib.platform.ports import Row

# What an event's data says of the legs, and what the case is named by there.
LEG = "leg"
TRANSFER, TAKE_OVER, RETURN = "transfer", "take_over", "return"
# It is not clear who is in charge: an arbiter has it until the ruling.
UNROUTED, RULED = "unrouted", "ruled"
LAPSED = "lapsed"
ENTERED, CLOSED = "stage_entered", "closed"
OVERDUE = "overdue"


@dataclass(frozen=True)
class Leg:
    """`node` has the case from `since` to `until`; until it took over (`taken_at`) another node
    answers for it. `direction` and `reason` say how it came there, `ended_by` how it left: it was
    passed on, returned, or never accepted when its stage was left (lapsed). `late` are the clocks
    that ran out while this node answered for it."""

    node: str
    since: str
    answers: str
    taken_at: str = ""
    until: str = ""
    direction: str = ""
    reason: str = ""
    ended_by: str = ""
    late: tuple[str, ...] = ()


class Standing(NamedTuple):
    """Where a case is: the node that answers for it, the one that it was sent to and that has not
    accepted, how often it was returned."""

    leg: str
    sent: str
    bounces: int


def legs(file: CaseFile) -> list[Leg]:
    """Every leg, oldest first; they follow one another without a gap, from receipt to the end."""
    return read(str(file.case["site"]), file.events)


def read(site: str, events: Iterable[Row]) -> list[Leg]:
    """From the events of a case that was received at `site`."""
    found: list[Leg] = []
    for row in events:
        at, said = str(row["at"]), row["data"].get(LEG, {})
        found = found or [Leg(site, at, site, at)]
        for clock in (*_ran_out(row), *said.get("late", ())):
            _late(found, clock)
        if said:
            MOVES[said["do"]](found, at, said, str(row["data"].get("reason", "")))
        elif row["type"] == ENTERED and not found[-1].taken_at:
            _back(found, at, LAPSED, "")
        elif row["type"] == ENTERED and found[-1].ended_by == CLOSED:
            answers = found[-1].answers
            found.append(Leg(answers, at, answers, at, direction="reopened"))
        elif row["type"] == CLOSED:
            _ends(found, at, CLOSED)
    return found


def _ran_out(row: Row) -> tuple[str, ...]:
    return (row["data"].get("clock", ""),) if row["type"] == OVERDUE else ()


def _passed(found: list[Leg], at: str, said: Row, reason: str) -> None:
    _ends(found, at, TRANSFER)
    how = {"direction": said["direction"], "reason": reason}
    found.append(Leg(said["to"], at, found[-1].answers, **how))


def _taken(found: list[Leg], at: str, said: Row, _: str) -> None:
    found[-1] = replace(found[-1], taken_at=at, answers=found[-1].node)


def _returned(found: list[Leg], at: str, _: Row, reason: str) -> None:
    _back(found, at, RETURN, reason)


def _unrouted(found: list[Leg], at: str, said: Row, _: str) -> None:
    """The arbiter has it from the beginning."""
    found[:] = [Leg(said["to"], at, said["to"], at, direction=UNROUTED)]


def _ruled(found: list[Leg], at: str, said: Row, _: str) -> None:
    _ends(found, at, RULED)
    found.append(Leg(said["to"], at, said["to"], at, direction=RULED))


MOVES: Mapping[str, Callable[[list[Leg], str, Row, str], None]] = {
    TRANSFER: _passed,
    TAKE_OVER: _taken,
    RETURN: _returned,
    UNROUTED: _unrouted,
    RULED: _ruled,
}


def _ends(found: list[Leg], at: str, by: str) -> None:
    found[-1] = replace(found[-1], until=at, ended_by=by)


def _back(found: list[Leg], at: str, by: str, reason: str) -> None:
    """The case is again with who never ceased to answer for it."""
    answers = found[-1].answers
    _ends(found, at, by)
    found.append(Leg(answers, at, answers, at, direction=by, reason=reason))


def _late(found: list[Leg], clock: str) -> None:
    """It counts against the leg of who answers, also while the next one has not accepted."""
    answers = found[-1].answers
    for index in range(len(found) - 1, -1, -1):
        leg = found[index]
        if leg.node == answers and leg.taken_at:
            if clock not in leg.late:
                found[index] = replace(leg, late=(*leg.late, clock))
            return


def standing(site: str, events: Iterable[Row]) -> Standing:
    """What the events say of where the case is."""
    found = read(site, events)
    if not found:
        return Standing(site, "", 0)
    last = found[-1]
    bounces = sum(one.ended_by == RETURN for one in found)
    return Standing(last.answers, "" if last.taken_at else last.node, bounces)


def answering(case: Row) -> str:
    """The node that answers for a case."""
    return str(case.get("leg", case["site"]))


def nodes(file: CaseFile) -> list[str]:
    """Every node that has or had it; none but the first for a case that was never passed on."""
    return list(dict.fromkeys(one.node for one in legs(file))) if "leg" in file.case else []
