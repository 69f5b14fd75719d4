"""A finding as a clerk hears it: which place, counted as people count, and what is wrong there."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import loads, resolve
from chalicelib.services.checks.lint import lint
from chalicelib.services.document import Service
from chalicelib.services.reports.plain import lacks, place, sentence
from chalicelib.services.schema import schema_text
from tests.unit.test_lint import BROKEN, GONE, edited
from tests.unit.test_lint_parts import DOCUMENTS, FAULTS
from tests.world import load_json

LICENCE = load_json("forms/business-licence/service.json")
SHAPE = loads(schema_text())
STAGES = "/flow/stages"
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)
TOKENS = st.sampled_from(
    "papers 2 titles flow stages examine actions grant form properties $defs input if en notices"
    " texts sms asks replies 5 oneOf required x".split()
)


def texts(zh: str, en: str | None = None) -> dict[str, str]:
    return {"zh-Hans": zh, "en": en} if en else {"zh-Hans": zh}


SMALL: Any = {
    "papers": [{"titles": texts("申请书", "Application")}, {"titles": texts("身份证明")}],
    "flow": {
        "stages": {
            "decide": {
                "titles": texts("决定", "Decide"),
                "actions": {"grant": {"titles": texts("准予", "Grant")}},
                "outcomes": {"late": {"event": "late"}},
            }
        }
    },
    "clocks": {"statutory": {"titles": texts("法定时限", "Statutory limit")}},
    "notices": {
        "accepted": {"on": ["accepted"], "texts": {}, "asks": {"replies": {"5": {}}}},
        "nameless": {"on": []},
    },
    "events": {"accepted": {"titles": texts("已受理", "Accepted")}},
    "reasons": {"J2": {"titles": texts("名称不合规定", "The name is not permitted")}},
    "guide": {"basis": [{"title": "行政许可法"}, {"title": "条例" * 20}]},
    "form": {
        "properties": {
            "who": {"title": "经营者", "properties": {"name": {"title": "姓名"}}},
            "kind": {"title": "类别", "oneOf": [{"const": "a", "title": "甲"}]},
        },
        "allOf": [{}, {"if": {"required": ["who"]}}],
        "$defs": {"id": {"title": "证件"}},
    },
}
PLACES = {
    "": ("事项文件", "the document"),
    "/titles": ("事项名称", "title of the service"),
    "/papers": ("材料", "list of papers"),
    "/papers/0/short": ("第1份材料「申请书」的简称", 'paper 1 "Application", short name'),
    "/papers/1": ("第2份材料「身份证明」", 'paper 2 "身份证明"'),
    "/papers/7/blank": ("第8份材料的空表", "paper 8, blank form"),
    f"{STAGES}/decide/actions/grant": (
        "环节「决定」的操作「准予」",
        'stage "Decide", action "Grant"',
    ),
    f"{STAGES}/decide/outcomes/late/to": (
        "环节「决定」的结论「late」的去向",
        'stage "Decide", outcome "late", target',
    ),
    "/clocks/statutory/stop": (
        "时限「法定时限」的停止的过程信息",
        'clock "Statutory limit", stopping events',
    ),
    "/notices/accepted/texts/sms/zh-Hans": (
        "通知「accepted（已受理）」的短信文字（简体）",
        'notice "accepted (Accepted)", SMS text in simplified Chinese',
    ),
    "/notices/nameless/key": ("通知「nameless」的代号", 'notice "nameless", key'),
    "/notices/accepted/asks/replies/5": (
        "通知「accepted（已受理）」的回复「5」",
        'notice "accepted (Accepted)", reply "5"',
    ),
    "/form/properties/who/properties/name/pattern": (
        "表单项「经营者」的「姓名」的书写规则",
        'form field "经营者", "姓名", pattern',
    ),
    "/form/properties/kind/oneOf/0": (
        "表单项「类别」的选项「甲」",
        'form field "类别", choice "甲"',
    ),
    "/form/allOf/1/if/required/0": (
        "表单的第2条规则的条件的必填名单",
        "the form, rule 2, condition, list of needed answers",
    ),
    "/form/$defs/id/titel": (
        "表单的公用定义「证件」的「titel」",
        'the form, shared definition "证件", "titel"',
    ),
    "/reasons/J2": ("理由「J2（名称不合规定）」", 'reason "J2 (The name is not permitted)"'),
    "/guide/basis/0/article": (
        "办事指南的第1条设定依据「行政许可法」的条款",
        'the guide, basis 1 "行政许可法", article',
    ),
    "/guide/basis/1": (
        "办事指南的第2条设定依据「条例条例条例条例条例条例条例条例条例条例条例条…」",
        'the guide, basis 2 "条例条例条例条例条例条例条例条例条例条例条例条…"',
    ),
    "/no/such~1place/0": ("「no」的「such/place」的「0」", '"no", "such/place", "0"'),
}


@pytest.mark.parametrize("pointer", PLACES)
def test_a_pointer_is_called_as_officers_call_the_place(pointer: str) -> None:
    zh, en = PLACES[pointer]

    assert place(SMALL, pointer) == {"zh-Hans": zh, "en": en}


def test_a_service_and_its_document_are_called_the_same() -> None:
    assert place(Service(LICENCE), "/papers/2/titles") == place(LICENCE, "/papers/2/titles")


# Every third of the faults that the tests of lint know.
OF_LICENCE = {name: fault[0] for name, fault in list(BROKEN.items())[::3]}
OF_OTHERS = {name: fault[:2] for name, fault in list(FAULTS.items())[::3]}


@pytest.mark.parametrize("name", [*OF_LICENCE, *OF_OTHERS])
def test_every_finding_is_a_sentence_that_names_its_place_in_both_languages(name: str) -> None:
    of, edits = OF_OTHERS.get(name) or ("business-licence", OF_LICENCE[name])
    document = edited(DOCUMENTS[of], edits)
    findings = lint(document)

    assert findings
    for finding in findings:
        said = sentence(document, finding)
        where = place(document, finding.pointer)
        owner = place(document, finding.pointer.rpartition("/")[0])
        for language in ("zh-Hans", "en"):
            assert said[language].startswith((where[language], owner[language]))
            assert len(said[language]) > len(owner[language])


def said_of(edits: Any) -> list[dict[str, str]]:
    document = edited(LICENCE, edits)
    return [dict(sentence(document, finding)) for finding in lint(document)]


def test_a_paper_without_a_title_is_told_by_its_number() -> None:
    assert said_of({"/papers/2/titles": GONE}) == [texts("第3份材料缺名称", "paper 3 has no title")]


def test_a_misspelt_member_is_told_with_the_one_that_was_meant() -> None:
    (told,) = said_of({"/clocks/statutory/bugdet": {}})

    assert told["zh-Hans"].endswith("：没有这一项，是不是“budget”？")
    assert told["en"].endswith(': there is no such member; is it "budget"?')


@pytest.mark.parametrize(
    ("pointer", "value", "zh", "en"),
    [
        ("/short/zh-Hans", "营业执照设立登记", "最多6字", "6 characters at most"),
        ("/papers/0/copies", 12, "不能大于9", "must not be above 9"),
        ("/papers/0/necessity", "must", "应为以下之一", "one of: necessary, optional, gap"),
        ("/channels", "web", "应为一个列表", "must be a list"),
        ("/service", "Big Name", "只用小写字母", "small letters"),
        ("/levels", [], "至少1项", "1 entries at least"),
    ],
)
def test_what_the_shape_asks_for_is_told_with_its_limit(
    pointer: str, value: Any, zh: str, en: str
) -> None:
    (told,) = said_of({pointer: value})

    assert zh in told["zh-Hans"]
    assert en in told["en"]


def test_no_sentence_repeats_what_a_validator_says() -> None:
    told = said_of({"/form/properties/staff/type": "strin", "/guide/fee": GONE})

    assert all("'" not in one["en"] and "valid under" not in one["en"] for one in told)


def test_a_sentence_that_names_its_place_is_left_as_it_is() -> None:
    said = lacks(SMALL, "/papers/1/titles", "英文", "English ")

    assert said == texts(
        "第2份材料「身份证明」缺英文名称", 'paper 2 "身份证明" has no English title'
    )
    assert sentence(SMALL, Finding("/papers/1/titles", "translation", said)) == said


@given(ANYTHING, st.lists(TOKENS, max_size=8))
def test_any_json_has_sentences_at_any_place(document: Any, tokens: list[str]) -> None:
    pointer = "".join(f"/{token}" for token in tokens)

    for keyword in ("required", "additionalProperties", "type", "pattern"):
        finding = Finding(pointer, keyword, texts("此处不符合事项文件格式", "x"))
        said = sentence(document, finding)
        assert said["zh-Hans"] and said["en"]


@pytest.mark.parametrize("document", [None, [], "text", {"papers": 1, "flow": {"stages": [1]}}])
def test_a_document_of_no_shape_at_all_gets_sentences(document: Any) -> None:
    findings = lint(document)

    assert findings
    assert all(sentence(document, finding)["zh-Hans"] for finding in findings)


def members(node: Any, pointer: str, depth: int = 9) -> Iterator[str]:
    """A pointer to every member that the published shape has, through its definitions."""
    if "$ref" in node:
        node = resolve(SHAPE, node["$ref"][1:])
    for name, one in node.get("properties", {}).items() if depth else ():
        yield f"{pointer}/{name}"
        yield from members(one, f"{pointer}/{name}", depth - 1)
    for keyword, key in (("additionalProperties", "name"), ("items", "0")):
        if isinstance(node.get(keyword), dict):
            yield from members(node[keyword], f"{pointer}/{key}", depth)


def test_every_member_that_a_document_may_have_is_called_something() -> None:
    nameless = [
        pointer
        for pointer in members(SHAPE, "")
        if place({}, pointer)["en"].endswith(f'"{pointer.rpartition("/")[2]}"')
    ]

    assert nameless == []
