"""Notices: tried at least once and at most 4 times a channel, the same text at every try, then a
person calls; nobody is disturbed at night; a case is closed only when its result was told."""

from collections import Counter
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.platform.ports import Permanent, Retryable
from infra.player import Case, expect
from tests.journeys.people import VILLAGE, WINDOW, example
from tests.world import World, load_json

NOT_ACCEPTED = {"reason": "N1", "text": "依法不需要登记。"}
EMAIL = "resident@example.org"
NIGHT = datetime(2026, 3, 10, 14, 30, tzinfo=UTC)  # 22:30 at the office


def submitted(world: World, email: bool = False) -> Case:
    it = deepcopy(example())
    if email:
        it["answers"]["contact"]["email"] = EMAIL
    return Case.submit(world, it["answers"], it["papers_needed"])


def hours_pass(world: World, hours: int) -> None:
    for _ in range(hours * 2):
        world.tick(world.moment + timedelta(minutes=30))


def test_a_provider_that_is_down_is_tried_four_times_then_email_then_a_person(
    world: World,
) -> None:
    world.notifier.refuse = {"sms": Retryable, "email": Retryable}

    case = submitted(world, email=True)
    hours_pass(world, 4)

    tries = Counter(sent.by for sent in world.notifier.tried)
    assert tries == {"sms": 4, "email": 4}
    assert len({sent.text for sent in world.notifier.tried}) == 2
    call = next(task for task in case.view()["tasks"] if task["kind"] == "call")
    assert (call["role"], call["node"]) == ("acceptor", "jz-t1-v1")
    notice = next(one for one in case.view()["notices"] if one["state"] == "person")
    assert case.number in notice["script"] and notice["phones"]

    case.do(VILLAGE, "called", {"reached": True})

    assert "called" in case.happened()


def test_a_provider_that_comes_back_sends_the_text_of_the_first_try(world: World) -> None:
    world.notifier.refuse = {"sms": Retryable}
    submitted(world)
    world.notifier.refuse = {}

    hours_pass(world, 1)

    assert len(world.notifier.tried) == 2
    assert len({sent.text for sent in world.notifier.tried}) == 1
    assert len(world.notifier.sent) == 1


def test_a_number_that_is_refused_for_good_is_not_tried_again(world: World) -> None:
    world.notifier.refuse = {"sms": Permanent}

    submitted(world, email=True)

    assert [sent.by for sent in world.notifier.tried] == ["sms", "email"]
    assert world.notifier.sent[0].to == EMAIL


def test_nobody_is_disturbed_at_night(world: World) -> None:
    world.moment = NIGHT
    submitted(world)
    assert world.notifier.tried == []

    world.tick(NIGHT + timedelta(hours=9, minutes=29))
    assert world.notifier.tried == []
    world.tick(NIGHT + timedelta(hours=9, minutes=31))

    assert len(world.notifier.sent) == 1


def owed(case: Case, language: str = "en") -> list[str]:
    headers = {"Accept-Language": language}
    answer = case.front.http("GET", f"/cases/{case.number}/why", None, VILLAGE, headers)
    return [
        one for one in expect(answer, 200)["why"] if "待办外部动作" in one or "Still owed" in one
    ]


def test_why_names_the_hour_until_which_a_notice_is_held_at_night(world: World) -> None:
    world.moment = NIGHT
    case = submitted(world)

    for moment in (NIGHT, NIGHT + timedelta(hours=9)):
        world.moment = moment
        assert owed(case, "zh-Hans") == [
            "待办外部动作：发送通知“已收件”，夜间不打扰，3月11日08:00发送。"
        ]
        assert owed(case) == [
            "Still owed: send a notice “Received”, held over night, to be sent at 11 Mar 08:00."
        ]

    world.tick(NIGHT + timedelta(hours=9, minutes=31))
    assert owed(case) == []


def test_why_says_when_a_notice_that_failed_is_tried_again_also_when_that_is_at_night(
    world: World,
) -> None:
    world.notifier.refuse = {"sms": Retryable}
    case = submitted(world)
    assert owed(case)[0].endswith("“Received”, tried once, next at 10 Mar 10:01.")
    world.tick(world.moment + timedelta(minutes=1))
    assert owed(case)[0].endswith("“Received”, tried 2 times, next at 10 Mar 10:06.")

    world.moment = NIGHT - timedelta(hours=1, minutes=31)  # 20:59 at the office
    late = submitted(world)

    assert owed(late)[0].endswith(
        "“Received”, tried once, held over night, to be sent at 11 Mar 08:00."
    )


def test_a_case_is_closed_only_when_its_result_was_told(world: World) -> None:
    case = submitted(world)
    world.notifier.refuse = {"sms": Retryable}

    case.do(VILLAGE, "not_accept", NOT_ACCEPTED)
    case.stands("tell", ended=False, result="not_accepted")
    hours_pass(world, 3)

    case.stands(ended=True)
    assert "handed_to_person" in case.happened()
    assert case.attempt(VILLAGE, "called", {"reached": False}).status == 200


def test_a_resident_with_a_landline_only_is_called(world: World) -> None:
    it = example("old-man-with-agent")

    case = Case.submit(world, it["answers"], it["papers_needed"], WINDOW, channel="counter")

    assert [task["kind"] for task in case.view()["tasks"]].count("call") == 1
    assert world.notifier.tried == []


def test_the_registered_template_of_a_provider_carries_its_variables_in_order(
    world: World,
) -> None:
    document = load_json("forms/business-licence/service.json")
    document["notices"]["received"]["sms_template"]["number"] = "SMS_1001"
    assert world.publish(document)["version"] == 2

    case = submitted(world)

    template = world.notifier.sent[0].template
    assert template is not None and template.number == "SMS_1001"
    assert template.values[0] == "【吉州审批】" and case.number in template.values


def test_the_general_text_serves_while_a_template_waits_for_its_approval(world: World) -> None:
    directory = load_json("infra/seed/directory.json")
    channels = [{**one, "general_template": "SMS_900"} for one in directory["channels"]]
    world.publisher.handle({"directory": {"nodes": directory["nodes"], "channels": channels}})
    document = load_json("forms/business-licence/service.json")
    document["notices"]["accepted"]["sms_template"]["number"] = "SMS_1002"
    world.publish(document)
    world.house.directory.refresh()

    case = submitted(world)
    case.do(VILLAGE, "accept")

    received, accepted = (sent for sent in world.notifier.sent if case.number in sent.text)
    assert received.template and accepted.template
    assert (received.template.number, accepted.template.number) == ("SMS_900", "SMS_1002")
    assert "有新进展" in received.text and "详情请打" in received.text
    assert received.template.values[2] == case.number
    assert "已受理" in accepted.text


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_a_resident_is_told_in_the_language_of_the_submission(world: World, language: str) -> None:
    it = example()
    body = {"answers": it["answers"]}
    headers = {"Accept-Language": language}

    world.http("POST", "/services/business-licence/cases", body, None, headers)
    world.settle()

    assert ("application" in world.notifier.sent[0].text) == (language == "en")


def test_what_a_driven_clock_owes_happens_without_another_driven_tick(world: World) -> None:
    case = submitted(world)
    ahead = case.due("one-time-notice") + timedelta(hours=1)

    world.run_events({"tick": {"now": ahead.isoformat(), "case": case.number}})
    world.settle()

    case.stands("examine")
    assert [sent.text for sent in world.notifier.sent if "视为受理" in sent.text]
