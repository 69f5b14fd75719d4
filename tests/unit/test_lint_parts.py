"""What may not be published of pools, reviews, fanouts, linked cases and questions, and where the
finding points; the four documents have none."""

import json
import time
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.services.checks.lint import lint
from chalicelib.services.compile import machine
from chalicelib.services.document import Service
from tests.machines import faults
from tests.unit.test_lint import GONE, ODD, deep, edited, places
from tests.world import load_json

NAMES = ["micro-wish", "blocked", "conduct-report", "business-licence"]
DOCUMENTS: dict[str, Any] = {name: load_json(f"forms/{name}/service.json") for name in NAMES}
Edits = dict[str, Any]
Fault = tuple[str, Edits, str, str]

STAGES = "/flow/stages"
TEXT = {"zh-Hans": "字", "en": "word"}
OFFER, CLAIM = f"{STAGES}/offer", f"{STAGES}/offer/parts/claim"
HANDLE = f"{STAGES}/handle"
SEVERAL, POLICY = f"{HANDLE}/parts/several/actions", f"{HANDLE}/parts/policy"
INQUIRE = f"{STAGES}/inquire"
REPLIES = "/notices/confirm/asks/replies"


def of(document: str, pointer: str) -> Any:
    """What stands there now."""
    value = DOCUMENTS[document]
    for name in pointer.split("/")[1:]:
        value = value[int(name)] if isinstance(value, list) else value[name]
    return deepcopy(value)


def without(document: str, pointer: str, *names: str) -> Any:
    return {name: one for name, one in of(document, pointer).items() if name not in names}


def wish(pointer: str, value: Any, keyword: str, found: str | None = None) -> Fault:
    """One edit, the pointer of its finding (the same unless `found`), and the keyword."""
    return "micro-wish", {pointer: value}, pointer if found is None else found, keyword


def blocked(pointer: str, value: Any, keyword: str, found: str | None = None) -> Fault:
    return "blocked", {pointer: value}, pointer if found is None else found, keyword


def conduct(pointer: str, value: Any, keyword: str, found: str | None = None) -> Fault:
    return "conduct-report", {pointer: value}, pointer if found is None else found, keyword


def licence(pointer: str, value: Any, keyword: str, found: str | None = None) -> Fault:
    return "business-licence", {pointer: value}, pointer if found is None else found, keyword


# The report with a review in place of its inquiry: none of the four documents has one.
ASK = {
    "titles": TEXT,
    "event": "asked",
    "does": ["ask"],
    "asks": "opinion",
    "input": {
        "type": "object",
        "additionalProperties": False,
        "required": ["participants"],
        "properties": {
            "participants": {
                "type": "array",
                "minItems": 2,
                "maxItems": 9,
                "uniqueItems": True,
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["party"],
                    "properties": {"party": {"type": "string", "maxLength": 64}},
                },
            }
        },
    },
}
OPINE = {"titles": TEXT, "event": "opined", "settles": "given"}
CONCLUDE = {
    "titles": TEXT,
    "event": "concluded",
    "to": "end:concluded",
    "least": {"verdict": "given", "parts": 2},
}
WHO = {"role": "discipline", "at": "unit"}
BACK = {"titles": TEXT, "event": "sent_back", "to": "assess", "who": WHO}
REVIEW = {
    "kind": "review",
    "titles": TEXT,
    "who": WHO,
    "actions": {"ask": ASK, "conclude": CONCLUDE, "back": BACK},
    "parts": {"opinion": {"titles": TEXT, "who": WHO, "actions": {"opine": OPINE}}},
}
REVIEWED: Edits = {
    INQUIRE: REVIEW,
    "/events/asked": {"titles": TEXT},
    "/events/opined": {"titles": TEXT, "public": False},
    "/events/sent_back": {"titles": TEXT, "public": False},
}


