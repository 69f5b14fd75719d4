"""Time that a special procedure needs is not counted, and the applicant is told how long it takes
(行政许可法 45); what is late in it is escalated by the clock of its own day."""

from datetime import timedelta

from infra.player import Case, Front
from tests.journeys.matters import overdue
from tests.journeys.people import APPROVER, EXAMINER, HEAD, VILLAGE, example
from tests.world import World

MOBILE = "13800000001"


def examined(front: Front) -> Case:
    it = example()
    case = Case.submit(front, it["answers"], it["papers_needed"])
    case.do(VILLAGE, "accept")
    return case


def until(world: World, days: int) -> str:
    day = world.house.calendar.add_working_days(world.house.today(), days).date
    return day.isoformat()


def begun(world: World, case: Case, days: int = 6) -> str:
    day = until(world, days)
    case.do(EXAMINER, "special", {"kind": "inspection", "until": day, "text": "场所须现场检测。"})
    return day


def clock(case: Case, name: str) -> dict[str, object]:
    found: dict[str, object] = next(one for one in case.view()["clocks"] if one["clock"] == name)
    return found


def said(case: Case, word: str) -> list[str]:
    return [t for t in case.front.messages(MOBILE) if case.number in t and word in t]


def test_the_limits_rest_while_it_lasts_and_go_on_with_what_was_left(world: World) -> None:
    case = examined(world)
    was = case.due("statutory")
    day = begun(world, case)

    case.stands("special", status="special_procedure")
    for name in ("statutory", "promised"):
        seen = clock(case, name)
        assert (seen["state"], seen["due_at"]) == ("paused", None)
        assert "特别程序开始" in str(seen["because"])
    assert clock(case, "special")["state"] == "running"
    assert len(said(case, "暂停计时")) == 1
    (notice,) = [one for one in case.mine()["documents"] if one["document"] == "special"]
    assert "场所须现场检测" in notice["body"] and "第四十五条" in notice["body"]
    assert f"{int(day[8:])}日" in notice["body"]

    world.tick(was + timedelta(days=3))
    assert overdue(case) == set()
    case.do(EXAMINER, "finish", {"text": "检测合格。"})

    case.stands("examine", status="in_progress")
    assert clock(case, "statutory")["state"] == "running"
    assert case.due("statutory") > was
    assert len(said(case, "继续计时")) == 1
    case.do(EXAMINER, "propose_grant")
    case.do(APPROVER, "grant")
    assert overdue(case) == set()


def test_who_does_not_end_it_in_time_is_escalated_while_the_limits_rest(world: World) -> None:
    case = examined(world)
    begun(world, case, days=2)

    case.after(case.due("special"))

    assert overdue(case) == {"special"}


def test_the_day_is_neither_over_nor_years_ahead(world: World) -> None:
    case = examined(world)
    for day in ("2020-01-01", "0001-01-01", "9999-12-31"):
        details = {"kind": "hearing", "until": day, "text": "听证。"}
        answer = case.attempt(EXAMINER, "special", details)
        assert answer.status == 422
        assert [one["pointer"] for one in answer.body["errors"]] == ["/details/until"]


def test_why_says_since_when_and_for_what_it_rests(world: World) -> None:
    case = examined(world)
    begun(world, case)
    answer = world.http("GET", f"/cases/{case.number}/why", None, EXAMINER)

    rests = [one for one in answer.body["why"] if "暂停计时" in one]
    assert len(rests) == 2 and all("还剩" in one for one in rests)


def test_the_guide_says_what_stops_the_clocks(world: World) -> None:
    clocks = world.http("GET", "/services/business-licence").body["clocks"]

    assert clocks["statutory"]["pauses"] == ["特别程序开始，暂停计时"]
    assert clocks["supply"]["pauses"] == []


def test_extending_a_clock_that_rests_counts_afterwards(world: World) -> None:
    case = examined(world)
    begun(world, case)
    case.do(HEAD, "extend", {"reason": "材料复杂", "text": "需要核对。"})

    case.do(EXAMINER, "finish", {"text": "检测合格。"})

    start = world.house.calendar.local_date(world.moment)
    # Begun and ended on the day of acceptance: three days are left, and three more.
    assert world.house.calendar.working_days(start, case.due("statutory").date()) == 6
