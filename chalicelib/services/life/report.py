"""The report on an upload: what is wrong, what could be better, what changes, how it runs.

What depends on the rest of the catalogue and on the directory is found when the upload is checked
and kept with it; what follows from the document alone is made for whoever reads it, in the
reader's language.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from chalicelib.clocks.calendar import Calendar
from chalicelib.people.directory import Directory
from chalicelib.platform.errors import Finding
from chalicelib.platform.ports import Row
from chalicelib.services.catalogue import unpack
from chalicelib.services.changes.diff import diff, worst
from chalicelib.services.document import Service
from chalicelib.services.forms.answers import Forms
from chalicelib.services.guide import guide
from chalicelib.services.life.absent import absent
from chalicelib.services.life.versions import Versions
from chalicelib.services.reports import picture
from chalicelib.services.reports.account import account
from chalicelib.services.reports.advice import advice
from chalicelib.services.reports.examples import must_pass, tried
from chalicelib.services.reports.grouping import grouped
from chalicelib.services.reports.plain import place, sentence
from chalicelib.services.reports.rehearsal import rehearse

MOST_TOLD = 200


class Upload(NamedTuple):
    """What was handed in, and by whom."""

    document: Any
    examples: Sequence[Any]
    by: str


class Around(NamedTuple):
    """What a document meets here: `drafts` are the uploads that wait for a second person; `needs`
    are the languages without which nothing is published in this deployment."""

    versions: Versions
    directory: Directory
    today: Callable[[], date]
    drafts: Iterable[Row]
    needs: frozenset[str]


def examine(
    upload: Upload, errors: Sequence[Finding], around: Around, also: Sequence[Finding] = ()
) -> Row:
    """Whether it may be published, with findings, warnings and the changes to what is live.

    `errors` is what lint refuses, `also` what else was noticed.
    """
    document = upload.document
    if errors:
        return {"publishable": False, "findings": _rows(_said(document, errors))}
    service = Service(document)
    lacking, advised = _sorted(advice(service), around.needs)
    wrong = [*_said(document, lacking), *tried(service, upload.examples, Forms(around.today))]
    warnings = [
        *also,
        *_waiting(upload, around.drafts),
        *around.versions.not_live(service),
        *absent(document, around.directory),
        *advised,
    ]
    weak = [one._replace(severity="warning") for one in warnings]
    return {
        "publishable": not wrong,
        "service": service.id,
        "findings": _rows(wrong),
        "warnings": list(islice(grouped(document, weak), MOST_TOLD)),
        "diff": _diff(service, around.versions.live(service.id)),
    }


def shown(
    document: Any, examples: list[Any], calendar: Calendar, now: datetime, language: str
) -> Row:
    """The flow as a picture, the flow rehearsed in fake time, the guide as residents read it."""
    service = Service(document)
    played = rehearse(service, [one for one in examples if must_pass(one)], calendar, now)
    return {
        "flow": picture.mermaid(service, language),
        "rehearsal": account(played, calendar, language),
        "guide": guide(service, language),
    }


def _sorted(
    advised: Iterable[Finding], needs: frozenset[str]
) -> tuple[list[Finding], list[Finding]]:
    """Missing translations that this deployment does not publish without, as errors; the rest."""
    blocking, others = [], []
    for one in advised:
        if one.keyword == "translation" and one.params.get("language") in needs:
            blocking.append(one._replace(severity="error"))
        else:
            others.append(one)
    return blocking, others


def _waiting(upload: Upload, drafts: Iterable[Row]) -> Iterator[Finding]:
    """The same content by the same author, handed in before."""
    for row in drafts:
        if row["by"] == upload.by and unpack(row["document"]) == upload.document:
            name, day = row["upload"], row["at"][:10]
            zh = f"与您{day}上传的草稿{name}内容相同，那一份还在等待发布"
            en = f"your draft {name} of {day} has the same content and still waits"
            yield Finding("", "draft", {"zh-Hans": zh, "en": en}, {"upload": name})
            return


def _said(document: Any, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Each finding with a sentence that names its place as people would."""
    return (one._replace(texts=sentence(document, one)) for one in findings)


def _rows(findings: Iterable[Finding]) -> list[Row]:
    return [
        {
            "pointer": one.pointer,
            "keyword": one.keyword,
            "severity": one.severity,
            "texts": dict(one.texts),
        }
        for one in islice(findings, MOST_TOLD)
    ]


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
