"""The four kinds of case an administrator starts a service from (domain.md §1): 即办件 on the
spot, 承诺件 promise, 联办件 joint, 上报件 forwarded. Pure: names and figures in, a document out.

Which notices, documents, results, reasons and event titles a document holds follows from what
its flow records. In a joint case the lead (主办) sends it out, hears every assisting unit (协办),
concludes and answers the applicant; each assisting unit is a role of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from chalicelib.people.authority import READERS
from chalicelib.platform.errors import Texts, pick
from chalicelib.services.checks.flowlint import recorded_events
from chalicelib.services.checks.texts import VARIABLE
from chalicelib.services.document import Service, result_of
from chalicelib.services.sheets.pieces import Json, patched, read, whole

# 行政许可法 Art. 42: 20 working days, 45 where several authorities handle it together.
STATUTORY = {"on-the-spot": 20, "promise": 20, "joint": 45, "forwarded": 20}
PROMISED = {"promise": 15, "joint": 30, "forwarded": 15}
SHORT = {"zh-Hans": 6, "en": 24}
LONGEST_ID = 40


class Kind(StrEnum):
    ON_THE_SPOT = "on-the-spot"
    PROMISE = "promise"
    JOINT = "joint"
    FORWARDED = "forwarded"


class Assisting(NamedTuple):
    """A unit that assists in a joint case: whoever holds its role where the owner is."""

    id: str
    titles: Texts

    @property
    def role(self) -> str:
        return f"assist-{self.id}"[:LONGEST_ID]


class Limits(NamedTuple):
    """Working days; `basis` is the statutory one's. None: as the kind has it."""

    statutory: int | None = None
    promised: int | None = None
    basis: Mapping[str, Any] | None = None


AS_THE_KIND = Limits()


def preset(
    kind: str,
    service: str,
    titles: Texts,
    *,
    short: Texts | None = None,
    guide: Mapping[str, Any] | None = None,
    papers: Sequence[Mapping[str, Any]] = (),
    limits: Limits = AS_THE_KIND,
    assisting: Sequence[Assisting] = (),
    channels: Sequence[str] = (),
    levels: Sequence[str] = (),
    back_stop: str = "",
) -> Json:
    """A whole service document that passes lint as it is.

    What is not given is as the kind has it; notes are added to the kind's. A guide with
    `agency_allowed: false` takes agents out. `back_stop` is the service that is proposed to when
    a case is late or returned; it must be live and ask for reporter, region, about, matter and
    want. Raises ValueError for a kind that there is not, and for a paper that may follow where
    everything is over on the spot.
    """
    which, common = Kind(kind), read("common")
    if which is Kind.ON_THE_SPOT and any(paper["necessity"] == "gap" for paper in papers):
        raise ValueError("on the spot no paper may follow")
    told = {**common["guide"], **(guide or {})}
    agency = bool(told.get("agency_allowed", True))
    needed = [*(papers or common["papers"]), *([common["agent_paper"]] if agency else [])]
    units = assisting or [Assisting(one["id"], one["titles"]) for one in common["assisting"]]
    parts = {**read("parts"), **_named(needed, units)}
    own, common = whole(read(which), parts), whole(common, parts)
    days = _days(which, limits)
    document: Json = {
        "document": "bancheng/service/1",
        "service": service,
        "titles": dict(titles),
        "short": dict(short or _shortened(titles)),
        "guide": _guide(service, own, told, agency, days),
        "channels": [one for one in channels or common["channels"] if agency or one != "agent"],
        "levels": list(levels or common["levels"]),
        **_form(whole(read("form"), parts), titles, agency, "deliver" in own["flow"]["stages"]),
        "papers": [_paper(paper, common["gap"]) for paper in needed],
        "clocks": _clocks(own["clocks"], days, limits.basis),
        "flow": _flow(own["flow"], common, agency, back_stop),
    }
    if which is Kind.JOINT:
        document["readers"] = sorted({*READERS, *(unit.role for unit in units)})
    return document | _words(Service(document), own, common)


def _named(papers: Sequence[Mapping[str, Any]], units: Sequence[Assisting]) -> Json:
    """The parts that are made of names: papers and assisting units."""
    return {
        "paper": {
            "title": "材料",
            "oneOf": [_choice(paper["id"], paper["titles"]) for paper in papers],
        },
        "assisting": {"oneOf": [_choice(unit.id, unit.titles) for unit in units]},
        "assisting_parts": {unit.id: _part(unit) for unit in units},
    }


def _choice(name: str, titles: Texts) -> Json:
    return {"const": name, "title": pick(titles, "zh-Hans")}


def _part(unit: Assisting) -> Json:
    titles = {
        language: template.replace("{unit}", pick(unit.titles, language))
        for language, template in (("zh-Hans", "{unit}协办"), ("en", "{unit} assists"))
    }
    return {"use": "part", "titles": titles, "who": {"role": unit.role}}


