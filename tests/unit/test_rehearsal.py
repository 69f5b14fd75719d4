"""A rehearsal takes every way of a service in fake time, says what would happen to whom and when,
and where a case could stand still; what it says is what the engine does."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.clocks.calendar import Calendar
from chalicelib.services.checks.lint import lint
from chalicelib.services.document import Service
from chalicelib.services.reports.account import account, coverage
from chalicelib.services.reports.advice import advice
from chalicelib.services.reports.picture import mermaid, svg
from chalicelib.services.reports.rehearsal import (
    MOST_STEPS,
    MOST_WALKS,
    Rehearsal,
    Walk,
    rehearse,
    targets,
)
from chalicelib.services.sheets.presets import Kind, preset
from infra.player import Case
from tests import pace
from tests.journeys.matters import CHAIR, HEADS, SOLUTION, asking, confirmed, opinion, triaged
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
from tests.journeys.wishes import fulfilled
from tests.unit.test_lint import GONE, edited, places
from tests.world import MORNING, ROOT, World, load_json, with_cases

CALENDAR = Calendar.from_document(load_json("infra/calendars/cn.json"))
NAMES = with_cases()
DOCUMENTS: dict[str, Any] = {name: load_json(f"forms/{name}/service.json") for name in NAMES}
TOY = load_json("tests/journeys/toy.json")
STAGES = "/flow/stages"
TITLES = {"zh-Hans": "借书证", "en": "Library card"}


def examples(name: str) -> list[Any]:
    paths = sorted((ROOT / "forms" / name / "examples" / "pass").glob("*.json"))
    return [json.loads(path.read_text("utf-8")) for path in paths]


def rehearsed(name: str, edits: Any = None, now: datetime = MORNING) -> Rehearsal:
    document = edited(DOCUMENTS[name], edits) if edits else DOCUMENTS[name]
    return rehearse(Service(document), examples(name), CALENDAR, now)


def plain(rehearsal: Rehearsal) -> Walk:
    return rehearsal.walks[0]


def walk_to(rehearsal: Rehearsal, pointer: str) -> Walk:
    """The first walk that takes it."""
    return next(
        walk for walk in rehearsal.walks if any(pointer in step.taken for step in walk.steps)
    )


def happened(walk: Walk) -> list[str]:
    return [one for step in walk.steps for one in step.events if one != "stage_entered"]


def roles(walk: Walk) -> list[str]:
    return [task.who["role"] for step in walk.steps for task in step.tasks if task.who]


def local(moment: datetime) -> str:
    return f"{CALENDAR.local(moment):%Y-%m-%d %H:%M}"


def dues(walk: Walk, of: str) -> list[str]:
    return [local(due.at) for step in walk.steps for due in step.due if due.of == of]


def hangs(rehearsal: Rehearsal) -> set[tuple[str, str]]:
    return {(one.pointer, one.keyword) for one in rehearsal.hangs}


# What the rehearsal does not get to: a result held back for a paper that an example has not
# promised.
UNSENT = {"medical-coop": {"held"}}


@pytest.mark.parametrize("name", NAMES)
def test_every_action_outcome_part_and_clock_of_a_service_is_taken(name: str) -> None:
    rehearsal = rehearsed(name)

    assert set(targets(rehearsal.service)) - rehearsal.taken == set()
    assert rehearsal.never == {} and not rehearsal.truncated
    unsent = set(rehearsal.service.data["notices"]) - rehearsal.notices
    assert unsent == UNSENT.get(name, set())
    assert set(rehearsal.service.data["documents"]) == rehearsal.documents
    assert all(walk.result for walk in rehearsal.walks)


@pytest.mark.parametrize("kind", Kind)
def test_every_preset_can_be_rehearsed_to_the_last_action(kind: Kind) -> None:
    service = Service(preset(kind, "library-card", TITLES))

    rehearsal = rehearse(service, [], CALENDAR, MORNING)

    gaps = [one for one in service.data["papers"] if one["necessity"] == "gap"]
    promised = {f"{STAGES}/receive/actions/accept_with_gap", "/flow/always/lapsed"}
    assert rehearsal.never.keys() <= (set() if gaps else promised | {"/results/lapsed"})
    assert all(walk.result for walk in rehearsal.walks)


def dates(service: Service) -> set[str]:
    """The clocks that settle a hold for a date: the plain way of such a stage."""
    stages = service.stages.values()
    ways = {way for one in stages if one.get("for") == "date" for way in one["outcomes"]}
    clocks = service.clocks.items()
    return {f"/clocks/{name}" for name, one in clocks if one["on_due"].get("outcome") in ways}


@pytest.mark.parametrize("name", NAMES)
def test_each_example_takes_the_plain_way_to_a_good_end(name: str) -> None:
    rehearsal = rehearsed(name)
    results = rehearsal.service.data["results"]

    ways = {walk.cast.title: walk for walk in rehearsal.walks if not walk.shows}
    assert ways.keys() == {one["title"] for one in examples(name)}
    for walk in ways.values():
        assert not results[walk.result]["negative"]
        # What another case has come to is heard, nobody does it.
        moves = [step.move for step in walk.steps if step.move]
        odd = {one.at for one in moves if one.kind not in ("action", "heard")}
        assert odd <= dates(rehearsal.service)


def test_the_plain_way_of_the_licence_names_its_officers_in_order_and_the_promised_day() -> None:
    walk = plain(rehearsed("business-licence"))

    assert roles(walk) == ["acceptor", "examiner", "approver", "issuer"]
    assert [step.move.by for step in walk.steps if step.move] == [
        *["acceptor", "examiner", "approver", "issuer", "issuer"]
    ]
    accepted = next(step for step in walk.steps if "accepted" in step.events)
    promised = CALENDAR.add_working_days(CALENDAR.local_date(accepted.at), 4)
    assert dues(walk, "/clocks/promised") == [f"{promised.date} 17:30"]
    assert [one.notice for step in walk.steps for one in step.notices][:2] == [
        *["received", "accepted"]
    ]
    assert next(one.date for one in accepted.notices if one.notice == "accepted") is not None
    assert walk.result == "granted"


def test_closed_days_are_skipped_by_the_real_calendar() -> None:
    eve = datetime(2026, 9, 30, 9, 15, tzinfo=UTC)

    walk = plain(rehearsed("business-licence", now=eve))

    accepted = next(step for step in walk.steps if "accepted" in step.events)
    assert CALENDAR.local_date(eve) == date(2026, 9, 30)
    assert not CALENDAR.is_working_day(date(2026, 10, 1))
    for step in walk.steps:
        assert CALENDAR.is_working_day(CALENDAR.local_date(step.at))
    due = CALENDAR.add_working_days(CALENDAR.local_date(accepted.at), 4).date
    assert dues(walk, "/clocks/promised") == [f"{due} 17:30"]
    assert (due - date(2026, 9, 30)).days > 8


def test_silence_is_acceptance_as_of_receipt_and_the_decision_clock_starts_there() -> None:
    walk = walk_to(rehearsed("business-licence"), "/clocks/one-time-notice")
    step = next(one for one in walk.steps if "deemed_accepted" in one.events)

    (received,) = dues(walk, "/clocks/one-time-notice")
    assert local(step.at)[:10] == received[:10]
    assert dues(walk, "/clocks/statutory")[0] < local(step.at)


def test_a_promised_paper_has_its_day_and_a_broken_promise_ends_the_case() -> None:
    walk = walk_to(rehearsed("business-licence"), "/flow/always/lapsed")

    assert walk.result == "lapsed"
    (due,) = dues(walk, "/flow/always/lapsed")
    assert CALENDAR.is_working_day(date.fromisoformat(due[:10]))
    assert local(walk.steps[-1].at) > due


def test_who_works_side_by_side_gets_a_task_each() -> None:
    rehearsal = rehearsed("blocked")
    walk = walk_to(rehearsal, f"{STAGES}/triage/actions/triage")

    opened = [task.at.rpartition("/")[2] for step in walk.steps for task in step.tasks]
    parts = rehearsal.service.parts("handle")
    assert set(parts) - {"opinion"} <= set(opened)


def test_who_is_asked_to_step_in_gets_a_task() -> None:
    walk = walk_to(rehearsed("business-licence"), "/clocks/statutory")

    step = next(one for one in walk.steps if "overdue" in one.events)
    assert [task.who["role"] for task in step.tasks if task.who] == ["supervisor", "triage"]


def test_what_overtakes_a_step_happens_first() -> None:
    slow = {
        "/clocks/promised/budget": {"office_minutes": 10},
        "/clocks/statutory/budget": {"office_minutes": 10},
    }

    walk = plain(rehearsed("business-licence", slow))

    assert happened(walk).count("overdue") == 2
    assert happened(walk).index("overdue") < happened(walk).index("proposed_grant")
    assert "triage" in roles(walk)
    assert [one.in_time for step in walk.steps for one in step.stopped].count(False) >= 1


def test_a_way_that_a_clock_cuts_off_is_told_with_the_clock() -> None:
    accept = f"{STAGES}/receive/actions/accept"

    cut = rehearsed("business-licence", {"/clocks/one-time-notice/budget": {"office_minutes": 5}})

    assert cut.never[accept]["en"] == 'clock "One-time notice" runs out before'
    assert "/clocks/one-time-notice" in cut.taken


def test_an_action_that_waits_for_something_said_beside_the_stages_is_reached() -> None:
    supply = f"{STAGES}/complete/actions/supply"

    rehearsal = rehearsed("business-licence", {f"{supply}/after": "commented"})

    assert rehearsal.never == {}
    walk = walk_to(rehearsal, supply)
    assert happened(walk).index("commented") == happened(walk).index("supplied") - 1


def test_a_condition_that_no_example_fulfils_is_told() -> None:
    never = {f"{STAGES}/decide/actions/grant/if": {"required": ["nobody_has_this"]}}

    rehearsal = rehearsed("business-licence", never)

    why = rehearsal.never[f"{STAGES}/decide/actions/grant"]
    assert why == {
        "zh-Hans": "没有示例满足它的条件",
        "en": "no example fulfils its condition",
    }
    assert f"{STAGES}/issue" in rehearsal.never
    assert coverage(rehearsal)["actions"]["taken"] < coverage(rehearsal)["actions"]["of"]


def test_what_the_system_decides_goes_by_the_answers_and_by_the_papers() -> None:
    one = examples("old-age-card")[0]
    service = Service(DOCUMENTS["old-age-card"])

    brought: list[list[str]] = [one["papers_needed"], []]
    whole, short = (
        plain(rehearse(service, [{**one, "papers": papers}], CALENDAR, MORNING))
        for papers in brought
    )

    (decided, looked_at) = (happened(walk)[1] for walk in (whole, short))
    assert decided.startswith("card_") and looked_at == "passed_to_officer"
    assert "aged-officer" in roles(short) and "aged-officer" not in roles(whole)


def test_an_outcome_of_a_table_that_no_example_comes_to_is_told() -> None:
    few = [one for one in examples("old-age-card") if "ninety" not in one["title"]]

    rehearsal = rehearse(Service(DOCUMENTS["old-age-card"]), few, CALENDAR, MORNING)

    why = rehearsal.never[f"{STAGES}/check/outcomes/card_80"]
    assert why["en"] == "no example fulfils its condition"


def test_an_outcome_that_nothing_comes_to_is_told() -> None:
    way = {"to": "end:returned", "event": "returned", "reason": "N3"}

    rehearsal = rehearsed("business-licence", {f"{STAGES}/examine/outcomes": {"tired": way}})

    assert rehearsal.never[f"{STAGES}/examine/outcomes/tired"]["en"].startswith("no clock")


def test_a_gap_that_no_example_leaves_is_told() -> None:
    rehearsal = rehearsed("business-licence", {"/papers/2/necessity": "necessary"})

    assert "may follow" in rehearsal.never[f"{STAGES}/receive/actions/accept_with_gap"]["en"]


def test_a_paper_that_a_decision_table_waives_is_not_asked_for() -> None:
    table = {
        "decides": "papers",
        "hit": "first",
        "inputs": [{"name": "home", "value": {"var": "premises_is_home"}}],
        "rules": [{"when": {"home": {"missing": True}}, "then": {"papers": {"P3": "asked"}}}],
        "default": {"papers": {"P3": "waived"}},
    }

    edits = {"/logic": {"tables": {"home": table}}}

    assert lint(edited(DOCUMENTS["business-licence"], edits)) == []
    rehearsal = rehearsed("business-licence", edits)
    assert all("P3" not in walk.cast.setting.needed for walk in rehearsal.walks)
    assert f"{STAGES}/receive/actions/accept_with_gap" in rehearsal.never


def test_answers_that_the_server_works_out_need_not_be_in_an_example() -> None:
    computed = {"/logic": {"computes": [{"pointer": "/staff", "value": 7}]}}
    needs = {"/form/required": [*DOCUMENTS["business-licence"]["form"]["required"], "staff"]}

    rehearsal = rehearsed("business-licence", {**computed, **needs})

    assert rehearsal.refused == []
    assert {walk.cast.answers["staff"] for walk in rehearsal.walks if walk.cast.answers} == {7}
    assert rehearsed("business-licence", needs).refused != []


HANGING: dict[str, tuple[str, Any, tuple[str, str]]] = {
    "a decision that no clock watches": (
        "business-licence",
        {"/clocks/statutory": GONE, "/clocks/promised": GONE},
        (f"{STAGES}/decide", "unwatched"),
    ),
    "an applicant who is waited for without end": (
        "business-licence",
        {"/clocks/supply": GONE},
        (f"{STAGES}/complete", "unwatched"),
    ),
    "a call back that nobody is urged to make": (
        "micro-wish",
        {"/clocks/calling": GONE},
        (f"{STAGES}/callback", "unwatched"),
    ),
    "a pool that nothing closes": (
        "micro-wish",
        {"/clocks/offered/on_due": {"do": "escalate", "who": {"role": "head", "at": "unit"}}},
        (f"{STAGES}/offer", "pool"),
    ),
    "a part that no clock watches": (
        "blocked",
        {"/clocks/attitude": GONE},
        (f"{STAGES}/handle", "unwatched"),
    ),
    "a review that waits for everybody": (
        "blocked",
        {
            f"{STAGES}/handle/parts/several/actions/{name}/least/unless": GONE
            for name in ("conclude_solved", "conclude_explained", "conclude_rectify")
        },
        (f"{STAGES}/handle/parts/several", "review"),
    ),
    "a second look by the only officer": (
        "business-licence",
        {f"{STAGES}/decide/who": {"role": "examiner", "at": "unit", "not": ["examine"]}},
        (f"{STAGES}/decide", "separation"),
    ),
    "a stage from which no example gets on": (
        "business-licence",
        {
            f"{STAGES}/decide/actions/{name}/if": {"required": ["nobody_has_this"]}
            for name in ("grant", "refuse", "back")
        }
        | {"/flow/acts/withdraw/in": ["receive"], "/flow/always": {}},
        (f"{STAGES}/decide", "stuck"),
    ),
}


@pytest.mark.parametrize("name", HANGING)
def test_where_a_case_could_stand_still_is_told(name: str) -> None:
    of, edits, hang = HANGING[name]

    assert hang not in hangs(rehearsed(of))
    rehearsal = rehearsed(of, edits)
    assert hang in hangs(rehearsal)
    told = next(one for one in rehearsal.hangs if (one.pointer, one.keyword) == hang)
    assert told.severity == "warning"
    assert told.texts["zh-Hans"].startswith("环节「") and told.texts["en"].startswith('stage "')


def test_without_examples_the_walk_says_that_it_has_no_answers() -> None:
    rehearsal = rehearse(Service(TOY), [], CALENDAR, MORNING)

    assert rehearsal.without_answers
    assert rehearsal.never == {}
    remarks = account(rehearsal, CALENDAR, "en")["remarks"]
    assert remarks == ["there is no example: rehearsed without answers, as if every condition held"]


def test_the_examples_of_the_form_itself_will_do() -> None:
    answers = examples("conduct-report")[0]["answers"]
    document = edited(DOCUMENTS["conduct-report"], {"/form/examples": [answers]})

    rehearsal = rehearse(Service(document), [], CALENDAR, MORNING)

    assert not rehearsal.without_answers
    assert plain(rehearsal).cast.answers == answers


def test_an_example_that_the_form_refuses_is_named_and_not_walked() -> None:
    good, bad = examples("conduct-report")[:2]
    bad = {**bad, "title": "nonsense", "answers": {"what": 1}}

    rehearsal = rehearse(Service(DOCUMENTS["conduct-report"]), [bad, good], CALENDAR, MORNING)

    assert rehearsal.refused == ["nonsense"]
    assert {walk.cast.title for walk in rehearsal.walks} == {good["title"]}
    assert "nonsense" in account(rehearsal, CALENDAR, "zh-Hans")["remarks"][0]


def test_an_example_may_name_its_channel_and_what_it_brings() -> None:
    one = {**example(), "channel": "agent", "papers": ["P1", {"paper": "P2", "reference": "x"}]}

    rehearsal = rehearse(Service(DOCUMENTS["business-licence"]), [one], CALENDAR, MORNING)

    walk = plain(rehearsal)
    assert walk.cast.channel == "agent"
    assert walk.cast.lacking == {"P3"}
    assert "accepted_on_promise" in happened(walk)
    assert "by_agent" in [one.notice for one in walk.steps[0].notices]


@pytest.mark.parametrize("name", NAMES)
def test_a_rehearsal_is_the_same_every_time(name: str) -> None:
    once, again = (account(rehearsed(name), CALENDAR, "en") for _ in range(2))

    assert once == again


def test_a_rehearsal_of_the_licence_is_quick() -> None:
    service, played = Service(DOCUMENTS["business-licence"]), examples("business-licence")

    def seconds() -> float:
        began = time.thread_time()
        rehearse(service, played, CALENDAR, MORNING)
        return time.thread_time() - began

    assert pace.seconds(0.2, seconds) <= 0.2


def wide() -> Any:
    """Far more ways than can be walked: 39 desks that lead to one another."""
    title = {"zh-Hans": "某", "en": "x"}

    def actions(number: int) -> Iterator[tuple[str, Any]]:
        for way in range(11):
            to = (number * 7 + way * 3 + 1) % 39
            target = f"s{to}" if to != number else "end:granted"
            yield f"a{way}", {"titles": title, "event": f"e{number}_{way}", "to": target}
        yield "end", {"titles": title, "event": "granted", "to": "end:granted"}

    who = {"role": "examiner", "at": "unit"}
    desks = {
        f"s{n}": {"kind": "desk", "titles": title, "who": who, "actions": dict(actions(n))}
        for n in range(39)
    }
    flow = {"start": "s0", "stages": {**desks, "tell": {"kind": "tell", "titles": title}}}
    return edited(DOCUMENTS["business-licence"], {"/flow": flow, "/clocks": {}})


def test_more_ways_than_can_be_walked_are_cut_and_said_to_be() -> None:
    began = time.thread_time()

    rehearsal = rehearse(Service(wide()), [], CALENDAR, MORNING)

    assert time.thread_time() - began < 5
    assert rehearsal.truncated
    assert len(rehearsal.walks) == MOST_WALKS
    assert all(len(walk.steps) <= MOST_STEPS for walk in rehearsal.walks)
    assert {texts["en"] for texts in rehearsal.never.values()} == {
        "there are too many ways to try them all"
    }


@pytest.mark.parametrize("name", NAMES)
def test_an_account_is_json_of_a_size_that_can_be_kept(name: str) -> None:
    for language in ("zh-Hans", "en"):
        told = account(rehearsed(name), CALENDAR, language)

        assert json.loads(json.dumps(told)) == told
        assert len(json.dumps(told, ensure_ascii=False).encode()) < 200_000
        for walk in told["walks"]:
            assert walk["steps"][0]["does"] in ("提交申请", "Submits")
            for step in walk["steps"]:
                assert step["by"] and step["does"] and step["stage"]
                assert {one["notice"] for one in step.get("notices", [])} <= told["notices"].keys()


def test_a_matter_of_the_offices_is_submitted_by_one_of_their_own() -> None:
    first = {
        name: account(rehearsed(name), CALENDAR, "en")["walks"][0]["steps"][0]["by"]
        for name in ("research-topic", "micro-wish")
    }

    assert first == {"research-topic": "researcher", "micro-wish": "applicant"}


def test_an_account_counts_what_was_taken_of_what_there_is() -> None:
    rehearsal = rehearsed("micro-wish")

    told = account(rehearsal, CALENDAR, "en")["coverage"]

    assert told["actions"]["of"] == len(list(rehearsal.service.every_action()))
    assert told["clocks"] == {"taken": 5, "of": len(rehearsal.service.clocks)}
    assert told["stages"]["of"] == len(rehearsal.service.stages)
    assert all(one["taken"] == one["of"] for one in told.values())


FLOWS = [
    (name, pointer)
    for name in NAMES
    for pointer in places(DOCUMENTS[name])
    if pointer.startswith(("/flow/", "/clocks/", "/papers/", "/results/"))
]
BORROWED = [stage for one in DOCUMENTS.values() for stage in one["flow"]["stages"].values()]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(FLOWS), st.sampled_from([GONE, True, 1, "end:granted", *BORROWED]))
def test_what_may_be_published_can_be_rehearsed_drawn_and_advised_on(
    at: tuple[str, str], value: Any
) -> None:
    name, pointer = at
    document = edited(DOCUMENTS[name], {pointer: value})
    if lint(document):
        return
    service = Service(document)

    rehearsal = rehearse(service, examples(name)[:2], CALENDAR, MORNING)

    assert rehearsal.walks
    assert account(rehearsal, CALENDAR, "en")["walks"]
    assert ElementTree.fromstring(svg(service, "en")).tag.endswith("svg")
    assert mermaid(service, "zh-Hans").startswith("flowchart TD\n")
    assert {one.severity for one in advice(service)} == {"warning"}


def submitted(world: World, without: str = "") -> Case:
    it = example()
    return Case.submit(world, it["answers"], [p for p in it["papers_needed"] if p != without])


def licence_walks() -> Rehearsal:
    return rehearse(Service(DOCUMENTS["business-licence"]), [example()], CALENDAR, MORNING)


def test_the_plain_way_is_what_the_engine_does(world: World) -> None:
    case = submitted(world)
    case.do(VILLAGE, "accept")
    case.do(EXAMINER, "propose_grant")
    case.do(APPROVER, "grant")
    case.do(ISSUER, "ready", LICENCE)
    case.do(ISSUER, "delivered", HANDED)

    walk = plain(licence_walks())

    assert happened(walk) == case.happened()
    sent = [one.notice for step in walk.steps for one in step.notices]
    assert sorted(sent) == sorted(one["notice"] for one in case.view()["notices"])
    issued = [name for step in walk.steps for name in step.documents]
    assert issued == [one["document"] for one in case.mine()["documents"]]


def test_a_gap_and_its_end_are_what_the_engine_does(world: World) -> None:
    case = submitted(world, without="P3")
    case.do(VILLAGE, "accept_with_gap", SIGNED)
    case.after(case.promised("P3"))

    rehearsal = licence_walks()
    walk = walk_to(rehearsal, "/flow/always/lapsed")

    promised = next(step for step in walk.steps if "accepted_on_promise" in step.events)
    due = next(one.at for one in promised.due if one.of == "/flow/always/lapsed")
    assert due == case.promised("P3").replace(second=0, microsecond=0)
    assert happened(walk)[-2:] == ["lapsed", "closed"] == case.happened()[-2:]


def test_silence_is_what_the_engine_makes_of_it(world: World) -> None:
    case = submitted(world)
    case.after(case.due("one-time-notice"))

    walk = walk_to(licence_walks(), "/clocks/one-time-notice")

    told = {due.of: local(due.at) for step in walk.steps for due in step.due}
    assert happened(walk)[:2] == case.happened()[:2] == ["received", "deemed_accepted"]
    for clock in ("statutory", "promised"):
        assert told[f"/clocks/{clock}"] == local(case.due(clock))


def test_a_pool_is_what_the_engine_does(world: World) -> None:
    case = fulfilled(world)
    case.decide("confirm", {"how": "signature", "reference": "签字单1号"})
    goods = load_json("forms/micro-wish/examples/pass/goods.json") | {"channel": "outreach"}

    walk = plain(rehearse(Service(DOCUMENTS["micro-wish"]), [goods], CALENDAR, MORNING))

    assert happened(walk) == case.happened()
    sent = [one.notice for step in walk.steps for one in step.notices]
    assert sorted(sent) == sorted(one["notice"] for one in case.view()["notices"])
    told = {due.of: local(due.at) for step in walk.steps for due in step.due}
    assert told["/clocks/offered"] == local(case.due("offered"))


def test_a_joint_review_among_several_parts_is_what_the_engine_does(world: World) -> None:
    case = triaged(world, "several")
    case.do(CHAIR, "convene", asking(*HEADS[:2]))
    for head in HEADS[:2]:
        case.do(head, "opine", opinion())
    case.do(CHAIR, "conclude_solved", SOLUTION)
    confirmed(case)
    conclusion = f"{STAGES}/handle/parts/several/actions/conclude_solved"

    rehearsal = rehearsed("blocked")

    ways = [walk for walk in rehearsal.walks if any(conclusion in one.taken for one in walk.steps)]
    assert case.happened() in [happened(walk) for walk in ways]
