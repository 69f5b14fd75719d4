"""The four kinds of case a service is started from: sound as they are, and what each is for."""

import copy
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from chalicelib.services.checks.lint import lint
from chalicelib.services.checks.texts import SMS_LONGEST, full_length
from chalicelib.services.compile import machine
from chalicelib.services.document import Service
from chalicelib.services.forms.answers import Forms
from chalicelib.services.sheets.pieces import patched, whole
from chalicelib.services.sheets.presets import Assisting, Kind, Limits, preset
from chalicelib.services.views.bundles import localise
from chalicelib.services.views.bundles import texts as form_texts

TITLES = {"zh-Hans": "户外广告设置", "en": "Outdoor advertising"}
UNITS = [Assisting("fire", {"zh-Hans": "消防救援大队", "en": "Fire brigade"})]
GAP = {
    "id": "P1",
    "titles": {"zh-Hans": "场地协议", "en": "Lease"},
    "necessity": "gap",
    "gap": {"within": {"days": 5}},
}
VARIANTS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "without agents": {"guide": {"agency_allowed": False}},
    "with a back stop": {"back_stop": "another-service"},
    "with one assisting unit": {"assisting": UNITS},
    "with other limits": {"limits": Limits(30, 12, {"title": "某条例", "article": "第三条"})},
    "at the district only": {"levels": ["district"], "channels": ["counter"]},
}
FORMS = Forms(lambda: date(2026, 3, 10))
ANSWERS = {
    "applicant": {
        "name": "曾广福",
        "id": {"kind": "citizen_number", "number": "11010519491231002X"},
        "phone": "13800000001",
    },
    "region": "360802101201",
    "truth": True,
}


def made(kind: str, **given: Any) -> Any:
    return preset(kind, "a-service", TITLES, **given)


def texts(value: Any) -> Iterator[dict[str, str]]:
    if isinstance(value, dict):
        if "zh-Hans" in value:
            yield value
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def who(document: Any, stage: str) -> tuple[str, str]:
    holder = document["flow"]["stages"][stage]["who"]
    return holder["role"], holder["at"]


def findings(document: Any) -> list[Any]:
    return [(one.pointer, one.keyword, one.texts["en"]) for one in lint(document)]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", Kind)
def test_every_preset_may_be_published_as_it_is(kind: Kind, variant: str) -> None:
    assert findings(made(kind, **VARIANTS[variant])) == []


@pytest.mark.parametrize("kind", Kind)
def test_every_text_of_a_preset_is_there_in_chinese_and_in_english(kind: Kind) -> None:
    found = list(texts(made(kind)))

    assert len(found) > 100
    assert [text["zh-Hans"] for text in found if not text.get("en")] == []


@pytest.mark.parametrize("kind", Kind)
def test_every_sms_of_a_preset_fits_with_all_its_variables_full(kind: Kind) -> None:
    sms = [notice["texts"]["sms"] for notice in made(kind)["notices"].values()]

    assert len(sms) > 10
    for text in sms:
        for language, words in text.items():
            assert full_length(words, language) <= SMS_LONGEST[language], words


@pytest.mark.parametrize("kind", Kind)
def test_the_form_takes_who_applies_how_to_reach_them_and_where(kind: Kind) -> None:
    form = made(kind)["form"]

    assert FORMS.check(f"{kind}/form", form, ANSWERS) == []
    for member in ("applicant", "region", "truth"):
        short = {name: value for name, value in ANSWERS.items() if name != member}
        assert [f.pointer for f in FORMS.check(f"{kind}/form", form, short)] == [f"/{member}"]


@pytest.mark.parametrize("kind", Kind)
def test_every_clock_of_a_preset_says_on_what_it_rests(kind: Kind) -> None:
    clocks = made(kind)["clocks"]

    assert all(clock["basis"]["title"] for clock in clocks.values())
    assert clocks["promised" if kind in ("promise", "joint", "forwarded") else "on-the-spot"][
        "basis"
    ]["ours"]
    assert "ours" not in clocks["statutory"]["basis"]


def test_on_the_spot_the_acceptor_decides_alone_on_the_same_working_day() -> None:
    document = made("on-the-spot")

    assert set(document["flow"]["stages"]) == {"counter", "complete", "tell"}
    assert who(document, "counter") == ("acceptor", "lowest-capable")
    assert document["clocks"]["on-the-spot"]["budget"] == {"same_working_day": True}
    assert document["guide"]["kind"] == "即办件"


