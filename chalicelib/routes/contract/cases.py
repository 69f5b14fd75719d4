"""What an answer tells of a case: the receipt, the resident's story, the officer's view, tasks.

Closed objects are a promise: nothing is shown that is not named here (`cases.story`).
"""

from chalicelib.cases import joins, ruling, wording
from chalicelib.routes.contract.shapes import (
    ANYTHING,
    COUNT,
    HASH,
    MOMENT,
    NUMBER,
    OBJECT,
    POINTER,
    SECRET,
    TEXT,
    YES_NO,
    Schema,
    closed,
    many,
    maybe,
    one_of,
    ref,
)

STATES = ("open", "waiting", "settled", "closed", "moot")
KINDS = ("desk", "hold", "gate", "tell", "pool", "review", "fanout", "part", *sorted(joins.BESIDE))
TITLED = closed({"paper": TEXT, "title": TEXT})
HEAD = {
    "case": NUMBER,
    "service": TEXT,
    "title": TEXT,
    "status": one_of(wording.STATUSES),
    "status_text": TEXT,
    "stage": maybe(TEXT),
    "stage_text": TEXT,
    "result": maybe(TEXT),
    "result_text": TEXT,
    "ended": YES_NO,
    "received_at": MOMENT,
}
TEST = {"test": {"const": True, "description": "a case of a version under test"}}
FEE = {"fee": closed({"fen": COUNT, "reasons": many(TEXT)})}
EVENT = {"seq": {"type": "integer", "minimum": 1}, "type": TEXT, "text": TEXT, "at": MOMENT}
MAY_SAY = {
    "as_of": {**MOMENT, "description": "when it counts from, where that is earlier"},
    "reason": TEXT,
    "papers": many(ref("TitledPaper")),
    "rule": {
        **closed({"table": TEXT, "row": COUNT, "version": {"type": "integer"}}),
        "description": "by which the system decided: a decision table, its row counted from 1"
        " (0: none, somebody looks at it) and the version of the service",
    },
}
STORY = {
    "clocks": many(ref("Clock")),
    "documents": many(ref("IssuedDocument")),
    "papers": ref("PapersOfCase"),
}
TASK = {
    "task": TEXT,
    "case": NUMBER,
    "service": TEXT,
    "kind": one_of(KINDS),
    "stage": maybe(TEXT),
    "title": TEXT,
    "state": one_of(STATES),
    "role": maybe(TEXT),
    "node": maybe(TEXT),
    "opened_at": MOMENT,
    "actions": many(TEXT),
}
TASK_MAY = {
    "outcome": TEXT,
    "settled_by": TEXT,
    "settled_at": MOMENT,
    "about": OBJECT,
    "party": TEXT,
    "due": MOMENT,
}

