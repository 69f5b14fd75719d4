"""Letters to the head of the department: read by the head, and by nobody else."""

import json
from datetime import timedelta
from typing import Any

from chalicelib.platform.errors import AlreadyDecided, NotYet
from infra.player import Case, Front, expect
from tests.journeys.matters import refused_as
from tests.journeys.wishes import on_claim
from tests.world import World, load_json

HEAD, CLERK, SECTION, OTHER_SECTION = "officer-xu", "officer-xiao", "officer-dong", "officer-yuan"
SUPERVISOR, WINDOW = "officer-zhou", "officer-zhao"
MOBILE = "13800000031"
LETTER = "上村到镇便民中心十一里"
BRIEF = {"text": "研究能不能每周派一个窗口到村里办半天。"}
REPORT = {"done": "done", "text": "从下月起每周三上午到村。"}
REPLY = {"outcome": "adopted", "text": "从下月起，每周三上午有人到村里办。"}
ELSEWHERE = {"reason": "L1", "right_door": "区交通局", "text": "公交线路归区交通局管。"}
REGION = load_json("infra/seed/directory.json")


def answers(name: str = "grassroots") -> dict[str, Any]:
    found: dict[str, Any] = load_json(f"forms/mailbox/examples/pass/{name}.json")["answers"]
    return found


def letter(front: Front, name: str = "grassroots", party: str | None = None, **more: Any) -> Case:
    return Case.submit(front, answers(name), [], party, "mailbox", HEAD, **more)


def handed(front: Front, *sections: str) -> Case:
    """A letter of which these heads of sections have something to do."""
    case = letter(front)
    case.do(HEAD, "hand_down")
    case.do(HEAD, "ask", {"participants": [{"party": one} for one in sections]})
    return case


def test_a_letter_is_read_and_answered_by_the_head_and_the_writer_is_told(front: Front) -> None:
    case = letter(front)
    view = case.stands("read", status="received")
    assert [(one["role"], one["node"]) for one in view["tasks"]] == [("head", "jz")]

    case.do(HEAD, "reply", REPLY)

    case.stands(ended=True, result="replied", status="explained")
    assert case.happened() == ["received", "replied", "closed"]
    (document,) = case.mine()["documents"]
    assert case.number in document["number"] and REPLY["text"] in document["body"]
    mine = [text for text in front.messages(MOBILE) if case.number in text]
    assert ["本人阅看" in mine[0], "已答复" in mine[1], "评价" in mine[2]] == [True] * 3
    assert len(mine) == 3


def test_what_a_section_has_to_do_is_handed_down_and_its_report_answers_the_writer(
    front: Front,
) -> None:
    case = handed(front, SECTION)
    on_claim(case, SECTION, HEAD, "brief", BRIEF)
    expect(case.alone(SECTION, "report", REPORT), 200)

    case.do(HEAD, "reply", REPLY)

    case.stands(ended=True, result="replied")
    assert case.happened() == [
        *["received", "handed_down", "work_given", "briefed"],
        *["work_reported", "replied", "closed"],
    ]
    public = [one["type"] for one in case.mine()["events"]]
    assert "handed_down" in public and "work_reported" not in public


def test_a_section_is_told_what_to_do_and_nothing_of_the_letter(world: World) -> None:
    case = handed(world, SECTION)
    on_claim(case, SECTION, HEAD, "brief", BRIEF)

    seen = case.view(SECTION)
    assert [one["details"] for one in seen["told"]] == [BRIEF]
    assert [one["title"] for one in seen["tasks"]] == ["负责人交办的事"]
    said = json.dumps(seen, ensure_ascii=False)
    assert "answers" not in seen and LETTER not in said and "曾广福" not in said
    other = world.http("GET", f"/cases/{case.number}", None, OTHER_SECTION)
    assert other.status == 404


