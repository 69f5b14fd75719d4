"""Effects by name: each may be carried out any number of times (D3).

A function takes the case file, the effect and its row number and says how it went: done, again
at a moment, or given up. Register, do not branch.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.cases import (
    board,
    bonds,
    documents,
    elsewhere,
    emitting,
    granting,
    leading,
    lifecycle,
    merging,
    notices,
    passing,
    patterns,
    permission,
    posting,
    promises,
    spread,
)
from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile
from chalicelib.cases.generations import RESUMED
from chalicelib.cases.house import House
from chalicelib.cases.notices import Tried
from chalicelib.platform import times
from chalicelib.platform.ports import Execution, Row, Table
from chalicelib.services.document import Service

VERIFY = timedelta(seconds=30)
SOON = timedelta(seconds=2)
ORDERED = timedelta(seconds=20)
# When a running execution without a usable token has lost it: after more than twice the queue's
# visibility timeout, which is also what so many tries take.
LOST = timedelta(minutes=15)
LOST_AFTER = 5


@dataclass(frozen=True)
class Done:
    pass


@dataclass(frozen=True)
class Again:
    at: datetime
    counts: bool = True


Went = Done | Again
Carry = Callable[[House, CaseFile, Service, Row], Went]


def start(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    """Start the execution of a generation where the case stands."""
    case = file.case
    if case["ended"] or int(case["generation"]) != int(effect["generation"]):
        return Done()
    house.ports.orchestrator.start(
        case["machine"],
        execution_name(case),
        {
            "case": file.number,
            "generation": int(case["generation"]),
            "at": lifecycle.entry(service, case),
        },
    )
    return Done()


def stop(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    """End the execution of a generation that another machine has taken over from."""
    name = f"{file.number}-{int(effect['generation'])}"
    house.ports.orchestrator.stop(effect["machine"], name)
    return Done()


def signal(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    """Tell the flow how a visit ended; owed until the machine has moved on."""
    case, now = file.case, house.now()
    if int(case["visit"]) > int(effect["visit"]):
        return Done()
    status = None
    if effect["attempts"] > 1:
        status = house.ports.orchestrator.status(case["machine"], execution_name(case))
        if status is Execution.SUCCEEDED and case["ended"]:
            return Done()
    wait = house.ports.store.get(Table.CASES, (f"wait#{file.number}", "wait"))
    if wait and wait["visit"] == effect["visit"] and wait["generation"] == case["generation"]:
        if house.ports.orchestrator.succeed(wait["token"], {"outcome": effect["outcome"]}):
            return Again(now + VERIFY)
    if status is None:
        return Again(now + SOON)
    if status is not Execution.RUNNING or effect["attempts"] > LOST_AFTER:
        restart(house, file.number)
    return Again(now + min(VERIFY * 2 ** min(effect["attempts"] - 1, 9), timedelta(minutes=10)))


def execution_name(case: Row) -> str:
    return f"{case['number']}-{int(case['generation'])}"


def restart(
    house: House, number: str, when: Callable[[CaseFile, datetime], bool] | None = None
) -> bool:
    """Give a case whose execution is dead, whose token is lost, or of which `when` holds, its next
    generation."""

    def decide(file: CaseFile, service: Service) -> Decision | None:
        case = file.case
        if when is not None and not when(file, house.now()):
            return None
        status = house.ports.orchestrator.status(case["machine"], execution_name(case))
        over = not case["open"] and lifecycle.expected_next(service, case) is None
        if case["ended"] or over or _about_to_start(file):
            return None
        if status is Execution.RUNNING:
            house.ports.orchestrator.stop(case["machine"], execution_name(case))
        fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
        fact.case["generation"] = int(case["generation"]) + 1
        fact.record(RESUMED, {"generation": fact.case["generation"]})
        fact.owe("start", generation=fact.case["generation"])
        return fact, []

    return commit(house, number, decide) is not None


def unopened(file: CaseFile, now: datetime) -> bool:
    """Whether a flow that runs has lost the envelope of its stage: nobody was asked to open it.

    A lost envelope of a stage that is open is found by the signal that ends the stage.
    """
    if file.case["open"] or any(effect["do"] == "signal" for effect in _owed(file)):
        return False
    effects = (effect for row in file.outs for effect in row["effects"])
    started = [effect.get("done_at", "") for effect in effects if effect["do"] == "start"]
    return now - times.moment(max(file.events[-1]["at"], *started)) > LOST


def _about_to_start(file: CaseFile) -> bool:
    """Whether the present generation's start is still owed."""
    generation = int(file.case["generation"])
    return any(
        effect["do"] == "start" and int(effect["generation"]) == generation
        for effect in _owed(file)
    )


