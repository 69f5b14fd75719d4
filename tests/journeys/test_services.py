"""Service documents from the command line, as somebody at a terminal sees them."""

import io
import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from email.message import Message
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import app as front
from chalicelib.services.sheets.presets import Kind, preset
from infra import services
from infra.failures import exits
from infra.player import Case
from tests.journeys.people import example
from tests.journeys.publishing import publish, upload
from tests.world import ROOT, World, load_json

URL = "https://desk.test"
LICENCE = ROOT / "forms" / "business-licence"
TITLES = {"zh-Hans": "取水许可", "en": "Water abstraction"}
AUTHOR = "officer-gao"


class Wire:
    """Sends what the command sends to the application in the process, which then does its work."""

    def __init__(self, world: World) -> None:
        self.world = world

    def open(self, fullurl: urllib.request.Request, data: None = None, timeout: float = 0) -> Any:
        method, path = fullurl.get_method(), fullurl.full_url.removeprefix(URL)
        body = fullurl.data or b""
        assert isinstance(body, bytes)
        answer = self.world.http(method, path, headers=dict(fullurl.headers), raw=body)
        if method == "POST":
            self.world.publisher.handle({"uploads": {}})
            self.world.house.catalogue.refresh()
            front.worker({"tick": {}}, None)
        content = io.BytesIO(json.dumps(answer.body).encode())
        if answer.status >= 400:
            raise urllib.error.HTTPError(path, answer.status, "", Message(), content)
        return closing(content)


Said = tuple[int, str, str]
Run = Callable[..., Said]


