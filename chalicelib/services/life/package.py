"""Packages: services carried from one deployment to another, signed by the one they come from.

A package is a JWS in compact form (RFC 7515) over deflated JSON, signed with Ed25519 (RFC 8037).
The key is derived from the deployment's key-encryption key, so that nothing new is kept; the other
side keeps the public keys it trusts. What a document names and the other side does not have,
roles, units, nodes, services, is reported, and may be mapped to what is there.
"""

import base64
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.api_jwk import PyJWK
from jwt.api_jws import PyJWS
from jwt.exceptions import PyJWTError

from chalicelib.platform.errors import Finding, Refused, SignatureInvalid
from chalicelib.platform.json import compact, escape, read
from chalicelib.platform.ports import Keys
from chalicelib.services.document import Service

Data = Mapping[str, Any]

FORMAT = "bancheng/package/1"
TYPE = "bancheng-package"
ALGORITHM = "EdDSA"
MAX_SENT = 3 * 1024 * 1024
MAX_UNPACKED = 24 * 1024 * 1024
MAX_SERVICES = 300
MAX_PARTS = 1_000_000
# Nothing here has a longer name, and no key could be made of one.
LONGEST_NAME = 64
# Derived secrets of 80 bits; four are more than the 256 bits of a seed.
PIECES = 4


class Place(NamedTuple):
    """A name that a document uses: of which kind, where, and how to write another there."""

    kind: str
    name: str
    pointer: str
    holder: Any
    member: Any


def signing_key(keys: Keys) -> Ed25519PrivateKey:
    """The deployment's own key, always the same."""
    pieces = "".join(keys.secret(f"package|{piece}") for piece in range(PIECES))
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(pieces.encode()).digest())


def public_key(keys: Keys) -> dict[str, str]:
    """The JWK that others must trust to take our packages (RFC 8037 §2, kid by RFC 7638)."""
    raw = signing_key(keys).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    thumb = hashlib.sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode()).digest()
    kid = base64.urlsafe_b64encode(thumb).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "use": "sig", "alg": ALGORITHM}


def make(keys: Keys, services: Iterable[Service], made_at: str) -> str:
    """A signed package of these versions."""
    content = {
        "package": FORMAT,
        "made_at": made_at,
        "services": [
            {"version": one.version, "content": one.content, "document": one.data}
            for one in services
        ],
    }
    packed = zlib.compress(compact(content).encode())
    header = {"kid": public_key(keys)["kid"], "typ": TYPE}
    return PyJWS().encode(packed, signing_key(keys), ALGORITHM, header)


def unpack(package: str, trusted: Callable[[str], Data | None]) -> list[Data]:
    """The services of a package whose signer is trusted. Raises SignatureInvalid, Refused."""
    try:
        kid = str(PyJWS().get_unverified_header(package).get("kid"))
        key = trusted(kid)
        if key is None:
            raise SignatureInvalid
        whole = PyJWS().decode_complete(package, PyJWK(dict(key)), [ALGORITHM])
    except (PyJWTError, ValueError, TypeError) as error:
        raise SignatureInvalid from error
    if whole["header"].get("typ") != TYPE:
        raise SignatureInvalid
    return _services(_inflated(whole["payload"]))


def _inflated(packed: bytes) -> Any:
    reader = zlib.decompressobj()
    try:
        raw = reader.decompress(packed, MAX_UNPACKED)
    except zlib.error as error:
        raise _refused("不能解开", "cannot be unpacked") from error
    if reader.unconsumed_tail or not reader.eof:
        raise _refused("内容过大", "is too large")
    return read(raw, MAX_UNPACKED, MAX_PARTS)


def _services(content: Any) -> list[Data]:
    listed = content.get("services") if isinstance(content, dict) else None
    if not isinstance(listed, list) or content.get("package") != FORMAT:
        raise _refused("不是事项包", "is no package of services")
    good = all(isinstance(one, dict) and isinstance(one.get("document"), dict) for one in listed)
    if not good or len(listed) > MAX_SERVICES:
        raise _refused("不是事项包", "is no package of services")
    return listed


def places(document: Any) -> Iterator[Place]:
    """Every role, unit and service that a document names; it need not be a good document."""
    if not isinstance(document, dict):
        return
    yield from _walk(document, "")
    yield from _listed("roles", document, "readers", "")
    yield from _listed("roles", document.get("record"), "who", "/record")
    confidential, intake = document.get("confidential"), document.get("intake")
    for index, one in enumerate(confidential if isinstance(confidential, list) else ()):
        yield from _listed("roles", one, "to", f"/confidential/{index}")
    for channel, role in intake.items() if isinstance(intake, dict) else ():
        if isinstance(role, str):
            yield Place("roles", role, f"/intake/{escape(channel)}", intake, channel)


def _named(value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The names in an object, by kind and member: whoever acts is {"role", "at"}, or by a mandate
    {"role", "clock"}, whatever is opened {"service", "answers"}; a unit that handles stands alone,
    one of count does not."""
    if "at" in value or value.keys() == {"role", "clock"}:
        yield "roles", "role"
    if "answers" in value:
        yield "services", "service"
    if value.keys() == {"unit"}:
        yield "units", "unit"


def _walk(value: Any, at: str) -> Iterator[Place]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, f"{at}/{index}")
    if not isinstance(value, dict):
        return
    for kind, member in _named(value):
        if isinstance(value.get(member), str):
            yield Place(kind, value[member], f"{at}/{member}", value, member)
    for name, item in value.items():
        if f"{at}/{name}" not in ("/form", "/views"):
            yield from _walk(item, f"{at}/{escape(name)}")


def _listed(kind: str, holder: Any, member: str, at: str) -> Iterator[Place]:
    names = holder.get(member) if isinstance(holder, dict) else None
    for index, name in enumerate(names if isinstance(names, list) else ()):
        if isinstance(name, str):
            yield Place(kind, name, f"{at}/{member}/{index}", names, index)


def remap(document: Any, names: Mapping[str, Mapping[str, str]]) -> Any:
    """Write the other side's names into a document that is the caller's own."""
    for place in list(places(document)):
        place.holder[place.member] = names.get(place.kind, {}).get(place.name, place.name)
    return document


def lacking(document: Any, known: Mapping[str, Callable[[str], bool]]) -> list[dict[str, Any]]:
    """Names that do not exist here, with every place where the document uses them."""
    used: dict[tuple[str, str], list[str]] = {}
    for place in places(document):
        used.setdefault((place.kind, place.name), []).append(place.pointer)
    return [
        {"kind": kind, "name": name, "pointers": pointers}
        for (kind, name), pointers in sorted(used.items())
        if len(name) > LONGEST_NAME or not known[kind](name)
    ]


def _refused(zh: str, en: str) -> Refused:
    texts = {"zh-Hans": f"事项包{zh}", "en": f"The package {en}"}
    return Refused(findings=[Finding("/package", "package", texts)])
