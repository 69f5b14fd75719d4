"""A whole catalogue: 194 items of 23 units put in at one stroke, passed to one bureau at another;
open cases stay with the unit they were received for.
"""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.people.issuing import authority_of
from chalicelib.services.sheets import sheet
from infra.intake import put_in, tried_out
from infra.player import Case, expect
from tests.journeys.district import BUREAU, DEFAULTS, LIST, REGION, bare, district_list, operator
from tests.world import World

# Must-show 6: everything published within a minute on moto. Counted in the process's own seconds,
# in which moto runs too, so that whatever else keeps the computer busy does not count.
LIMIT = 60.0
ON = date(2026, 3, 16)
BECAUSE = "相对集中行政许可权改革（示范）"
WATER, FOREST, TRADE = "demo-shuili-001", "demo-linye-001", "demo-shangwu-002"
PAPERS = ["P1", "P2", "P3", "P4"]
TOWN, READER = "officer-wang", "officer-zhao"
LICENCE = {"licence": "取水〔2026〕1号"}
HANDED = {"handed_to": "申请人本人", "how": "window", "proof": "送达回证已签"}
ANSWERS = {
    "applicant": {
        "name": "曾广福",
        "id": {"kind": "citizen_number", "number": "11010519491231002X"},
        "phone": "13800000061",
    },
    "region": "360802101201",
    "delivery": {"how": "window"},
    "truth": True,
}


@pytest.fixture(params=["memory", pytest.param("moto", marks=pytest.mark.slow)])
def empty(request: pytest.FixtureRequest) -> Iterator[World]:
    """A district where nothing is published."""
    with bare(request.param) as world:
        yield world


@pytest.fixture
def world() -> Iterator[World]:
    """The same, in memory."""
    with bare("memory") as made:
        yield made


def merge(*units: str, **more: Any) -> dict[str, Any]:
    """The operator's order that the bureau takes over what these units own."""
    order = {"to": BUREAU, "from": list(units), "on": f"{ON}", "because": BECAUSE}
    return {"transfer": {**order, **more}}


def lines(*services: str, **changes: str) -> sheet.Sheet:
    """These lines of the list, changed alike."""
    there = [one.document["service"] for one in district_list().entries]
    rows = sheet.read_csv(LIST.read_bytes())
    return sheet.read([{**rows[there.index(one)], **changes} for one in services], DEFAULTS)


def at(day: date) -> datetime:
    """Ten in the morning at the office."""
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


def test_194_items_of_23_units_are_published_in_a_minute_and_pass_to_one_bureau(
    empty: World,
) -> None:
    invoke, began, own = operator(empty), time.monotonic(), time.process_time()

    table = district_list()
    outcome = put_in(invoke, table)
    took, passed = time.process_time() - own, time.monotonic() - began

    print(f"\n{type(empty).__name__}: 194 items in {took:.1f} s of its own, {passed:.1f} s passed")
    assert took <= LIMIT
    assert (outcome.items, outcome.units, outcome.published) == (194, 23, 194)
    assert (outcome.refused, outcome.findings) == ([], [])
    listed = {one["service"] for one in expect(empty.http("GET", "/services"), 200)["services"]}
    for document in table.documents:
        guide = expect(empty.http("GET", f"/services/{document['service']}"), 200)
        assert guide["title"] == document["titles"]["zh-Hans"]
        assert guide["guide"] == document["guide"]
        assert document["service"] in listed

    report = invoke(merge(*(unit["unit"] for unit in table.units)))

    assert (report["seals_retired"], report["items_transferred"]) == (23, 194)
    rate = report["concentration"]
    assert (rate["numerator"], rate["denominator"], rate["percent"]) == (194, 194, "100.000")
    eve = {"unit": BUREAU, "on": f"{ON - timedelta(days=1)}"}
    assert invoke({"concentration": eve})["numerator"] == 0


def test_a_second_import_makes_no_new_version_and_takes_no_item_back(world: World) -> None:
    invoke, table = operator(world), lines(WATER, FOREST, TRADE)
    put_in(invoke, table)
    invoke(merge("shuili"))

    again = put_in(invoke, table)

    assert [(one["row"], one["service"], one["owner"]) for one in again.refused] == [
        (2, WATER, BUREAU)
    ]
    assert (again.published, again.unchanged) == (2, 2)
    assert invoke(merge("shuili"))["written"] == {"owners": 0, "seals": 0}


def test_a_document_that_cannot_be_published_stops_nobody_else(world: World) -> None:
    table = lines(WATER, FOREST)
    table.documents[0]["flow"]["stages"]["decide"].pop("who")

    outcome = put_in(operator(world), table)

    assert [one["row"] for one in tried_out(table)] == [2]
    assert outcome.published == 1
    (refused,) = outcome.refused
    assert (refused["row"], refused["service"]) == (2, WATER)
    assert "/flow/stages/decide" in [one["pointer"] for one in refused["findings"]]
    assert world.http("GET", f"/services/{FOREST}").status == 200
    assert world.http("GET", f"/services/{WATER}").status == 404


