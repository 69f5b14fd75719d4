"""Regions change while cases are open: merged, split, moved, ended, administered by another; and
the same service is owned by different units in different parts of the tree.
"""

import csv
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.cases import competence, cursor
from chalicelib.cases.fact import listed
from chalicelib.platform.errors import UnknownRegion
from chalicelib.platform.ports import Delete, Table
from infra import catalogue, regions
from infra.failures import Refused
from infra.player import Case, expect
from infra.publisher import Invoke
from tests.journeys import wishes
from tests.journeys.district import operator
from tests.journeys.matters import appoint
from tests.journeys.people import EXAMINER, VILLAGE, WINDOW, example
from tests.journeys.publishing import publish
from tests.journeys.test_catalogue import at
from tests.world import World, load_json

V1, V2, T1, T2 = "jz-t1-v1", "jz-t1-v2", "jz-t1", "jz-t2"
CODE, CODE_2, ELSEWHERE = "360802101201", "360802101202", "360802102201"
TOWN, OTHER_TOWN = "officer-wang", "officer-lin"
ON = date(2026, 3, 16)
LAST = f"{ON - timedelta(days=1)}"
WHY = "撤并村组（示范）"
LICENCE = "business-licence"


def answers(region: str = CODE) -> Any:
    found = example()["answers"]
    return {**found, "premises": {**found["premises"], "region": region}}


def applied(world: World, region: str = CODE, **more: Any) -> Case:
    return Case.submit(world, answers(region), example()["papers_needed"], **more)


def refused(world: World, region: str) -> Any:
    """The refusal of an application for a region."""
    papers = [{"paper": one, "reference": "original"} for one in example()["papers_needed"]]
    body = {"answers": answers(region), "papers": papers}
    answer = world.http("POST", f"/services/{LICENCE}/cases", body)
    assert (answer.status, answer.body["type"].rpartition(":")[2]) == (422, UnknownRegion.slug)
    return answer.body


def changed(world: World, *rows: dict[str, Any]) -> None:
    """The operator's changes, which hold from the day on."""
    numbered = [{"row": number, **row} for number, row in enumerate(rows, 2)]
    report = operator(world)({"regions": {"rows": numbered, "because": WHY, "by": "区政府"}})
    assert report["written"] == len(rows), report


def the_day_comes(world: World) -> None:
    world.tick(at(ON))
    world.house.directory.refresh()


MERGED = {"node": V1, "to": LAST, "became": [V2]}


def inbox(world: World, party: str, node: str, role: str = "acceptor") -> list[str]:
    answer = world.http("GET", f"/inbox?role={role}&node={node}", None, party)
    return [one["case"] for one in expect(answer, 200)["tasks"]]


def sees(world: World, party: str, case: Case) -> bool:
    status = world.http("GET", f"/cases/{case.number}", None, party).status
    assert status in (200, 404)
    return status == 200


def test_a_merged_village_goes_on_in_its_successor(world: World) -> None:
    new = appoint(world, "officer-new", ("acceptor", V2))
    case = applied(world)
    changed(world, MERGED)
    assert (sees(world, VILLAGE, case), sees(world, new, case)) == (True, False)

    the_day_comes(world)
    later = applied(world)

    assert (case.view()["site"], later.view()["site"]) == (V1, V2)
    for officer in (VILLAGE, new):
        for node in (V1, V2):
            assert inbox(world, officer, node) == [case.number, later.number]
        assert sees(world, officer, case) and sees(world, officer, later)
    case.do(new, "accept")
    later.do(VILLAGE, "accept")
    for one in (case, later):
        one.do(EXAMINER, "propose_grant")
        one.stands("decide")


def test_the_waiting_names_who_holds_the_role_at_the_successor(world: World) -> None:
    case = applied(world)
    changed(world, MERGED)
    the_day_comes(world)

    why = expect(world.http("GET", f"/cases/{case.number}/why", None, WINDOW), 200)

    assert "下村（示范）的受理人员" in str(why) and "上村" not in str(why)


