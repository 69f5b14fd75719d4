"""What the events of a case show at its end that may game a clock; noted for the office.

Passed on the last day, extended, withdrawn at the clerk's keyboard, closed as explained: none of
it is wrong by itself, so a document says which together are worth a look.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from chalicelib.cases import clockwork
from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile
from chalicelib.cases.house import House
from chalicelib.clocks.calendar import Calendar
from chalicelib.clocks.clock import ANEW, Reading
from chalicelib.people.authority import is_outside
from chalicelib.platform.lazy import lazy
from chalicelib.platform.ports import Row
from chalicelib.services.document import END, Service

if TYPE_CHECKING:
    from chalicelib.services.rules import patterns as rules
else:
    rules = lazy("chalicelib.services.rules.patterns")

NOTED = "pattern_noted"
# Time that the applicant has, not the office.
APPLICANTS = frozenset({"supply", "gap"})


def facts(file: CaseFile, service: Service, calendar: Calendar) -> Mapping[str, int | bool]:
    """As `rules.FACTS` lists them; of clocks their last run counts. Pure."""
    kinds = {name: one.get("kind") for name, one in service.clocks.items()}
    read = [
        one.reading
        for one in clockwork.readings(service, file.events, calendar)
        if kinds[one.name] not in APPLICANTS
    ]
    last = [one for one in read if _on_last_day(one, calendar)]
    result = file.case.get("result", "")
    status = service.data["results"][result]["status"] if result else ""
    return {
        "passed_on_last_day": len(last),
        "overdue": sum(row["type"] == clockwork.OVERDUE for row in file.events),
        "extended": sum(one.extended for one in read),
        "asked_again": sum("against" in row["data"] for row in file.events),
        "reopened": sum(ANEW in row["data"] for row in file.events),
        "withdrawn_by_office": status == "withdrawn" and _by_office(file, service, result),
        "closed_as_explained": status == "explained",
    }


def _on_last_day(reading: Reading, calendar: Calendar) -> bool:
    """Whether what could have been done on another working day was done on the last."""
    if reading.stopped_at is None or reading.due_at is None:
        return False
    start, stop, due = map(
        calendar.local_date, (reading.started_at, reading.stopped_at, reading.due_at)
    )
    return stop == due and calendar.working_days(start, due) > 1


def _by_office(file: CaseFile, service: Service, result: str) -> bool:
    """Whether somebody of the office took the action that ended the case."""
    ending = {
        one.data["event"]
        for one in service.every_action()
        if one.data.get("to") == f"{END}{result}"
    }
    made = (row["actor"] for row in reversed(file.events) if row["type"] in ending)
    actor = next(made, SYSTEM.data())
    return actor["as"] not in ("applicant", SYSTEM.role) and not is_outside(actor["party"])


def note(house: House, number: str, effect: Row) -> None:
    """Record which patterns the case meets, if any; repeatable for each end."""

    def decide(file: CaseFile, service: Service) -> Decision | None:
        by = int(effect["event"])
        if any(row["type"] == NOTED and row["data"]["by"] == by for row in file.events):
            return None
        seen = facts(file, service, house.calendar)
        found = rules.met(service, seen)
        if not found:
            return None
        fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
        fact.record(NOTED, {"patterns": found, "facts": dict(seen), "by": by})
        return fact, []

    commit(house, number, decide)
