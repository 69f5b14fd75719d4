"""Cases that lead to others: opened by what happened, heard of when they are decided."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.cases.leading import open_owed
from chalicelib.platform.ports import Table
from infra.player import Case, expect
from tests.journeys.publishing import order, publish, upload
from tests.world import World, load_json

SERVICE = "errands"
VILLAGE, EXAMINER, HALL = "officer-li", "officer-chen", "officer-zhao"
ADOPTED = {"text": "由镇便民中心中午留一个窗口。", "by": "2026-04-01"}
ELSEWHERE = {"reason": "S11", "right_door": "反映窗口", "text": "没办成的事由反映窗口接着办。"}
FIRST = {"text": "上村小学门口没有路灯。", "name": "罗大妹"}
SECOND = {"text": "下村的公厕没有水已经一个月。", "name": "谢小春"}
TITLES = {"zh-Hans": "分头转办", "zh-Hant": "分頭轉辦", "en": "Errands"}
PLAIN = "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069]*$"
Document = dict[str, Any]


def errands() -> Document:
    """A suggestion that is sent out as several, and waits until they are all decided."""
    made: Document = copy.deepcopy(load_json("forms/suggestion/service.json"))
    made["service"] = SERVICE
    flow = made["flow"]
    word = {"type": "string", "minLength": 2, "maxLength": 100, "pattern": PLAIN}
    one = {
        "type": "object",
        "additionalProperties": False,
        "required": ["text"],
        "properties": {"text": {**word, "title": "说什么"}, "name": {**word, "title": "谁说的"}},
    }
    listed = {"type": "array", "title": "各项", "maxItems": 5, "items": one}
    flow["stages"]["sort"]["actions"]["send"] = {
        "titles": TITLES,
        "event": "sent_out",
        "to": "wait",
        "input": {
            "type": "object",
            "additionalProperties": False,
            "required": ["errands"],
            "properties": {"errands": listed},
        },
    }
    flow["stages"]["wait"] = {
        "kind": "hold",
        "for": "case",
        "of": "errand_done",
        "titles": TITLES,
        "join": {"rule": "all", "prefer": ["other", "adopted"]},
        "outcomes": {
            "adopted": {"to": "end:adopted", "event": "adopted", "titles": TITLES},
            "other": {"to": "consider", "event": "not_all_adopted", "titles": TITLES},
        },
    }
    flow["follows"] = {
        "errands": {
            "on": ["sent_out"],
            "do": "open_case",
            "each": "/errands",
            "hears": "errand_done",
            "opens": {
                "service": "suggestion",
                "answers": {
                    "/topic": {"from": "/topic"},
                    "/text": {"item": "/text"},
                    "/writer/name": {"item": "/name"},
                    "/region": {"from": "/region"},
                },
            },
        }
    }
    for name in ("sent_out", "errand_done", "not_all_adopted"):
        made["events"][name] = {"titles": TITLES}
    return made


def edited(edit: Callable[[Document], Any]) -> Document:
    made = errands()
    edit(made)
    return made


def sent(world: World, *items: Any) -> Case:
    publish(world, errands(), unit="approval-bureau")
    answers = load_json("forms/suggestion/examples/pass/with-a-name.json")["answers"]
    case = Case.submit(world, answers, [], service=SERVICE, reader=HALL)
    case.do(VILLAGE, "send", {"errands": list(items)})
    return case


def opened(case: Case) -> list[Case]:
    """The cases that this one has opened, in the order of their events."""
    events = [one["data"] for one in case.view()["events"] if one["type"] == "case_opened"]
    return [Case(case.front, one["case"], "", HALL) for one in events]


def adopt(case: Case) -> None:
    case.do(VILLAGE, "adopt", ADOPTED)


def test_each_item_becomes_a_case_of_its_own_and_the_last_decision_ends_the_wait(
    world: World,
) -> None:
    case = sent(world, FIRST, SECOND)

    first, second = opened(case)
    seen = [one.view() for one in (first, second)]
    assert [one["answers"]["text"] for one in seen] == [FIRST["text"], SECOND["text"]]
    assert {one["about"] for one in seen} == {case.number}
    case.stands("wait")

    adopt(first)
    case.stands("wait")
    adopt(second)

    case.stands(ended=True, result="adopted")
    assert case.happened() == [
        *["received", "sent_out", "case_opened", "case_opened"],
        *["errand_done", "errand_done", "adopted", "closed"],
    ]


def test_one_that_comes_to_something_else_brings_the_case_back_to_a_desk(world: World) -> None:
    case = sent(world, FIRST, SECOND)
    first, second = opened(case)

    adopt(first)
    second.do(VILLAGE, "elsewhere", ELSEWHERE)

    case.stands("consider")


def test_what_an_earlier_round_comes_to_late_does_not_end_the_wait_of_the_next(
    world: World,
) -> None:
    document = errands()
    document["flow"]["stages"]["wait"]["who"] = {"role": "acceptor", "at": "lowest-capable"}
    document["flow"]["stages"]["wait"]["actions"] = {
        "no_longer": {"titles": TITLES, "event": "called_back", "to": "sort"}
    }
    document["events"]["called_back"] = {"titles": TITLES}
    publish(world, document, unit="approval-bureau")
    answers = load_json("forms/suggestion/examples/pass/with-a-name.json")["answers"]
    case = Case.submit(world, answers, [], service=SERVICE, reader=HALL)
    case.do(VILLAGE, "send", {"errands": [FIRST]})
    case.do(VILLAGE, "no_longer")
    case.do(VILLAGE, "send", {"errands": [SECOND]})
    first, second = opened(case)

    adopt(first)
    case.stands("wait")
    adopt(second)

    case.stands(ended=True, result="adopted")


def test_a_list_of_nothing_is_not_waited_for(world: World) -> None:
    case = sent(world)

    case.stands("consider")


def test_an_item_that_the_other_form_refuses_is_refused_when_it_is_sent(world: World) -> None:
    publish(world, errands(), unit="approval-bureau")
    answers = load_json("forms/suggestion/examples/pass/with-a-name.json")["answers"]
    case = Case.submit(world, answers, [], service=SERVICE, reader=HALL)

    refused = case.attempt(VILLAGE, "send", {"errands": [FIRST, {"text": "没灯"}]})

    assert refused.status == 422
    assert [one["pointer"] for one in refused.body["errors"]] == ["/details/text"]
    assert case.happened() == ["received"]


def test_an_opening_that_fails_later_is_recorded_asked_about_and_not_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the act and its opening the other service has become stricter."""
    stricter = load_json("forms/suggestion/service.json")
    stricter["form"]["required"].append("place")
    publish(world, errands(), unit="approval-bureau")
    answers = load_json("forms/suggestion/examples/pass/with-a-name.json")["answers"]
    case = Case.submit(world, answers, [], service=SERVICE, reader=HALL)
    monkeypatch.setattr(world, "settle", lambda number="": None)
    case.do(VILLAGE, "send", {"errands": [FIRST]})
    monkeypatch.undo()
    publish(world, stricter, accepts="breaking")

    world.settle()

    assert opened(case) == []
    case.stands("consider")
    (task,) = [one for one in case.view()["tasks"] if one["kind"] == "escalation"]
    assert (task["state"], task["role"]) == ("open", "acceptor")
    (event,) = [one for one in case.view()["events"] if one["type"] == "case_not_opened"]
    assert [one["pointer"] for one in event["details"]["findings"]] == ["/details/place"]


