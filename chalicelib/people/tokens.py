"""OIDC bearer tokens, checked with PyJWT against one issuer, algorithm, audience and stored keys.

Loaded on the first request that carries a token. Nothing is fetched: the issuer's JWKS is a row
of the directory. What the token says about roles is ignored; roles come from the directory.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import jwt

from chalicelib.people.authority import is_outside
from chalicelib.platform import times
from chalicelib.platform.errors import NotIdentified

LONGEST = 8192
LEEWAY = 30  # seconds
REMEMBERED = 256
# The engine's own actors; no token may pose as one.
RESERVED = frozenset({"system", "applicant", "anonymous", "operator"})
_SUBJECT = re.compile(r"[\x21-\x7e]{1,255}")


class Verifier:
    """Parsed keys are kept by the text of the JWKS they came from, and so are the subjects of good
    tokens, by hash: the same token is as good as before while the keys stay and it lasts."""

    def __init__(self, issuer: str, audience: str, algorithm: str) -> None:
        self._issuer = issuer
        self._audience = audience
        self._algorithm = algorithm
        self._parsed: tuple[str, dict[str, jwt.PyJWK]] = ("", {})
        self._good: dict[bytes, tuple[str, int]] = {}

    def subject(self, token: str, jwks: Mapping[str, Any] | None) -> str:
        """The `sub` of a good token. Raises NotIdentified for every other, whatever is wrong."""
        if len(token) > LONGEST or jwks is None:
            raise NotIdentified
        # Every way in which a token can be bad is one answer; the library also lets errors of
        # base64, UTF-8 and arithmetic through for hostile input.
        try:
            return self._subject(token, self._keys(jwks))
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise NotIdentified from error

    def _subject(self, token: str, keys: Mapping[str, jwt.PyJWK]) -> str:
        name = hashlib.sha256(token.encode()).digest()
        subject, expires = self._good.get(name, ("", 0))
        if expires <= times.now().timestamp() - LEEWAY:
            subject, expires = self._verified(token, keys)
            self._remember(name, subject, expires)
        return subject

    def _remember(self, name: bytes, subject: str, expires: int) -> None:
        self._good.pop(name, None)
        if len(self._good) == REMEMBERED:
            del self._good[next(iter(self._good))]
        self._good[name] = subject, expires

    def _verified(self, token: str, keys: Mapping[str, jwt.PyJWK]) -> tuple[str, int]:
        """The subject, and until when, in seconds since 1970 (`exp` of RFC 7519, section 4.1.4)."""
        whole = jwt.decode_complete(
            token,
            self._key(token, keys),
            algorithms=[self._algorithm],
            audience=self._audience,
            issuer=self._issuer,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "sub", "iss", "aud"]},
        )
        header, claims = whole["header"], whole["payload"]
        of_ours = str(header.get("kid")) in keys
        if not of_ours or header.get("typ", "JWT") not in ("JWT", "at+jwt"):
            raise NotIdentified
        subject = str(claims["sub"])
        if not _SUBJECT.fullmatch(subject) or subject in RESERVED or is_outside(subject):
            raise NotIdentified
        return subject, int(claims["exp"])

    def _key(self, token: str, keys: Mapping[str, jwt.PyJWK]) -> jwt.PyJWK:
        """The key a token names; a set of one needs no look at the header before it is verified."""
        if len(keys) == 1:
            return next(iter(keys.values()))
        key = keys.get(str(jwt.get_unverified_header(token).get("kid")))
        if key is None:
            raise NotIdentified
        return key

    def _keys(self, jwks: Mapping[str, Any]) -> dict[str, jwt.PyJWK]:
        name = repr(
            sorted(key.get("kid", "") + key.get("n", key.get("x", "")) for key in jwks["keys"])
        )
        if self._parsed[0] != name:
            keys = {
                str(key["kid"]): jwt.PyJWK(key, algorithm=self._algorithm) for key in jwks["keys"]
            }
            self._parsed = (name, keys)
            self._good.clear()
        return self._parsed[1]
