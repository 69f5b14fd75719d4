"""Schemathesis against the application in the process: every route, as one kind of caller.

Requests are made from the document that the application itself serves, `mixing` leads them deep.
What counts is what came through the gateway, not what was planned.
"""

import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from wsgiref.types import StartResponse, WSGIEnvironment

import schemathesis
from hypothesis import strategies as st
from schemathesis import HookContext
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from chalicelib.platform.webhook import TIME
from infra import signed
from tests import gateway
from tests.mixing import Case, Mixer, words
from tests.stocked import (
    ANONYMOUS,
    PROVIDER,
    Stocked,
)

BASE = "http://localhost"
SHOWN = 25
PHASES = ("examples", "coverage", "fuzzing", "stateful")
# What the formats of forms look like, for answers that shall be good.
FORMATS: Mapping[str, tuple[str, ...]] = {
    "case-number": ("5724019863", "0000000000"),
    "cn-citizen-number": ("11010519491231002X", "360899194503120422"),
    "cn-landline": ("0796-8000003", "01062345678"),
    "cn-mobile": ("13800000001", "19912345678"),
    "cn-organisation-code": ("123456788",),
    "cn-phone": ("13800000001", "0796-8000003"),
    "cn-postcode": ("343000",),
    "cn-region-code": ("360802101201", "360802101000"),
    "cn-uscc": ("91350100M000100Y43",),
    "person-id": ("11010519491231002X",),
}
for name, values in FORMATS.items():
    schemathesis.openapi.format(name, st.sampled_from(values))


class Excuse(NamedTuple):
    """A check that says nothing here: which, with which statuses, on which routes, and why; and
    where only if the answer tells a certain thing, the member in which it does, or only if the
    request has a certain text, its pattern."""

    check: str
    statuses: frozenset[int]
    routes: frozenset[str]
    because: str
    tells: str = ""
    sent: str = ""

    def covers(self, check: str, route: str, status: int, told: Any, request: str) -> bool:
        here = check == self.check and status in self.statuses and route in self.routes
        return (
            here
            and (not self.tells or self.tells in told)
            and re.search(self.sent, request) is not None
        )


class Plan(NamedTuple):
    """As whom, which document, by which phases, with how many generated cases of an operation."""

    caller: str
    path: str = "/openapi.json"
    phases: tuple[str, ...] = PHASES[:3]
    budget: int = 20
    seed: int = 1


@dataclass
class Barrage:
    """One run: what was asked and answered by route and status, and what broke the contract."""

    plan: Plan
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    breaks: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    excused: Counter[Excuse] = field(default_factory=Counter)

    @property
    def requests(self) -> int:
        """What was asked of operations that the document has."""
        return sum(times for (_, status), times in self.answers.items() if status != 405)

    def summary(self) -> str:
        """Requests by route, each with its statuses."""
        by: dict[str, Counter[int]] = {}
        for (route, status), times in sorted(self.answers.items()):
            name = "(methods that routes lack)" if status == 405 else route
            by.setdefault(name, Counter())[status] += times
        lines = [f"{route}: {each.total()} {dict(each)}" for route, each in by.items()]
        return "\n".join([f"{self.plan}: {self.requests} requests", *lines])

    def report(self) -> str:
        """Every kind of break with how often, its first example, and the summary."""
        found = [
            f"{len(all_)} × {route} {check}\n{all_[0]}"
            for (route, check), all_ in list(self.breaks.items())[:SHOWN]
        ]
        return "\n\n".join([*found, self.summary()])


