"""Versions written: the next number, the live row with its offer, the entry of the list, the audit.

Every step may crash and repeat: a machine is named by its content, a version is written once, the
live row moves under a condition on its turn. Only the publisher function calls this.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from chalicelib.platform import times
from chalicelib.platform.errors import Conflict, Finding, NotFound
from chalicelib.platform.json import canonical
from chalicelib.platform.ports import (
    Condition,
    ConditionFailed,
    Equals,
    Missing,
    Operation,
    Ports,
    Put,
    Row,
    Table,
)
from chalicelib.platform.settings import PublisherSettings
from chalicelib.services.catalogue import pack, unpack, version_key
from chalicelib.services.checks.lint import lint
from chalicelib.services.compile import machine
from chalicelib.services.document import Service
from chalicelib.services.offer import Offer, State, offer_of


class Note(NamedTuple):
    """What the audit keeps: who, whose document, why."""

    do: str
    by: str
    message: str = ""
    written_by: str = ""
    verdict: str = ""

    def data(self) -> Row:
        return {name: value for name, value in self._asdict().items() if value}


class Wanted(NamedTuple):
    """How a published version is offered; None leaves as it is, empty takes away."""

    at: str = ""
    opens_at: str | None = None
    closes_at: str | None = None
    nodes: tuple[str, ...] | None = None

    def applied(self, offer: Offer) -> Offer:
        given = {name: getattr(self, name) for name in ("opens_at", "closes_at", "nodes")}
        return offer._replace(**{n: v for n, v in given.items() if v is not None})


# What the list says of a service besides its name.
LISTED = ("item_class", "class", "field", "level_of_exercise")
OPERATOR = Note("publish", "operator")
AS_IT_IS = Wanted()


class Versions:
    def __init__(self, ports: Ports, settings: PublisherSettings) -> None:
        self._ports = ports
        self._store = ports.store
        self._settings = settings
        self._made: set[str] = set()

    def findings(self, document: Any) -> list[Finding]:
        """What stands in the way of publishing it now."""
        return lint(document) or list(self.not_live(Service(document)))

    def publish(self, document: Any, note: Note = OPERATOR, wanted: Wanted = AS_IT_IS) -> Row:
        """Publish as the next version; the report says what happened or what is wrong."""
        findings = self.findings(document)
        if findings:
            return {"published": False, "findings": [report(finding) for finding in findings]}
        service, content = Service(document), content_of(document)
        live = self.live_row(service.id)
        offer = offer_of(live).at(self._ports.now()) if live else None
        if offer and offer.content == content and self._offered(offer, wanted) == offer:
            return _published(service, offer.version, content, unchanged=True)
        name = self._machine(service)
        number = _last(live) + 1
        try:
            self._store.transact(
                [
                    Put(Table.DIRECTORY, self._version(service, number, name, content, note)),
                    *self._become(service, number, content, live, note, wanted),
                ]
            )
        except ConditionFailed:
            # Somebody else published meanwhile, or our own answer was lost: look again.
            return self.publish(document, note, wanted)
        return _published(service, number, content, unchanged=False)

    def trial(self, document: Any, note: Note) -> Row:
        """Make it the version under test: a number of its own, nothing the public sees."""
        findings = self.findings(document)
        if findings:
            return {"published": False, "findings": [report(finding) for finding in findings]}
        service, content = Service(document), content_of(document)
        row = self._store.get(Table.DIRECTORY, (f"service#{service.id}", "trial"))
        if row is not None and row["content"] == content:
            return _published(service, int(row["version"]), content, unchanged=True)
        number = (int(row["version"]) if row else 0) - 1
        pointer: Row = {
            "pk": f"service#{service.id}",
            "sk": "trial",
            "kind": "live",
            "service": service.id,
            "version": number,
            "content": content,
        }
        version = self._version(service, number, self._machine(service), content, note)
        moved = Put(Table.DIRECTORY, pointer)
        if row is not None:
            moved = Put(Table.DIRECTORY, pointer, Equals("version", int(row["version"])))
        audit = self._audit(service.id, note, {"version": number}, number)
        try:
            self._store.transact([Put(Table.DIRECTORY, version), moved, audit])
        except ConditionFailed:
            return self.trial(document, note)
        return _published(service, number, content, unchanged=False)

    def change(self, name: str, note: Note, moved: Callable[[Offer], Offer]) -> Row:
        """Offer the live version otherwise. Raises NotFound, and what `moved` raises."""
        live = self.live_row(name)
        if live is None:
            raise NotFound
        offer = offer_of(live).at(self._ports.now())
        service, becomes = self.read(name, offer.version), moved(offer)
        if becomes == offer:
            return _published(service, offer.version, offer.content, unchanged=True)
        try:
            self._store.transact(self._rows(service, becomes, live, note))
        except ConditionFailed:
            return self.change(name, note, moved)
        return _published(service, offer.version, offer.content, unchanged=False)

    def live_row(self, name: str) -> Row | None:
        return self._store.get(Table.DIRECTORY, (f"service#{name}", "live"))

    def live(self, name: str) -> Service | None:
        """The document that is live now."""
        row = self.live_row(name)
        return self.read(name, offer_of(row).at(self._ports.now()).version) if row else None

    def read(self, name: str, number: int) -> Service:
        """One version. Raises NotFound."""
        row = self._store.get(Table.DIRECTORY, (f"service#{name}", version_key(number)))
        if row is None:
            raise NotFound
        return Service(unpack(row["document"]), number, row["machine"], row["content"])

    def dependents(self, name: str) -> list[str]:
        """Published services that open cases of this one."""
        rows = self._store.partition(Table.DIRECTORY, "catalogue")
        return [
            row["sk"]
            for row in rows
            if name in row["data"].get("opens", ())
            and row["sk"] != name
            and row["data"].get("state") != State.RETIRED
        ]

    def _machine(self, service: Service) -> str:
        name, definition = machine(service, self._settings.queue_url, self._settings.partition)
        if name not in self._made:
            self._ports.orchestrator.create(name, definition)
            self._made.add(name)
        return name

    def not_live(self, service: Service) -> Iterator[Finding]:
        """Cases can be opened of services only that are published already."""
        for at, opens in service.openings():
            name = opens["service"]
            if name != service.id and self.live_row(name) is None:
                texts = {"zh-Hans": f"事项{name}尚未发布", "en": f"{name} is not published yet"}
                yield Finding(f"{at}/service", "service", texts)

    def _offered(self, offer: Offer, wanted: Wanted) -> Offer:
        """What publishing makes of the offer: closed services open again."""
        return wanted.applied(offer._replace(state=State.PUBLISHED))

    def _become(
        self,
        service: Service,
        number: int,
        content: str,
        live: Row | None,
        note: Note,
        wanted: Wanted,
    ) -> Iterable[Operation]:
        """The version goes live at once, or takes over at its time."""
        now = self._ports.now()
        was = offer_of(live).at(now) if live else None
        if was is not None and wanted.at > times.text(now):
            later = {"version": number, "content": content, "at": wanted.at}
            service = self.read(service.id, was.version)
            offer = self._offered(was, wanted)._replace(later=later)
        else:
            kept = was or Offer(number, content)
            offer = self._offered(kept, wanted)._replace(
                version=number, content=content, later=None
            )
        return self._rows(service, offer, live, note, number)

    def _rows(
        self, service: Service, offer: Offer, live: Row | None, note: Note, last: int = 0
    ) -> list[Operation]:
        """The live row, the list's entry and the audit; `service` is what the offer offers."""
        turn = int(live.get("turn", 0)) + 1 if live else 1
        row: Row = {
            "pk": f"service#{service.id}",
            "sk": "live",
            "kind": "live",
            "service": service.id,
            "version": offer.version,
            "content": offer.content,
            "turn": turn,
            "data": {**offer.data(), "last": max(last, _last(live))},
        }
        entry: Row = {
            "pk": "catalogue",
            "sk": service.id,
            "kind": "entry",
            "data": {**_entry(service), "version": offer.version, **offer.data()},
        }
        about = {"version": last or offer.version, **offer.data()}
        return [
            Put(Table.DIRECTORY, row, _same_turn(live)) if live else Put(Table.DIRECTORY, row),
            Put(Table.DIRECTORY, entry, None),
            self._audit(service.id, note, about, turn),
        ]

    def _version(self, service: Service, number: int, name: str, content: str, note: Note) -> Row:
        return {
            "pk": f"service#{service.id}",
            "sk": version_key(number),
            "kind": "version",
            "service": service.id,
            "version": number,
            "machine": name,
            "content": content,
            "published_at": times.text(self._ports.now()),
            "published_by": note.by,
            "document": pack(service.data),
            "data": note.data(),
        }

    def _audit(self, name: str, note: Note, about: Mapping[str, Any], turn: int) -> Operation:
        at = times.text(self._ports.now())
        row: Row = {
            "pk": f"service#{name}",
            "sk": f"audit#{at}#{turn:06d}",
            "kind": "audit",
            "data": {"at": at, **note.data(), **about},
        }
        return Put(Table.DIRECTORY, row, None)


