"""Notices out: rendered once and sealed, tried at most 4 times a channel, then handed to a person.

The attempt was counted before this is called. What was rendered at the first try is what every
try sends, also on the next channel's behalf: all channels' texts are rendered together.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from chalicelib.cases import sides, threads
from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile, pack, pk, unpack
from chalicelib.cases.house import House
from chalicelib.cases.saying import event_of, saying
from chalicelib.cases.wording import fill, variables_of
from chalicelib.people.authority import SIDE
from chalicelib.people.identifiers import mobile, normalise_phone
from chalicelib.platform.errors import pick
from chalicelib.platform.json import resolve
from chalicelib.platform.ports import (
    Change,
    ConditionFailed,
    Equals,
    Permanent,
    Put,
    Retryable,
    Row,
    Table,
    Template,
)
from chalicelib.services.common import GENERAL
from chalicelib.services.document import Data, Service

TRIES = 4
CODE_DIGITS = 4
QUIET_FROM = time(21)
QUIET_UNTIL = time(8)


class Tried(StrEnum):
    SETTLED = "settled"
    LATER = "later"
    NEXT = "next"


def quiet_until(house: House) -> datetime | None:
    """Between 21:00 and 8:00 where the office is nobody is disturbed; until when, or None."""
    return _quiet_until(house, house.now())


def held_until(house: House, service: Service, effect: Row, due: datetime) -> datetime | None:
    """Until when an effect that is due then is held, as it would disturb somebody; or None."""
    if effect["do"] != "notice" or service.notices[effect["notice"]].get("at_once"):
        return None
    for moment in (house.now(), due):
        until = _quiet_until(house, moment)
        if until is not None and due <= until:
            return until
    return None


def _quiet_until(house: House, moment: datetime) -> datetime | None:
    local = house.calendar.local(moment)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return None
    day = local.date() + timedelta(days=1 if local.time() >= QUIET_FROM else 0)
    return datetime.combine(day, QUIET_UNTIL, local.tzinfo)


def attempt(house: House, file: CaseFile, service: Service, effect: Row) -> Tried:
    """One try on the present channel, or the step to the next one.

    `attempts` was stored before this call, so a process that dies here has used its try;
    `channel`, and the attempts made when it began (`since`), are stored after it. What a test says
    is rendered and recorded, and sent to nobody.
    """
    row = _rendered(house, file, service, effect)
    if row["state"] != "sending":
        return Tried.SETTLED
    message = unpack(house.ports.keys, file.number, row)
    index = int(effect.setdefault("channel", 0))
    if index >= len(message["channels"]):
        _settle(house, file.number, row, effect, "handed_to_person", message)
        return Tried.SETTLED
    tries = int(effect["attempts"]) - int(effect.setdefault("since", 0))
    if tries > TRIES:
        return _next_channel(effect)
    try:
        if not file.case.get("test"):
            _send(house, message["channels"][index], row["sk"] + file.number)
    except Permanent:
        return _next_channel(effect)
    except Retryable:
        return _next_channel(effect) if tries == TRIES else Tried.LATER
    _settle(house, file.number, row, effect, "notice_delivered", message)
    return Tried.SETTLED


def _next_channel(effect: Row) -> Tried:
    effect |= {"channel": int(effect["channel"]) + 1, "since": effect["attempts"]}
    return Tried.NEXT


def _send(house: House, channel: Mapping[str, Any], reference: str) -> None:
    if channel["by"] == "sms":
        number, values = channel["template"]
        template = Template(number, tuple(values)) if number else None
        house.ports.notifier.sms(channel["to"], channel["text"], reference, template)
    else:
        house.ports.notifier.email(channel["to"], channel["subject"], channel["text"], reference)


def _rendered(house: House, file: CaseFile, service: Service, effect: Row) -> Row:
    """The notice row, written before the first try."""
    sk = f"notice#{int(effect['event']):05d}#{effect['notice']}"
    key = (pk(file.number), sk)
    row = house.ports.store.get(Table.CASES, key)
    if row is not None:
        return row
    message = _message(house, file, service, effect)
    row = {
        "pk": key[0],
        "sk": sk,
        "kind": "notice",
        "notice": effect["notice"],
        "seq": effect["event"],
        "state": "sending",
        "sealed": pack(house.ports.keys, file.number, sk, message),
    }
    try:
        house.ports.store.transact([Put(Table.CASES, row), *_thread(house, file, effect, message)])
        return row
    except ConditionFailed:
        written = house.ports.store.get(Table.CASES, key)
        return written if written is not None else row


def _thread(house: House, file: CaseFile, effect: Row, message: Mapping[str, Any]) -> list[Put]:
    """What a digit from the phone that is written to will mean."""
    phone = next((one["to"] for one in message["channels"] if one["by"] == "sms"), None)
    if phone is None or file.case.get("test"):
        return []
    seq = int(effect["event"])
    return [
        threads.remember(house, phone, file.case, effect["notice"], seq, message.get("thread", {}))
    ]


def _message(house: House, file: CaseFile, service: Service, effect: Row) -> dict[str, Any]:
    notice = service.notices[effect["notice"]]
    language = file.case["language"]
    event = event_of(file, effect["event"])
    asks = notice.get("asks", {})
    code = house.ports.ids.digits(CODE_DIGITS) if "code" in asks.get("replies", {}) else ""
    # A text message may come from the holder of a claim: then the event names the claim.
    by_holder = notice.get("to") == "sender" and "claim" in event["data"]
    to_holder = notice.get("to") == "holder" or by_holder
    side = sides.addressed(notice, event)
    # Who claims deals with those who know the household, not with the desk that published it.
    contacts = frozenset([service.calls["role"]]) if to_holder else frozenset()
    said = saying(house, file, service, event, language, code, contacts)
    values = said.values(notice.get("date"))
    thread: dict[str, Any] = {"asks": asks, "code": code}
    phones: list[str | None]
    emails: list[Any] = []
    if to_holder:
        claim = file.task(event["data"]["claim"]) or {}
        claimant = _claimant(house, file, claim)
        values |= {"name": str(claimant.get("name", ""))}
        phones = [normalise_phone(str(claimant.get("phone", "")))]
        thread |= {"party": claim.get("party"), "task": claim.get("task")}
    elif side:
        person = sides.person(house, file, service, side)
        values |= {"name": person.name, "secret": sides.secret(house, file.number, side)}
        phones = [*person.phones]
        thread |= {"party": f"{SIDE}{side}"}
    else:
        subject = service.data["subject"]
        phones = [
            normalise_phone(str(resolve(said.answers, one) or "")) for one in subject["phones"]
        ]
        emails = [resolve(said.answers, one) for one in subject.get("emails", [])]
    texts = notice["texts"]
    channels: list[dict[str, Any]] = []
    number = next((phone for phone in phones if phone and mobile(phone)), None)
    wanted = notice.get("channels", ["sms", "email"])
    if number and "sms" in wanted:
        channels.append({"by": "sms", "to": number, **_sms(house, notice, values, language)})
    address = next((email for email in emails if email), None)
    if address and "email" in wanted and "email" in texts:
        channels.append(
            {
                "by": "email",
                "to": str(address),
                "subject": fill(pick(texts["email"]["subject"], language), values),
                "text": fill(pick(texts["email"]["body"], language), values),
            }
        )
    return {
        "channels": channels,
        "call": fill(pick(texts["call"], language), values),
        "phones": [phone for phone in phones if phone],
        "thread": thread,
    }


def _sms(house: House, notice: Data, values: Mapping[str, str], language: str) -> dict[str, Any]:
    """Text and registered template; the general one where the provider has not approved its own.

    A deployment whose provider sends registered texts only names the general template's number
    with its channel (design D12).
    """
    texts, registered = notice["texts"]["sms"], notice.get("sms_template", {}).get("number")
    general = (house.directory.channel("sms") or {}).get("general_template")
    if general and not registered:
        texts, registered = GENERAL, general
    ordered = [values[name] for name in variables_of(pick(texts, "zh-Hans"))]
    return {"text": fill(pick(texts, language), values), "template": [registered, ordered]}


def _claimant(house: House, file: CaseFile, claim: Row) -> Mapping[str, Any]:
    """What the person who claimed has said of themselves."""
    made = next((row for row in file.events if row["seq"] == claim.get("event")), None)
    found: Mapping[str, Any] = unpack(house.ports.keys, file.number, made) if made else {}
    return found


def _settle(
    house: House, number: str, row: Row, effect: Row, event: str, message: Mapping[str, Any]
) -> None:
    """Record that the notice was taken by a provider, or give a person the script to read."""
    by = "person" if event == "handed_to_person" else message["channels"][effect["channel"]]["by"]

    def decide(file: CaseFile, service: Service) -> Decision | None:
        present = next((one for one in file.notices if one["sk"] == row["sk"]), None)
        if present is None or present["state"] != "sending":
            return None
        fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
        recorded = fact.record(
            event, {"notice": effect["notice"], "about": effect["event"], "by": by}
        )
        if by == "person":
            seq = int(recorded["seq"])
            fact.open_task(
                f"call-{seq}",
                "call",
                ["called"],
                who=service.calls,
                about={"notice": effect["notice"], "about": effect["event"]},
            )
        change = Change(
            Table.CASES,
            "notice",
            (pk(number), row["sk"]),
            {"state": by, "channel": by},
            Equals("state", "sending"),
        )
        return fact, [change]

    commit(house, number, decide)
