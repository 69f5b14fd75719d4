"""Forged, odd and stale bearer tokens: each is 401 on every route that needs an officer."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from chalicelib.people.authority import ROUTES, Need
from chalicelib.people.tokens import LEEWAY, REMEMBERED, Verifier
from chalicelib.platform.errors import NotIdentified
from chalicelib.platform.ports import Delete, Table
from infra.issuer import AUDIENCE, ISSUER
from tests.journeys.people import VILLAGE
from tests.siege import PUBLISHER, Besieged, by_event
from tests.world import ISSUER_FOLDER, World

GUARDED = sorted(route for route, need in ROUTES.items() if need in (Need.OFFICER, Need.PUBLISHER))
USUAL = {
    "service": "business-licence",
    "number": "0",
    "task": "1",
    "upload": "0",
    "order": "0",
    "job": "0",
    "document": "0",
    "kind": "promise",
}
QUERY = {"role": "acceptor", "node": "jz-t1-v1"}
NOW = datetime.now(UTC)
SECONDS = int(NOW.timestamp())
Json = dict[str, Any]
JWKS = World.issuer.document()


@pytest.fixture(scope="module")
def world() -> Besieged:
    return Besieged()


@cache
def key() -> rsa.RSAPrivateKey:
    """The issuer's own key: what it signs is bad for its contents alone."""
    made = serialization.load_pem_private_key((ISSUER_FOLDER / "issuer.pem").read_bytes(), None)
    assert isinstance(made, rsa.RSAPrivateKey)
    return made


OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())
PUBLIC = serialization.PublicFormat.SubjectPublicKeyInfo


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def header(**members: Any) -> Json:
    return {"alg": "RS256", "typ": "JWT", "kid": World.issuer.key_id} | members


def claims(**members: Any) -> Json:
    times = {"iat": SECONDS, "nbf": SECONDS, "exp": SECONDS + 3600}
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": VILLAGE, **times} | members
    return {name: value for name, value in usual.items() if value is not Ellipsis}


def signed(head: Json | bytes, body: Json | bytes, by: rsa.RSAPrivateKey | None = None) -> str:
    """Signed with RS256 whatever the header says."""
    parts = [it if isinstance(it, bytes) else json.dumps(it).encode() for it in (head, body)]
    text = ".".join(b64(part) for part in parts)
    signature = (by or key()).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{text}.{b64(signature)}"


def says(**members: Any) -> str:
    return signed(header(), claims(**members))


def headed(**members: Any) -> str:
    return signed(header(**members), claims())


def text_of(head: Json) -> str:
    return f"{b64(json.dumps(head).encode())}.{b64(json.dumps(claims()).encode())}"


def by_secret(secret: bytes, alg: str = "HS256", **members: Any) -> str:
    text = text_of(header(alg=alg, **members))
    return f"{text}.{b64(hmac.digest(secret, text.encode(), hashlib.sha256))}"


def by_curve(head: Json) -> str:
    text = text_of(head)
    return f"{text}.{b64(CURVE.sign(text.encode(), ec.ECDSA(hashes.SHA256())))}"


def public(encoding: serialization.Encoding) -> bytes:
    return key().public_key().public_bytes(encoding, PUBLIC)


def good() -> str:
    return signed(header(), claims())


def part(number: int, change: Callable[[str], str]) -> str:
    parts = good().split(".")
    parts[number] = change(parts[number])
    return ".".join(parts)


def raw_claims(name: str, value: str) -> str:
    """Claims with a member as JSON text, also such as no printer makes."""
    return signed(header(), json.dumps(claims(**{name: "@"})).replace('"@"', value).encode())