def test_a_village_that_moves_under_another_town_is_that_towns(world: World) -> None:
    case = applied(world)
    changed(world, {"node": V1, "parent": T2, "from": f"{ON}"})
    assert (sees(world, TOWN, case), sees(world, OTHER_TOWN, case)) == (True, False)

    the_day_comes(world)

    assert (sees(world, TOWN, case), sees(world, OTHER_TOWN, case)) == (False, True)
    case.do(OTHER_TOWN, "accept")


def test_the_first_part_of_a_split_village_has_the_open_cases_and_codes_part_the_new(
    world: World,
) -> None:
    case = applied(world)
    part = {"level": "village", "parent": T1, "from": f"{ON}"}
    changed(
        world,
        {"node": V1, "to": LAST, "became": ["v1-east", "v1-west"]},
        {**part, "node": "v1-east", "code": "360802101221", "titles": {"zh-Hans": "东村"}},
        {**part, "node": "v1-west", "code": "360802101222", "titles": {"zh-Hans": "西村"}},
    )
    east = appoint(world, "officer-east", ("acceptor", "v1-east"))
    west = appoint(world, "officer-west", ("acceptor", "v1-west"))

    the_day_comes(world)
    (finding,) = refused(world, CODE)["errors"]
    parted = [applied(world, code) for code in ("360802101221", "360802101222")]

    assert finding["pointer"] == "/answers/premises/region"
    assert "东村（360802101221）、西村（360802101222）" in finding["detail"]
    assert [one.view()["site"] for one in parted] == ["v1-east", "v1-west"]
    assert inbox(world, east, "v1-east") == [case.number, parted[0].number]
    assert inbox(world, west, "v1-west") == [parted[1].number]
    assert (sees(world, VILLAGE, case), sees(world, west, case)) == (True, False)
    case.do(east, "accept")


def test_what_is_open_in_a_village_that_became_nothing_is_the_towns(world: World) -> None:
    case = applied(world, CODE_2)
    assert case.view()["site"] == V2
    clerk = ("party#clerk-tong", f"grant#village-clerk#{V2}")
    assert world.store.get(Table.DIRECTORY, clerk)
    held = (f"holders#village-clerk#{V2}", "party#clerk-tong")
    world.store.transact(
        [Delete(Table.DIRECTORY, "grant", clerk), Delete(Table.DIRECTORY, "grant", held)]
    )
    changed(world, {"node": V2, "to": LAST})

    the_day_comes(world)

    assert inbox(world, TOWN, T1) == [case.number]
    assert applied(world, CODE_2).view()["site"] == T1
    case.do(TOWN, "accept")


def test_a_card_on_the_board_is_found_under_the_successor_once(world: World) -> None:
    old = wishes.offered(world)
    changed(world, MERGED)
    the_day_comes(world)
    new = wishes.offered(world, site=V2)

    for node in (V1, V2):
        cards = expect(world.http("GET", f"/board?node={node}"), 200)["cards"]
        assert [one["case"] for one in cards] == [old.number, new.number]
        assert [one["community"] for one in cards] == ["下村（示范）"] * 2
    expect(wishes.claim(old, wishes.FANG), 200)
    for node in (V1, V2):
        cards = expect(world.http("GET", f"/board?node={node}"), 200)["cards"]
        assert [one["case"] for one in cards] == [new.number]


def test_pages_of_two_inboxes_are_one_in_order_and_lose_nothing(world: World) -> None:
    cases = []
    for turn in range(7):
        world.moment += timedelta(minutes=1)
        cases.append(applied(world, CODE if turn % 3 else CODE_2).number)
    lists = [listed(f"acceptor@{node}", test=False) for node in (V1, V2)]

    for limit in (1, 2, 3, 7, 8):
        found, further = cursor.merged(world.house, "x", lists, limit, None)
        numbers = [row["number"] for row in found]
        for _ in range(8):
            if further is None:
                break
            found, further = cursor.merged(world.house, "x", lists, limit, further)
            assert len(found) <= limit
            numbers += [row["number"] for row in found]
        assert numbers == cases
        assert further is None


