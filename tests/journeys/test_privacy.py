"""What people wrote stays sealed: canaries are looked for in rows, queue, executions, logs and in
what others are told; a case out of reach looks like one that does not exist."""

import json
import logging
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import app as front
from chalicelib.people.authority import ROUTES
from chalicelib.platform.numbers import check_digit
from chalicelib.platform.ports import Row, Table
from chalicelib.platform.sealing import Broken
from infra.player import Case
from tests.fakes.orchestrator import MemoryOrchestrator
from tests.fakes.store import MemoryStore
from tests.journeys.people import APPROVER, EXAMINER, HEAD, ISSUER, LICENCE, VILLAGE, WINDOW
from tests.siege import event_of
from tests.world import World

CITIZEN = "360899198804120125"
CANARIES = dict(
    pair.split("=")
    for pair in f"""
    name=欧阳金丝雀 phone=13800009911 landline=07968229911 citizen={CITIZEN} passport=CANARY77
    email=canary.bird@example.org street=金丝雀胡同一百七十号 firm=雀鸣百货商行 contact=司马云雀
    agent=东方白鹭 post=白鹭洲九十九号 scope=鸟笼批发零售 reference=金丝雀收据甲乙丙 note=雀儿须补页
    text=因金丝雀一事不予登记 handed=上官画眉 proof=雀字四十二号回证 signed=诸葛百灵
    """.split()
)
# An officer of another town, a publisher, an operator, an agent elsewhere, a stranger.
OUTSIDERS = ("officer-lin", "officer-gao", "officer-hu", "agent-peng", "nobody")
GAP = {"signed": True, "signed_by": CANARIES["signed"]}
ACT = {"action": "accept", "details": {}}


def submission(papers: tuple[str, ...] = ("P1", "P2", "P6")) -> dict[str, Any]:
    it = CANARIES
    person = {"kind": "citizen_number", "number": CITIZEN}
    agent = {"kind": "passport", "number": it["passport"]}
    post = {"name": it["handed"], "phone": it["phone"], "street": it["post"]}
    answers = {
        "entity_type": "individual",
        "name": it["firm"],
        "operator": {"name": it["name"], "id": person, "phone": it["phone"]},
        "premises": {"region": "360802101201", "street": it["street"]},
        "premises_right": "leased",
        "premises_is_home": False,
        "scope": [it["scope"]],
        "contact": {"name": it["contact"], "phone": it["landline"], "email": it["email"]},
        "agent": {"name": it["agent"], "id": agent, "phone": it["phone"], "until": "2030-01-01"},
        "delivery": {"how": "post", "address": post},
        "truth": True,
    }
    given = [{"paper": paper, "reference": it["reference"]} for paper in papers]
    return {"answers": answers, "papers": given}


class Watched(World):
    """Keeps every envelope and every refusal; `told` collects what outsiders were answered."""

    def __init__(self) -> None:
        self.delivered: list[Mapping[str, Any]] = []
        self.told: list[Any] = []
        super().__init__()
        self.publish_all()

    def deliver(self, envelope: Mapping[str, Any]) -> Any:
        self.delivered.append(envelope)
        return super().deliver(envelope)

    def submit(self, papers: tuple[str, ...] = ("P1", "P2", "P6")) -> Case:
        made = self.http("POST", "/services/business-licence/cases", submission(papers))
        assert made.status == 201, made.body
        case = Case(self, made.body["case"], made.body["secret"])
        self.settle()
        return case

    def pry(self, case: Case) -> None:
        """Whoever may not see the case tries what he can."""
        headers = {"If-Match": '"1"', "Receipt-Secret": "AAAA-AAAA-AAAA-AAAA"}
        for party in OUTSIDERS:
            for path in (f"/cases/{case.number}", f"/cases/{case.number}/why"):
                self.told.append(self.http("GET", path, None, party, headers).body)
            for path in (f"/cases/{case.number}/actions", f"/cases/{case.number}/tasks/1/actions"):
                self.told.append(self.http("POST", path, ACT, party, headers).body)
        self.told.append(self.http("GET", f"/my/cases/{case.number}", headers=headers).body)
        for party in (EXAMINER, APPROVER):
            act = case.attempt(party, "record_papers", {"papers": [{"paper": "P9"}]})
            self.told.append(act.body)


def permit(world: Watched) -> None:
    case = world.submit()
    paper = {"paper": "P3", "reference": CANARIES["reference"], "how": "post"}
    world.pry(case)
    case.do(VILLAGE, "accept_with_gap", GAP)
    case.do(HEAD, "extend", {"reason": "情形复杂", "text": CANARIES["text"]})
    case.do(EXAMINER, "propose_grant")
    case.do(APPROVER, "grant")
    case.do(WINDOW, "record_papers", {"papers": [paper]})
    case.do(ISSUER, "ready", LICENCE)
    how = {"handed_to": CANARIES["handed"], "how": "window", "proof": CANARIES["proof"]}
    case.do(ISSUER, "delivered", how)
    assert case.mine()["result"] == "granted"
    world.pry(case)