def test_an_opening_that_is_repeated_opens_one_case(world: World) -> None:
    case = sent(world, FIRST)
    rows = world.store.partition(Table.CASES, f"case#{case.number}", "out#")
    (row,) = [one for one in rows if "open_case" in json.dumps(one["effects"])]
    (effect,) = [one for one in row["effects"] if one["do"] == "open_case"]

    for _ in range(3):
        open_owed(world.house, case.number, effect)

    assert len(opened(case)) == 1
    assert case.happened().count("case_opened") == 1


def test_nobody_waits_for_what_a_restricted_case_comes_to(world: World) -> None:
    report = load_json("forms/conduct-report/examples/pass/least.json")["answers"]
    told = {f"/{name}": {"is": value} for name, value in report.items()}
    document = edited(lambda it: effect(it)["opens"].update(service="conduct-report", answers=told))
    draft = upload(world, document)
    data = {"upload": draft["upload"], "unit": "approval-bureau"}

    done = order(world, SERVICE, "publish", **data)

    assert done["state"] == "refused"
    assert "restricted" in [one["keyword"] for one in done["outcome"]["findings"]]


def test_what_the_wait_is_for_is_told(world: World) -> None:
    case = sent(world, FIRST)
    (other,) = opened(case)

    told = expect(world.http("GET", f"/cases/{case.number}/why", None, HALL), 200)

    assert any(other.number in line for line in told["why"])


