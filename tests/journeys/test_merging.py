"""Cases of one matter end in one; everybody who had asked hears what becomes of it."""

from copy import deepcopy
from typing import Any

import pytest

from chalicelib.cases import merging as engine
from chalicelib.cases.file import load
from chalicelib.services.checks.lint import lint
from infra.player import Case, expect
from tests.journeys.people import EXAMINER
from tests.unit.test_lint import edited
from tests.world import World, load_json

CLERK, SERVICE = "officer-li", "enquiry-reply"
PHONES = ("13900000001", "13900000002", "13900000003", "13900000004")
REPLY = {"text": "每周三上午有人到村里办。"}
MERGED: dict[str, Any] = {
    "key": "case.merged",
    "on": ["merged"],
    "texts": {
        "sms": {
            "zh-Hans": "{sign}{service}{no}与{other}是同一件事，已并入，有进展会告诉您。{phone}",
            "en": "{sign}{service} {no} is dealt with together with {other}. {phone}",
        },
        "call": {
            "zh-Hans": "您好，{service}{no}已并入{other}一起办。",
            "en": "Hello. {service} {no} is dealt with together with {other}.",
        },
    },
}


MERGE = {"zh-Hans": "并入另一件", "en": "Merge into another"}
MERGING: dict[str, Any] = {
    "/flow/acts/merge": {
        "titles": MERGE,
        "event": "merge_asked",
        "who": {"role": "acceptor", "at": "lowest-capable"},
        "does": ["merge"],
        "input": {
            "type": "object",
            "additionalProperties": False,
            "required": ["into"],
            "properties": {"into": {"type": "string", "maxLength": 10}},
        },
    },
    "/flow/always": {"merged": {"to": "end:merged", "event": "merged", "titles": MERGE}},
    "/results/merged": {"titles": MERGE, "status": "referred", "negative": False},
    "/events/merge_asked": {"titles": MERGE, "public": False},
    "/events/merged": {"titles": {"zh-Hans": "已并案", "en": "Merged"}},
    "/notices/merged": MERGED,
}


def merging() -> Any:
    """Questions that are the same are answered once."""
    return edited(load_json(f"forms/{SERVICE}/service.json"), MERGING)


@pytest.fixture
def asked(world: World) -> list[Case]:
    """Four people ask the same."""
    document = merging()
    assert [one for one in lint(document) if one.severity == "error"] == []
    assert world.publish(document)["published"]
    found = load_json(f"forms/{SERVICE}/examples/pass/pension.json")["answers"]
    cases = []
    for phone in PHONES:
        given = deepcopy(found)
        given["asker"]["phone"] = phone
        cases.append(Case.submit(world, given, [], None, SERVICE, CLERK))
    return cases


def into(case: Case, other: Case) -> Any:
    return case.do(CLERK, "merge", {"into": other.number})


def texts(case: Case, phone: str, word: str) -> list[str]:
    sent = case.front.messages(phone)
    return [text for text in sent if case.number in text and word in text]


def test_a_case_ends_in_another_and_its_applicant_is_told_which(asked: list[Case]) -> None:
    first, second = asked[:2]

    into(second, first)

    second.stands(ended=True, result="merged", status="referred")
    assert second.happened()[-3:] == ["merge_asked", "merged", "closed"]
    assert len(texts(second, PHONES[1], first.number)) == 1
    assert first.stands("answer", ended=False) and first.happened() == ["received", "followed"]
    assert "followed" not in [one["type"] for one in first.mine()["events"]]


def test_everybody_who_followed_is_told(asked: list[Case]) -> None:
    """Three end in one; what becomes of that is told to four, once each."""
    first, *others = asked
    for other in others:
        into(other, first)

    first.do(CLERK, "reply", REPLY)

    first.stands(ended=True, result="answered")
    for case, phone in zip(others, PHONES[1:], strict=True):
        heard = [one for one in case.mine()["events"] if one["type"] == "news"]
        assert [one["of"] for one in heard] == [first.number] * len(heard)
        (told,) = [one for one in heard if one["text"] == first.mine()["events"][1]["text"]]
        assert told["at"] >= first.mine()["events"][1]["at"]
        assert len(texts(case, phone, told["text"])) == 1
        assert all(REPLY["text"] not in text for text in texts(case, phone, ""))


def test_who_followed_a_case_that_was_merged_itself_hears_of_the_last(asked: list[Case]) -> None:
    first, second, third, fourth = asked
    into(fourth, third)
    into(third, second)
    into(second, first)

    first.do(CLERK, "reply", REPLY)

    title = first.mine()["events"][1]["text"]
    for case, phone in zip((second, third, fourth), PHONES[1:], strict=True):
        assert len(texts(case, phone, title)) == 1
        assert first.number in texts(case, phone, title)[0]
    (along,) = [one for one in fourth.mine()["events"] if one["text"] == "已并案" and "of" in one][
        :1
    ]
    assert along["of"] in (third.number, second.number)


def test_two_cases_do_not_end_in_each_other(world: World, asked: list[Case]) -> None:
    """Both are asked for before either is carried out."""
    first, second = asked[:2]
    for case, other in ((first, second), (second, first)):
        expect(case.attempt(CLERK, "merge", {"into": other.number}), 200)

    world.settle()

    ends = sorted([first.view()["result"] or "", second.view()["result"] or ""])
    assert ends == ["", "merged"]
    (stays,) = [case for case in (first, second) if not case.view()["result"]]
    assert stays.happened().count("not_merged") == 1
    (task,) = [one for one in stays.view()["tasks"] if one["kind"] == "escalation"]
    assert task["state"] == "open"


def test_nothing_is_merged_into_what_is_not_there_decided_or_out_of_sight(
    world: World, asked: list[Case]
) -> None:
    first, second = asked[:2]
    first.do(CLERK, "reply", REPLY)
    for number in ("1234567890", "x", second.number, first.number):
        answer = second.attempt(CLERK, "merge", {"into": number})
        assert answer.status == 422
        assert [one["pointer"] for one in answer.body["errors"]] == ["/details/into"]
    assert second.happened() == ["received"]
    assert second.attempt(EXAMINER, "merge", {"into": asked[2].number}).status == 403


def test_news_is_told_once_however_often_the_worker_tries(world: World, asked: list[Case]) -> None:
    first, second = asked[:2]
    into(second, first)
    first.do(CLERK, "pass_on", {"note": "请主管单位答复"})
    before = world.row(second.number)["events"]
    file = load(world.store, first.number)
    assert file is not None
    service = world.house.catalogue.version(SERVICE, int(file.case["service_version"]))
    for row in file.outs:
        for effect in row["effects"]:
            if effect["do"] == "repeat":
                engine.repeat(world.house, file, service, effect)

    assert world.row(second.number)["events"] == before