def test_nobody_but_the_head_can_read_a_letter_whoever_recorded_it(world: World) -> None:
    case = letter(world, "resident-with-a-landline", CLERK, channel="post")

    heads = {one["party"] for one in REGION["grants"] if one["role"] == "head"}
    assert heads == {HEAD}
    for party in (one["party"] for one in REGION["parties"]):
        seen = world.http("GET", f"/cases/{case.number}", None, party)
        if party == HEAD:
            assert seen.body["answers"]["subject"] == "摆摊要不要办执照"
            assert (seen.body["channel"], seen.body["site"]) == ("post", "jz")
        else:
            assert "执照" not in json.dumps(seen.body, ensure_ascii=False), party
            # The clerk has one call to make, and sees that and no more.
            assert seen.status == (200 if party == CLERK else 404), party


def test_who_telephones_the_writer_reads_out_nothing_of_the_matter(world: World) -> None:
    case = letter(world, "resident-with-a-landline")
    case.do(HEAD, "reply", REPLY)

    calls = [one["call"] for one in case.view(CLERK)["tasks"] if "call" in one]
    assert [one["phones"] for one in calls] == [["07968000031"]] * 3
    assert "书面答复" in calls[1]["script"]
    assert not [one for one in calls if "执照" in one["script"] or REPLY["text"] in one["script"]]


def test_the_head_answers_what_was_handed_down_only_once_the_section_has_reported(
    world: World,
) -> None:
    case = handed(world, SECTION)
    assert refused_as(case.attempt(HEAD, "reply", REPLY), NotYet)
    assert case.attempt(OTHER_SECTION, "report", REPORT).status == 404

    expect(case.alone(SECTION, "report", REPORT), 200)

    assert case.attempt(HEAD, "reply", REPLY).status == 200


def test_a_section_that_keeps_silent_holds_the_answer_up_for_five_days_only(world: World) -> None:
    case = handed(world, SECTION)
    assert refused_as(case.attempt(HEAD, "reply", REPLY), NotYet)

    case.after(case.due("reporting"))

    late = [one["data"]["clock"] for one in case.view()["events"] if one["type"] == "overdue"]
    assert late == ["reporting"]
    case.do(HEAD, "reply", REPLY)
    case.stands(ended=True, result="replied")
    assert [one["state"] for one in case.view()["tasks"] if one.get("party")] == ["moot"]


def test_only_who_holds_the_post_can_be_given_something_to_do(world: World) -> None:
    case = letter(world)
    case.do(HEAD, "hand_down")

    refused = case.attempt(HEAD, "ask", {"participants": [{"party": WINDOW}]})

    assert [one["pointer"] for one in expect(refused, 422)["errors"]] == [
        "/details/participants/0/party"
    ]
    case.do(HEAD, "take_back", {"why": "我自己答复"})
    case.stands("read", status="received")
    case.do(HEAD, "reply", REPLY)
    case.stands(ended=True)


def test_what_belongs_elsewhere_is_sent_to_the_right_door_with_a_reason(world: World) -> None:
    case = letter(world)
    without = {name: value for name, value in ELSEWHERE.items() if name != "reason"}
    assert case.attempt(HEAD, "elsewhere", without).status == 422
    assert case.attempt(HEAD, "elsewhere", {**ELSEWHERE, "reason": "L9"}).status == 422

    case.do(HEAD, "elsewhere", ELSEWHERE)

    case.stands(ended=True, result="elsewhere", status="referred")
    (document,) = case.mine()["documents"]
    for words in ("属其他部门职责", "信箱工作规则", "区交通局", ELSEWHERE["text"], "再写信"):
        assert words in document["body"]


def test_a_letter_that_lies_unread_is_escalated_without_being_shown(world: World) -> None:
    case = letter(world)
    case.after(case.due("reading"))

    seen = case.view(SUPERVISOR)
    assert [one["kind"] for one in seen["tasks"]] == ["escalation"]
    assert LETTER not in json.dumps(seen, ensure_ascii=False)
    case.after(case.due("answering"))
    late = [one["data"]["clock"] for one in case.view()["events"] if one["type"] == "overdue"]
    assert late == ["reading", "answering"]
    assert len([text for text in world.messages(MOBILE) if "没有按期" in text]) == 2
    case.do(HEAD, "reply", REPLY)
    case.stands(ended=True, result="replied")


