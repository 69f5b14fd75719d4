"""What a fresh local stack knows: demo region, calendars, local issuer, documents in forms/.

Each is one event of the publisher function, the same that an operator sends in a real deployment.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
    for file in sorted(FORMS.glob("*/service.json")):
        yield f"service {file.parent.name}", {"publish": _read(file)}


def fingerprint(event: dict[str, Any]) -> str:
    """Changes when the event does."""
    return hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()


def officers() -> list[tuple[str, str, str]]:
    """(party, name, "role at node, …") of everyone in the demo region who holds a grant."""
    directory = _read(DIRECTORY)
    granted: dict[str, list[str]] = {}
    for grant in directory["grants"]:
        granted.setdefault(grant["party"], []).append(f"{grant['role']} at {grant['node']}")
    return [
        (party["party"], party["name"], ", ".join(granted[party["party"]]))
        for party in directory["parties"]
        if party["party"] in granted
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
