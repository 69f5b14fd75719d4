"""What a fresh local stack knows: demo region, calendars, local issuer, documents in forms/.

Each is one event of the publisher function, the same that an operator sends in a real deployment.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chalicelib.services.document import Service
from infra.bundle import ROOT
from infra.failures import Refused

DIRECTORY = ROOT / "infra" / "seed" / "directory.json"
CALENDARS = ROOT / "infra" / "calendars"
FORMS = ROOT / "forms"


def events(issuer: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(what it is, event for the publisher), in the order they must be sent."""
    yield "setup", {"setup": {}}
    yield "directory", {"directory": _read(DIRECTORY)}
    for file in sorted(CALENDARS.glob("*.json")):
        yield f"calendar {file.stem}", {"calendar": _read(file)}
    yield "issuer", {"issuer": issuer}
    for document in documents():
        yield f"service {document['service']}", {"publish": document}


def documents() -> list[dict[str, Any]]:
    """Every document in forms/, those first that others open cases of."""
    found = [_read(file) for file in sorted(FORMS.glob("*/service.json"))]
    ordered: list[dict[str, Any]] = []
    while found:
        there = {document["service"] for document in found}
        free = [one for one in found if not _opens(one) & (there - {one["service"]})]
        if not free:
            raise Refused(f"these open cases of each other: {', '.join(sorted(there))}")
        ordered += free
        found = [one for one in found if one not in free]
    return ordered


def _opens(document: dict[str, Any]) -> set[str]:
    """The services that must be there before it: those that it opens and whose records it reads."""
    service = Service(document)
    lists = [one.get("over", {}).get("records") for one in service.emissions.values()]
    opened = {opening["service"] for _, opening in service.openings()}
    return opened | {listed["service"] for listed in lists if listed}


def fingerprint(event: dict[str, Any]) -> str:
    """Changes when the event does."""
    return hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()


def officers() -> list[tuple[str, str, str]]:
    """(party, name, "role at node, …, stands in for party") of everyone in the demo region."""
    directory = _read(DIRECTORY)
    said: dict[str, list[str]] = {party["party"]: [] for party in directory["parties"]}
    for grant in directory["grants"]:
        said[grant["party"]].append(f"{grant['role']} at {grant['node']}")
    for party in directory["parties"]:
        said[party["party"]] += [
            f"stands in for {absent}" for absent in party.get("stands_in_for", [])
        ]
    return [
        (party["party"], party["name"], ", ".join(said[party["party"]]))
        for party in directory["parties"]
    ]


def example(file: Path) -> dict[str, Any]:
    """An example of a service: its answers and the papers they need."""
    return _read(file)


def _read(file: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Refused(f"{file} is not JSON: {error}") from error
    return document