def refuse_unless(offer: Offer, *states: State) -> Offer:
    """Raises Conflict for a service in another state."""
    if offer.state not in states:
        raise Conflict
    return offer


def content_of(document: Any) -> str:
    """What a document is known by: the SHA-256 of its canonical JSON (RFC 8785)."""
    return hashlib.sha256(canonical(document)).hexdigest()


def report(finding: Finding) -> dict[str, Any]:
    return {
        "pointer": finding.pointer,
        "keyword": finding.keyword,
        "severity": finding.severity,
        "texts": dict(finding.texts),
    }


def _entry(service: Service) -> Row:
    data = service.data
    opens = sorted({opening["service"] for _, opening in service.openings()} - {service.id})
    return {
        "service": service.id,
        "titles": dict(data["titles"]),
        "channels": list(data["channels"]),
        **{name: data["guide"][name] for name in LISTED if name in data["guide"]},
        **({"opens": opens} if opens else {}),
    }


def _same_turn(live: Row) -> Condition:
    return Equals("turn", int(live["turn"])) if "turn" in live else Missing("turn")


def _last(live: Row | None) -> int:
    """The highest number given so far."""
    if live is None:
        return 0
    return max(int(live["version"]), int((live.get("data") or {}).get("last", 0)))


def _published(service: Service, number: int, content: str, unchanged: bool) -> Row:
    return {
        "published": True,
        "service": service.id,
        "version": number,
        "content": content,
        "unchanged": unchanged,
    }
