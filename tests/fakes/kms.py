"""KMS in memory: wraps a key by remembering it."""

import os
from collections.abc import Mapping


class MemoryKms:
    def __init__(self) -> None:
        self._wrapped: dict[bytes, tuple[bytes, Mapping[str, str]]] = {}
        self.calls = 0

    def wrapped_key(self, context: Mapping[str, str]) -> bytes:
        blob = os.urandom(32)
        self._wrapped[blob] = (os.urandom(32), dict(context))
        return blob

    def decrypt(self, blob: bytes, context: Mapping[str, str]) -> bytes:
        self.calls += 1
        key, bound = self._wrapped[blob]
        if bound != context:
            raise ValueError("another context")
        return key
