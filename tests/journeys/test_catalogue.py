"""A whole catalogue: 194 items of 23 units put in at one stroke, passed to one bureau at another;
open cases stay with the unit they were received for.
"""

import csv
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from chalicelib.people.issuing import authority_of
from chalicelib.platform.ports import Table
from chalicelib.services.sheets import sheet
from infra import catalogue
from infra.failures import Refused
from infra.intake import put_in, tried_out
from infra.player import Case, expect
from infra.publisher import in_words
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
PUBLISHER = "officer-gao"
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


# moto copies the whole table for every operation of a transaction.
MOTO = pytest.param("moto", marks=[pytest.mark.slow, pytest.mark.alone])


@pytest.fixture(params=["memory", MOTO])
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


@cache
def in_order() -> list[str]:
    """The service of each line."""
    return [one.document["service"] for one in district_list().entries]


def lines(*services: str, **changes: str) -> sheet.Sheet:
    """These lines of the list, changed alike."""
    there = in_order()
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


# --- the command ------------------------------------------------------------------------------


def command(world: World, *words: str) -> int:
    """What an operator types at this world's stack; its exit code."""

    def invoke(event: dict[str, Any]) -> Any:
        try:
            return operator(world)(event)
        except ValueError as error:
            # As the emulator answers, and the command takes it apart.
            raise Refused(in_words(Refused(f"publisher failed on it: Error: {error}"))) from error

    try:
        catalogue.main(list(words), lambda _: invoke)
    except SystemExit as ended:
        return int(str(ended.code))
    except Refused as refusal:
        print(f"refused: {refusal}")
        return 2
    return 0


def listed(folder: Path, *services: str, **changes: str) -> str:
    """A file with these lines of the list, changed alike."""
    there = in_order()
    rows = sheet.read_csv(LIST.read_bytes())
    chosen = [{**rows[there.index(one)], **changes} for one in services]
    file = folder / "list.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(chosen[0]))
        writer.writeheader()
        writer.writerows(chosen)
    return str(file)


Typed = Callable[..., tuple[int, str]]


