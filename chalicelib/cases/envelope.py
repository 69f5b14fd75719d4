"""Envelopes: what the queue says about a flow, checked against the case (D1).

An envelope is a hint. Same open visit: keep the token. Same settled visit: answer with the stored
outcome. A stage that the recorded outcome leads to: open the next visit. Anything else is dropped
and counted. So redelivery, resumption and forgery are one rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from chalicelib.cases import assigning, auto, lifecycle, spread
from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.effects import join_after
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile, load
from chalicelib.cases.house import House
from chalicelib.platform import times
from chalicelib.platform.numbers import is_number
from chalicelib.platform.ports import (
    Absent,
    Below,
    ConditionFailed,
    Either,
    Equals,
    Every,
    Put,
    Row,
    Table,
)
from chalicelib.services.document import TOLD, Service

AHEAD = timedelta(minutes=5)
LONGEST_TOKEN = 2048


class Taken(StrEnum):
    KEPT = "kept"
    ANSWERED = "answered"
    OPENED = "opened"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Envelope:
    case: str
    generation: int
    stage: str
    entered: str
    token: str


def read_envelope(body: Any, now: datetime) -> Envelope | None:
    """The envelope in a queue message; None for every other shape."""
    if not isinstance(body, Mapping) or set(body) != {
        "case",
        "generation",
        "stage",
        "entered",
        "token",
    }:
        return None
    texts = [body[name] for name in ("case", "stage", "entered", "token")]
    if not all(isinstance(text, str) and text for text in texts) or not isinstance(
        body["generation"], int
    ):
        return None
    if not is_number(body["case"]) or len(body["token"]) > LONGEST_TOKEN:
        return None
    try:
        entered = times.moment(body["entered"])
    except ValueError:
        return None
    if entered > now + AHEAD:
        return None
    return Envelope(
        body["case"], body["generation"], body["stage"], times.text(entered), body["token"]
    )


def take(house: House, it: Envelope) -> Taken:
    """Act on one envelope; safe to repeat."""
    file = load(house.ports.store, it.case)
    if file is None or it.generation != int(file.case["generation"]):
        return Taken.DROPPED
    case = file.case
    if case["ended"]:
        house.ports.orchestrator.succeed(it.token, {"outcome": case.get("outcome", TOLD)})
        return Taken.ANSWERED
    if case.get("stage") == it.stage and case["open"]:
        return _keep(house, it, int(case["visit"]))
    service = house.catalogue.version(case["service"], int(case["service_version"]))
    if lifecycle.expected_next(service, case) == it.stage:
        return _open(house, it)
    if case.get("stage") == it.stage and case.get("outcome"):
        house.ports.orchestrator.succeed(it.token, {"outcome": case["outcome"]})
        return Taken.ANSWERED
    return Taken.DROPPED


def _keep(house: House, it: Envelope, visit: int) -> Taken:
    """The latest entered of the open visit holds the token."""
    later = Every((Equals("visit", visit), Below("entered", it.entered)))
    row = _wait(it, visit)
    try:
        house.ports.store.transact(
            [Put(Table.CASES, row, Either((Absent(), Below("visit", visit), later)))]
        )
    except ConditionFailed:
        return Taken.DROPPED
    # Whoever opened the visit may have died before looking.
    join_after(house, it.case)
    return Taken.KEPT


def _open(house: House, it: Envelope) -> Taken:
    def decide(file: CaseFile, service: Service) -> Decision | None:
        same_generation = it.generation == int(file.case["generation"])
        if not same_generation or lifecycle.expected_next(service, file.case) != it.stage:
            return None
        assign = assigning.assigner(house, file, service)
        fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys, assign=assign)
        lifecycle.open_visit(fact, it.stage)
        auto.settle(house, fact)
        spread.begin(house, fact)
        return fact, [Put(Table.CASES, _wait(it, int(fact.case["visit"])), None)]

    opened = commit(house, it.case, decide)
    if opened is None:
        # Losing the race to a redelivery of the same envelope is fine: that one opened the visit.
        return Taken.DROPPED
    if opened.service.stages[it.stage]["kind"] == "tell" and opened.case["open"]:
        # The last notice may have been delivered while this was being decided.
        join_after(house, it.case)
    return Taken.OPENED


def _wait(it: Envelope, visit: int) -> Row:
    return {
        "pk": f"wait#{it.case}",
        "sk": "wait",
        "kind": "wait",
        "token": it.token,
        "entered": it.entered,
        "visit": visit,
        "generation": it.generation,
    }
