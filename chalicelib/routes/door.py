"""The door: reads the request once, names the caller, shapes every answer and every refusal.

A handler takes the request apart with these functions, calls one use case, shapes the reply.
"""

import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from chalice.app import Request, Response

from chalicelib.cases.house import House
from chalicelib.people.authority import ANONYMOUS, APPLICANT, SIDE, SIDES, Caller
from chalicelib.platform import json as strict
from chalicelib.platform.errors import (
    BadRequest,
    Malformed,
    MethodNotAllowed,
    NotFound,
    NotIdentified,
    PreconditionRequired,
    Problem,
    UnsupportedMediaType,
)
from chalicelib.platform.lazy import lazy
from chalicelib.platform.numbers import is_number
from chalicelib.platform.settings import TokenSettings
from chalicelib.routes import folds

if TYPE_CHECKING:
    from chalicelib.cases import file, sides
    from chalicelib.people import tokens
    from chalicelib.services.document import Service
else:
    file = lazy("chalicelib.cases.file")
    sides = lazy("chalicelib.cases.sides")
    tokens = lazy("chalicelib.people.tokens")

# What the platform's own sentences are written in; documents may have zh-Hant too.
LANGUAGES = ("zh-Hans", "en")
# RFC 4647 §3.4 looks subtags up from the left; these regions write in traditional characters.
TRADITIONAL = ("zh-hant", "zh-tw", "zh-hk", "zh-mo")
PROBLEM = "application/problem+json"
JSON = "application/json"
YES, NO = ("", "1", "true", "yes"), ("0", "false", "no")


class Door:
    """One for the process; `current` gives Chalice's request of this moment."""

    def __init__(
        self,
        house: Callable[[], House],
        settings: Callable[[], TokenSettings],
        current: Callable[[], Request | None],
    ) -> None:
        self._house = house
        self._settings = settings
        self._current = current
        self._verifier: tokens.Verifier | None = None

    @property
    def house(self) -> House:
        return self._house()

    @property
    def request(self) -> Request:
        request = self._current()
        if request is None:
            raise BadRequest
        return request

    def header(self, name: str) -> str | None:
        value = self.request.headers.get(name)
        return None if value is None else str(value)

    def query(self, name: str, needed: bool = False) -> str | None:
        value = dict(self.request.query_params or {}).get(name)
        if value is None and needed:
            zh, en = f"缺少参数{name}", f"the parameter {name} is needed"
            raise BadRequest({"zh-Hans": zh, "en": en})
        return value

    def choice(self, name: str, known: Sequence[str]) -> str | None:
        """A parameter that has one of these values or is absent. Raises BadRequest."""
        value = self.query(name)
        if value is None or value in known:
            return value
        shown = [one for one in known if one]
        zh = f"参数{name}只能是：{'、'.join(shown)}"
        raise BadRequest({"zh-Hans": zh, "en": f"{name} must be one of: {', '.join(shown)}"})

    def flag(self, name: str) -> bool:
        """Whether a parameter says yes: `?name`, `?name=true`, `?name=1`. Raises BadRequest."""
        return self.choice(name, (*YES, *NO)) in YES

    @property
    def source(self) -> str:
        """Where an anonymous request comes from, as a keyed hash: the same computer, nobody else.

        Without it, whoever knows what was sent could send it again and be given the receipt.
        """
        identity = (self.request.context or {}).get("identity") or {}
        agent = self.header("user-agent") or ""
        return self.house.ports.keys.secret(f"source|{identity.get('sourceIp')}|{agent}")

    @property
    def language(self) -> str:
        return language_of(self.header("accept-language") or "")

    def body(self, max_bytes: int = strict.MAX_BYTES, lossy: bool = False) -> Any:
        """The JSON body, read strictly; `lossy` as the reader of JSON has it.

        Raises UnsupportedMediaType, Malformed, TooLarge …
        """
        kind = (self.header("content-type") or JSON).replace(" ", "").replace('"', "").lower()
        encoding = (self.header("content-encoding") or "identity").lower()
        if kind not in (JSON, f"{JSON};charset=utf-8") or encoding != "identity":
            raise UnsupportedMediaType
        body = strict.read(self.raw, max_bytes, lossy=lossy)
        if not isinstance(body, dict):
            raise Malformed({"zh-Hans": "须为JSON对象", "en": "a JSON object is needed"})
        return body

    @property
    def raw(self) -> bytes:
        """The body's bytes as they came. Raises Malformed."""
        try:
            return cast(bytes, self.request.raw_body)
        except (ValueError, UnicodeError) as error:
            raise Malformed from error

    def version(self, needed: bool = True) -> int | None:
        """The case version in If-Match. Raises PreconditionRequired, BadRequest."""
        value = self.header("if-match")
        if value is None:
            if needed:
                raise PreconditionRequired
            return None
        digits = value.strip().removeprefix("W/").strip('"')
        if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
            zh = "If-Match 须为办件的版本号，即读取办件时的 ETag"
            en = "If-Match is the version of the case: the ETag you were given when you read it"
            raise BadRequest({"zh-Hans": zh, "en": en})
        return int(digits)

    def caller(self, needed: bool = True) -> Caller:
        """Who asks, by bearer token. Raises NotIdentified; anonymous where that is allowed."""
        authorization = self.header("authorization")
        if authorization is None:
            if needed:
                raise NotIdentified
            return ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise NotIdentified
        settings = self._settings()
        if self._verifier is None:
            self._verifier = tokens.Verifier(settings.issuer, settings.audience, settings.algorithm)
        jwks = self.house.directory.issuer(settings.issuer)
        subject = self._verifier.subject(token.strip(), jwks)
        party = self.house.directory.party(subject)
        if party is None:
            return Caller(subject)
        return Caller(party.id, party.name, party.grants)

    def officer(self) -> Caller:
        """A caller with grants. Raises NotIdentified, NotFound for people who are no officers."""
        caller = self.caller()
        if not caller.grants:
            raise NotFound
        return caller

    def trial_token(self, service: str, version: int) -> str:
        """What lets somebody submit to a version under test: 80 bits, recomputed, never stored."""
        return self.house.ports.keys.secret(f"trial|{service}|{version}")

    def trial(self, service: str) -> "Service | None":
        """The version under test whose token the request carries. Raises NotFound for another."""
        typed = self.header("test-token")
        if typed is None:
            return None
        found = self.house.catalogue.trial(service)
        token = self.trial_token(service, found.version)
        if not typed.isascii() or not hmac.compare_digest(token, typed.strip().upper()):
            raise NotFound
        return found

    def holds(self, secret: str) -> bool:
        """Whether the request carries this receipt secret, however people type it."""
        return typed_alike(secret, self.header("receipt-secret"))

    def my_case(self, number: str) -> "file.CaseFile":
        """The case whose receipt secret the request carries. Raises NotFound for all else."""
        if not is_number(number) or not self.holds(self.house.ports.keys.secret(number)):
            raise NotFound
        return self._case(number)

    def my_side(self, number: str) -> "tuple[file.CaseFile, Caller]":
        """The case, and who of it holds the secret that the request carries: the applicant, or a
        party with a secret of its own. Raises NotFound for all else.

        Nothing is read for a secret that is nobody's.
        """
        if not is_number(number):
            raise NotFound
        held = [one for one in SIDES if self.holds(sides.secret(self.house, number, one))]
        if not held:
            return self.my_case(number), APPLICANT
        found = self._case(number)
        service = self.house.catalogue.version(
            found.case["service"], int(found.case["service_version"])
        )
        if held[0] not in service.parties:
            raise NotFound
        return found, Caller(f"{SIDE}{held[0]}")

    def _case(self, number: str) -> "file.CaseFile":
        found = file.load(self.house.ports.store, number)
        if found is None:
            raise NotFound
        return found