def review(pointer: str, value: Any, keyword: str, found: str | None = None) -> Fault:
    at = f"{INQUIRE}{pointer}"
    return (
        "conduct-report",
        {**REVIEWED, at: value},
        at if found is None else f"{INQUIRE}{found}",
        keyword,
    )


POOLS: dict[str, Fault] = {
    "a pool without a claim": wish(
        f"{OFFER}/parts", {"take": of("micro-wish", CLAIM)}, "required", CLAIM
    ),
    "a pool without slots": wish(f"{OFFER}/slots", GONE, "required"),
    "a pool whose claims never lapse": wish(f"{OFFER}/hold", GONE, "required"),
    "a pool for nobody": wish(f"{OFFER}/who", GONE, "required"),
    "a pool that is never done": wish(f"{OFFER}/outcomes/done", GONE, "required"),
    "a pool that is never given up": wish(f"{OFFER}/outcomes/unclaimed", GONE, "required"),
    "a pool that cannot be claimed": wish(
        f"{OFFER}/actions/claim/does", GONE, "claim", f"{OFFER}/actions"
    ),
    "a pool that is claimed in two ways": wish(
        f"{OFFER}/actions/close/does", ["claim"], "claim", f"{OFFER}/actions"
    ),
    "a waiting list without an event": wish(
        f"{OFFER}/actions/claim/else_event", GONE, "claim", f"{OFFER}/actions"
    ),
    "a claim that nobody can give back": wish(
        f"{CLAIM}/actions",
        without("micro-wish", f"{CLAIM}/actions", "release", "drop"),
        "release",
    ),
    "a claim that nobody can fulfil": wish(
        f"{CLAIM}/actions/fulfil/settles", GONE, "settles", f"{CLAIM}/actions"
    ),
    "a claim that is fulfilled in other words": wish(
        f"{CLAIM}/actions/fulfil/settles", "fulfilled", "settles", f"{CLAIM}/actions"
    ),
    "a claim without a way out": wish(f"{CLAIM}/actions/fulfil/settles", GONE, "way-out", CLAIM),
    "a card of what never happens": wish(f"{OFFER}/card/event", "announced", "event"),
    "a card of an unknown category": wish(f"{OFFER}/card/category", "/sort", "pointer"),
    "slots that the form does not ask for": wish(f"{OFFER}/slots/from", "/helpers", "pointer"),
    "a day that the form does not ask for": wish(f"{OFFER}/hold/date", "/day", "pointer"),
    "a lapse without a title": wish("/events/claim_lapsed", GONE, "required"),
    "a place on the waiting list without a title": wish(
        "/events/waiting_for_slot", GONE, "required"
    ),
    "an end of claims without a title": wish("/events/offer_ended", GONE, "required"),
    "a clock that closes and is not stopped by it": wish(
        "/clocks/offered/stop", ["all_done", "expired"], "clock"
    ),
    "a clock that closes without an event": wish(
        "/clocks/offered/on_due/event", GONE, "required", "/clocks/offered/on_due"
    ),
    "an unclaimed wish with an unknown reason": wish(
        f"{OFFER}/outcomes/unclaimed/reason", "W99", "reason"
    ),
    "a slot more than fifty": wish(f"{OFFER}/slots", {"is": 51}, "maximum", f"{OFFER}/slots/is"),
    "slots that are counted twice": wish(
        f"{OFFER}/slots", {"is": 2, "from": "/slots"}, "maxProperties"
    ),
}

