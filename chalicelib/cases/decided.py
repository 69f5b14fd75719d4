"""Whether a case is decided: before its result, which comes when all is told, handed over, paid.

A decision that was made is not made again under other rules. It shows in what the applicant was
told (the status), or in the limit that the law sets for it: that has stopped, and of the results
that are decisions only some can come yet. An act that is for decided cases (`when: decided`) asks
for more: a result.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.cases import clockwork, lifecycle
from chalicelib.cases.file import CaseFile
from chalicelib.clocks.calendar import Calendar
from chalicelib.services.document import Service, result_of

# What is said of a case of which a decision is out.
SAYS_SO = frozenset({"granted", "refused", "ready", "delivered"})
# The kind of clock that measures the decision.
LIMIT = "statutory"


def decided(file: CaseFile, service: Service, calendar: Calendar) -> bool:
    case = file.case
    if "result" in case or case["ended"] or case["status"] in SAYS_SO:
        return True
    stopped = _stopped(file, service, calendar)
    if stopped is False:
        return False
    every = {name for name, one in service.data["results"].items() if one.get("decision")}
    ahead = _ahead(service, _stage(case, service)) & every
    # Where one decision only is known, the limit alone tells that it was made.
    return bool(ahead) and (ahead < every or bool(stopped) and len(ahead) == 1)


def _stage(case: Mapping[str, Any], service: Service) -> str:
    """Where the case stands, or is on its way to."""
    if "stage" not in case:
        return lifecycle.begin(service, case)
    return str(case["stage"] if case["open"] else service.next_stage(case["target"]))


def _stopped(file: CaseFile, service: Service, calendar: Calendar) -> bool | None:
    """Whether every limit of the decision that ran has stopped; None for a service without any."""
    names = {name for name, one in service.clocks.items() if one.get("kind") == LIMIT}
    if not names:
        return None
    found = [
        one.reading.stopped_at is not None
        for one in clockwork.readings(service, file.events, calendar)
        if one.name in names
    ]
    return bool(found) and all(found)


def _ahead(service: Service, stage: str) -> set[str]:
    """Results to which the stages lead from here on, without going back through a stage that every
    case has come through to get here."""
    first = stage if stage == service.unclear.get("to") else service.start
    before = {
        one
        for one in service.stages
        if one not in (stage, first) and stage not in _reached(service, first, {one}.__contains__)
    }
    before |= {first} - {stage}
    return {
        result
        for one in _reached(service, stage, before.__contains__)
        for way in _ways(service, one)
        if (result := result_of(way["to"])) is not None
    }


def _reached(service: Service, start: str, closed: Callable[[str], bool]) -> set[str]:
    seen, left = {start}, [start]
    while left:
        for way in _ways(service, left.pop()):
            target = way["to"]
            if target in service.stages and target not in seen and not closed(target):
                seen.add(target)
                left.append(target)
    return seen


def _ways(service: Service, stage: str) -> list[Mapping[str, Any]]:
    """What may settle the stage, but what ends a case at any time."""
    return [way for name, way in service.ways(stage).items() if name not in service.always]
