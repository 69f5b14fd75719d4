"""Published services, read: the live version for new cases, a pinned version for old ones.

Versions never change, so they are kept for the life of the container; which version is live, and
whether it takes new cases, is believed for 60 s. A test has a negative number and is found only
by its cases and by who holds its token.
"""

import re
import zlib
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from chalicelib.platform.errors import NotFound
from chalicelib.platform.json import compact, loads
from chalicelib.platform.ports import Now, Row, Store, Table
from chalicelib.services.document import Service
from chalicelib.services.offer import Offer, offer_of

BELIEVED = timedelta(seconds=60)
KEPT = 64
NAME = re.compile("[a-z0-9-]{1,64}")


class Catalogue:
    def __init__(self, store: Store, now: Now) -> None:
        self._store = store
        self._now = now
        self._versions: OrderedDict[tuple[str, int], Service] = OrderedDict()
        self._live: dict[str, tuple[datetime, Any]] = {}

    def live(self, service: str) -> Service:
        """The version new cases are made under, whether any are taken or not. Raises NotFound."""
        return self.version(service, self.offer(service).version)

    def offer(self, service: str) -> Offer:
        """Which version is live now, and whether it takes new cases. Raises NotFound."""
        if not NAME.fullmatch(service):
            raise NotFound
        row: Row | None = self._believed(
            service, lambda: self._store.get(Table.DIRECTORY, (f"service#{service}", "live"))
        )
        if row is None:
            raise NotFound
        return offer_of(row).at(self._now())

    def trial(self, service: str) -> Service:
        """The version under test. Raises NotFound."""
        if not NAME.fullmatch(service):
            raise NotFound
        row = self._store.get(Table.DIRECTORY, (f"service#{service}", "trial"))
        if row is None:
            raise NotFound
        return self.version(service, int(row["version"]))

    def version(self, service: str, number: int) -> Service:
        """One numbered version, for ever the same. Raises NotFound."""
        kept = self._versions.get((service, number))
        if kept is None:
            if not NAME.fullmatch(service):
                raise NotFound
            key = (f"service#{service}", version_key(number))
            row = self._store.get(Table.DIRECTORY, key)
            if row is None:
                raise NotFound
            kept = Service(unpack(row["document"]), number, row["machine"], row["content"])
            self._versions[service, number] = kept
            if len(self._versions) > KEPT:
                self._versions.popitem(last=False)
        return kept

    def history(self, service: str) -> list[Row]:
        """Who did what with it, newest first. Raises NotFound."""
        if not NAME.fullmatch(service):
            raise NotFound
        rows = self._store.partition(Table.DIRECTORY, f"service#{service}", "audit#")
        if not rows:
            raise NotFound
        return [row["data"] for row in reversed(rows)]

    def entries(self) -> list[Row]:
        """One short entry a service, for the list."""
        rows: list[Row] = self._believed(
            "", lambda: self._store.partition(Table.DIRECTORY, "catalogue")
        )
        return [row["data"] for row in rows]

    def refresh(self) -> None:
        self._live.clear()

    def _believed(self, name: str, read: Callable[[], Any]) -> Any:
        now = self._now()
        kept = self._live.get(name)
        if kept is not None and timedelta(0) <= now - kept[0] < BELIEVED:
            return kept[1]
        value = read()
        if value is not None:
            # What is not there may be published any moment.
            if len(self._live) >= KEPT:
                self._live.clear()
            self._live[name] = (now, value)
        return value


def version_key(number: int) -> str:
    """The sort key of a version; tests have negative numbers."""
    return f"version#{number:06d}" if number > 0 else f"trial#{-number:06d}"


def pack(document: Any) -> bytes:
    return zlib.compress(compact(document).encode())


def unpack(packed: bytes) -> Any:
    return loads(zlib.decompress(packed))
