"""AES-256-GCM and HKDF from `cryptography`; loaded on first sealing, not at cold start."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12
TAG = 16
FORMAT = b"\x01"


class Broken(Exception):
    """The sealed bytes do not belong to this key and place, or were changed."""


def new_key() -> bytes:
    return AESGCM.generate_key(256)


def seal(key: bytes, place: str, data: bytes) -> bytes:
    """Format byte, random 96-bit nonce (NIST SP 800-38D §8.2.2), ciphertext with tag."""
    nonce = os.urandom(NONCE)
    return FORMAT + nonce + AESGCM(key).encrypt(nonce, data, place.encode())


def unseal(key: bytes, place: str, sealed: bytes) -> bytes:
    nonce, body = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
    if sealed[:1] != FORMAT or len(body) < TAG:
        raise Broken(place)
    try:
        return AESGCM(key).decrypt(nonce, body, place.encode())
    except InvalidTag as error:
        raise Broken(place) from error


def derive(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(key)
