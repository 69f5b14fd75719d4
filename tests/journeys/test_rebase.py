"""Rebasing: open cases go on under another version, or somebody is asked; none is ever lost."""

import copy
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.cases.moving import moved_answers
from chalicelib.platform.ports import Table
from infra.player import Case, expect
from tests.journeys.people import (
    APPROVER,
    EXAMINER,
    HANDED,
    ISSUER,
    LICENCE,
    SIGNED,
    VILLAGE,
    example,
)
from tests.journeys.publishing import AUTHOR, SECOND, publish
from tests.world import World, load_json

SERVICE = "business-licence"
ANSWERS = example()["answers"]
PAPERS = example()["papers_needed"]
Document = dict[str, Any]


def base() -> Document:
    document: Document = load_json("forms/business-licence/service.json")
    return document


def edited(edit: Callable[[Document], Any], document: Document | None = None) -> Document:
    made = copy.deepcopy(document or base())
    edit(made)
    return made


def live(world: World, document: Document) -> int:
    """Publish, accepting whatever it changes."""
    outcome = publish(world, document, accepts="breaking")
    assert outcome["state"] == "done", outcome
    return int(outcome["outcome"]["version"])


def submitted(world: World) -> Case:
    return Case.submit(world, ANSWERS, PAPERS)


def rebased(world: World, to: int, **plan: Any) -> Any:
    """Order the job, let the worker do it, read what became of each case."""
    path = f"/services/{SERVICE}/rebases"
    job = expect(world.http("POST", path, {"to": to, **plan}, AUTHOR), 202)
    for _ in range(20):
        world.tick(world.moment + world.minutes(1))
        seen = expect(world.http("GET", f"{path}/{job['job']}", None, SECOND), 200)
        if seen["state"] == "done":
            return seen
    raise AssertionError(seen)


def fate(job: Any, case: Case) -> str:
    return str(next(one["fate"] for one in job["cases"] if one["case"] == case.number))


def optional_field(document: Document) -> None:
    document["form"]["properties"]["website"] = {"type": "string", "maxLength": 100}


def needed_field(document: Document) -> None:
    document["form"]["properties"]["storeys"] = {"type": "integer", "minimum": 1, "maximum": 99}
    document["form"]["required"].append("storeys")


def other_stage(document: Document) -> None:
    """The examination has another name, and so the flow is another machine."""
    stages = document["flow"]["stages"]
    stages["scrutinise"] = stages.pop("examine")
    for stage in stages.values():
        for action in [*stage.get("actions", {}).values(), *stage.get("outcomes", {}).values()]:
            if action.get("to") == "examine":
                action["to"] = "scrutinise"
            for who in [action.get("who", {}), stage.get("who", {})]:
                if "not" in who:
                    who["not"] = [{"examine": "scrutinise"}.get(one, one) for one in who["not"]]
    for act in document["flow"]["acts"].values():
        if "in" in act:
            act["in"] = [{"examine": "scrutinise"}.get(one, one) for one in act["in"]]


def finished(case: Case) -> None:
    case.do(EXAMINER, "propose_grant")
    case.do(APPROVER, "grant")
    case.do(ISSUER, "ready", LICENCE)
    case.do(ISSUER, "delivered", HANDED)
    case.stands(ended=True, result="granted")


def test_a_case_not_yet_accepted_moves_when_no_change_takes_anything_away(world: World) -> None:
    case = submitted(world)
    to = live(world, edited(optional_field))

    job = rebased(world, to)

    assert (fate(job, case), job["counts"]) == ("moved", {"moved": 1})
    assert case.view()["service_version"] == to
    case.do(VILLAGE, "accept")
    finished(case)


def test_a_dry_run_says_what_would_happen_and_changes_nothing(world: World) -> None:
    case = submitted(world)
    to = live(world, edited(needed_field))
    before = case.view()

    job = rebased(world, to, dry_run=True)

    assert fate(job, case) == "correction"
    (said,) = [one for one in job["cases"] if one["case"] == case.number]
    assert [one["pointer"] for one in said["findings"]] == ["/answers/storeys"]
    assert case.view() == before