@pytest.fixture
def run(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command as a publisher of another deployment: exit code, output, and what went wrong."""
    token = tmp_path / "token"
    token.write_text(world.token(AUTHOR))

    def command(*arguments: str, language: str = "zh-Hans") -> Said:
        there = ["--url", URL, "--token", str(token), "--language", language]
        given = [arguments[0], *there, *arguments[1:]]
        return told(partial(services.main, given, Wire(world)), capsys)

    return command


def told(command: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> Said:
    capsys.readouterr()
    code = 0
    try:
        exits(command)
    except SystemExit as end:
        code = int(str(end.code))
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the licence with its examples."""
    return Path(shutil.copytree(LICENCE, tmp_path / "licence"))


def write(path: Path, value: Any) -> str:
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    return str(path)


def changed(folder: Path, **members: Any) -> str:
    document = load_json("forms/business-licence/service.json")
    document["clocks"]["promised"]["budget"] = {"working_days": 3}
    return write(folder / "service.json", {**document, **members})


# --- the report in words -----------------------------------------------------------------------


def test_the_report_is_told_in_chinese_words_alone(run: Run, folder: Path) -> None:
    code, out, _ = run("upload", changed(folder), "--dry-run")

    assert code == 0
    first, *lines = out.splitlines()
    assert first.endswith("已检查（只试不发）")
    assert "与第1版相比：放宽（widening）" in lines
    assert any("时限「承诺办结时限」的期限" in line for line in lines)
    assert any(line.startswith("演练") and "环节 8/8" in line for line in lines)
    for word in ("changes from", "rehearsed", "never taken", "for more"):
        assert word not in out


def test_the_same_report_is_told_in_english(run: Run, folder: Path) -> None:
    _, out, _ = run("upload", changed(folder), language="en")

    lines = out.splitlines()
    assert lines[0].endswith("a draft: somebody else publishes it")
    assert "changes from version 1: widening" in lines
    assert any(line.startswith("rehearsed, ") and "stages 8/8" in line for line in lines)


def test_what_was_never_taken_and_where_it_could_hang_is_told(run: Run, tmp_path: Path) -> None:
    document = preset(Kind.PROMISE, "business-licence", TITLES)
    document["flow"]["stages"]["decide"]["who"]["role"] = "examiner"

    _, out, _ = run("upload", write(tmp_path / "service.json", document), "--dry-run")

    lines = out.splitlines()
    assert "  从未走到：环节「收件受理」的操作「容缺受理」（没有示例缺少可以容缺的材料）" in lines
    assert any(line.startswith("  没有示例：按没有填写内容演练") for line in lines)
    (hangs,) = [line for line in lines if line.startswith("! /flow/stages/decide  ")]
    assert "只有一人任职时无人可办" in hangs


def test_walks_flow_and_guide_are_told_when_asked_for(run: Run, folder: Path) -> None:
    _, plain, _ = run("upload", changed(folder))
    name = plain.split()[0]
    assert f"再看：report {name}" in plain

    code, out, _ = run("report", name, "--rehearsal", "--flow", "--guide")

    assert code == 0 and "再看：" not in out
    rehearsal, rest = out.split("== 演练 ==")[1].split("== 流程 ==")
    flow, guide = rest.split("== 办事指南 ==")
    assert rehearsal.count("→ 准予登记") >= len(list(LICENCE.glob("examples/pass/*.json")))
    assert "2026-03-10 10:30  受理人员  受理  [审查]" in rehearsal
    assert "待办：审查 → 审查人员（主管单位）" in rehearsal
    assert "到期：一次性告知时限 2026-03-17 17:30" in rehearsal
    assert flow.strip().startswith("flowchart")
    assert "P3 住所（经营场所）使用证明" in guide and "可容缺后补" in guide
    assert "收费：0.00元" in guide and "承诺办结时限 工作日数 3" in guide
    _, english, _ = run("report", name, "--guide", language="en")
    assert "Promised limit working days 3" in english and "== Rehearsal ==" not in english


def test_everything_is_there_as_json(run: Run, folder: Path) -> None:
    _, out, _ = run("upload", changed(folder), "--json")

    assert {"flow", "rehearsal", "guide", "diff"} <= json.loads(out)["report"].keys()


def test_an_untouched_preset_is_told_its_own_gaps_in_a_dozen_lines(
    run: Run, tmp_path: Path
) -> None:
    file = write(tmp_path / "service.json", preset(Kind.PROMISE, "business-licence", TITLES))

    _, out, _ = run("upload", file, "--dry-run")

    warnings = [line for line in out.splitlines() if line.startswith("! ")]
    assert len(warnings) <= 12
    (templates,) = [line for line in warnings if "短信模板" in line]
    assert "（共18处）" in templates


def test_a_role_nobody_has_and_a_twin_are_told_in_the_report(run: Run, folder: Path) -> None:
    document = load_json("forms/business-licence/service.json")
    document["flow"]["stages"]["receive"]["who"]["role"] = "acceptro"
    file = write(folder / "service.json", document)

    _, first, _ = run("upload", file)
    _, again, _ = run("upload", file)

    assert "没有人担任角色acceptro" in first and "是不是acceptor？" in first
    assert first.split()[0] in again.split("\n", 1)[1]


# --- examples ----------------------------------------------------------------------------------


def test_an_example_that_is_not_as_it_says_is_named_by_its_file(run: Run, folder: Path) -> None:
    short = {**example(), "papers_needed": ["P9"]}
    write(folder / "examples/pass/zzz.json", short)
    write(folder / "examples/fail/aaa.json", {**example(), "pointer": "/x", "keyword": "required"})

    code, out, _ = run("upload", str(folder / "service.json"), language="en")

    assert code == 1
    told = [line for line in out.splitlines() if line.startswith("✗")]
    assert [line.split("  ")[0] for line in told] == [
        "✗ examples/pass/zzz.json /papers_needed/0",
        "✗ examples/fail/aaa.json /pointer",
    ]
    assert "names the paper P9" in told[0] and "but the form takes it" in told[1]


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_an_example_that_is_no_json_is_one_line(run: Run, folder: Path, language: str) -> None:
    (folder / "examples/pass/c.json").write_text('{"answers": {\n  "staff": 2,\n}}')

    code, out, err = run("upload", str(folder / "service.json"), language=language)

    place = "c.json 第3行第1列: " if language == "zh-Hans" else "c.json line 3, column 1: "
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert place in err and "Traceback" not in err


@pytest.mark.parametrize(
    ("file", "more", "words"),
    [
        ("examples/fail/x.json", {}, "says where (pointer) and why (keyword)"),
        ("examples/fail/x.json", {"pointer": "/a"}, "says where (pointer) and why (keyword)"),
        ("examples/pass/x.json", {"keyword": "type"}, "has no pointer and no keyword"),
    ],
)
def test_an_example_in_the_wrong_folder_is_refused(
    run: Run, folder: Path, file: str, more: dict[str, str], words: str
) -> None:
    write(folder / file, {**example(), **more})

    code, _, err = run("upload", str(folder / "service.json"), language="en")

    assert (code, err.count("\n")) == (2, 1)
    assert f"{file}: " in err and words in err


# --- what is refused ---------------------------------------------------------------------------


def test_a_document_with_a_byte_order_mark_is_taken(run: Run, folder: Path) -> None:
    file = folder / "service.json"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())

    assert run("upload", str(file))[0] == 0


