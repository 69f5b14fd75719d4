"""The loop that every system fact goes through: read the case, decide, commit, or look again."""

from collections.abc import Callable

from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile, load
from chalicelib.cases.house import House
from chalicelib.platform.ports import Busy, ConditionFailed, Operation
from chalicelib.services.document import Service

TRIES = 5
Decision = tuple[Fact, list[Operation]]


def commit(
    house: House, number: str, decide: Callable[[CaseFile, Service], Decision | None]
) -> Fact | None:
    """Commit what `decide` makes of the case as it is now, with its further operations.

    None when there is no such case or nothing to do. Raises Busy when others kept winning.
    """
    for _ in range(TRIES):
        file = load(house.ports.store, number)
        if file is None:
            return None
        service = house.catalogue.version(file.case["service"], int(file.case["service_version"]))
        decision = decide(file, service)
        if decision is None:
            return None
        fact, further = decision
        try:
            house.ports.store.transact([*fact.commit(house.calendar), *further])
            return fact
        except ConditionFailed:
            fact.forget()
    raise Busy(f"case {number} is contended")
