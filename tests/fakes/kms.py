"""KMS in memory: wraps a key by remembering it."""

import os
from collections.abc import Mapping

from chalicelib.platform.ports import Busy


class MemoryKms:
    def __init__(self) -> None:
        self._wrapped: dict[bytes, tuple[bytes, Mapping[str, str]]] = {}
        self.calls = 0

    def wrapped_key(self, context: Mapping[str, str]) -> bytes:
        blob = os.urandom(32)
        self._wrapped[blob] = (os.urandom(32), dict(context))
        return blob

    def decrypt(self, blob: bytes, context: Mapping[str, str]) -> bytes:
        """Raises Busy for what it did not wrap in this context, as the adapter does."""
        self.calls += 1
        key, bound = self._wrapped.get(blob, (b"", None))
        if bound != context:
            raise Busy("kms 400")
        return key
