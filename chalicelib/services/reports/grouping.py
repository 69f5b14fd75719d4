"""Findings that say the same of many places, told once: how many, which, and every pointer."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from chalicelib.platform.errors import Finding, Texts
from chalicelib.services.reports.places import Segment, segments
from chalicelib.services.reports.plain import place, sentence

Row = dict[str, Any]
LANGUAGES = ("zh-Hans", "en")
# How many places a sentence names.
MOST_NAMED = 30
# A place that is called by a name: 通知「received（已收件）」, notice "received (Received)".
NAMED = {
    "zh-Hans": re.compile(r"(?P<of>[^「」]*)「(?P<name>[^「」（）]+)(?:（[^「」]*）)?」"),
    "en": re.compile(r'(?P<of>[^"]*) "(?P<name>[^"()]+?)(?: \([^"]*\))?"'),
}


def grouped(document: Any, findings: Iterable[Finding]) -> Iterator[Row]:
    """Each finding as a row, in words, where the first of its like stands.

    `pointers` are all places that one row is about; without them it is about one.
    """
    groups: dict[Any, list[Finding]] = {}
    for finding in findings:
        said = finding._replace(texts=sentence(document, finding))
        rest = _rest(document, said)
        alike = (finding.keyword, finding.severity, *rest.values()) if rest else len(groups)
        groups.setdefault(alike, []).append(said)
    for group in groups.values():
        first = group[0]
        pointers = list(dict.fromkeys(one.pointer for one in group))
        row = {"pointer": first.pointer, "keyword": first.keyword, "severity": first.severity}
        if len(pointers) == 1:
            yield {**row, "texts": dict(first.texts)}
        else:
            texts = _of_all(document, pointers, _rest(document, first))
            yield {**row, "pointer": _common(pointers), "texts": texts, "pointers": pointers}


def _rest(document: Any, finding: Finding) -> Texts:
    """What the sentence says after its place; empty where it names the place otherwise."""
    here = place(document, finding.pointer)
    if not all(finding.texts[language].startswith(here[language]) for language in LANGUAGES):
        return {}
    return {name: finding.texts[name].removeprefix(here[name]) for name in LANGUAGES}


def _of_all(document: Any, pointers: Sequence[str], rest: Texts) -> Row:
    paths = [segments(document, one) for one in pointers]
    zh, en = (_places(paths, language) for language in LANGUAGES)
    count = len(pointers)
    return {
        "zh-Hans": f"{zh}（共{count}处）{rest['zh-Hans']}",
        "en": f"{en} ({count} places){rest['en']}",
    }


def _places(paths: Sequence[Sequence[Segment]], language: str) -> str:
    """The places in one language; what they have in common is said once."""
    joint, comma = ("的", "、") if language == "zh-Hans" else (", ", "; ")
    words = [[one.zh if language == "zh-Hans" else one.en for one in path] for path in paths]
    differing = _differing(words)
    if differing is None:
        return _some([joint.join(path) for path in words], language, comma)
    names = _some(_bare([path[differing] for path in words], language), language, comma)
    return joint.join([*words[0][:differing], names, *words[0][differing + 1 :]])


def _differing(words: Sequence[Sequence[str]]) -> int | None:
    """The one step at which the paths differ; None where there are several."""
    if len({len(path) for path in words}) > 1:
        return None
    found = [index for index, steps in enumerate(zip(*words, strict=True)) if len(set(steps)) > 1]
    return found[0] if len(found) == 1 else None


def _bare(names: list[str], language: str) -> list[str]:
    """Members of one collection by their names alone, the collection said before the first."""
    found = [NAMED[language].fullmatch(name) for name in names]
    matches = [one for one in found if one is not None]
    if len(matches) < len(names) or len({one["of"] for one in matches}) > 1:
        return names
    space = "" if language == "zh-Hans" else " "
    return [f"{matches[0]['of']}{space}{matches[0]['name']}", *(one["name"] for one in matches[1:])]


def _some(names: list[str], language: str, comma: str) -> str:
    if len(names) <= MOST_NAMED:
        return comma.join(names)
    more = "等" if language == "zh-Hans" else f"{comma}…"
    return comma.join(names[:MOST_NAMED]) + more


def _common(pointers: Sequence[str]) -> str:
    """The place that holds all of them."""
    paths = [one.split("/") for one in pointers]
    shared = []
    for steps in zip(*paths, strict=False):
        if len(set(steps)) > 1:
            break
        shared.append(steps[0])
    return "/".join(shared)
