"""A table of an implementation list: every problem is told with its row, the good rows go in."""

import csv
import io
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.services.checks.lint import lint
from chalicelib.services.compile import machine
from chalicelib.services.document import Service
from chalicelib.services.sheets import cells, columns, sheet
from chalicelib.services.sheets.offices import Defaults
from chalicelib.services.sheets.sheet import Sheet, Unreadable
from infra import catalogue, workbook
from infra.failures import Refused
from infra.intake import read_table
from infra.publisher import Invoke
from tests.world import ROOT

LIST = ROOT / "tests" / "data" / "catalogue.csv"
DEFAULTS = Defaults(node="jz", since="2020-01-01")
GOOD = {
    "实施主体": "吉州区水利局（示范）",
    "实施主体编码": "shuili",
    "事项编码": "DEMO-SL-001",
    "事项名称": "取水许可",
    "办件类型": "承诺件",
    "法定时限": "20个工作日",
    "承诺时限": "10",
    "收费": "不收费",
    "依据": "《中华人民共和国水法》第四十八条",
    "材料": "申请书（必要，原件1份）；论证报告（容缺10日，复印件2份）；其他（非必要）",
    "咨询电话": "0796-8230014",
    "机关简称": "吉水",
}


def row(**changes: str) -> dict[str, str]:
    return {**GOOD, **changes}


def read(*rows: dict[str, str], **more: Any) -> Sheet:
    return sheet.read(list(rows), DEFAULTS, **more)


def found(table: Sheet) -> list[tuple[int, str, str]]:
    return [(one.params["row"], one.params["column"], one.keyword) for one in table.findings]


def only(table: Sheet) -> Any:
    (document,) = table.documents
    return document