class Runner:
    """Plays one plan. Each request meets the stocked rows; those of a chain, what the chain did."""

    def __init__(self, world: Stocked, plan: Plan, excuses: Iterable[Excuse] = ()) -> None:
        self._world = world
        self._plan = plan
        self._excuses = tuple(excuses)
        self._chained = "stateful" in plan.phases
        self._mixer = Mixer(world, plan.caller, self._chained)
        self.barrage = Barrage(plan)

    def run(self) -> Barrage:
        """Raises AssertionError for what keeps Schemathesis from testing an operation."""
        self._world.enter()
        self._world.restore()
        config = SchemathesisConfig.from_dict(self._config())
        path = self._plan.path
        schema = schemathesis.openapi.from_wsgi(path, self.application, config=config)

        @schema.hook
        def map_case(context: HookContext, case: Case) -> Case:
            return self._mixer.mapped(case)

        if self._plan.caller not in (ANONYMOUS, PROVIDER):
            schema.auth(refresh_interval=None)(self._mixer.credentials())
        for event in from_schema(self._narrowed(schema)).execute():
            assert not isinstance(event, events.FatalError), event
            assert not isinstance(event, events.NonFatalError), f"{event.label}: {event.value}"
            if isinstance(event, events.ScenarioFinished):
                self._take(event)
        return self.barrage

    def application(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """The gateway, counting."""
        if not self._chained:
            self._world.restore()
        if self._plan.caller == PROVIDER:
            path = environ["RAW_URI"].partition("?")[0]
            _, _, body = path.partition(signed.BODIES)
            sign(environ, self._world.secret_of(f"body-{body}" if body else "sms"))
        said: list[str] = []

        def heard(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            said.append(status)
            return start(status, headers, *more)

        body = list(gateway.application(environ, heard))
        found = gateway.routed(environ["RAW_URI"])
        route = f"{environ['REQUEST_METHOD']} {found[0] if found else '(no route)'}"
        status = int(said[0][:3])
        self.barrage.answers[route, status] += 1
        if status == 201:
            receipt = json.loads(b"".join(body))
            number = receipt.get("case") or receipt["record"]
            self._mixer.secrets[number] = receipt["secret"]
        return body

    def _narrowed(self, schema: Any) -> Any:
        signs = self._plan.caller == PROVIDER
        return schema.include(path_regex="^/channels/") if signs else schema

    def _config(self) -> dict[str, Any]:
        generation = {"mode": "all", "max-examples": self._plan.budget, "no-shrink": True}
        return {
            "seed": self._plan.seed,
            "base-url": BASE,
            "continue-on-failure": True,
            # Forms with many conditions take many tries.
            "suppress-health-check": ["filter_too_much", "too_slow"],
            "generation": {**generation, "database": "none"},
            "phases": {name: self._phase(name) for name in PHASES},
            # Its probe cannot be sent to WSGI; `test_contract` asks without credentials itself.
            "checks": {"ignored_auth": {"enabled": False}},
            **words(),
        }

    def _phase(self, name: str) -> dict[str, Any]:
        """What is generated follows from the seed alone, so nothing is learnt from answers; but
        for chains, which consist of that."""
        said: dict[str, Any] = {"enabled": name in self._plan.phases}
        if name in ("coverage", "fuzzing"):
            said["extra-data-sources"] = {"responses": False}
        if name == "fuzzing":
            said["error-feedback"] = {"enabled": False}
        return said

    def _take(self, event: events.ScenarioFinished) -> None:
        """Sort the failed checks of a scenario into breaks and excused ones."""
        recorder = event.recorder
        for case_id, checks in recorder.checks.items():
            case = recorder.cases[case_id].value
            for check in checks:
                if check.status == Status.SUCCESS or check.failure_info is None:
                    continue
                response = recorder.interactions[case_id].response
                request = case.as_curl_command()
                message = f"{check.failure_info.failure}\n{request[:1500]}"
                self._judge(check.name, case.operation.label, response, message, request)

    def _judge(self, check: str, route: str, response: Any, message: str, request: str) -> None:
        status, told = response.status_code, json.loads(response.content or "{}")
        covering = (one for one in self._excuses if one.covers(check, route, status, told, request))
        excuse = next(covering, None)
        if excuse is not None:
            self.barrage.excused[excuse] += 1
        else:
            self.barrage.breaks.setdefault((route, check), []).append(f"{status}: {message}")


def sign(environ: WSGIEnvironment, secret: str) -> None:
    """Sign the body as the provider does, where nothing is wrong on purpose with what signs it."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    name = environ.get("HTTP_WEBHOOK_ID", "")
    wrong = "HTTP_WEBHOOK_SIGNATURE" not in environ or not name
    if wrong or not TIME.fullmatch(environ.get("HTTP_WEBHOOK_TIMESTAMP", "")) or not body.isascii():
        return
    for header, value in signed.headers(secret, body, name).items():
        environ[f"HTTP_{header.upper().replace('-', '_')}"] = value
