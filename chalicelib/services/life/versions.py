"""Versions written: the next number, the live row with its offer, the entry of the list, the audit.

Every step may crash and repeat: a machine is named by its content, a version is written once, the
live row moves under a condition on its turn. Only the publisher function calls this.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from chalicelib.people import adoption
from chalicelib.people.directory import Directory
from chalicelib.platform import times
from chalicelib.platform.errors import Finding, NotFound
from chalicelib.platform.json import canonical
from chalicelib.platform.ports import (
    Absent,
    ConditionFailed,
    Equals,
    Operation,
    Ports,
    Put,
    Row,
    Table,
)
from chalicelib.platform.settings import PublisherSettings
from chalicelib.services.catalogue import unpack, version_key
from chalicelib.services.changes.change import Verdict, worst
from chalicelib.services.changes.diff import diff
from chalicelib.services.checks.lint import lint
from chalicelib.services.compile import machine
from chalicelib.services.document import Service
from chalicelib.services.life import rows
from chalicelib.services.life.rows import Note
from chalicelib.services.offer import Offer, State, offer_of


class Wanted(NamedTuple):
    """How a published version is offered; None leaves as it is, empty takes away."""

    at: str = ""
    opens_at: str | None = None
    closes_at: str | None = None
    nodes: tuple[str, ...] | None = None

    def applied(self, offer: Offer) -> Offer:
        given = {name: getattr(self, name) for name in ("opens_at", "closes_at", "nodes")}
        return offer._replace(**{n: v for n, v in given.items() if v is not None})


OPERATOR = Note("publish", "operator")
AS_IT_IS = Wanted()


class Versions:
    def __init__(self, ports: Ports, settings: PublisherSettings) -> None:
        self._ports = ports
        self._store = ports.store
        self._settings = settings
        self._directory = Directory(ports.store, ports.now)
        self._made: set[str] = set()

    def findings(self, document: Any) -> list[Finding]:
        """What is wrong with a document here, whoever shall own it."""
        return lint(document) or list(self.not_live(Service(document)))

    def publish(self, document: Any, note: Note = OPERATOR, wanted: Wanted = AS_IT_IS) -> Row:
        """Publish as the next version; the report says what happened or what is wrong.

        The unit of the note owns the service from today on where nobody owns it yet.
        """
        findings = self._in_the_way(document, note)
        if findings:
            return {"published": False, "findings": [report(finding) for finding in findings]}
        service, content = Service(document), content_of(document)
        live, owner = self.live_row(service.id), self._adopted(service, note)
        offer = offer_of(live).at(self._ports.now()) if live else None
        same = offer is not None and offer.content == content and not owner
        if offer and same and self._offered(offer, wanted) == offer:
            return _published(service, offer.version, content, unchanged=True)
        name, number = self._machine(service), rows.last_of(live) + 1
        becomes = self._becomes(number, content, offer, wanted)
        shown = service if becomes.version == number else self.read(service.id, becomes.version)
        version = rows.version_row(service, number, name, content, note, self._moment)
        try:
            self._store.transact(
                [
                    Put(Table.DIRECTORY, version),
                    *rows.offered(shown, becomes, live, note, self._moment, number),
                    *owner,
                ]
            )
        except ConditionFailed:
            # Somebody else published meanwhile, or our own answer was lost: look again.
            return self.publish(document, note, wanted)
        told = _published(service, number, content, unchanged=False)
        return {**told, **rows.came_from(live, becomes)}

    def trial(self, document: Any, note: Note) -> Row:
        """Make it the version under test: a number of its own, nothing the public sees."""
        findings = self._in_the_way(document, note)
        if findings:
            return {"published": False, "findings": [report(finding) for finding in findings]}
        service, content = Service(document), content_of(document)
        row = self._store.get(Table.DIRECTORY, (f"service#{service.id}", "trial"))
        owner = self._adopted(service, note)
        if row is not None and row["content"] == content and not owner:
            return _published(service, int(row["version"]), content, unchanged=True)
        number, at = (int(row["version"]) if row else 0) - 1, self._moment
        pointer: Row = {
            "pk": f"service#{service.id}",
            "sk": "trial",
            "kind": "live",
            "service": service.id,
            "version": number,
            "content": content,
        }
        version = rows.version_row(service, number, self._machine(service), content, note, at)
        moved = Put(Table.DIRECTORY, pointer)
        if row is not None:
            moved = Put(Table.DIRECTORY, pointer, Equals("version", int(row["version"])))
        told = rows.noted(service.id, note, {"version": number}, at, f"{number:06d}")
        try:
            self._store.transact([Put(Table.DIRECTORY, version), moved, told, *owner])
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
            self._store.transact(rows.offered(service, becomes, live, note, self._moment))
        except ConditionFailed:
            return self.change(name, note, moved)
        told = _published(service, offer.version, offer.content, unchanged=False)
        return {**told, **rows.came_from(live, becomes)}

    def change_of(self, document: Any) -> str:
        """Against what is live: "new", "unchanged" or "changed"; any document has one."""
        live = self.live(str(document.get("service"))) if isinstance(document, dict) else None
        if live is None:
            return "new"
        return "unchanged" if live.content == content_of(document) else "changed"

    def verdict(self, document: Any) -> Verdict:
        """What a good document means for the open cases of the live version."""
        live = self.live(document["service"])
        if live is None or live.content == content_of(document):
            return Verdict.SAFE
        return worst(diff(live.data, Service(document).data))

    def noted(self, service: str, note: Note, upload: str) -> Operation:
        """The entry of the history on what became of an upload."""
        told = {"upload": upload}
        return rows.noted(service, note, told, self._moment, upload)

    def today(self) -> date:
        """The date where the office is."""
        return self._directory.calendar().local_date(self._ports.now())

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
        return [
            row["sk"]
            for row in self._store.partition(Table.DIRECTORY, "catalogue")
            if name in row["data"].get("opens", ())
            and row["sk"] != name
            and row["data"].get("state") != State.RETIRED
        ]

    def _machine(self, service: Service) -> str:
        """The name of its machine, which is there; a record has none."""
        if service.record:
            return ""
        name, definition = machine(service, self._settings.queue_url, self._settings.partition)
        if name not in self._made:
            self._ports.orchestrator.create(name, definition)
            self._made.add(name)
        return name

    def not_live(self, service: Service) -> Iterator[Finding]:
        """Cases can be opened of services only that are published already, and have cases; what
        becomes of a restricted one is not told."""
        heard = {f"{at}/opens" for at, one in service.follows if "hears" in one}
        for at, opens in service.openings():
            name = opens["service"]
            live = service if name == service.id else self.live(name)
            if live is None:
                texts = {"zh-Hans": f"事项{name}尚未发布", "en": f"{name} is not published yet"}
                yield Finding(f"{at}/service", "service", texts)
            elif live.record:
                texts = {
                    "zh-Hans": f"{name}只作记录，不立案",
                    "en": f"{name} has records, no cases",
                }
                yield Finding(f"{at}/service", "record", texts)
            elif live.data.get("restricted") and at in heard:
                texts = {
                    "zh-Hans": f"{name}限制知悉，结果不会回报",
                    "en": f"{name} is restricted: its result does not come back",
                }
                yield Finding(f"{at}/service", "restricted", texts)
        yield from self._emitted(service)
        others = self.dependents(service.id) if service.record else []
        if others:
            zh = f"{'、'.join(others)}会立此事项的案，不能改为只作记录"
            en = f"{', '.join(others)} open cases of this service: it cannot be records"
            yield Finding("/record", "record", {"zh-Hans": zh, "en": en})

    def _emitted(self, service: Service) -> Iterator[Finding]:
        """What is opened again and again does not lead back here; lists of records are there."""
        for name, one in service.emissions.items():
            opened = one["opens"]["service"]
            if service.id in self._led_to(opened):
                zh = f"{opened}又会立此事项的案，循环往复"
                en = f"{opened} leads to cases of this service again: there would be no end"
                at = f"/flow/emits/{name}/opens/service"
                yield Finding(at, "circle", {"zh-Hans": zh, "en": en})
            listed = one.get("over", {}).get("records", {}).get("service")
            live = self.live(listed) if listed else None
            if listed and (live is None or not live.record):
                zh, en = f"没有记录事项{listed}", f"no service {listed} that keeps records"
                at = f"/flow/emits/{name}/over/records/service"
                yield Finding(at, "service", {"zh-Hans": zh, "en": en})

    def _led_to(self, name: str) -> set[str]:
        """The services of which a case may come to be opened in the end, by what is live."""
        seen: set[str] = set()
        ahead = [name]
        while ahead:
            live = self.live(ahead.pop())
            further = {opens["service"] for _, opens in live.openings()} if live else set()
            ahead += sorted(further - seen)
            seen |= further
        return seen

    def _in_the_way(self, document: Any, note: Note) -> list[Finding]:
        """What is wrong with it, or with who owns it."""
        findings = self.findings(document)
        if findings:
            return findings
        unowned = adoption.refused(self._store, document["service"], note.unit, self.today())
        return [unowned] if unowned else []

    def _adopted(self, service: Service, note: Note) -> list[Operation]:
        """The first tenure, where the service has none and the note names a unit."""
        owner = adoption.adopted(self._store, service.id, note.unit, self.today(), note.message)
        # Whoever owns it meanwhile is not written over; the register only says that somebody does.
        return [
            Put(Table.DIRECTORY, row, Absent() if row["kind"] == "owner" else None) for row in owner
        ]

    def _offered(self, offer: Offer, wanted: Wanted) -> Offer:
        """What publishing makes of the offer: closed services open again."""
        return wanted.applied(offer._replace(state=State.PUBLISHED))

    def _becomes(self, number: int, content: str, was: Offer | None, wanted: Wanted) -> Offer:
        """The version goes live at once, or takes over at its time; the first opens then."""
        later = wanted.at if wanted.at > self._moment else ""
        if was is None:
            return self._offered(Offer(number, content, opens_at=later), wanted)
        if later:
            takes = {"version": number, "content": content, "at": later}
            return self._offered(was, wanted)._replace(later=takes)
        offer = self._offered(was, wanted)
        return offer._replace(version=number, content=content, later=None)

    @property
    def _moment(self) -> str:
        return times.text(self._ports.now())


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


def _published(service: Service, number: int, content: str, unchanged: bool) -> Row:
    return {
        "published": True,
        "service": service.id,
        "version": number,
        "content": content,
        "unchanged": unchanged,
    }