def test_the_history_of_a_service_says_who_moved_its_cases_and_why_once(world: World) -> None:
    submitted(world)
    to = live(world, edited(optional_field))

    rebased(world, to, message="先看看", dry_run=True)
    job = rebased(world, to, message="表格多了网址一项")
    world.publisher.handle({"uploads": {}})

    history = expect(world.http("GET", f"/services/{SERVICE}/history", None, SECOND), 200)
    moved = [one for one in history["history"] if one["do"] == "rebase"]
    told = {"do": "rebase", "by": AUTHOR, "message": "表格多了网址一项", "at": job["at"]}
    assert moved == [{**told, "job": job["job"], "to": to}]


def test_an_applicant_is_asked_for_what_the_new_form_needs_and_the_case_goes_on(
    world: World,
) -> None:
    case = submitted(world)
    to = live(world, edited(needed_field))

    job = rebased(world, to)

    assert fate(job, case) == "correction"
    assert case.view()["service_version"] == 1
    mine = case.mine()
    assert mine["correction"]["version"] == to
    assert mine["correction"]["errors"] == [
        {"pointer": "/answers/storeys", "keyword": "required", "message": "此项必填"}
    ]
    assert any(case.number in text for text in world.messages("13800000001")[1:])
    refused = world.http(
        "POST",
        f"/my/cases/{case.number}/actions",
        {"action": "correct", "details": {"answers": ANSWERS}},
        headers={"Receipt-Secret": case.secret},
    )
    (wrong,) = expect(refused, 422)["errors"]
    assert (wrong["pointer"], wrong["instancePath"]) == ("/details/answers/storeys", "")
    done = world.http(
        "POST",
        f"/my/cases/{case.number}/actions",
        {"action": "correct", "details": {"answers": {**ANSWERS, "storeys": 2}}},
        headers={"Receipt-Secret": case.secret},
    )
    expect(done, 200)
    world.settle()
    view = case.view()
    assert (view["service_version"], view["answers"]["storeys"]) == (to, 2)
    assert "correction" not in case.mine()
    case.do(VILLAGE, "accept")
    finished(case)


def test_the_window_corrects_for_an_applicant_who_comes(world: World) -> None:
    case = submitted(world)
    to = live(world, edited(needed_field))
    rebased(world, to)

    case.do(VILLAGE, "correct", {"answers": {**ANSWERS, "storeys": 3}})

    assert case.view()["service_version"] == to


def test_an_accepted_case_moves_only_by_a_plan(world: World) -> None:
    case = submitted(world)
    case.do(VILLAGE, "accept")
    to = live(world, edited(optional_field))

    job = rebased(world, to)
    assert fate(job, case) == "needs_plan"
    assert case.view()["service_version"] == 1

    job = rebased(world, to, accepted=True)
    assert fate(job, case) == "moved"
    finished(case)


def test_a_decided_case_never_moves(world: World) -> None:
    case = submitted(world)
    case.do(VILLAGE, "accept")
    finished(case)
    to = live(world, edited(optional_field))

    job = rebased(world, to, accepted=True, checked=True)

    assert case.number not in [one["case"] for one in job["cases"]]
    assert case.view()["service_version"] == 1


def examined(world: World) -> Case:
    case = submitted(world)
    case.do(VILLAGE, "accept")
    case.do(EXAMINER, "propose_grant")
    return case


def renamed_examination(document: Document) -> None:
    other_stage(document)
    optional_field(document)


def test_a_case_that_is_granted_and_not_yet_delivered_moves_under_no_plan(world: World) -> None:
    granted, proposed = examined(world), examined(world)
    granted.do(APPROVER, "grant")
    granted.stands("deliver", ended=False)
    to = live(world, edited(renamed_examination))
    before = granted.view()

    plan = {"stages": {"deliver": "scrutinise", "examine": "scrutinise"}}
    job = rebased(world, to, accepted=True, checked=True, **plan)

    assert (fate(job, granted), fate(job, proposed)) == ("decided", "moved")
    (said,) = [one for one in job["cases"] if one["case"] == granted.number]
    assert [(one["keyword"], one["texts"]["zh-Hans"]) for one in said["findings"]] == [
        ("decided", "已作出决定，按原版本办结")
    ]
    assert granted.view() == before
    granted.do(ISSUER, "ready", LICENCE)
    assert fate(rebased(world, to, accepted=True, checked=True), granted) == "decided"
    granted.do(ISSUER, "delivered", HANDED)
    granted.stands(ended=True, result="granted")
    proposed.do(APPROVER, "grant")


def silent(document: Document) -> None:
    """Nothing that is done shows in the status."""
    for stage in document["flow"]["stages"].values():
        for action in stage.get("actions", {}).values():
            action.pop("status", None)


