"""Plays cases through a front door, as residents and officers would: for the demo and the tests.

A front is anything with `http`, `settle` and `tick`: the application in the process or a stack.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: Any


class Front(Protocol):
    def http(
        self,
        method: str,
        path: str,
        body: Any = None,
        party: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request; header names of the answer in lower case."""

    def settle(self, number: str) -> None:
        """Let everything that is owed on the case now happen."""

    def tick(self, moment: datetime, number: str) -> None:
        """It is now `moment`: let the clocks act, then settle."""

    def sms_in(self, phone: str, text: str) -> Answer:
        """A text message from a phone reaches the signed route, and is dealt with."""

    def messages(self, phone: str) -> list[str]:
        """The SMS texts sent to a phone, oldest first."""


class Departure(AssertionError):
    """The application did something else than the document promises."""


class Case:
    """One case, played step by step; every step must be answered as expected."""

    def __init__(
        self, front: Front, number: str, secret: str, reader: str = "officer-zhao"
    ) -> None:
        """`reader` is an officer who may read the whole case."""
        self.front = front
        self.number = number
        self.secret = secret
        self.reader = reader

    @classmethod
    def submit(
        cls,
        front: Front,
        answers: Mapping[str, Any],
        papers: list[str],
        party: str | None = None,
        service: str = "business-licence",
        reader: str = "officer-zhao",
        **more: Any,
    ) -> "Case":
        given = [{"paper": paper, "reference": f"no. {paper}"} for paper in papers]
        answer = front.http(
            "POST",
            f"/services/{service}/cases",
            {"answers": answers, "papers": given, **more},
            party,
            {"Idempotency-Key": uuid.uuid4().hex},
        )
        expect(answer, 201)
        case = cls(front, answer.body["case"], answer.body["secret"], reader)
        front.settle(case.number)
        return case

    def view(self, party: str | None = None, language: str = "zh-Hans") -> Any:
        """The case as an officer reads it, or whoever may see something of it."""
        path, headers = f"/cases/{self.number}", {"Accept-Language": language}
        return expect(self.front.http("GET", path, None, party or self.reader, headers), 200)

    def mine(self, language: str = "zh-Hans") -> Any:
        """The case as the resident reads it."""
        headers = {"Receipt-Secret": self.secret, "Accept-Language": language}
        return expect(self.front.http("GET", f"/my/cases/{self.number}", None, None, headers), 200)

    def attempt(self, party: str, action: str, details: Mapping[str, Any] | None = None) -> Answer:
        """Try an action on the task that offers it to the party, or on the case."""
        seen = self.front.http("GET", f"/cases/{self.number}", None, party)
        tasks = seen.body.get("tasks", []) if seen.status == 200 else []
        offering = [task for task in tasks if action in task["actions"]]
        own = [task for task in offering if task.get("party") == party]
        offers = [task["task"] for task in own or offering]
        path = f"/cases/{self.number}/" + (f"tasks/{offers[0]}/" if offers else "") + "actions"
        version = self.view()["version"]
        headers = {"If-Match": f'"{version}"', "Idempotency-Key": uuid.uuid4().hex}
        body = {"action": action, "details": dict(details or {})}
        return self.front.http("POST", path, body, party, headers)

    def do(self, party: str, action: str, details: Mapping[str, Any] | None = None) -> Any:
        """Act, and let what follows happen."""
        done = expect(self.attempt(party, action, details), 200)
        self.front.settle(self.number)
        return done

    def alone(self, party: str, action: str, details: Mapping[str, Any] | None = None) -> Answer:
        """Try an action as somebody who sees no more of the case than what is offered to them."""
        body = {"action": action, "details": dict(details or {})}
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        path = f"/cases/{self.number}/actions"
        answer = self.front.http("POST", path, body, party, headers)
        if answer.status == 200:
            self.front.settle(self.number)
        return answer

    def decide(self, action: str, details: Mapping[str, Any] | None = None) -> Any:
        """The resident acts, with the receipt."""
        headers = {"Receipt-Secret": self.secret, "Idempotency-Key": uuid.uuid4().hex}
        body = {"action": action, "details": dict(details or {})}
        path = f"/my/cases/{self.number}/actions"
        done = expect(self.front.http("POST", path, body, None, headers), 200)
        self.front.settle(self.number)
        return done

    def give(self, action: str, papers: list[str]) -> Any:
        """The resident gives papers by reference number."""
        given = [{"paper": paper, "reference": f"no. {paper}", "how": "post"} for paper in papers]
        return self.decide(action, {"papers": given})

    def answer(self, phone: str, text: str) -> None:
        """A text message comes back from the phone."""
        expect(self.front.sms_in(phone, text), 202)
        self.front.settle(self.number)

    def held_until(self) -> datetime:
        """When the first claim that is held must be fulfilled."""
        dues = [
            one["due"] for one in self.view()["tasks"] if one["state"] == "open" and one.get("due")
        ]
        return datetime.fromisoformat(min(dues))

    def due(self, clock: str) -> datetime:
        """When a clock of the case is due."""
        found = next(one for one in self.mine()["clocks"] if one["clock"] == clock)
        return datetime.fromisoformat(found["due_at"])

    def promised(self, paper: str) -> datetime:
        """When a promised paper must be in."""
        found = next(one for one in self.mine()["papers"]["promised"] if one["paper"] == paper)
        return datetime.fromisoformat(found["due"])

    def after(self, moment: datetime) -> None:
        """Time passes until just after the moment."""
        self.front.tick(moment + timedelta(seconds=1), self.number)

    def stands(self, stage: str | None = None, **expected: Any) -> Any:
        """Assert where the case is; the officer's view."""
        view = self.view()
        wanted = {**expected, **({"stage": stage} if stage else {})}
        found = {name: view.get(name) for name in wanted}
        if found != wanted:
            raise Departure(f"case {self.number}: {found}, not {wanted}")
        return view

    def happened(self) -> list[str]:
        """The types of the case's events, those of the engine's own left out."""
        quiet = ("stage_entered", "notice_delivered")
        return [one["type"] for one in self.view()["events"] if one["type"] not in quiet]


def a_phone() -> str:
    """A mobile that nobody was asked anything on: the stack remembers earlier plays."""
    return f"137{uuid.uuid4().int % 10**8:08d}"


def expect(answer: Answer, status: int) -> Any:
    """The body of an answer that has this status. Raises Departure."""
    if answer.status != status:
        raise Departure(f"{answer.status}, not {status}: {answer.body}")
    return answer.body
