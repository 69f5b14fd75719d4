"""The report on an upload: what is wrong, what could be better, what changes, how it runs.

What depends on the rest of the catalogue is found when the upload is checked and kept with it;
what follows from the document alone is made for whoever reads it, in the reader's language.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from chalicelib.clocks.calendar import Calendar
from chalicelib.platform.errors import Finding
from chalicelib.platform.ports import Row
from chalicelib.services.changes.diff import diff, worst
from chalicelib.services.document import Service
from chalicelib.services.guide import guide
from chalicelib.services.life.versions import Versions
from chalicelib.services.reports import picture
from chalicelib.services.reports.account import account
from chalicelib.services.reports.advice import advice
from chalicelib.services.reports.plain import place, sentence
from chalicelib.services.reports.rehearsal import rehearse

MOST_WARNINGS = 200


def examine(
    document: Any,
    findings: list[Finding],
    versions: Versions,
    needs: frozenset[str],
    also: Sequence[Finding] = (),
) -> Row:
    """Whether it may be published, with findings, warnings and the changes to what is live.

    `needs` are the languages without which nothing is published in this deployment; `also` what
    else was noticed.
    """
    if not findings:
        lacking = (one for one in advice(Service(document)) if _blocks(one, needs))
        findings = [one._replace(severity="error") for one in lacking]
    if findings:
        return {"publishable": False, "findings": list(_told(document, findings))}
    service = Service(document)
    warnings = [*also, *versions.not_live(service), *advice(service)]
    return {
        "publishable": True,
        "service": service.id,
        "findings": [],
        "warnings": list(_told(document, (one._replace(severity="warning") for one in warnings))),
        "diff": _diff(service, versions.live(service.id)),
    }


def shown(
    document: Any, examples: list[Any], calendar: Calendar, now: datetime, language: str
) -> Row:
    """The flow as a picture, the flow rehearsed in fake time, the guide as residents read it."""
    service = Service(document)
    played = rehearse(service, [one for one in examples if _playable(one)], calendar, now)
    return {
        "flow": picture.mermaid(service, language),
        "rehearsal": account(played, calendar, language),
        "guide": guide(service, language),
    }


def _blocks(finding: Finding, needs: frozenset[str]) -> bool:
    """Whether a missing translation is one that this deployment does not publish without."""
    return finding.keyword == "translation" and finding.params.get("language") in needs


def _playable(example: Any) -> bool:
    return isinstance(example, Mapping) and isinstance(example.get("answers"), Mapping)


def _told(document: Any, findings: Iterable[Finding]) -> Iterator[Row]:
    """Each finding with a sentence that names its place as people would."""
    for index, finding in enumerate(findings):
        if index == MOST_WARNINGS:
            return
        yield {
            "pointer": finding.pointer,
            "keyword": finding.keyword,
            "severity": finding.severity,
            "texts": dict(sentence(document, finding)),
        }


def _diff(service: Service, live: Service | None) -> Row | None:
    """Against the live version; None for a new service."""
    if live is None:
        return None
    changes = diff(live.data, service.data)
    return {
        "from": live.version,
        "verdict": str(worst(changes)),
        "changes": [
            {
                **change.body(),
                "place": dict(
                    place((live.data if change.what == "removed" else service.data), change.pointer)
                ),
            }
            for change in changes
        ],
    }
