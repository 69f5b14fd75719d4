"""Which papers a case needs, which are missing, and what residents give. Pure but for the forms."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.cases import ruling
from chalicelib.cases.house import House
from chalicelib.platform.errors import Finding, Refused
from chalicelib.services.document import Data, Service

GIVEN_SCHEMA: Mapping[str, Any] = {
    "type": "array",
    "maxItems": 40,
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["paper", "reference"],
        "properties": {
            "paper": {"type": "string", "maxLength": 24},
            "reference": {"type": "string", "minLength": 1, "maxLength": 60},
            "how": {"enum": ["window", "post", "web"]},
            "posted_on": {"type": "string", "format": "date"},
        },
    },
}


def needed(house: House, service: Service, answers: Mapping[str, Any]) -> list[str]:
    """Ids of the papers these answers call for, optional ones left out unless a decision table
    asks for them."""
    decided = ruling.decided(service, answers)
    said = decided.papers if decided else {}
    return [
        paper["id"]
        for paper in service.data["papers"]
        if said.get(paper["id"], "asked" if _asked(house, service, paper, answers) else "")
        == "asked"
    ]


def _asked(house: House, service: Service, paper: Data, answers: Mapping[str, Any]) -> bool:
    """Whether it is, by its own necessity and condition."""
    if paper["necessity"] == "optional" or "required_if" not in paper:
        return bool(paper["necessity"] != "optional")
    name = f"{service.content}/papers/{paper['id']}"
    return house.forms.holds(name, paper["required_if"], answers)


def refuse_unknown(service: Service, given: Iterable[Mapping[str, Any]], at: str) -> None:
    """Raises Refused for a paper the service does not know or one given twice."""
    findings = []
    seen: set[str] = set()
    for index, item in enumerate(given):
        if item["paper"] not in service.papers or item["paper"] in seen:
            findings.append(
                Finding(
                    f"{at}/{index}/paper",
                    "enum",
                    {"zh-Hans": "没有这份材料，或重复", "en": "No such paper, or given twice"},
                )
            )
        seen.add(item["paper"])
    if findings:
        raise Refused(findings=findings)


def missing(needed_papers: Iterable[str], given: Iterable[str]) -> list[str]:
    there = set(given)
    return [paper for paper in needed_papers if paper not in there]


def may_follow(service: Service, papers: Iterable[str]) -> bool:
    """Whether every one of them is a paper with a gap (容缺后补)."""
    return all(service.papers[paper]["necessity"] == "gap" for paper in papers)