FANOUTS: dict[str, Fault] = {
    "a verdict that the join does not know": blocked(
        f"{POLICY}/actions/explain/settles", "told", "verdict", f"{HANDLE}/join/prefer"
    ),
    "a verdict that the join has forgotten": blocked(
        f"{HANDLE}/join/prefer", ["solved", "explained"], "verdict"
    ),
    "a verdict that leads nowhere": blocked(f"{HANDLE}/outcomes/rectify", GONE, "required"),
    "a preferred verdict that leads nowhere": blocked(
        f"{HANDLE}/join/prefer",
        ["rectify", "solved", "explained", "postponed"],
        "required",
        f"{HANDLE}/outcomes/postponed",
    ),
    "a fanout without a join": blocked(f"{HANDLE}/join", GONE, "required"),
    "a fanout over nothing": blocked(f"{HANDLE}/over", GONE, "required"),
    "a fanout without parts": blocked(f"{HANDLE}/parts", GONE, "required"),
    "a lead that is not named": blocked(
        f"{HANDLE}/join/rule", "lead", "required", f"{HANDLE}/join/lead"
    ),
    "a lead that is absent": blocked(
        f"{HANDLE}/join",
        {"rule": "lead", "lead": "mayor", "prefer": ["rectify", "solved", "explained"]},
        "target",
        f"{HANDLE}/join/lead",
    ),
    "a least that is not counted": blocked(
        f"{HANDLE}/join/rule", "least", "required", f"{HANDLE}/join/least"
    ),
    "a rule that there is not": blocked(f"{HANDLE}/join/rule", "most", "enum"),
    "items of an event that does not name them": blocked(
        f"{HANDLE}/over/event", "outside", "event"
    ),
    "items that the event need not name": blocked(
        f"{STAGES}/triage/actions/triage/input/required", ["note"], "event", f"{HANDLE}/over/event"
    ),
    "items under another name": blocked(
        f"{HANDLE}/over/member", "reasons", "event", f"{HANDLE}/over/event"
    ),
    "a part for nobody": blocked(f"{POLICY}/who", GONE, "actor"),
    "a part without a way out": blocked(
        f"{HANDLE}/parts/redo/actions/redone/settles", GONE, "way-out", f"{HANDLE}/parts/redo"
    ),
    "a part that opens with an event without a title": blocked(
        "/events/redo_opened", GONE, "required"
    ),
    "separation from an unknown stage in a part": blocked(
        f"{HANDLE}/parts/redo/who/not", ["window"], "target"
    ),
    "separation from an unknown stage in an action": blocked(
        f"{STAGES}/confirm/actions/solved/who/not", ["treat"], "target"
    ),
    "an explanation for an unknown result": blocked(
        f"{POLICY}/actions/explain/reason_for", "explaned", "target"
    ),
    "a pattern with look-around in a part": blocked(
        f"{POLICY}/actions/explain/input/properties/text/pattern", "^(?!a)b$", "pattern"
    ),
    "a condition on the answers with a misspelt keyword": blocked(
        f"{HANDLE}/parts/requirement/actions/waive/if/requird", ["about"], "keyword"
    ),
    "a condition on the details with a misspelt keyword": blocked(
        "/flow/acts/rate/branch/0/if/propertys", {}, "keyword"
    ),
    "a rating of what has no title": blocked("/events/rated_badly", GONE, "required"),
}

REVIEWS: dict[str, Fault] = {
    "a review without opinions": review(
        "/actions/ask", {**ASK, "does": ["link"]}, "ask", "/actions"
    ),
    "a review without parts": review("/parts", GONE, "required"),
    "a review without a chair": review("/who", GONE, "required"),
    "a conclusion of nobody's opinion": review("/actions/conclude/least", GONE, "required"),
    "a question to a part that there is not": review("/actions/ask/asks", "views", "target"),
    "a question to no part": review("/actions/ask/asks", GONE, "target"),
    "a question to nobody": review("/parts/opinion/who", GONE, "actor", "/actions/ask/asks"),
    "a question without participants": review(
        "/actions/ask/input/required", [], "input", "/actions/ask/input"
    ),
    "a question in a part to a part that there is not": blocked(
        f"{SEVERAL}/convene/asks", "views", "target"
    ),
    "an opinion nobody may give": blocked(
        f"{HANDLE}/parts/opinion/who", GONE, "actor", f"{SEVERAL}/convene/asks"
    ),
    "an opinion without a way out": review(
        "/parts/opinion/actions/opine/settles", GONE, "way-out", "/parts/opinion"
    ),
    "fewer opinions after no clock": blocked(
        f"{SEVERAL}/conclude_solved/least/unless", "patience", "clock"
    ),
    "an opinion of somebody who may not know": review(
        "/parts/opinion/who",
        {"role": "chair", "at": "unit"},
        "restricted",
        "/parts/opinion/who/role",
    ),
}

