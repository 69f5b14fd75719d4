"""The keys port: a data key per subject, wrapped under a key-encryption key from KMS (D11).

The key-encryption key is unwrapped by one KMS call per container and kept in memory; data keys
live in their own table (short backup window), so erasing a row erases the person everywhere.
"""

import base64
import hmac
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError

from chalicelib.platform.kms import Kms
from chalicelib.platform.lazy import lazy
from chalicelib.platform.ports import Busy, ConditionFailed, Put, Row, Store, Table

if TYPE_CHECKING:
    from chalicelib.platform import sealing
else:
    sealing = lazy("chalicelib.platform.sealing")

KEK_CONTEXT = {"bancheng": "kek"}
CACHED_KEYS = 512


class Erased(Exception):
    """The subject's data key is gone: what was sealed for it cannot be read any more."""


class SealedKeys:
    def __init__(self, store: Store, kms: Kms) -> None:
        self._store = store
        self._kms = kms
        self._kek: bytes | None = None
        self._receipts: bytes = b""
        self._cache: dict[str, bytes] = {}

    def mint(self, subject: str) -> Put:
        key = sealing.new_key()
        self._remember(subject, key)
        row: Row = {
            "pk": f"subject#{subject}",
            "sk": "key",
            "kind": "data_key",
            "wrapped": sealing.seal(self._kek_now(), f"data-key|{subject}", key),
        }
        return Put(Table.KEYS, row)

    def seal(self, subject: str, row: str, data: bytes) -> bytes:
        return sealing.seal(self._key(subject), f"{subject}|{row}", data)

    def unseal(self, subject: str, row: str, sealed: bytes) -> bytes:
        return sealing.unseal(self._key(subject), f"{subject}|{row}", sealed)

    def secret(self, number: str) -> str:
        self._kek_now()
        digest = hmac.digest(self._receipts, number.encode(), "sha256")
        text = base64.b32encode(digest[:10]).decode()
        return "-".join(text[i : i + 4] for i in range(0, 16, 4))

    def forget(self, subject: str) -> None:
        self._cache.pop(subject, None)

    def wrap(self, place: str, data: bytes) -> bytes:
        return sealing.seal(self._kek_now(), place, data)

    def unwrap(self, place: str, wrapped: bytes) -> bytes:
        return sealing.unseal(self._kek_now(), place, wrapped)

    def setup(self) -> None:
        """Make the key-encryption key if there is none; repeatable."""
        row: Row = {"pk": "kek#1", "sk": "kek", "kind": "kek"}
        if self._store.get(Table.KEYS, ("kek#1", "kek")) is None:
            row["wrapped"] = self._kms.wrapped_key(KEK_CONTEXT)
            try:
                self._store.transact([Put(Table.KEYS, row)])
            except ConditionFailed:
                return

    def _key(self, subject: str) -> bytes:
        key = self._cache.get(subject)
        if key is None:
            row = self._store.get(Table.KEYS, (f"subject#{subject}", "key"))
            if row is None:
                raise Erased(subject)
            key = sealing.unseal(self._kek_now(), f"data-key|{subject}", row["wrapped"])
            self._remember(subject, key)
        return key

    def _remember(self, subject: str, key: bytes) -> None:
        if len(self._cache) >= CACHED_KEYS:
            self._cache.pop(next(iter(self._cache)))
        self._cache[subject] = key

    def _kek_now(self) -> bytes:
        if self._kek is None:
            row = self._store.get(Table.KEYS, ("kek#1", "kek"))
            if row is None:
                raise Busy("no key-encryption key: run setup")
            try:
                kek = self._kms.decrypt(row["wrapped"], KEK_CONTEXT)
            except BotoCoreError as error:
                raise Busy("kms") from error
            self._receipts = sealing.derive(kek, "receipt-secret/1")
            self._kek = kek
        return self._kek
