"""Sealed documents: one PDF for each, made once, kept as a file, and checked by anybody.

The worker prints and signs; whoever is second finds the file and takes what is there. The file is
sealed under the case's own key, so that erasing the key erases it too. The row keeps the object's
key, the SHA-256 of the PDF and which seal signed it. The code for checking is recomputed, never
stored (as receipt secrets are).
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from chalicelib.cases.file import CaseFile, load, unpack
from chalicelib.cases.house import House
from chalicelib.people.sealkeys import seal_key
from chalicelib.platform import times
from chalicelib.platform.errors import NotFound, pick
from chalicelib.platform.lazy import lazy
from chalicelib.platform.numbers import case_of_document
from chalicelib.platform.ports import Change, ConditionFailed, Keys, Missing, Row, Table
from chalicelib.services.document import Service

if TYPE_CHECKING:
    from chalicelib.cases import pdf
    from chalicelib.platform import signing
else:
    pdf = lazy("chalicelib.cases.pdf")
    signing = lazy("chalicelib.platform.signing")

VALID, REVOKED = "valid", "revoked"
SAID = {
    VALID: {"zh-Hans": "有效", "zh-Hant": "有效", "en": "valid"},
    REVOKED: {"zh-Hans": "已撤销", "zh-Hant": "已撤銷", "en": "revoked"},
}


def name_of(row: Row) -> str:
    """How a document of a case is named in addresses."""
    return f"{int(row['seq'])}-{row['document']}"


def code_of(keys: Keys, number: str) -> str:
    """What proves that somebody holds the document: 80 bits."""
    return keys.secret(f"document|{number}")


def address_of(keys: Keys, number: str) -> str:
    """Where the document can be checked, below the root of the API."""
    return f"/documents/{quote(number)}?code={code_of(keys, number)}"


def seal(house: House, file: CaseFile, row: Row) -> None:
    """Print and sign the document of a row, keep the file, note it in the row; repeatable."""
    if "sha256" in row:
        return
    unit = house.directory.unit(file.case["unit"])
    if unit is None:
        raise LookupError(file.case["unit"])
    ports, place = house.ports, f"documents/{file.number}/{name_of(row)}"
    at = next(times.moment(event["at"]) for event in file.events if event["seq"] == row["seq"])
    day = house.calendar.local_date(at)
    key = seal_key(ports.store, ports.keys, house.directory, unit, day, at)
    text = unpack(ports.keys, file.number, row)["zh-Hans"]
    number = row["document_number"]
    sheet = pdf.Sheet(
        title=text["title"],
        number=number,
        body=text["body"],
        foot=text["foot"],
        seal=key.title,
        address=house.public_url + address_of(ports.keys, number),
        code=code_of(ports.keys, number),
    )
    made = signing.sign(pdf.pages(sheet), key.pair)
    if not ports.files.put(place, ports.keys.seal(file.number, place, made)):
        made = _kept(house, file.number, place)
    digest = hashlib.sha256(made).hexdigest()
    noted = {"object": place, "sha256": digest, "sealed_by": key.id}
    where = (row["pk"], row["sk"])
    try:
        ports.store.transact(
            [Change(Table.CASES, "document", where, noted, when=Missing("sha256"))]
        )
    except ConditionFailed:
        return


def _kept(house: House, number: str, place: str) -> bytes:
    data = house.ports.files.get(place)
    if data is None:
        raise LookupError(place)
    return house.ports.keys.unseal(number, place, data)


def state_of(service: Service, rows: Iterable[Row], row: Row) -> str:
    """Whether a later document of the case revokes this one."""
    definitions = service.data["documents"]
    revoked = any(
        row["document"] in definitions.get(one["document"], {}).get("revokes", ())
        and int(one["seq"]) > int(row["seq"])
        for one in rows
    )
    return REVOKED if revoked else VALID


def about(house: House, service: Service, file: CaseFile, row: Row) -> dict[str, Any]:
    """What those who may read the case are told besides: where the PDF is, how it is checked."""
    if "sha256" not in row:
        return {}
    return {
        "file": name_of(row),
        "sha256": row["sha256"],
        "check": address_of(house.ports.keys, row["document_number"]),
        "state": state_of(service, file.documents, row),
    }


def whole(house: House, file: CaseFile, rows: Iterator[Row], name: str) -> dict[str, str]:
    """The PDF of one of these documents, for those who may read it. Raises NotFound."""
    row = next((one for one in rows if name_of(one) == name and "sha256" in one), None)
    if row is None:
        raise NotFound
    made = _kept(house, file.number, row["object"])
    return {
        "number": row["document_number"],
        "sha256": row["sha256"],
        "pdf": base64.b64encode(made).decode(),
    }


def checked(house: House, number: str, language: str) -> dict[str, str]:
    """What everybody who holds a document's code is told of it: nothing about people.

    Raises NotFound for a number of which there is no sealed document.
    """
    case = case_of_document(number)
    file = load(house.ports.store, case) if case else None
    for row in file.documents if file else ():
        if file is not None and row["document_number"] == number and "sha256" in row:
            return _told(house, file, row, language)
    raise NotFound


def _told(house: House, file: CaseFile, row: Row, language: str) -> dict[str, str]:
    case = file.case
    service = house.catalogue.version(case["service"], int(case["service_version"]))
    unit = house.directory.unit(case["unit"])
    at = next(event["at"] for event in file.events if event["seq"] == row["seq"])
    state = state_of(service, file.documents, row)
    return {
        "number": row["document_number"],
        "kind": pick(service.data["documents"][row["document"]]["titles"], language),
        "authority": unit.text("titles", language) if unit else "",
        "date": house.calendar.local_date(times.moment(at)).isoformat(),
        "state": state,
        "said": pick(SAID[state], language),
        "sha256": row["sha256"],
    }