BESIDE: dict[str, Fault] = {
    "a verdict on a desk": blocked(f"{STAGES}/triage/actions/solve/settles", "solved", "part"),
    "a verdict beside the stages": wish("/flow/acts/comment/settles", "done", "part"),
    "a verdict on a side task": wish(
        "/flow/tasks/bad_rating/actions/answered/settles", "done", "part"
    ),
    "a side task that moves the case": blocked(
        "/flow/tasks/guide_change/actions/adopt/to", "end:solved", "target"
    ),
    "a side task of an event without a title": blocked(
        "/events/guide_change_adopted", GONE, "required"
    ),
    "an act in a stage that there is not": wish(
        "/flow/acts/gather/in", ["offer", "party"], "target"
    ),
    "an act of nobody": wish("/flow/acts/gather/who", GONE, "actor", "/flow/acts/gather"),
    "a stage that an act has made unreachable": blocked(
        f"{STAGES}/office",
        {
            "kind": "desk",
            "titles": TEXT,
            "who": {"role": "triage", "at": "unit"},
            "actions": {"leave": {"titles": TEXT, "event": "solved", "to": "confirm"}},
        },
        "unreachable",
    ),
    "an action named like an outcome": wish(
        f"{STAGES}/confirm/actions/late", of("micro-wish", "/flow/acts/withdraw"), "unique"
    ),
    "an act named like an action": wish(
        "/flow/acts/deny", of("micro-wish", "/flow/acts/withdraw"), "unique"
    ),
    "an act named like an outcome": blocked(
        "/flow/acts/late", of("blocked", "/flow/acts/withdraw"), "unique"
    ),
    "two parts that settle the stage by one name": blocked(
        f"{HANDLE}/parts/papers/actions/withdraw",
        {"titles": TEXT, "event": "helped", "to": "end:solved"},
        "unique",
        "/flow/acts/withdraw",
    ),
    "a clock that settles after the end": wish(
        "/clocks/confirming/after_end", True, "clock", "/clocks/confirming/on_due/do"
    ),
    "a clock that closes after the end": wish(
        "/clocks/offered/after_end", True, "clock", "/clocks/offered/on_due/do"
    ),
    "a clock that escalates to nobody": blocked(
        "/clocks/joint/on_due/who", GONE, "required", "/clocks/joint/on_due"
    ),
    "a clock that no part's event starts": blocked("/clocks/redo/start", ["redo_begun"], "clock"),
    "an extension that no event makes": blocked(
        "/clocks/joint/extend/event", "joint_longer", "event"
    ),
    "a negative result without a reason": conduct(
        f"{STAGES}/assess/actions/not_pursued/reason", GONE, "reason"
    ),
    "a negative result without remedies": blocked("/results/outside/remedies", GONE, "required"),
}