# --- administered by another ---------------------------------------------------------------------

ZONE = {
    "node": "jz-zone",
    "level": "town",
    "parent": "jz",
    "titles": {"zh-Hans": "开发区（示范）"},
    "from": "2026-01-01",
}


def test_a_zone_receives_for_a_village_that_it_administers_from_that_day_on(world: World) -> None:
    changed(world, ZONE)
    zone = appoint(world, "officer-zone", ("acceptor", "jz-zone"))
    changed(world, {"node": V1, "administered_by": "jz-zone", "from": f"{ON}"})
    case = applied(world)
    assert not sees(world, zone, case)

    the_day_comes(world)

    assert sees(world, zone, case) and sees(world, TOWN, case)
    case.do(zone, "accept")


def test_a_node_without_a_code_is_named_by_its_id(world: World) -> None:
    changed(world, ZONE)
    document = load_json(f"forms/{LICENCE}/service.json")
    region = document["form"]["properties"]["premises"]["properties"]["region"]
    region.pop("format")
    region |= {"pattern": "^[A-Za-z0-9-]{1,64}$", "maxLength": 64}
    done = publish(world, document, accepts="breaking")
    assert done["state"] == "done", done

    assert applied(world, "jz-zone").view()["site"] == "jz-zone"
    assert applied(world, CODE).view()["site"] == V1
    assert refused(world, "jz-nowhere")["errors"][0]["pointer"] == "/answers/premises/region"


# --- who is competent ----------------------------------------------------------------------------

HALL, BUREAU = "town-1-hall", "approval-bureau"


def owned(world: World, unit: str, node: str, **more: Any) -> Any:
    owner = {"service": LICENCE, "unit": unit, "node": node, "because": WHY, **more}
    return operator(world)({"register": {"owners": [owner]}})


def test_the_same_service_is_owned_by_different_units_in_different_towns(world: World) -> None:
    owned(world, HALL, T1)

    here, there = applied(world), applied(world, ELSEWHERE)

    assert (here.view()["unit"], there.view()["unit"]) == (HALL, BUREAU)
    # Where the matter lies counts, not the window that takes it in.
    counter = applied(world, ELSEWHERE, party=VILLAGE, channel="counter")
    assert (counter.view()["site"], counter.view()["unit"]) == (V1, BUREAU)


def test_where_two_units_are_competent_somebody_has_to_rule(world: World) -> None:
    owned(world, HALL, T1)
    owned(world, "civil-affairs", T1, beside=True)

    detail = refused(world, CODE)["detail"]

    assert "兴桥镇便民服务中心" in detail and "民政局" in detail
    house, service = world.house, world.house.catalogue.live(LICENCE)
    site = house.directory.node(V1)
    assert site is not None
    both = competence.competent(house, service, answers(), site)
    assert sorted(one.id for one in both) == ["civil-affairs", HALL]
    assert applied(world, ELSEWHERE).view()["unit"] == BUREAU


# --- the commands --------------------------------------------------------------------------------

Typed = Callable[..., tuple[int, str]]
HEADINGS = (
    "节点",
    "区划代码",
    "名称",
    "层级",
    "上级",
    "生效日期",
    "失效日期",
    "变更为",
    "变更理由",
)


@pytest.fixture
def typed(world: World, capsys: pytest.CaptureFixture[str]) -> Typed:
    """(exit code, what was printed) of a command."""

    def reach(_: str) -> Invoke:
        return operator(world)

    def run(module: Any, *words: str) -> tuple[int, str]:
        capsys.readouterr()
        try:
            module.main(list(words), reach)
            code = 0
        except SystemExit as ended:
            code = int(str(ended.code))
        except Refused as refusal:
            print(f"refused: {refusal}")
            code = 2
        return code, capsys.readouterr().out

    return run


def table(folder: Path, *rows: tuple[str, ...]) -> str:
    file = folder / "regions.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([HEADINGS, *rows])
    return str(file)


