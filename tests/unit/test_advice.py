"""What could be better in a document that may be published: each seeded weakness is told once, at
its place, in words; what was put right is not told any more."""

from typing import Any

import pytest

from chalicelib.platform.errors import Finding
from chalicelib.services.checks.lint import lint
from chalicelib.services.document import Service
from chalicelib.services.reports.advice import advice
from chalicelib.services.reports.grouping import MOST_NAMED, grouped
from chalicelib.services.reports.plain import sentence
from chalicelib.services.reports.smsadvice import segments
from chalicelib.services.sheets.presets import Kind, preset
from chalicelib.services.views.bundles import texts
from tests.unit.test_lint import GONE, edited
from tests.world import load_json

PATHS = [
    *(f"forms/{name}/service.json" for name in ("business-licence", "micro-wish", "blocked")),
    "forms/conduct-report/service.json",
    "tests/journeys/toy.json",
]
LICENCE = load_json(PATHS[0])
WISH = load_json(PATHS[1])
NAME = {"zh-Hans": "吉州好办", "en": "Done in Jizhou"}
EXAMINE = "/flow/stages/examine"
SMS = "/notices/received/texts/sms"
FORM = "/form/properties"
TITLED = {"type": "string", "title": "字"}


LAW = {"title": "行政许可法", "article": "第五十八条"}
# A licence whose guide says everything.
WHOLE = edited(
    LICENCE,
    {
        "/guide/fee": {"fen": 0, "basis": LAW},
        "/guide/counters": [{"where": NAME, "hours": NAME}],
        **{
            f"/papers/{index}/{name}": "/forms/sample.pdf"
            for index in range(len(LICENCE["papers"]))
            for name in ("blank", "sample")
        },
    },
)


def advised(document: Any) -> list[Finding]:
    return list(advice(Service(document)))


def found(document: Any) -> set[tuple[str, str]]:
    return {(one.pointer, one.keyword) for one in advised(document)}


