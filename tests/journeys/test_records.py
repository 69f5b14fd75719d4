"""Services without a flow: a submission is one row, made once, counted for ever, erased alone; and
the six documents that are, or follow from, such services."""

import copy
import json
import uuid
from datetime import timedelta
from typing import Any

from chalicelib.cases import records
from chalicelib.cases.idempotency import key_for
from chalicelib.platform.ports import Busy, Change, ConditionFailed, Delete, Equals, Row, Table
from infra.player import Answer, Case, Front, expect
from tests.fakes.store import MemoryStore
from tests.journeys.publishing import order, upload
from tests.world import World, load_json

HALL, TOWN, VILLAGE, OTHER_TOWN = "officer-zhao", "officer-wang", "officer-li", "officer-lin"
GUIDE, GRID, COMMUNITY, SUPERVISOR = "guide-tu", "grid-luo", "community-yan", "officer-zhou"
MARCH = "2026-03"


def example(service: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = load_json(f"forms/{service}/examples/pass/{name}.json")["answers"]
    return copy.deepcopy(found)


def sent(
    front: Front,
    service: str,
    name: str,
    party: str | None = None,
    key: str | None = None,
    **more: Any,
) -> Answer:
    """A submission of an example; under a key of its own where none is given."""
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    body = {"answers": example(service, name), **more}
    return front.http("POST", f"/services/{service}/cases", body, party, headers)


def kept(front: Front, service: str, name: str, party: str | None = None, **more: Any) -> Any:
    return expect(sent(front, service, name, party, **more), 201)


def quick(world: World, **more: Any) -> Any:
    """An enquiry that was answered at the window of the hall."""
    return kept(world, "enquiry", "answered-at-the-window", HALL, channel="counter", **more)


def listed(front: Front, service: str, node: str, party: str = HALL, **more: str) -> Answer:
    asked = "&".join(f"{k}={v}" for k, v in {"service": service, "node": node, **more}.items())
    return front.http("GET", f"/records?{asked}", None, party)


def month(front: Front, service: str, node: str = "jz", party: str = HALL, **more: str) -> Any:
    return expect(listed(front, service, node, party, **{"month": MARCH, **more}), 200)


def rows(world: World) -> dict[tuple[str, str], Row]:
    assert isinstance(world.store, MemoryStore)
    return dict(world.store.rows[Table.CASES])


def mine(front: Front, receipt: Any, secret: str = "") -> Answer:
    headers = {"Receipt-Secret": secret or receipt["secret"]}
    return front.http("GET", f"/my/records/{receipt['record']}", None, None, headers)


# --- one row, once --------------------------------------------------------------------------


def test_an_enquiry_answered_at_once_is_one_row_and_no_case(world: World) -> None:
    before = rows(world)

    receipt = quick(world)
    world.settle()

    (new,) = rows(world).keys() - before.keys()
    assert new == (f"record#{receipt['record']}", "record")
    assert receipt.keys() == {"record", "service", "version", "received_at"}
    assert not world.queue and world.notifier.sent == []
    page = month(world, "enquiry")
    assert (page["counted_in"], page["cursor"]) == ("人次", None)
    (one,) = page["records"]
    assert one["answers"] == example("enquiry", "answered-at-the-window")
    assert (one["site"], one["unit"], one["channel"]) == ("jz", "approval-bureau", "counter")
    assert one["actor"] == {"party": HALL, "as": "acceptor"}


def test_how_long_people_waited_is_counted(world: World) -> None:
    quick(world)

    (one,) = month(world, "enquiry")["records"]

    assert one["counts"] == {"kind": "papers", "answered": True, "waited": 12}


def test_a_repeat_is_given_the_same_receipt_and_another_body_is_refused(front: Front) -> None:
    keys = [uuid.uuid4().hex for _ in "ab"]
    asked = {"service": "enquiry", "name": "answered-at-the-window", "party": HALL}
    before = expect(listed(front, "enquiry", "jz"), 200)["records"]
    first, again = (kept(front, **asked, key=keys[0], channel="counter") for _ in "ab")

    assert again == first
    other = sent(front, "enquiry", "least", HALL, keys[0], channel="telephone")
    assert (other.status, other.body["type"]) == (
        422,
        "urn:bancheng:problem:idempotency-key-reused",
    )
    assert kept(front, **asked, key=keys[1], channel="counter")["record"] != first["record"]
    after = expect(listed(front, "enquiry", "jz"), 200)["records"]
    assert len(after) == len(before) + 2
    assert after[len(before)]["answers"] == example("enquiry", "answered-at-the-window")


def test_without_a_key_the_same_body_is_the_same_record_for_a_day(world: World) -> None:
    body = {"answers": example("opinion-survey", "least")}

    def answered() -> str:
        answer = world.http("POST", "/services/opinion-survey/cases", body)
        return str(expect(answer, 201)["record"])

    first = answered()
    world.moment += timedelta(hours=23, minutes=59)
    assert answered() == first
    world.moment += timedelta(minutes=2)
    second = answered()
    assert second != first
    world.moment += timedelta(hours=23)
    assert answered() == second


def test_a_key_may_be_used_again_after_thirty_five_days(world: World) -> None:
    first = quick(world, key="a")
    world.moment += timedelta(days=36)

    assert quick(world, key="a")["record"] != first["record"]
    assert month(world, "enquiry")["records"][0]["record"] == first["record"]


def test_an_answer_that_was_lost_is_found_again(world: World, monkeypatch: Any) -> None:
    quick(world)
    honest = world.store.transact

    def lost(operations: Any) -> None:
        honest(operations)
        raise ConditionFailed([0])

    monkeypatch.setattr(world.store, "transact", lost)
    first = quick(world, key="a")
    monkeypatch.undo()

    assert quick(world, key="a") == first
    assert len(month(world, "enquiry")["records"]) == 2


def test_a_number_that_is_taken_is_somebody_else_s(world: World, monkeypatch: Any) -> None:
    honest = records.number_of

    def crowded(house: Any, key: Any, turn: int, salt: int) -> str:
        return honest(house, key_for("all", "", b"") if salt == 0 else key, 0, salt)

    monkeypatch.setattr(records, "number_of", crowded)
    numbers = {quick(world, key=key)["record"] for key in "abab"}

    assert len(numbers) == 2
    assert len(month(world, "enquiry")["records"]) == 2


def test_a_key_of_the_month_that_may_not_be_stored_seals_nothing_more(
    world: World, monkeypatch: Any
) -> None:
    def busy(operations: Any) -> None:
        raise Busy("ServiceUnavailable")

    monkeypatch.setattr(world.store, "transact", busy)
    answer = sent(world, "enquiry", "answered-at-the-window", HALL, channel="counter")
    assert answer.status == 503
    monkeypatch.undo()

    quick(world)
    quick(world)
    assert all(one["answers"] for one in month(world, "enquiry")["records"])


# --- who may --------------------------------------------------------------------------------


def test_a_guide_notes_whom_she_showed_where_and_nobody_else_may(world: World) -> None:
    receipt = kept(world, "hall-guide", "an-old-man-to-window-seven", GUIDE, channel="counter")

    assert "secret" not in receipt
    (one,) = month(world, "hall-guide")["records"]
    assert one["answers"]["window"] == "7号" and one["counts"]["to"] == "window"
    anybody = sent(world, "hall-guide", "least", channel="counter")
    assert anybody.status == 401
    other = sent(world, "hall-guide", "least", GRID, channel="counter")
    assert other.status == 403 and "导办员" in other.body["detail"]
    by_web = sent(world, "hall-guide", "least", GUIDE, channel="web")
    assert (by_web.status, by_web.body["errors"][0]["pointer"]) == (422, "/channel")


def test_a_survey_is_answered_by_anybody_and_names_nobody(world: World) -> None:
    receipt = kept(world, "opinion-survey", "a-firm")
    by_officer = kept(world, "opinion-survey", "least", VILLAGE, channel="web")

    page = month(world, "opinion-survey", "jz-t1-v1")
    (one,) = page["records"]
    assert "actor" not in one and one["counts"]["overall"] == 4
    (other,) = month(world, "opinion-survey", "jz-t2-v1")["records"]
    assert "actor" not in other and other["record"] == by_officer["record"]
    stored = json.dumps(list(rows(world).values()), default=repr, ensure_ascii=False)
    assert VILLAGE not in stored and "政策文件" not in stored
    own = expect(mine(world, receipt), 200)
    assert own["answers"] == example("opinion-survey", "a-firm")
    assert own["title"] == "政务服务民意调查"


def test_a_receipt_opens_its_own_record_only(world: World) -> None:
    one, other = (kept(world, "opinion-survey", "a-firm") for _ in "ab")

    assert mine(world, one, other["secret"]).status == 404
    assert mine(world, one, world.ports.keys.secret(one["record"])).status == 404
    assert mine(world, one, one["secret"].lower().replace("-", " ")).status == 200
    assert mine(world, {"record": "1" * 16, "secret": one["secret"]}).status == 404
    assert mine(world, {"record": "%00", "secret": one["secret"]}).status == 404


def test_a_diary_is_read_by_the_officers_of_its_place_and_by_nobody_else(world: World) -> None:
    kept(world, "visit-diary", "an-old-man-and-his-chickens", GRID, channel="outreach")

    (one,) = month(world, "visit-diary", "jz-t1-v1", GRID)["records"]
    assert one["answers"]["measures"][1] == {"what": "technician", "who": "镇畜牧站"}
    assert one["counts"] == {"household": "old", "done": False, "again": True}
    for reader in (TOWN, SUPERVISOR, COMMUNITY):
        assert len(month(world, "visit-diary", "jz-t1-v1", reader)["records"]) == 1
    for stranger in (OTHER_TOWN, "officer-gao", "volunteer-fang", "agent-deng"):
        assert listed(world, "visit-diary", "jz-t1-v1", stranger).status == 404, stranger
    assert listed(world, "visit-diary", "nowhere", TOWN).status == 404
    assert listed(world, "nothing", "jz", TOWN).status == 404
    assert listed(world, "business-licence", "jz", HALL).status == 404
    assert world.http("GET", "/records?service=visit-diary&node=jz").status == 401
    assert listed(world, "visit-diary", "jz-t1-v1", TOWN, month="2026-13").status == 400


def test_a_patrol_is_logged_in_one_row_with_walkers_and_findings(world: World) -> None:
    kept(world, "patrol-log", "a-light-is-out", COMMUNITY, channel="outreach")

    (one,) = month(world, "patrol-log", "jz-t1-v1")["records"]

    assert one["counts"] == {"walkers": 2, "area": "road", "found": "passed"}


# --- lists ----------------------------------------------------------------------------------


def test_a_month_is_read_page_by_page_oldest_first(world: World) -> None:
    made = []
    for _ in range(records.PAGE + 3):
        world.moment += timedelta(minutes=1)
        made.append(quick(world)["record"])

    first = month(world, "enquiry")
    second = month(world, "enquiry", cursor=first["cursor"])

    assert [one["record"] for one in first["records"] + second["records"]] == made
    assert second["cursor"] is None
    assert listed(world, "enquiry", "jz", TOWN, cursor=first["cursor"]).status in (400, 404)
    others = listed(world, "enquiry", "jz", HALL, month="2026-04", cursor=first["cursor"])
    assert others.status == 400


def test_a_record_belongs_to_the_month_where_the_office_is(world: World) -> None:
    world.moment = world.at_text("2026-03-31T16:30:00.000Z")

    quick(world)

    assert month(world, "enquiry")["records"] == []
    (one,) = month(world, "enquiry", month="2026-04")["records"]
    assert one["answers"]


# --- erasing --------------------------------------------------------------------------------


def test_who_is_erased_can_be_read_by_nobody_and_still_counts(world: World) -> None:
    receipt = kept(world, "opinion-survey", "a-firm")
    world.moment += timedelta(minutes=1)
    kept(world, "opinion-survey", "a-firm")
    key = (f"record#{receipt['record']}", "record")
    erased = Change(Table.CASES, "record", key, {}, Equals("channel", "web"), ("sealed",))

    world.store.transact([erased])

    one, other = month(world, "opinion-survey", "jz-t1-v1")["records"]
    assert one["answers"] is None and one["counts"]["overall"] == 4
    assert other["answers"]
    assert expect(mine(world, receipt), 200)["answers"] is None


def test_a_month_is_erased_with_its_key(world: World) -> None:
    kept(world, "opinion-survey", "a-firm")
    subject = records.subject_of("opinion-survey", MARCH)
    world.store.transact([Delete(Table.KEYS, "data_key", (f"subject#{subject}", "key"))])
    world.ports.keys.forget(subject)

    (one,) = month(world, "opinion-survey", "jz-t1-v1")["records"]

    assert one["answers"] is None and one["counts"]["overall"] == 4


# --- a case that follows --------------------------------------------------------------------


def test_an_enquiry_that_nobody_can_answer_at_once_is_a_case_answered_in_two_working_days(
    world: World,
) -> None:
    receipt = kept(world, "enquiry", "passed-on", TOWN, channel="telephone", key="a")
    again = kept(world, "enquiry", "passed-on", TOWN, channel="telephone", key="a")
    world.settle()

    assert again == receipt and receipt["opened"]["service"] == "enquiry-reply"
    number = receipt["opened"]["case"]
    (one,) = month(world, "enquiry", "jz-t1")["records"]
    assert one["opened"] == number
    assert "secret" not in receipt["opened"]
    case = Case(world, number, world.ports.keys.secret(number), HALL)
    view = case.stands("answer", channel="telephone", site="jz-t1-v1")
    assert view["answers"]["question"].startswith("在外地打工")
    assert view["events"][0]["actor"] == {"party": TOWN, "as": "acceptor"}
    assert [text for text in world.messages("13800000051") if number in text]

    case.do(VILLAGE, "pass_on")
    case.after(case.due("answering"))
    assert "overdue" in case.happened()
    case.do("officer-chen", "reply", {"text": "可以，办转移手续后接着交。"})

    case.stands(ended=True, result="answered")
    (document,) = case.view()["documents"]
    assert "可以，办转移手续后接着交。" in document["body"]


def test_an_enquiry_that_is_not_ours_is_sent_to_the_right_door(world: World) -> None:
    answers = example("enquiry-reply", "from-a-landline")
    case = Case.submit(world, answers, [], service="enquiry-reply")
    details = {"reason": "Q1", "right_door": "区市场监管局", "text": "节假日安排由他们公布。"}

    case.do(TOWN, "elsewhere", details)

    case.stands(ended=True, result="elsewhere", status="referred")


def test_an_enquiry_goes_back_to_the_window_and_may_be_withdrawn(world: World) -> None:
    answers = example("enquiry-reply", "pension")
    case = Case.submit(world, answers, [], service="enquiry-reply")
    case.do(VILLAGE, "pass_on", {"note": "社保的事"})
    case.do("officer-chen", "back", {"why": "镇上就能答"})
    case.stands("answer", status="received")

    case.decide("withdraw", {"how": "web"})

    case.stands(ended=True, result="withdrawn")


def test_a_case_that_cannot_be_opened_leaves_no_record(world: World) -> None:
    body = {"answers": {**example("enquiry", "passed-on"), "region": "110101001001"}}
    before = rows(world)
    answer = world.http(
        "POST", "/services/enquiry/cases", {**body, "channel": "counter", "site": "jz-t1"}, TOWN
    )

    assert answer.status == 422
    assert rows(world) == before


# --- publishing -----------------------------------------------------------------------------


def diary(**more: Any) -> Any:
    document = load_json("forms/patrol-log/service.json")
    return {**copy.deepcopy(document), **more}


def test_a_service_of_records_is_uploaded_tested_published_and_rebased_as_any_other(
    world: World,
) -> None:
    document = diary(service="river-log")
    draft = upload(world, {"service": document, "examples": [example_file()]})
    assert draft["state"] == "draft", draft
    report = draft["report"]
    assert report["rehearsal"]["walks"] == [] and "按次计数" in report["rehearsal"]["remarks"][0]
    assert "登记一次即完成" in report["flow"]
    tested = order(
        world, "river-log", "test", upload=draft["upload"], unit="organisation-department"
    )
    token = {"Test-Token": tested["test_token"]}
    body = {"answers": example("patrol-log", "all-quiet"), "channel": "outreach"}
    trial = expect(world.http("POST", "/services/river-log/cases", body, GRID, token), 201)
    assert trial["test"] is True

    done = order(world, "river-log", "publish", upload=draft["upload"])
    assert done["outcome"]["version"] == 1
    receipt = expect(world.http("POST", "/services/river-log/cases", body, GRID), 201)
    assert receipt["version"] == 1
    (one,) = month(world, "river-log", "jz-t1-v1")["records"]
    assert one["record"] == receipt["record"]
    (other,) = month(world, "river-log", "jz-t1-v1", test="yes")["records"]
    assert other["record"] == trial["record"]

    changed = diary(service="river-log", record={"counted_in": "次", "who": ["grid-worker"]})
    seen = upload(world, changed)
    assert seen["report"]["diff"]["verdict"] == "narrowing"
    assert seen["report"]["diff"]["changes"][0]["pointer"] == "/record/who"
    job = world.http("POST", "/services/river-log/rebases", {"dry_run": True}, "officer-gao")
    assert job.status == 202


def example_file() -> Any:
    return load_json("forms/patrol-log/examples/pass/all-quiet.json")


def test_a_service_that_others_open_cases_of_cannot_become_records(world: World) -> None:
    document = diary(service="enquiry-reply")

    seen = upload(world, document)

    pointers = [(one["pointer"], one["keyword"]) for one in seen["report"]["warnings"]]
    assert ("/record", "record") in pointers
    opens = copy.deepcopy(load_json("forms/enquiry/service.json"))
    opens["record"]["then"]["opens"]["service"] = "hall-guide"
    seen = upload(world, opens)
    pointers = [(one["pointer"], one["keyword"]) for one in seen["report"]["warnings"]]
    assert ("/record/then/opens/service", "record") in pointers


def test_the_public_catalogue_tells_records_from_cases(world: World) -> None:
    seen = expect(world.http("GET", "/services/opinion-survey"), 200)
    assert seen["record"] == {"counted_in": "人次"}
    assert (seen["stages"], seen["results"], seen["clocks"], seen["papers"]) == ([], {}, {}, [])
    seen = expect(world.http("GET", "/services/hall-guide"), 200)
    assert seen["record"] == {"counted_in": "人次", "who": ["guide", "acceptor"]}
    assert "record" not in expect(world.http("GET", "/services/enquiry-reply"), 200)
    at = "/services/opinion-survey/versions/1"
    for path in ("", "/flow", "/flow?as=mermaid", "/form", "/form?view=ui", "/openapi.json"):
        assert world.http("GET", f"{at}{path}").status == 200, path
    papers = expect(world.http("POST", "/services/enquiry/papers", {"answers": {}}), 200)
    assert papers["needed"] == []


def test_a_pilot_takes_records_where_it_is_open(world: World) -> None:
    order(world, "patrol-log", "offer", nodes=["jz-t2"])
    world.house.catalogue.refresh()

    answer = sent(world, "patrol-log", "all-quiet", COMMUNITY, channel="outreach")

    assert (answer.status, answer.body["type"]) == (422, "urn:bancheng:problem:not-offered-here")