def test_a_promise_passes_through_the_five_stages_and_two_people() -> None:
    document = made("promise", limits=Limits(30, 12))

    stages = ["receive", "complete", "examine", "decide", "issue", "deliver", "tell"]
    assert list(document["flow"]["stages"]) == stages
    assert document["flow"]["stages"]["decide"]["who"]["not"] == ["examine"]
    assert document["clocks"]["statutory"]["budget"] == {"working_days": 30}
    assert document["clocks"]["promised"]["budget"] == {"working_days": 12}
    assert document["clocks"]["one-time-notice"]["on_due"]["action"] == "accept"
    assert document["guide"]["notes"]["zh-Hans"].startswith("自受理之日起12个工作日内")


def test_a_joint_case_is_led_by_one_unit_and_every_assisting_unit_is_heard() -> None:
    units = [*UNITS, Assisting("water", {"zh-Hans": "水利局"})]

    document = made("joint", assisting=units)

    assist = document["flow"]["stages"]["assist"]
    assert {name: part["who"]["role"] for name, part in assist["parts"].items()} == {
        "fire": "assist-fire",
        "water": "assist-water",
    }
    assert assist["parts"]["water"]["titles"]["zh-Hans"] == "水利局协办"
    assert assist["join"]["rule"] == "all"
    assert who(document, "conclude") == ("examiner", "unit")
    assert {"assist-fire", "assist-water", "examiner"} <= set(document["readers"])
    assert document["clocks"]["statutory"]["budget"] == {"working_days": 45}


def test_a_forwarded_case_is_examined_below_and_decided_above() -> None:
    document = made("forwarded")

    assert who(document, "first_exam") == ("examiner", "received")
    assert who(document, "decide") == ("approver", "unit")
    assert document["flow"]["stages"]["decide"]["who"]["not"] == ["first_exam"]
    assert "receive" not in document["flow"]["stages"]["decide"]["actions"]["back"]["to"]
    assert document["clocks"]["first-examination"]["basis"]["article"] == "第四十三条"


@pytest.mark.parametrize("kind", ["promise", "joint", "forwarded"])
def test_a_paper_that_may_follow_says_what_it_delays(kind: str) -> None:
    document = made(kind, papers=[GAP])

    assert findings(document) == []
    paper = document["papers"][0]
    assert (paper["gap"]["mode"], paper["gap"]["within"]) == ("hold_result", {"days": 5})
    assert "领证时间以补齐材料为准" in document["guide"]["notes"]["zh-Hans"]


def test_on_the_spot_nothing_may_follow() -> None:
    with pytest.raises(ValueError, match="follow"):
        made("on-the-spot", papers=[GAP])


def test_there_are_four_kinds_and_no_more() -> None:
    assert list(Kind) == ["on-the-spot", "promise", "joint", "forwarded"]
    with pytest.raises(ValueError, match="quick"):
        made("quick")


@pytest.mark.parametrize("kind", Kind)
def test_without_agents_nobody_is_asked_about_one(kind: Kind) -> None:
    document = made(kind, guide={"agency_allowed": False})

    assert "agent" not in document["channels"]
    assert "agent" not in document["form"]["properties"]
    assert "by_agent" not in document["notices"]
    assert [paper["id"] for paper in document["papers"]] == ["P1", "P2"]


@pytest.mark.parametrize("kind", Kind)
def test_a_back_stop_is_proposed_to_when_a_case_is_late_or_returned(kind: Kind) -> None:
    document = made(kind, back_stop="could-not")

    proposed = document["flow"]["tasks"]["proposed"]
    assert proposed["on"] == ["overdue", "returned"]
    assert proposed["actions"]["take_up"]["opens"]["service"] == "could-not"
    assert "taken_up" in document["events"]
    assert "proposed" not in made(kind)["flow"]["tasks"]


@pytest.mark.parametrize("kind", Kind)
def test_services_of_one_kind_with_the_same_limits_share_one_machine(kind: Kind) -> None:
    one = made(kind)
    other = preset(
        kind,
        "another",
        {"zh-Hans": "取水许可"},
        papers=[{"id": "P9", "titles": {"zh-Hans": "报告"}, "necessity": "necessary"}],
        back_stop="could-not",
    )

    assert machine(Service(one), "queue", "aws") == machine(Service(other), "queue", "aws")


def test_each_kind_has_a_machine_of_its_own() -> None:
    assert len({machine(Service(made(kind)), "queue", "aws") for kind in Kind}) == len(Kind)


@pytest.mark.parametrize("kind", Kind)
def test_a_preset_that_is_changed_leaves_the_next_one_as_it_was(kind: Kind) -> None:
    first = made(kind)
    kept = copy.deepcopy(first)
    for value in first.values():
        if isinstance(value, dict):
            value.clear()

    assert made(kind) == kept


