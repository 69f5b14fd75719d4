"""Parties of a case beside the applicant: each is named and reached by what the case holds, is told
its own secret and nobody else, and is shown nothing that tells of the others."""

from collections.abc import Iterator, Set
from typing import Any

from chalicelib.people.authority import party_of
from chalicelib.platform.errors import Finding
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.namelint import answer_schema
from chalicelib.services.checks.texts import VARIABLE
from chalicelib.services.document import Data, Service

KEYWORD = "party"
SECRET = "secret"
# Whose a document speaks of by this is the applicant.
NAME = "name"


def side_findings(service: Service, recorded: frozenset[str]) -> Iterator[Finding]:
    """`recorded` are the events this service can record."""
    if service.parties and service.data.get("restricted"):
        zh, en = "限知的办件不能让另一方知道", "of a restricted case no other party may know"
        yield finding("/parties", KEYWORD, zh, en)
    yield from _unknown(service)
    yield from _secrets(service)
    for name, party in service.parties.items():
        at = f"/parties/{name}"
        yield from _person(service, at, party, recorded)
        yield from _shown(service, at, party, recorded)


def _unknown(service: Service) -> Iterator[Finding]:
    words = [(f"{one.at}/by", one.data.get("by")) for one in service.every_action()]
    words += [(f"/notices/{name}/to", one.get("to")) for name, one in service.notices.items()]
    for at, word in words:
        if party_of(word) and party_of(word) not in service.parties:
            zh, en = f"没有写明{party_of(word)}是谁", f"nothing says who is {party_of(word)}"
            yield finding(f"{at}/party", KEYWORD, zh, en)


def _secrets(service: Service) -> Iterator[Finding]:
    """Each is told by a text message to its party: people who write or call never read it."""
    told: set[str] = set()
    for name, notice in service.notices.items():
        texts, to = notice["texts"], party_of(notice.get("to"))
        at = f"/notices/{name}/texts"
        if any(SECRET in VARIABLE.findall(text) for text in texts["sms"].values()):
            told.add(to)
            if not to:
                zh, en = "{secret}只能发给另一方本人", "{secret} is for a party of the case alone"
                yield finding(f"{at}/sms", SECRET, zh, en)
        spoken = [("call", texts["call"])]
        spoken += [(f"email/{part}", words) for part, words in texts.get("email", {}).items()]
        yield from _spoken(at, spoken)
    documents = [(name, one["texts"]) for name, one in service.data["documents"].items()]
    yield from _spoken("/documents", documents)
    for name in sorted(service.parties.keys() - told):
        zh = "没有短信告知这一方查询码{secret}"
        en = "no text message tells this party its {secret}"
        yield finding(f"/parties/{name}", SECRET, zh, en)


def _spoken(at: str, texts: list[tuple[str, Data]]) -> Iterator[Finding]:
    for name, words in texts:
        if any(SECRET in VARIABLE.findall(text) for text in words.values()):
            zh, en = "{secret}只能写在短信里", "{secret} stands in a text message only"
            yield finding(f"{at}/{name}", SECRET, zh, en)


def _person(service: Service, at: str, party: Data, recorded: Set[str]) -> Iterator[Finding]:
    subject, form = service.data["subject"], service.data["form"]
    pointers = [(f"{at}/name", party["name"])]
    for index, one in enumerate(party["phones"]):
        here = f"{at}/phones/{index}"
        if isinstance(one, str):
            pointers.append((here, one))
        elif one["event"] not in recorded:
            zh, en = f"不会发生{one['event']}", f"{one['event']} never happens"
            yield finding(f"{here}/event", "event", zh, en)
        elif not _asked(service, one["event"], one["member"]):
            zh, en = "此事件不含这一项", "this event does not say it"
            yield finding(f"{here}/member", "pointer", zh, en)
    for here, pointer in pointers:
        if answer_schema(form, pointer) is None:
            yield finding(here, "pointer", "表单没有这一项", "the form does not ask for this")
        elif pointer in (subject.get("name"), *subject["phones"]):
            zh, en = "这是申请人自己，不是另一方", "this is the applicant, and no other party"
            yield finding(here, KEYWORD, zh, en)


def _asked(service: Service, event: str, member: str) -> bool:
    """Whether an action that records the event has the member among its details."""
    inputs = (one.data.get("input") for one in service.every_action() if _records(one.data, event))
    return any(member in _properties(schema) for schema in inputs)


def _records(action: Data, event: str) -> bool:
    return event in (action["event"], *(one["event"] for one in action.get("branch", ())))


def _properties(schema: Any) -> Set[str]:
    found = schema.get("properties") if isinstance(schema, dict) else None
    return found.keys() if isinstance(found, dict) else set()


def _shown(service: Service, at: str, party: Data, recorded: Set[str]) -> Iterator[Finding]:
    for index, event in enumerate(party["events"]):
        here = f"{at}/events/{index}"
        if event not in recorded:
            yield finding(here, "event", f"不会发生{event}", f"{event} never happens")
        elif not service.data["events"].get(event, {}).get("public", True):
            zh, en = "连申请人也看不到这一项", "not even the applicant is shown this"
            yield finding(here, KEYWORD, zh, en)
    for index, name in enumerate(party.get("documents", ())):
        here, document = f"{at}/documents/{index}", service.data["documents"].get(name)
        if document is None:
            yield finding(here, "target", "没有这份文书", "there is no such document")
        elif any(NAME in VARIABLE.findall(text) for text in document["texts"].values()):
            zh, en = "文书写着申请人的姓名，不能给另一方看", "it says the applicant's name"
            yield finding(here, KEYWORD, zh, en)
