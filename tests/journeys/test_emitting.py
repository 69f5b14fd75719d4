"""What a case opens again and again: in time, once each, until it ends."""

import copy
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from chalicelib.cases import emitting, targets
from chalicelib.platform import times
from chalicelib.platform.ports import Table
from infra.player import Case, expect
from tests.journeys.publishing import order, publish, upload
from tests.world import World, load_json

SERVICE = "rounds"
VILLAGE, HALL = "officer-li", "officer-zhao"
TITLES = {"zh-Hans": "回访", "zh-Hant": "回訪", "en": "Rounds"}
TOLD = {"text": "一年里每个月去问一次。", "by": "2026-04-01"}
Document = dict[str, Any]
EMISSION = {
    "titles": TITLES,
    "on": ["begun"],
    "every": {"days": 30},
    "opens": {
        "service": "suggestion",
        "answers": {
            "/topic": {"from": "/topic"},
            "/text": {"from": "/text"},
            "/region": {"from": "/region"},
        },
    },
    "until": {"months": 6},
}


def rounds(**changes: Any) -> Document:
    """A suggestion that is followed up by others, from `begin` on until it is decided."""
    made: Document = copy.deepcopy(load_json("forms/suggestion/service.json"))
    made["service"] = SERVICE
    word = {"type": "string", "minLength": 2, "maxLength": 60, "title": "说明"}
    made["flow"]["stages"]["sort"]["actions"]["begin"] = {
        "titles": TITLES,
        "event": "begun",
        "input": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"text": {**word, "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*$"}},
        },
    }
    made["flow"]["acts"]["stop"] = {
        "titles": TITLES,
        "event": "stopped",
        "who": {"role": "acceptor", "at": "received"},
    }
    made["events"] |= {"begun": {"titles": TITLES}, "stopped": {"titles": TITLES}}
    made["flow"]["emits"] = {"round": {**copy.deepcopy(EMISSION), **changes}}
    return made


def begun(world: World, document: Document, by: str = VILLAGE) -> Case:
    publish(world, document, unit="approval-bureau")
    answers = load_json("forms/suggestion/examples/pass/with-a-name.json")["answers"]
    case = Case.submit(world, answers, [], service=SERVICE, reader=HALL)
    case.do(by, "begin", {})
    return case


def opened(case: Case) -> list[str]:
    """Numbers of the cases it has opened so far."""
    found = [one["data"] for one in case.view()["events"] if one["type"] == "emitted"]
    return [number for data in found for number in data["cases"]]


def turns(case: Case) -> list[int]:
    return [one["data"]["turn"] for one in case.view()["events"] if one["type"] == "emitted"]


def coming(case: Case) -> datetime:
    (one,) = case.view()["emits"]
    return times.moment(one["opens_at"])


def pass_by(world: World, days: int) -> None:
    world.tick(world.moment + timedelta(days=days))


def test_a_case_is_opened_every_thirty_days_and_says_what_it_is_about(world: World) -> None:
    case = begun(world, rounds())
    assert opened(case) == []

    for number in (1, 2, 3):
        world.tick(coming(case) + timedelta(seconds=1))
        assert turns(case) == list(range(1, number + 1))

    one, *_ = opened(case)
    seen = Case(world, one, "", HALL).view()
    assert (seen["about"], seen["service"]) == (case.number, "suggestion")
    assert len(set(opened(case))) == 3
    case.stands("sort")


def test_a_tick_that_comes_too_early_or_twice_changes_nothing(world: World) -> None:
    case = begun(world, rounds())
    due = coming(case)
    world.tick(due - timedelta(seconds=1))
    assert opened(case) == []

    for _ in range(3):
        world.tick(due + timedelta(seconds=1))

    assert turns(case) == [1]


def test_a_tick_that_died_between_the_case_and_its_record_opens_it_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = begun(world, rounds())
    due = coming(case)
    world.moment = due + timedelta(seconds=1)

    def dies(*_: Any) -> bool:
        raise RuntimeError

    monkeypatch.setattr(emitting, "_commit", dies)
    with pytest.raises(RuntimeError):
        emitting.carry_on(world.house, case.number, "round")
    monkeypatch.undo()
    assert turns(case) == []
    world.tick()

    (one,) = opened(case)
    about = Case(world, one, "", HALL).view()["about"]
    assert (turns(case), about) == ([1], case.number)
    cases = world.store.rows[Table.CASES].values()  # type: ignore[attr-defined]
    assert sum(row["kind"] == "case" and row.get("about") == case.number for row in cases) == 1


def test_of_times_that_were_missed_only_the_latest_is_made_up_for(world: World) -> None:
    case = begun(world, rounds())

    pass_by(world, 100)

    assert turns(case) == [3]
    (event,) = [one for one in case.view()["events"] if one["type"] == "emitted"]
    assert event["data"]["missed"] == 2