def typed(rows: list[dict[str, str]], encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def test_a_good_row_is_a_document_its_unit_its_seal_and_its_owner() -> None:
    table = read(row())

    assert table.findings == ()
    document = only(table)
    assert (document["service"], document["titles"]) == ("demo-sl-001", {"zh-Hans": "取水许可"})
    assert lint(document) == []
    (unit,), (seal,), (entry,) = table.units, table.seals, table.entries
    assert (unit["unit"], unit["node"], unit["abbr"]) == ("shuili", "jz", "吉水")
    assert (unit["sign"], unit["phone"]) == ("【吉水】", "0796-8230014")
    assert seal["titles"] == {"zh-Hans": "吉州区水利局（示范）行政审批专用章"}
    assert entry.owner == {"service": "demo-sl-001", "unit": "shuili"}


def test_a_row_may_name_the_part_of_the_tree_where_the_unit_owns_the_item() -> None:
    (entry,) = read(row(主管辖区="jz-t1")).entries

    assert entry.owner == {"service": "demo-sl-001", "unit": "shuili", "node": "jz-t1"}


def test_the_guide_carries_the_attributes_of_the_list() -> None:
    more = {
        "类别": "经济发展",
        "领域": "水务",
        "行使层级": "县级",
        "主项名称": "取水",
        "主项编码": "DEMO-SL-000",
        "服务对象": "法人、自然人",
        "到办事现场次数": "1次",
        "网办深度": "Ⅲ级",
        "可代办": "否",
        "办理地点": "大厅二楼",
        "办理时间": "周一至周五",
        "投诉电话": "12345",
        "收费": "500.50元",
        "收费依据": "《某办法》第三条",
        "受理层级": "乡级；县级",
        "备注": "示范",
    }
    document = only(read(row(**more)))

    guide = document["guide"]
    assert (guide["class"]["zh-Hans"], guide["field"]["zh-Hans"]) == ("经济发展", "水务")
    assert guide["parent_item"] == {"code": "DEMO-SL-000", "titles": {"zh-Hans": "取水"}}
    assert guide["fee"] == {"fen": 50050, "basis": {"title": "某办法", "article": "第三条"}}
    assert (guide["trips"], guide["online_depth"]) == (1, 3)
    assert guide["serves"] == ["organisation", "person"]
    assert guide["complaints"] == {"phones": ["12345"]}
    assert guide["counters"][0]["hours"] == {"zh-Hans": "周一至周五"}
    assert guide["notes"]["zh-Hans"].endswith("\n示范")
    assert document["levels"] == ["town", "district"]
    assert document["channels"] == ["web", "counter"]
    assert lint(document) == []


def test_papers_are_read_with_their_marks() -> None:
    text = (
        "申请书（必要，原件2份）；营业执照（副本）（复印件1份，共享）；"
        "论证报告(容缺后补10个工作日 复印件)；其他\n照片（非必要，电子）；身份证"
    )

    papers = cells.papers(text)

    assert [paper["titles"]["zh-Hans"] for paper in papers] == [
        *("申请书", "营业执照（副本）", "论证报告", "其他", "照片", "身份证"),
    ]
    assert [paper["necessity"] for paper in papers] == [
        *("necessary", "necessary", "gap", "necessary", "optional", "necessary"),
    ]
    assert (papers[0]["form"], papers[0]["copies"]) == ("original", 2)
    assert papers[1]["source_channel"] == "shared"
    assert papers[2]["gap"] == {"within": {"days": 14}}
    assert papers[1]["short"] == {"zh-Hans": "营业执照（…"}
    assert [paper["id"] for paper in papers] == ["P1", "P2", "P3", "P4", "P5", "P6"]


BAD: dict[str, tuple[dict[str, str], str, str]] = {
    "no name": ({"事项名称": ""}, "事项名称", "required"),
    "no code": ({"事项编码": ""}, "事项编码", "required"),
    "a code in Chinese": ({"事项编码": "水利一号"}, "事项编码", "code"),
    "no kind": ({"办件类型": ""}, "办件类型", "required"),
    "an unknown kind": ({"办件类型": "特办件"}, "办件类型", "choice"),
    "no basis": ({"依据": ""}, "依据", "required"),
    "no unit": ({"实施主体": ""}, "实施主体", "required"),
    "no code of the unit": ({"实施主体编码": ""}, "实施主体编码", "required"),
    "no telephone": ({"咨询电话": ""}, "咨询电话", "required"),
    "a telephone of letters": ({"咨询电话": "前台"}, "咨询电话", "phone"),
    "days that are no number": ({"法定时限": "二十天"}, "法定时限", "days"),
    "no days at all": ({"法定时限": "0"}, "法定时限", "days"),
    "a promise longer than the law": ({"承诺时限": "30"}, "承诺时限", "maximum"),
    "a fee that is no amount": ({"收费": "按规定"}, "收费", "fee"),
    "a fee of thirds": ({"收费": "0.333元"}, "收费", "fee"),
    "a fee without its basis": ({"收费": "20元"}, "收费依据", "required"),
    "a paper with an unknown mark": ({"材料": "申请书（必要，三份）"}, "材料", "mark"),
    "a gap of nothing": ({"材料": "报告（容缺0日）"}, "材料", "days"),
    "a gap on the spot": ({"办件类型": "即办件"}, "材料", "gap"),
    "a long name without a short one": ({"事项名称": "取水许可证的延续"}, "事项简称", "maxLength"),
    "too long a short name": ({"事项简称": "取水许可延续件"}, "事项简称", "maxLength"),
    "a joint case with nobody": ({"办件类型": "联办件"}, "协办单位", "required"),
    "an assisting unit unknown": ({"办件类型": "联办件", "协办单位": "林业局"}, "协办单位", "unit"),
    "a level there is not": ({"受理层级": "省级以上"}, "受理层级", "choice"),
    "an answer that is neither": ({"可代办": "也许"}, "可代办", "choice"),
    "a day that does not exist": ({"生效日期": "2026-02-30"}, "生效日期", "day"),
    "too long a signature": ({"短信签名": "【吉州区水利分局】"}, "短信签名", "maxLength"),
    "an end before the beginning": (
        {"生效日期": "2026-05-27", "失效日期": "2026-05-26"},
        "失效日期",
        "day",
    ),
    "trips without end": ({"到办事现场次数": "很多"}, "到办事现场次数", "number"),
}


@pytest.mark.parametrize(("changes", "column", "keyword"), BAD.values(), ids=BAD.keys())
def test_a_bad_cell_is_told_with_its_row_and_column_and_the_good_row_goes_in(
    changes: dict[str, str], column: str, keyword: str
) -> None:
    good = row(实施主体="吉州区林业局（示范）", 实施主体编码="linye", 事项编码="DEMO-LY-001")

    table = read(good, row(**changes))

    assert found(table) == [(3, column, keyword)]
    (told,) = table.findings
    assert told.texts["zh-Hans"].startswith(f"第3行“{column}”：")
    assert told.texts["en"].startswith(f"Row 3, {column}: ")
    assert [entry.row for entry in table.entries] == [2]
    assert table.bad_rows == [3]
    assert [unit["unit"] for unit in table.units] == ["linye"]


def test_every_problem_of_a_row_is_told_at_once() -> None:
    table = read(row(事项名称="", 法定时限="许多", 依据="", 收费="看情况"))

    assert {column for _, column, _ in found(table)} == {"事项名称", "法定时限", "依据", "收费"}


def test_with_all_or_nothing_one_error_stops_everything() -> None:
    table = read(row(), row(事项编码="DEMO-SL-002", 法定时限="许多"), all_or_nothing=True)

    assert (table.entries, table.units, table.rows) == ((), (), 2)
    assert found(table) == [(3, "法定时限", "days")]


def test_a_code_that_comes_twice_names_the_first_row() -> None:
    table = read(row(), row(事项编码="demo.sl.001"))

    assert found(table) == [(3, "事项编码", "unique")]
    assert "第2行" in table.findings[0].texts["zh-Hans"]
    assert [entry.row for entry in table.entries] == [2]


def test_one_code_is_one_unit_and_one_unit_has_one_code() -> None:
    other = row(事项编码="DEMO-SL-002", 实施主体="吉州区林业局（示范）")
    again = row(事项编码="DEMO-SL-003", 实施主体编码="shui")

    table = read(row(), other, again)

    assert found(table) == [(3, "实施主体编码", "unique"), (4, "实施主体编码", "unique")]


def test_a_column_that_is_needed_is_missed_once_and_an_unknown_one_is_only_told() -> None:
    without = {name: value for name, value in GOOD.items() if name != "依据"}

    missed, told = read(without, without), read(row(处室电话="1"))

    assert found(missed) == [(1, "依据", "required")]
    assert (missed.entries, missed.rows) == ((), 0)
    assert [(one.keyword, one.severity) for one in told.findings] == [("column", "warning")]
    assert len(told.entries) == 1


def test_headings_are_read_in_chinese_in_english_and_with_what_people_add() -> None:
    english = {
        "authority": "吉州区水利局（示范）",
        "unit_code": "shuili",
        "item_code": "DEMO-SL-001",
        "title": "取水许可",
        "kind": "promise",
        "* 设定依据（必填）": "《中华人民共和国水法》",
        "Statutory_Days": "20 working days",
        "咨询方式": "0796-8230014",
    }

    document = only(read(english))

    assert document["clocks"]["statutory"]["budget"] == {"working_days": 20}
    assert document["guide"]["basis"] == [{"title": "中华人民共和国水法"}]


def test_every_heading_and_alias_means_one_column() -> None:
    for column in columns.COLUMNS:
        for name in (column.zh, column.id, *column.aliases):
            assert columns.column_of(f" {name}* ") is column, name


def test_full_width_digits_spaces_and_decomposed_letters_are_read_as_meant() -> None:
    table = read(
        row(
            事项编码="ＤＥＭＯ－ＳＬ－００１",
            法定时限="\u00a0２０ 个工作日\u3000",
            咨询电话="０７９６－８２３００１４",
            收费="２０．５０元",
            收费依据="《某办法》",
            英文名称=unicodedata.normalize("NFD", "Café licence"),
            事项名称="\ufeff取水\u200b许可 ",
        )
    )

    document = only(table)
    assert table.findings == ()
    assert document["service"] == "demo-sl-001"
    assert document["titles"] == {"zh-Hans": "取水许可", "en": "Café licence"}
    assert document["guide"]["fee"]["fen"] == 2050
    assert table.units[0]["phone"] == "0796-8230014"


def test_empty_rows_are_passed_over_and_rows_keep_their_numbers() -> None:
    blank = dict.fromkeys(GOOD, "\u00a0")

    table = read(blank, row(), blank, row(事项编码="DEMO-SL-002"), {})

    assert [entry.row for entry in table.entries] == [3, 5]
    assert table.rows == 2


def test_what_merged_cells_leave_out_is_as_above_but_not_for_another_unit() -> None:
    merged = dict.fromkeys(("实施主体", "实施主体编码", "咨询电话", "机关简称", "类别"), "")
    forest = {"实施主体": "吉州区林业局（示范）", "实施主体编码": "linye"}

    table = read(
        row(类别="经济发展"),
        row(**merged, 事项编码="DEMO-SL-002"),
        row(**{**merged, **forest}, 事项编码="DEMO-LY-001"),
    )

    assert [entry.owner["unit"] for entry in table.entries] == ["shuili", "shuili"]
    assert found(table) == [(4, "咨询电话", "required")]
    assert table.documents[1]["guide"]["class"] == {"zh-Hans": "经济发展"}


def test_a_unit_says_once_how_it_is_reached() -> None:
    silent = row(事项编码="DEMO-SL-002", 机关简称="", 短信签名="")

    table = read(silent, row(短信签名="【吉州水利】"))

    assert [(unit["abbr"], unit["sign"]) for unit in table.units] == [("吉水", "【吉州水利】")]


JOINT = {"办件类型": "联办件", "协办单位": "吉州区自然资源局（示范）"}


def test_a_unit_that_assists_may_stand_in_the_directory_alone() -> None:
    there = {"吉州区自然资源局（示范）": "zrzy"}

    table = read(row(**JOINT), there=there)

    assert table.findings == ()
    text = str(only(table)["flow"])
    assert "assist-zrzy" in text
    assert [one["unit"] for one in table.units] == ["shuili"]


def test_a_unit_that_assists_and_is_nowhere_is_told() -> None:
    table = read(row(**JOINT), there={"别的局": "else"})

    assert found(table) == [(2, "协办单位", "unit")]
    assert "表中和单位目录中都没有" in table.findings[0].texts["zh-Hans"]


def test_on_the_spot_a_limit_may_be_at_once() -> None:
    document = only(read(row(办件类型="即办", 法定时限="当场", 承诺时限="即时", 材料="申请书")))

    assert document["guide"]["kind"] == "即办件"
    assert document["clocks"]["on-the-spot"]["budget"] == {"same_working_day": True}


def test_a_forwarded_promise_may_span_both_authorities() -> None:
    table = read(row(办件类型="转报件", 承诺时限="35"))

    assert table.findings == ()
    assert only(table)["clocks"]["promised"]["budget"] == {"working_days": 35}


def test_an_item_may_begin_on_a_day_and_end_on_another() -> None:
    (entry,) = read(row(生效日期="2026年5月27日", 失效日期="2030/12/31")).entries

    assert (entry.owner["from"], entry.owner["to"]) == ("2026-05-27", "2030-12-31")
    assert entry.document["guide"]["in_force"] == {"from": "2026-05-27", "to": "2030-12-31"}
    assert lint(entry.document) == []


ENCODINGS = ["utf-8", "utf-8-sig", "gb18030"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_csv_is_read_in_the_encodings_that_offices_write(encoding: str) -> None:
    rows = sheet.read_csv(typed([row()], encoding))

    assert only(read(*rows))["titles"] == {"zh-Hans": "取水许可"}


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4), st.sampled_from(ENCODINGS))
def test_any_cell_comes_back_as_it_reads(values: list[str], encoding: str) -> None:
    table = [[f"列{index}" for index, _ in enumerate(values)], values]
    text = io.StringIO()
    csv.writer(text).writerows(table)
    try:
        raw = text.getvalue().encode(encoding)
    except UnicodeEncodeError:
        return

    if "\0" in text.getvalue():
        with pytest.raises(Unreadable):
            sheet.read_csv(raw)
        return
    (back,) = sheet.read_csv(raw)
    assert list(back.values()) == [cells.plain(value) for value in values]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xef\xbb\xbf",
        "实施主体,事项名称\r\n".encode(),
        b"a,b\n\0,1\n",
        b'a\n"b',
        b"\xff\xff\n\x80",
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        sheet.read_csv(raw)


