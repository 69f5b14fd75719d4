"""What makes generated requests reach deep: places that exist, acts that would succeed, headers
that fit, and the credentials of whoever may do what a case says."""

import json
import random
import zlib
from collections.abc import Mapping
from typing import Any

import schemathesis
from schemathesis.core import NotSet
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase

from tests.journeys import wishes
from tests.journeys.publishing import SECOND
from tests.stocked import ANONYMOUS, PROVIDER, PUBLISHER, RESIDENT, VOLUNTEER, Act, Stocked

Case = schemathesis.Case[Any]
CHECKED, MEMBERS = "/documents/{document_number}", "/cases/{number}/members"
INBOX = "/inbox"
CREDENTIALS = ("Authorization", "Receipt-Secret")
# Refused wherever it stands: one in the first case would spoil all that are made of it.
LOST, KEPT = "\ufffd", "\ufffc"


class Mixer:
    """For one caller; in a chain, places are those that the chain has led to."""

    def __init__(self, world: Stocked, caller: str, chained: bool) -> None:
        self._world = world
        self._caller = caller
        self._chained = chained
        self.secrets = dict(world.secrets)

    def mapped(self, case: Case) -> Case:
        """What is not wrong on purpose is led to a place that exists; half of the generated good
        cases, and of those that begin a chain, become an act that would succeed."""
        meta = case.meta
        case.body = readable(case.body)
        if meta is None or meta.is_negative_at(ParameterLocation.PATH):
            return case
        chance = drawn(case)
        acts = [one for one in self._acts if one.route == case.operation.path]
        begins = meta.phase.name == TestPhase.STATEFUL and "{number}" not in case.operation.path
        free = meta.phase.name == TestPhase.FUZZING or begins
        if case.path_parameters and not self._chained and chance.random() < 0.8:
            case.path_parameters = {**case.path_parameters, **self._place(case, acts, chance)}
        right = meta.generation.mode.is_positive
        if right and chance.random() < 0.8:
            self._lead(case, chance)
        good = free and case.method == "POST" and right
        if acts and good and chance.random() < 0.5:
            become(case, chance.choice(acts))
        if not meta.is_negative_at(ParameterLocation.HEADER):
            self._fit(case, chance)
        if any(name in case.headers for name in CREDENTIALS):
            self.identify(case)
        return case

    def _lead(self, case: Case, chance: random.Random) -> None:
        """To a document with its code, or to an inbox of all zones: few places have any."""
        if case.operation.path == CHECKED:
            check(case, chance.choice(self._world.sealed))
        elif case.operation.path == INBOX:
            case.query = {name: v for name, v in (case.query or {}).items() if name != "zone"}

    @property
    def _acts(self) -> list[Act]:
        return self._world.acts.get(self._caller, [])

    def _place(self, case: Case, acts: list[Act], chance: random.Random) -> Mapping[str, str]:
        """Parameters of the path that belong together."""
        if acts:
            return chance.choice(acts).params
        if case.operation.path == MEMBERS and chance.random() < 0.5:
            return {"number": self._world.container.number}
        names = case.path_parameters.keys()
        places = [one for one in self._world.places if one.keys() <= names]
        most = max((len(one) for one in places), default=0)
        return chance.choice([one for one in places if len(one) == most]) if places else {}

    def _fit(self, case: Case, chance: random.Random) -> None:
        """Headers that say what is so, more often than not."""
        number = str((case.path_parameters or {}).get("number", ""))
        if "If-Match" in case.headers and number in self._world.secrets and chance.random() < 0.7:
            case.headers["If-Match"] = f'"{self._world.row(number)["version"]}"'
        if "Test-Token" in case.headers:
            case.headers["Test-Token"] = self._world.test_token
            if chance.random() < 0.7:
                del case.headers["Test-Token"]

    def credentials(self) -> type:
        mixer = self

        class Credentials:
            """Of whoever may do what the case says."""

            def get(self, case: Case, _: Any) -> str:
                return mixer._caller

            def set(self, case: Case, data: str, _: Any) -> None:
                mixer.identify(case)

        return Credentials

    def identify(self, case: Case) -> None:
        caller = self._caller
        places = case.path_parameters or {}
        number = str(places.get("number") or places.get("record", ""))
        if caller == RESIDENT:
            any_secret = next(iter(self.secrets.values()))
            case.headers["Receipt-Secret"] = self.secrets.get(number, any_secret)
        elif caller not in (ANONYMOUS, PROVIDER):
            party = {VOLUNTEER: wishes.FANG, PUBLISHER: SECOND}.get(caller) or self._officer(case)
            case.headers["Authorization"] = f"Bearer {self._world.bearer(party)}"

    def _officer(self, case: Case) -> str:
        """Who does this act; else who reads the case."""
        params: Mapping[str, Any] = case.path_parameters or {}
        for act in self._acts:
            if act.route == case.operation.path and act.params == params and act.body == case.body:
                return act.party
        return self._world.reader(str(params.get("number", "")))


def check(case: Case, document: Mapping[str, str]) -> None:
    """A document that there is, with its code."""
    case.path_parameters = {"document_number": document["number"]}
    case.query = {**(case.query or {}), "code": document["code"]}


def drawn(case: Case) -> random.Random:
    """Dice that fall the same for the same case, whoever sends it when."""
    headers = {name: v for name, v in case.headers.items() if name not in CREDENTIALS}
    body = None if isinstance(case.body, NotSet) else case.body
    return random.Random(zlib.crc32(repr((body, case.query, headers)).encode()))


def words() -> dict[str, Any]:
    """What exists, mixed in with what is generated for parameters of the query."""
    known = {
        "query.node": ["jz", "jz-t1", "jz-t1-v1"],
        "query.role": ["acceptor", "vetter", "volunteer"],
        "query.zone": ["公共服务区"],
        "query.party": [wishes.FANG, "officer-li"],
        "query.service": ["opinion-survey"],
        "query.month": ["2026-03"],
        "query.services": ["micro-wish", "business-licence,micro-wish"],
    }
    return {
        "dictionaries": {name: {"values": values} for name, values in known.items()},
        "parameters": {name: {"dictionary": name, "probability": 0.7} for name in known},
    }


def become(case: Case, act: Act) -> None:
    """Ask for the act instead."""
    case.path_parameters = dict(act.params)
    case.body = json.loads(json.dumps(act.body))
    if act.version is not None:
        case.headers["If-Match"] = f'"{act.version}"'


def readable(value: Any) -> Any:
    """The value with another character for the one that decoders leave."""
    if isinstance(value, str):
        return value.replace(LOST, KEPT)
    if isinstance(value, list):
        return [readable(one) for one in value]
    if isinstance(value, dict):
        return {readable(name): readable(one) for name, one in value.items()}
    return value
