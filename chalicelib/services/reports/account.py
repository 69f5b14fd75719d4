"""A rehearsal told in one language, as JSON: what an administrator reads before publishing."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chalicelib.clocks.calendar import Calendar
from chalicelib.people.authority import party_of
from chalicelib.people.roles import role
from chalicelib.platform import times
from chalicelib.platform.errors import Texts, pick
from chalicelib.platform.json import resolve
from chalicelib.services.document import Service
from chalicelib.services.reports.moves import APPLICANT, ELSEWHERE, SYSTEM, Move
from chalicelib.services.reports.plain import place
from chalicelib.services.reports.recurring import recurring
from chalicelib.services.reports.rehearsal import Rehearsal, Walk, targets
from chalicelib.services.reports.roles import APPLICANT as APPLICANT_TEXTS
from chalicelib.services.reports.roles import SYSTEM as SYSTEM_TEXTS
from chalicelib.services.reports.roles import who
from chalicelib.services.reports.situation import BREACH, Opened
from chalicelib.services.reports.timeline import Step

Json = dict[str, Any]

BY: Mapping[str, Texts] = {
    APPLICANT: APPLICANT_TEXTS,
    SYSTEM: SYSTEM_TEXTS,
    ELSEWHERE: {"zh-Hans": "另一办件", "en": "another case"},
}
# Where the document says who they are, by how an actor's id begins.
OUTSIDE = {"party": "parties", "body": "bodies"}
SAYS: Mapping[str, Texts] = {
    "submit": {"zh-Hans": "提交申请", "en": "Submits"},
    "due": {"zh-Hans": "{title}到期", "en": "{title} runs out"},
    "hold": {"zh-Hans": "认领到期", "en": "A claim runs out"},
    "plain": {"zh-Hans": "按通常的办法办", "en": "The plain way"},
    "shows": {"zh-Hans": "演练：{place}", "en": "To see: {place}"},
    "nobody": {
        "zh-Hans": "没有示例：按没有填写内容演练，所有条件都当作满足",
        "en": "there is no example: rehearsed without answers, as if every condition held",
    },
    "refused": {
        "zh-Hans": "示例「{title}」不符合表单，没有演练",
        "en": 'example "{title}" does not fit the form and was not rehearsed',
    },
    "record": {
        "zh-Hans": "只作记录：每次提交存一条，按{unit}计数，没有流程可演练",
        "en": "it keeps records: each submission is one, counted in {unit}; nothing to rehearse",
    },
    "posts": {
        "zh-Hans": "向公众公示（{title}等）",
        "en": "posted for everybody to read ({title} …)",
    },
    "takes_down": {"zh-Hans": "撤下公示", "en": "taken down"},
    "bound": {
        "zh-Hans": "路径太多，没有全部演练",
        "en": "there are too many ways to rehearse them all",
    },
}
# What is counted, by the beginning and the length of its pointer.
KINDS: Mapping[str, tuple[str, int]] = {
    "stages": ("/flow/stages/", 4),
    "clocks": ("/clocks/", 3),
    "results": ("/results/", 3),
}


def account(rehearsal: Rehearsal, calendar: Calendar, language: str) -> Json:
    """Walks with their steps; moments in UTC, `day` and `time` on the office's clock.

    Steps name notices; `notices` has their SMS text as it stands in the document, since values
    belong to a case.
    """
    teller = _Teller(rehearsal.service, calendar, language)
    return {
        "walks": [teller.walk(walk) for walk in rehearsal.walks],
        "notices": teller.notices(sorted(rehearsal.notices)),
        "coverage": coverage(rehearsal),
        "never": [
            {"pointer": at, "place": teller.place(at), "why": pick(why, language)}
            for at, why in rehearsal.never.items()
        ],
        "hangs": [
            {"pointer": one.pointer, "keyword": one.keyword, "detail": pick(one.texts, language)}
            for one in rehearsal.hangs
        ],
        "remarks": list(teller.remarks(rehearsal)),
    }


def _comes_by_itself(at: str) -> bool:
    return "/outcomes/" in at or "/always/" in at or at == BREACH


def coverage(rehearsal: Rehearsal) -> dict[str, dict[str, int]]:
    """How many of each kind were taken, of how many there are."""
    service, taken = rehearsal.service, rehearsal.taken
    wanted = list(targets(service))
    kinds: dict[str, tuple[Iterable[str], Iterable[str]]] = {
        "actions": ([one.at for one in service.every_action()], taken),
        "outcomes": (
            [at for at in wanted if "/outcomes/" in at or "/always/" in at or at == BREACH],
            taken,
        ),
        "parts": ([at for at in wanted if at.count("/") == 5 and "/parts/" in at], taken),
        "notices": (service.data["notices"], rehearsal.notices),
        "documents": (service.data["documents"], rehearsal.documents),
    }
    for kind, (start, depth) in KINDS.items():
        found = [at for at in wanted if at.startswith(start) and at.count("/") == depth - 1]
        kinds[kind] = (found, taken)
    return {
        kind: {"taken": len(set(every) & set(seen)), "of": len(set(every))}
        for kind, (every, seen) in kinds.items()
    }


class _Teller:
    def __init__(self, service: Service, calendar: Calendar, language: str) -> None:
        self.service = service
        self.calendar = calendar
        self.language = language

    def walk(self, walk: Walk) -> Json:
        shows = self._say("shows", place=self.place(walk.shows)) if walk.shows else ""
        results = self.service.data["results"]
        return {
            "example": walk.cast.title,
            "channel": walk.cast.channel,
            "why": shows or self._say("plain"),
            "result": self._pick(results[walk.result]["titles"]) if walk.result else None,
            "steps": [self._step(step, walk.cast.channel) for step in walk.steps],
        }

    def _step(self, step: Step, channel: str) -> Json:
        local = self.calendar.local(step.at)
        told: Json = {
            "at": times.text(step.at),
            "day": f"{local:%Y-%m-%d}",
            "time": f"{local:%H:%M}",
            "by": self._by(step.move, channel),
            "does": self._does(step.move),
            "events": [self._event(event) for event in step.events if self._named(event)],
            "stage": self._pick(self.service.stages[step.stage]["titles"]),
            "tasks": [self._task(task) for task in step.tasks],
            "notices": [
                {"notice": one.notice, **({"date": self._day(one.date)} if one.date else {})}
                for one in step.notices
            ],
            "documents": [
                self._pick(self.service.data["documents"][name]["titles"])
                for name in step.documents
            ],
            "due": [
                {
                    "of": self._title(one.of),
                    "day": self._day(one.at),
                    "provisional": one.provisional,
                }
                for one in step.due
            ],
            "emits": [
                recurring(one, self.language)
                for event in step.events
                for _, one in self.service.emitting(event)
            ],
            "posted": list(self._posted(step.events)),
            "stopped": [
                {"of": self._title(one.of), "in_time": one.in_time} for one in step.stopped
            ],
        }
        return {name: value for name, value in told.items() if value != []}

    def _posted(self, events: Iterable[str]) -> Iterator[str]:
        """What a step shows the public, or takes from its eyes."""
        said = self.service.posted
        if said and said["event"] in events:
            at = said["title"].replace("/", "/properties/")
            yield self._say("posts", title=self.place(f"/form{at}"))
        if said and not set(said["ends"]).isdisjoint(events):
            yield self._say("takes_down")

    def _by(self, move: Move | None, channel: str) -> str:
        """Who takes the step; a matter of the offices is submitted by one of their own."""
        intake = self.service.data.get("intake", {}) if self.service.office else {}
        by = move.by if move else intake.get(channel, APPLICANT)
        kind, _, name = by.partition(":")
        if kind in OUTSIDE:
            return self._pick(self.service.data[OUTSIDE[kind]][name]["titles"])
        return self._pick(BY[by]) if by in BY else self._pick(role(by))

    def _does(self, move: Move | None) -> str:
        if move is None:
            return self._say("submit")
        if move.kind in ("clock", "escalation"):
            return self._say("due", title=self._title(move.at))
        if move.kind == "lapse":
            return self._say("hold")
        return self._title(move.at.partition("/branch/")[0])

    def _task(self, task: Opened) -> Json:
        if task.who is None:
            return {"task": self._title(task.at), "for": self._pick(APPLICANT_TEXTS)}
        said = {"role": task.who["role"], "for": who(task.who, self.language)}
        return {"task": self._title(task.at), **said}

    def notices(self, names: list[str]) -> dict[str, Json]:
        """What goes out: its key, its channels, to whom, and its text."""
        return {
            name: {
                "key": one["key"],
                "channels": one.get("channels", ["sms", "email"]),
                "to": party_of(one.get("to")) or one.get("to", "applicant"),
                "sms": self._pick(one["texts"]["sms"]),
            }
            for name, one in ((name, self.service.notices[name]) for name in names)
        }

    def remarks(self, rehearsal: Rehearsal) -> Iterable[str]:
        if self.service.record:
            yield self._say("record", unit=self.service.record["counted_in"])
        elif rehearsal.without_answers:
            yield self._say("nobody")
        yield from (self._say("refused", title=title) for title in rehearsal.refused)
        if rehearsal.truncated:
            yield self._say("bound")

    def place(self, pointer: str) -> str:
        return self._pick(place(self.service, pointer))

    def _title(self, pointer: str) -> str:
        """Its own titles, else those of the event it records, else what its place is called."""
        found = resolve(self.service.data, pointer)
        named = found if isinstance(found, Mapping) else {}
        titles = named.get("titles") or self._event_titles(str(named.get("event")))
        return self._pick(titles) if titles else self.place(pointer)

    def _event_titles(self, event: str) -> Texts | None:
        own = self.service.data["events"].get(event)
        return own["titles"] if own else None

    def _named(self, event: str) -> bool:
        return event != "stage_entered" and self._event_titles(event) is not None

    def _event(self, event: str) -> str:
        return self._pick(self._event_titles(event) or {"zh-Hans": event})

    def _day(self, moment: Any) -> str:
        return f"{self.calendar.local(moment):%Y-%m-%d %H:%M}"

    def _say(self, word: str, **values: str) -> str:
        return self._pick(SAYS[word]).format(**values)

    def _pick(self, texts: Texts) -> str:
        return pick(texts, self.language)
