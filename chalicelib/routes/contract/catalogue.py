"""What everybody may read: the list of services, one service, the papers it asks for, a refusal.

What a service document says is described by the document's own schema, the law of its shape.
"""

from typing import Any

from chalicelib.cases import asking
from chalicelib.platform.json import loads
from chalicelib.routes.contract.shapes import (
    COUNT,
    DAY,
    MOMENT,
    OBJECT,
    POINTER,
    TEXT,
    Schema,
    closed,
    each,
    many,
    maybe,
    one_of,
    ref,
    under,
)
from chalicelib.services.forms.subschemas import rebuilt
from chalicelib.services.life.rows import LISTED
from chalicelib.services.offer import State
from chalicelib.services.schema import schema_text

DOCUMENT = "ServiceDocument"


def document() -> dict[str, Any]:
    """The schema of service documents as a component; new at each call."""
    made: dict[str, Any] = under(DOCUMENT, loads(schema_text()), rebuilt)
    return made


def said(*path: str) -> Schema:
    """A part of the schema of service documents."""
    return ref("/".join((DOCUMENT, *path)))


TEXTS = said("$defs", "texts")
CHANNELS = said("properties", "channels")
VERSION = {"type": "integer", "description": "counted from 1; negative under test"}
TAKES_OVER = closed({"version": VERSION, "content": TEXT, "at": MOMENT})
OFFERED = {
    "state": one_of(State),
    "opens_at": {**MOMENT, "description": "the first moment at which cases are taken"},
    "closes_at": {
        **MOMENT,
        "description": "the first moment at which none are any more: it does not count itself",
    },
    "nodes": many(TEXT),
    "later": TAKES_OVER,
}


def _of_paper(*path: str) -> Schema:
    return said("$defs", "paper", "properties", *path)


def _of_logic(name: str) -> Schema:
    return said("properties", "logic", "properties", name)


def _titled(entry: dict[str, Any]) -> Schema:
    """A closed object that is also told its title in the language of the answer."""
    members = {**entry["properties"], "title": TEXT}
    return {**entry, "properties": members, "required": [*entry["required"], "title"]}


def _notice() -> dict[str, Schema]:
    return {
        "service": TEXT,
        "version": VERSION,
        "title": TEXT,
        "guide": said("properties", "guide"),
        "channels": CHANNELS,
        "levels": said("properties", "levels"),
        "form": {**OBJECT, "description": "JSON Schema 2020-12 of the answers"},
        "views": said("properties", "views"),
        "logic": ref("PublicLogic"),
        "papers": many(ref("GuidePaper")),
        "clocks": each(
            closed(
                {
                    "title": TEXT,
                    "budget": said("$defs", "clock", "properties", "budget"),
                    "pauses": many(TEXT),
                    "basis": {"anyOf": [said("$defs", "basis"), {"type": "null"}]},
                }
            )
        ),
        "stages": many(closed({"stage": TEXT, "title": TEXT})),
        "reasons": each(TEXT),
        "results": each(TEXT),
    }


FOR_WHOM = {"audience": said("properties", "audience")}
RECORDED = {
    "record": closed(
        {"counted_in": said("$defs", "count_unit")},
        {"who": said("properties", "record", "properties", "who")},
    )
}


def schemas() -> dict[str, Schema]:
    """New at each call, since they hold the schema of service documents."""
    law = document()
    return {
        DOCUMENT: law,
        "GuidePaper": _titled(law["$defs"]["paper"]),
        "ListedService": closed(
            {
                "service": TEXT,
                "titles": TEXTS,
                "title": TEXT,
                "channels": CHANNELS,
                "version": VERSION,
            },
            {
                **OFFERED,
                **{name: said("properties", "guide", "properties", name) for name in LISTED},
                "opens": many(TEXT),
                "zones": each(closed({}, {"zone": TEXTS, "window": TEXTS})),
                **FOR_WHOM,
            },
        ),
        "Service": closed(
            _notice(), {**OFFERED, **RECORDED, **FOR_WHOM, "authority": ref("Authority")}
        ),
        "PublicLogic": {
            **closed(
                {},
                {
                    "shows": _of_logic("shows"),
                    "computes": _of_logic("computes"),
                    "tables": each(said("$defs", "table")),
                },
            ),
            "description": "which answers are asked for and computed; what they decide",
        },
        "Authority": {
            **closed({"unit": TEXT, "title": TEXT}, {"since": DAY, "seal": TEXT}),
            "description": "who issues it today, under which seal",
        },
        "ServiceVersion": closed(_notice(), {**RECORDED, **FOR_WHOM}),
        "AskedPaper": closed(
            {
                "paper": TEXT,
                "title": TEXT,
                "necessity": one_of(("necessary", "optional", "gap")),
                "why": TEXT,
                "answers": many(closed({"pointer": POINTER, "title": TEXT})),
            },
            {
                **{name: _of_paper(name) for name in asking.SHOWN},
                **dict.fromkeys(asking.WORDED, TEXT),
                "within": _of_paper("gap", "properties", "within"),
            },
        ),
        "PaperLists": closed(
            {
                "service": TEXT,
                "version": VERSION,
                **{
                    name: many(ref("AskedPaper"))
                    for name in ("needed", "may_follow", "optional", "depends", "not_needed")
                },
            },
            {
                "fee": {
                    "oneOf": [
                        closed({"fen": COUNT, "reasons": many(TEXT)}),
                        closed({"depends": many(POINTER, minItems=1)}),
                    ]
                }
            },
        ),
        "Board": closed({"cards": many(ref("Card"), maxItems=24), "cursor": maybe(TEXT)}),
        "Postings": closed({"postings": many(ref("Posting"), maxItems=24), "cursor": maybe(TEXT)}),
    }