@pytest.fixture
def typed(world: World, capsys: pytest.CaptureFixture[str]) -> Typed:
    """(exit code, what was printed) of a command."""

    def run(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = command(world, *words)
        return code, capsys.readouterr().out

    return run


def history(world: World, service: str) -> list[dict[str, Any]]:
    answer = world.http("GET", f"/services/{service}/history", None, PUBLISHER)
    found: list[dict[str, Any]] = expect(answer, 200)["history"]
    return found


def test_a_dry_run_says_of_each_row_whether_it_is_new_unchanged_or_changed(
    world: World, typed: Typed, tmp_path: Path
) -> None:
    assert typed("import", listed(tmp_path, WATER, FOREST))[0] == 0

    file = listed(tmp_path, WATER, FOREST, TRADE)
    text = Path(file).read_text("utf-8").replace("取水许可", "取水许可证", 1)
    Path(file).write_text(text, "utf-8")
    kept = world.store.partition(Table.DIRECTORY, "catalogue")
    code, said = typed("import", file, "--dry-run")

    assert code == 0
    assert f"第2行 {WATER} " in said and "有改动，safe（changed, safe）" in said
    assert f"第3行 {FOREST} " in said and "未变（unchanged）" in said
    assert f"第4行 {TRADE} " in said and "新增（new）" in said
    assert world.store.partition(Table.DIRECTORY, "catalogue") == kept
    assert world.http("GET", f"/services/{TRADE}").status == 404


def test_a_row_that_touches_open_cases_goes_in_only_when_that_is_accepted(
    world: World, typed: Typed, tmp_path: Path
) -> None:
    typed("import", listed(tmp_path, WATER, FOREST, 承诺时限="10"))
    longer = listed(tmp_path, WATER, FOREST, 承诺时限="15")

    code, said = typed("import", longer, "--dry-run")
    assert code == 1
    assert f"第2行 {WATER} " in said and "narrowing" in said and "不予导入（refused）" in said
    assert typed("import", longer)[0] == 2
    assert world.http("GET", f"/services/{WATER}").body["version"] == 1

    code, said = typed("import", longer, "--accept", "narrowing")

    assert code == 0
    assert "有改动，narrowing（changed, narrowing），第2版（version 2）" in said
    assert world.http("GET", f"/services/{WATER}").body["version"] == 2


def test_the_history_says_why_an_item_was_imported_and_passed_on(
    world: World, typed: Typed, tmp_path: Path
) -> None:
    typed("import", listed(tmp_path, WATER), "--message", "第一批下放事项")
    world.moment += timedelta(minutes=1)
    passed = ("--to", BUREAU, "--from", "shuili", "--on", f"{ON}", "--message", BECAUSE)
    assert typed("transfer", *passed)[0] == 0

    passing, taking = history(world, WATER)

    assert (taking["do"], taking["by"], taking["message"]) == (
        *("import", "operator", "第一批下放事项"),
    )
    told = ("do", "by", "message", "unit", "former", "from")
    assert [passing[name] for name in told] == [
        *("transfer", "operator", BECAUSE, BUREAU, "shuili", f"{ON}"),
    ]


def test_an_import_says_of_each_row_what_became_of_it(
    world: World, typed: Typed, tmp_path: Path
) -> None:
    file = listed(tmp_path, WATER, FOREST)

    first, again = typed("import", file)[1], typed("import", file)[1]

    for row, service in ((2, WATER), (3, FOREST)):
        assert f"第{row}行 {service} " in first and f"第{row}行 {service} " in again
    assert first.count("新增（new），第1版（version 1）") == 2
    assert again.count("未变（unchanged），第1版（version 1）") == 2
    assert [one["message"] for one in history(world, WATER)] == ["导入list.csv"]


def test_a_dry_run_names_the_owner_of_an_item_of_another_unit(
    world: World, typed: Typed, tmp_path: Path
) -> None:
    typed("import", listed(tmp_path, WATER))
    operator(world)(merge("shuili"))

    code, said = typed("import", listed(tmp_path, WATER), "--dry-run")

    assert code == 1
    assert f"已属 {BUREAU}" in said


def test_a_correction_names_a_unit_that_only_the_directory_has(
    world: World, typed: Typed, tmp_path: Path
) -> None:
    typed("import", listed(tmp_path, FOREST))
    joint = listed(tmp_path, WATER, 办件类型="联办件", 协办单位="吉州区林业局（示范）")

    code, said = typed("import", joint)

    assert code == 0, said
    assert world.http("GET", f"/services/{WATER}").status == 200
    assert "linye 吉州区林业局（示范）" in typed("units")[1]


@pytest.mark.parametrize(
    ("to", "former", "why"),
    [
        ("nowhere", "shuili", "没有单位nowhere（there is no unit nowhere）"),
        (BUREAU, "nosuch", "没有单位nosuch（there is no unit nosuch）"),
        (BUREAU, "linye", f"（not owned by linye the day before {ON}）：{WATER}"),
    ],
)
def test_a_transfer_that_cannot_be_is_refused_in_one_line(
    typed: Typed, tmp_path: Path, to: str, former: str, why: str
) -> None:
    typed("import", listed(tmp_path, WATER, FOREST))
    order = ("--to", to, "--from", former, "--on", f"{ON}", "--because", BECAUSE)

    code, said = typed("transfer", *order, "--service", WATER)

    assert (code, said.count("\n")) == (2, 1)
    assert said.startswith("refused: ") and said.rstrip().endswith(why)


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


def test_what_nodes_are_able_to_is_written_from_the_command_line(
    world: World, typed: Typed
) -> None:
    put_in(operator(world), lines(WATER, 受理层级="村级；乡级；县级"))
    pilot = '[{"level": "village", "node": "jz-t1-v2", "from": "2026-01-01", "because": "试点"}]'

    assert typed("capability", WATER, "--rows", pilot)[0] == 0

    assert applied(world).view()["site"] == "jz-t1"
    code, said = typed("capability", WATER, "--rows", pilot.replace("jz-t1-v2", "nowhere"))
    assert (code, said.count("\n")) == (2, 1)
    assert said.strip().endswith("没有节点nowhere（there is no node nowhere）")
    for wrong in ("[", "7", "[7]", '[{"level": "village"}]'):
        assert typed("capability", WATER, "--rows", wrong)[0] == 2