def test_a_name_that_stands_twice_is_refused_as_the_api_does(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "service.json"
    file.write_text('{"service": "a",\n "service": "b"}')

    code, out, err = run("upload", str(file))

    assert (code, out) == (2, "")
    assert "service.json 第2行第2列: 名称重复：service" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("rebase", "business-licence", "--plan", "notjson"),
        ("rebase", "business-licence", "--plan", "[]"),
        ("order", "business-licence", "close", "--message", "停办", "--details", "x"),
        ("order", "business-licence", "vanish", "--message", "停办"),
        ("order", "no such/service", "close", "--message", "停办"),
        ("upload", "none.json"),
        ("report", "../services"),
        ("publish", "0" * 32, "--message", "发布"),
    ],
)
def test_every_refusal_is_one_line(run: Run, arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("bancheng: ") and "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--token", "/nonexist"),
        ("--url", URL),
        ("--url", URL, "--token", "/nonexist"),
        ("--url", URL, "--token", str(ROOT / "README.md")),
        ("--url", "nonsense", "--token", "TOKEN"),
        ("--url", URL, "--token", "TOKEN", "--as", "officer-zheng"),
    ],
)
def test_a_token_goes_with_an_address_and_neither_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    token = tmp_path / "token"
    token.write_text("x.y.z")
    given = [str(token) if one == "TOKEN" else one for one in arguments]

    code, out, err = told(partial(services.main, ["report", "x", *given]), capsys)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "Traceback" not in err


# --- orders and rebases ------------------------------------------------------------------------


def test_an_order_and_what_became_of_it_are_told(run: Run) -> None:
    code, out, _ = run("order", "business-licence", "close", "--message", "停办")
    assert (code, out) == (0, "已办理 business-licence 第1版\n")

    details = json.dumps({"nodes": ["atlantis"]})
    code, out, _ = run(
        *("order", "business-licence", "offer", "--message", "试点", "--details", details),
        language="en",
    )
    first, second = out.splitlines()
    assert (code, first) == (1, "refused business-licence")
    assert second.startswith("✗ /details/nodes/0  ") and second[1:].isascii()


def test_a_service_that_nobody_owns_is_published_with_its_unit(run: Run, world: World) -> None:
    draft = upload(world, preset(Kind.PROMISE, "water", TITLES), "officer-zheng")
    given = ("publish", draft["upload"], "--message", "新开办", "--language", "en")

    assert run(*given)[0] != 0
    code, out, _ = run(*given, "--unit", "approval-bureau")

    assert (code, out) == (0, "done water version 1\n")
    code, _, err = run(*given)
    assert (code, err) == (2, f"bancheng: {draft['upload']}: published\n")


def test_a_case_that_needs_a_plan_is_told_why_in_sentences(run: Run, world: World) -> None:
    it = example()
    case = Case.submit(world, it["answers"], it["papers_needed"])
    document = load_json("forms/business-licence/service.json")
    renamed = json.loads(json.dumps(document).replace('"receive"', '"take_in"'))
    assert publish(world, renamed, accepts="breaking")["state"] == "done"

    code, out, _ = run("rebase", "business-licence", "--dry-run")

    assert code == 0
    first, *reasons, last = out.splitlines()
    assert first == f"{case.number} 须写明方案（--plan）"
    assert reasons and all(line.startswith("  ✗ /") for line in reasons)
    assert all(not line.split("  ")[-1].isascii() for line in reasons)
    assert last == "须写明方案（--plan） 1"
