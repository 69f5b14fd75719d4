"""Text messages in: digits only, and the open question decides what a digit means.

Every step is repeatable by the message's name: an act carries it as its key, an event as its data.
Unknown text gets an answer; after the second within a day a person calls.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from chalicelib.cases import threads
from chalicelib.cases.act import Act, act
from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.fact import SYSTEM, Fact
from chalicelib.cases.file import CaseFile
from chalicelib.cases.house import House
from chalicelib.cases.idempotency import GIVEN_HOLDS, IdempotencyKey
from chalicelib.cases.wording import fill
from chalicelib.people.authority import APPLICANT, Caller
from chalicelib.people.identifiers import mobile, normalise_phone
from chalicelib.platform import times
from chalicelib.platform.errors import Problem, Unavailable
from chalicelib.platform.ports import ConditionFailed, Permanent, Put, Row, Table
from chalicelib.services.common import COMMON
from chalicelib.services.document import Data, Service

DIGITS = re.compile("[0-9]{1,6}")
PROGRESS = "8"
DAY = timedelta(days=1)
MOST_PROGRESS = 10
MOST_CASES = 3
CALL_AFTER = 2


class Meaning(NamedTuple):
    """A question that is open, and what the digit means there."""

    thread: Row
    reply: Data


def handle(house: House, name: str, message: Data) -> None:
    """Do what one message says. Raises Unavailable (Busy) to be tried again."""
    phone = normalise_phone(str(message["from"]))
    text = unicodedata.normalize("NFKC", str(message["text"])).strip()
    found = [] if phone is None else threads.of_phone(house, phone)
    known = [row for row in found if row["state"] != "unknown"]
    extension = _extension(house, message)
    if extension:
        known = [row for row in known if row["number"].endswith(extension)] or known
    if not known:
        if phone is not None:
            _tell_stranger(house, phone, name, found)
    elif text == PROGRESS:
        _progress(house, known, name)
    else:
        _reply(house, known, name, text)


def _extension(house: House, message: Data) -> str:
    """The digits after our own number: the end of the number of the case that was written about."""
    channel = house.directory.channel("sms")
    own = str((channel or {}).get("number", ""))
    to = str(message.get("to", ""))
    return to.removeprefix(own) if own and to.startswith(own) else ""


def _progress(house: House, known: list[Row], name: str) -> None:
    """How things stand, for the newest few cases of the phone."""
    for number in list(dict.fromkeys(row["number"] for row in known))[:MOST_CASES]:
        _record(house, number, "progress_asked", name, MOST_PROGRESS)


def _reply(house: House, known: list[Row], name: str, text: str) -> None:
    newest = str(known[0]["number"])
    found = list(_meanings(house, known, text)) if DIGITS.fullmatch(text) else []
    if len({one.thread["number"] for one in found}) > 1:
        _record(house, newest, "reply_ambiguous", name, CALL_AFTER)
        return
    if not found or not _do(house, found[0], name):
        number = found[0].thread["number"] if found else newest
        _not_understood(house, number, name)


def _meanings(house: House, known: list[Row], text: str) -> Iterator[Meaning]:
    """By a code it carries, else by the newest open question of each case and addressee."""
    asked = [(row, _replies(house, row)) for row in known if row["state"] == "open"]
    for row, replies in asked:
        if row.get("code") == text and "code" in replies:
            yield Meaning(row, replies["code"])
            return
    seen: set[tuple[str, str]] = set()
    for row, replies in asked:
        question = (row["number"], row.get("task", ""))
        if replies and question not in seen:
            seen.add(question)
            if text in replies:
                yield Meaning(row, replies[text])


def _replies(house: House, thread: Row) -> Data:
    case = house.ports.store.get(Table.CASES, (f"case#{thread['number']}", "case"))
    if case is None:
        return {}
    service = house.catalogue.version(case["service"], int(case["service_version"]))
    replies: Data = service.notices.get(thread["notice"], {}).get("asks", {}).get("replies", {})
    return replies


def _do(house: House, it: Meaning, name: str) -> bool:
    """Whether what was meant could be done."""
    number = str(it.thread["number"])
    if "say" in it.reply:
        _record(house, number, f"{it.reply['say']}_asked", name, MOST_PROGRESS)
        return True
    caller = _sender(house, it.thread)
    action = Act(
        number=number,
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
    try:
        house.ports.store.transact([threads.answered(it.thread)])
    except ConditionFailed:
        # Answered before: this is a repeat.
        return True
    return True


def _sender(house: House, thread: Row) -> Caller:
    """Who was written to: the applicant, or the party who holds a claim."""
    if "party" not in thread:
        return APPLICANT
    party = house.directory.party(thread["party"])
    return Caller(thread["party"], party.name if party else "", party.grants if party else ())


def _key(name: str) -> IdempotencyKey:
    digest = hashlib.sha256(f"sms|{name}".encode()).hexdigest()
    return IdempotencyKey(digest, digest, GIVEN_HOLDS)


def _record(
    house: House,
    number: str,
    event: str,
    name: str,
    most: int,
    more: Callable[[Fact, int], None] | None = None,
) -> None:
    """Record an event once for a message, and no more than so many in a day."""

    def decide(file: CaseFile, service: Service) -> Decision | None:
        since = times.text(house.now() - DAY)
        lately = [row for row in file.events if row["type"] == event and row["at"] > since]
        if any(row["data"]["message"] == name for row in lately) or len(lately) >= most:
            return None
        fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
        fact.record(event, {"message": name})
        if more is not None:
            more(fact, len(lately) + 1)
        return fact, []

    commit(house, number, decide)


def _not_understood(house: House, number: str, name: str) -> None:
    """It gets an answer; after the second in a day somebody calls, and no more texts are sent."""

    def call(fact: Fact, times_said: int) -> None:
        if times_said == CALL_AFTER:
            seq = int(fact.events[0]["seq"])
            about = {"notice": "sms_unknown", "about": seq}
            task = f"call-{seq}"
            fact.open_task(task, "call", ["called"], who=fact.service.calls, about=about)

    _record(house, number, "not_understood", name, CALL_AFTER, call)


def _tell_stranger(house: House, phone: str, name: str, found: list[Row]) -> None:
    """A phone we never wrote to gets an answer too, twice a day at most."""
    channel: Any = house.directory.channel("sms")
    since = times.text(house.now() - DAY)
    lately = [row for row in found if row["asked_at"] > since]
    there = any(row["notice"] == name for row in lately)
    if not channel or not mobile(phone) or (len(lately) >= CALL_AFTER and not there):
        return
    text = fill(COMMON["sms_unknown"]["texts"]["sms"]["zh-Hans"], channel)
    if not there:
        house.ports.store.transact([Put(Table.CASES, _stranger(house, phone, name), None)])
    try:
        house.ports.notifier.sms(phone, text, f"stranger-{name}", None)
    except Permanent:
        return


def _stranger(house: House, phone: str, name: str) -> Row:
    now = house.now()
    return {
        "pk": threads.place(house, phone),
        "sk": f"{times.text(now)}#{name}",
        "kind": "thread",
        "number": "",
        "service": "",
        "notice": name,
        "seq": 0,
        "asked_at": times.text(now),
        "until": times.text(now + DAY),
        "state": "unknown",
        "expires": int((now + DAY + DAY).timestamp()),
    }
