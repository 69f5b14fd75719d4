"""Who is in charge, where no unit or more than one is competent: the case is received and somebody
rules, who may have the ruling written as a rule for what comes from there (R27).
"""

from chalicelib.cases import competence, legs
from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.competence import Route, region_of
from chalicelib.cases.doing import Doing
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile, answers_of
from chalicelib.cases.house import House
from chalicelib.platform.errors import Finding, Refused, Texts
from chalicelib.platform.ports import Row
from chalicelib.services.document import Service


def refer(fact: Fact, route: Route) -> None:
    """The case begins before the arbiter, who answers for it until the ruling."""
    fact.case |= {"begin": fact.service.unclear["to"], "leg": route.unit.node}
    leg = {"do": legs.UNROUTED, "to": route.unit.node}
    fact.record(legs.UNROUTED, {"among": list(route.among or ()), legs.LEG: leg}, actor=SYSTEM)


def among(it: Doing) -> dict[str, Texts]:
    """The units that are competent, by title; none where none is: then any unit may be named."""
    event = next((row for row in it.fact.file.events if row["type"] == legs.UNROUTED), None)
    names = event["data"]["among"] if event else ()
    units = (it.house.directory.unit(name) for name in names)
    return {unit.id: unit.data["titles"] for unit in units if unit is not None}


def rule(it: Doing) -> Row:
    """The unit has the case from now on. Raises Refused, with a pointer, for one that is not among
    those it is between, or not known."""
    name, may = str(it.details["unit"]), among(it)
    unit = it.house.directory.unit(name)
    if unit is None or (may and name not in may):
        texts = {"zh-Hans": "不是可以认定的单位", "en": "It cannot be this unit"}
        raise Refused(findings=[Finding("/details/unit", "unit", texts)])
    fact = it.fact
    fact.case |= {"unit": unit.id, "node": unit.node, "leg": fact.case["site"]}
    if fact.service.climbs:
        fact.case["above"] = competence.above(it.house, unit)
    return {"unit": unit.id, legs.LEG: {"do": legs.RULED, "to": fact.case["site"]}}


def rule_of(house: House, file: CaseFile, service: Service, event: Row) -> Row:
    """The rule that an event has made: which unit owns the service, and where."""
    place = region_of(house, service, answers_of(house.ports.keys, file))
    node = place.id if place else str(file.case["site"])
    return {"unit": event["data"]["unit"], "node": node}