def test_a_table_is_tried_taken_in_and_told_of(world: World, typed: Typed, tmp_path: Path) -> None:
    file = table(
        tmp_path,
        ("", "360802101203", "中村", "", "", "", "", "", ""),
        (V1, "", "", "", "", "", LAST, V2, WHY),
        (V2, "", "新下村", "", "", f"{ON}", "", "", WHY),
    )

    code, said = typed(regions, "import", file, "--dry-run")
    assert (code, "写入 0 项" in said) == (0, True)
    assert f"第3行 {V1}：并入（merged）" in said and f"第4行 {V2}：更名（renamed）" in said
    assert world.house.directory.node_of_code("360802101203").id == T1  # type: ignore[union-attr]

    assert "写入 3 项" in typed(regions, "import", file, "--by", "区政府")[1]
    assert "未变 3" in typed(regions, "import", file)[1]
    code, said = typed(regions, "show", "下村（示范）", "--on", f"{ON}")
    assert code == 0 and f"{ON}  新下村" in said and WHY in said and "区政府" in said
    assert f"已由 {V2} 承接" in typed(regions, "show", CODE, "--on", f"{ON}")[1]
    assert typed(regions, "show", "无此村") == (
        2,
        "refused: 没有叫无此村的节点（no node is or was called so）\n",
    )


def test_a_table_with_faults_names_them_by_row_and_column_and_changes_nothing(
    world: World, typed: Typed, tmp_path: Path
) -> None:
    file = table(
        tmp_path,
        ("", "36080210", "中村", "", "", "", "", "", ""),
        ("x", "", "小村", "村级", "jz-t9", "", "", "", ""),
        (V1, "", "", "", "", "", LAST, V2, WHY),
    )

    code, said = typed(regions, "import", file)

    assert code == 1
    assert "! 第2行“区划代码”：" in said and "[code]" in said
    assert "! 第3行“上级”：没有节点jz-t9 | Row 3, 上级: there is no node jz-t9 [parent]" in said
    assert "有2处错误，没有写入（2 errors, nothing is written）" in said
    assert world.house.directory.node(V1, ON).id == V1  # type: ignore[union-attr]


def test_an_empty_table_has_its_headings(typed: Typed, tmp_path: Path) -> None:
    for name in ("empty.csv", "empty.xlsx"):
        assert typed(regions, "export-template", str(tmp_path / name))[0] == 0
    assert (
        (tmp_path / "empty.csv").read_text("utf-8-sig").startswith("节点,区划代码,名称,英文名称,")
    )
    assert typed(regions, "export-template", str(tmp_path / "empty.txt"))[0] == 2


def test_a_unit_takes_a_service_in_a_subtree_and_passes_it_on_from_the_command_line(
    world: World, typed: Typed
) -> None:
    named = (LICENCE, "--node", T1, "--on", "2026-01-01", "--because", WHY)

    assert typed(catalogue, "own", *named, "--unit", HALL)[0] == 0
    code, said = typed(catalogue, "own", *named, "--unit", "civil-affairs")
    assert code == 2 and f"{LICENCE}在{T1}已属{HALL}" in said
    order = ("--to", "civil-affairs", "--from", HALL, "--on", f"{ON}", "--because", WHY)
    assert typed(catalogue, "transfer", *order, "--node", T1)[0] == 0

    before = applied(world)
    the_day_comes(world)
    after = applied(world)
    assert [one.view()["unit"] for one in (before, after)] == [HALL, "civil-affairs"]
    assert applied(world, ELSEWHERE).view()["unit"] == BUREAU


def test_the_day_of_the_office_decides(world: World) -> None:
    changed(world, MERGED)
    eve = datetime.fromisoformat(f"{LAST}T15:59:59+00:00")

    for moment, name in ((eve, V1), (eve + timedelta(seconds=1), V2)):
        world.moment = moment
        found = world.house.directory.node(V1)
        assert found and found.id == name