def _owed(file: CaseFile) -> Iterator[Row]:
    for row in file.outs:
        yield from (effect for effect in row["effects"] if effect["state"] == "owed")


def document(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    documents.issue(house, file, service, effect)
    return Done()


def notice(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    """Try the notice once on its present channel; after the last, a person calls."""
    quiet = notices.quiet_until(house)
    if quiet is not None and not service.notices[effect["notice"]].get("at_once"):
        return Again(quiet, counts=False)
    tried = notices.attempt(house, file, service, effect)
    if tried is Tried.SETTLED:
        return Done()
    return Again(house.now() if tried is Tried.NEXT else _backoff(house, effect))


def _backoff(house: House, effect: Row) -> datetime:
    """1, 5, 30 minutes between the tries on one channel."""
    tries = int(effect["attempts"]) - int(effect["since"])
    minutes = (1, 5, 30)[min(tries - 1, 2)]
    return house.now() + timedelta(minutes=minutes)


def board_card(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    board.update(house, file, service)
    return Done()


def post(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    posting.update(house, file, service)
    return Done()


def waive(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    elsewhere.waive(house, file, effect)
    return Done()


def link(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    """Never from a restricted case, nor where the sender asked not to be known."""
    if not service.data.get("restricted") and not permission.asked_to_hide(house, file, service):
        elsewhere.link(house, file, effect)
    return Done()


def open_linked(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    leading.open_owed(house, file.number, effect)
    return Done()


def grant(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    """Owed until the publisher function has carried out the order."""
    if granting.carry(house, file, service, effect):
        return Done()
    return Again(house.now() + ORDERED, counts=False)


def merge(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    """Owed until the case stands somewhere that it can end from."""
    return Done() if merging.carry(house, file.number, effect) else Again(house.now() + SOON)


def repeat(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    merging.repeat(house, file, service, effect)
    return Done()


def note_patterns(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    patterns.note(house, file.number, effect)
    return Done()


def emit(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    emitting.begin(house, file, effect)
    return Done()


def end_bonds(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    bonds.end_bonds(house, file)
    return Done()


def remember(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    promises.remember(house, file, service)
    return Done()


def report(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    elsewhere.report(house, file, effect)
    return Done()


def accountable(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    passing.remind(house, file.number)
    return Done()


def items(house: House, file: CaseFile, service: Service, effect: Row) -> Went:
    """A page at a time: open the items of a fanout, settle it by them, close what is left."""
    return Again(house.now(), counts=False) if spread.go_on(house, file.number) else Done()


CARRY: dict[str, Carry] = {
    "start": start,
    "stop": stop,
    "signal": signal,
    "document": document,
    "notice": notice,
    "board": board_card,
    "post": post,
    "waive": waive,
    "link": link,
    "open_case": open_linked,
    "report": report,
    passing.ACCOUNTABLE: accountable,
    "write_rule": grant,
    "merge": merge,
    "patterns": note_patterns,
    "repeat": repeat,
    "emit": emit,
    "end_bonds": end_bonds,
    "remember": remember,
    "grant_role": grant,
    "revoke_role": grant,
    "items": items,
}


def join_after(house: House, number: str) -> None:
    """A told notice may have been what the open stage waited for."""

    def decide(file: CaseFile, service: Service) -> Decision | None:
        if file.case["ended"] or not file.case["open"]:
            return None
        if service.stages[file.case["stage"]]["kind"] != "tell" or file.owed_notices():
            return None
        fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
        lifecycle.join(fact)
        return fact, []

    commit(house, number, decide)


def later(row_effects: list[Row]) -> str | None:
    """When the next owed effect of a row is due."""
    dues = [effect["due"] for effect in row_effects if effect["state"] == "owed"]
    return min(dues) if dues else None