SCHEMAS: dict[str, Schema] = {
    "TitledPaper": TITLED,
    "Contact": closed({"unit": TEXT, "phone": TEXT}),
    "Offer": closed(
        {
            "action": TEXT,
            "title": TEXT,
            "details": {**OBJECT, "description": "JSON Schema 2020-12 of what goes with it"},
        }
    ),
    "Clock": closed(
        {
            "clock": TEXT,
            "title": TEXT,
            "started_at": MOMENT,
            "due_at": maybe(MOMENT),
            "stopped_at": maybe(MOMENT),
            "state": one_of(("running", "paused", "stopped", "overdue")),
            "provisional": YES_NO,
            "because": TEXT,
        }
    ),
    "IssuedDocument": closed(
        {"document": TEXT, "number": TEXT, "title": TEXT, "body": TEXT, "foot": TEXT}
    ),
    "PapersOfCase": closed(
        {
            "given": many(ref("TitledPaper")),
            "missing": many(ref("TitledPaper")),
            "promised": many(
                closed({"paper": TEXT, "title": TEXT, "due": MOMENT, "state": TEXT}),
            ),
        }
    ),
    "Receipt": closed(
        {
            "case": NUMBER,
            "secret": SECRET,
            "service": TEXT,
            "version": {"type": "integer", "description": "negative under test"},
            "received_at": MOMENT,
            "answer_by": maybe(MOMENT),
            "documents": many(TEXT),
            "papers": closed(
                {"given": many(ref("TitledPaper")), "missing": many(ref("TitledPaper"))}
            ),
        },
        {
            **TEST,
            **FEE,
            "dropped": {
                **many(POINTER, minItems=1, maxItems=ruling.MOST_DROPPED),
                "description": "what was sent and is not kept, since it is not asked for",
            },
            "also": many(closed({"service": TEXT, "case": NUMBER, "secret": SECRET}), minItems=1),
        },
    ),
    "PublicEvent": closed(EVENT, MAY_SAY),
    "Event": closed(
        {
            **EVENT,
            "actor": closed({"party": TEXT, "as": TEXT}, {"for": TEXT}),
            "stage": maybe(TEXT),
            "visit": COUNT,
            "data": OBJECT,
            "hash": HASH,
            "previous": HASH,
        },
        {**MAY_SAY, "details": OBJECT},
    ),
    "Correction": closed(
        {
            "task": TEXT,
            "version": {"type": "integer", "minimum": 1},
            "form": {"type": "string", "format": "uri-reference"},
            "errors": many(closed({"pointer": POINTER, "keyword": TEXT, "message": TEXT})),
            "answers": OBJECT,
        }
    ),
    "ResidentCase": closed(
        {
            **HEAD,
            "events": many(ref("PublicEvent")),
            **STORY,
            "actions": many(ref("Offer")),
            "contact": ref("Contact"),
        },
        {**TEST, **FEE, "correction": ref("Correction")},
    ),
    "ListedTask": closed(TASK, TASK_MAY),
    "Task": closed(
        {**TASK, "offers": many(ref("Offer"))},
        {
            **TASK_MAY,
            "call": closed({"phones": many(TEXT), "script": TEXT}, {"wrote": many(TEXT)}),
        },
    ),
    "Notice": closed(
        {"notice": TEXT, "event": COUNT, "state": TEXT}, {"script": TEXT, "phones": many(TEXT)}
    ),
    "OfficerCase": closed(
        {
            **HEAD,
            "version": COUNT,
            "service_version": {"type": "integer"},
            "channel": TEXT,
            "site": TEXT,
            "unit": TEXT,
            "about": maybe(TEXT),
            "answers": OBJECT,
            "withheld": many(POINTER),
            "events": many(ref("Event")),
            "tasks": many(ref("Task")),
            **STORY,
            "notices": many(ref("Notice")),
            "acts": many(ref("Offer")),
        },
        {**TEST, **FEE},
    ),
    "Card": closed(
        {"case": NUMBER, "service": TEXT, "category": TEXT, "text": TEXT, "community": TEXT},
        {"whom": TEXT},
    ),
    "HolderCase": closed(
        {
            "case": NUMBER,
            "service": TEXT,
            "title": TEXT,
            "version": COUNT,
            "card": {"anyOf": [ref("Card"), {"type": "null"}]},
            "tasks": many(ref("Task")),
            "told": many(closed({"at": MOMENT, "details": OBJECT})),
            "contact": ref("Contact"),
        }
    ),
    "Done": closed(
        {
            "case": NUMBER,
            "event": {"type": "integer", "minimum": 1},
            "type": TEXT,
            "at": MOMENT,
            "version": COUNT,
        },
        {"claim": TEXT, "waiting": COUNT, "opened": NUMBER, "bond": TEXT},
    ),
    "Bond": closed(
        {
            "bond": TEXT,
            "case": NUMBER,
            "node": TEXT,
            "since": MOMENT,
            "state": TEXT,
            "pledge": ANYTHING,
        }
    ),
}
