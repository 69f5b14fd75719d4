"""What publishers send and read: uploads, orders, the history of a service, rebases, presets."""

from chalicelib.cases import rebasing
from chalicelib.cases.rebase import Fate
from chalicelib.routes.contract.catalogue import TEXTS
from chalicelib.routes.contract.shapes import (
    COUNT,
    DAY,
    MOMENT,
    NAME,
    NUMBER,
    OBJECT,
    POINTER,
    TEXT,
    YES_NO,
    Schema,
    closed,
    each,
    many,
    one_of,
    open_to,
    ref,
)
from chalicelib.services.changes.change import Verdict
from chalicelib.services.life import orders
from chalicelib.services.offer import State
from chalicelib.services.sheets.presets import Kind

HANDED_IN = {"at": MOMENT, "by": TEXT}
UPLOAD = {
    "upload": NAME,
    "state": one_of(("waiting", "refused", "checked", "draft", "published", "discarded")),
    **HANDED_IN,
}
UPLOAD_MAY = {
    "service": TEXT,
    "titles": TEXTS,
    "verdict": one_of(Verdict),
    "findings": {**COUNT, "description": "how many"},
}
PLAN = {
    name: rebasing.REBASE_SCHEMA["properties"][name]
    for name in ("to", "stages", "fields", "checked", "accepted", "dry_run")
}
JOB = {
    "job": NAME,
    "service": TEXT,
    "state": one_of(("running", "done")),
    **HANDED_IN,
    **PLAN,
    "counts": {
        "anyOf": [
            {**each(COUNT), "propertyNames": one_of(Fate)},
            {"type": "null", "description": "not done yet"},
        ]
    },
}
JOB_MAY = {"message": TEXT}

SCHEMAS: dict[str, Schema] = {
    "Reported": closed(
        {"pointer": POINTER, "keyword": TEXT, "texts": TEXTS},
        {
            "severity": one_of(("error", "warning")),
            "pointers": {
                **many(POINTER, minItems=2),
                "description": "every place, where one finding is about several; `pointer` holds"
                " them all",
            },
        },
    ),
    "Report": {
        **open_to({"publishable": YES_NO, "findings": many(ref("Reported"))}),
        "description": "what was found, what it would change; more members may come",
    },
    "ListedUpload": closed(UPLOAD, UPLOAD_MAY),
    "Upload": closed(
        {
            **UPLOAD,
            "report": {
                "anyOf": [ref("Report"), {"type": "null", "description": "not checked yet"}]
            },
        },
        UPLOAD_MAY,
    ),
    "Order": closed(
        {
            "order": NAME,
            "state": one_of(("waiting", "done", "refused")),
            **HANDED_IN,
            "service": TEXT,
            "do": one_of(orders.CARRIES),
            "message": TEXT,
            "details": OBJECT,
            "outcome": {
                "anyOf": [
                    ref("Outcome"),
                    {"type": "null", "description": "not carried out yet"},
                ]
            },
        },
        {"test_token": TEXT},
    ),
    "Outcome": {
        **open_to(
            {"done": YES_NO},
            {
                "service": TEXT,
                "version": {"type": "integer"},
                "unchanged": {**YES_NO, "description": "it was so already"},
                "was": {**one_of(State), "description": "its state before, where that is another"},
                "findings": many(ref("Reported")),
                "problem": ref("Problem"),
            },
        ),
        "description": "what came of an order; why not, in findings or a problem",
    },
    "Noted": {
        **open_to(
            {"at": MOMENT, "do": TEXT, "by": TEXT},
            {
                "message": TEXT,
                "written_by": TEXT,
                "verdict": one_of(Verdict),
                "upload": NAME,
                "version": {"type": "integer"},
                "unit": {**TEXT, "description": "which owns the service by this"},
                "former": {**TEXT, "description": "the unit that it was taken over from"},
                "from": {**DAY, "description": "the first day of a transfer"},
                "was": {**one_of(State), "description": "its state before, where that is another"},
            },
        ),
        "description": "one entry of the audit: an order, an import, a transfer; who did it and"
        " why, and what it came to",
    },
    "Rebase": closed(JOB, JOB_MAY),
    "RebaseWithCases": closed(
        {
            **JOB,
            "cases": many(
                closed(
                    {
                        "case": NUMBER,
                        "fate": one_of(Fate),
                        "from": {"type": "integer"},
                        "findings": many(ref("Reported")),
                    }
                ),
                maxItems=rebasing.LISTED,
            ),
        },
        JOB_MAY,
    ),
    "Preset": one_of(Kind),
    "PackageKey": closed(
        dict.fromkeys(("kty", "crv", "x", "kid", "use", "alg"), TEXT),
    ),
    "Imported": closed(
        {
            "service": TEXT,
            "upload": NAME,
            "lacking": many(
                closed(
                    {
                        "kind": one_of(("roles", "units", "services", "owners")),
                        "name": TEXT,
                        "pointers": many(POINTER, minItems=1),
                    }
                )
            ),
        }
    ),
}


def order_body() -> Schema:
    """An order by what it does: the members that each needs and may carry, and no others."""
    return {"oneOf": [_order(do) for do in orders.CARRIES]}


def _order(do: str) -> Schema:
    needs, may = orders.CARRIES[do]
    members = orders.DETAILS_SCHEMA["properties"]
    sent = orders.ORDER_SCHEMA["properties"]
    details = {
        "type": "object",
        "required": sorted(needs),
        "properties": {name: members[name] for name in sorted(may)},
        "additionalProperties": False,
    }
    needed = {"do": {"const": do}, "message": sent["message"]}
    if needs:
        return closed({**needed, "details": details})
    return closed(needed, {"details": details})