def one_decision(document: Document) -> None:
    silent(document)
    document["results"]["refused"].pop("decision")


def way_back(document: Document) -> None:
    """Whoever delivers can send the case back to where it was examined."""
    silent(document)
    back = document["flow"]["stages"]["decide"]["actions"]["back"]
    document["flow"]["stages"]["deliver"]["actions"]["again"] = {**back, "to": "examine"}


def no_limit(document: Document) -> None:
    """No clock measures the decision."""
    silent(document)
    document["clocks"]["statutory"].pop("kind")


def may_start_again(document: Document) -> None:
    """The limit of the decision stops when the examiner proposes, and may start anew."""
    silent(document)
    document["clocks"]["statutory"]["restart"] = True
    document["clocks"]["statutory"]["stop"].append("proposed_grant")


def two_desks(document: Document) -> None:
    """One desk decides on what is to be granted, another on what is to be refused."""
    silent(document)
    stages = document["flow"]["stages"]
    stages["decline"] = copy.deepcopy(stages["decide"])
    stages["decline"]["actions"].pop("grant")
    stages["decide"]["actions"].pop("refuse")
    stages["examine"]["actions"]["propose_refuse"]["to"] = "decline"


KINDS = [silent, one_decision, way_back, no_limit, may_start_again, two_desks]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_decided_is_told_by_the_ways_of_the_flow_and_the_limit_of_the_decision(
    world: World, kind: Callable[[Document], None]
) -> None:
    live(world, edited(kind))
    new, accepted, proposed, granted = (submitted(world) for _ in range(4))
    for case in (accepted, proposed, granted):
        case.do(VILLAGE, "accept")
    for case in (proposed, granted):
        case.do(EXAMINER, "propose_grant")
    granted.do(APPROVER, "grant")
    assert granted.view()["status"] not in ("granted", "ready")
    to = live(world, edited(optional_field, edited(kind)))

    job = rebased(world, to, accepted=True, checked=True)

    fates = [fate(job, case) for case in (new, accepted, proposed, granted)]
    assert fates == ["moved", "moved", "moved", "decided"]


def test_what_the_applicant_was_told_is_decided_whatever_the_limit_measures(world: World) -> None:
    def until_delivery(document: Document) -> None:
        document["clocks"]["statutory"]["stop"] = ["delivered", "refused", "lapsed", "withdrawn"]

    live(world, edited(until_delivery))
    granted, proposed = examined(world), examined(world)
    granted.do(APPROVER, "grant")
    to = live(world, edited(optional_field, edited(until_delivery)))

    job = rebased(world, to, accepted=True, checked=True)

    assert (fate(job, granted), fate(job, proposed)) == ("decided", "moved")


def test_a_grant_that_waits_for_a_promised_paper_is_decided(world: World) -> None:
    case = Case.submit(world, ANSWERS, [one for one in PAPERS if one != "P3"])
    case.do(VILLAGE, "accept_with_gap", SIGNED)
    case.do(EXAMINER, "propose_grant")
    case.do(APPROVER, "grant")
    case.stands("issue", ended=False)
    to = live(world, edited(optional_field))

    assert fate(rebased(world, to, accepted=True, checked=True), case) == "decided"


def test_whoever_orders_a_rebase_and_why_is_kept_with_the_job_and_with_each_case(
    world: World,
) -> None:
    moved, asked = submitted(world), submitted(world)
    asked.do(VILLAGE, "accept")
    to = live(world, edited(optional_field))

    job = rebased(world, to, message="表单更新，已核对影响", accepted=True)

    assert (job["by"], job["message"]) == (AUTHOR, "表单更新，已核对影响")
    event = next(one for one in moved.view()["events"] if one["type"] == "rebased")
    assert event["data"] == {"from": 1, "to": to, "by": AUTHOR}
    to = live(world, edited(needed_field))
    rebased(world, to)
    event = next(one for one in moved.view()["events"] if one["type"] == "correction_asked")
    assert event["data"]["by"] == AUTHOR
    path = f"/services/{SERVICE}/rebases"
    refused = world.http("POST", path, {"message": "行1\n行2"}, AUTHOR)
    assert (refused.status, refused.body["errors"][0]["pointer"]) == (422, "/message")


