"""The micro-wish, as its document promises, on every tier: from the door to the confirmation."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.people import seeding
from chalicelib.platform.errors import (
    AlreadyClaimed,
    AlreadyDecided,
    Conflict,
    InvalidCursor,
    NoMoreTime,
    NotForThisCase,
    NotYet,
    OnceOnly,
    SeparationOfDuty,
)
from infra.player import Answer, Case, Front, expect
from tests.journeys.wishes import (
    ADDRESS,
    BAI,
    CALLER,
    FANG,
    GRID,
    MEETING,
    OTHER_GRID,
    PHONES,
    PUBLISHED,
    QIN,
    REFERRAL,
    SHI,
    SUPERVISOR,
    VETTER,
    Timed,
    board,
    cards_of,
    claim,
    claim_of,
    claimed,
    fulfilled,
    offered,
    on_claim,
    recorded,
    seen,
    states,
    texts,
)
from tests.world import World, load_json

BENEFICIARY = "13800000011"
SIGNED = {"how": "signature", "reference": "签字单001"}
BOND = {"helper": FANG, "pledge": "每月上门一次，陪着买菜"}
TEA = {"title": "村里的茶话会", "date": "2026-12-01", "place": "上村文化广场"}
# What the answers of the example `goods` hold and no public page may say.
SEALED = ["罗桂香", "13800000011", "上村三组18号", "360899194503120422", "罗小燕", "1945"]
HOUSEHOLD = ["subsistence", "living_alone", "低保", "独居"]
HELD_BACK = ["/beneficiary", "/guardian", "/address", "/household"]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def day(text: str) -> datetime:
    """A stored moment where the office is."""
    return moment(text) + timedelta(hours=8)


def overdue(case: Case, party: str) -> None:
    """Time passes until just after a claim should have been fulfilled."""
    case.after(moment(claim_of(case, party)["due"]))


def by_receipt(case: Case, action: str, details: Mapping[str, Any]) -> Answer:
    """What the holder of the receipt tries."""
    headers = {"Receipt-Secret": case.secret, "Idempotency-Key": uuid.uuid4().hex}
    body = {"action": action, "details": details}
    return case.front.http("POST", f"/my/cases/{case.number}/actions", body, None, headers)


def on_task(case: Case, task: str, party: str, action: str, details: Mapping[str, Any]) -> Answer:
    """What somebody tries on a task that is not theirs."""
    path = f"/cases/{case.number}/tasks/{task}/actions"
    headers = {"If-Match": f'"{case.view()["version"]}"', "Idempotency-Key": uuid.uuid4().hex}
    return case.front.http("POST", path, {"action": action, "details": details}, party, headers)


def event(case: Case, kind: str) -> dict[str, Any]:
    """The latest event of a kind, as the grid worker reads it."""
    found: dict[str, Any] = [one for one in case.view()["events"] if one["type"] == kind][-1]
    return found


def pointers(answer: Answer) -> list[str]:
    return [error["pointer"] for error in expect(answer, 422)["errors"]]


def refused(answer: Answer, problem: type[Conflict]) -> bool:
    return answer.status == 409 and answer.body["type"].endswith(problem.slug)


def inbox(front: Front, of: str, by: str) -> Answer:
    return front.http("GET", f"/inbox?party={of}", None, by)


# --- the straight way ----------------------------------------------------------------------


def test_a_wish_is_recorded_published_claimed_introduced_fulfilled_and_confirmed(
    front: Front,
) -> None:
    case = recorded(front)
    case.stands("vet", status="in_progress", channel="outreach", site="jz-t1-v1")

    case.do(VETTER, "publish", PUBLISHED)
    case.stands("offer", status="published")
    expect(claim(case, FANG), 200)
    case.stands("offer", status="claimed")
    on_claim(case, FANG, GRID, "introduce", MEETING)
    expect(case.alone(FANG, "fulfil", {"note": "水壶已送到"}), 200)
    case.stands("confirm", status="to_confirm")
    case.decide("confirm", SIGNED)

    view = case.stands(ended=True, result="fulfilled", status="fulfilled")
    assert case.happened() == [
        *["recorded", "published", "claimed", "introduced"],
        *["fulfil_reported", "all_done", "confirmed", "closed"],
    ]
    assert view["events"][0]["actor"] == {"party": GRID, "as": "grid-worker"}
    kinds = [one["document"] for one in case.mine()["documents"]]
    assert kinds == ["registration", "fulfilment"]


def test_both_sides_are_told_and_no_text_names_the_person_or_the_place(front: Front) -> None:
    case = claimed(front, FANG)
    on_claim(case, FANG, GRID, "introduce", MEETING)
    due = day(claim_of(case, FANG)["due"])
    expect(case.alone(FANG, "fulfil"), 200)
    case.do(GRID, "confirm", SIGNED)

    mine, theirs = texts(case, BENEFICIARY), texts(case, PHONES[FANG])
    for words in ("微心愿已登记", "有人认领了", "实现了吗", "回复数字评价"):
        assert len([text for text in mine if words in text]) == 1
    assert len(theirs) == 1 and f"请{due.month}月{due.day}日前完成" in theirs[0]
    assert not [text for text in mine + theirs if "18号" in text or "罗桂香" in text]


def test_the_board_says_five_things_and_nothing_that_is_sealed(front: Front) -> None:
    case = offered(front)

    assert cards_of(case) == [
        {
            "case": case.number,
            "service": "micro-wish",
            "category": "goods",
            "text": PUBLISHED["wish"],
            "whom": PUBLISHED["whom"],
            "community": "上村（示范）",
        }
    ]
    said = json.dumps(board(front), ensure_ascii=False)
    assert not [word for word in SEALED + HOUSEHOLD if word in said]


def test_the_address_is_opened_to_the_holder_of_the_claim_only(front: Front) -> None:
    case = claimed(front, FANG, QIN)
    assert seen(case, FANG).body["told"] == []

    on_claim(case, FANG, GRID, "introduce", MEETING)

    told = seen(case, FANG).body["told"]
    assert [one["details"] for one in told] == [MEETING]
    for other in (QIN, SHI):
        assert ADDRESS not in json.dumps(seen(case, other).body, ensure_ascii=False)
    introduced = event(case, "introduced")
    assert introduced["actor"]["party"] == GRID and introduced["details"] == MEETING
    expect(case.alone(FANG, "release"), 200)
    assert ADDRESS not in json.dumps(seen(case, FANG).body, ensure_ascii=False)


# --- who sees what -------------------------------------------------------------------------


def test_volunteers_know_nothing_of_a_wish_that_is_not_offered(front: Front) -> None:
    case = recorded(front)
    assert seen(case, FANG).status == 404
    assert claim(case, FANG).status == 404

    case.do(VETTER, "publish", PUBLISHED)

    view = expect(seen(case, FANG), 200)
    assert set(view) == {"case", "service", "title", "version", "card", "tasks", "told", "contact"}
    assert [task["kind"] for task in view["tasks"]] == ["pool"]
    said = json.dumps(view, ensure_ascii=False)
    assert not [word for word in SEALED + HOUSEHOLD if word in said]
    assert case.front.http("GET", f"/cases/{case.number}/why", None, FANG).status == 403


def test_a_supervisor_reads_the_case_without_what_is_confidential(front: Front) -> None:
    case = recorded(front, "child-with-guardian")

    shown = case.view(SUPERVISOR)

    assert shown["withheld"] == HELD_BACK
    assert not {pointer[1:] for pointer in HELD_BACK} & set(shown["answers"])
    assert shown["answers"]["kind"] == "goods"
    for reader in (GRID, VETTER, CALLER):
        view = case.view(reader)
        assert view["withheld"] == [] and view["answers"]["beneficiary"]["name"] == "文小雨"


def test_a_claim_waits_in_the_inbox_of_its_holder(front: Front) -> None:
    case = claimed(front, SHI)

    found = expect(inbox(front, SHI, SHI), 200)["tasks"]

    task = next(one for one in found if one["case"] == case.number)
    assert task["party"] == SHI and task["due"] and "fulfil" in task["actions"]
    assert inbox(front, SHI, BAI).status == 404
    expect(case.alone(SHI, "fulfil"), 200)
    after = expect(inbox(front, SHI, SHI), 200)["tasks"]
    assert case.number not in [one["case"] for one in after]


# --- claims --------------------------------------------------------------------------------


def test_a_second_claim_of_one_person_and_a_claim_of_an_officer_are_refused(front: Front) -> None:
    case = claimed(front, FANG)

    assert refused(claim(case, FANG), AlreadyClaimed)
    assert claim(case, VETTER).status == 403
    assert claim(case, "agent-deng").status == 404

    assert case.happened().count("claimed") == 1


def test_a_claim_that_is_sent_twice_is_one_claim(front: Front) -> None:
    case = offered(front)
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    body = {"action": "claim", "details": {"name": "方圆", "phone": PHONES[FANG]}}
    path = f"/cases/{case.number}/actions"

    answers = [front.http("POST", path, body, FANG, headers) for _ in range(2)]
    front.settle(case.number)

    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].body == answers[1].body
    assert case.happened().count("claimed") == 1


def test_who_waits_gets_the_slot_that_is_released_in_order(front: Front) -> None:
    case = offered(front)

    places = [expect(claim(case, who), 200).get("waiting") for who in (FANG, QIN, SHI)]
    assert places == [None, 1, 2]
    assert refused(case.alone(QIN, "fulfil"), NotYet)
    expect(case.alone(FANG, "release"), 200)

    assert states(case, FANG, QIN, SHI) == ["settled", "open", "waiting"]
    assert event(case, "claimed")["actor"]["party"] == "system"
    assert claim_of(case, QIN)["due"]
    case.stands("offer", status="claimed")
    assert "已列入候补" in texts(case, PHONES[QIN])[0]
    assert "您已认领微心愿" in texts(case, PHONES[QIN])[1]
    assert "您已退出认领微心愿" in texts(case, PHONES[FANG])[1]
    assert len(texts(case, PHONES[SHI])) == 1


def test_a_claim_that_is_not_fulfilled_in_time_goes_to_the_next(front: Front) -> None:
    case = claimed(front, FANG, QIN)

    overdue(case, FANG)

    assert states(case, FANG, QIN) == ["settled", "open"]
    assert "claim_lapsed" in case.happened()
    assert "到期未完成" in texts(case, PHONES[FANG])[-1]
    assert claim_of(case, QIN)["due"] > claim_of(case, FANG)["due"]
    assert refused(case.alone(FANG, "fulfil"), AlreadyDecided)
    expect(case.alone(QIN, "fulfil"), 200)
    case.stands("confirm")


def test_a_claim_is_extended_once(front: Front) -> None:
    case = claimed(front, FANG)
    before = moment(claim_of(case, FANG)["due"])

    expect(case.alone(FANG, "more_time", {"why": "下周到货"}), 200)

    after = moment(claim_of(case, FANG)["due"])
    assert after - before >= timedelta(days=14)
    assert refused(case.alone(FANG, "more_time"), NoMoreTime)
    case.after(before)
    assert states(case, FANG) == ["open"]
    case.after(after)
    assert states(case, FANG) == ["settled"]


def test_a_group_claims_with_its_heads_and_children_come_with_an_adult(front: Front) -> None:
    case = offered(front)
    group = {"group": "城北小学三年级二班", "children": 12}

    assert pointers(claim(case, FANG, **group)) == ["/details/heads", "/details/adult"]
    whole = {**group, "heads": 14, "adult": "方老师"}
    expect(claim(case, FANG, **whole), 200)

    details = event(case, "claimed")["details"]
    assert {name: details[name] for name in whole} == whole


def test_an_outing_is_held_until_its_day(front: Timed) -> None:
    on = (front.moment + timedelta(days=6)).date()
    case = claimed(front, FANG, name="outing", date=on.isoformat())

    due = day(claim_of(case, FANG)["due"]).date()

    # A day off ends on the next working day.
    assert on <= due <= on + timedelta(days=9)
    assert f"请{due.month}月{due.day}日前完成" in texts(case, PHONES[FANG])[0]
    assert len(cards_of(case)) == 1
    overdue(case, FANG)
    assert states(case, FANG) == ["settled"]


def test_the_grid_worker_drops_a_claim_that_will_come_to_nothing(front: Front) -> None:
    case = claimed(front, FANG, QIN)
    assert case.attempt(FANG, "drop", {"why": "不去了"}).status == 403
    assert on_task(case, claim_of(case, FANG)["task"], QIN, "drop", {"why": "我先来"}).status == 404

    on_claim(case, FANG, GRID, "drop", {"why": "电话一直不通"})

    assert states(case, FANG, QIN) == ["settled", "open"]
    assert "已由社区取消" in texts(case, PHONES[FANG])[-1]
    assert event(case, "claim_dropped")["details"] == {"why": "电话一直不通"}


def test_the_card_goes_when_the_wish_is_full_and_comes_back_after_a_release(front: Front) -> None:
    case = offered(front, slots=2)
    expect(claim(case, FANG), 200)
    assert len(cards_of(case)) == 1

    expect(claim(case, QIN), 200)
    assert cards_of(case) == []
    expect(case.alone(FANG, "release"), 200)

    assert len(cards_of(case)) == 1
    case.stands("offer", status="claimed")
    expect(case.alone(QIN, "release"), 200)
    case.stands("offer", status="published")


def test_a_wish_with_two_slots_waits_for_both(front: Front) -> None:
    case = claimed(front, FANG, QIN, slots=2)

    expect(case.alone(FANG, "fulfil"), 200)
    case.stands("offer", status="claimed")
    expect(case.alone(QIN, "fulfil"), 200)

    case.stands("confirm", status="to_confirm")
    assert case.happened().count("all_done") == 1


def test_enough_helpers_close_the_wish_early(front: Front) -> None:
    case = claimed(front, FANG, slots=3)

    case.do(VETTER, "close", {"why": "一位就够了"})

    assert cards_of(case) == []
    assert claim(case, QIN).status == 404
    case.stands("offer", status="claimed")
    expect(case.alone(FANG, "fulfil"), 200)
    case.stands("confirm")


def test_a_wish_that_nobody_claims_in_thirty_days_expires(front: Front) -> None:
    case = offered(front)

    case.after(case.due("offered"))

    case.stands(ended=True, result="expired", status="expired")
    assert cards_of(case) == []
    assert "没有等到认领" in texts(case, BENEFICIARY)[-1]
    assert claim(case, FANG).status == 404


def test_the_community_brings_both_sides_together(front: Front) -> None:
    case = claimed(front, FANG)

    case.do(GRID, "gather", TEA)

    assert event(case, "gathered")["details"] == TEA
    case.stands("offer", status="claimed")
    assert "gathered" in [one["type"] for one in case.mine()["events"]]


# --- what may be published -----------------------------------------------------------------


def test_a_wish_over_the_ceiling_is_referred_and_not_published(front: Front) -> None:
    case = recorded(front, "over-the-ceiling")
    assert refused(case.attempt(VETTER, "publish", PUBLISHED), NotForThisCase)

    case.do(VETTER, "refer", REFERRAL)

    case.stands(ended=True, result="referred", status="referred")
    assert cards_of(case) == []
    assert REFERRAL["right_door"] in texts(case, BENEFICIARY)[-1]
    assert [one["document"] for one in case.mine()["documents"]] == ["registration", "referral"]


def test_a_public_text_with_a_name_an_address_or_a_number_is_refused(front: Front) -> None:
    case = recorded(front)
    for said, pointer in (
        ({"wish": "罗桂香想要一个电热水壶烧水"}, "/details/wish"),
        ({"wish": "请把水壶送到上村三组18号门口"}, "/details/wish"),
        ({"wish": "想要电热水壶，请打13800000011"}, "/details/wish"),
        ({"wish": "想要电热水壶，电话0796 822 0011"}, "/details/wish"),
        ({"whom": "罗桂香老人"}, "/details/whom"),
    ):
        answer = case.attempt(VETTER, "publish", {**PUBLISHED, **said})
        assert pointers(answer) == [pointer], said

    case.stands("vet")
    case.do(VETTER, "publish", PUBLISHED)
    case.stands("offer")


def test_a_wish_is_taken_down_and_referred_and_its_holder_is_told(front: Front) -> None:
    case = claimed(front, FANG)

    case.do(VETTER, "take_down", {**REFERRAL, "reason": "W10"})

    case.stands(ended=True, result="referred")
    assert "不再需要认领" in texts(case, PHONES[FANG])[-1]
    assert cards_of(case) == []


# --- the confirmation ----------------------------------------------------------------------


@pytest.mark.parametrize("how", ["signature", "voice", "second_person"])
def test_how_a_wish_was_confirmed_is_on_record(front: Front, how: str) -> None:
    case = fulfilled(front)
    assert pointers(by_receipt(case, "confirm", {"how": how})) == ["/details/reference"]

    way = {"how": how, "reference": "记录017"}
    if how == "second_person":
        case.do(GRID, "confirm", way)
    else:
        case.decide("confirm", way)

    confirmed = event(case, "confirmed")
    assert confirmed["details"] == way
    assert confirmed["actor"]["as"] == ("grid-worker" if how == "second_person" else "applicant")
    case.stands(ended=True, result="fulfilled")


def test_a_confirmation_by_sms_cannot_be_pretended(front: Front) -> None:
    case = fulfilled(front)

    assert pointers(by_receipt(case, "confirm", {"how": "sms"})) == ["/details/how"]
    assert pointers(case.attempt(GRID, "confirm", {"how": "sms"})) == ["/details/how"]
    (hold,) = (one for one in case.view()["tasks"] if one["state"] == "open")
    assert on_task(case, hold["task"], FANG, "confirm", SIGNED).status == 404

    case.stands("confirm")


def test_an_unconfirmed_wish_is_called_back_and_arranged_again(front: Front) -> None:
    case = fulfilled(front)

    case.after(case.due("confirming"))
    case.stands("callback", status="to_confirm")
    case.do(CALLER, "not_fulfilled", {"why": "没有收到水壶"})
    case.stands("vet")
    assert seen(case, QIN).status == 404
    case.do(VETTER, "publish", PUBLISHED)
    expect(claim(case, QIN), 200)
    expect(case.alone(QIN, "fulfil"), 200)
    case.do(GRID, "deny", {"how": "visit"})
    case.do(CALLER, "fulfilled", {"reference": "回访录音2"})

    case.stands(ended=True, result="fulfilled")
    assert [one for one in case.happened() if one in ("confirm_late", "denied")] == [
        *("confirm_late", "denied")
    ]
    assert case.happened()[-2:] == ["confirmed_by_call", "closed"]


def test_who_cannot_be_reached_leaves_a_wish_unconfirmed_and_uncounted(front: Front) -> None:
    case = fulfilled(front)
    case.decide("deny", {"how": "web"})

    case.do(CALLER, "unreachable", {"tries": 3})

    case.stands(ended=True, result="unconfirmed", status="to_confirm")
    document = load_json("forms/micro-wish/service.json")
    uncounted = {name for name, it in document["results"].items() if it.get("counted") is False}
    assert uncounted == {"unconfirmed"}
    assert "先记为待确认" in texts(case, BENEFICIARY)[-1]


def test_a_wish_that_leads_to_a_bond_is_in_the_bonds_of_the_helper(front: Front) -> None:
    case = fulfilled(front)
    unknown = case.attempt(GRID, "promote", {**BOND, "helper": "volunteer-nobody"})
    assert pointers(unknown) == ["/details/helper"]

    bond = case.do(GRID, "promote", BOND)["bond"]

    case.stands(ended=True, result="promoted", status="fulfilled")
    mine = expect(front.http("GET", "/bonds", None, FANG), 200)["bonds"]
    found = next(one for one in mine if one["case"] == case.number)
    assert found["bond"] == bond and found["pledge"] == BOND["pledge"]
    theirs = expect(front.http("GET", "/bonds", None, QIN), 200)["bonds"]
    assert case.number not in [one["case"] for one in theirs]


def test_a_rating_comes_after_the_end_and_once(front: Front) -> None:
    case = fulfilled(front)
    assert refused(by_receipt(case, "rate", {"rating": 5}), NotYet)
    case.decide("confirm", SIGNED)

    case.decide("rate", {"rating": 5, "how": "web"})

    assert refused(by_receipt(case, "rate", {"rating": 1}), OnceOnly)
    assert case.happened()[-1] == "rated"


def test_a_bad_rating_is_answered_by_a_supervisor(front: Front) -> None:
    case = fulfilled(front)
    case.decide("confirm", SIGNED)

    case.decide("rate", {"rating": 1, "text": "等得太久"})
    assert "专人将回访" in texts(case, BENEFICIARY)[-1]
    case.do(SUPERVISOR, "answered", {"what": "已当面说明"})

    assert case.happened()[-2:] == ["rated_badly", "rating_answered"]
    case.stands(ended=True, result="fulfilled")


# --- withdrawal ----------------------------------------------------------------------------


def test_a_wish_withdrawn_while_somebody_holds_it_is_told_to_holder_and_waiting(
    front: Front,
) -> None:
    case = claimed(front, FANG, QIN)
    on_claim(case, FANG, GRID, "introduce", MEETING)

    case.decide("withdraw", {"how": "web"})

    case.stands(ended=True, result="withdrawn", status="withdrawn")
    assert case.happened().count("claim_void") == 2
    for who in (FANG, QIN):
        assert "不再需要认领" in texts(case, PHONES[who])[-1]
    assert refused(case.alone(FANG, "fulfil"), AlreadyDecided)
    assert seen(case, FANG).body["told"] == []
    assert cards_of(case) == []


# --- in memory only ------------------------------------------------------------------------


def test_who_has_dealt_with_a_wish_does_not_call_back(world: World) -> None:
    both = "officer-both"
    region = load_json("infra/seed/directory.json")
    grants = [
        {"party": both, "role": role, "node": "jz", "from": "2020-01-01", "to": None}
        for role in ("caller", "grid-worker")
    ]
    parties = [{"party": both, "name": "双岗", "kind": "officer"}]
    seeding.directory(world.store, {**region, "parties": parties, "grants": grants})
    introduced, entered, neither = claimed(world, FANG), recorded(world, by=both), offered(world)
    on_claim(introduced, FANG, both, "introduce", MEETING)
    entered.do(VETTER, "publish", PUBLISHED)
    for case in (entered, neither):
        expect(claim(case, FANG), 200)
    for case in (introduced, entered, neither):
        expect(case.alone(FANG, "fulfil"), 200)
        case.decide("deny")

    assert refused(introduced.attempt(both, "fulfilled"), SeparationOfDuty)
    assert refused(entered.attempt(both, "fulfilled"), SeparationOfDuty)
    neither.do(both, "fulfilled")


def test_who_has_no_telephone_is_told_by_the_grid_worker(world: World) -> None:
    case = recorded(world, "without-phone")

    calls = [task for task in case.view()["tasks"] if task["kind"] == "call"]

    assert [(task["role"], task["node"]) for task in calls] == [("grid-worker", "jz-t1-v1")]
    case.do(GRID, "called", {"reached": True})
    assert case.happened()[-1] == "called"


def test_the_board_is_read_page_by_page_in_order(world: World) -> None:
    cases = [offered(world) for _ in range(27)]

    first = expect(world.http("GET", "/board"), 200)
    second = expect(world.http("GET", f"/board?cursor={first['cursor']}"), 200)

    assert (len(first["cards"]), len(second["cards"]), second["cursor"]) == (24, 3, None)
    listed = [card["case"] for card in first["cards"] + second["cards"]]
    assert sorted(listed) == sorted(case.number for case in cases)
    elsewhere = world.http("GET", f"/board?category=goods&cursor={first['cursor']}")
    assert elsewhere.status == 400 and elsewhere.body["type"].endswith(InvalidCursor.slug)


def test_the_board_is_narrowed_by_place_and_category(world: World) -> None:
    kettle, company = offered(world), offered(world, "company")
    outing = offered(world, "outing", by=OTHER_GRID, site="jz-t1-v2")

    def listed(query: str) -> set[str]:
        return {card["case"] for card in board(world, query)}

    assert listed("") == {kettle.number, company.number, outing.number}
    assert listed("category=goods") == {kettle.number}
    assert listed("node=jz-t1-v2") == {outing.number}
    assert listed("node=jz-t1") == {kettle.number, company.number, outing.number}
    assert listed("node=jz-t1-v1&category=company") == {company.number}
    assert listed("node=jz-t2") == set()
    assert listed("node=jz-t1-v2&category=goods") == set()


def test_a_wish_is_late_and_escalated_when_nobody_vets_it(world: World) -> None:
    case = recorded(world)

    case.after(case.due("vetting"))
    case.do(SUPERVISOR, "seen", {"step": "已要求当日审核"})

    assert case.happened() == ["recorded", "overdue", "escalation_seen"]
    assert "未按期办理" in texts(case, BENEFICIARY)[-1]
    case.do(VETTER, "publish", PUBLISHED)
    case.stands("offer")


def test_the_waiting_list_has_its_end(world: World) -> None:
    document = load_json("forms/micro-wish/service.json")
    document["flow"]["stages"]["offer"]["waiting"] = 1
    assert world.publish(document)["published"]
    case = claimed(world, FANG, QIN)

    full = claim(case, SHI)

    assert full.status == 409 and full.body["type"].endswith("pool-full")
    expect(case.alone(QIN, "release"), 200)
    expect(claim(case, SHI), 200)
    assert states(case, FANG, QIN, SHI) == ["open", "settled", "waiting"]


# --- the ends of claims -----------------------------------------------------------------


def test_who_only_waited_leaves_without_a_word_to_the_beneficiary(world: World) -> None:
    case = claimed(world, FANG, QIN)
    before = texts(case, BENEFICIARY)

    expect(case.alone(QIN, "release"), 200)

    assert texts(case, BENEFICIARY) == before
    assert "released" not in [one["type"] for one in case.mine()["events"]]


def test_who_waits_gets_the_slot_though_no_more_claims_are_taken(world: World) -> None:
    case = claimed(world, FANG, QIN)
    case.do(VETTER, "close")

    expect(case.alone(FANG, "release"), 200)

    assert states(case, FANG, QIN) == ["settled", "open"]
    case.stands("offer", status="claimed")


def test_a_claim_made_anew_without_a_key_is_a_new_claim(world: World) -> None:
    case = offered(world)
    path = f"/cases/{case.number}/actions"
    claims = {"action": "claim", "details": {"name": "方圆", "phone": PHONES[FANG]}}
    for body in (claims, {"action": "release"}, claims):
        expect(world.http("POST", path, body, FANG), 200)
        world.settle()

    assert case.happened()[-3:] == ["claimed", "released", "claimed"]
    assert states(case, FANG) == ["open"]


def test_a_claim_that_comes_after_the_close_is_too_late(world: World) -> None:
    case = claimed(world, FANG, QIN)
    expect(case.alone(QIN, "release"), 200)
    case.do(VETTER, "close")

    assert refused(claim(case, QIN), AlreadyDecided)


def test_a_claim_made_anew_without_a_key_after_a_drop_is_a_new_claim(world: World) -> None:
    case = offered(world)
    path = f"/cases/{case.number}/actions"
    body = {"action": "claim", "details": {"name": "方圆", "phone": PHONES[FANG]}}
    expect(world.http("POST", path, body, FANG), 200)
    world.settle()
    on_claim(case, FANG, GRID, "drop", {"why": "电话一直不通"})

    expect(world.http("POST", path, body, FANG), 200)

    assert states(case, FANG) == ["open"]


def test_who_is_taken_off_the_waiting_list_is_not_told_that_they_left(world: World) -> None:
    case = claimed(world, FANG, QIN)

    on_claim(case, QIN, GRID, "drop", {"why": "电话一直不通"})

    assert "您已退出" not in texts(case, PHONES[QIN])[-1]
    assert len(texts(case, PHONES[QIN])) == 2


def test_a_volunteer_is_offered_only_what_a_volunteer_may_do(world: World) -> None:
    case = claimed(world, FANG)

    offers = [
        offer["action"] for task in seen(case, FANG).body["tasks"] for offer in task["offers"]
    ]

    # Claimed is claimed: a second claim is not offered.
    assert sorted(offers) == ["fulfil", "more_time", "release"]
