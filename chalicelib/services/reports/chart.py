"""The flow of a service as a chart: boxes in the order in which a case meets them, and the ways
between them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from chalicelib.clocks.clock import unit_of
from chalicelib.people.roles import role
from chalicelib.platform.errors import Texts, pick
from chalicelib.services.document import AUTO, Data, Service, result_of
from chalicelib.services.reports.recurring import recurring
from chalicelib.services.reports.roles import APPLICANT, SYSTEM, who

KINDS: Mapping[str, Texts] = {
    "desk": {"zh-Hans": "办理", "en": "desk"},
    "hold": {"zh-Hans": "等申请人", "en": "waits for the applicant"},
    "gate": {"zh-Hans": "等材料补齐", "en": "waits for promised papers"},
    "pool": {"zh-Hans": "待认领", "en": "open to claims"},
    "review": {"zh-Hans": "会商", "en": "joint review"},
    "fanout": {"zh-Hans": "分头办理", "en": "in parallel"},
    "auto": {"zh-Hans": "自动判定", "en": "decides by itself"},
    "tell": {"zh-Hans": "告知", "en": "tells the applicant"},
    "record": {"zh-Hans": "登记一次即完成，没有后续办理", "en": "one row, and nothing follows"},
}
HOLDS: Mapping[str, Texts] = {
    "hold case": {"zh-Hans": "等关联办件", "en": "waits for another case"},
    "hold outside": {"zh-Hans": "等外部答复", "en": "waits for a body outside"},
    "hold date": {"zh-Hans": "等期满", "en": "waits for a date"},
}
UNITS: Mapping[str, Texts] = {
    "working_days": {"zh-Hans": "{n}个工作日", "en": "{n} working day{s}"},
    "days": {"zh-Hans": "{n}日", "en": "{n} day{s}"},
    "office_minutes": {"zh-Hans": "{n}分钟（办公时间）", "en": "{n} office minute{s}"},
    "same_working_day": {"zh-Hans": "当日", "en": "the same working day"},
    "date": {"zh-Hans": "约定的日期", "en": "the day that is set"},
}
DOES: Mapping[str, Texts] = {
    "escalate": {"zh-Hans": "提请{who}督办", "en": "{who} is asked to step in"},
    "act": {"zh-Hans": "系统视同“{what}”", "en": 'the system takes "{what}"'},
    "settle": {"zh-Hans": "转“{what}”", "en": 'goes on by "{what}"'},
    "close": {"zh-Hans": "不再接受认领", "en": "no more claims are taken"},
    "note": {"zh-Hans": "记录", "en": "it is noted"},
    "urge": {"zh-Hans": "催办{who}", "en": "{who} is urged"},
    "supervise": {"zh-Hans": "督办{who}", "en": "{who} gets a supervision order"},
    "criticise": {"zh-Hans": "通报批评{who}", "en": "{who} is criticised"},
}
WHEN: Mapping[str, Texts] = {
    "due": {"zh-Hans": "到期时", "en": "when due"},
    "share": {"zh-Hans": "到期前还剩{n}%时", "en": "with {n} % left"},
    "before": {"zh-Hans": "到期前{budget}", "en": "{budget} before it is due"},
    "after": {"zh-Hans": "到期后{budget}", "en": "{budget} after it was due"},
}
SAYS: Mapping[str, Texts] = {
    "any": {"zh-Hans": "任何环节", "en": "At any stage"},
    "beside": {"zh-Hans": "随时可办，不转环节", "en": "At any time, moving nothing"},
    "tasks": {"zh-Hans": "旁办事项", "en": "Tasks beside the stages"},
    "clocks": {"zh-Hans": "时限", "en": "Clocks"},
    "emits": {"zh-Hans": "定期立案", "en": "Opened again and again"},
    "task": {"zh-Hans": "{title}：“{event}”之后，{who}", "en": '{title}: after "{event}", {who}'},
    "clock": {"zh-Hans": "{title}：{budget}，{does}", "en": "{title}: {budget}, {does}"},
    "milestone": {"zh-Hans": "{title}，{when}：{does}", "en": "{title}, {when}: {does}"},
    "pause": {
        "zh-Hans": "{title}：“{event}”之后暂停计时，到“{end}”为止",
        "en": '{title}: not counted from "{event}" until "{end}"',
    },
    "due": {"zh-Hans": "到期：{title}（{budget}）", "en": "when due: {title} ({budget})"},
    "unclear": {"zh-Hans": "主管单位不明", "en": "it is unclear who is in charge"},
    "broken": {"zh-Hans": "到期：{title}", "en": "when due: {title}"},
    "but": {"zh-Hans": "（{stages}除外）", "en": " (not in: {stages})"},
    "recorded": {"zh-Hans": "登记", "en": "written down"},
    "leads": {"zh-Hans": "符合条件的，立{service}一案", "en": "if it is so, opens {service}"},
    "and": {"zh-Hans": "、", "en": ", "},
    "or": {"zh-Hans": "”或“", "en": '" or "'},
}


class Way(NamedTuple):
    """One way out of a box. `target` is a stage or `end:<result>`; with `clock` nobody takes it,
    it happens by itself."""

    text: str
    target: str
    clock: bool = False


class Part(NamedTuple):
    """What stands inside a stage: who deals with it and what they may do."""

    title: str
    who: str
    actions: tuple[str, ...]


class Box(NamedTuple):
    """A stage; `actions` are those that lead nowhere else, `waits` what a hold waits for."""

    name: str
    kind: str
    title: str
    who: str
    actions: tuple[str, ...]
    parts: tuple[Part, ...]
    ways: tuple[Way, ...]
    waits: str = ""

    def what(self, language: str) -> str:
        """Its kind in words."""
        return pick(HOLDS.get(f"{self.kind} {self.waits}", KINDS[self.kind]), language)


class Result(NamedTuple):
    """`good` is None for a result that is neither good nor bad."""

    title: str
    good: bool | None


class Chart(NamedTuple):
    """`boxes` in their order, the stage that tells last; `anywhere` are ways out of every stage;
    `results` are titles, and whether they are negative; `notes` are headed lists."""

    title: str
    start: str
    boxes: tuple[Box, ...]
    anywhere: tuple[Way, ...]
    results: Mapping[str, Result]
    notes: tuple[tuple[str, tuple[str, ...]], ...]


def chart(service: Service, language: str) -> Chart:
    if service.record:
        return _of_record(service, language)
    maker = _Maker(service, language)
    return Chart(
        title=pick(service.data["titles"], language),
        start=pick(service.data["events"][service.received]["titles"], language),
        boxes=tuple(maker.box(name) for name in order(service)),
        anywhere=tuple(maker.anywhere()),
        results={
            name: Result(pick(one["titles"], language), _good(one))
            for name, one in service.data["results"].items()
        },
        notes=tuple(note for note in maker.notes() if note[1]),
    )


def _of_record(service: Service, language: str) -> Chart:
    """One box: who writes it down, and which case it may open."""
    title = pick(service.data["titles"], language)
    between = pick(SAYS["and"], language)
    who = between.join(pick(role(one), language) for one in service.record.get("who", ()))
    opened = [one["service"] for _, one in service.openings()]
    leads = tuple(pick(SAYS["leads"], language).format(service=one) for one in opened)
    box = Box("record", "record", title, who, leads, (), ())
    return Chart(title, pick(SAYS["recorded"], language), (box,), (), {}, ())


def _good(result: Data) -> bool | None:
    return False if result["negative"] else None if result.get("counted") is False else True


def order(service: Service) -> list[str]:
    """Stages as a case meets them that always takes the first way; then what branches off. The
    stage that tells comes last."""
    seen: list[str] = []
    ahead = [service.start]
    while ahead:
        stage = ahead.pop()
        if stage in service.stages and stage not in seen:
            seen.append(stage)
            ahead += reversed([str(way["to"]) for _, way in _own_ways(service, stage)])
    rest = [name for name in service.stages if name not in seen]
    return [name for name in seen + rest if name != service.tell] + [service.tell]


def _own_ways(service: Service, stage: str) -> Iterator[tuple[str, Data]]:
    """Actions and outcomes of the stage that lead on."""
    for name, action in service.actions(stage).items():
        if "to" in action:
            yield name, action
    yield from service.stages[stage].get("outcomes", {}).items()


class _Maker:
    def __init__(self, service: Service, language: str) -> None:
        self.service = service
        self.language = language

    def box(self, name: str) -> Box:
        stage = self.service.stages[name]
        own = self.service.actions(name).values()
        return Box(
            name=name,
            kind=stage["kind"],
            title=self._title(stage),
            who=self._who(stage),
            actions=tuple(self._title(one) for one in own if "to" not in one),
            parts=tuple(self._part(part) for part in self.service.parts(name).values()),
            ways=tuple(self._ways(name)),
            waits=stage.get("for", ""),
        )

    def _part(self, part: Data) -> Part:
        actions = tuple(self._title(one) for one in part["actions"].values())
        return Part(self._title(part), self._who(part), actions)

    def _who(self, place: Data) -> str:
        if place.get("for") == "applicant":
            return pick(APPLICANT, self.language)
        if place.get("kind") == AUTO:
            return pick(SYSTEM, self.language)
        return who(place["who"], self.language) if "who" in place else ""

    def _title(self, named: Data) -> str:
        """Its own titles, else those of the event it records."""
        titles = named.get("titles") or self._event(str(named.get("event")))
        return pick(titles, self.language)

    def _event(self, name: str) -> Texts:
        event = self.service.data["events"].get(name)
        return event["titles"] if event else {"zh-Hans": name}

    def _ways(self, stage: str) -> Iterator[Way]:
        settling = {one["on_due"].get("outcome"): one for one in self.service.clocks.values()}
        outcomes = self.service.stages[stage].get("outcomes", {})
        for name, way in _own_ways(self.service, stage):
            clock = settling.get(name) if name in outcomes else None
            said = self._due(self._title(way), clock) if clock else self._title(way)
            yield Way(said, way["to"], clock is not None)
        if stage == self.service.start and self.service.unclear:
            yield Way(self._say("unclear"), self.service.unclear["to"], True)
        yield from self._taken_by_clocks(stage)

    def _taken_by_clocks(self, stage: str) -> Iterator[Way]:
        """What the system does when a clock runs out: the action of the stage, under its event."""
        for clock in self.service.clocks.values():
            on_due = clock["on_due"]
            action = self.service.actions(stage).get(on_due.get("action", ""))
            if on_due["do"] == "act" and action is not None and "to" in action:
                event = self._event(on_due.get("event", action["event"]))
                yield Way(self._due(pick(event, self.language), clock), action["to"], True)

    def _due(self, title: str, clock: Data) -> str:
        return self._say("due", title=title, budget=budget(clock, self.language))

    def anywhere(self) -> Iterator[Way]:
        for act in self.service.acts.values():
            if "to" in act:
                yield Way(self._title(act) + self._but(act), act["to"])
        for way in self.service.always.values():
            yield Way(self._say("broken", title=self._title(way)), way["to"], True)

    def _but(self, act: Data) -> str:
        """The stages at which an action of any stage is not to be had."""
        told = self.service.tell
        out = [name for name in self.service.stages if name not in act.get("in", [name]) + [told]]
        titles = [self._title(self.service.stages[name]) for name in out]
        return self._say("but", stages=self._say("and").join(titles)) if out else ""

    def notes(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        beside = [self._title(act) for act in self.service.acts.values() if "to" not in act]
        yield self._say("beside"), (self._say("and").join(beside),) if beside else ()
        yield self._say("tasks"), tuple(self._tasks())
        yield self._say("clocks"), tuple(self._clocks())
        emitted = self.service.emissions.values()
        yield self._say("emits"), tuple(recurring(one, self.language) for one in emitted)

    def _say(self, word: str, **values: str) -> str:
        return pick(SAYS[word], self.language).format(**values)

    def _tasks(self) -> Iterator[str]:
        for task in self.service.side_tasks.values():
            events = (pick(self._event(event), self.language) for event in task["on"])
            acts = who(task["who"], self.language)
            event = self._say("or").join(events)
            yield self._say("task", title=self._title(task), event=event, who=acts)

    def _clocks(self) -> Iterator[str]:
        for clock in self.service.clocks.values():
            on_due = clock["on_due"]
            does = pick(DOES[on_due["do"]], self.language).format(
                who=who(on_due["who"], self.language) if "who" in on_due else "",
                what=self._what(on_due),
            )
            allowed = budget(clock, self.language)
            yield self._say("clock", title=self._title(clock), budget=allowed, does=does)
            for pause in clock.get("pause", ()):
                event, end = self._events(pause["from"]), self._events(pause["until"])
                yield self._say("pause", title=self._title(clock), event=event, end=end)
            for one in clock.get("milestones", ()):
                acts = who(one["who"], self.language) if "who" in one else ""
                does = pick(DOES[one["do"]], self.language).format(who=acts)
                when = moment(one["at"], self.language)
                yield self._say("milestone", title=self._title(clock), when=when, does=does)

    def _events(self, names: list[str]) -> str:
        return self._say("or").join(pick(self._event(name), self.language) for name in names)

    def _what(self, on_due: Data) -> str:
        """The title of what a clock does, wherever the flow has it."""
        name = str(on_due.get("action") or on_due.get("outcome") or "")
        stages = self.service.stages if name else ()
        ways = (self.service.ways(stage).get(name) for stage in stages)
        return self._title(next((way for way in ways if way), {"event": name}))


def budget(clock: Data, language: str) -> str:
    """How long a clock runs, in words."""
    unit, n = unit_of(clock["budget"])
    return pick(UNITS[unit], language).format(n=n, s="" if n == 1 else "s")


def moment(at: Any, language: str) -> str:
    """When a milestone is reached, in words."""
    if isinstance(at, str):
        return pick(WHEN["share"], language).format(n=at.strip("-%"))
    if not isinstance(at, Mapping):
        return pick(WHEN["due"], language)
    ((unit, n),) = at.items()
    allowed = budget({"budget": {unit: abs(n)}}, language)
    return pick(WHEN["before" if n < 0 else "after"], language).format(budget=allowed)


def end_of(target: str) -> str | None:
    """The result a target ends in; None for a stage."""
    return result_of(target)