WEAK: dict[str, tuple[dict[str, Any], str, str]] = {
    "a paper without an English title": (
        {"/papers/2/titles/en": GONE},
        "/papers/2/titles",
        "translation",
    ),
    "a stage without an English title": (
        {f"{EXAMINE}/titles/en": GONE},
        f"{EXAMINE}/titles",
        "translation",
    ),
    "a reason whose short word has no English": (
        {"/reasons/J1/short/en": GONE},
        "/reasons/J1/short",
        "translation",
    ),
    "an SMS without English": ({f"{SMS}/en": GONE}, SMS, "translation"),
    "an English SMS of more than one segment because of one character": (
        {f"{SMS}/en": "{sign}Your “{service}” application {no} is in. We answer by {date}. " * 2},
        f"{SMS}/en",
        "segments",
    ),
    "an SMS of more than one segment": (
        {f"{SMS}/zh-Hans": "{sign}" + "字" * 63},
        f"{SMS}/zh-Hans",
        "segments",
    ),
    "an SMS with a link": (
        {f"{SMS}/zh-Hans": "{sign}详见https://example.org"},
        f"{SMS}/zh-Hans",
        "smartphone",
    ),
    "a digit that nobody is told of": (
        {"/notices/ready/asks/replies/4": {"action": "ask_post"}},
        "/notices/ready/texts/sms/zh-Hans",
        "digit",
    ),
    "a service for the web alone": ({"/channels": ["web"]}, "/channels", "smartphone"),
    "a notice by e-mail alone": (
        {"/notices/accepted/channels": ["email"]},
        "/notices/accepted/channels",
        "smartphone",
    ),
    "a service by SMS with a notice by e-mail alone": (
        {"/channels": ["sms", "counter"], "/notices/accepted/channels": ["email"]},
        "/notices/accepted/channels",
        "sms",
    ),
    "a notice without a template": (
        {"/notices/accepted/sms_template": GONE},
        "/notices/accepted",
        "sms-template",
    ),
    "a field that only dependentSchemas brings": (
        {"/form/dependentSchemas": {"agent": {"properties": {"until": TITLED}}}},
        "/form/dependentSchemas",
        "portable",
    ),
    "a list by position": (
        {f"{FORM}/scope/prefixItems": [TITLED]},
        f"{FORM}/scope/prefixItems",
        "portable",
    ),
    "no other properties by the newer word": (
        {"/form/unevaluatedProperties": False},
        "/form/unevaluatedProperties",
        "portable",
    ),
    "choices that are codes": (
        {f"{FORM}/premises_right": {"title": "场所权属", "enum": ["owned", "leased"]}},
        f"{FORM}/premises_right/enum",
        "choices",
    ),
    "choices without titles": (
        {f"{FORM}/premises_right": {"title": "场所权属", "oneOf": [{"const": "owned"}]}},
        f"{FORM}/premises_right/oneOf",
        "choices",
    ),
    "a field without a title": ({f"{FORM}/staff/title": GONE}, f"{FORM}/staff", "title"),
    "a detail without a title": (
        {f"{EXAMINE}/actions/back/input/properties/why/title": GONE},
        f"{EXAMINE}/actions/back/input/properties/why",
        "title",
    ),
    "a mobile asked for": (
        {f"{FORM}/contact/properties/phone/format": "cn-mobile"},
        f"{FORM}/contact/properties/phone/format",
        "mobile",
    ),
    "a personal field that is not marked": (
        {f"{FORM}/contact/properties/spouse": {**TITLED, "format": "cn-citizen-number"}},
        f"{FORM}/contact/properties/spouse",
        "sensitive",
    ),
    "no authority": ({"/guide/authority": GONE}, "/guide/authority", "guide"),
    "no level of exercise": (
        {"/guide/level_of_exercise": GONE},
        "/guide/level_of_exercise",
        "guide",
    ),
    "no number of trips to the counter": ({"/guide/trips": GONE}, "/guide/trips", "guide"),
    "a fee without a basis": ({"/guide/fee": {"fen": 100}}, "/guide/fee/basis", "guide"),
    "a counter without hours": (
        {"/guide/counters": [{"where": NAME}]},
        "/guide/counters/0/hours",
        "guide",
    ),
    "a paper that does not say how": ({"/papers/1/how": GONE}, "/papers/1", "guide"),
    "a role that decides and sees nothing of the case": (
        {f"{EXAMINE}/who/role": "aid-reviewer"},
        f"{EXAMINE}/who/role",
        "readers",
    ),
    "a limit in a text that no clock has": (
        {"/clocks/statutory/kind": GONE},
        "/documents/acceptance/texts/zh-Hans",
        "variable",
    ),
    "a day in a text of which nothing says which": (
        {"/documents/acceptance/date": GONE, "/documents/acceptance/texts/en": "{due}"},
        "/documents/acceptance/texts/en",
        "variable",
    ),
    "a basis without an article": (
        {"/guide/basis/0/article": GONE},
        "/guide/basis/0/article",
        "article",
    ),
    "a promise longer than the promised limit": (
        {"/papers/2/how/zh-Hans": "可以后补。"},
        "/papers/2/gap/within",
        "promise",
    ),
}


@pytest.mark.parametrize("name", WEAK)
def test_a_weakness_is_told_at_its_place(name: str) -> None:
    edits, pointer, keyword = WEAK[name]

    assert (pointer, keyword) not in found(WHOLE)
    assert (pointer, keyword) in found(edited(WHOLE, edits))


@pytest.mark.parametrize("path", PATHS)
def test_advice_refuses_nothing_and_speaks_both_languages(path: str) -> None:
    document = load_json(path)

    findings = advised(document)

    assert findings
    assert {one.severity for one in findings} == {"warning"}
    for one in findings:
        assert one.texts["zh-Hans"] and one.texts["en"]
        assert sentence(document, one) == one.texts


@pytest.mark.parametrize("path", PATHS)
def test_advice_is_told_once_at_each_place(path: str) -> None:
    told = [(one.pointer, one.keyword, one.texts["en"]) for one in advised(load_json(path))]

    assert len(told) == len(set(told))


