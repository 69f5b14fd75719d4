"""Plays the walks of a rehearsal on the engine itself: who may act is found in the directory,
details are samples of what the document asks for, time goes to when a clock runs out."""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.cases import (
    arbitration,
    clockwork,
    elsewhere,
    lifecycle,
    passing,
    sides,
    skills,
    supervising,
)
from chalicelib.cases.actions import details_schema, reasons
from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.doing import Doing
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile, answers_of, load
from chalicelib.cases.holders import place_of
from chalicelib.cases.joins import OPENED
from chalicelib.cases.refusals import wanted_papers
from chalicelib.clocks import milestones
from chalicelib.people.authority import BODY, outside_of, party_of
from chalicelib.platform import times
from chalicelib.platform.json import without
from chalicelib.services.checks.sample import sample
from chalicelib.services.document import LADDER, Service
from chalicelib.services.reports.moves import Move
from chalicelib.services.reports.rehearsal import Walk
from chalicelib.services.rules.expressions import steps
from chalicelib.services.rules.spots import put
from infra import signed
from tests.world import World, load_json

APPLICANT = "applicant"
TEXT = "举例说明"
UPPER = "360802101201"
# What a sample does not guess: months, times at night, the id of an agent.
PATTERNS = {
    "^[0-9]{4}-(0[1-9]|1[0-2])$": "2026-04",
    "^0[0-5]:[0-5][0-9]$": "01:30",
    "^agent-[a-z0-9-]{1,58}$": "agent-new",
}
SIGNATURE = "signature"
OFFICES: Mapping[str, str] = {"counter": "acceptor", "telephone": "acceptor", "post": "acceptor"}
PEOPLE = load_json("infra/seed/directory.json")["grants"]
UNITS = load_json("infra/seed/directory.json")["units"]
Between = Callable[[World, str], None]


class Unplayable(Exception):
    """The walk asks for what cannot be made up: another case, a word in a certain form."""


