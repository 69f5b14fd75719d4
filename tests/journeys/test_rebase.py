"""Rebasing: open cases go on under another version, or somebody is asked; none is ever lost."""

import copy
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from chalicelib.platform.ports import Table
from infra.player import Case, expect
from tests.journeys.people import APPROVER, EXAMINER, HANDED, ISSUER, LICENCE, VILLAGE, example
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
    assert [one["pointer"] for one in mine["correction"]["errors"]] == ["/answers/storeys"]
    assert any(case.number in text for text in world.messages("13800000001")[1:])
    refused = world.http(
        "POST",
        f"/my/cases/{case.number}/actions",
        {"action": "correct", "details": {"answers": ANSWERS}},
        headers={"Receipt-Secret": case.secret},
    )
    assert (refused.status, refused.body["errors"][0]["pointer"]) == (
        *(422, "/details/answers/storeys"),
    )
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


def test_a_rebase_leads_to_the_live_version_only_and_names_unknown_stages(world: World) -> None:
    live(world, edited(optional_field))
    path = f"/services/{SERVICE}/rebases"

    for body, pointer in (
        ({"to": 1}, "/to"),
        ({"to": 2, "stages": {"examine": "nowhere"}}, "/stages/examine"),
        ({"to": 2, "fields": {"scope": "/x"}}, "/fields"),
    ):
        answer = world.http("POST", path, body, AUTHOR)
        assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer), body
    assert world.http("POST", path, {"to": 2}, VILLAGE).status == 403


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
