"""Idempotency keys: whose they are, how long they hold, what their hashes are.

A key given by a client holds 35 days for its principal and service; without one the hash of source
and body serves for 24 h. The body hash must match before anything is told (design D8).
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta

from chalicelib.platform.errors import InvalidKey

GIVEN_HOLDS = timedelta(days=35)
DERIVED_HOLDS = timedelta(hours=24)
_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True)
class IdempotencyKey:
    hash: str
    body: str
    holds: timedelta


def key_for(given: str | None, scope: str, body: bytes) -> IdempotencyKey:
    """The key of one request with these bytes as its body. Raises InvalidKey."""
    digest = hashlib.sha256(body).hexdigest()
    if given is None:
        return IdempotencyKey(_hash("derived", scope, digest), digest, DERIVED_HOLDS)
    if not _VISIBLE.fullmatch(given):
        raise InvalidKey
    return IdempotencyKey(_hash("given", scope, given), digest, GIVEN_HOLDS)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()