LINKED: dict[str, Fault] = {
    "a paper waived in no case": blocked("/about", GONE, "required"),
    "a paper waived that is not named": blocked(
        f"{HANDLE}/parts/requirement/actions/waive/input/required",
        ["text"],
        "input",
        f"{HANDLE}/parts/requirement/actions/waive/input",
    ),
    "a link to no case": (
        "micro-wish",
        {f"{STAGES}/vet/actions/refer/does": ["link"]},
        "/about",
        "required",
    ),
    "a case about an answer that the form does not ask for": blocked(
        "/about", "/about/number", "pointer"
    ),
    "a bond with nobody": wish(
        f"{STAGES}/confirm/actions/promote/input/required",
        ["pledge"],
        "input",
        f"{STAGES}/confirm/actions/promote/input",
    ),
    "a linked case of no service": licence(
        "/flow/tasks/proposed/actions/take_up/opens", GONE, "required"
    ),
    "a linked case with an answer that there is not": licence(
        "/flow/tasks/proposed/actions/take_up/opens/answers/~1region/from", "/region", "pointer"
    ),
    "a split of what the form does not ask for": blocked(
        "/splits/0/pointer", "/misconduct", "pointer"
    ),
    "a split case with an answer that there is not": blocked(
        "/splits/0/opens/answers/~1text/from", "/conduct/words", "pointer"
    ),
    "a split case without answers": blocked("/splits/0/opens/answers", {}, "minProperties"),
    "a secret that the form does not ask for": wish(
        "/confidential/0/pointer", "/beneficary", "pointer"
    ),
    "a secret under a misspelt condition": blocked(
        "/confidential/0/if/requierd", ["reporter"], "keyword"
    ),
    "a text that hides what the form does not ask for": wish(
        f"{STAGES}/vet/actions/publish/hides/0", "/beneficiary/surname", "pointer"
    ),
    "a phone that the form does not ask for": wish(
        "/subject/phones/1", "/guardian/mobile", "pointer"
    ),
}

CHAIR = {"role": "chair", "at": "unit"}
ASIDE = {
    "titles": TEXT,
    "on": ["concluded"],
    "who": CHAIR,
    "actions": {"seen": {"titles": TEXT, "event": "commented"}},
}
RESTRICTED: dict[str, Fault] = {
    "a restricted service without readers": conduct("/readers", GONE, "required"),
    "a restricted service that nobody calls for": conduct("/calls", GONE, "required"),
    "a stranger at the desk": conduct(f"{INQUIRE}/who", CHAIR, "restricted", f"{INQUIRE}/who/role"),
    "a stranger who calls": conduct("/calls", CHAIR, "restricted", "/calls/role"),
    "a stranger who is asked to step in": conduct(
        "/clocks/accepting/on_due/who", CHAIR, "restricted", "/clocks/accepting/on_due/who/role"
    ),
    "a stranger who comments": conduct(
        "/flow/acts/comment/who", CHAIR, "restricted", "/flow/acts/comment/who/role"
    ),
    "a stranger who acts at the desk": conduct(
        f"{INQUIRE}/actions/finding/who", CHAIR, "restricted", f"{INQUIRE}/actions/finding/who/role"
    ),
    "a stranger with a task beside": conduct(
        "/flow/tasks", {"aside": ASIDE}, "restricted", "/flow/tasks/aside/who/role"
    ),
    "a stranger who acts on a task beside": conduct(
        "/flow/tasks",
        {
            "aside": {
                **ASIDE,
                "who": WHO,
                "actions": {"seen": {"titles": TEXT, "event": "commented", "who": CHAIR}},
            }
        },
        "restricted",
        "/flow/tasks/aside/actions/seen/who/role",
    ),
    "a chair who may not know": review("/who", CHAIR, "restricted", "/who/role"),
    "everybody else who may not know": conduct(
        "/readers", ["caller"], "restricted", f"{STAGES}/assess/who/role"
    ),
    "persons named who the form does not ask for": conduct("/named/0", "/people", "pointer"),
    "persons named in an ordinary service": blocked("/named", ["/reporter/name"], "restricted"),
}

