"""The local issuer of bearer tokens: a key pair in the state folder, never part of the package.

A deployment accepts its tokens only if it says Local=yes: the issuer is http on this computer,
which every other deployment refuses, and its public key reaches the directory table by the
publisher's `issuer` event.
"""

import base64
import hashlib
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.failures import Refused

ISSUER = "http://127.0.0.1/bancheng-local"
AUDIENCE = "bancheng"
ALGORITHM = "RS256"


class Issuer:
    """Signs tokens with the key kept in `folder`; makes the key when there is none."""

    def __init__(self, folder: Path) -> None:
        self._key = _key(folder / "issuer.pem")
        der = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.key_id = hashlib.sha256(der).hexdigest()[:16]

    def token(self, subject: str, now: datetime, ttl: timedelta, **claims: Any) -> str:
        """Says who (`subject`), from `now` (aware) for `ttl`; claims replace the usual ones."""
        usual = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "iat": now,
            "nbf": now,
            "exp": now + ttl,
        }
        return jwt.encode(
            usual | claims, self._key, algorithm=ALGORITHM, headers={"kid": self.key_id}
        )

    def document(self) -> dict[str, Any]:
        """What the publisher's `issuer` event takes: the issuer and its public keys (RFC 7517)."""
        numbers = self._key.public_key().public_numbers()
        key = {"kty": "RSA", "use": "sig", "alg": ALGORITHM, "kid": self.key_id}
        return {
            "issuer": ISSUER,
            "keys": [key | {"n": _number(numbers.n), "e": _number(numbers.e)}],
        }


def _number(value: int) -> str:
    raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _key(file: Path) -> rsa.RSAPrivateKey:
    if not file.is_file():
        return _new_key(file)
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), None)
    except ValueError as error:
        raise Refused(f"{file} is damaged: remove it, and a new key is made") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise Refused(f"{file} holds no RSA key: remove it, and a new key is made")
    return key


def _new_key(file: Path) -> rsa.RSAPrivateKey:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(pem)
    partial.replace(file)
    return key
