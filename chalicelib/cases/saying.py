"""Makes a Saying from a case: unseals what a text may need."""

from chalicelib.cases import auto, membership, supervising
from chalicelib.cases.file import CaseFile, answers_of, unpack
from chalicelib.cases.house import House
from chalicelib.cases.permission import readers
from chalicelib.cases.refusals import wanted_papers
from chalicelib.cases.wording import Saying
from chalicelib.platform.errors import pick
from chalicelib.platform.ports import Row
from chalicelib.services.document import Service

LISTS = frozenset({"list_asked"})


def saying(
    house: House,
    file: CaseFile,
    service: Service,
    event: Row,
    language: str,
    code: str = "",
    roles: frozenset[str] = frozenset(),
) -> Saying:
    """Raises LookupError when the owning unit is not in the directory."""
    unit = house.directory.unit(file.case["unit"])
    if unit is None:
        raise LookupError(file.case["unit"])
    contact = _contact(house, file, event, roles or readers(service) | {"agent"})
    rule = auto.rule_of(house, service, event)
    to = supervising.addressee(house, file, event)
    lacking = wanted_papers(house, service, file) if event["type"] in LISTS else ()
    return Saying(
        service=service,
        file=file,
        event=event,
        answers=answers_of(house.ports.keys, file),
        details=unpack(house.ports.keys, file.number, event) if "sealed" in event else {},
        unit=unit,
        calendar=house.calendar,
        officer=contact,
        language=language,
        lacking=tuple(lacking),
        code=code,
        rule=auto.words(rule, language) if rule else "",
        because=pick(rule.reason, language) if rule else "",
        addressee=pick(to, language) if to else "",
        meeting=membership.told(house, event["data"].get("container")),
    )


def _contact(house: House, file: CaseFile, event: Row, roles: frozenset[str]) -> str:
    """The officer behind the event, or the last one before it: never who claims or applies."""
    for row in reversed(file.events):
        if int(row["seq"]) <= int(event["seq"]) and row["actor"]["as"] in roles:
            party = house.directory.party(row["actor"]["party"])
            return party.name if party else ""
    return ""


def event_of(file: CaseFile, seq: int) -> Row:
    return next(row for row in file.events if int(row["seq"]) == int(seq))