# --- open cases ------------------------------------------------------------------------------


def offices(world: World) -> None:
    """The water office and the bureau, each with people of its own, on nodes beside each other."""
    officers = [(role, place) for place in ("old", "new") for role in ROLES]
    operator(world)(
        {
            "directory": {
                "nodes": [
                    *REGION["nodes"],
                    node("jz-old", "水利局（示范）"),
                    node("jz-new", "行政审批局（示范）"),
                ],
                "units": [{**bureau(), "node": "jz-new"}],
                "seals": [
                    {
                        "seal": "approval",
                        "unit": BUREAU,
                        "titles": {"zh-Hans": "行政审批专用章（示范）"},
                        "from": f"{ON}",
                    }
                ],
                "parties": [
                    {"party": f"{role}-{place}", "name": "叶青", "kind": "officer"}
                    for role, place in officers
                ],
                "grants": [
                    {
                        "party": f"{role}-{place}",
                        "role": role,
                        "node": f"jz-{place}",
                        "from": "2020-01-01",
                        "to": None,
                        "because": "示范岗位",
                    }
                    for role, place in officers
                ],
            }
        }
    )


ROLES = ("examiner", "approver", "issuer")


def node(name: str, title: str) -> dict[str, Any]:
    return {"node": name, "parent": "jz", "level": "department", "titles": {"zh-Hans": title}}


def bureau() -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in REGION["units"] if one["unit"] == BUREAU)
    return found


def moved(world: World) -> None:
    """The water item, at the water office until the bureau takes it over."""
    offices(world)
    put_in(operator(world), lines(WATER, 所在节点="jz-old"))
    operator(world)(merge("shuili"))


def applied(world: World) -> Case:
    return Case.submit(world, ANSWERS, PAPERS, service=WATER, reader=READER)


def decided_by(case: Case, place: str) -> Any:
    """From acceptance to delivery, by the officers of one place."""
    case.do(TOWN, "accept")
    case.do(f"examiner-{place}", "propose_grant")
    case.do(f"approver-{place}", "grant")
    case.do(f"issuer-{place}", "ready", LICENCE)
    case.do(f"issuer-{place}", "delivered", HANDED)
    return case.stands(ended=True, result="granted")


def feet(case: Case) -> set[str]:
    """The authorities that the documents of a case are signed by."""
    return {one["foot"].rpartition(" ")[0] for one in case.mine()["documents"]}


def test_a_case_of_before_is_decided_by_the_old_unit_and_one_of_after_by_the_new(
    world: World,
) -> None:
    moved(world)
    old = applied(world)
    world.tick(at(ON))
    new = applied(world)

    assert (old.view()["unit"], new.view()["unit"]) == ("shuili", BUREAU)
    decided_by(old, "old")
    decided_by(new, "new")

    assert feet(old) == {"吉州区水利局（示范）"}
    assert feet(new) == {"吉州区行政审批局（示范）"}


def test_nobody_of_the_other_unit_can_act_on_a_case_or_see_it(world: World) -> None:
    moved(world)
    old = applied(world)
    world.tick(at(ON))
    new = applied(world)

    for case, stranger in ((old, "examiner-new"), (new, "examiner-old")):
        case.do(TOWN, "accept")
        assert case.attempt(stranger, "propose_grant").status == 404
        assert world.http("GET", f"/cases/{case.number}", None, stranger).status == 404


def test_the_authority_of_today_is_the_bureau_and_the_seal_of_before_can_be_read(
    world: World,
) -> None:
    moved(world)
    directory = world.house.directory

    before = authority_of(directory, WATER, ON - timedelta(days=1))
    today = authority_of(directory, WATER, ON)

    assert before and before.seal and today and today.seal
    assert before.seal.titles["zh-Hans"] == "吉州区水利局（示范）行政审批专用章"
    assert (before.seal.retired, before.seal.until) == (True, ON - timedelta(days=1))
    assert (today.unit.id, today.seal.titles["zh-Hans"]) == (BUREAU, "行政审批专用章（示范）")


# --- where it can be received ------------------------------------------------------------------


def test_a_pilot_village_receives_itself_and_the_others_send_up_to_the_town(world: World) -> None:
    everywhere = lines(WATER, 受理层级="村级；乡级；县级")
    put_in(operator(world), everywhere)
    assert applied(world).view()["site"] == "jz-t1-v1"

    pilot = {"level": "village", "node": "jz-t1-v2", "from": "2026-01-01", "because": "试点"}
    operator(world)({"capability": {"service": WATER, "rows": [pilot]}})

    assert applied(world).view()["site"] == "jz-t1"
    there = {**ANSWERS, "region": "360802101202"}
    case = Case.submit(world, there, PAPERS, service=WATER, reader=READER)
    assert case.view()["site"] == "jz-t1-v2"