class Playing:
    """One case that goes a walk; `between` happens after every step of it."""

    def __init__(self, world: World, service: Service, walk: Walk, between: Between) -> None:
        self.world, self.service, self.walk = world, service, walk
        self.between = between
        self.number, self.secret = self._submitted()
        between(world, self.number)

    def play(self) -> "Playing":
        for step in self.walk.steps[1:]:
            if step.move is not None:
                STEPS[step.move.kind](self, step.move)
                self.between(self.world, self.number)
        return self

    def file(self) -> CaseFile:
        file = load(self.world.store, self.number)
        assert file is not None
        return file

    def happened(self) -> list[str]:
        """What a killed execution leaves as it was: all but that the flow was resumed."""
        return [row["type"] for row in self.file().events if row["type"] != "resumed"]

    def _submitted(self) -> tuple[str, str]:
        cast, it = self.walk.cast, self.service
        if any(one.move is not None and one.move.kind == "unrouted" for one in self.walk.steps):
            self._overlap()
        # The upper village, where the directory has somebody for everything.
        answers = without(cast.answers, it.data["subject"]["region"]) if cast.answers else {}
        put(answers, steps(it.data["subject"]["region"]), UPPER)
        brought = sorted(cast.setting.needed - self.walk.lacking)
        papers = [{"paper": one, "reference": TEXT} for one in brought]
        body = {"answers": answers, "papers": papers, "channel": cast.channel}
        for party in self._intake(cast.channel):
            done = self._post(f"/services/{self.service.id}/cases", body, party)
            if done.status == 201:
                return done.body["case"], done.body["secret"]
        raise Unplayable(f"submission: {done.body}")

    def _intake(self, channel: str) -> Iterator[str | None]:
        own = self.service.data.get("intake", {}).get(channel)
        usual = {**OFFICES, "agent": "agent", "outreach": "grid-worker"}.get(channel)
        if own is None and usual is None:
            yield None
        for role in (own, usual):
            yield from holding(role) if role else ()

    def _post(self, path: str, body: Any, party: str | None, **headers: str) -> Any:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        return self.world.http("POST", path, body, party, {**key, **headers})

    def act(self, move: Move) -> None:
        """Whoever may takes the action of the move, with details that it takes."""
        at, _, branch = move.at.partition("/branch/")
        listed = next(one for one in self.service.every_action() if one.at == at)
        details = self._details(listed, move, branch)
        if outside_of(listed.data.get("by")).startswith(BODY):
            self._hear(listed, details)
            return
        tried = []
        for path, party, secret in self._offers(listed):
            headers = {"Receipt-Secret": secret} if secret else {"If-Match": self._view()}
            body = {"action": listed.name, "details": details}
            answer = self._post(path, body, party, **headers)
            if answer.status == 200:
                if answer.body["type"] != move.event and "else_event" not in listed.data:
                    raise Unplayable(f"{move.at}: {answer.body['type']}")
                return
            tried.append((party, answer.status, answer.body))
        raise Unplayable(f"{move.at}: {tried[-1:]}")

    def _hear(self, listed: Any, details: Any) -> None:
        """The body outside says it, signed."""
        body, name = listed.data["by"]["body"], f"msg_{uuid.uuid4().hex}"
        said = {"case": self.number, "action": listed.name, "details": details}
        raw = json.dumps(said).encode()
        headers = signed.headers(self.world.secret_of(f"body-{body}"), raw, name)
        answer = self.world.http("POST", f"{signed.BODIES}{body}", None, None, headers, raw=raw)
        if answer.status != 200:
            raise Unplayable(f"{listed.at}: {answer.body}")

    def _view(self) -> str:
        return f'"{int(self.file().case["version"])}"'

    def _offers(self, listed: Any) -> Iterator[tuple[str, str | None, str]]:
        """(path, who, with which receipt) of everybody who might take it."""
        by, action = listed.data.get("by", "officer"), listed.data
        if by != "officer":
            side = party_of(by)
            secret = sides.secret(self.world.house, self.number, side) if side else self.secret
            yield f"/my/cases/{self.number}/actions", None, secret
        tasks = [*self._tasks(listed)]
        for task, row in tasks or [("", {})]:
            path = f"/cases/{self.number}/" + (f"tasks/{task}/" if task else "") + "actions"
            if row.get("party"):
                yield path, row["party"], ""
            place = self.service.place(row) if task and not row.get("party") else {}
            who = action.get("who") or place.get("who")
            for party in holding(who["role"]) if who else ():
                yield path, party, ""

    def _tasks(self, listed: Any) -> Iterator[tuple[str, Any]]:
        """Tasks that offer it, by where it stands in the document."""
        parts = listed.at.split("/")
        if parts[2] == "acts":
            return
        for row in self.file().tasks:
            here = row.get("side") == parts[3] if parts[2] == "tasks" else self._inside(row, parts)
            if here and row["state"] in ("open", "waiting"):
                yield row["task"], row

    def _inside(self, row: Any, parts: list[str]) -> bool:
        part = parts[5] if parts[4] == "parts" else None
        return row.get("stage") == parts[3] and row.get("part") == part and "side" not in row

    def _details(self, listed: Any, move: Move, branch: str) -> dict[str, Any]:
        action = listed.data
        schema = hinted(details_schema(action))
        if branch:
            schema = {**schema, "allOf": [action["branch"][int(branch)]["if"]]}
        guessed = sample(schema)
        if guessed is None and schema.get("properties"):
            raise Unplayable(f"{move.at}: no sample of {schema}")
        made: dict[str, Any] = dict(guessed or {})
        if not branch:
            made = self._plain(listed, schema, made)
        if action.get("reason"):
            made |= {"reason": next(iter(reasons(self.service, action))), "text": TEXT}
        for does in action.get("does", []):
            made |= MADE_UP[does](self, listed) if does in MADE_UP else {}
        for stage, definition in self.service.stages.items():
            if definition.get("over", {}).get("event") == move.event:
                made |= self._listed(stage, listed, move, schema, made)
        named = self.service.named_by(move.event)
        return made | {who["from"]["member"]: self._able(who) for who in named}

    def _able(self, who: Mapping[str, Any]) -> str:
        """Somebody who holds the role, with the skill if one is asked for."""
        skill = skills.asked(who, answers_of(self.world.ports.keys, self.file()))
        held = (one for one in PEOPLE if one["role"] == who["role"])
        found = (one["party"] for one in held if not skill or skill in one.get("skills", ()))
        return str(next(found))

    def _listed(self, stage: str, listed: Any, move: Move, schema: Any, made: Any) -> Any:
        """What the act names for a fanout: an item of its list, or parts."""
        over = self.service.stages[stage]["over"]
        if "part" in over:
            return {over["member"]: [self._sent(stage, made[over["member"]][0])]}
        items = self._items(stage, listed, move)
        return {over["member"]: items, **each_of(items, schema)}

    def _plain(self, listed: Any, schema: Any, made: dict[str, Any]) -> dict[str, Any]:
        """Details that take none of the branches of the action."""
        forms, branches = self.world.house.forms, listed.data.get("branch", [])
        for one in (made, *others(schema, made)):
            if not any(
                forms.holds(f"{self.service.content}{listed.at}/{n}", branch["if"], one)
                for n, branch in enumerate(branches)
            ):
                return one
        return made

    def _items(self, stage: str, listed: Any, move: Move) -> list[str]:
        if move.only[0] == stage:
            return [move.only[1]]
        asked = {one.data.get("asks") for one in self.service.actions_of(stage)}
        return [name for name in self.service.parts(stage) if name not in asked]

    def _sent(self, stage: str, item: Any) -> Any:
        """One item, which leads, and goes to where somebody can deal with it."""
        over = self.service.spread(stage)
        role = self.service.parts(stage)[over["part"]]["who"]["role"]
        held = {one["node"] for one in PEOPLE if one["role"] == role}
        ids = {
            "unit": [one["unit"] for one in UNITS if one["node"] in held],
            "node": sorted(held),
            "party": list(holding(role)),
        }
        named = ids[over["is"]][0] if over["is"] in ids else TEXT
        if "id" not in over:
            return named
        put(item, steps(over["id"]), named)
        if "lead" in over:
            put(item, steps(over["lead"]), True)
        return item

    def missing(self, _: Any) -> dict[str, Any]:
        lacking = wanted_papers(self.world.house, self.service, self.file())
        named = lacking or list(self.service.papers)[:1]
        return {"missing": [{"paper": one, "what": TEXT} for one in named]}

    def papers(self, listed: Any) -> dict[str, Any]:
        lacking = wanted_papers(self.world.house, self.service, self.file())
        named = lacking or list(self.service.papers)[:1]
        item = sample(listed.data["input"]["properties"]["papers"]["items"]) or {}
        how = {"how": "web"} if "how" in str(listed.data["input"]) else {}
        return {"papers": [{**item, **how, "paper": one, "reference": TEXT} for one in named]}

    def participants(self, listed: Any) -> dict[str, Any]:
        """As many as the conclusions need; never who acted before."""
        part = self.service.parts(listed.stage)[listed.data["asks"]]
        least = [
            one.data["least"]["parts"]
            for one in self.service.actions_of(listed.stage)
            if "least" in one.data
        ]
        place = place_of(self.world.house, self.file(), part["who"])
        house, today = self.world.house, self.world.house.today()
        held = house.directory.holders(part["who"]["role"], place, today) if place else ()
        people = [{"party": one.id} for one in held]
        asked = listed.data["input"]["properties"]["participants"].get("minItems", 1)
        return {"participants": people[: max([*least, asked])]}

    def helper(self, _: Any) -> dict[str, Any]:
        return {"helper": next(holding("volunteer"))}

    def passed_to(self, listed: Any) -> dict[str, Any]:
        """The first place it may go to; up there is no choice."""
        if listed.data["direction"] == passing.UP:
            return {}
        fact = Fact(self.file(), self.service, self.world.moment, SYSTEM, self.world.ports.keys)
        may = passing.targets(Doing(self.world.house, fact, listed.data, None, {}))
        if not may:
            raise Unplayable("there is nothing below the lowest node")
        return {"node": may[0].id}

    def merged(self, _: Any) -> dict[str, Any]:
        """Somebody else has brought up the same."""
        return {"into": self._submitted()[0]}

    def ruled(self, listed: Any) -> dict[str, Any]:
        fact = Fact(self.file(), self.service, self.world.moment, SYSTEM, self.world.ports.keys)
        return {
            "unit": next(
                iter(arbitration.among(Doing(self.world.house, fact, listed.data, None, {})))
            )
        }

    def addressed(self, listed: Any) -> dict[str, Any]:
        """The first of those who have the stage in hand, where several may have."""
        if supervising.WHOM not in listed.data["input"]["properties"]:
            return {}
        fact = Fact(self.file(), self.service, self.world.moment, SYSTEM, self.world.ports.keys)
        may = supervising.choices(Doing(self.world.house, fact, listed.data, None, {}))
        return {supervising.WHOM: next(iter(may))} if may else {}

    def unrouted(self, _: Move) -> None:
        """It began so: two units are in charge."""
        assert self.file().happened("unrouted")

    def _overlap(self) -> None:
        owners = [
            {
                "service": self.service.id,
                "unit": unit,
                "node": "jz-t1-v1",
                "because": TEXT,
                "beside": True,
            }
            for unit in ("approval-bureau", "town-1-hall")
        ]
        self.world.publisher.handle({"register": {"owners": owners}})
        self.world.house.directory.refresh()

    def run_out(self, move: Move) -> None:
        """Time goes to when the clock, the claim or the promise of the move runs out."""
        file = self.file()
        dues = {
            f"/clocks/{one.name}": one.reading.due_at
            for one in clockwork.running(self.service, file.events, self.world.house.calendar)
        }
        held = [row["due"] for row in file.open_tasks() if row.get("due")]
        debts = [row["due"] for row in file.open_debts()]
        texts = (
            held
            if move.kind in ("lapse", "item_late", "item_over")
            else debts
            if move.kind == "broken"
            else []
        )
        due = times.moment(min(texts)) if texts else dues.get(move.at)
        if due is None:
            raise Unplayable(f"{move.at} does not run")
        self.world.tick(self.world.at_text(times.text(due)))

    def reach(self, move: Move) -> None:
        """Time goes to the milestone of the move."""
        file, calendar = self.file(), self.world.house.calendar
        name, one = next(
            (name, one) for at, name, one in self.service.milestones() if at == move.at
        )
        running = clockwork.running(self.service, file.events, calendar)
        due = next((it.reading.due_at for it in running if it.name == name), None)
        if due is None:
            raise Unplayable(f"{move.at} does not run")
        budget = self.service.clocks[name]["budget"]
        at = milestones.moment(one["at"], budget, due, calendar)
        self.world.tick(self.world.at_text(times.text(at)))

    def elsewhere(self, _: Move) -> None:
        """As if another case had ruled that nothing of what is lacking is needed."""
        file = self.file()
        for number, paper in enumerate(wanted_papers(self.world.house, self.service, file)):
            effect = {"case": self.number, "paper": paper, "event": number}
            elsewhere.waive(self.world.house, file, effect)

    def unlisted(self, move: Move) -> None:
        raise Unplayable(f"{move.at}: the region tree would have to change meanwhile")

    def heard(self, move: Move) -> None:
        """As if the case that this one has opened last had been decided so, whoever did it."""
        settled = [row for row in self.file().events if row["type"] == OPENED]
        if not settled:
            raise Unplayable(f"{move.at}: nothing was opened")
        number, name = settled[-1]["data"]["case"], move.at.rpartition("/")[2]
        house = self.world.house
        outcomes = self.service.stages[self.file().case["stage"]].get("outcomes", {})

        def decide(file: CaseFile, service: Service) -> Decision | None:
            if "result" in file.case:
                return None
            fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
            others = (one for one in service.data["results"] if one not in outcomes)
            result = name if name in service.data["results"] else next(others, None)
            if result is None:
                raise Unplayable(f"{move.at}: no other result of {service.id}")
            lifecycle.settle(fact, name, {"to": f"end:{result}"})
            return fact, []

        commit(house, number, decide)
        self.world.settle()


