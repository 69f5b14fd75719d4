"""The guide of a report (办事指南) as lines of text: what residents will be told, without the form,
which has a page of its own."""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.platform.errors import pick
from chalicelib.services.reports.placewords import WORDS

# What guides say by a code.
VALUES: Mapping[str, tuple[str, str]] = {
    "web": ("网上", "web"),
    "counter": ("窗口", "counter"),
    "agent": ("代办", "agent"),
    "telephone": ("电话", "telephone"),
    "sms": ("短信", "SMS"),
    "post": ("邮寄", "post"),
    "outreach": ("上门", "outreach"),
    "office": ("机关内部", "within the offices"),
    "village": ("村（社区）", "village"),
    "town": ("乡镇（街道）", "town"),
    "district": ("县（区）", "district"),
    "person": ("自然人", "people"),
    "organisation": ("法人和其他组织", "organisations"),
    "necessary": ("必要", "necessary"),
    "optional": ("非必要", "optional"),
    "gap": ("可容缺后补", "may follow"),
    "original": ("原件", "original"),
    "copy": ("复印件", "copy"),
    "original_and_copy": ("原件和复印件", "original and copy"),
    "printed": ("打印件", "printed"),
    "True": ("是", "yes"),
    "False": ("否", "no"),
}
# Of a paper, what the line of its title does not say.
PAPER = ("form", "copies", "source", "how", "blank", "sample")
LISTS = ("stages", "reasons", "results")


def guide_lines(guide: Any, language: str) -> Iterator[str]:
    """Title, what the guide says, papers, clocks, and what may become of an application."""
    yield guide["title"]
    record = ["record"] if "record" in guide else []
    for name in ("channels", "levels", *record):
        yield _line(f"/{name}", guide[name], language)
    for name, value in guide["guide"].items():
        yield _line(f"guide/{name}", value, language)
    yield _line("/papers", "", language)
    for paper in guide["papers"]:
        yield f"  {paper['id']} {paper['title']} ({_said(paper['necessity'], language)})"
        for name in PAPER:
            if name in paper:
                yield "     " + _line(f"papers/{name}", paper[name], language)
    yield _line("/clocks", "", language)
    for clock in guide["clocks"].values():
        yield f"  {clock['title']} {_said(clock['budget'], language)}"
    for name in LISTS:
        yield _line(f"/{name}", _titles(guide[name]), language)


def _line(place: str, value: Any, language: str) -> str:
    colon = pick({"zh-Hans": "：", "en": ": "}, language)
    return f"{_label(place, language)}{colon}{_said(value, language)}".rstrip()


def _titles(listed: Any) -> list[str]:
    if isinstance(listed, Mapping):
        return list(listed.values())
    return [one["title"] for one in listed]


def _label(place: str, language: str) -> str:
    """What a member is called, by its owner and name or by its name alone."""
    name = place.rpartition("/")[2]
    zh, en = WORDS.get(place) or WORDS.get(name) or (name, name)
    return pick({"zh-Hans": zh, "en": en}, language)


def _said(value: Any, language: str) -> str:
    """Any value of a guide in one line."""
    if isinstance(value, Mapping) and "zh-Hans" in value:
        return pick(value, language).replace("\n", " ")
    if isinstance(value, Mapping):
        return _members(value, language)
    if isinstance(value, list):
        return pick({"zh-Hans": "；", "en": "; "}, language).join(_said(o, language) for o in value)
    zh, en = VALUES.get(str(value), (str(value), str(value)))
    return pick({"zh-Hans": zh, "en": en}, language)


def _members(value: Mapping[str, Any], language: str) -> str:
    said = []
    for name, member in value.items():
        if name == "fen":
            yuan = f"{member / 100:.2f}"
            said.append(pick({"zh-Hans": f"{yuan}元", "en": f"{yuan} yuan"}, language))
        elif name in ("title", "titles"):
            said.append(_said(member, language))
        else:
            said.append(f"{_label(name, language)} {_said(member, language)}")
    return pick({"zh-Hans": "，", "en": ", "}, language).join(said)
