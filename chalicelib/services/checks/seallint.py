"""Sealed documents: what nobody could check, and revocations of what is not sealed."""

from collections.abc import Iterator

from chalicelib.platform.errors import Finding
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.document import Service


def seal_findings(service: Service) -> Iterator[Finding]:
    sealed = [name for name, one in service.data["documents"].items() if one.get("sealed")]
    for name in sealed:
        yield from _shared_number(service, name, sealed)
        if service.data.get("restricted"):
            zh = "保密事项的文书不能公开核验，不得签章"
            en = "anybody can check a sealed document, and nobody may know of a restricted case"
            yield finding(f"/documents/{name}/sealed", "restricted", zh, en)
    for name, one in service.data["documents"].items():
        for index, other in enumerate(one.get("revokes", ())):
            at = f"/documents/{name}/revokes/{index}"
            if other not in service.data["documents"]:
                yield finding(at, "document", f"没有文书{other}", f"no document {other}")
            elif other not in sealed or other == name:
                zh = f"{other}不是另一份签章文书，无从公示其撤销"
                en = f"{other} is not another sealed document: nobody could learn of its end"
                yield finding(at, "contradiction", zh, en)


def _shared_number(service: Service, name: str, sealed: list[str]) -> Iterator[Finding]:
    """The number tells the event and the class; a checked number must be one document."""
    mine = service.data["documents"][name]
    for other in sealed[: sealed.index(name)]:
        one = service.data["documents"][other]
        if one["class"] == mine["class"] and set(one["on"]) & set(mine["on"]):
            zh = f"与{other}同时制发且字号相同，编号会重复：须用另一个字"
            en = f"would have the same number as {other}: give one of them another class"
            yield finding(f"/documents/{name}/class", "unique", zh, en)
