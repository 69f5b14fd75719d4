"""The publisher: checks uploads, carries out orders, takes in reference data.

Runs in a function of its own, since only it may create machines. Uploads and orders wait in one
index; the table's stream wakes it, the sweep guarantees it; each may be taken up any number of
times.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from chalicelib.people import ownership, regions, regiontree, seeding
from chalicelib.people.directory import Directory
from chalicelib.platform import times, webhook
from chalicelib.platform.errors import Finding, Problem
from chalicelib.platform.keys import SealedKeys
from chalicelib.platform.ports import Change, ConditionFailed, Equals, Ports, Row, Table
from chalicelib.platform.settings import PublisherSettings
from chalicelib.services.catalogue import pack, unpack
from chalicelib.services.changes.change import Verdict
from chalicelib.services.checks.lint import lint
from chalicelib.services.life.carry import Carrier
from chalicelib.services.life.report import Around, Upload, examine
from chalicelib.services.life.rows import Note
from chalicelib.services.life.uploads import DRAFTS, PENDING, drafts
from chalicelib.services.life.versions import OPERATOR, Versions
from chalicelib.services.sheets import importing
from chalicelib.services.views.modernise import modernise

# A refusal is kept in both, since its readers are not known yet.
SPOKEN = ("zh-Hans", "en")


class Publisher:
    def __init__(self, ports: Ports, settings: PublisherSettings) -> None:
        self._ports = ports
        self._needs = settings.needed_languages
        self._versions = Versions(ports, settings)
        self._carrier = Carrier(ports, self._versions)

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
            "publish": self._publish,
            "uploads": lambda _: self.uploads(),
            "directory": lambda data: seeding.directory(store, data),
            "absence": lambda data: seeding.absence(store, data),
            "calendar": lambda data: seeding.calendar(store, data, times.text(self._ports.now())),
            "issuer": lambda data: seeding.issuer(store, data),
            "trust": lambda data: seeding.trust(store, data),
            "channel": self._channel,
            "setup": self._setup,
            "import": lambda data: importing.put_in(Shelf(self._versions), data),
            "regions": lambda data: regions.take_in(store, data, self._versions.today()),
            "region": lambda data: regiontree.look_up(store, data, self._versions.today()),
            "transfer": lambda data: ownership.transfer(store, data, times.text(self._ports.now())),
            **{name: partial(command, store) for name, command in ownership.COMMANDS.items()},
        }

    def _publish(self, sent: Any) -> Row:
        """A document, or {"service": document, "unit", "message"}: who owns it where nobody does,
        and why."""
        if not isinstance(sent, dict) or not isinstance(sent.get("service"), dict):
            return self._versions.publish(sent, OPERATOR)
        note = OPERATOR._replace(message=sent.get("message", ""), unit=sent.get("unit", ""))
        return self._versions.publish(sent["service"], note)

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

    def uploads(self) -> Row:
        """Deal with everything that was handed in."""
        store = self._ports.store
        page = store.find(Table.DIRECTORY, "pending", PENDING)
        for row in store.get_many(Table.DIRECTORY, page.keys):
            if row.get("pending") == PENDING:
                self._order(row) if row["kind"] == "order" else self._check(row)
        return {"uploads": len(page.keys)}

    def _check(self, row: Row) -> None:
        """The report on an upload; what may be published waits as a draft."""
        document, older = modern(unpack(row["document"]))
        errors = [one for one in older if one.severity == "error"] + lint(document)
        upload = Upload(document, unpack(row["examples"]), row["by"])
        found = examine(upload, errors, self._around(), older)
        state = "refused"
        if found["publishable"]:
            state = "checked" if row["dry"] else "draft"
        summary: Row = {"findings": len(found["findings"])}
        if found["publishable"]:
            summary |= {"service": found["service"], "titles": dict(document["titles"])}
            if found["diff"]:
                summary["verdict"] = found["diff"]["verdict"]
        to: Row = {
            "state": state,
            "report": pack(found),
            "data": summary,
            "document": pack(document),
        }
        if state == "draft":
            self._settle(row, {**to, "pending": DRAFTS}, ())
        else:
            self._settle(row, to, ("pending", "pending_at"))

    def _around(self) -> Around:
        """What an upload meets here; people who were just named are known."""
        ports = self._ports
        directory = Directory(ports.store, ports.now)

        def today() -> date:
            return directory.calendar().local_date(ports.now())

        return Around(self._versions, directory, today, drafts(ports), self._needs)

    def _order(self, row: Row) -> None:
        try:
            outcome = self._carrier.carry(row)
        except Problem as problem:
            # It was right when it was kept; somebody else was faster.
            outcome = {"done": False, "problems": [problem.body(one) for one in SPOKEN]}
        state = "done" if outcome["done"] else "refused"
        to = {"state": state, "outcome": pack(outcome)}
        self._settle(row, to, ("pending", "pending_at"))

    def _settle(self, row: Row, to: Row, remove: tuple[str, ...]) -> None:
        change = Change(
            Table.DIRECTORY,
            row["kind"],
            (row["pk"], row["sk"]),
            to,
            Equals("state", "waiting"),
            remove=remove,
        )
        try:
            self._ports.store.transact([change])
        except ConditionFailed:
            return


class Shelf:
    """Where an import puts its documents."""

    def __init__(self, versions: Versions) -> None:
        self.change_of = versions.change_of
        self.findings = versions.findings
        self.verdict = versions.verdict
        self._versions = versions

    def put(self, document: Any, message: str, verdict: Verdict) -> Row:
        note = Note("import", OPERATOR.by, message, verdict=str(verdict))
        return self._versions.publish(document, note)


def modern(document: Any) -> tuple[Any, list[Finding]]:
    """The document with its form in the dialect of today, and what has no translation.

    A form that names an older draft of JSON Schema by `$schema` is read as that draft.
    """
    form = document.get("form") if isinstance(document, dict) else None
    if not isinstance(form, dict) or not isinstance(form.get("$schema"), str):
        return document, []
    translated, findings = modernise(form, "/form")
    return {**document, "form": translated}, findings