ASKING: dict[str, Fault] = {
    "a code that no reply takes": wish(f"{REPLIES}/code", GONE, "code"),
    "a reply with a code that no text shows": wish(
        "/notices/confirm/texts/sms",
        {"zh-Hans": "{sign}{no}实现了吗？没有请回复0。{phone}", "en": "{sign}{no} 0 {phone}"},
        "code",
        f"{REPLIES}/code",
    ),
    "a reply by which an officer acts": wish(f"{REPLIES}/0/action", "not_fulfilled", "target"),
    "a reply with an action that there is not": wish(f"{REPLIES}/0/action", "no", "target"),
    "a holder's reply that is an officer's": wish(
        "/notices/claim_receipt/asks/replies/0/action", "drop", "target"
    ),
    "a holder's reply that is the resident's": wish(
        "/notices/claim_receipt/asks/replies/0/action", "withdraw", "target"
    ),
    "a resident's reply that is the holder's": wish(f"{REPLIES}/0/action", "release", "target"),
    "a reply with details that do not fit": wish(f"{REPLIES}/0/details", {"how": "fax"}, "input"),
    "a reply without the details that are needed": wish(f"{REPLIES}/code/details", GONE, "input"),
    "a rating beyond the scale": blocked(
        "/notices/rate/asks/replies/5/details",
        {"rating": 6, "how": "sms"},
        "input",
    ),
    "a reply that acts and speaks": wish(f"{REPLIES}/0/say", "list", "reply", f"{REPLIES}/0"),
    "a reply that does nothing": wish(f"{REPLIES}/0", {"details": {}}, "reply"),
    "a reply by 8, which asks for progress": wish(f"{REPLIES}/8", {"action": "deny"}, "pattern"),
    "a question that stays open for ever": wish("/notices/confirm/asks/days", GONE, "required"),
    "a holder told of what is about no claim": wish(
        "/notices/claim_receipt/on", ["published"], "holder", "/notices/claim_receipt/to"
    ),
    "a holder told by a service without claims": blocked("/notices/solved/to", "holder", "holder"),
    "a code in a text that is too long": wish(
        "/notices/confirm/texts/sms/zh-Hans", "{sign}{code}" + "长" * 57, "maxLength"
    ),
    "a notice of a part's event that never happens": blocked(
        "/notices/redo/on", ["redo_begun"], "event"
    ),
    "a notice with the date of no clock": wish("/notices/confirm/date", "confirmation", "clock"),
}

