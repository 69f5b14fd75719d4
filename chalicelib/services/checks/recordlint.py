"""Services without a flow: what only a case could carry out is refused, and each record has its
place."""

from collections.abc import Iterator

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import escape
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.document import Service

# Members that say what happens to a case; those that every document has stay empty.
OF_CASES = (
    *("flow", "papers", "clocks", "results", "reasons", "documents", "notices", "events"),
    *("restricted", "named", "confidential", "splits", "about", "part_of", "container", "calls"),
    *("parties", "bodies", "posted", "mandate"),
)
# By these anybody may submit; by the others the officers who take it down.
PUBLIC = frozenset({"web", "sms"})


def record_findings(service: Service) -> Iterator[Finding]:
    """What a record cannot have; where it belongs; what the case it opens is made of."""
    for name in OF_CASES:
        if service.data.get(name):
            zh = "只作记录的事项没有办理过程，不能写这一项"
            en = "a service that only keeps records has no cases, and so none of this"
            yield finding(f"/{name}", "record", zh, en)
    if "who" in service.record and service.data.get("intake"):
        zh, en = "谁可以登记已写在record中", "who may submit is said by the record already"
        yield finding("/intake", "record", zh, en)
    open_to_all = "who" not in service.record and PUBLIC & set(service.data["channels"])
    if open_to_all and "region" not in service.data["subject"]:
        zh = "公众可以登记的，须问所在地区，才知道归哪里"
        en = "where everybody may submit, the form must ask for the region it belongs to"
        yield finding("/subject/region", "required", zh, en)
    yield from _opening(service)


def _opening(service: Service) -> Iterator[Finding]:
    """A record has no details of an act to take from."""
    answers = service.record.get("then", {}).get("opens", {}).get("answers", {})
    for pointer, source in answers.items():
        if "details" in source:
            zh, en = "记录没有操作内容可取", "a record has no action whose details could be taken"
            yield finding(f"/record/then/opens/answers/{escape(pointer)}/details", "record", zh, en)
