"""The parties of a case beside the applicant: who they are, how they are reached, and the secret
of the receipt that each has of its own.

A secret is told by a text message to the party's phone and by nothing else: neither the applicant
nor an officer ever reads it. Whoever shares the applicant's phone is told none.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from chalicelib.cases.file import CaseFile, answers_of, unpack
from chalicelib.cases.house import House
from chalicelib.people.authority import party_of, side_of
from chalicelib.people.identifiers import normalise_phone
from chalicelib.platform.json import resolve
from chalicelib.platform.ports import Row
from chalicelib.services.document import Data, Service


class Person(NamedTuple):
    """Whom a case names as one of its parties: as far as it is known."""

    name: str
    phones: tuple[str, ...]


def secret(house: House, number: str, side: str) -> str:
    """What lets one party of a case see and do what is its own: 80 bits, recomputed, never kept."""
    return house.ports.keys.secret(f"party|{number}|{side}")


def addressed(notice: Data, event: Row) -> str:
    """The party that a notice about the event goes to; empty where it goes to anybody else."""
    if notice.get("to") == "sender":
        return str(event["data"].get("side") or side_of(event["actor"]["party"]))
    return party_of(notice.get("to"))


def person(house: House, file: CaseFile, service: Service, side: str) -> Person:
    """Name and phones, the latest that are told first."""
    party = service.parties[side]
    answers = answers_of(house.ports.keys, file)
    theirs = set(_normal(resolve(answers, one) for one in service.data["subject"]["phones"]))
    said = (_said(house, file, answers, one) for one in party["phones"])
    phones = tuple(one for one in _normal(said) if one not in theirs)
    return Person(str(resolve(answers, party["name"]) or ""), phones)


def _said(house: House, file: CaseFile, answers: Data, where: str | Mapping[str, Any]) -> Any:
    """What stands at a place of the answers, or in the details of the latest such event."""
    if isinstance(where, str):
        return resolve(answers, where)
    rows = (row for row in reversed(file.events) if row["type"] == where["event"])
    told = (unpack(house.ports.keys, file.number, row) for row in rows if "sealed" in row)
    return next((one[where["member"]] for one in told if one.get(where["member"])), None)


def _normal(values: Iterator[Any]) -> Iterator[str]:
    for value in values:
        phone = normalise_phone(str(value or ""))
        if phone:
            yield phone