# What would strand a case though every name is right.
CAUSES = f"{STAGES}/triage/actions/triage/input/properties/causes"
REDONE = f"{HANDLE}/parts/redo"
SIDE = {
    "titles": TEXT,
    "on": ["overdue"],
    "who": {"role": "head", "at": "unit"},
    "actions": {"answer": {"titles": TEXT, "event": "rating_answered"}},
}
AGAIN = {"titles": TEXT, "event": "not_fulfilled", "to": "vet"}
OPINION = {"const": "opinion", "title": "意见"}
DEAD_ENDS: dict[str, Fault] = {
    "a way to the telling without an end": wish(
        f"{STAGES}/callback/actions/fulfilled/to", "tell", "target"
    ),
    "a flow that begins with telling": wish("/flow/start", "tell", "target"),
    "a way out of the telling": wish(
        f"{STAGES}/tell/actions", {"again": AGAIN}, "target", f"{STAGES}/tell/actions/again/to"
    ),
    "a desk that closes": blocked(f"{STAGES}/triage/actions/solve/does", ["close"], "place"),
    "an act that closes": wish("/flow/acts/attach/does", ["close"], "place"),
    "a desk that is claimed": blocked(f"{STAGES}/triage/actions/solve/does", ["claim"], "place"),
    "a desk that is given back": wish(
        f"{STAGES}/callback/actions/fulfilled/does", ["release"], "place"
    ),
    "a desk that gets more time": wish(
        f"{STAGES}/callback/actions/fulfilled/does", ["more_time"], "place"
    ),
    "a desk that asks": blocked(f"{STAGES}/triage/actions/solve/does", ["ask"], "place"),
    "a claim that is done when it is given back": wish(
        f"{CLAIM}/actions/release/settles", "done", "release"
    ),
    "slots that are no number": wish(f"{OFFER}/slots/from", "/wish", "type"),
    "slots without a limit": wish(
        "/form/properties/slots/maximum", GONE, "type", f"{OFFER}/slots/from"
    ),
    "slots that may be none": wish(
        "/form/properties/slots/minimum", 0, "type", f"{OFFER}/slots/from"
    ),
    "more who wait than can be told at once": wish(f"{OFFER}/waiting", 36, "maximum"),
    "more slots than can be told at once": wish(
        f"{OFFER}/slots", {"is": 26}, "maximum", f"{OFFER}/waiting"
    ),
    "a claim until what is no day": wish(f"{OFFER}/hold/date", "/wish", "type"),
    "a pool that stays open for ever": wish("/clocks/offered", GONE, "clock", OFFER),
    "an opinion that nobody gives": blocked(
        f"{SEVERAL}/conclude_solved/least/verdict", "agreed", "verdict"
    ),
    "opinions that nobody is asked for": blocked(
        f"{SEVERAL}/convene/asks", GONE, "verdict", f"{SEVERAL}/conclude_solved/least/verdict"
    ),
    "fewer opinions after a clock that does not escalate": blocked(
        f"{SEVERAL}/conclude_solved/least/unless", "confirming", "clock"
    ),
    "a reason that there is none to choose for": blocked(
        f"{POLICY}/actions/explain/reason_for", GONE, "reason", f"{POLICY}/actions/explain/reason"
    ),
    "a part that is visited again and done once": blocked(
        f"{REDONE}/actions/redone/once", True, "way-out", REDONE
    ),
    "a part that is done for some only": blocked(
        f"{REDONE}/actions/redone/if", {"required": ["tries"]}, "way-out", REDONE
    ),
    "a desk that waits for papers that may never come": licence(
        f"{STAGES}/examine/actions",
        {"grant": {"titles": TEXT, "event": "proposed_grant", "to": "decide", "papers": "gap"}},
        "way-out",
        f"{STAGES}/examine",
    ),
    "a hold that nobody can end": wish(
        f"{STAGES}/confirm",
        {
            **without("micro-wish", f"{STAGES}/confirm", "outcomes"),
            "actions": {"confirm": {"titles": TEXT, "event": "confirmed", "to": "end:fulfilled"}},
        },
        "way-out",
    ),
    "an outcome that no clock brings about": (
        "blocked",
        {
            f"{STAGES}/confirm/actions": {},
            "/clocks/confirming/on_due": of("blocked", "/clocks/calling/on_due"),
        },
        f"{STAGES}/confirm",
        "way-out",
    ),
    "an action after what another stage has recorded": blocked(
        f"{REDONE}/actions/redone/after", "triaged", "event"
    ),
    "a fanout that is come to without its event": blocked(
        f"{STAGES}/triage/actions/solve/to", "handle", "event", f"{HANDLE}/over/event"
    ),
    "a fanout over an item that there is not": blocked(
        f"{CAUSES}/items/oneOf/0/const", "law", "event", f"{HANDLE}/over/event"
    ),
    "a fanout over an item that is only asked for": blocked(
        f"{CAUSES}/items/oneOf/0", OPINION, "event", f"{HANDLE}/over/event"
    ),
    "a fanout over any word": blocked(
        f"{CAUSES}/items", {"type": "string"}, "event", f"{HANDLE}/over/event"
    ),
    "a fanout over nothing at all": blocked(
        f"{CAUSES}/minItems", GONE, "event", f"{HANDLE}/over/event"
    ),
    "a fanout over one item twice": blocked(
        f"{CAUSES}/uniqueItems", GONE, "event", f"{HANDLE}/over/event"
    ),
    "a card without its words": wish(f"{OFFER}/card/text", "story", "required"),
    "a card of an event that may not have been": wish(f"{OFFER}/card/event", "gathered", "event"),
    "a clock that takes an action which leads nowhere": licence(
        "/clocks/one-time-notice/on_due/action", "ready", "target"
    ),
    "a holder told of what is not always about a claim": wish(
        "/flow/acts/comment/event", "claim_dropped", "holder", "/notices/dropped/to"
    ),
    "a side task named as the engine names its own": wish("/flow/tasks/overdue", SIDE, "unique"),
    "a side task of what never happens": wish("/flow/tasks/bad_rating/on", ["praised"], "event"),
    "an end that nobody is told of": wish(
        "/notices/withdrawn", GONE, "notice", "/flow/acts/withdraw/event"
    ),
    "an end that only those who came to the counter are told of": wish(
        "/notices/withdrawn/when_channel", ["counter"], "notice", "/flow/acts/withdraw/event"
    ),
    "details that are no object": wish(
        f"{STAGES}/callback/actions/fulfilled/input",
        {"type": "array"},
        "type",
        f"{STAGES}/callback/actions/fulfilled/input/type",
    ),
    "details that must and may not be given": blocked(
        f"{REDONE}/actions/redone/input/required", ["text", "proof"], "required"
    ),
    "participants without a name": blocked(
        f"{SEVERAL}/convene/input/properties/participants/items",
        {"type": "string"},
        "input",
        f"{SEVERAL}/convene/input",
    ),
    "missing papers without words": licence(
        f"{STAGES}/receive/actions/incomplete/input/properties/missing/items/required",
        ["paper"],
        "input",
        f"{STAGES}/receive/actions/incomplete/input",
    ),
    "a promise of papers that may not follow": licence(
        f"{STAGES}/receive/actions/accept_with_gap/papers", GONE, "required"
    ),
    "an extension that moves no clock": licence(
        "/clocks/statutory/extend", GONE, "extend", "/flow/acts/extend/clock"
    ),
}