def test_or_all_of_them_where_the_document_says_so(world: World) -> None:
    case = begun(world, rounds(catch_up="all"))

    pass_by(world, 100)

    assert turns(case) == [1, 2, 3]


def test_after_its_months_nothing_is_opened(world: World) -> None:
    case = begun(world, rounds(catch_up="all"))

    pass_by(world, 400)
    pass_by(world, 100)

    assert turns(case) == [1, 2, 3, 4, 5, 6]
    assert case.view()["emits"] == []


def test_an_event_ends_it(world: World) -> None:
    case = begun(world, rounds(until={"months": 6, "events": ["stopped"]}))
    pass_by(world, 31)
    case.do(VILLAGE, "stop")
    pass_by(world, 60)

    assert turns(case) == [1]
    assert case.view()["emits"] == []


def test_a_case_that_is_decided_opens_nothing_more(world: World) -> None:
    case = begun(world, rounds())
    pass_by(world, 31)
    case.do(VILLAGE, "adopt", TOLD)
    pass_by(world, 60)

    assert turns(case) == [1]


def test_it_begins_once_however_often_it_is_said(world: World) -> None:
    case = begun(world, rounds())
    pass_by(world, 10)
    case.do(VILLAGE, "begin", {})
    pass_by(world, 21)

    assert turns(case) == [1]


def test_what_has_begun_goes_on_by_its_own_version(world: World) -> None:
    case = begun(world, rounds())
    publish(world, rounds(every={"days": 5}), accepts="narrowing")

    pass_by(world, 31)

    assert turns(case) == [1]


def test_the_other_form_is_asked_before_anything_is_begun(world: World) -> None:
    made = rounds()
    made["flow"]["emits"]["round"]["opens"]["answers"]["/text"] = {"details": "/text"}
    publish(world, made, unit="approval-bureau")
    answers = load_json("forms/suggestion/examples/pass/with-a-name.json")["answers"]
    case = Case.submit(world, answers, [], service=SERVICE, reader=HALL)

    refused = case.attempt(VILLAGE, "begin", {"text": "没"})

    assert refused.status == 422
    assert case.happened() == ["received"]


def test_what_cannot_be_opened_later_is_recorded_and_asked_about(world: World) -> None:
    """Meanwhile the other service has become stricter; the time after it is tried again."""
    case = begun(world, rounds())
    stricter = load_json("forms/suggestion/service.json")
    stricter["form"]["required"].append("writer")
    publish(world, stricter, accepts="breaking")

    pass_by(world, 31)

    assert opened(case) == []
    (task,) = [one for one in case.view()["tasks"] if one["task"].startswith("not-opened")]
    assert (task["state"], task["role"]) == ("open", "acceptor")
    assert "case_not_opened" in case.happened()
    assert coming(case) > world.moment


def test_the_case_is_told_its_day_its_time_and_its_number(world: World) -> None:
    made = rounds(every={"times_a_week": 2}, between=["00:30", "04:30"], ahead=2)
    answers = made["flow"]["emits"]["round"]["opens"]["answers"]
    answers |= {"/place": {"when": "time"}, "/writer/name": {"when": "date"}}
    case = begun(world, made)

    world.tick(coming(case) + timedelta(seconds=1))

    told = Case(world, opened(case)[0], "", HALL).view()["answers"]
    assert "00:30" <= told["place"] < "04:30"
    begun_on = world.house.calendar.local_date(times.moment(case.view()["received_at"]))
    night = date.fromisoformat(told["writer"]["name"])
    assert timedelta(days=1) <= night - begun_on <= timedelta(days=7)


def test_irregular_times_are_shown_to_officers_and_not_to_who_submitted(world: World) -> None:
    case = begun(world, rounds())

    assert "emits" not in case.mine()
    told = expect(world.http("GET", f"/cases/{case.number}/why", None, HALL), 200)
    assert any("定期立案“回访”：第1次" in line for line in told["why"])


def labelled(world: World, node: str, *labels: str) -> None:
    """The village gets class labels, from today on."""
    day = f"{world.house.today()}"
    row = {"row": 2, "node": node, "from": day, "labels": list(labels)}
    data = {"rows": [row], "because": "分类指导", "by": "区委农办"}
    assert world.publisher.handle({"regions": data})["written"] == 1
    world.house.directory.refresh()


def test_a_watch_opens_a_case_for_each_node_that_has_a_label_on_the_day(world: World) -> None:
    made = rounds(
        over={"nodes": {"level": "village"}},
        **{"if": {"in": ["resettled", {"var": "item.labels"}]}},
    )
    made["flow"]["emits"]["round"]["opens"]["answers"]["/region"] = {"item": "/code"}
    made["levels"] = ["district"]
    case = begun(world, made, HALL)
    labelled(world, "jz-t1-v1", "resettled")
    labelled(world, "jz-t2-v1", "resettled", "poor")

    pass_by(world, 31)

    sites = {Case(world, one, "", HALL).view()["site"] for one in opened(case)}
    assert sites == {"jz-t1-v1", "jz-t2-v1"}
    labelled(world, "jz-t2-v1", "poor")
    pass_by(world, 30)
    assert len(opened(case)) == 3


