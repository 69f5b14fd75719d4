"""What an event owes by the document: notices, documents, postings, cases, roles. Pure."""

from collections import Counter
from collections.abc import Collection, Iterator

from chalicelib.cases.words import is_public
from chalicelib.platform.json import resolve
from chalicelib.platform.ports import Row
from chalicelib.services.document import Data, Service


def owed_on(
    service: Service,
    event: Row,
    channel: str,
    details: Data,
    told: Collection[str],
    followed: bool,
) -> Iterator[Row]:
    """The effects, each repeatable by what it names; `told` are notices owed in this fact already:
    two clocks that ran out together are one piece of news, two claims are not."""
    type, seq = str(event["type"]), int(event["seq"])
    if followed and is_public(service, type):
        yield {"do": "repeat", "event": seq}
    for name, notice in service.notices_on(type, channel):
        if name not in told or notice.get("to") == "holder":
            yield {"do": "notice", "notice": name, "event": seq}
    for name in service.documents_on(type):
        yield {"do": "document", "document": name, "event": seq}
    for at, one in service.following(type):
        effect = {"do": one["do"], "event": seq, "at": at, "version": service.version}
        items = range(_many(one, details)) if "each" in one else ()
        yield from ({**effect, "item": item} for item in items)
        if "each" not in one:
            yield effect
    yield from _posted(service, type, seq)
    for name, _ in service.emitting(type):
        yield {"do": "emit", "event": seq, "emission": name, "version": service.version}


def _posted(service: Service, type: str, seq: int) -> Iterator[Row]:
    if service.posted and type in (service.posted["event"], *service.posted["ends"]):
        yield {"do": "post", "event": seq}


def awaited(service: Service, type: str, details: Data) -> dict[str, int]:
    """How many cases the event opens whose ends come back, by the event that they come back as."""
    found: Counter[str] = Counter()
    for _, one in service.following(type):
        if "hears" in one:
            found[one["hears"]] += _many(one, details)
    return dict(found)


def _many(one: Data, details: Data) -> int:
    return len(resolve(details, one["each"]) or ()) if "each" in one else 1
