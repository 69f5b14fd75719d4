"""The flow as a picture: every stage, way and end is on it, nothing lies over anything, and no
title can become anything but a text."""

import re
from itertools import combinations
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.services.document import Service
from chalicelib.services.reports.canvas import text_width, wrapped
from chalicelib.services.reports.chart import chart, order
from chalicelib.services.reports.drawing import BAD, COLOURS, EITHER, GOOD
from chalicelib.services.reports.picture import mermaid, svg
from chalicelib.services.sheets.presets import Kind, preset
from tests.world import load_json

PATHS = [
    *(f"forms/{name}/service.json" for name in ("business-licence", "micro-wish", "blocked")),
    "forms/conduct-report/service.json",
    "tests/journeys/toy.json",
]
NAME = {"zh-Hans": "借书证", "en": "Library card"}
SERVICES = {path: Service(load_json(path)) for path in PATHS} | {
    str(kind): Service(preset(kind, "library-card", NAME)) for kind in Kind
}
LANGUAGES = ["zh-Hans", "en"]
SVG = "{http://www.w3.org/2000/svg}"
INK = "#1a1a1a"
HOSTILE = [
    '"]-->x',
    "<script>alert(1)</script>",
    "</text><script>alert(1)</script>",
    "]]>&lt;b&gt;<!--",
    "click s0 call f()",
    "%%{init: {}}%%",
    "end",
    "#quot;",
    "style: x #fff;",
    "a\nb --> c",
    "1. list",
    "- item",
    "subgraph",
    "}}])",
    "|x|",
    '\\"',
    "`md` **b**",
    "javascript:alert(1)",
    "😀𠮷",
    "字\x01\x0b字",
]
# What a line of ours may be; a label is ASCII only as letters, digits, codes and a few stops.
ID = r"(?:[srn]\d+(?:g|p\d+)?|any|start)"
LABEL = r'"(?:[A-Za-z0-9 ,/()_\u0080-\U0010ffff]|#\d+;|<br/>)*"'
SHAPED = (
    rf"(?:\[{LABEL}\]|\({LABEL}\)|\(\[{LABEL}\]\)|\[\({LABEL}\)\]|\[\[{LABEL}\]\]|\[/{LABEL}/\]"
)
NODE = rf"{ID}{SHAPED}|\{{\{{{LABEL}\}}\}}|\(\({LABEL}\)\))(?::::[a-z]+)?"
LINES = re.compile(
    rf"flowchart TD| {{2,4}}(?:{NODE}|{ID} (?:-->|-\.->)(?:\|{LABEL}\|)? {ID}|{NODE} --> {ID}"
    rf"|{ID} -\.- {NODE}|subgraph {ID} \[{LABEL}\]|end|classDef [a-z]+ [a-z#0-9:, -]+)"
)


def retitled(value: Any, titles: list[str], seen: list[int] | None = None) -> Any:
    """The document with hostile words for every text in languages."""
    seen = [0] if seen is None else seen
    if isinstance(value, dict) and "zh-Hans" in value:
        seen[0] += 1
        return dict.fromkeys(value, titles[seen[0] % len(titles)])
    if isinstance(value, dict):
        plain = ("form", "views", "guide")
        return {n: v if n in plain else retitled(v, titles, seen) for n, v in value.items()}
    if isinstance(value, list):
        return [retitled(item, titles, seen) for item in value]
    return value


class Text(NamedTuple):
    words: str
    left: float
    top: float
    right: float
    bottom: float


def texts_of(picture: str) -> list[Text]:
    found = []
    for one in ElementTree.fromstring(picture).iter(f"{SVG}text"):
        size, words = float(one.attrib["font-size"]), one.text or ""
        wide, x, y = text_width(words, size), float(one.attrib["x"]), float(one.attrib["y"])
        left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[one.attrib["text-anchor"]]
        found.append(Text(words, left, y - size * 0.8, left + wide, y + size * 0.2))
    return found


def apart(one: Text, other: Text) -> bool:
    beside = one.right <= other.left or other.right <= one.left
    return beside or one.bottom <= other.top or other.bottom <= one.top


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SERVICES)
def test_every_stage_way_and_end_is_in_the_picture(name: str, language: str) -> None:
    flow = chart(SERVICES[name], language)
    picture = svg(SERVICES[name], language)
    said = "".join("".join(one.words.split()) for one in texts_of(picture))
    described = ElementTree.fromstring(picture).findtext(f"{SVG}desc") or ""

    ends = [flow.results[way.target[4:]] for way in flow.anywhere if way.target.startswith("end:")]
    for box in flow.boxes:
        assert box.title in described
        for title in (box.title, *(way.text for way in box.ways), *(p.title for p in box.parts)):
            assert "".join(title.split()) in said
    for end in ends:
        assert "".join(end.title.split()) in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SERVICES)