def test_without_a_version_a_rebase_leads_to_what_went_live_a_moment_ago(world: World) -> None:
    case = submitted(world)
    assert world.http("GET", f"/services/{SERVICE}").body["version"] == 1
    report = world.publisher.handle({"publish": edited(optional_field)})

    job = expect(world.http("POST", f"/services/{SERVICE}/rebases", {}, AUTHOR), 202)

    assert job["to"] == report["version"] == 2
    world.tick(world.moment + world.minutes(1))
    assert case.view()["service_version"] == 2


def test_the_same_request_is_the_same_job_while_it_runs_and_another_afterwards(
    world: World,
) -> None:
    live(world, edited(optional_field))
    path = f"/services/{SERVICE}/rebases"

    jobs = []
    for _ in range(3):
        first, again = (expect(world.http("POST", path, {}, AUTHOR), 202) for _ in range(2))
        assert first["job"] == again["job"]
        case = submitted(world)
        world.tick(world.moment + world.minutes(1))
        jobs.append(expect(world.http("GET", f"{path}/{first['job']}", None, AUTHOR), 200))
        assert fate(jobs[-1], case) == "there"

    assert [one["state"] for one in jobs] == ["done"] * 3
    assert [len(one["cases"]) for one in jobs] == [1, 2, 3]
    assert len({one["job"] for one in jobs}) == 3


def test_a_key_names_its_job_also_when_that_is_done(world: World) -> None:
    path = f"/services/{SERVICE}/rebases"
    headers = {"Idempotency-Key": "rebase-1"}
    done = expect(world.http("POST", path, {}, AUTHOR, headers), 202)
    world.tick(world.moment + world.minutes(1))

    again = expect(world.http("POST", path, {}, AUTHOR, headers), 202)

    assert (again["job"], again["state"]) == (done["job"], "done")


def test_a_plan_maps_a_stage_that_has_another_name_and_the_duties_stay_apart(
    world: World,
) -> None:
    case = submitted(world)
    case.do(VILLAGE, "accept")
    case.do(EXAMINER, "propose_grant")
    case.do(APPROVER, "back", {"why": "请核对"})
    to = live(world, edited(other_stage))
    assert fate(rebased(world, to, accepted=True, checked=True), case) == "needs_plan"
    generation = world.row(case.number)["generation"]

    job = rebased(world, to, accepted=True, checked=True, stages={"examine": "scrutinise"})

    assert fate(job, case) == "moved"
    row = world.row(case.number)
    assert (row["stage"], row["generation"]) == ("scrutinise", generation + 1)
    finished(case)


def test_a_plan_carries_answers_to_their_new_places(world: World) -> None:
    case = submitted(world)

    def renamed(document: Document) -> None:
        form = document["form"]
        form["properties"]["trade"] = form["properties"].pop("scope")
        form["required"] = [{"scope": "trade"}.get(one, one) for one in form["required"]]

    to = live(world, edited(renamed))
    job = rebased(world, to, fields={"/scope": "/trade"}, checked=True)

    assert fate(job, case) == "moved"
    answers = case.view()["answers"]
    assert answers["trade"] == ANSWERS["scope"] and "scope" not in answers


@pytest.mark.parametrize("place", ["/entity_type", "/delivery/how"])
def test_an_answer_is_never_put_over_another_one(world: World, place: str) -> None:
    case = submitted(world)
    to = live(world, edited(optional_field))

    job = rebased(world, to, fields={"/scope": place})

    (said,) = job["cases"]
    assert (said["fate"], said["findings"][0]["pointer"]) == ("needs_plan", "/fields")
    assert case.view()["answers"] == ANSWERS


@pytest.mark.parametrize(
    ("fields", "answers"),
    [
        ({"/a": "/b", "/b": "/a"}, {"a": {"x": 2}, "b": 1, "c": [1]}),
        ({"/b/x": "/x", "/gone": "/y"}, {"a": 1, "b": {}, "c": [1], "x": 2}),
        ({"/a": "/d/e", "/c": ""}, {"b": {"x": 2}, "d": {"e": 1}}),
        ({"/a": "/c/0"}, None),
        ({"/a": "/b/x"}, None),
        ({"/a": "/x", "/c": "/x"}, None),
        ({"/c/0": "/x", "/b/x/y": "/z"}, {"a": 1, "b": {"x": 2}, "c": [1]}),
    ],
)
def test_answers_are_carried_together_or_not_at_all(fields: Any, answers: Any) -> None:
    given = {"a": 1, "b": {"x": 2}, "c": [1]}

    assert moved_answers(given, fields) == answers
    assert given == {"a": 1, "b": {"x": 2}, "c": [1]}


