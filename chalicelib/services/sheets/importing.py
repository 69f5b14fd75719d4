"""A batch of documents put in, each by itself: a bad one does not stop the others."""

from collections.abc import Mapping
from typing import Any, Protocol

from chalicelib.platform.errors import Finding
from chalicelib.platform.ports import Row
from chalicelib.services.changes.change import Verdict


class Shelf(Protocol):
    """Where documents are put."""

    def change_of(self, document: Any) -> str:
        """Against what is live there: "new", "unchanged" or "changed"."""

    def findings(self, document: Any) -> list[Finding]:
        """What is wrong with a document."""

    def verdict(self, document: Any) -> Verdict:
        """What a good document means for open cases."""

    def put(self, document: Any, message: str, verdict: Verdict) -> Row:
        """Publish it; what came of it."""


def put_in(shelf: Shelf, data: Mapping[str, Any]) -> Row:
    """Publish {"documents": [...], "message", "accepts"}, in order; what came of each, how many.

    A change that is worse than `accepts` (widening, without it) is refused: a list is seldom
    meant to touch open cases. With `dry_run` nothing is written, and each document is told of as
    it would go. Repeatable: content that is live already makes no new version.
    """
    outcomes = [_outcome(shelf, document, data) for document in data["documents"]]
    return {"published": sum(one["published"] for one in outcomes), "documents": outcomes}


def _outcome(shelf: Shelf, document: Any, data: Mapping[str, Any]) -> Row:
    name = document.get("service") if isinstance(document, Mapping) else None
    told: Row = {"service": name, "change": shelf.change_of(document)}
    verdict, dry = Verdict.SAFE, bool(data.get("dry_run"))
    if dry or told["change"] == "changed":
        findings = shelf.findings(document)
        if findings:
            return {**told, "published": False, "findings": [_said(one) for one in findings]}
        verdict = shelf.verdict(document)
        told["verdict"] = str(verdict)
    if verdict.rank > Verdict(data.get("accepts") or Verdict.WIDENING).rank:
        return {**told, "published": False, "findings": [_said(_too_far(verdict))]}
    if dry:
        return {**told, "published": False}
    return {**told, **shelf.put(document, data.get("message", ""), verdict)}


def _too_far(verdict: Verdict) -> Finding:
    zh = f"与现行版本相比属于“{verdict}”的改动，会影响在办件；确认请写明接受 {verdict}"
    en = f"against the live version this is {verdict} and touches open cases: accept {verdict}"
    return Finding("", "verdict", {"zh-Hans": zh, "en": en}, {"verdict": str(verdict)})


def _said(one: Finding) -> Row:
    return {"pointer": one.pointer, "keyword": one.keyword, "texts": dict(one.texts)}