def test_a_writer_who_rates_badly_is_called_back_in_a_case_of_its_own(world: World) -> None:
    case = letter(world)
    case.do(HEAD, "reply", REPLY)
    case.answer(MOBILE, "2")
    assert case.happened()[-1] == "rated_badly"

    task = next(one for one in case.view(SUPERVISOR)["tasks"] if one["kind"] == "side")
    path = f"/cases/{case.number}/tasks/{task['task']}/actions"
    version = {"If-Match": f'"{case.view()["version"]}"'}
    body = {"action": "rectify", "details": {"grade": 2, "said": "没有说清楚几点来"}}
    expect(world.http("POST", path, body, SUPERVISOR, version), 200)
    world.settle()

    opened = [one["data"]["opened"] for one in case.view()["events"] if "opened" in one["data"]]
    other = Case(world, opened[0], "", SUPERVISOR)
    view = other.stands("assess", about=case.number)
    assert view["answers"]["rater"] == {"name": "曾广福", "phone": MOBILE}
    assert (view["answers"]["grade"], view["answers"]["matter"]) == (2, "信箱来信")


def test_the_writer_may_take_the_letter_back_until_it_is_answered(world: World) -> None:
    case = handed(world, SECTION)

    case.decide("withdraw", {"how": "web"})

    case.stands(ended=True, result="withdrawn", status="withdrawn")
    assert refused_as(case.alone(SECTION, "report", REPORT), AlreadyDecided)
    assert [one["state"] for one in case.view()["tasks"] if one.get("party")] == ["moot"]


def promise(case: Case, day: str) -> Any:
    return case.attempt(HEAD, "promise", {"day": day, "text": "先到村里看一次。"})


def test_the_head_promises_a_day_within_the_time_to_answer_and_the_writer_is_told(
    front: Front,
) -> None:
    case = letter(front)
    last = case.due("answering").date()
    refused = promise(case, (last + timedelta(days=1)).isoformat())
    assert refused.status == 422
    assert [one["pointer"] for one in refused.body["errors"]] == ["/details/day"]

    expect(promise(case, last.isoformat()), 200)
    front.settle(case.number)

    assert case.due("agreed") == case.due("answering")
    said = [text for text in front.messages(MOBILE) if case.number in text and "约定" in text]
    assert len(said) == 1 and f"{last.day}日" in said[0]
    case.do(HEAD, "reply", REPLY)
    case.stands(ended=True, result="replied")


def test_a_promised_day_that_is_missed_is_explained_by_who_promised_it(world: World) -> None:
    case = letter(world)
    day = world.house.calendar.add_working_days(world.house.today(), 2).date
    expect(promise(case, day.isoformat()), 200)
    world.settle()
    told = len(world.messages(MOBILE))

    case.after(case.due("agreed"))

    view = case.view()
    assert case.happened() == ["received", "promised_for", "agreed_missed", "overdue"]
    assert "agreed_missed" not in {one["type"] for one in case.mine()["events"]}
    # The writer hears that it is late, once; not of what the office asks of itself.
    assert len(world.messages(MOBILE)) == told + 1
    (task,) = [one for one in view["tasks"] if one["kind"] == "side"]
    assert task["actions"] == ["explain_miss"]
    case.after(case.due("agreed") + timedelta(minutes=5))
    assert case.happened().count("agreed_missed") == 1
    case.do(HEAD, "explain_miss", {"why": "村里路断了，后天去。"})
    assert case.happened()[-1] == "miss_explained"


def test_a_promise_may_be_moved_while_it_runs(world: World) -> None:
    case = letter(world)
    for days in (2, 4):
        day = world.house.calendar.add_working_days(world.house.today(), days).date
        expect(promise(case, day.isoformat()), 200)
        world.settle()

    assert case.due("agreed").date() == day
