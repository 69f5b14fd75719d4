"""Cases that lead to others: what is split off a submission, what an event of a case opens.

A split case is opened in the transaction of the submission; the link stands on its own side only.
What an event opens is owed to the worker, one case for one effect; the other case comes to be in
the transaction in which this one records it. Either number is derived by a keyed hash, so that it
can be told before the case is there, and nothing stored on this side leads to a split one.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

from chalicelib.cases import mandates, membership, ruling
from chalicelib.cases.actor import SYSTEM, Actor, actor_of
from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile, answers_of, pk, unpack
from chalicelib.cases.house import House
from chalicelib.cases.joins import NOT_OPENED, OPENED
from chalicelib.cases.lifecycle import join
from chalicelib.cases.opening import Opening, open_case, place_of
from chalicelib.platform.errors import NotFound, Refused, Unavailable
from chalicelib.platform.json import resolve, without
from chalicelib.platform.numbers import RANDOM_DIGITS, check_digit
from chalicelib.platform.ports import Operation, Row, Table
from chalicelib.services.document import Data, Service


def split(service: Service, answers: Data) -> tuple[Data, list[tuple[str, Data]]]:
    """The answers without what opens cases of its own, and (pointer, opening) of each of those."""
    found = []
    for one in service.data.get("splits", []):
        if resolve(answers, one["pointer"]) is not None:
            found.append((one["pointer"], one["opens"]))
    kept = answers
    for pointer, _ in found:
        kept = without(kept, pointer)
    return kept, found


def split_off(
    house: House, main: Fact, answers: Data, splits: list[tuple[str, Data]]
) -> Iterator[tuple[Fact, list[Operation]]]:
    """The cases that were split off a submission, about it."""
    for index, (pointer, opens) in enumerate(splits):
        service = live(house, opens["service"])
        told = mapped(opens, answers, {}, main.number, main.service)
        given = checked(house, service, told, f"/answers{pointer}")
        it = Opening(
            service,
            given,
            channel=service.data["channels"][0],
            language=main.case["language"],
            actor=Actor(SYSTEM.party, "applicant"),
            site=place_of(house, service, given, f"/answers{pointer}"),
            about=main.number,
            test=bool(main.case.get("test")),
        )
        yield open_case(house, it, split_number(house, main.number, index))


def split_number(house: House, number: str, index: int) -> str:
    """The number of the case split off another."""
    return _derived(house, f"split|{index}|{number}")


def opened_number(house: House, number: str, effect: Data) -> str:
    """The number of the case that an effect opens, or has opened; of two in one place, the next."""
    return derived_number(house, number, f"open|{_name(effect)}")


def derived_number(house: House, number: str, name: str) -> str:
    """The number of the case that this one opens, or has opened, under a name."""
    for turn in count():
        said = f"{name}|{turn}|{number}"
        found = house.ports.store.get(Table.CASES, (pk(_derived(house, said)), "case"))
        if found is None or found.get("about") == number:
            break
    return _derived(house, said)


def _derived(house: House, name: str) -> str:
    """Nine digits of a keyed hash and the check digit."""
    secret = house.ports.keys.secret(name)
    digits = str(int.from_bytes(secret.encode(), "big") % 10**RANDOM_DIGITS).zfill(RANDOM_DIGITS)
    return digits + check_digit(digits)


def refuse_unopenable(house: House, fact: Fact, event: str, details: Data) -> None:
    """Raises Refused where a case that the event would open could not be: its form says no."""
    for _, one in fact.service.following(event):
        if one["do"] == "open_case":
            for item in items_of(one, details):
                refuse_opening(house, fact, one, details, item)


def refuse_opening(house: House, fact: Fact, one: Data, details: Data, item: Any = None) -> None:
    """Raises Refused, UnknownRegion where this case could not be opened."""
    opening_of(house, fact, one, details, item)


def open_owed(house: House, number: str, effect: Data) -> None:
    """Open the case that an event of this one owes; repeatable.

    Where the other's form or place says no, that is recorded, and somebody of the office is asked.
    """

    def decide(file: CaseFile, service: Service) -> Decision | None:
        if any(row["type"] in (OPENED, NOT_OPENED) and _of(row, effect) for row in file.events):
            return None
        fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
        written = house.catalogue.version(service.id, int(effect["version"]))
        one = resolve(written.data, effect["at"])
        told = {"by": _name(effect), **({"hears": one["hears"]} if "hears" in one else {})}
        event = file.events[int(effect["event"]) - 1]
        details = unpack(fact.keys, number, event) if "sealed" in event else {}
        items = items_of(one, details)
        try:
            it = _by(
                _who(event),
                opening_of(house, fact, one, details, items[effect.get("item", 0)]),
            )
            made, operations = open_case(house, it, opened_number(house, number, effect))
        except Refused as refusal:
            not_opened(fact, told, [refusal])
            return fact, []
        fact.minted += made.minted
        if not it.service.data.get("restricted"):
            told |= {"case": made.number, "service": it.service.id}
        fact.record(OPENED, told)
        return fact, operations

    commit(house, number, decide)


def items_of(one: Data, details: Data) -> list[Any]:
    """What one case each is opened for; one of nothing where there is no list."""
    return list(resolve(details, one["each"]) or []) if "each" in one else [None]


def opening_of(
    house: House, fact: Fact, one: Data, details: Data, item: Any = None, when: Data | None = None
) -> Opening:
    """The case that is to be opened; `when` is the time that it is opened for, where there is one.

    Raises Refused, UnknownRegion.
    """
    opens, answers = one["opens"], answers_of(fact.keys, fact.file)
    service = live(house, opens["service"])
    told = mapped(opens, answers, details, fact.number, fact.service, item, when)
    given = checked(house, service, told, "/details")
    site = place_of(house, service, given)
    membership.named_in(house, service, given, site, bool(fact.case.get("test")))
    return Opening(
        service,
        given,
        channel=mandates.channel(service.data["channels"], fact.actor),
        language=fact.case["language"],
        actor=fact.actor,
        site=site,
        about=fact.number,
        test=bool(fact.case.get("test")),
        hears=one.get("hears", ""),
    )


def not_opened(fact: Fact, told: Row, refusals: list[Refused]) -> None:
    """Record why cases could not be opened; somebody of the office is asked to look."""
    findings = [
        {"pointer": one.pointer, "keyword": one.keyword, "texts": dict(one.texts)}
        for refusal in refusals
        for one in refusal.findings
    ][:10]
    event = fact.record(NOT_OPENED, told, details={"findings": findings})
    fact.open_task(
        f"not-opened-{int(event['seq'])}",
        "escalation",
        ["seen"],
        who=fact.service.calls,
        about={"event": int(event["seq"])},
    )
    join(fact)


def _who(event: Row) -> Actor:
    """Who leads to the other case: whoever did what opened it, never the system itself."""
    actor = event["actor"]
    if actor["party"] == SYSTEM.party:
        return Actor(SYSTEM.party, "applicant")
    return actor_of(actor)


def _by(actor: Actor, it: Opening) -> Opening:
    """The same case, opened by somebody else."""
    return replace(it, actor=actor, channel=mandates.channel(it.service.data["channels"], actor))


def _name(effect: Data) -> str:
    """What tells an effect of a case from its others."""
    return f"{int(effect['event'])}{effect['at']}/{effect.get('item', '')}"


def _of(row: Row, effect: Data) -> bool:
    return bool(row["data"].get("by") == _name(effect))


def mapped(
    opens: Data,
    answers: Data,
    details: Data,
    number: str,
    service: Service,
    item: Any = None,
    when: Data | None = None,
) -> Row:
    """The new case's answers, put together as the document says."""
    given: Row = {}
    words = {"number": number, "service": service.data["short"]["zh-Hans"]}
    time = when or {}
    for pointer, source in opens["answers"].items():
        ((kind, value),) = source.items()
        found = {
            "from": lambda value=value: resolve(answers, value),
            "details": lambda value=value: resolve(details, value),
            "item": lambda value=value: resolve(item, value),
            "is": lambda value=value: value,
            "this": lambda value=value: words[value],
            "when": lambda value=value: resolve(time, f"/{value}"),
        }[kind]()
        if found is not None:
            _place(given, pointer.split("/")[1:], found)
    return given


def live(house: House, service: str) -> Service:
    try:
        return house.catalogue.live(service)
    except NotFound as error:
        # Publishing refuses a document that opens cases of a service that is not live.
        raise Unavailable from error


def checked(house: House, service: Service, given: Data, at: str) -> Data:
    """The answers as they are stored."""
    answers, _ = ruling.settled(service, given)
    findings = house.forms.check(f"{service.content}/form", service.data["form"], answers, at)
    if findings:
        raise Refused(findings=findings)
    return answers


def _place(holder: Row, path: list[str], value: Any) -> None:
    for name in path[:-1]:
        holder = holder.setdefault(name, {})
    holder[path[-1]] = value
