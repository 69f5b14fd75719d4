"""OIDC bearer tokens, checked with PyJWT against one issuer, algorithm, audience and stored keys.

Loaded on the first request that carries a token. Nothing is fetched: the issuer's JWKS is a row
of the directory. What the token says about roles is ignored; roles come from the directory.
"""

import re
from collections.abc import Mapping
from typing import Any

import jwt

from chalicelib.platform.errors import NotIdentified

LONGEST = 8192
# The engine's own actors; no token may pose as one.
RESERVED = frozenset({"system", "applicant", "anonymous", "operator"})
_SUBJECT = re.compile(r"[\x21-\x7e]{1,255}")


class Verifier:
    """Parsed keys are kept by the text of the JWKS they came from."""

    def __init__(self, issuer: str, audience: str, algorithm: str) -> None:
        self._issuer = issuer
        self._audience = audience
        self._algorithm = algorithm
        self._parsed: tuple[str, dict[str, jwt.PyJWK]] = ("", {})

    def subject(self, token: str, jwks: Mapping[str, Any] | None) -> str:
        """The `sub` of a good token. Raises NotIdentified for every other, whatever is wrong."""
        if len(token) > LONGEST or jwks is None:
            raise NotIdentified
        try:
            whole = jwt.decode_complete(
                token,
                self._key(token, jwks),
                algorithms=[self._algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=30,
                options={"require": ["exp", "iat", "sub", "iss", "aud"]},
            )
        # Every way in which a token can be bad is one answer; the library also lets errors of
        # base64, UTF-8 and arithmetic through for hostile input.
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise NotIdentified from error
        header, claims = whole["header"], whole["payload"]
        of_ours = str(header.get("kid")) in self._keys(jwks)
        if not of_ours or header.get("typ", "JWT") not in ("JWT", "at+jwt"):
            raise NotIdentified
        subject = str(claims["sub"])
        if not _SUBJECT.fullmatch(subject) or subject in RESERVED:
            raise NotIdentified
        return subject

    def _key(self, token: str, jwks: Mapping[str, Any]) -> jwt.PyJWK:
        """The key a token names; a set of one needs no look at the header before it is verified."""
        keys = self._keys(jwks)
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
        return self._parsed[1]