def test_position_words_are_those_of_a_clerk() -> None:
    document = edited(LICENCE, {"/papers/2/titles": {"zh-Hans": "住所证明"}})

    (told,) = [one for one in advised(document) if one.pointer == "/papers/2/titles"]

    assert told.texts == {
        "zh-Hans": "第3份材料「住所证明」缺英文名称",
        "en": 'paper 3 "住所证明" has no English title',
    }
    assert told.params["language"] == "en"


def test_traditional_script_is_counted_and_told_once() -> None:
    document = preset("promise", "library-card", NAME)
    traditional = [one for one in advised(document) if one.params.get("language") == "zh-Hant"]

    assert [one.pointer for one in traditional] == [""]
    assert traditional[0].params["lacking"] == traditional[0].params["of"] > 100


def test_what_costs_nothing_needs_no_basis_for_a_fee() -> None:
    assert ("/guide/fee/basis", "guide") not in found(edited(WHOLE, {"/guide/fee": {"fen": 0}}))


def test_a_template_that_the_provider_has_numbered_is_not_told() -> None:
    waits = ("/notices/received/sms_template/number", "sms-template")
    numbered = edited(LICENCE, {waits[0]: "SMS_1001"})

    (told,) = [one for one in advised(LICENCE) if (one.pointer, one.keyword) == waits]
    assert "通用文字" in told.texts["zh-Hans"]
    assert "general text serves meanwhile" in told.texts["en"]
    assert waits not in found(numbered)


def test_the_form_has_its_english_in_a_bundle() -> None:
    said = {one.pointer: one for one in texts(WISH["form"])}
    bundle = {key: "word" for one in texts(WISH["form"]) for key in one.keys}
    whole = edited(WISH, {"/views/i18n": {"en": bundle}})
    key = said["/properties/wish"].keys[0]
    without = edited(whole, {f"/views/i18n/en/{key}": GONE})

    def untranslated(document: Any) -> list[str]:
        told = [one for one in advised(document) if one.keyword == "translation"]
        return [one.pointer for one in told if one.pointer.startswith("/form")]

    assert untranslated(edited(WISH, {"/views/i18n": GONE} if "i18n" in WISH["views"] else {})) == [
        "/form"
    ]
    assert untranslated(whole) == []
    assert untranslated(without) == [f"/form/properties/wish/{said['/properties/wish'].member}"]


def test_a_condition_may_list_codes_and_a_marked_field_is_fine() -> None:
    marked = edited(LICENCE, {f"{FORM}/contact/properties/phone/x-sensitive": "phone"})

    assert not [
        pointer for pointer, keyword in found(LICENCE) if keyword == "choices" and "/if/" in pointer
    ]
    assert (f"{FORM}/contact/properties/phone", "sensitive") not in found(marked)
    assert not lint(marked)


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("字" * 70, "zh-Hans", 1),
        ("字" * 71, "zh-Hans", 2),
        ("字" * 135, "zh-Hans", 3),
        ("𠮷" * 36, "zh-Hans", 2),
        ("{sign}" + "字" * 62, "zh-Hans", 1),
        ("x" * 160, "en", 1),
        ("x" * 161, "en", 2),
        ("€" * 80, "en", 1),
        ("€" * 81, "en", 2),
        ("’" + "x" * 69, "en", 1),
        ("’" + "x" * 70, "en", 2),
        ("{officer}" + "x" * 66, "en", 1),
        ("{officer}" + "x" * 67, "en", 2),
    ],
)
def test_segments_are_counted_as_the_network_counts_them(
    text: str, language: str, count: int
) -> None:
    assert segments(text, language) == count


@pytest.mark.parametrize("kind", Kind)
def test_a_preset_says_itself_what_it_can(kind: Kind) -> None:
    """Left are what only the office knows: its guide, its samples, its templates' numbers."""
    document = preset(kind, "library-card", {"zh-Hans": "借书证", "en": "Library card"})

    assert {one.severity for one in advised(document)} == {"warning"}
    assert {one.keyword for one in advised(document)} == {"guide", "sms-template", "translation"}
    assert [o.params["language"] for o in advised(document) if o.keyword == "translation"] == [
        "zh-Hant"
    ]


