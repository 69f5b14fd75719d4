"""A service post: set by the community, claimed by volunteers, confirmed by those it served."""

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.people import seeding
from chalicelib.platform.errors import AlreadyClaimed, Conflict, SeparationOfDuty
from infra.player import Answer, Case, a_phone, expect
from tests.journeys.wishes import (
    BAI,
    CALLER,
    FANG,
    GRID,
    PHONES,
    QIN,
    SHI,
    SUPERVISOR,
    Timed,
    cards_of,
    claim_of,
    on_claim,
    seen,
    states,
    texts,
)
from tests.world import World, load_json

SERVICE = "service-post"
YAN = "community-yan"
PUBLISHED = {"text": "周末到河边捡垃圾、清杂草，大约两个小时。", "whom": "全村居民"}
PLACE = {"place": "上村三组河边小广场", "time": "周六上午九点", "contact": "颜春梅"}
SERVED = {"on": "2026-03-09", "hours": 2}
SIGNED = {"how": "signature", "reference": "签字单031", "came": 2}
BOND = {"helper": FANG, "pledge": "每月上门看一次线路", "reference": "签字单032"}
RESIDENT = "13800000081"


def answers(name: str = "river", **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = load_json(f"forms/{SERVICE}/examples/pass/{name}.json")["answers"]
    return {**deepcopy(found), **changes}


def asked(front: Timed, by: str | None = YAN, phone: str = RESIDENT, **changes: Any) -> Case:
    """A post that the community has written down, or a resident on the web."""
    given = answers(**changes)
    given["date"] = (front.moment + timedelta(days=14)).date().isoformat()
    given["beneficiary"] = {**given["beneficiary"], "phone": phone}
    more = {"channel": "outreach", "site": "jz-t1-v1"} if by else {}
    return Case.submit(front, given, [], by, SERVICE, YAN, **more)


def offered(front: Timed, **more: Any) -> Case:
    case = asked(front, **more)
    case.do(YAN, "publish", PUBLISHED)
    return case


def claim(case: Case, party: str, **more: Any) -> Answer:
    details = {"name": "志愿者", "phone": PHONES[party], "skill": "any", **more}
    return case.alone(party, "claim", details)


def claimed(front: Timed, *parties: str, **more: Any) -> Case:
    case = offered(front, **more)
    for party in parties:
        expect(claim(case, party), 200)
    return case


def served(front: Timed, *parties: str, **more: Any) -> Case:
    """A post whose volunteers have reported; it waits for those it served."""
    case = claimed(front, *parties, slots=len(parties), **more)
    for party in parties:
        expect(case.alone(party, "serve", SERVED), 200)
    return case


def refused(answer: Answer, problem: type[Conflict]) -> bool:
    return answer.status == 409 and answer.body["type"].endswith(problem.slug)


def counted(case: Case, kind: str) -> Mapping[str, Any]:
    """What statistics may read of the latest event of a kind."""
    found = [one for one in case.view()["events"] if one["type"] == kind][-1]
    counts: Mapping[str, Any] = found["data"]["counts"]
    return counts


def code_in(case: Case, phone: str) -> str:
    asked_for = next(text for text in texts(case, phone) if "服务到了吗" in text)
    return asked_for.split("请回复")[1].split("，")[0]


def test_a_post_is_set_claimed_served_and_confirmed_by_code(front: Timed) -> None:
    phone = a_phone()
    case = offered(front, phone=phone, slots=2)
    case.stands("offer", status="published", unit="organisation-department")
    for who in (FANG, QIN):
        expect(claim(case, who), 200)
        on_claim(case, who, YAN, "introduce", PLACE)
    for who in (FANG, QIN):
        expect(case.alone(who, "serve", {**SERVED, "heads": 1}), 200)
    case.stands("confirm", status="to_confirm")

    case.answer(phone, code_in(case, phone))

    case.stands(ended=True, result="served", status="fulfilled")
    assert case.happened() == [
        *["proposed", "published", "claimed", "introduced", "claimed", "introduced"],
        *["serve_reported", "serve_reported", "all_served", "confirmed", "closed"],
    ]
    assert [one["document"] for one in case.mine()["documents"]] == ["sheet", "record"]
    for words in ("已登记", "等人认领", "服务到了吗", "回复数字评价"):
        assert len([text for text in texts(case, phone) if words in text]) == 1
    assert counted(case, "confirmed") == {"how": "sms"}


def test_the_board_says_what_and_for_whom_and_not_where_or_who(front: Timed) -> None:
    case = offered(front)

    assert cards_of(case) == [
        {
            "case": case.number,
            "service": SERVICE,
            "category": "clean",
            "text": PUBLISHED["text"],
            "whom": PUBLISHED["whom"],
            "community": "上村（示范）",
        }
    ]
    told = json.dumps(seen(case, SHI).body, ensure_ascii=False)
    assert not [word for word in ("鲁秀英", RESIDENT, "河边小广场") if word in told]


def test_the_place_is_told_to_who_claimed_and_nobody_else(front: Timed) -> None:
    case = claimed(front, FANG)

    on_claim(case, FANG, YAN, "introduce", PLACE)

    assert [one["details"] for one in seen(case, FANG).body["told"]] == [PLACE]
    assert PLACE["place"] not in json.dumps(seen(case, QIN).body, ensure_ascii=False)


def test_all_slots_taken_means_the_next_waits_and_moves_up_when_one_leaves(front: Timed) -> None:
    case = claimed(front, FANG, QIN, SHI, slots=2)
    assert states(case, FANG, QIN, SHI) == ["open", "open", "waiting"]
    assert cards_of(case) == []
    assert refused(claim(case, SHI), AlreadyClaimed)

    expect(case.alone(QIN, "release"), 200)

    assert states(case, FANG, QIN, SHI) == ["open", "settled", "open"]
    assert "已列入候补" in texts(case, PHONES[SHI])[0]
    assert "您已认领服务岗位" in texts(case, PHONES[SHI])[1]


def test_what_those_served_deny_is_called_back_by_somebody_else_and_set_again(
    front: Timed,
) -> None:
    case = served(front, FANG)

    case.decide("deny", {"why": "没有人来"})
    case.stands("callback")
    case.do(CALLER, "not_served", {"why": "志愿者走错了地方"})

    case.stands("set", status="in_progress")
    case.do(YAN, "publish", PUBLISHED)
    expect(claim(case, BAI), 200)
    expect(case.alone(BAI, "serve", SERVED), 200)
    case.do(GRID, "confirm", SIGNED)
    case.stands(ended=True, result="served")


def test_who_set_the_post_records_no_confirmation(world: World) -> None:
    region = load_json("infra/seed/directory.json")
    both = {**region["grants"][0], "party": YAN, "role": "grid-worker", "node": "jz-t1-v1"}
    seeding.directory(world.store, {**region, "grants": [both], "parties": []})
    case = served(world, FANG)

    assert refused(case.attempt(YAN, "confirm", SIGNED), SeparationOfDuty)
    assert case.attempt(SUPERVISOR, "confirm", SIGNED).status == 403
    case.do(GRID, "confirm", SIGNED)

    case.stands(ended=True, result="served")
    assert counted(case, "confirmed") == {"how": "signature", "came": 2}


def test_a_signature_has_its_proof(world: World) -> None:
    case = served(world, FANG)

    answer = case.attempt(GRID, "confirm", {"how": "voice"})

    assert [error["pointer"] for error in expect(answer, 422)["errors"]] == ["/details/reference"]
    case.stands("confirm")


def test_service_that_nobody_confirms_is_called_back_and_then_not_counted(world: World) -> None:
    case = served(world, FANG)

    case.after(case.due("confirming"))
    case.stands("callback", status="to_confirm")
    case.do(CALLER, "unreachable", {"tries": 3})

    case.stands(ended=True, result="unconfirmed", status="to_confirm")
    results = load_json(f"forms/{SERVICE}/service.json")["results"]
    assert {name for name, it in results.items() if it.get("counted", True)} == {
        *("served", "befriended", "declined")
    }
    assert "record" not in [one["document"] for one in case.mine()["documents"]]
    assert "不计入" in texts(case, RESIDENT)[-1]


def test_a_pledge_says_how_much_for_what_and_what_was_paid(world: World) -> None:
    case = offered(world, slots=1)
    assert claim(case, FANG, pledge_yuan=60).status == 422

    expect(claim(case, FANG, pledge_yuan=60, pledge_what="手套和垃圾袋"), 200)
    expect(case.alone(FANG, "serve", {**SERVED, "paid_yuan": 45}), 200)

    assert counted(case, "claimed") == {"skill": "any", "pledged": 60}
    assert counted(case, "serve_reported") == {"hours": 2, "paid": 45}


def test_befriending_opens_a_pairing_of_the_volunteer(world: World) -> None:
    case = served(world, FANG)
    assert case.attempt(GRID, "befriend", {"helper": FANG, "pledge": "常来看看"}).status == 422

    case.do(GRID, "befriend", BOND)

    case.stands(ended=True, result="befriended", status="fulfilled")
    bonds = expect(world.http("GET", "/bonds", None, FANG), 200)["bonds"]
    assert [one["pledge"] for one in bonds if one["case"] == case.number] == [BOND["pledge"]]


def test_a_claim_that_is_not_reported_by_the_day_lapses_and_a_post_nobody_claims_expires(
    world: World,
) -> None:
    held, empty = claimed(world, FANG, slots=1), offered(world)

    held.after(datetime.fromisoformat(claim_of(held, FANG)["due"]))
    assert states(held, FANG) == ["settled"]
    assert "没有报告服务" in texts(held, PHONES[FANG])[-1]
    empty.after(empty.due("offered"))

    empty.stands(ended=True, result="expired", status="expired")
    assert cards_of(empty) == []


@pytest.mark.parametrize(
    "words", ["请到上村三组河边小广场集合捡垃圾", "联系鲁秀英一起打扫河边卫生"]
)
def test_a_public_text_with_the_place_or_a_name_is_refused(world: World, words: str) -> None:
    case = asked(world)

    answer = case.attempt(YAN, "publish", {**PUBLISHED, "text": words})

    assert [error["pointer"] for error in expect(answer, 422)["errors"]] == ["/details/text"]
    case.stands("set")


def test_a_resident_may_ask_for_a_post_and_hears_why_there_is_none(world: World) -> None:
    case = asked(world, by=None)
    why = {"reason": "P2", "text": "河道清淤由水利部门办。", "right_door": "镇水利站"}

    case.do(YAN, "decline", why)

    case.stands(ended=True, result="declined", status="explained", channel="web")
    paper = case.mine()["documents"][-1]
    assert paper["document"] == "refusal" and "应当找：镇水利站" in paper["body"]
    assert "请找镇水利站" in "".join(texts(case, RESIDENT))


def test_a_bad_rating_is_answered_and_a_late_post_escalated(world: World) -> None:
    late, rated = asked(world), served(world, FANG)
    rated.decide("confirm", {"how": "signature", "reference": "签字单5"})
    rated.decide("rate", {"rating": 2, "text": "来得太晚"})
    rated.do(SUPERVISOR, "answered", {"what": "已和志愿者约好时间"})

    late.after(late.due("setting"))
    late.do(SUPERVISOR, "seen", {"step": "已要求当日设岗"})

    assert rated.happened()[-2:] == ["rated_badly", "rating_answered"]
    assert late.happened() == ["proposed", "overdue", "escalation_seen"]
