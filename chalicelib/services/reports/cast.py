"""The examples of a service as a rehearsal plays them: what their answers decide."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from chalicelib.people.identifiers import normalise_phone
from chalicelib.platform.errors import Finding, Refused
from chalicelib.platform.json import resolve
from chalicelib.services.document import AUTO, Service
from chalicelib.services.forms.answers import Forms
from chalicelib.services.reports.situation import Setting
from chalicelib.services.rules import logic, tables, verdicts
from chalicelib.services.rules.expressions import steps
from chalicelib.services.rules.spots import copied, put

MOST_SLOTS = 3
MOST_PLAYED = 20


class Cast(NamedTuple):
    """One example. `lacking`: papers it does not bring; `dates`: until which day a pool's claims
    are held where the answers say so; `answers` is None for a walk without answers."""

    title: str
    channel: str
    setting: Setting
    lacking: frozenset[str]
    dates: Mapping[str, date]
    answers: Mapping[str, Any] | None


class Taken(NamedTuple):
    """Answers as a submission leaves them, and what is wrong with them: the pointers of the
    findings lead into the answers."""

    answers: Mapping[str, Any]
    findings: list[Finding]


class Casting(NamedTuple):
    """Who plays, and the titles of examples whose answers the form refuses."""

    casts: list[Cast]
    refused: list[str]


def casting(service: Service, examples: Sequence[Any], forms: Forms, today: date) -> Casting:
    """At least one to play on a day: without any good example, somebody who gives no answers.

    Examples come by the channels of the service in turn, unless they name one.
    """
    given = [
        one
        for one in examples
        if isinstance(one, Mapping) and isinstance(one.get("answers"), Mapping)
    ]
    given = given or [{"answers": one} for one in _of_the_form(service.data["form"])]
    casts: list[Cast] = []
    refused: list[str] = []
    for number, example in enumerate(given[:MOST_PLAYED]):
        title = str(example.get("title") or number + 1)
        answers, findings = taken(service, example["answers"], forms)
        if findings:
            refused.append(title)
        else:
            played = {**example, "answers": answers, "title": title}
            casts.append(_cast(service, played, len(casts), forms, today))
    return Casting(casts or [_nobody(service)], refused)


def taken(service: Service, answers: Mapping[str, Any], forms: Forms) -> Taken:
    """What a submission makes of answers: plain phones, then the rules of the form, then the form.

    `forms` must be of this document alone.
    """
    plain = copied(answers)
    for pointer in service.data["subject"].get("phones", ()):
        phone = resolve(plain, pointer)
        number = normalise_phone(phone) if isinstance(phone, str) else None
        if number is not None:
            put(plain, steps(pointer), number)
    try:
        settled = logic.settle(service, plain).answers
    except Refused as refused:
        found = [o._replace(pointer=o.pointer.removeprefix("/answers")) for o in refused.findings]
        return Taken(plain, found)
    return Taken(settled, forms.check("/form", service.data["form"], settled))


def _of_the_form(form: Mapping[str, Any]) -> Iterator[Any]:
    """Answers that the form itself gives as examples, whole or field by field."""
    whole = [one for one in form.get("examples", []) if isinstance(one, Mapping)]
    if whole:
        yield from whole
        return
    fields = {
        name: one.get("default", next(iter(one.get("examples", [])), None))
        for name, one in form.get("properties", {}).items()
        if isinstance(one, Mapping)
    }
    said = {name: value for name, value in fields.items() if value is not None}
    if said:
        yield said


def _cast(
    service: Service, example: Mapping[str, Any], number: int, forms: Forms, today: date
) -> Cast:
    answers = example["answers"]
    holds = {
        one.at
        for one in service.every_action()
        if "if" in one.data and forms.holds(f"{one.at}/if", one.data["if"], answers)
    }
    needed = set(papers_needed(service, answers, forms))
    ruled = tuple(_ruled(service, answers, today))
    setting = Setting(frozenset(holds), frozenset(needed), _slots(service, answers), ruled)
    channels = service.data["channels"]
    channel = str(example.get("channel"))
    return Cast(
        title=example["title"],
        channel=channel if channel in channels else channels[number % len(channels)],
        setting=setting,
        lacking=frozenset(needed - _brought(example, needed)),
        dates=dict(_dates(service, answers)),
        answers=answers,
    )


def papers_needed(service: Service, answers: Any, forms: Forms) -> Iterator[str]:
    """What settled answers ask for, in the document's order: by a decision table, else by the
    paper's own necessity and condition. Raises Refused where the tables cannot be worked out."""
    decided = tables.decide(service, answers).papers
    for name, paper in service.papers.items():
        condition = paper.get("required_if", {})
        own = paper["necessity"] != "optional" and forms.holds(
            f"/papers/{name}", condition, answers
        )
        if decided.get(name, tables.ASKED if own else "") == tables.ASKED:
            yield name


def _brought(example: Mapping[str, Any], needed: set[str]) -> set[str]:
    """The papers an example says it brings; all that are needed when it says nothing."""
    papers = example.get("papers")
    if not isinstance(papers, list):
        return needed
    return {str(one["paper"] if isinstance(one, Mapping) else one) for one in papers}


def _slots(service: Service, answers: Any) -> tuple[tuple[str, int], ...]:
    """Slots of each pool; more than a few show nothing new."""
    found = []
    for stage, definition in service.stages.items():
        if "slots" in definition:
            slots = definition["slots"]
            said = slots.get("is") or resolve(answers, slots["from"])
            found.append((stage, min(MOST_SLOTS, said) if isinstance(said, int) else 1))
    return tuple(found)


def _ruled(service: Service, answers: Any, today: date) -> Iterator[tuple[str, str]]:
    """What each stage that decides by itself comes to."""
    for stage, definition in service.stages.items():
        if definition["kind"] == AUTO:
            yield stage, verdicts.ruled(service, definition["table"], answers, today).outcome


def _dates(service: Service, answers: Any) -> Iterator[tuple[str, date]]:
    for stage, definition in service.stages.items():
        said = resolve(answers, definition.get("hold", {}).get("date", "/?"))
        if isinstance(said, str):
            yield stage, date.fromisoformat(said)


def _nobody(service: Service) -> Cast:
    """Every condition holds and every paper is needed, since nothing is known."""
    holds = frozenset(one.at for one in service.every_action() if "if" in one.data)
    papers = service.papers.items()
    needed = frozenset(name for name, one in papers if one["necessity"] != "optional")
    setting = Setting(holds, needed, _slots(service, None))
    return Cast("", service.data["channels"][0], setting, frozenset(), {}, None)
