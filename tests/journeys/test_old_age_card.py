"""The old-age card: the system decides by its table or leaves it to an officer, and says by which
rule."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.platform.errors import SeparationOfDuty
from infra.player import Case, Front, a_phone, expect
from tests.journeys.people import AGENT, VILLAGE
from tests.journeys.publishing import AUTHOR, order, publish, upload
from tests.world import MORNING, World, load_json

SERVICE = "old-age-card"
OFFICER, APPROVER = "officer-ling", "officer-gan"
CARD = {"licence": "吉老优2026-0001", "grade": "60"}
HANDED = {"handed_to": "申请人本人", "how": "window", "proof": "签收单0310", "identity": True}
FITS = {"grade": "60", "text": "在本区常住满一年，村里证明。"}
TOO_YOUNG = {"reason": "J1", "text": "明天满60周岁，请明天再申请，系统当场核定。"}
MISSING = {"missing": [{"paper": "C2", "what": "照片看不清"}]}
GRANTED = ("card_60", "card_65", "card_80")


def answers(name: str) -> Any:
    return load_json(f"forms/{SERVICE}/examples/pass/{name}.json")["answers"]


def sent(
    front: Front,
    name: str = "sixty-on-the-day",
    by: str | None = None,
    without: tuple[str, ...] = (),
    phone: str = "",
    **more: Any,
) -> Case:
    it = load_json(f"forms/{SERVICE}/examples/pass/{name}.json")
    given = it["answers"]
    if phone:
        given["applicant"]["phone"] = phone
    papers = [paper for paper in it["papers_needed"] if paper not in without]
    return Case.submit(front, given, papers, by, SERVICE, **more)


def ruling(case: Case) -> Any:
    """The latest event that the system decided, as the applicant reads it."""
    return next(one for one in reversed(case.mine()["events"]) if "rule" in one)


def documents(case: Case, language: str = "zh-Hans") -> dict[str, str]:
    return {one["document"]: one["body"] for one in case.mine(language)["documents"]}


def told(case: Case, phone: str, words: str) -> bool:
    return any(case.number in text and words in text for text in case.front.messages(phone))


def at_an_officer(front: Front, name: str = "registered-elsewhere") -> Case:
    case = sent(front, name)
    case.stands("examine", status="in_progress")
    return case


# --- by the system ---------------------------------------------------------------------------


def test_a_card_is_granted_by_the_system_as_it_is_asked_for_and_handed_over(front: Front) -> None:
    phone = a_phone()
    case = sent(front, phone=phone)

    case.stands("issue", status="granted")
    assert case.happened()[1] in GRANTED
    case.do(VILLAGE, "ready", CARD)
    case.do(VILLAGE, "delivered", HANDED)

    case.stands(ended=True, result="granted", status="delivered")
    assert told(case, phone, "由系统核定准予") and told(case, phone, "已送达")


def test_nobody_acts_and_the_events_name_the_system_and_the_rule(world: World) -> None:
    case = sent(world)

    events = case.view()["events"]
    decided = next(one for one in events if one["type"] == "card_60")
    version = case.view()["service_version"]
    assert decided["actor"] == {"party": "system", "as": "system"}
    assert decided["rule"] == {"table": "entitlement", "row": 3, "version": version}
    assert decided["data"]["rule"] == decided["rule"]
    assert {one["actor"]["party"] for one in events} <= {"applicant", "system"}
    assert [one["kind"] for one in case.view()["tasks"]] == ["desk"]


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("sixty-on-the-day", "card_60"),
        ("leap-day-sixty-five", "card_65"),
        ("not-yet-sixty", "passed_to_officer"),
        ("registered-elsewhere", "passed_to_officer"),
        ("with-a-passport", "passed_to_officer"),
    ],
)
def test_the_grade_goes_by_age_and_what_is_unclear_goes_to_an_officer(
    world: World, name: str, event: str
) -> None:
    assert ruling(sent(world, name))["type"] == event


def test_an_agent_asks_for_a_woman_of_ninety(world: World) -> None:
    case = sent(world, "ninety-through-an-agent", AGENT, channel="agent")

    assert case.happened()[:2] == ["received", "card_80"]
    assert told(case, "13800000072", "正代您办")


def test_the_applicant_reads_why_in_every_language_and_the_notice_prints_it(world: World) -> None:
    case = sent(world)
    version = case.view()["service_version"]

    said = ruling(case)
    assert said["type"] == "card_60" and "已满60周岁、不满65周岁" in said["reason"]
    paper = documents(case)["automatic"]
    for words in (
        "由系统按规则自动核定",
        "已满60周岁",
        "判定表entitlement第3行",
        f"规则第{version}版",
    ):
        assert words in paper
    assert "没有工作人员参与" in paper and "要求工作人员重新核定" in paper
    english = documents(case, "en")["automatic"]
    assert "60 to 64 on the day of receipt" in english
    assert f"row 3 of table entitlement (version {version} of the rules)" in english
    assert "自動核定" in documents(case, "zh-Hant")["automatic"]


def test_why_says_what_the_system_decided_and_by_which_row(world: World) -> None:
    case = sent(world)

    asked = world.http("GET", f"/cases/{case.number}/why", None, case.reader)

    said = " ".join(asked.body["why"])
    assert "系统自动判定" in said and "判定表entitlement第3行" in said


def test_the_age_is_that_of_the_day_of_receipt_however_late_the_flow_begins(world: World) -> None:
    """The eve of a birthday, near midnight at the office: the flow starts on the birthday."""
    world.moment = datetime(2026, 3, 9, 15, 59, tzinfo=UTC)
    body = {"answers": answers("sixty-on-the-day"), "papers": papers("C1", "C2")}
    made = world.http("POST", f"/services/{SERVICE}/cases", body)
    case = Case(world, made.body["case"], made.body["secret"])

    world.moment += timedelta(hours=8)
    world.settle()

    assert case.happened()[:2] == ["received", "passed_to_officer"]


def papers(*names: str) -> list[dict[str, str]]:
    return [{"paper": name, "reference": "原件"} for name in names]


@pytest.mark.parametrize("paper", ["C1", "C2"])
def test_without_a_needed_paper_nothing_is_decided_by_the_system(world: World, paper: str) -> None:
    case = sent(world, without=(paper,))

    case.stands("examine")
    assert ruling(case)["rule"]["row"] == 0
    case.do(OFFICER, "incomplete", {"missing": [{"paper": paper, "what": "没有交"}]})
    case.give("supply", [paper])

    assert case.happened()[-2:] == ["supplied", "card_60"]


def test_a_paper_that_an_officer_found_wanting_is_not_taken_on_trust(world: World) -> None:
    case = at_an_officer(world, "not-yet-sixty")
    case.do(OFFICER, "incomplete", MISSING)

    case.give("supply", ["C1"])

    assert case.happened()[-2:] == ["supplied", "passed_to_officer"]


def test_whoever_does_not_want_a_machine_to_decide_gets_an_officer(world: World) -> None:
    case = sent(world)

    case.decide("ask_officer", {"why": "我想知道为什么不是65岁的证"})
    case.stands("examine")
    assert case.due("promised")
    case.do(OFFICER, "propose_grant", FITS)
    case.do(APPROVER, "grant", FITS)
    case.do(VILLAGE, "ready", CARD)
    case.do(VILLAGE, "delivered", HANDED)

    case.stands(ended=True, result="granted")


def test_what_was_decided_is_explained_by_the_version_that_decided(world: World) -> None:
    case = at_an_officer(world)
    before, version = ruling(case), case.view()["service_version"]
    document = load_json(f"forms/{SERVICE}/service.json")
    document["logic"]["tables"]["entitlement"]["default"]["reason"]["zh-Hans"] = "改过的话"
    to = publish(world, document, accepts="breaking")["outcome"]["version"]

    rebase(world, to)

    assert case.view()["service_version"] == to > version
    assert ruling(case) == before and before["rule"]["version"] == version
    assert ruling(sent(world, "registered-elsewhere"))["reason"] == "改过的话"


def test_no_case_is_moved_into_a_stage_in_which_nothing_waits(world: World) -> None:
    case = at_an_officer(world)
    document = load_json(f"forms/{SERVICE}/service.json")
    document["titles"]["en"] = "Card for the old"
    to = publish(world, document, accepts="safe")["outcome"]["version"]

    job = rebase(world, to, stages={"examine": "check"})

    (fate,) = job["cases"]
    assert fate["fate"] == "needs_plan" and "nothing waits in stage check" in str(fate)
    case.stands("examine")


def rebase(world: World, to: int, **plan: Any) -> Any:
    """Let the worker do the job; what became of it, in English."""
    path = f"/services/{SERVICE}/rebases"
    body = {"to": to, "accepted": True, "checked": True, **plan}
    job = expect(world.http("POST", path, body, AUTHOR), 202)
    for _ in range(3):
        world.tick(world.moment + world.minutes(1))
    english = {"Accept-Language": "en"}
    return expect(world.http("GET", f"{path}/{job['job']}", None, AUTHOR, english), 200)


# --- by an officer ---------------------------------------------------------------------------


def test_an_officer_grants_what_the_system_left_open(front: Front) -> None:
    phone = a_phone()
    case = sent(front, "registered-elsewhere", phone=phone)
    assert ruling(case)["rule"]["row"] == 0 and told(case, phone, "需人工核查")

    case.do(OFFICER, "propose_grant", FITS)
    case.do(APPROVER, "grant", FITS)
    case.stands("issue", status="granted")
    case.do(VILLAGE, "ready", CARD)
    case.do(VILLAGE, "delivered", HANDED)

    case.stands(ended=True, result="granted")
    assert "没有适用的行" in documents(case)["acceptance"]


def test_too_young_is_refused_by_two_officers_with_reason_basis_and_remedies(world: World) -> None:
    case = at_an_officer(world, "not-yet-sixty")
    case.do(OFFICER, "propose_refuse", TOO_YOUNG)
    assert case.attempt(APPROVER, "refuse", {"text": "不行"}).status == 422

    case.do(APPROVER, "refuse", TOO_YOUNG)

    case.stands(ended=True, result="refused", status="refused")
    paper = documents(case)["refusal"]
    for words in ("不满60周岁", "第二条", "明天满60周岁", "六十日", "行政诉讼"):
        assert words in paper
    assert all(one["actor"]["party"] != "system" for one in refusals(case))


def refusals(case: Case) -> list[Any]:
    return [one for one in case.view()["events"] if one["type"] in ("proposed_refuse", "refused")]


def test_who_examined_does_not_decide(world: World) -> None:
    case = at_an_officer(world)
    world.publisher.handle({"directory": both_roles()})
    world.house.directory.refresh()
    case.do(OFFICER, "propose_grant", FITS)

    answer = case.attempt(OFFICER, "grant", FITS)

    assert answer.status == 409 and answer.body["type"].endswith(SeparationOfDuty.slug)


def both_roles() -> Any:
    grant = {"party": OFFICER, "role": "aged-approver", "node": "jz", "from": "2020-01-01"}
    nodes = load_json("infra/seed/directory.json")["nodes"]
    return {"nodes": nodes, "grants": [{**grant, "to": None, "because": "兼"}]}


def test_an_officer_who_is_late_is_escalated(world: World) -> None:
    case = at_an_officer(world)

    case.after(case.due("promised"))

    assert "overdue" in case.happened()
    case.stands("examine")


def test_statistics_read_the_kind_of_document_and_the_grade_and_no_name(world: World) -> None:
    case = sent(world)
    case.do(VILLAGE, "ready", CARD)

    counts = [one["data"].get("counts") for one in case.view()["events"]]

    assert {"kind": "citizen_number", "delivery": "window"} in counts and {"grade": "60"} in counts
    assert "郭秀兰" not in json.dumps([one["data"] for one in case.view()["events"]])


def test_a_version_under_test_decides_by_its_own_table(world: World) -> None:
    document = load_json(f"forms/{SERVICE}/service.json")
    document["logic"]["tables"]["entitlement"]["rules"][2]["when"]["age"] = {">=": 59, "<": 65}
    draft = upload(world, document)
    tested = order(world, SERVICE, "test", upload=draft["upload"])
    headers = {"Test-Token": tested["test_token"]}
    body = {"answers": answers("not-yet-sixty"), "papers": papers("C1", "C2")}

    made = world.http("POST", f"/services/{SERVICE}/cases", body, None, headers)
    world.settle()

    case = Case(world, made.body["case"], made.body["secret"])
    assert ruling(case)["type"] == "card_60" and ruling(case)["rule"]["version"] < 0
    assert world.moment == MORNING