def test_a_table_without_end_is_refused() -> None:
    with pytest.raises(Unreadable, match="5000"):
        sheet.rows_of([["a"]] * (sheet.MOST_ROWS + 2))


@given(st.dictionaries(st.sampled_from(sorted(columns.BY_ID)), st.text(max_size=40)))
def test_no_table_whatever_it_says_breaks_the_reading(typed_in: dict[str, str]) -> None:
    full = {columns.BY_ID[name].zh: value for name, value in typed_in.items()}

    table = read(row(), row(**{"事项编码": "DEMO-SL-002", **full}))

    assert table.rows == 2
    assert {entry.row for entry in table.entries}.isdisjoint(table.bad_rows)
    assert {entry.row for entry in table.entries} | set(table.bad_rows) >= {3}
    for entry in table.entries:
        assert [one.pointer for one in lint(entry.document) if one.severity == "error"] == []


# --- the command ----------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_the_template_has_every_column_and_waits_for_rows(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"template{suffix}"

    catalogue.main(["export-template", str(path)])

    with pytest.raises(Refused, match="没有数据行"):
        read_table(path, DEFAULTS)
    if suffix == ".csv":
        (headings,) = csv.reader(io.StringIO(path.read_text("utf-8-sig")))
    else:
        book = openpyxl.load_workbook(path)
        headings = [cell.value for cell in book["实施清单"][1]]
        assert len(list(book["填写说明"].rows)) == len(columns.COLUMNS) + 1
    assert [columns.column_of(heading) for heading in headings] == list(columns.COLUMNS)


