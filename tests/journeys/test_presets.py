"""A service started from a preset: what a publisher is given, and how its cases end."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.services.checks.lint import lint
from chalicelib.services.sheets.presets import Assisting, Kind, preset
from infra.player import Case, expect
from tests.journeys.district import REGION, bare, operator
from tests.world import World

TITLES = {"zh-Hans": "户外广告设置", "en": "Outdoor advertising"}
PUBLISHER, VILLAGE, TOWN = "officer-gao", "officer-li", "officer-wang"
EXAMINER, APPROVER, ISSUER, HEAD = "officer-chen", "officer-huang", "officer-sun", "officer-xu"
TOWN_EXAMINER, FIRE, WATER = "examiner-town", "assist-fire", "assist-water"
LICENCE = {"licence": "吉城许〔2026〕1号"}
HANDED = {"handed_to": "申请人本人", "how": "window", "proof": "送达回证已签"}
REFUSAL = {"reason": "J1", "text": "位置在道路红线以内，不能设置。"}
PHONE = "13800000071"
ANSWERS = {
    "applicant": {
        "name": "曾广福",
        "id": {"kind": "citizen_number", "number": "11010519491231002X"},
        "phone": PHONE,
    },
    "region": "360802101201",
    "truth": True,
}
UNITS = [
    Assisting("fire", {"zh-Hans": "消防救援大队", "en": "Fire brigade"}),
    Assisting("water", {"zh-Hans": "水利局", "en": "Water office"}),
]
PEOPLE = {
    TOWN_EXAMINER: ("examiner", "jz-t1"),
    FIRE: ("assist-fire", "jz"),
    WATER: ("assist-water", "jz"),
}
GAP = {
    "id": "P1",
    "titles": {"zh-Hans": "场地协议", "en": "Lease"},
    "short": {"zh-Hans": "场地协议", "en": "Lease"},
    "necessity": "gap",
}


@pytest.fixture
def world() -> Iterator[World]:
    """A service of each kind, named for it."""
    with bare("memory") as made:
        operator(made)(
            {
                "directory": {
                    "nodes": REGION["nodes"],
                    "owners": [{"service": str(kind), "unit": "approval-bureau"} for kind in Kind],
                    "parties": [{"party": one, "name": "叶青"} for one in PEOPLE],
                    "grants": [
                        {"party": one, "role": role, "node": node, "from": "2020-01-01"}
                        for one, (role, node) in PEOPLE.items()
                    ],
                }
            }
        )
        for kind in Kind:
            document = preset(kind, str(kind), TITLES, assisting=UNITS)
            assert made.publish(document)["published"]
        yield made


def applied(world: World, kind: str, papers: tuple[str, ...] = ("P1", "P2")) -> Case:
    answers = ANSWERS if kind == "on-the-spot" else {**ANSWERS, "delivery": {"how": "window"}}
    return Case.submit(world, answers, list(papers), service=kind, reader="officer-zhao")


def handed_over(case: Case) -> Any:
    case.do(ISSUER, "ready", LICENCE)
    case.do(ISSUER, "delivered", HANDED)
    return case.stands(ended=True, result="granted")


def told(case: Case, words: str) -> bool:
    return any(case.number in text and words in text for text in case.front.messages(PHONE))


def titles(case: Case) -> list[str]:
    return [one["title"] for one in case.mine()["documents"]]


def test_on_the_spot_one_officer_decides_and_the_case_is_over(world: World) -> None:
    case = applied(world, "on-the-spot")

    case.do(VILLAGE, "grant", {**LICENCE, **HANDED})

    case.stands(ended=True, result="granted", status="delivered")
    assert titles(case) == ["申请材料接收凭证", "准予行政许可决定书"]
    assert told(case, "已办好并送达")
    assert "当场作出准予决定" in case.mine()["documents"][1]["body"]


def test_on_the_spot_what_is_not_decided_by_the_end_of_the_day_is_escalated(world: World) -> None:
    case = applied(world, "on-the-spot")
    assert case.due("on-the-spot").date() == world.moment.date()

    case.after(case.due("on-the-spot"))

    assert "overdue" in case.happened()
    case.do(VILLAGE, "refuse", REFUSAL)
    case.stands(ended=True, result="refused")


def test_on_the_spot_missing_papers_are_told_once_and_the_clock_begins_anew(world: World) -> None:
    case = applied(world, "on-the-spot", ("P1",))
    assert case.attempt(VILLAGE, "grant", {**LICENCE, **HANDED}).status == 409

    case.do(VILLAGE, "incomplete", {"missing": [{"paper": "P2", "what": "身份证复印件"}]})
    case.give("supply", ["P2"])

    case.stands("counter", status="received")
    assert "incomplete" not in case.view()["tasks"][-1]["actions"]
    case.do(VILLAGE, "grant", {**LICENCE, **HANDED})
    case.stands(ended=True, result="granted")


def test_a_promise_is_examined_decided_and_delivered_by_different_people(world: World) -> None:
    case = applied(world, "promise")

    case.do(VILLAGE, "accept")
    case.do(EXAMINER, "propose_grant")
    assert case.attempt(EXAMINER, "grant").status in (403, 409)
    case.do(APPROVER, "grant")

    handed_over(case)
    assert told(case, "前可领证") and told(case, "已办好")


def test_a_promised_paper_holds_the_licence_and_silence_is_acceptance(world: World) -> None:
    document = preset("promise", "promise", TITLES, papers=[GAP])
    assert world.publish(document)["published"]
    case = applied(world, "promise", ())

    case.do(VILLAGE, "accept_with_gap", {"signed": True, "signed_by": "曾广福"})
    case.do(EXAMINER, "propose_grant")
    case.do(APPROVER, "grant")
    case.stands("issue")
    case.give("record_papers", ["P1"])

    handed_over(case)
    silent = applied(world, "promise", ("P1",))
    silent.after(silent.due("one-time-notice"))
    silent.stands("examine", status="in_progress")
    assert "deemed_accepted" in silent.happened()


def test_a_joint_case_hears_every_assisting_unit_and_the_lead_answers(world: World) -> None:
    case = applied(world, "joint")
    case.do(VILLAGE, "accept")
    case.do(EXAMINER, "consult", {"units": ["fire", "water"]})
    assert told(case, "由其统一答复")

    case.do(FIRE, "agree")
    case.stands("assist")
    assert case.attempt(FIRE, "agree").status in (403, 409)
    case.do(WATER, "object", {"text": "占用河道管理范围。"})

    case.stands("conclude")
    assert case.happened()[-1] == "units_objected"
    case.do(EXAMINER, "again", {"why": "方案已改，请再看"})
    case.do(EXAMINER, "consult", {"units": ["water"]})
    case.do(WATER, "agree")
    case.do(EXAMINER, "propose_grant")
    assert case.attempt(EXAMINER, "grant").status in (403, 409)
    case.do(APPROVER, "grant")
    handed_over(case)


def test_an_assisting_unit_that_is_late_is_escalated_and_nobody_decides_without_it(
    world: World,
) -> None:
    case = applied(world, "joint")
    case.do(VILLAGE, "accept")
    case.do(EXAMINER, "consult", {"units": ["fire", "water"]})
    case.do(FIRE, "agree")

    case.after(case.due("assist"))

    case.stands("assist")
    assert "overdue" in case.happened()
    case.do(WATER, "agree", {"text": "无意见"})
    case.stands("conclude")


def test_a_forwarded_case_is_examined_in_the_town_and_decided_in_the_district(
    world: World,
) -> None:
    case = applied(world, "forwarded")
    case.do(VILLAGE, "accept")
    assert {one["clock"] for one in case.mine()["clocks"]} >= {"first-examination", "promised"}

    case.do(TOWN_EXAMINER, "send_up", {"opinion": "grant", "text": "现场已看，符合条件。"})
    assert told(case, "报上级决定")
    assert case.attempt(TOWN_EXAMINER, "grant").status in (403, 409)
    case.do(APPROVER, "back", {"why": "请补充现场照片说明"})
    case.stands("first_exam")
    case.do(TOWN_EXAMINER, "send_up", {"opinion": "grant", "text": "已补充说明。"})
    case.do(APPROVER, "grant")

    handed_over(case)
    acceptance = next(one for one in case.mine()["documents"] if one["title"] == "受理通知书")
    assert "报上级机关决定" in acceptance["body"]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_can_be_refused_withdrawn_and_not_accepted(world: World, kind: Kind) -> None:
    withdrawn, unfit = applied(world, kind), applied(world, kind)

    withdrawn.decide("withdraw", {"how": "web"})
    unfit.do(VILLAGE, "not_accept", {"reason": "N2", "text": "请到市级机关办理。"})

    withdrawn.stands(ended=True, result="withdrawn")
    unfit.stands(ended=True, result="not_accepted")
    assert told(unfit, "不予受理")


@pytest.mark.parametrize("kind", Kind)
def test_papers_that_are_not_supplied_in_time_are_returned(world: World, kind: Kind) -> None:
    case = applied(world, kind, ("P1",))
    case.do(VILLAGE, "incomplete", {"missing": [{"paper": "P2", "what": "身份证复印件"}]})

    case.after(case.due("supply"))

    case.stands(ended=True, result="returned")


# --- what a publisher is given ---------------------------------------------------------------


@pytest.mark.parametrize("kind", Kind)
def test_a_publisher_is_given_a_document_that_may_be_published(world: World, kind: Kind) -> None:
    path = f"/presets/{kind}?service=my-service&title=%E5%8F%96%E6%B0%B4"

    document = expect(world.http("GET", path, None, PUBLISHER), 200)

    assert lint(document) == []
    assert (document["service"], document["titles"]) == ("my-service", {"zh-Hans": "取水"})
    assert expect(world.http("GET", "/presets", None, PUBLISHER), 200) == {"presets": list(Kind)}


def test_only_publishers_are_given_presets_and_only_those_there_are(world: World) -> None:
    assert world.http("GET", "/presets/promise").status == 401
    assert world.http("GET", "/presets/promise", None, VILLAGE).status == 403
    assert world.http("GET", "/presets").status == 401
    assert world.http("GET", "/presets/quick", None, PUBLISHER).status == 404
    assert world.http("GET", "/presets/promise?service=A%20b", None, PUBLISHER).status == 400
    too_long = "/presets/promise?title=" + "x" * 61
    assert world.http("GET", too_long, None, PUBLISHER).status == 400
