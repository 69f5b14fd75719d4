"""What an answer tells of a case: the receipt, the resident's story, the officer's view, tasks.

Closed objects are a promise: nothing is shown that is not named here (`cases.story`).
"""

from chalicelib.cases import joins, prints, ruling, sideview, words
from chalicelib.people.authority import SIDES
from chalicelib.routes.contract.acting import ACTOR, MANDATE, ON_BEHALF
from chalicelib.routes.contract.catalogue import said
from chalicelib.routes.contract.shapes import (
    ANYTHING,
    COUNT,
    DAY,
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

HOLDS = (prints.VALID, prints.REVOKED)
STATES = ("open", "waiting", "settled", "closed", "moot")
KINDS = ("desk", "hold", "gate", "tell", "pool", "review", "fanout", "part", *sorted(joins.BESIDE))
TITLED = closed({"paper": TEXT, "title": TEXT})
HEAD = {
    "case": NUMBER,
    "service": TEXT,
    "title": TEXT,
    "status": one_of(words.STATUSES),
    "status_text": TEXT,
    "stage": maybe(TEXT),
    "stage_text": TEXT,
    "result": maybe(TEXT),
    "result_text": TEXT,
    "ended": YES_NO,
    "received_at": MOMENT,
}
TEST = {"test": {"const": True, "description": "a case of a version under test"}}
WHERE = {"where": {**TEXT, "description": "where a case that was passed on is now, in words"}}
LEG = {
    "node": TEXT,
    "title": TEXT,
    "since": MOMENT,
    "taken_at": maybe(MOMENT),
    "until": maybe(MOMENT),
    "answers": {**TEXT, "description": "the node that answers for the case until it is taken over"},
    "came": maybe(
        one_of(("up", "down", "sideways", "return", "lapsed", "unrouted", "ruled", "reopened"))
    ),
    "reason": TEXT,
    "ended_by": maybe(one_of(("transfer", "return", "lapsed", "ruled", "closed"))),
    "late": {**many(TEXT), "description": "clocks that ran out while this node answered"},
}
LEGS = {"accountable": TEXT, "bounces": COUNT, "legs": many(ref("Leg"))}
FEE = {"fee": closed({"fen": COUNT, "reasons": many(TEXT)})}
EVENT = {"seq": {"type": "integer", "minimum": 1}, "type": TEXT, "text": TEXT, "at": MOMENT}
MAY_SAY = {
    "as_of": {**MOMENT, "description": "when it counts from, where that is earlier"},
    "reason": TEXT,
    "of": {**NUMBER, "description": "the case that this one was merged into, of which it tells"},
    "papers": many(ref("TitledPaper")),
    **ON_BEHALF,
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
OWN = {
    **HEAD,
    "events": many(ref("PublicEvent")),
    **STORY,
    "actions": many(ref("Offer")),
    "contact": ref("Contact"),
}
OWN_MAY = {**TEST, **FEE, **WHERE, **MANDATE, "correction": ref("Correction")}
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
    "item": closed(
        {"n": {"type": "integer", "minimum": 1}},
        {"unit": TEXT, "node": TEXT, "party": TEXT, "ref": TEXT, "lead": YES_NO},
    ),
    "late": YES_NO,
    "skill": {**TEXT, "description": "what is asked for beyond the role: a code of the form"},
}
IN_CENTRE = {
    "zone": {**TEXT, "description": "of the centre at its node, by the guide of its service"},
    "window": TEXT,
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
        {"document": TEXT, "number": TEXT, "title": TEXT, "body": TEXT, "foot": TEXT},
        {
            "file": {**TEXT, "description": "of a sealed document: how its PDF is asked for"},
            "sha256": HASH,
            "check": {"type": "string", "format": "uri-reference"},
            "state": one_of(HOLDS),
        },
    ),
    "SealedDocument": closed(
        {
            "number": TEXT,
            "sha256": HASH,
            "pdf": {
                "type": "string",
                "contentEncoding": "base64",
                "contentMediaType": "application/pdf",
            },
        }
    ),
    "CheckedDocument": closed(
        {
            "number": TEXT,
            "kind": TEXT,
            "authority": TEXT,
            "date": DAY,
            "state": one_of(HOLDS),
            "said": TEXT,
            "sha256": HASH,
        }
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
            "actor": ACTOR,
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
    "ResidentCase": closed(OWN, OWN_MAY),
    "PrincipalCase": closed({**OWN, "version": COUNT}, OWN_MAY),
    "PartyCase": closed(
        {
            **{name: HEAD[name] for name in (*sideview.HEAD, *sideview.RESULT)},
            "party": one_of(SIDES),
            "party_text": TEXT,
            "events": many(closed({"type": TEXT, "text": TEXT, "at": MOMENT})),
            "documents": many(ref("IssuedDocument")),
            "actions": many(ref("Offer")),
            "contact": ref("Contact"),
        },
        TEST,
    ),
    "ListedTask": closed(TASK, {**TASK_MAY, **IN_CENTRE}),
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
            "emits": many(
                closed({"emission": TEXT, "title": TEXT, "number": COUNT, "opens_at": MOMENT})
            ),
        },
        {
            **TEST,
            **FEE,
            **WHERE,
            **LEGS,
            **MANDATE,
            "part_of": {**NUMBER, "description": "the campaign, ledger or session it belongs to"},
            "container": {**said("$defs", "container_kind"), "description": "what holds others"},
            "inherited": {
                **many(closed({"case": NUMBER, "items": many(ANYTHING)})),
                "description": "items handed down to it, the highest first",
            },
            "posted": {
                **closed({"at": MOMENT, "until": DAY}),
                "description": "everybody may read of it now, up to that day",
            },
        },
    ),
    "Leg": closed(LEG),
    "Card": closed(
        {"case": NUMBER, "service": TEXT, "category": TEXT, "text": TEXT, "community": TEXT},
        {"whom": TEXT, "skill": {**TEXT, "description": "a code of the form"}},
    ),
    "Posting": closed(
        {
            "case": NUMBER,
            "service": TEXT,
            "node": TEXT,
            "place": {**TEXT, "description": "the node for which it is, in words"},
            "office": {**TEXT, "description": "the unit that has the case"},
            "title": TEXT,
            "text": TEXT,
            "posted_at": MOMENT,
            "until": {**DAY, "description": "the last day"},
        }
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
