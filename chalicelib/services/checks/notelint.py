"""Patterns that are noted at the end of a case: sound conditions over the facts that there are."""

from collections.abc import Iterator

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import escape
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.logiclint import malformed
from chalicelib.services.document import Service
from chalicelib.services.rules.expressions import reads
from chalicelib.services.rules.patterns import FACTS


def pattern_note_findings(service: Service) -> Iterator[Finding]:
    for name, one in service.data.get("patterns", {}).items():
        at = f"/patterns/{escape(name)}/if"
        wrong = list(malformed(at, one["if"], ()))
        yield from wrong
        for path in () if wrong else reads(one["if"]):
            if len(path) != 1 or path[0] not in FACTS:
                said = ".".join(path)
                zh, en = f"没有这一项：{said}", f"there is no such fact: {said}"
                yield finding(at, "fact", zh, en)


def share_findings(service: Service) -> Iterator[Finding]:
    """Who looks at a sample had no part in what is looked at."""
    for name, task in service.side_tasks.items():
        if "share" in task and "not_part" not in task["who"]:
            zh, en = "抽查的人须没有经手此件", "who looks at a sample had no part in the case"
            yield finding(f"/flow/tasks/{name}/who/not_part", "required", zh, en)