def listed(**changes: Any) -> Document:
    """Rounds to each of a list of people in the answers."""
    made = rounds(over={"answers": "/people"}, **changes)
    entry = {
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "age"],
        "properties": {
            "name": {
                "type": "string",
                "title": "姓名",
                "maxLength": 20,
                "pattern": "^[^\\u0000]*$",
            },
            "age": {"type": "integer", "title": "年龄", "minimum": 0, "maximum": 130},
        },
    }
    people = {"type": "array", "title": "对象", "maxItems": 40, "items": entry}
    made["form"]["properties"]["people"] = people
    made["flow"]["emits"]["round"]["opens"]["answers"]["/writer/name"] = {"item": "/name"}
    return made


def with_people(world: World, document: Document, *people: tuple[str, int]) -> Case:
    publish(world, document, unit="approval-bureau")
    answers = load_json("forms/suggestion/examples/pass/with-a-name.json")["answers"]
    told = [{"name": name, "age": age} for name, age in people]
    case = Case.submit(world, {**answers, "people": told}, [], service=SERVICE, reader=HALL)
    case.do(VILLAGE, "begin", {})
    return case


def names(world: World, numbers: list[str]) -> list[str]:
    views = [Case(world, one, "", HALL).view() for one in numbers]
    return sorted(view["answers"]["writer"]["name"] for view in views)


def test_each_entry_of_a_list_has_a_case_of_its_own_where_the_condition_holds(
    world: World,
) -> None:
    made = listed(**{"if": {">=": [{"var": "item.age"}, 60]}})
    case = with_people(world, made, ("罗大妹", 71), ("谢小春", 34), ("廖菊香", 60))

    pass_by(world, 31)
    pass_by(world, 30)

    assert turns(case) == [1, 2]
    assert names(world, opened(case)) == ["廖菊香", "廖菊香", "罗大妹", "罗大妹"]


def test_what_is_for_each_of_them_once_is_not_opened_again(world: World) -> None:
    made = listed(at_once=True)
    made["flow"]["emits"]["round"]["over"]["once"] = True
    case = with_people(world, made, ("罗大妹", 71), ("谢小春", 34))
    assert names(world, opened(case)) == ["罗大妹", "谢小春"]

    pass_by(world, 31)
    pass_by(world, 30)

    assert len(opened(case)) == 2


def test_one_that_the_other_form_refuses_does_not_keep_the_others_back(world: World) -> None:
    case = with_people(world, listed(), ("罗大妹", 71), ("谢小春", 34))
    stricter = load_json("forms/suggestion/service.json")
    name = stricter["form"]["properties"]["writer"]["properties"]["name"]
    name |= {"not": {"const": "谢小春"}}
    publish(world, stricter, accepts="breaking")

    pass_by(world, 31)

    assert names(world, opened(case)) == ["罗大妹"]
    assert case.happened().count("case_not_opened") == 1


def from_records(**changes: Any) -> Document:
    """Rounds to every household of the diary that wants another visit."""
    over = {"records": {"service": "visit-diary", "months": 3, "same": "/person/name"}}
    made = rounds(over=over, **{"if": {"==": [{"var": "item.again"}, True]}}, **changes)
    answers = made["flow"]["emits"]["round"]["opens"]["answers"]
    answers |= {"/writer/name": {"item": "/person/name"}, "/region": {"item": "/region"}}
    made["levels"] = ["district"]
    return made


def note(world: World, name: str, again: bool, region: str = "360802101201") -> None:
    answers = load_json("forms/visit-diary/examples/pass/all-is-well.json")["answers"]
    told = {**answers, "person": {"name": name}, "again": again, "region": region}
    body = {"answers": told, "channel": "outreach"}
    expect(world.http("POST", "/services/visit-diary/cases", body, "grid-mei"), 201)


def test_a_watch_over_records_opens_a_case_for_each_household_that_the_rule_names(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "QUERIES", 2)
    case = begun(world, from_records(), HALL)
    for name, again in (("罗大妹", True), ("谢小春", False), ("廖菊香", True), ("罗大妹", True)):
        note(world, name, again)
    note(world, "熊德海", True, "360802102201")

    world.tick(coming(case) + timedelta(seconds=1))
    for _ in range(20):
        world.tick()

    assert names(world, opened(case)) == ["廖菊香", "熊德海", "罗大妹"]
    assert set(turns(case)) == {1}


