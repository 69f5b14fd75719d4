"""The publisher: checks a document, compiles it, makes the machine, switches the live version.

Runs in a function of its own, since only it may create machines. Every step may crash and repeat:
a machine is named by its content, a version is written once, the live pointer moves by a
condition. Publishing the content that is live already changes nothing.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.people import seeding
from chalicelib.platform import times, webhook
from chalicelib.platform.errors import Finding
from chalicelib.platform.json import canonical
from chalicelib.platform.keys import SealedKeys
from chalicelib.platform.ports import (
    Change,
    ConditionFailed,
    Equals,
    Operation,
    Ports,
    Put,
    Row,
    Table,
)
from chalicelib.platform.settings import PublisherSettings
from chalicelib.services.catalogue import pack, unpack, version_key
from chalicelib.services.compile import machine
from chalicelib.services.document import Service
from chalicelib.services.lint import lint
from chalicelib.services.uploads import PENDING


class Publisher:
    def __init__(self, ports: Ports, settings: PublisherSettings) -> None:
        self._ports = ports
        self._settings = settings

    def handle(self, event: Mapping[str, Any]) -> Any:
        """One invocation: an operator's command, stream records or the sweep."""
        if "Records" in event:
            return self.uploads()
        for name, command in self._commands().items():
            if name in event:
                return command(event[name])
        return {"error": f"one of {', '.join(self._commands())} is needed"}

    def _commands(self) -> dict[str, Callable[[Any], Any]]:
        store = self._ports.store
        return {
            "publish": lambda document: self.publish(document, "operator"),
            "uploads": lambda _: self.uploads(),
            "directory": lambda data: seeding.directory(store, data),
            "absence": lambda data: seeding.absence(store, data),
            "calendar": lambda data: seeding.calendar(store, data),
            "issuer": lambda data: seeding.issuer(store, data),
            "channel": self._channel,
            "setup": self._setup,
        }

    def _setup(self, _: Any) -> Row:
        keys = self._ports.keys
        if isinstance(keys, SealedKeys):
            keys.setup()
        return {"ready": True}

    def _channel(self, data: Any) -> Row:
        """{"name", "rotate"}: the secret a provider of this channel signs with, anew if asked."""
        name, rotate = str(data["name"]), bool(data.get("rotate"))
        row = self._ports.store.get(Table.DIRECTORY, (f"channel#{name}", "secret"))
        version = (int(row["data"]["version"]) if row else 1) + int(rotate)
        if rotate:
            seeding.rotate(self._ports.store, name, version)
        secret = webhook.secret(self._ports.keys, name, version)
        return {"channel": name, "version": version, "secret": secret}

    def publish(self, document: Any, by: str) -> Row:
        """Publish as the next version; the report says what happened or what is wrong."""
        findings = lint(document) or list(self._not_live(Service(document)))
        if findings:
            return {"published": False, "findings": [report(finding) for finding in findings]}
        content = hashlib.sha256(canonical(document)).hexdigest()
        service = Service(document)
        live = self._ports.store.get(Table.DIRECTORY, (f"service#{service.id}", "live"))
        if live is not None and live["content"] == content:
            return self._published(service, int(live["version"]), content, unchanged=True)
        name, definition = machine(service, self._settings.queue_url, self._settings.partition)
        self._ports.orchestrator.create(name, definition)
        number = int(live["version"]) + 1 if live else 1
        operations = [
            *self._version(service, number, name, content, by),
            self._live(service, number, content, live),
        ]
        try:
            self._ports.store.transact(operations)
        except ConditionFailed:
            # Somebody else published meanwhile, or our own answer was lost: look again.
            return self.publish(document, by)
        return self._published(service, number, content, unchanged=False)

    def _not_live(self, service: Service) -> Iterator[Finding]:
        """Cases can be opened of services only that are published already."""
        for at, opens in service.openings():
            name = opens["service"]
            row = self._ports.store.get(Table.DIRECTORY, (f"service#{name}", "live"))
            if row is None and name != service.id:
                texts = {"zh-Hans": f"事项{name}尚未发布", "en": f"{name} is not published yet"}
                yield Finding(f"{at}/service", "service", texts)

    def uploads(self) -> Row:
        """Deal with every upload that waits; the stream wakes this, the sweep guarantees it."""
        page = self._ports.store.find(Table.DIRECTORY, "pending", PENDING)
        for row in self._ports.store.get_many(Table.DIRECTORY, page.keys):
            if row.get("pending"):
                outcome = self.publish(unpack(row["document"]), row["by"])
                self._settle(row, outcome)
        return {"uploads": len(page.keys)}

    def _settle(self, row: Row, outcome: Row) -> None:
        state = "published" if outcome["published"] else "refused"
        change = Change(
            Table.DIRECTORY,
            "upload",
            (row["pk"], row["sk"]),
            {"state": state, "data": outcome},
            Equals("state", "waiting"),
            remove=("pending", "pending_at"),
        )
        try:
            self._ports.store.transact([change])
        except ConditionFailed:
            return

    def _version(
        self, service: Service, number: int, name: str, content: str, by: str
    ) -> list[Operation]:
        row: Row = {
            "pk": f"service#{service.id}",
            "sk": version_key(number),
            "kind": "version",
            "service": service.id,
            "version": number,
            "machine": name,
            "content": content,
            "published_at": times.text(self._ports.now()),
            "published_by": by,
            "document": pack(service.data),
        }
        entry: Row = {
            "pk": "catalogue",
            "sk": service.id,
            "kind": "entry",
            "data": {
                "service": service.id,
                "version": number,
                "titles": dict(service.data["titles"]),
                "channels": list(service.data["channels"]),
            },
        }
        return [Put(Table.DIRECTORY, row), Put(Table.DIRECTORY, entry, None)]

    def _live(self, service: Service, number: int, content: str, live: Row | None) -> Operation:
        row: Row = {
            "pk": f"service#{service.id}",
            "sk": "live",
            "kind": "live",
            "service": service.id,
            "version": number,
            "content": content,
        }
        if live is None:
            return Put(Table.DIRECTORY, row)
        return Put(Table.DIRECTORY, row, Equals("version", int(live["version"])))

    def _published(self, service: Service, number: int, content: str, unchanged: bool) -> Row:
        return {
            "published": True,
            "service": service.id,
            "version": number,
            "content": content,
            "unchanged": unchanged,
        }


def report(finding: Finding) -> dict[str, Any]:
    return {"pointer": finding.pointer, "keyword": finding.keyword, "texts": dict(finding.texts)}
