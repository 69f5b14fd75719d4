"""Text messages in: digits only, and the open question decides what a digit means.

Every step is repeatable by the message's name: an act carries it as its key, an event as its data,
and what was asked after a message came is no question that it answers. Only the newest question of
a case counts, and no older one comes back when it is answered or runs out. Unknown text gets an
answer; after the second within a day a person calls.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import NamedTuple

from chalicelib.cases import lifecycle, threads
from chalicelib.cases.act import Act, act
from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile, load, pk
from chalicelib.cases.house import House
from chalicelib.cases.idempotency import GIVEN_HOLDS, IdempotencyKey
from chalicelib.cases.refusals import wanted_papers
from chalicelib.channels import strangers
from chalicelib.channels.inbound import PLACE, WAITING
from chalicelib.people.authority import APPLICANT, Caller, side_of
from chalicelib.people.identifiers import normalise_phone
from chalicelib.platform import times
from chalicelib.platform.errors import Problem, Unavailable
from chalicelib.platform.ports import Change, ConditionFailed, Equals, Row, Table
from chalicelib.services.document import Data, Service

DIGITS = re.compile("[0-9]{1,6}")
RUN = re.compile("[0-9]+")
AGAINST = re.compile(r"[不没未无否]|\bno\b|\bnot\b|n't", re.IGNORECASE)
PROGRESS = "8"
DAY = timedelta(days=1)
MOST_PROGRESS = 10
MOST_CASES = 3
CALL_AFTER = 2
# A provider may add digits of its own behind our number; so many are no accident.
SHORTEST_EXTENSION = 4


class Message(NamedTuple):
    """What came in: its own name, the phone that wrote, the text as it was written."""

    name: str
    phone: str
    text: str


class Meaning(NamedTuple):
    """A question that is open, and what an answer means there."""

    thread: Row
    reply: Data


def handle(house: House, name: str, message: Data) -> None:
    """Do what one message says. Raises Unavailable (Busy), Retryable to be tried again."""
    phone = normalise_phone(str(message["from"]))
    kept = house.ports.store.get(Table.CASES, (f"inbound#{name}", PLACE))
    if phone is None or kept is None or "number" in kept:
        return
    text = unicodedata.normalize("NFKC", str(message["text"])).strip()
    sent = _sent(house, phone, kept["at"])
    extension = _extension(house, message)
    if extension:
        sent = [row for row in sent if row["number"].endswith(extension)] or sent
    now = times.text(house.now())
    known = [row for row in sent if row["until"] >= now]
    if not known:
        strangers.answer(house, phone, name)
    elif text == PROGRESS:
        _progress(house, known, name)
    else:
        found = [one for one in _meanings(house, sent, text) if one.thread in known]
        _reply(house, found, known[0], Message(name, phone, str(message["text"]).strip()))


def _sent(house: House, phone: str, came: str) -> list[Row]:
    """What the phone had been sent when the message came, newest first; also what ran out.

    What lies ahead of now was asked where an operator has driven the clock, and counts.
    """
    now = times.text(house.now())
    return [
        row
        for row in threads.of_phone(house, phone)
        if row["state"] != strangers.UNKNOWN and not came < row["asked_at"] <= now
    ]


def _extension(house: House, message: Data) -> str:
    """The digits after our own number: the end of the number of the case that was written about."""
    channel = house.directory.channel("sms")
    own = str((channel or {}).get("number", ""))
    to = str(message.get("to", ""))
    extension = to.removeprefix(own) if own and to.startswith(own) else ""
    return extension if len(extension) >= SHORTEST_EXTENSION else ""


def _progress(house: House, known: list[Row], name: str) -> None:
    """How things stand, for the newest few cases of the phone."""
    newest: dict[str, Row] = {}
    for row in known:
        newest.setdefault(row["number"], row)
    for row in list(newest.values())[:MOST_CASES]:
        _record(house, row, "progress_asked", name, MOST_PROGRESS)


def _reply(house: House, found: list[Meaning], newest: Row, it: Message) -> None:
    if len(found) > 1:
        _record(house, found[0].thread, "reply_ambiguous", it.name, CALL_AFTER)
    elif not found:
        _not_understood(house, newest, it)
    elif not _do(house, found[0], it):
        _not_understood(house, found[0].thread, it)


def _meanings(house: House, sent: list[Row], text: str) -> list[Meaning]:
    """By a code, else by a digit: what it means to the questions that are open; newest first."""
    asked = [one for one in _asked(house, sent) if one.thread["state"] == "open"]
    code = _code_in(text)
    coded = [one for one in asked if "code" in one.reply and one.thread.get("code") == code]
    if code and coded:
        return [Meaning(one.thread, one.reply["code"]) for one in coded]
    digit = text if DIGITS.fullmatch(text) else ""
    return [Meaning(one.thread, one.reply[digit]) for one in asked if digit in one.reply]


def _code_in(text: str) -> str:
    """The only digits of a text that says nothing against them; empty when there are none.

    A code proves what was answered whatever the words around it; a single digit does not.
    """
    runs = RUN.findall(text)
    said = len(runs) == 1 and (runs[0] == text or not AGAINST.search(text))
    return str(runs[0]) if said else ""


def _asked(house: House, sent: list[Row]) -> list[Meaning]:
    """The newest question of each case and addressee, with all it may be answered.

    A phone may be shared, so two people who are asked about one case are two questions.
    """
    keys = [(pk(number), "case") for number in dict.fromkeys(row["number"] for row in sent)]
    cases = {case["number"]: case for case in house.ports.store.get_many(Table.CASES, keys)}
    newest: dict[tuple[str, str], Meaning] = {}
    for row in sent:
        case = cases.get(row["number"])
        replies = _replies(house, row, case) if case else {}
        if replies:
            newest.setdefault((row["number"], row.get("party", "")), Meaning(row, replies))
    return list(newest.values())


def _replies(house: House, thread: Row, case: Row) -> Data:
    service = house.catalogue.version(case["service"], int(case["service_version"]))
    replies: Data = service.notices.get(thread["notice"], {}).get("asks", {}).get("replies", {})
    return replies


def _do(house: House, it: Meaning, message: Message) -> bool:
    """Whether what was meant could be done; then nobody need call about what was not understood."""
    name = message.name
    if "say" in it.reply:
        SAY[it.reply["say"]](house, it.thread, name)
        _nobody_need_call(house, it.thread, message.phone)
        return True
    caller = _sender(house, it.thread)
    action = Act(
        number=str(it.thread["number"]),
        task=it.thread.get("task"),
        action=it.reply["action"],
        details=it.reply.get("details", {}),
        version=None,
        key=_key(name),
        channel="sms",
    )
    try:
        act(house, caller, action)
    except Unavailable:
        raise
    except Problem:
        return False
    _nobody_need_call(house, it.thread, message.phone)
    _answered(house, it.thread, name)
    return True


def _nobody_need_call(house: House, thread: Row, phone: str) -> None:
    """Close the calls that were asked for because of earlier texts from this phone."""

    def decide(file: CaseFile, service: Service) -> Decision | None:
        fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
        if not lifecycle.drop_calls(fact, phone):
            return None
        fact.touch()
        return fact, []

    commit(house, str(thread["number"]), decide)


def _answered(house: House, thread: Row, name: str) -> None:
    """Close the question and note the case on the message together.

    A repeat finds the question open, and its own act made; or the note, and nothing to do.
    """
    key = (f"inbound#{name}", PLACE)
    noted = Change(
        Table.CASES, "inbound", key, {"number": thread["number"]}, Equals("state", WAITING)
    )
    try:
        house.ports.store.transact([threads.answered(thread), noted])
    except ConditionFailed:
        # Another message has answered the question meanwhile.
        return


def _say_list(house: House, thread: Row, name: str) -> None:
    """The papers that are missing; when none is, how things stand."""
    file = load(house.ports.store, str(thread["number"]))
    if file is None:
        return
    service = house.catalogue.version(file.case["service"], int(file.case["service_version"]))
    lacks = bool(wanted_papers(house, service, file))
    _record(house, thread, "list_asked" if lacks else "progress_asked", name, MOST_PROGRESS)


SAY: Mapping[str, Callable[[House, Row, str], None]] = {"list": _say_list}


def _sender(house: House, thread: Row) -> Caller:
    """Who was written to: the applicant, another party of the case, or who holds a claim."""
    if "party" not in thread:
        return APPLICANT
    party = house.directory.party(thread["party"])
    return Caller(thread["party"], party.name if party else "", party.grants if party else ())


def _key(name: str) -> IdempotencyKey:
    digest = hashlib.sha256(f"sms|{name}".encode()).hexdigest()
    return IdempotencyKey(digest, digest, GIVEN_HOLDS)


def _record(
    house: House,
    thread: Row,
    event: str,
    name: str,
    most: int,
    more: Callable[[Fact, int], None] | None = None,
    details: Data | None = None,
) -> None:
    """Record an event once for a message, and no more than so many in a day.

    It names the claim whose holder wrote, or the party that did, so that the answer need not go to
    the applicant.
    """
    side = side_of(str(thread.get("party", "")))
    whose = {"claim": thread["task"]} if thread.get("task") else {"side": side} if side else {}
    data = {"message": name, **whose}

    def decide(file: CaseFile, service: Service) -> Decision | None:
        since = times.text(house.now() - DAY)
        lately = [row for row in file.events if row["type"] == event and row["at"] > since]
        if any(row["data"]["message"] == name for row in lately) or len(lately) >= most:
            return None
        fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
        fact.record(event, data, details=details)
        if more is not None:
            more(fact, len(lately) + 1)
        return fact, []

    commit(house, str(thread["number"]), decide)


def _not_understood(house: House, thread: Row, it: Message) -> None:
    """It gets an answer; after the second in a day somebody calls, and no more texts are sent."""

    def call(fact: Fact, times_said: int) -> None:
        if times_said == CALL_AFTER:
            seq = int(fact.events[0]["seq"])
            about = {"notice": "sms_unknown", "about": seq}
            task = f"call-{seq}"
            fact.open_task(task, "call", ["called"], who=fact.service.calls, about=about)

    wrote = {"phone": it.phone, "text": it.text}
    _record(house, thread, lifecycle.NOT_UNDERSTOOD, it.name, CALL_AFTER, call, wrote)