@pytest.mark.parametrize("kind", Kind)
def test_nothing_of_the_pieces_is_left_in_a_preset(kind: Kind) -> None:
    assert '"use":' not in json.dumps(made(kind))


def test_the_short_name_is_cut_to_what_an_sms_takes() -> None:
    document = preset("promise", "a", {"zh-Hans": "临时占用城市道路审批", "en": "x" * 40})

    assert document["short"] == {"zh-Hans": "临时占用城市", "en": "x" * 24}


TEXT = {"zh-Hans": "示范", "en": "Demo"}
WHOLE_GUIDE: dict[str, Any] = {
    "class": TEXT,
    "field": TEXT,
    "parent_item": {"code": "DEMO-000", "titles": TEXT},
    "authority_kind": "statutory",
    "serves": ["person", "organisation"],
    "post_allowed": True,
    "booking_allowed": False,
    "online_depth": 4,
    "quota": TEXT,
    "valid_for": TEXT,
    "agencies": TEXT,
    "result_sample": "https://example.org/samples/licence.pdf",
    "counters": [{"where": TEXT, "address": TEXT, "hours": TEXT, "phone": "0796-8221234"}],
    "consultation": {"phones": ["0796-8221234"], "where": TEXT, "web": "/ask"},
    "complaints": {"phones": ["12345"]},
    "in_force": {"from": "2026-01-01", "to": "2030-12-31", "because": {"title": "某条例"}},
}
WHOLE_PAPER: dict[str, Any] = {
    "id": "P1",
    "titles": TEXT,
    "necessity": "necessary",
    "form": "original_and_copy",
    "copies": 2,
    "source_channel": "authority",
    "issued_by": TEXT,
    "basis": {"title": "某条例", "article": "第三条"},
    "blank": "https://example.org/blanks/1.docx",
    "sample": "/samples/1.pdf",
}


def test_guide_and_papers_may_carry_every_attribute_of_the_official_list() -> None:
    document = made("promise", guide=WHOLE_GUIDE, papers=[WHOLE_PAPER])

    assert findings(document) == []
    assert {name: document["guide"][name] for name in WHOLE_GUIDE} == WHOLE_GUIDE
    assert document["papers"][0] == WHOLE_PAPER


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("result_sample", "javascript:alert(1)"),
        ("result_sample", "//example.org/x"),
        ("online_depth", 5),
        ("serves", ["everybody"]),
        ("in_force", {"from": "1 May"}),
        ("in_force", {}),
        ("consultation", {"phones": ["ring us"]}),
        ("parent_item", {"code": "DEMO-000"}),
        ("classes", TEXT),
    ],
)
def test_an_attribute_that_is_none_is_refused_at_its_place(member: str, value: Any) -> None:
    document = made("promise", guide={member: value})

    assert {pointer.split("/")[2] for pointer, _, _ in findings(document)} == {member}


@pytest.mark.parametrize(
    ("value", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_change_is_a_json_merge_patch(value: Any, patch: Any, result: Any) -> None:
    """Examples of RFC 7396 appendix A."""
    assert patched(value, patch) == result


def test_a_piece_that_uses_a_part_that_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError):
        whole({"use": "nothing"}, {})


@pytest.mark.parametrize("kind", Kind)
def test_papers_are_chosen_by_their_titles(kind: Kind) -> None:
    actions = made(kind)["flow"]["acts"]["record_papers"]["input"]["properties"]
    choice = actions["papers"]["items"]["properties"]["paper"]

    assert choice["oneOf"][0] == {"const": "P1", "title": "申请书（签字或盖章）"}
    assert [one["const"] for one in choice["oneOf"]] == ["P1", "P2", "PA"]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", Kind)
def test_the_form_of_a_preset_is_there_in_english_and_nothing_else_is(
    kind: Kind, variant: str
) -> None:
    document = made(kind, **VARIANTS[variant])
    english = document["views"]["i18n"]["en"]

    said = localise(document["form"], document["views"]["i18n"], "en")

    assert said.languages == "en"
    assert said.form["title"] == "Application for Outdoor advertising"
    assert english.keys() == {key for one in form_texts(document["form"]) for key in one.keys}


def test_whoever_has_no_english_title_has_an_english_form_all_the_same() -> None:
    document = preset("promise", "a-service", {"zh-Hans": "取水许可"})

    assert document["views"]["i18n"]["en"]["root.label"] == "Application"