def test_a_preset_without_an_english_title_lacks_that_alone() -> None:
    document = preset("promise", "library-card", {"zh-Hans": "借书证"})

    told = [one.pointer for one in advised(document) if one.keyword == "translation"]
    assert told == ["/titles", "/short", ""]


# --- the same of many places -------------------------------------------------------------------


def one_row(document: Any, *findings: Finding) -> Any:
    (row,) = grouped(document, findings)
    return row


def weak(pointer: str, keyword: str = "k", zh: str = "不好", en: str = "it is bad") -> Finding:
    return Finding(pointer, keyword, {"zh-Hans": zh, "en": en}, severity="warning")


def test_the_same_of_several_notices_is_told_once_with_their_names() -> None:
    names = ("received", "accepted", "ready")

    row = one_row(LICENCE, *(weak(f"/notices/{name}/sms_template") for name in names))

    assert row["pointer"] == "/notices"
    assert row["pointers"] == [f"/notices/{name}/sms_template" for name in names]
    assert row["texts"] == {
        "zh-Hans": "通知received、accepted、ready的短信模板（共3处）：不好",
        "en": "notice received; accepted; ready, SMS template (3 places): it is bad",
    }


def test_places_of_different_kinds_are_named_in_full() -> None:
    row = one_row(LICENCE, weak("/papers/0"), weak("/flow/stages/examine/titles"))

    assert row["pointer"] == ""
    assert row["texts"]["zh-Hans"] == (
        "第1份材料「登记申请书（签字）」、环节「审查」的名称（共2处）：不好"
    )


def test_many_places_are_counted_and_not_all_named() -> None:
    stages = [f"/flow/stages/s{n}" for n in range(MOST_NAMED + 5)]

    row = one_row(LICENCE, *map(weak, stages))

    assert row["pointers"] == stages
    assert "s29等" in row["texts"]["zh-Hans"] and "s30" not in row["texts"]["zh-Hans"]
    assert f"({MOST_NAMED + 5} places)" in row["texts"]["en"]


def test_what_is_said_otherwise_is_told_by_itself_and_in_order() -> None:
    findings = [
        weak("/papers/0"),
        weak("/papers/1", keyword="other"),
        weak("/papers/2", en="it is worse"),
        weak("/papers/3"),
        weak("/papers/4")._replace(severity="error"),
    ]

    rows = list(grouped(LICENCE, findings))

    assert [one["pointer"] for one in rows] == ["/papers", "/papers/1", "/papers/2", "/papers/4"]
    assert [one.get("pointers") for one in rows] == [["/papers/0", "/papers/3"], None, None, None]
    assert rows[1]["texts"] == sentence(LICENCE, findings[1])


def test_the_same_of_the_same_place_is_told_once() -> None:
    row = one_row(LICENCE, weak("/papers/0"), weak("/papers/0"))

    assert (row["pointer"], row.get("pointers")) == ("/papers/0", None)


@pytest.mark.parametrize("path", PATHS)
def test_no_pointer_is_lost_when_advice_is_told_together(path: str) -> None:
    document = load_json(path)

    rows = list(grouped(document, advised(document)))

    told = {at for row in rows for at in row.get("pointers", [row["pointer"]])}
    assert told == {one.pointer for one in advised(document)}
    assert len(rows) < len(advised(document))
    assert all(row["texts"]["zh-Hans"] and row["texts"]["en"] for row in rows)


def test_a_promise_longer_than_the_law_is_told_where_both_end_alike() -> None:
    at = "/clocks/promised/budget"
    ends = {"/clocks/promised/stop": LICENCE["clocks"]["statutory"]["stop"]}
    longer = [one for one in advised(edited(LICENCE, ends)) if one.pointer == at]

    assert [(one.keyword, one.severity) for one in longer] == [("promise", "warning")]
    assert "（4）" in longer[0].texts["zh-Hans"] and "(3)" in longer[0].texts["en"]
    assert (at, "promise") not in found(edited(LICENCE, {**ends, at: {"working_days": 3}}))
    assert (at, "promise") not in found(LICENCE)