def refusal(world: Watched) -> None:
    case = world.submit(("P1", "P6"))
    missing = [{"paper": "P2", "what": CANARIES["note"]}]
    case.do(VILLAGE, "incomplete", {"missing": missing})
    world.pry(case)
    given = [{"paper": name, "reference": CANARIES["reference"]} for name in ("P2", "P3")]
    case.do(VILLAGE, "supply", {"papers": given})
    case.do(VILLAGE, "accept")
    case.do(EXAMINER, "propose_refuse", {"reason": "J3", "text": CANARIES["text"]})
    case.do(APPROVER, "back", {"why": CANARIES["note"]})
    case.do(EXAMINER, "propose_refuse", {"reason": "J3", "text": CANARIES["text"]})
    world.kill(case.number)
    world.settle()
    case.do(APPROVER, "refuse", {"reason": "J3", "text": CANARIES["text"]})
    assert case.mine()["result"] == "refused"
    world.pry(case)


@pytest.fixture
def played(caplog: pytest.LogCaptureFixture) -> Watched:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "bancheng")
    world = Watched()
    permit(world)
    refusal(world)
    return world


def found(text: str) -> list[str]:
    return [name for name, canary in CANARIES.items() if canary in text]


def written(value: Any) -> Iterator[str]:
    """Every reading of a stored value: as text, its bytes, and its bytes inflated from anywhere."""
    if isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
        for start in range(len(value)):
            try:
                yield zlib.decompressobj().decompress(value[start:]).decode("utf-8", "replace")
            except zlib.error:
                continue
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from (str(name), *written(item))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from written(item)
    else:
        yield str(value)


def rows(world: World) -> Iterator[tuple[Table, Row]]:
    assert isinstance(world.store, MemoryStore)
    for table in (Table.CASES, Table.KEYS):
        yield from ((table, row) for row in world.store.rows[table].values())


def test_the_canaries_are_there_for_whoever_may_read_them(played: Watched) -> None:
    cases = sorted({row["number"] for _, row in rows(played) if row["kind"] == "case"})
    views = [played.http("GET", f"/cases/{number}", party=WINDOW).body for number in cases]

    assert set(found(json.dumps(views, ensure_ascii=False))) == set(CANARIES)


def test_no_row_holds_a_canary_in_clear_or_only_deflated(played: Watched) -> None:
    leaks = [(row["pk"], row["sk"], found(t)) for _, row in rows(played) for t in written(row)]

    assert [leak for leak in leaks if leak[2]] == []


def test_no_envelope_and_no_execution_holds_a_canary(played: Watched) -> None:
    assert isinstance(played.orchestrator, MemoryOrchestrator)
    runs = [repr(run) for run in played.orchestrator.runs.values()]

    assert played.delivered and runs
    assert found(json.dumps(played.delivered, ensure_ascii=False) + "".join(runs)) == []


def test_no_log_record_holds_a_canary(played: Watched, caplog: pytest.LogCaptureFixture) -> None:
    records = caplog.get_records("setup")

    assert records
    said = [f"{it.getMessage()} {it.exc_text} {vars(it)}" for it in records]
    assert found("".join(said)) == []


def test_what_others_are_told_holds_no_canary(played: Watched) -> None:
    assert len(played.told) > 40
    assert found(json.dumps(played.told, ensure_ascii=False)) == []


@pytest.mark.parametrize("number", [int(CITIZEN), 13800009911, 13800009911.5])
def test_a_number_sent_where_a_text_belongs_reaches_no_log(
    number: float, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "bancheng")
    world = Watched()
    case = world.submit()

    answer = case.attempt(VILLAGE, "record_papers", {"papers": [{"paper": number}]})

    assert 400 <= answer.status < 500
    assert str(number) not in caplog.text


def test_sealed_bytes_cannot_be_moved_to_another_row_or_case(played: Watched) -> None:
    sealed = [row for _, row in rows(played) if "sealed" in row]
    places = {(row["pk"].removeprefix("case#"), row["sk"]) for row in sealed}
    keys = played.ports.keys
    for row in sealed:
        home = (row["pk"].removeprefix("case#"), row["sk"])
        assert keys.unseal(*home, row["sealed"])
        for number, place in places - {home}:
            with pytest.raises(Broken):
                keys.unseal(number, place, row["sealed"])


@pytest.mark.parametrize("party", OUTSIDERS)
@pytest.mark.parametrize("body", [b'{"action":"accept"}', b"{}", b"[", b'{"action":1}'])
def test_a_case_out_of_reach_is_answered_byte_for_byte_like_none(party: str, body: bytes) -> None:
    world = Watched()
    case = world.submit()
    other = "123456789"
    nobody = other + check_digit(other)
    for method, route in (route for route in ROUTES if "{number}" in route[1]):
        headers = {"Authorization": f"Bearer {world.token(party)}", "If-Match": '"3"'}
        headers["Receipt-Secret"] = "AAAA-AAAA-AAAA-AAAA"
        rest = {"task": "1", "document": "1-receipt", "job": "0"}
        answers = [
            front.app(event_of(route, {"number": it, **rest}, headers, body, method, None), None)
            for it in (case.number, nobody)
        ]

        assert answers[0] == answers[1], route
        assert answers[0]["statusCode"] == 404 or (method, body) != ("GET", body)
