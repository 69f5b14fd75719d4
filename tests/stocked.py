"""A world with cases at many stages, drafts, orders and jobs, so that requests reach deep; and for
each kind of caller the acts that would succeed.

Every act is found as people find it: in the offers of a view, with details that its schema takes.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from chalicelib.cases.house import House
from chalicelib.platform.ports import Key, Row, Store, Table
from chalicelib.services.checks.sample import sample
from chalicelib.services.life.publish import Publisher
from chalicelib.wiring import SHAPES
from infra.player import Case, expect
from infra.seed import documents
from tests.containers import bulk_order, listed
from tests.journeys import matters, people, wishes
from tests.journeys.callbacks import HEARD, outside
from tests.journeys.publishing import AUTHOR, SECOND, order, upload
from tests.siege import KeyedStore
from tests.world import World, load_json

ANONYMOUS, RESIDENT, OFFICER = "anonymous", "resident", "officer"
VOLUNTEER, PUBLISHER, PROVIDER = "volunteer", "publisher", "provider"
CALLERS = (ANONYMOUS, RESIDENT, OFFICER, VOLUNTEER, PUBLISHER)
LICENCE, WISH = "business-licence", "micro-wish"
# Whoever may have something to do with a case, for the search of what they can do.
STAFF = (
    *(people.VILLAGE, people.EXAMINER, people.APPROVER, people.ISSUER, people.HEAD),
    *(wishes.GRID, wishes.VETTER, wishes.CALLER, wishes.SUPERVISOR),
    *(matters.TRIAGE, matters.CHAIR, matters.UNIT_HEAD, matters.HEADS[0], matters.ASSESSOR),
)


class Act(NamedTuple):
    """A request that succeeds from the stocked rows: where, what, under which version."""

    route: str
    params: Mapping[str, str]
    body: Mapping[str, Any]
    party: str = ""
    version: int | None = None


class SeededIds:
    """The same digits and names in every run."""

    def __init__(self) -> None:
        self._random = random.Random(1)

    def digits(self, n: int) -> str:
        return f"{self._random.randrange(10**n):0{n}}"

    def name(self) -> str:
        return f"{self._random.getrandbits(64):016x}"


class Stocked(World):
    """`restore` goes back to the stock; `acts` by caller, `words` for parameters by name."""

    def _store(self) -> Store:
        return KeyedStore(SHAPES)

    def __init__(self) -> None:
        super().__init__()
        self.ports = replace(self.ports, ids=SeededIds())
        self.house = House(self.ports)
        self.publisher = Publisher(self.ports, self._settings())
        self.enter()
        self._tokens: dict[str, str] = {}
        self.publish_all()
        self.cases = [*licences(self), *visited(self), *stuck(self)]
        self.sent_out = outside(self)
        self.cases.append(self.sent_out)
        self.container, self.members, job = listed(self)
        self.cases += [self.container, *self.members]
        self.places = [*handed_in(self), *({"number": case.number} for case in self.cases), job]
        self.settle()
        kept = surveyed(self)
        self.places.append({"record": kept["record"]})
        self.secrets = {case.number: case.secret for case in self.cases}
        self.sealed = [place for case in self.cases for place in checks(case)]
        self.places += [{"number": one["case"], "document": one["file"]} for one in self.sealed]
        self.secrets[kept["record"]] = kept["secret"]
        self.stock = self.written()
        self.acts = {caller: list(find(self)) for caller, find in SOUGHT.items()}
        self.restore()

    @property
    def rows(self) -> dict[Table, dict[Key, Row]]:
        assert isinstance(self.store, KeyedStore)
        return self.store.rows

    def restore(self) -> None:
        """The rows as they were stocked; the fake replaces rows and never changes one."""
        self.rows.update({table: dict(rows) for table, rows in self.stock.items()})

    def written(self) -> dict[Table, dict[Key, Row]]:
        return {table: dict(rows) for table, rows in self.rows.items()}

    def succeeds(self, act: Act, headers: Mapping[str, str]) -> bool:
        """Whether the act is done now; nothing stays of it."""
        match = {} if act.version is None else {"If-Match": f'"{act.version}"'}
        path = act.route.format(**act.params)
        answer = self.http("POST", path, act.body, act.party or None, {**match, **headers})
        self.restore()
        return answer.status < 300

    @cached_property
    def test_token(self) -> str:
        """What lets somebody submit to the version under test."""
        place = next(one for one in self.places if "order" in one)
        path = f"/services/{place['service']}/orders/{place['order']}"
        return str(expect(self.http("GET", path, None, SECOND), 200)["test_token"])

    def bearer(self, party: str) -> str:
        """A token for an hour, made once."""
        if party not in self._tokens:
            self._tokens[party] = self.token(party)
        return self._tokens[party]

    def reader(self, number: str) -> str:
        """An officer who reads the case, else the window of the village."""
        found = next((case.reader for case in self.cases if case.number == number), "")
        return found or people.VILLAGE


def licences(world: World) -> Iterator[Case]:
    """At the window, with papers to complete, examined, decided, handed over, gone."""
    it = people.example()
    steps: list[tuple[str, str, Mapping[str, Any]]] = [
        (people.VILLAGE, "accept", {}),
        (people.EXAMINER, "propose_grant", {}),
        (people.APPROVER, "grant", {}),
        (people.ISSUER, "ready", people.LICENCE),
        (people.ISSUER, "delivered", people.HANDED),
    ]
    for far in range(len(steps) + 1):
        case = Case.submit(world, it["answers"], it["papers_needed"])
        for step in steps[:far]:
            case.do(*step)
        yield case
    for action, details in (
        ("incomplete", {"missing": [{"paper": "P3", "what": "未提交"}]}),
        ("accept_with_gap", people.SIGNED),
    ):
        case = Case.submit(world, it["answers"], [p for p in it["papers_needed"] if p != "P3"])
        case.do(people.VILLAGE, action, details)
        yield case


def visited(world: World) -> Iterator[Case]:
    """Wishes: vetted, on the board, claimed, to be confirmed."""
    yield wishes.recorded(world)
    yield wishes.offered(world)
    yield wishes.claimed(world, wishes.FANG)
    case = wishes.claimed(world, wishes.FANG)
    wishes.on_claim(case, wishes.FANG, wishes.GRID, "introduce", wishes.MEETING)
    yield case
    yield wishes.fulfilled(world)


def stuck(world: World) -> Iterator[Case]:
    """What could not get done: before triage, in parts, under review, to be confirmed; a report."""
    yield matters.blocked(world)
    about = matters.licence(world, ("P3",))
    case = matters.triaged(world, "policy", "requirement", about={"case": about.number})
    yield from (about, case)
    case = matters.triaged(world, "several", "attitude")
    case.do(matters.CHAIR, "convene", matters.asking(*matters.HEADS[:2]))
    yield case
    case = matters.blocked(world)
    case.do(matters.TRIAGE, "solve", matters.SOLUTION)
    yield case
    yield from matters.split(world)


def checks(case: Case) -> Iterator[dict[str, str]]:
    """Sealed documents of a case: case, file, and the number and code by which all check them."""
    for one in case.view()["documents"]:
        if "check" in one:
            address = urlsplit(one["check"])
            (code,) = parse_qs(address.query)["code"]
            number = address.path.rpartition("/")[2]
            yield {"case": case.number, "file": one["file"], "number": number, "code": code}


def surveyed(world: World) -> Any:
    """The receipt of a record that anybody may make."""
    answers = matters.example_of("opinion-survey", "a-firm")
    path = "/services/opinion-survey/cases"
    return expect(world.http("POST", path, {"answers": answers}), 201)


def handed_in(world: World) -> list[dict[str, str]]:
    """A second version of a service with cases on the first, a test, drafts, a refused upload, a
    job: parameters of the path that lead to them."""
    document = load_json(f"forms/{WISH}/service.json")
    world.publish(changed(document, "en", "A small wish"))
    drafts = [changed(load_json(f"forms/{LICENCE}/service.json"), "en", word) for word in "ABC"]
    uploads = [upload(world, one)["upload"] for one in (*drafts, {"service": "nothing"})]
    tested = order(world, LICENCE, "test", SECOND, upload=uploads[0])
    job = expect(
        world.http("POST", f"/services/{WISH}/rebases", {"to": 2, "dry_run": True}, AUTHOR), 202
    )
    return [
        *({"upload": upload} for upload in uploads),
        {"service": LICENCE, "order": tested["order"]},
        {"service": WISH, "job": job["job"]},
        {"service": WISH, "version": "1"},
        {"service": LICENCE},
        {"service": WISH},
        {"kind": "promise"},
    ]


def changed(document: Any, language: str, title: str) -> Any:
    made = deepcopy(document)
    made["titles"][language] = title
    return made


# --- what would succeed ----------------------------------------------------------------------


def submissions(_: Stocked) -> Iterator[Act]:
    """Every service, as its examples have it, and the papers it asks for."""
    for document in documents():
        service = {"service": document["service"]}
        answers = sample(document["form"])
        yield Act("/services/{service}/papers", service, {"answers": answers})
        if "web" in document["channels"]:
            yield Act("/services/{service}/cases", service, {"answers": answers})


def of_residents(world: Stocked) -> Iterator[Act]:
    yield from submissions(world)
    for case in world.cases:
        for offer in case.mine()["actions"]:
            body = {"action": offer["action"], "details": details_for(offer)}
            act = Act("/my/cases/{number}/actions", {"number": case.number}, body)
            if world.succeeds(act, {"Receipt-Secret": case.secret}):
                yield act


def of_staff(*parties: str) -> Callable[[Stocked], Iterator[Act]]:
    def find(world: Stocked) -> Iterator[Act]:
        for case in world.cases:
            for party in parties:
                yield from of_one(world, case, party)

    return find


def of_officers(world: Stocked) -> Iterator[Act]:
    yield from of_staff(*STAFF)(world)
    of = world.container
    body = bulk_order(world.members[1])
    yield Act("/cases/{number}/bulk", {"number": of.number}, body, of.reader)


def of_one(world: Stocked, case: Case, party: str) -> Iterator[Act]:
    seen = world.http("GET", f"/cases/{case.number}", None, party)
    if seen.status != 200:
        return
    on_case, on_task = "/cases/{number}/actions", "/cases/{number}/tasks/{task}/actions"
    acts = seen.body.get("acts", [])
    offers: list[tuple[str, dict[str, str], Any]] = [(on_case, {}, offer) for offer in acts]
    for task in seen.body["tasks"]:
        offers += [(on_task, {"task": task["task"]}, offer) for offer in task["offers"]]
    for route, params, offer in offers:
        body = {"action": offer["action"], "details": details_for(offer)}
        params = {"number": case.number, **params}
        act = Act(route, params, body, party, seen.body["version"])
        if world.succeeds(act, {}):
            yield act


def details_for(offer: Mapping[str, Any]) -> Any:
    """Details that the offer's schema takes; nothing can be said to have come by SMS."""
    made = sample(offer["details"])
    if isinstance(made, dict) and made.get("how") == "sms":
        asked = offer["details"]["properties"]["how"]
        ways = [one["const"] for one in asked.get("oneOf", [])] or asked["enum"]
        made["how"] = next((way for way in ways if way != "sms"), "sms")
    return made