def typed_alike(secret: str, given: str | None) -> bool:
    """Whether this is the secret, however people type it; takes the same time for all others."""
    typed = (given or "").upper().replace("-", "").replace(" ", "")
    return typed.isascii() and hmac.compare_digest(secret.replace("-", ""), typed)


def language_of(header: str) -> str:
    """The best of our languages for an Accept-Language header (RFC 9110 §12.5.4); zh-Hans first."""
    wishes = []
    for position, part in enumerate(header.split(",")[:20]):
        tag, _, parameters = part.strip().partition(";")
        quality = parameters.strip().removeprefix("q=") or "1"
        try:
            wishes.append((-float(quality), position, tag.lower()))
        except ValueError:
            continue
    for _, _, tag in sorted(wishes):
        if tag.startswith("en"):
            return "en"
        if tag.startswith(TRADITIONAL):
            return "zh-Hant"
        if tag.startswith("zh") or tag == "*":
            return "zh-Hans"
    return LANGUAGES[0]


def reply(
    body: Any, status: int = 200, headers: Mapping[str, str] | None = None, kind: str = JSON
) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(
        text, {"Content-Type": kind, "Cache-Control": "no-store", **(headers or {})}, status
    )


def refuse(problem: Problem, language: str, errors: str | None = None) -> Response:
    """The refusal, its findings in the shape that `?errors=` asks for."""
    spoken = language if language in LANGUAGES else LANGUAGES[0]
    headers = {**problem.headers, "Content-Language": spoken}
    return reply(folds.body(problem, language, errors), problem.status, headers, PROBLEM)


CHALICE_PROBLEMS: Mapping[int, type[Problem]] = {
    404: NotFound,
    405: MethodNotAllowed,
    415: UnsupportedMediaType,
}


def shape(request: Request, get_response: Callable[[Request], Response]) -> Response:
    """Middleware: every refusal leaves as problem details, also those Chalice made itself."""
    language, errors = LANGUAGES[0], None
    if request is not None:
        language = language_of(str(request.headers.get("accept-language") or ""))
        errors = dict(request.query_params or {}).get("errors")
    try:
        response = get_response(request)
    except Problem as problem:
        return refuse(problem, language, errors)
    if response.status_code >= 400 and response.headers.get("Content-Type") != PROBLEM:
        made = CHALICE_PROBLEMS.get(response.status_code, Problem)()
        if "Allow" in response.headers:
            made.headers["Allow"] = str(response.headers["Allow"])
        return refuse(made, language)
    return response
