"""Sealed documents: checked by everybody who holds one, read by those who may read its case."""

from typing import TYPE_CHECKING
from urllib.parse import unquote

from chalice.app import Blueprint, Response

from chalicelib.platform.errors import NotFound
from chalicelib.platform.lazy import lazy
from chalicelib.routes.door import Door, reply, typed_alike
from chalicelib.routes.officer import seen

if TYPE_CHECKING:
    from chalicelib.cases import documents, permission, prints
else:
    documents = lazy("chalicelib.cases.documents")
    permission = lazy("chalicelib.cases.permission")
    prints = lazy("chalicelib.cases.prints")

LONGEST_NUMBER = 80


def routes(door: Door) -> Blueprint:
    checking = Blueprint(__name__)

    @checking.route("/documents/{document_number}", methods=["GET"])
    def check_document(document_number: str) -> Response:
        """The code is looked at first: whoever guesses makes no read and learns nothing."""
        name = unquote(document_number)
        if len(name) > LONGEST_NUMBER or not name.isprintable():
            raise NotFound
        if not typed_alike(prints.code_of(door.house.ports.keys, name), door.query("code")):
            raise NotFound
        return reply(prints.checked(door.house, name, door.language))

    @checking.route("/my/cases/{number}/documents/{document}", methods=["GET"])
    def read_my_document(number: str, document: str) -> Response:
        file = door.my_case(number)
        case = file.case
        service = door.house.catalogue.version(case["service"], int(case["service_version"]))
        rows = documents.residents(file, service)
        return reply(prints.whole(door.house, file, rows, document))

    @checking.route("/cases/{number}/documents/{document}", methods=["GET"])
    def read_document(number: str, document: str) -> Response:
        _, file, _, sight = seen(door, number)
        if sight is not permission.Sight.FULL:
            raise NotFound
        return reply(prints.whole(door.house, file, iter(file.documents), document))

    return checking