def test_a_long_list_is_opened_in_pages_and_each_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "PAGE", 2)
    monkeypatch.setattr(emitting, "MOST_PAGES", 1)
    case = begun(world, from_records(), HALL)
    wanted = ["一", "二", "三", "四", "五"]
    for name in wanted:
        note(world, f"住户{name}", True)
    world.moment = coming(case) + timedelta(seconds=1)

    seen = []
    for _ in range(12):
        emitting.carry_on(world.house, case.number, "round")
        seen.append(len(opened(case)))

    assert seen[0] <= 2
    assert all(after - before <= 2 for before, after in pairwise(seen))
    world.settle()
    assert names(world, opened(case)) == sorted(f"住户{name}" for name in wanted)


REFUSED: dict[str, tuple[Callable[[Document], Any], str, str]] = {
    "an event that never happens": (lambda it: it.update(on=["nothing"]), "/on/0", "event"),
    "an end that never comes": (
        lambda it: it["until"].update(events=["nothing"]),
        "/until/events/0",
        "event",
    ),
    "what begins when all is over": (lambda it: it.update(on=["adopted"]), "/on/0", "end"),
    "a beginning that ends it": (
        lambda it: it["until"].update(events=["begun"]),
        "/on/0",
        "unique",
    ),
    "too often": (lambda it: it.update(every={"days": 1}, until={"months": 60}), "/every", "cost"),
    "no end at all": (lambda it: it["until"].pop("months"), "/until/months", "required"),
    "a circle of one": (lambda it: it["opens"].update(service=SERVICE), "/opens/service", "circle"),
    "a condition of nobody": (lambda it: it.update({"if": True}), "/if", "place"),
    "two lists": (
        lambda it: it.update(over={"nodes": {}, "answers": "/text"}),
        "/over",
        "oneOf",
    ),
    "a list that is none": (
        lambda it: it.update(over={"answers": "/text"}),
        "/over/answers",
        "items",
    ),
    "a member that nodes do not have": (
        lambda it: (
            it.update(over={"nodes": {}}),
            it["opens"]["answers"].update({"/text": {"item": "/name"}}),
        ),
        "/opens/answers/~1text/item",
        "pointer",
    ),
    "a condition on what nobody knows": (
        lambda it: it.update({"over": {"nodes": {}}, "if": {"==": [{"var": "item.size"}, 3]}}),
        "/if",
        "name",
    ),
    "a condition that is none": (
        lambda it: it.update({"over": {"nodes": {}}, "if": {"like": [{"var": "item.code"}, 3]}}),
        "/if/like",
        "operator",
    ),
    "details that nobody gives": (
        lambda it: it["opens"]["answers"].update({"/text": {"details": "/words"}}),
        "/opens/answers/~1text/details",
        "pointer",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_document_that_would_open_cases_without_end_or_sense_is_refused(
    world: World, name: str
) -> None:
    edit, pointer, keyword = REFUSED[name]
    made = rounds()
    edit(made["flow"]["emits"]["round"])

    found = upload(world, made)

    assert found["state"] == "refused"
    said = [(one["pointer"], one["keyword"]) for one in found["report"]["findings"]]
    assert (f"/flow/emits/round{pointer}", keyword) in said


def test_a_time_is_told_only_to_what_is_opened_at_its_time(world: World) -> None:
    made = load_json("forms/patrol-night/service.json")
    post = made["flow"]["stages"]["handle"]["actions"]["open_post"]["opens"]["answers"]
    post["/date"] = {"when": "date"}

    found = upload(world, made)

    at = "/flow/stages/handle/actions/open_post/opens/answers/~1date/when"
    said = [(one["pointer"], one["keyword"]) for one in found["report"]["findings"]]
    assert (at, "place") in said


def test_two_services_that_would_open_each_other_without_end_are_refused(world: World) -> None:
    publish(world, rounds(), unit="approval-bureau")
    made = load_json("forms/suggestion/service.json")
    made["flow"]["follows"] = {
        "again": {
            "on": ["adopted"],
            "do": "open_case",
            "opens": {
                "service": SERVICE,
                "answers": {
                    "/topic": {"from": "/topic"},
                    "/text": {"from": "/text"},
                    "/region": {"from": "/region"},
                },
            },
        }
    }
    publish(world, made, accepts="breaking")
    draft = upload(world, rounds(every={"days": 60}))

    done = order(world, SERVICE, "publish", upload=draft["upload"], accepts="breaking")

    assert done["state"] == "refused"
    assert "circle" in [one["keyword"] for one in done["outcome"]["findings"]]


def test_the_report_says_in_words_what_is_opened_when(world: World) -> None:
    found = upload(world, rounds())

    said = expect(world.http("GET", f"/uploads/{found['upload']}", None, "officer-gao"), 200)

    assert "每30天立一案（suggestion）" in str(said["report"])
