"""A case as a party of it reads it that is not the applicant: what the document shows to it.

Nothing is shown that is not named here: no answers, no clocks, no papers, nothing of the others.
"""

from collections.abc import Iterator
from typing import Any

from chalicelib.cases import documents, offers, story, wording
from chalicelib.cases.file import CaseFile
from chalicelib.cases.house import House
from chalicelib.cases.offers import Reader
from chalicelib.people.authority import Caller
from chalicelib.platform.errors import pick
from chalicelib.services.document import Service

HEAD = ("case", "service", "title", "status", "status_text", "stage", "stage_text")
RESULT = ("result", "result_text", "ended")


def view(
    house: House, caller: Caller, file: CaseFile, service: Service, language: str
) -> dict[str, Any]:
    """What the holder of the party's own secret may see, and do now."""
    party = service.parties[caller.side]
    head = story.head(service, file, language)
    theirs = party.get("documents", ())
    shown = [row for row in documents.residents(file, service) if row["document"] in theirs]
    return {
        **{name: head[name] for name in (*HEAD, *RESULT)},
        **({"test": True} if "test" in head else {}),
        "party": caller.side,
        "party_text": pick(party["titles"], language),
        "events": list(_events(file, service, party["events"], language)),
        "documents": list(documents.read(house, file, service, language, shown)),
        "actions": _actions(Reader(house, caller, file, service, language)),
        "contact": story.contact(house, file, service, language),
    }


def _events(
    file: CaseFile, service: Service, shown: list[str], language: str
) -> Iterator[dict[str, Any]]:
    """That they happened, and when; their numbers would tell how much else has."""
    for row in file.events:
        if row["type"] in shown:
            text = wording.event_title(service, row["type"], language)
            yield {"type": row["type"], "text": text, "at": row["at"]}


def _actions(reader: Reader) -> list[dict[str, Any]]:
    of_tasks = (one for row in reader.file.open_tasks() for one in offers.of_task(reader, row))
    return [*offers.beside(reader), *of_tasks]