def test_no_text_of_the_picture_lies_over_another_or_beyond_its_edge(
    name: str, language: str
) -> None:
    picture = svg(SERVICES[name], language)
    _, _, width, height = map(float, ElementTree.fromstring(picture).attrib["viewBox"].split())
    texts = texts_of(picture)

    assert [pair for pair in combinations(texts, 2) if not apart(*pair)] == []
    assert all(0 <= one.left and one.right <= width for one in texts)
    assert all(0 <= one.top and one.bottom <= height for one in texts)


@pytest.mark.parametrize("name", PATHS)
def test_a_picture_can_be_heard_and_has_nothing_that_runs_or_comes_from_outside(name: str) -> None:
    picture = svg(SERVICES[name], "zh-Hans")
    root = ElementTree.fromstring(picture)

    assert root.attrib["role"] == "img"
    titles = SERVICES[name].data["titles"]
    assert root.findtext(f"{SVG}title") == titles["zh-Hans"]
    assert {one.tag.removeprefix(SVG) for one in root.iter()} == {
        *["svg", "title", "desc", "defs", "marker", "path", "rect", "polyline", "text"]
    }
    names = {attribute for one in root.iter() for attribute in one.attrib}
    assert not [one for one in names if one.startswith("on") or "href" in one or one == "style"]
    assert len(picture) < 60_000


@pytest.mark.parametrize("name", PATHS)
def test_hostile_titles_stay_texts_in_the_picture(name: str) -> None:
    hostile = Service(retitled(SERVICES[name].data, HOSTILE))

    picture = svg(hostile, "en")

    before = [one.tag for one in ElementTree.fromstring(svg(SERVICES[name], "en")).iter()]
    after = [one.tag for one in ElementTree.fromstring(picture).iter()]
    assert {tag: before.count(tag) for tag in before if "text" not in tag} == {
        tag: after.count(tag) for tag in after if "text" not in tag
    }
    assert "<script" not in picture


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    line = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * line[0] + 0.7152 * line[1] + 0.0722 * line[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [*COLOURS.values(), GOOD, BAD, EITHER])
def test_what_is_written_and_drawn_stands_out(colours: tuple[str, str]) -> None:
    fill, stroke = colours

    assert contrast(INK, fill) >= 7
    assert contrast(stroke, "#ffffff") >= 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SERVICES)
def test_a_flowchart_has_a_node_for_each_stage_and_end_and_an_edge_for_each_way(
    name: str, language: str
) -> None:
    flow = chart(SERVICES[name], language)
    lines = mermaid(SERVICES[name], language).splitlines()

    assert lines[0] == "flowchart TD"
    assert [line for line in lines if not LINES.fullmatch(line)] == []
    ways = sum(len(box.ways) for box in flow.boxes) + len(flow.anywhere)
    assert sum("|" in line for line in lines) == ways
    for number in range(len(flow.boxes)):
        assert sum(line.strip().startswith(f"s{number}") and ":::" in line for line in lines) == 1


@pytest.mark.parametrize("name", PATHS)
def test_hostile_titles_cannot_end_their_label_in_a_flowchart(name: str) -> None:
    hostile = Service(retitled(SERVICES[name].data, HOSTILE))

    lines = mermaid(hostile, "en").splitlines()

    assert [line for line in lines if not LINES.fullmatch(line)] == []
    bare = [re.sub(LABEL, "", line) for line in mermaid(SERVICES[name], "en").splitlines()]
    assert [re.sub(LABEL, "", line) for line in lines] == bare


@settings(max_examples=50)
@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=8))
def test_no_title_at_all_can_break_out(titles: list[str]) -> None:
    hostile = Service(retitled(SERVICES[PATHS[3]].data, titles))

    lines = mermaid(hostile, "en").split("\n")[:-1]

    assert [line for line in lines if not LINES.fullmatch(line)] == []
    assert ElementTree.fromstring(svg(hostile, "en")).tag == f"{SVG}svg"


def test_boxes_follow_the_plain_way_and_the_stage_that_tells_is_last() -> None:
    licence = order(SERVICES[PATHS[0]])

    assert licence == [
        *["receive", "examine", "decide", "issue", "deliver", "special", "complete", "tell"]
    ]


def test_what_happens_by_itself_says_when() -> None:
    flow = chart(SERVICES[PATHS[0]], "en")
    complete = next(box for box in flow.boxes if box.name == "complete")
    receive = next(box for box in flow.boxes if box.name == "receive")

    assert [way.target for way in complete.ways if way.clock] == ["end:returned"]
    silence = next(way for way in receive.ways if way.clock)
    assert silence.target == "examine"
    assert "when due" in silence.text and "5 working days" in silence.text


@given(st.text(max_size=120), st.integers(min_value=20, max_value=300))
def test_a_wrapped_text_fits_its_width_and_keeps_its_words(text: str, width: int) -> None:
    lines = wrapped(text, width, 12)

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(len(line) == 1 or text_width(line, 12) <= width + 24 for line in lines)