FORGED: dict[str, str] = {
    **{
        f"alg {alg}": text_of(header(alg=alg)) + "." for alg in ("none", "None", "NONE", "nOnE", "")
    },
    **{f"alg {it}": headed(alg=it) for it in (None, ["RS256"], "RS512", "PS256", "rs256")},
    "public key in PEM as secret": by_secret(public(serialization.Encoding.PEM)),
    "public key in DER as secret": by_secret(public(serialization.Encoding.DER)),
    "empty secret": by_secret(b""),
    "HS384 by the public key": by_secret(public(serialization.Encoding.PEM), "HS384"),
    "kid a path": by_secret(b"", kid="../../../../dev/null"),
    "kid an address": signed(header(kid="http://127.0.0.1/key"), claims(), OTHER),
    "kid a statement": by_secret(b"x", kid="' UNION SELECT 'x"),
    **{f"kid {it!r}": headed(kid=it) for it in (f"{World.issuer.key_id}\x00", "x", None, 0)},
    "jku": signed(header(kid="x", jku="http://127.0.0.1:9/jwks"), claims(), OTHER),
    "x5u": signed(header(kid="x", x5u="http://127.0.0.1:9/cert"), claims(), OTHER),
    "jwk in the header": by_secret(b"secret", jwk={"kty": "oct", "k": b64(b"secret")}),
    "another key": signed(header(), claims(), OTHER),
    "another key with its jku": signed(header(jku="http://127.0.0.1:9"), claims(), OTHER),
    "ES256 swap": by_curve(header(alg="ES256")),
    "ES256 signature said to be RS256": by_curve(header()),
    "critical extension": headed(crit=["exp"], exp=SECONDS),
    "unencoded payload": headed(crit=["b64"], b64=False),
    **{f"typ {it}": headed(typ=it) for it in ("logout+jwt", ["JWT"], None, "JWE")},
    "expired": says(exp=SECONDS - 60),
    "not yet valid": says(nbf=SECONDS + 86_400),
    "issued in the future": says(iat=SECONDS + 86_400),
    **{f"aud {it}": says(aud=it) for it in ("other", ["other"], AUDIENCE.upper())},
    "aud an object": says(aud={AUDIENCE: 1}),
    **{f"iss {it}": says(iss=it) for it in ("https://x", ISSUER + "/", [ISSUER])},
    **{f"without {name}": says(**{name: ...}) for name in ("iss", "aud", "sub", "exp", "iat")},
    **{
        f"{name} {value[:12]}": raw_claims(name, value)
        for name in ("exp", "nbf", "iat")
        for value in ("NaN", "Infinity", "1e999", "null", '"x"', "[]", "{}", "true", '"²"')
        if (name, value) != ("nbf", "true") and (name, value) != ("iat", "true")
    },
    "exp of 5000 digits": raw_claims("exp", "9" * 5000),
    "exp minus infinity": raw_claims("exp", "-Infinity"),
    **{
        f"sub {it}": raw_claims("sub", it)
        for it in ("1", "null", '["a"]', "{}", "true", '""', r'"\ud800"')
    },
    "sub of 5000": says(sub="a" * 5000),
    "duplicate alg, none last": signed(b'{"alg":"RS256","alg":"none","kid":"x"}', claims()),
    "duplicate alg, none first": signed(b'{"alg":"none","alg":"RS256"}', claims(), OTHER),
    "header bomb": signed(f'{{"alg":"RS256","x":{"[" * 1500}}}'.encode(), claims()),
    "claims bomb": signed(header(), b"[" * 5000),
    "claims a list": signed(header(), b"[]"),
    "claims a text": signed(header(), b'"sub"'),
    "claims not UTF-8": signed(header(), b"\xff\xfe"),
    "claims empty": signed(header(), b""),
    "header a list": signed(b"[]", claims()),
    "header not UTF-8": signed(b"\xff", claims()),
    "huge": says(pad="a" * 100_000),
    "signature cut": good()[:-4],
    "signature missing": good().rpartition(".")[0],
    "signature empty": good().rpartition(".")[0] + ".",
    "signature of nothing": part(2, lambda it: "A" * len(it)),
    "claims exchanged": part(1, lambda _: b64(json.dumps(claims(sub=PUBLISHER)).encode())),
    "header cut": part(0, lambda it: it[:-3]),
    "claims cut": part(1, lambda it: it[:-1]),
    "four parts": good() + ".e30",
    "five parts": "e30.e30.e30.e30.e30",
    "padding": part(1, lambda it: it + "===="),
    "not ASCII": part(2, lambda _: "令牌"),
    "a lone surrogate": part(2, lambda _: "\ud800"),
    "a nul": part(1, lambda it: "\x00" + it),
    "two tokens": f"{good()}, {good()}",
    "nothing": "",
}