def test_the_examples_of_the_template_are_a_good_row(tmp_path: Path) -> None:
    example = {column.zh: column.example for column in columns.COLUMNS}
    other = {**example, "实施主体": "某某区林业局", "实施主体编码": "linye", "事项编码": "DEMO-2"}

    table = read(example, other)

    assert table.findings == ()
    assert [lint(document) for document in table.documents] == [[], []]


def nothing_runs(_: str) -> Invoke:
    raise Refused("no stack runs")


def test_a_dry_run_tells_what_is_wrong_and_needs_no_stack(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(typed([row(), row(事项编码="DEMO-SL-002", 法定时限="许多")], "gb18030"))

    with pytest.raises(SystemExit) as ended:
        catalogue.main(["import", str(path), "--dry-run"], nothing_runs)

    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert "! 第3行“法定时限”：" in said and "[days]" in said
    assert "2 行，可导入 1 项，1 个实施主体，有误 1 行" in said
    assert "没有与现行版本比较" in said
    assert "第2行 demo-sl-001 取水许可：可以导入" in said


def test_a_dry_run_of_good_rows_ends_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(typed([row(), row(事项编码="DEMO-SL-002")]))

    catalogue.main(["import", str(path), "--dry-run"], nothing_runs)

    said = capsys.readouterr().out
    assert [f"第{n}行 demo-sl-00{n - 1} 取水许可：可以导入" in said for n in (2, 3)] == [True] * 2


@pytest.mark.parametrize("words", [["export-template", "list.pdf"], ["import", "none.csv"]])
def test_a_command_that_cannot_be_done_is_refused_in_one_line(words: list[str]) -> None:
    with pytest.raises(Refused):
        catalogue.main(words)


# --- the list of 194 items of 23 units ------------------------------------------------------


@pytest.fixture(scope="module")
def district() -> Sheet:
    return sheet.read(sheet.read_csv(LIST.read_bytes()), DEFAULTS)


def test_the_demo_list_has_194_items_of_23_units_and_no_fault(district: Sheet) -> None:
    assert (len(district.entries), len(district.units), len(district.seals)) == (194, 23, 23)
    assert district.findings == ()
    assert len({one["service"] for one in district.documents}) == 194
    assert all("示范" in unit["titles"]["zh-Hans"] for unit in district.units)


def test_the_items_of_the_demo_list_are_counted_by_class_field_level_and_kind(
    district: Sheet,
) -> None:
    counts = district.counts()

    assert {name: sum(of.values()) for name, of in counts.items()} == dict.fromkeys(counts, 194)
    assert set(counts["kind"]) == {"即办件", "承诺件", "联办件", "上报件"}
    assert len(counts["field"]) >= 10


def test_every_document_of_the_demo_list_may_be_published(district: Sheet) -> None:
    faulty = {one["service"]: lint(one) for one in district.documents}

    assert {name: found for name, found in faulty.items() if found} == {}


def test_194_services_share_a_handful_of_machines(district: Sheet) -> None:
    machines = {machine(Service(one), "queue", "aws")[0] for one in district.documents}

    assert len(machines) <= 12


# --- spreadsheets ---------------------------------------------------------------------------


def saved(path: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    for one in rows:
        book.active.append(one)
    book.save(path)
    return path


def test_a_spreadsheet_reads_as_the_csv_it_was_made_from(tmp_path: Path, district: Sheet) -> None:
    rows = list(csv.reader(io.StringIO(LIST.read_text("utf-8-sig"), newline="")))

    table = read_table(saved(tmp_path / "list.xlsx", rows), DEFAULTS)

    assert table.documents == district.documents
    assert table.units == district.units


def test_numbers_dates_and_merged_cells_of_a_spreadsheet_are_read_as_seen(tmp_path: Path) -> None:
    headings = [*GOOD, "生效日期", "可代办"]
    first: list[Any] = [*row(法定时限="", 咨询电话="").values(), None, True]
    first[headings.index("法定时限")] = 20
    first[headings.index("承诺时限")] = 10.0
    first[headings.index("咨询电话")] = 8230014
    second = list(first)
    second[headings.index("事项编码")] = "DEMO-SL-002"
    path = saved(tmp_path / "list.xlsx", [headings, first, second])
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("A2:A3")
    book.active.merge_cells("B2:B3")
    book.save(path)

    table = read_table(path, DEFAULTS)

    assert table.findings == ()
    assert [entry.owner["unit"] for entry in table.entries] == ["shuili", "shuili"]
    assert table.units[0]["phone"] == "8230014"
    assert table.documents[0]["clocks"]["statutory"]["budget"] == {"working_days": 20}


def package(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return path


SUSPECT: dict[str, dict[str, bytes]] = {
    "macros": {"xl/workbook.xml": b"<a/>", "xl/vbaProject.bin": b"x"},
    "links to other files": {"xl/externalLinks/externalLink1.xml": b"<a/>"},
    "connections": {"xl/connections.xml": b"<a/>"},
    "embedded objects": {"xl/embeddings/oleObject1.bin": b"x"},
    "a bomb": {"xl/sharedStrings.xml": b" " * (workbook.MOST_UNPACKED + 1)},
    "parts without end": {f"xl/{n}.xml": b"" for n in range(workbook.MOST_PARTS + 1)},
    "nothing that is a workbook": {"hello.txt": b"hello"},
}


@pytest.mark.parametrize("parts", SUSPECT.values(), ids=SUSPECT.keys())
def test_a_spreadsheet_with_more_than_cells_is_refused_kindly(
    tmp_path: Path, parts: dict[str, bytes]
) -> None:
    with pytest.raises(Refused, match=r"list\.xlsx"):
        read_table(package(tmp_path / "list.xlsx", parts), DEFAULTS)


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">&b;</Types>"""


def test_entities_in_a_spreadsheet_are_not_expanded(tmp_path: Path) -> None:
    path = saved(tmp_path / "list.xlsx", [["a"], ["b"]])
    with zipfile.ZipFile(path) as kept:
        parts = {name: kept.read(name) for name in kept.namelist()}

    with pytest.raises(Refused) as refused:
        read_table(package(path, {**parts, "[Content_Types].xml": ENTITIES}), DEFAULTS)

    assert "EntitiesForbidden" in causes(refused.value)


def causes(error: BaseException | None) -> list[str]:
    """The names of an error and of everything it came of."""
    return [type(error).__name__, *causes(error.__cause__ or error.__context__)] if error else []


@pytest.mark.parametrize("raw", [b"\xd0\xcf\x11\xe0rest", b"PK\x03\x04rest", b"%PDF-1.7", b""])
def test_what_is_no_spreadsheet_is_refused_kindly(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(raw)

    with pytest.raises(Refused, match=r"list\.xlsx"):
        read_table(path, DEFAULTS)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        read_table(tmp_path / "none.csv", DEFAULTS)


def test_a_sheet_without_end_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    endless = book.create_sheet()
    for _ in range(workbook.MOST_ROWS + 1):
        endless.append(["x"])
    book.save(tmp_path / "list.xlsx")

    with pytest.raises(Refused, match="5000"):
        read_table(tmp_path / "list.xlsx", DEFAULTS)