def _days(kind: Kind, limits: Limits) -> dict[str, int]:
    days = {"statutory": limits.statutory or STATUTORY[kind]}
    if kind in PROMISED:
        days["promised"] = limits.promised or min(PROMISED[kind], days["statutory"])
    return days


def _shortened(titles: Texts) -> Json:
    return {name: titles[name][:longest] for name, longest in SHORT.items() if name in titles}


def _guide(service: str, own: Json, told: Json, agency: bool, days: Mapping[str, int]) -> Json:
    figures = {name: str(n) for name, n in days.items()}
    notes = {language: _filled(text, figures) for language, text in own["promise"].items()}
    for language, more in told.pop("notes", {}).items():
        notes[language] = "\n".join(filter(None, (notes.get(language), more)))
    given: Json = {
        "item_code": f"LOCAL-{service}".upper()[:LONGEST_ID],
        "kind": own["kind"],
        "agency_allowed": agency,
        "notes": notes,
    }
    return given | told


def _filled(template: str, values: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda match: values.get(match[1], match[0]), template)


def _form(made: Json, titles: Texts, agency: bool, handed_over: bool) -> Json:
    """Form, views and subject; no agent where there is none, no delivery where it is at once."""
    made["form"]["title"] = _filled(made["form"]["title"], {"title": pick(titles, "zh-Hans")})
    english = made["views"]["i18n"]["en"]
    if "en" in titles:
        english["root.label"] += f" for {titles['en']}"
    for name, asked in (("agent", agency), ("delivery", handed_over)):
        if not asked:
            made["form"]["properties"].pop(name)
            made["views"]["ui"].pop(name, None)
            made["views"]["ui"]["ui:order"].remove(name)
            for key in [one for one in english if one.startswith(f"{name}.")]:
                english.pop(key)
    return made


def _paper(paper: Mapping[str, Any], gap: Json) -> Json:
    """A paper that may follow carries the terms of that, and says what it delays."""
    if paper["necessity"] != "gap":
        return dict(paper)
    return {**paper, "gap": patched(gap, dict(paper.get("gap", {})))}


def _clocks(clocks: Json, days: Mapping[str, int], basis: Mapping[str, Any] | None) -> Json:
    for name, n in days.items():
        clocks[name]["budget"] = {"working_days": n}
    if basis:
        clocks["statutory"]["basis"] = dict(basis)
    return clocks


def _flow(own: Json, common: Json, agency: bool, back_stop: str) -> Json:
    beside = common["by_agent"] if agency else {"acts": {}, "tasks": {}}
    tasks = {**common["tasks"], **beside["tasks"]}
    if back_stop:
        opens = {"opens": {"service": back_stop}}
        tasks["proposed"] = patched(common["back_stop"], {"actions": {"take_up": opens}})
    return own | {"acts": {**common["acts"], **beside["acts"], **own["acts"]}, "tasks": tasks}


def _words(service: Service, own: Json, common: Json) -> Json:
    """What the flow calls for, and nothing else."""
    words, recorded = read("words"), set(recorded_events(service))
    results = {result for result in map(result_of, _targets(service)) if result}
    documents = _heard(patched(words["documents"], own.get("documents", {})), recorded)
    notices = _heard(patched(words["notices"], own.get("notices", {})), recorded)
    asked = (name for name in notices if _can_answer(service, notices[name]))
    return {
        "results": {name: one for name, one in common["results"].items() if name in results},
        "reasons": {
            code: one for code, one in common["reasons"].items() if results & set(one["for"])
        },
        "documents": documents,
        "notices": {name: _registered(notices[name]) for name in asked},
        "events": {
            name: one
            for name, one in words["events"].items()
            if name in recorded or name in words["engine"]
        },
    }


def _targets(service: Service) -> Iterator[str]:
    for one in service.every_action():
        yield one.data.get("to", "")
    for stage in service.stages.values():
        yield from (way["to"] for way in stage.get("outcomes", {}).values())
    yield from (way["to"] for way in service.always.values())


def _heard(items: Json, recorded: set[str]) -> Json:
    """Those that an event of the flow leads to, on just these events."""
    kept = {}
    for name, item in items.items():
        on = [event for event in item["on"] if event in recorded]
        if on:
            kept[name] = {**item, "on": on}
    return kept


def _can_answer(service: Service, notice: Json) -> bool:
    """Whether what its question leads to exists here: without agents nobody disowns one."""
    there = {one.name for one in service.every_action()}
    replies = notice.get("asks", {}).get("replies", {}).values()
    return all(reply.get("action") in {None, *there} for reply in replies)


def _registered(notice: Json) -> Json:
    """With the variables in the order a provider registers; its number comes from the provider."""
    variables = VARIABLE.findall(notice["texts"]["sms"]["zh-Hans"])
    return {**notice, "sms_template": {"number": None, "variables": variables}}
