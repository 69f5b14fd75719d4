"""Stages that decide by themselves: what the table of such a stage says of a case.

It settles as it opens, like a gate that is clear. Nobody acts: the event names the table, its row
and the version of the rules, by which the applicant is told why. Where a needed paper is not in, or
one was found wanting, nothing is decided: identity and the like are never taken on trust.
"""

from typing import TYPE_CHECKING, NamedTuple

from chalicelib.cases import lifecycle
from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import answers_of
from chalicelib.cases.house import House
from chalicelib.cases.refusals import wanted_papers
from chalicelib.platform import times
from chalicelib.platform.errors import Texts
from chalicelib.platform.lazy import lazy
from chalicelib.platform.ports import Row
from chalicelib.services.document import AUTO, Service

if TYPE_CHECKING:
    from chalicelib.services.rules import verdicts
else:
    verdicts = lazy("chalicelib.services.rules.verdicts")


class Rule(NamedTuple):
    """By what the system decided: a row counted from 1, 0 for the default of the table."""

    table: str
    row: int
    version: int
    reason: Texts


def settle(house: House, fact: Fact) -> None:
    """Settle the open stage by its table, if it is one that decides by itself."""
    definition = fact.service.stages[fact.case["stage"]]
    if definition["kind"] != AUTO or not fact.case["open"]:
        return
    table = definition["table"]
    if wanted_papers(house, fact.service, fact.file):
        found = verdicts.undecided(fact.service, table)
    else:
        answers = answers_of(fact.keys, fact.file)
        received = house.calendar.local_date(times.moment(fact.case["received_at"]))
        found = verdicts.ruled(fact.service, table, answers, received)
    way = definition["outcomes"][found.outcome]
    by = {"table": found.table, "row": found.row, "version": fact.service.version}
    fact.record(way["event"], {"rule": by}, actor=SYSTEM)
    lifecycle.settle(fact, found.outcome, way)


def rule_of(house: House, service: Service, event: Row) -> Rule | None:
    """By which rule an event was decided; the version that ruled may not be the case's any more."""
    by = event["data"].get("rule")
    if by is None:
        return None
    version = int(by["version"])
    if version != service.version:
        service = house.catalogue.version(service.id, version)
    row = int(by["row"])
    return Rule(by["table"], row, version, verdicts.reason(service, by["table"], row))


def words(rule: Rule, language: str) -> str:
    """Which rule it was, as documents print it."""
    if language.startswith("zh"):
        row = f"第{rule.row}行" if rule.row else "没有适用的行"
        return f"判定表{rule.table}{row}（规则第{rule.version}版）"
    row = f"row {rule.row}" if rule.row else "no row"
    return f"{row} of table {rule.table} (version {rule.version} of the rules)"