def of_publishers(world: Stocked) -> Iterator[Act]:
    said = {"message": "按计划办理"}
    draft = {"upload": [one["upload"] for one in world.places if "upload" in one][1]}
    orders: list[tuple[str, str, Mapping[str, Any]]] = [
        (LICENCE, "publish", {**draft, "accepts": "breaking", "nodes": ["jz"]}),
        (LICENCE, "test", draft),
        (LICENCE, "discard", draft),
        (WISH, "roll_back", {"to": 1, "accepts": "breaking"}),
        (WISH, "offer", {"opens": "2026-04-01", "closes": "", "nodes": ["jz-t1"]}),
        (WISH, "close", {}),
    ]
    for service, do, details in orders:
        place = {"service": service}
        yield Act("/services/{service}/orders", place, {"do": do, **said, "details": details})
    place = {"service": WISH}
    yield Act("/services/{service}/rebases", place, {"to": 2, "checked": True, "accepted": True})
    yield Act("/services", {}, load_json(f"forms/{WISH}/service.json"))
    trust = {"name": "ourselves", "key": expect(world.http("GET", "/packages/key"), 200)}
    world.publisher.handle({"trust": trust})
    world.stock = world.written()
    made = expect(world.http("GET", f"/packages?services={WISH}", None, SECOND), 200)
    yield Act("/packages", {}, {"package": made["package"]})


def of_bodies(world: Stocked) -> Iterator[Act]:
    said = {"case": world.sent_out.number, "action": "heard", "details": HEARD}
    yield Act("/channels/bodies/{body}", {"body": "fund-office"}, said)


SOUGHT: Mapping[str, Callable[[Stocked], Iterator[Act]]] = {
    ANONYMOUS: submissions,
    RESIDENT: of_residents,
    OFFICER: of_officers,
    VOLUNTEER: of_staff(wishes.FANG),
    PUBLISHER: of_publishers,
    PROVIDER: of_bodies,
}