@pytest.mark.parametrize(
    ("plan", "pointer", "said"),
    [
        ({"to": 1}, "/to", "only to the live version 2"),
        ({"fields": {"scope": "/x"}}, "/fields", ""),
        ({"stages": {"exmine": "decide"}}, "/stages/exmine", "no version has a stage"),
        ({"stages": {"examine": "nowhere"}}, "/stages/examine", "has no such stage"),
        ({"stages": {"examine": "tell"}}, "/stages/examine", "with a result only"),
        ({"fields": {"/adress": "/scope"}}, "/fields/~1adress", "of no version has"),
        ({"fields": {"/scope": "/nowhere"}}, "/fields/~1scope", "no such place"),
        ({"fields": {"/scope/0": ""}}, "/fields/~1scope~10", "of no version has"),
        ({"fields": {"/premises/adress": ""}}, "/fields/~1premises~1adress", "of no version has"),
    ],
)
def test_a_plan_is_refused_where_it_names_what_no_version_has(
    world: World, plan: Any, pointer: str, said: str
) -> None:
    live(world, edited(optional_field))
    path = f"/services/{SERVICE}/rebases"

    answer = world.http("POST", path, plan, AUTHOR, {"Accept-Language": "en"})

    assert (answer.status, [one["pointer"] for one in answer.body["errors"]]) == (422, [pointer])
    assert said in answer.body["errors"][0]["message"]
    assert world.http("POST", path, {"to": 2}, VILLAGE).status == 403


def test_a_plan_may_name_what_any_earlier_version_had(world: World) -> None:
    live(world, edited(renamed_examination))
    live(world, edited(other_stage))
    path = f"/services/{SERVICE}/rebases"

    plan = {"stages": {"examine": "scrutinise"}, "fields": {"/website": "", "/scope": "/name"}}

    assert world.http("POST", path, plan, AUTHOR).status == 202


def test_a_thousand_cases_over_five_versions_and_a_worker_that_dies_lose_nothing(
    world: World,
) -> None:
    rng = random.Random(7)
    steps: list[Callable[[Document], None]] = [
        optional_field,
        lambda d: d["titles"].update(en="Licence"),
        lambda d: d["form"]["properties"]["scope"].update(maxItems=29),
        needed_field,
    ]
    document, cases = base(), []
    for step in [lambda d: None, *steps]:
        document = edited(step, document)
        to = live(world, document)
        answers = {**ANSWERS, **({"storeys": 1} if step is needed_field else {})}
        for _ in range(200):
            body = {"answers": answers, "papers": [{"paper": p, "reference": "x"} for p in PAPERS]}
            key = {"Idempotency-Key": f"{rng.random()}"}
            made = expect(world.http("POST", f"/services/{SERVICE}/cases", body, headers=key), 201)
            cases.append((made["case"], made["version"]))
    world.settle()
    job = expect(world.http("POST", f"/services/{SERVICE}/rebases", {"to": to}, AUTHOR), 202)
    store, calls, deaths = world.ports.store, 0, 0
    transact = store.transact

    def mortal(operations: Any) -> None:
        nonlocal calls
        calls += 1
        transact(operations)
        if calls % 97 == 0:
            raise KeyboardInterrupt

    seen: Any = None
    store.transact = mortal  # type: ignore[method-assign]
    try:
        for _ in range(200):
            world.moment += world.minutes(3)
            try:
                world.run_events({"tick": {}})
            except KeyboardInterrupt:
                deaths += 1
            path = f"/services/{SERVICE}/rebases/{job['job']}"
            seen = expect(world.http("GET", path, None, AUTHOR), 200)
            if seen["state"] == "done":
                break
    finally:
        store.transact = transact  # type: ignore[method-assign]

    assert deaths >= 10 and seen["state"] == "done"
    versions = Counter(int(world.row(number)["service_version"]) for number, _ in cases)
    asked = [
        number
        for number, _ in cases
        if any(
            row["kind"] == "task" and row["task_kind"] == "correction" and row["state"] == "open"
            for row in world.store.partition(Table.CASES, f"case#{number}")
        )
    ]
    stayed = [number for number, _ in cases if int(world.row(number)["service_version"]) != to]
    assert len(cases) == 1000 and versions[to] == 200
    assert sorted(asked) == sorted(stayed)
    assert seen["counts"] == {"correction": 800, "there": 200}