def asked(route: tuple[str, str], token: str) -> tuple[int, Any, Any]:
    method, path = route
    headers = {"Authorization": f"Bearer {token}", "If-Match": '"1"'}
    return by_event(path, USUAL, headers, b'{"action":"a"}', method, QUERY)()


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_token_gets_401_on_every_officers_route(world: Besieged, name: str) -> None:
    token = FORGED[name]

    for route in GUARDED:
        status, headers, body = asked(route, token)
        assert (status, body["type"]) == (401, "urn:bancheng:problem:token-invalid"), route
        assert headers["www-authenticate"] == "Bearer"


def test_there_are_at_least_40_forgeries_and_the_token_they_start_from_is_good(
    world: Besieged,
) -> None:
    assert len(FORGED) >= 40
    assert (
        by_event("/inbox", {}, {"Authorization": f"Bearer {good()}"}, b"", "GET", QUERY)()[0] == 200
    )


@pytest.mark.parametrize("scheme", ["Basic", "Token", "Bearer:", "Bearer\t", "", "DPoP"])
def test_a_good_token_under_another_scheme_gets_401(world: Besieged, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {good()}".strip()}

    assert by_event("/inbox", {}, headers, b"", "GET", QUERY)()[0] == 401


def test_every_officers_route_asks_for_a_token(world: Besieged) -> None:
    for method, path in GUARDED:
        assert by_event(path, USUAL, {}, b"{}", method, QUERY)()[0] == 401


@pytest.mark.parametrize("subject", ["nobody", "party#x", "fficer-li"])
def test_a_subject_without_grants_gets_404_whatever_its_token_claims(
    world: Besieged, subject: str
) -> None:
    boast = {"roles": ["acceptor", "publisher"], "groups": ["jz"], "scope": "admin", "grants": [1]}
    token = signed(header(), claims(sub=subject, **boast))

    for route in GUARDED:
        status, _, body = asked(route, token)

        assert (status, body["type"]) == (404, "urn:bancheng:problem:not-found"), route


def test_a_role_that_only_the_token_claims_gives_nothing(world: Besieged) -> None:
    token = signed(header(), claims(roles=["publisher"], role="publisher", node="jz"))

    assert asked(("POST", "/services"), token)[0] == 403


def test_a_grant_taken_back_stops_working_within_60_seconds(world: Besieged) -> None:
    bearer = {"Authorization": f"Bearer {good()}"}
    ask = by_event("/cases/{number}", {"number": world.case}, bearer, b"", "GET")
    assert ask()[0] == 200
    row = (f"party#{VILLAGE}", "grant#acceptor#jz-t1-v1")
    assert world.store.get(Table.DIRECTORY, row)

    world.store.transact([Delete(Table.DIRECTORY, "grant", row)])
    world.moment += timedelta(seconds=60)

    assert ask()[0] == 404


@pytest.mark.parametrize("subject", ["anonymous", "applicant", "operator", "party:agent", "system"])
def test_no_token_poses_as_an_actor_of_the_engine(world: Besieged, subject: str) -> None:
    token = signed(header(), claims(sub=subject))

    for route in GUARDED:
        assert asked(route, token)[0] == 401, route


def test_a_token_that_was_good_is_refused_once_it_has_run_out() -> None:
    verifier = Verifier(ISSUER, AUDIENCE, "RS256")
    token = says(exp=int(time.time()) - LEEWAY + 2)
    assert verifier.subject(token, JWKS) == VILLAGE

    time.sleep(2.1)

    with pytest.raises(NotIdentified):
        verifier.subject(token, JWKS)


def test_a_token_that_was_good_is_refused_once_its_key_is_taken_back() -> None:
    verifier = Verifier(ISSUER, AUDIENCE, "RS256")
    token, jwks = good(), JWKS
    assert verifier.subject(token, jwks) == VILLAGE
    public = OTHER.public_key()
    other = {**jwt.algorithms.RSAAlgorithm.to_jwk(public, as_dict=True), "kid": "another"}

    with pytest.raises(NotIdentified):
        verifier.subject(token, {"keys": [other]})


def test_only_so_many_good_tokens_are_remembered() -> None:
    verifier = Verifier(ISSUER, AUDIENCE, "RS256")
    first = good()
    for token in (first, *(says(jti=str(n)) for n in range(REMEMBERED)), first):
        assert verifier.subject(token, JWKS) == VILLAGE
