"""One operation: what a route takes, what it answers, which problems stand in the way.

What a route needs of its caller comes from the authority table, so that the contract cannot say
otherwise; the refusals that follow from it are added here.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from chalicelib.people.authority import ROUTES, Need
from chalicelib.platform.errors import (
    InvalidKey,
    KeyReused,
    Malformed,
    NotFound,
    NotIdentified,
    NotPermitted,
    NumberOutOfRange,
    Problem,
    SignatureInvalid,
    TextNotAllowed,
    TooLarge,
    Unavailable,
    UnsupportedMediaType,
)
from chalicelib.routes.contract import refusals
from chalicelib.routes.contract.shapes import Schema
from chalicelib.routes.door import JSON

Route = tuple[str, str]
Problems = tuple[type[Problem], ...]

REFUSED_BY: Mapping[Need, Problems] = {
    Need.NOBODY: (),
    Need.MAYBE: (NotIdentified, NotFound),
    Need.SECRET: (NotFound,),
    Need.OFFICER: (NotIdentified, NotFound),
    Need.PUBLISHER: (NotIdentified, NotFound, NotPermitted),
    Need.SIGNED: (SignatureInvalid,),
}
SECURITY: Mapping[Need, list[dict[str, list[str]]]] = {
    Need.NOBODY: [],
    Need.MAYBE: [{}, {"bearer": []}],
    Need.SECRET: [{"receipt": []}],
    Need.OFFICER: [{"bearer": []}],
    Need.PUBLISHER: [{"bearer": []}],
    Need.SIGNED: [{"signature": []}],
}
OF_BODY: Problems = (
    Malformed,
    TooLarge,
    UnsupportedMediaType,
    NumberOutOfRange,
    TextNotAllowed,
)
OF_KEY: Problems = (InvalidKey, KeyReused)
PLACE = re.compile(r"\{([a-z_]+)\}")


class Answer(NamedTuple):
    """One success: what it is, its bodies by media type, its headers by component; and which
    operations it leads to, with their parameters as runtime expressions (OAS 3.1 §4.8.20)."""

    says: str
    bodies: Mapping[str, Schema]
    headers: Mapping[str, str]
    links: Mapping[str, Mapping[str, str]] = MappingProxyType({})

    def data(self) -> dict[str, Any]:
        said: dict[str, Any] = {"description": self.says}
        said["headers"] = {
            name: {"$ref": f"#/components/headers/{at}"} for name, at in self.headers.items()
        }
        if self.bodies:
            said["content"] = {media: {"schema": body} for media, body in self.bodies.items()}
        if self.links:
            said["links"] = {
                to: {"operationId": to, "parameters": dict(values)}
                for to, values in self.links.items()
            }
        return said


class Operation(NamedTuple):
    """`parameters` name components; those of the path follow from it. `keyed`: repeats are known
    by an `Idempotency-Key`. `still`: nothing is read, so nothing can be busy."""

    id: str
    tag: str
    en: str
    zh: str
    answers: Mapping[int, Answer]
    problems: Problems = ()
    parameters: tuple[str, ...] = ()
    body: Schema | None = None
    examples: Mapping[str, Any] | None = None
    keyed: bool = False
    still: bool = False

    def data(self, route: Route) -> dict[str, Any]:
        """The Operation Object (OAS 3.1 §4.8.10)."""
        said: dict[str, Any] = {
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.en,
            "description": self.zh,
            "security": SECURITY[ROUTES[route]],
            "parameters": [{"$ref": f"#/components/parameters/{n}"} for n in self._taken(route)],
        }
        if self.body is not None:
            said["requestBody"] = {"required": True, "content": {JSON: self._sent()}}
        answers = {str(status): answer.data() for status, answer in self.answers.items()}
        return {**said, "responses": {**answers, **refusals.responses(self.refused(route))}}

    def _sent(self) -> dict[str, Any]:
        examples = {name: {"value": value} for name, value in (self.examples or {}).items()}
        return {"schema": self.body, **({"examples": examples} if examples else {})}

    def _taken(self, route: Route) -> Iterator[str]:
        yield from PLACE.findall(route[1])
        yield from self.parameters
        if self.keyed:
            yield "idempotency-key"
        if self.body is not None:
            yield "errors"
        yield "accept-language"

    def refused(self, route: Route) -> Iterator[type[Problem]]:
        """Every problem that the route answers with."""
        yield from self.problems
        yield from REFUSED_BY[ROUTES[route]]
        if PLACE.search(route[1]):
            yield NotFound
        if self.body is not None:
            yield from OF_BODY
        if self.keyed:
            yield from OF_KEY
        if not self.still:
            yield Unavailable
        yield UnsupportedMediaType
