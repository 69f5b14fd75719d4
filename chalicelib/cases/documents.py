"""Numbered documents (文书): rendered once from the facts, sealed, read by those who may."""

from collections.abc import Iterable, Iterator

from chalicelib.cases import prints
from chalicelib.cases.file import CaseFile, pack, pk, unpack
from chalicelib.cases.house import House
from chalicelib.cases.saying import event_of, saying
from chalicelib.cases.wording import fill
from chalicelib.cases.words import is_public
from chalicelib.platform.errors import pick
from chalicelib.platform.ports import ConditionFailed, Put, Row, Table
from chalicelib.services.document import Data, Service

LANGUAGES = ("zh-Hans", "zh-Hant", "en")


def issue(house: House, file: CaseFile, service: Service, effect: Row) -> None:
    """Write the document row of an event; a repeat finds it written."""
    name, event = effect["document"], event_of(file, effect["event"])
    definition = service.data["documents"][name]
    sk = f"document#{int(event['seq']):05d}#{name}"
    texts, number = {}, ""
    for language in LANGUAGES:
        said = saying(house, file, service, event, language)
        values = said.values(definition.get("date"), definition["class"])
        number = values["number"]
        texts[language] = {
            "title": pick(definition["titles"], language),
            "body": fill(pick(definition["texts"], language), {**values, "date": values["due"]}),
            "foot": f"{values['authority']} {said.long_day(house.now())}",
        }
    row: Row = {
        "pk": pk(file.number),
        "sk": sk,
        "kind": "document",
        "document": name,
        "document_number": number,
        "seq": event["seq"],
        "sealed": pack(house.ports.keys, file.number, sk, texts),
    }
    try:
        house.ports.store.transact([Put(Table.CASES, row)])
    except ConditionFailed:
        row = house.ports.store.get(Table.CASES, (row["pk"], sk)) or row
    # What was made to try a version out is no document of the office.
    if definition.get("sealed") and not file.case.get("test"):
        prints.seal(house, file, row)


def public(house: House, file: CaseFile, service: Service, language: str) -> Iterator[Data]:
    """Those that the resident may see: not an order from one office to another."""
    return read(house, file, service, language, residents(file, service))


def residents(file: CaseFile, service: Service) -> Iterator[Row]:
    types = {int(row["seq"]): row["type"] for row in file.events}
    return (row for row in file.documents if is_public(service, types[int(row["seq"])]))


def read(
    house: House, file: CaseFile, service: Service, language: str, rows: Iterable[Row]
) -> Iterator[Data]:
    """Documents of the case, as they were issued."""
    for row in rows:
        texts = unpack(house.ports.keys, file.number, row)
        text = texts.get(language) or texts["zh-Hans"]
        yield {
            "document": row["document"],
            "number": row["document_number"],
            **text,
            **prints.about(house, service, file, row),
        }