def hinted(schema: dict[str, Any]) -> dict[str, Any]:
    """With examples where a pattern would have to be guessed; who may sign does."""
    members = {}
    for name, member in schema.get("properties", {}).items():
        ways = [way.get("const") for way in member.get("oneOf", [])]
        told = SIGNATURE if SIGNATURE in ways else PATTERNS.get(member.get("pattern", ""))
        members[name] = {**member, **({"const": told} if told else {})}
    return {**schema, **({"properties": members} if members else {})}


def others(schema: Any, made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same details with one member otherwise."""
    for name, member in schema.get("properties", {}).items():
        ways = [way["const"] for way in member.get("oneOf", []) if "const" in way]
        ways += [True, False] if member.get("type") == "boolean" else []
        ways += [member[one] for one in ("minimum", "maximum") if one in member]
        yield from ({**made, name: way} for way in ways)


def each_of(items: list[str], schema: Any) -> dict[str, Any]:
    """Members that say something of each item."""
    found = {}
    for name, member in schema.get("properties", {}).items():
        inner = member.get("properties", {})
        if inner and set(items) <= inner.keys():
            found[name] = {one: sample(inner[one]) for one in items}
    return found


def holding(role: str) -> Iterator[str]:
    return (one["party"] for one in PEOPLE if one["role"] == role)


MADE_UP: Mapping[str, Callable[[Playing, Any], dict[str, Any]]] = {
    "name_missing": Playing.missing,
    "record_papers": Playing.papers,
    "ask": Playing.participants,
    "open_bond": Playing.helper,
    "transfer": Playing.passed_to,
    "rule": Playing.ruled,
    "merge": Playing.merged,
    **dict.fromkeys(LADDER, Playing.addressed),
}
STEPS: Mapping[str, Callable[[Playing, Move], None]] = {
    "action": Playing.act,
    "act": Playing.act,
    "task": Playing.act,
    "clock": Playing.run_out,
    "escalation": Playing.run_out,
    "milestone": Playing.reach,
    "lapse": Playing.run_out,
    "item_late": Playing.run_out,
    "item_over": Playing.run_out,
    "unlisted": Playing.unlisted,
    "broken": Playing.run_out,
    "elsewhere": Playing.elsewhere,
    "heard": Playing.heard,
    "unrouted": Playing.unrouted,
    "report": Playing.heard,
}
