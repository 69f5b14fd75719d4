"""Papers that the case this one is about need not give."""

from collections.abc import Mapping

from chalicelib.cases.doing import Doing
from chalicelib.cases.permission import case_about
from chalicelib.cases.refusals import wanted_papers
from chalicelib.platform.errors import Conflict, Finding, NothingToWaive, Refused, Texts, pick
from chalicelib.platform.ports import Row


def to_waive(it: Doing) -> dict[str, Texts]:
    found = waivable(it)
    return found[1] if found else {}


def waivable(it: Doing) -> tuple[Row, dict[str, Texts]] | None:
    """The open case this one is about and the papers, with their titles, that it needs and has
    not; None when there is no such case."""
    about = case_about(it.house, it.fact.file)
    if about is None or "result" in about.case:
        return None
    service = it.house.catalogue.version(about.case["service"], int(about.case["service_version"]))
    lacking = wanted_papers(it.house, service, about)
    return about.case, {paper: service.papers[paper]["titles"] for paper in lacking}


def nothing_to_waive(it: Doing) -> Conflict | None:
    found = waivable(it)
    if found is None:
        zh, en = "原办件不存在或已办结", "There is no open case that this one is about"
        return NothingToWaive({"zh-Hans": zh, "en": en})
    if not found[1]:
        zh, en = "原办件现在不缺材料", "The case that this one is about lacks no paper now"
        return NothingToWaive({"zh-Hans": zh, "en": en})
    return None


def waive_paper(it: Doing) -> Row:
    """Owed to the case this one is about: it goes on without the paper.

    Raises Refused for a paper that case does not wait for: waiving it would solve nothing.
    """
    about, papers = waivable(it) or ({}, {})
    paper = it.details["paper"]
    if paper not in papers:
        raise Refused(findings=[_not_wanted(papers)])
    it.fact.owe("waive", case=about["number"], paper=paper, event=it.fact.next_seq)
    return {"about": about["number"], "waived": paper}


def _not_wanted(papers: Mapping[str, Texts]) -> Finding:
    zh = "、".join(f"{paper} {titles['zh-Hans']}" for paper, titles in papers.items())
    en = ", ".join(f"{paper} {pick(titles, 'en')}" for paper, titles in papers.items())
    texts = {
        "zh-Hans": f"原办件不缺这份材料，现在缺的是：{zh}",
        "en": f"That case does not lack this paper; it lacks: {en}",
    }
    return Finding("/details/paper", "enum", texts, {"allowedValues": list(papers)})