REFUSED: dict[str, tuple[Callable[[Document], Any], str, str]] = {
    "an event that never happens": (
        lambda it: effect(it).update(on=["nothing"]),
        "/flow/follows/errands/on/0",
        "event",
    ),
    "a list without a bound": (
        lambda it: listed(it).pop("maxItems"),
        "/flow/follows/errands/each",
        "items",
    ),
    "a list that nobody fills in": (
        lambda it: effect(it).update(each="/others"),
        "/flow/follows/errands/each",
        "items",
    ),
    "a member that an item does not have": (
        lambda it: effect(it)["opens"]["answers"].update({"/text": {"item": "/words"}}),
        "/flow/follows/errands/opens/answers/~1text/item",
        "pointer",
    ),
    "a member that the details do not have": (
        lambda it: effect(it)["opens"]["answers"].update({"/text": {"details": "/words"}}),
        "/flow/follows/errands/opens/answers/~1text/details",
        "pointer",
    ),
    "an item where there is one case": (
        lambda it: effect(it).pop("each"),
        "/flow/follows/errands/opens/answers/~1text/item",
        "items",
    ),
    "an opening of nothing": (
        lambda it: effect(it).pop("opens"),
        "/flow/follows/errands/opens",
        "required",
    ),
    "a wait for what does not come back": (
        lambda it: effect(it).pop("hears"),
        "/flow/stages/wait/of",
        "event",
    ),
    "a wait without an outcome for whatever else": (
        lambda it: wait(it)["outcomes"].pop("other"),
        "/flow/stages/wait/outcomes/other",
        "required",
    ),
    "a wait by a rule of parts": (
        lambda it: wait(it)["join"].update(rule="least", least=1),
        "/flow/stages/wait/join/rule",
        "enum",
    ),
    "a preference for no outcome": (
        lambda it: wait(it)["join"]["prefer"].append("granted"),
        "/flow/stages/wait/join/prefer/2",
        "outcome",
    ),
    "a wait for a body outside that nobody may note": (
        lambda it: wait(it).update({"for": "outside"}),
        "/flow/stages/wait/actions",
        "actor",
    ),
}


def effect(document: Document) -> Any:
    return document["flow"]["follows"]["errands"]


def wait(document: Document) -> Any:
    return document["flow"]["stages"]["wait"]


def listed(document: Document) -> Any:
    action = document["flow"]["stages"]["sort"]["actions"]["send"]
    return action["input"]["properties"]["errands"]


@pytest.mark.parametrize("name", REFUSED)
def test_a_document_that_could_strand_a_case_or_lose_a_word_is_refused(
    world: World, name: str
) -> None:
    edit, pointer, keyword = REFUSED[name]

    found = upload(world, edited(edit))

    assert found["state"] == "refused"
    said = [(one["pointer"], one["keyword"]) for one in found["report"]["findings"]]
    assert (pointer, keyword) in said
