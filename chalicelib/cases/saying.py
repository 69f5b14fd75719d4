"""Makes a Saying from a case: unseals what a text may need."""

from chalicelib.cases.file import CaseFile, answers_of, unpack
from chalicelib.cases.house import House
from chalicelib.cases.wording import Saying
from chalicelib.platform.ports import Row
from chalicelib.services.document import Service


def saying(house: House, file: CaseFile, service: Service, event: Row, language: str) -> Saying:
    """Raises LookupError when the owning unit is not in the directory."""
    unit = house.directory.unit(file.case["unit"])
    if unit is None:
        raise LookupError(file.case["unit"])
    party = house.directory.party(event["actor"]["party"])
    return Saying(
        service=service,
        file=file,
        event=event,
        answers=answers_of(house.ports.keys, file),
        details=unpack(house.ports.keys, file.number, event) if "sealed" in event else {},
        unit=unit,
        calendar=house.calendar,
        officer=party.name if party else "",
        language=language,
    )


def event_of(file: CaseFile, seq: int) -> Row:
    return next(row for row in file.events if int(row["seq"]) == int(seq))