FAULTS = {**POOLS, **FANOUTS, **REVIEWS, **BESIDE, **LINKED, **RESTRICTED, **ASKING, **DEAD_ENDS}


@pytest.mark.parametrize("name", NAMES)
def test_a_document_in_forms_has_no_findings(name: str) -> None:
    assert lint(DOCUMENTS[name]) == []


def test_a_service_with_a_review_has_no_findings() -> None:
    assert lint(edited(DOCUMENTS["conduct-report"], REVIEWED)) == []


@pytest.mark.parametrize(
    ("name", "edits", "pointer", "keyword"), FAULTS.values(), ids=FAULTS.keys()
)
def test_a_document_is_refused_for(name: str, edits: Edits, pointer: str, keyword: str) -> None:
    findings = lint(edited(DOCUMENTS[name], edits))

    assert (pointer, keyword) in [(finding.pointer, finding.keyword) for finding in findings]
    assert all(finding.texts["zh-Hans"] and finding.texts["en"] for finding in findings)


def test_a_finding_points_at_what_is_there_or_at_the_member_that_is_missing() -> None:
    for name, edits, pointer, _ in FAULTS.values():
        *path, last = (part.replace("~1", "/") for part in pointer.split("/")[1:])
        at = edited(DOCUMENTS[name], edits)
        for part in path:
            at = at[int(part)] if isinstance(at, list) else at[part]
        assert isinstance(at, dict) or last.isdecimal(), pointer


PLACES = [(name, pointer) for name in NAMES for pointer in places(DOCUMENTS[name])]
BORROWED = [value for one in DOCUMENTS.values() for value in one.values()]
PARTS = [
    stage
    for one in DOCUMENTS.values()
    for stage in [
        *one["flow"]["stages"].values(),
        one["flow"].get("acts"),
        one["flow"].get("tasks"),
    ]
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PLACES), st.sampled_from([GONE, *ODD, deep(40), *BORROWED, *PARTS, REVIEW]))
def test_lint_never_raises_and_what_it_passes_compiles(place: tuple[str, str], value: Any) -> None:
    name, pointer = place
    document = edited(DOCUMENTS[name], {pointer: value})
    start = time.thread_time()

    findings = lint(document)

    assert time.thread_time() - start < 2
    if not findings:
        _, definition = machine(Service(document), "https://q.invalid/flow", "aws")
        assert faults(json.loads(definition)) == []
