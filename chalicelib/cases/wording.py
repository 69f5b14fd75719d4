"""The words of a case: values for the variables of notices and documents, labels for people.

Texts come from the service document; only `{name}` of a listed variable is replaced, so no text
and no answer is ever read as a template twice.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from chalicelib.cases import clockwork, words
from chalicelib.cases.file import CaseFile
from chalicelib.clocks.calendar import Calendar
from chalicelib.clocks.clock import Reading
from chalicelib.clocks.telling import explain
from chalicelib.people.directory import Unit
from chalicelib.platform import times
from chalicelib.platform.errors import Texts, pick
from chalicelib.platform.json import resolve
from chalicelib.platform.numbers import document_number
from chalicelib.platform.ports import Row
from chalicelib.services.document import Service

# Behind {date} of what tells that a date has moved: the day that the event names.
MOVED = "moved"
# Behind it of what tells when and where the container meets that the case is a member of.
CONTAINER = "container"
VARIABLE = re.compile(r"\{([a-z_]+)\}")


def fill(template: str, values: Mapping[str, str]) -> str:
    """The text with its variables replaced. Raises KeyError for one that has no value."""
    return VARIABLE.sub(lambda match: values[match[1]], template)


def variables_of(template: str) -> list[str]:
    return VARIABLE.findall(template)


def event_title(service: Service, type: str, language: str) -> str:
    own = service.data["events"].get(type)
    return pick(
        own["titles"] if own else words.SYSTEM_EVENTS.get(type, {"zh-Hans": type}), language
    )


def why_due(service: Service, reading: Reading, calendar: Calendar, language: str) -> str:
    """Why a clock is due when it is, or what it rests for."""
    because = event_title(service, reading.paused.because, language) if reading.paused else ""
    return explain(reading, calendar, language, because)


def paper_titles(service: Service, papers: Iterable[str], language: str) -> list[dict[str, str]]:
    return [
        {"paper": paper, "title": pick(service.papers[paper]["titles"], language)}
        for paper in papers
    ]


@dataclass(frozen=True)
class Saying:
    """What a text is about: a case, one of its events, and what is known around it; of what the
    system decided, which `rule` said so and `because` of what."""

    service: Service
    file: CaseFile
    event: Row
    answers: Mapping[str, Any]
    details: Mapping[str, Any]
    unit: Unit
    calendar: Calendar
    officer: str
    language: str
    lacking: tuple[str, ...] = ()
    code: str = ""
    rule: str = ""
    because: str = ""
    addressee: str = ""
    meeting: Mapping[str, str] = field(default_factory=dict)

    def values(self, date_of: str | None = None, word: str = "") -> dict[str, str]:
        """Every variable a text may use; `date_of` names the clock behind {date}."""
        case, data = self.file.case, self.event["data"]
        reason = self.service.data["reasons"].get(data.get("reason") or self._way_reason(), {})
        papers = self._papers()
        result = self.service.data["results"].get(case.get("result", ""), {})
        due = self._due(date_of)
        return {
            "sign": self.unit.text("sign", self.language),
            "service": pick(self.service.data["short"], self.language),
            "no": self.file.number,
            "date": self.day(due) if due else "",
            "due": self.long_day(due) if due else "",
            "officer": self.officer,
            "agent": self.officer,
            "time": self.time(due) if due else "",
            "code": self.code,
            "unit": self.unit.text("abbr"),
            "status": pick(words.STATUSES[case["status"]], self.language),
            "papers": self._papers_in_short(),
            "phone": self.unit.text("phone"),
            "where": str(self.details.get("right_door") or self.unit.text("where", self.language)),
            "paper": self._short(papers[0]) if papers else "",
            "n": str(len(papers)),
            "list": self._list(papers),
            "reason": self._pick(reason.get("short")) or str(self.details.get("reason", "")),
            "basis": str(self.details.get("basis") or self._basis(reason.get("basis"))),
            "text": str(self.details.get("text", self.because)),
            "rule": self.rule,
            "remedies": fill_known(self._pick(result.get("remedies")), self._doors()),
            "name": str(resolve(self.answers, self.service.data["subject"]["name"]) or ""),
            "number": self._number(word),
            "received": self._day_of(self.service.received),
            "accepted": self.long_day(times.moment(self.event.get("as_of") or self.event["at"])),
            "statutory": self._budget("statutory"),
            "promised": self._budget("promised"),
            "consequence": self._consequence(papers),
            "licence": str(self.details.get("licence", "")),
            "days": self._extension(),
            "authority": self.unit.text("titles", self.language),
            "addressee": self.addressee,
            "other": str(data.get("case") or data.get("into") or ""),
            "news": self._news(),
            "period": self._period(),
            "hour": self.meeting.get("hour", ""),
            "place": self.meeting.get("place", ""),
            **self._doors(),
        }

    def day(self, moment: datetime) -> str:
        local = self.calendar.local(moment)
        if self.language.startswith("zh"):
            return f"{local.month}月{local.day}日"
        return f"{local.day} {local:%b}"

    def time(self, moment: datetime) -> str:
        """The hour when it is today, else the day: at most six characters of Chinese."""
        today = self.calendar.local_date(times.moment(self.event["at"]))
        if self.calendar.local_date(moment) != today:
            return self.day(moment)
        return f"{self.calendar.local(moment):%H:%M}"

    def long_day(self, moment: datetime) -> str:
        local = self.calendar.local(moment)
        if self.language.startswith("zh"):
            return f"{local.year}年{local.month}月{local.day}日"
        return f"{local.day} {local:%B} {local.year}"

    def _due(self, name: str | None) -> datetime | None:
        if name == "debts":
            dues = [row["due"] for row in self.file.debts if row["state"] not in ("in", "waived")]
            return times.moment(min(dues)) if dues else None
        if name == "claim":
            task = self.file.task(self.event["data"].get("claim", ""))
            return times.moment(task["due"]) if task and task.get("due") else None
        if name == MOVED:
            return times.moment(self.event["data"]["is"])
        if name == CONTAINER:
            return self._meets()
        if name is None:
            return None
        seen = [row for row in self.file.events if row["seq"] <= self.event["seq"]]
        text = clockwork.due_text(self.service, name, seen, self.calendar)
        return times.moment(text) if text else None

    def _meets(self) -> datetime | None:
        told = self.meeting.get("date")
        if not told:
            return None
        return self.calendar.on(date.fromisoformat(told), time())

    def _papers(self) -> list[str]:
        """The papers this event speaks of: its own, else those still owed."""
        data = self.event["data"]
        if self.lacking:
            return list(self.lacking)
        if "given" in data:
            return list(data["given"])
        return list(
            data.get("papers")
            or [row["paper"] for row in self.file.debts if row["state"] not in ("in", "waived")]
        )

    def _list(self, papers: list[str]) -> str:
        what = {item["paper"]: item["what"] for item in self.details.get("missing", [])}
        names = []
        for paper in papers:
            title = pick(self.service.papers[paper]["titles"], self.language)
            more = what.get(paper)
            if more:
                title += f"（{more}）" if self.language.startswith("zh") else f" ({more})"
            names.append(title)
        return ("；" if self.language.startswith("zh") else "; ").join(names)

    def _short(self, paper: str) -> str:
        definition = self.service.papers[paper]
        return pick(definition.get("short") or definition["titles"], self.language)

    def _papers_in_short(self) -> str:
        zh = self.language.startswith("zh")
        names = ("、" if zh else ", ").join(self._short(paper) for paper in self.lacking)
        longest = 28 if zh else 60
        return names if len(names) <= longest else names[: longest - 1] + "…"

    def _news(self) -> str:
        """What happened in the case that this one has ended in."""
        type = self.event["data"].get("type")
        title = event_title(self.service, type, self.language) if type else ""
        longest = 12 if self.language.startswith("zh") else 40
        return title if len(title) <= longest else title[: longest - 1] + "…"

    def _consequence(self, papers: list[str]) -> str:
        for paper in papers:
            gap = self.service.papers[paper].get("gap", {})
            if "consequence" in gap:
                return pick(gap["consequence"], self.language)
        return ""

    def _period(self) -> str:
        """How long nothing more is accepted with a gap from whoever breaks a promise."""
        bars, zh = self.service.breach.get("bars", {}), self.language.startswith("zh")
        if "days" in bars:
            return f"{bars['days']}日" if zh else f"{bars['days']} days"
        return ("本年度" if zh else "the rest of the year") if bars else ""

    def _way_reason(self) -> str:
        """The reason a way carries when nobody chose one (a supplement that came too late)."""
        for stage in self.service.stages.values():
            for way in stage.get("outcomes", {}).values():
                if way["event"] == self.event["type"]:
                    return str(way.get("reason", ""))
        for way in self.service.always.values():
            if way["event"] == self.event["type"]:
                return str(way.get("reason", ""))
        return ""

    def _number(self, word: str) -> str:
        if not word:
            words = [
                self.service.data["documents"][name]["class"]
                for name in self.service.documents_on(self.event["type"])
            ]
            word = words[0] if words else ""
        if not word:
            return ""
        year = self.calendar.local_date(times.moment(self.event["at"])).year
        abbr = self.unit.text("abbr")
        return document_number(abbr, word, year, self.file.number, int(self.event["seq"]))

    def _day_of(self, type: str) -> str:
        event = next((row for row in self.file.events if row["type"] == type), None)
        return self.long_day(times.moment(event["at"])) if event else ""

    def _budget(self, kind: str) -> str:
        """The days of the first clock of the kind that has any."""
        of_kind = (one["budget"] for one in self.service.clocks.values() if one.get("kind") == kind)
        days = (one.get("working_days", one.get("days")) for one in of_kind)
        return str(next((one for one in days if one is not None), ""))

    def _extension(self) -> str:
        for clock in self.service.clocks.values():
            if clock.get("extend", {}).get("event") == self.event["type"]:
                return str(clock["extend"]["working_days"])
        return ""

    def _basis(self, basis: Mapping[str, str] | None) -> str:
        if not basis:
            return ""
        if self.language.startswith("zh"):
            return f"《{basis['title']}》{basis.get('article', '')}"
        return f"{basis['title']} {basis.get('article', '')}".strip()

    def _doors(self) -> dict[str, str]:
        return {
            "review_body": self.unit.text("review_body", self.language),
            "court": self.unit.text("court", self.language),
        }

    def _pick(self, texts: Texts | None) -> str:
        return pick(texts, self.language) if texts else ""


def fill_known(template: str, values: Mapping[str, str]) -> str:
    """As `fill`, leaving variables alone that have no value here."""
    return VARIABLE.sub(lambda match: values.get(match[1], match[0]), template)
