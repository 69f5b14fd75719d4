"""The ways of a flow as a graph: what leads from which stage where, and where one can come."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from chalicelib.services.document import END, Data, Service

Graph = Mapping[str, set[str]]

ANYWHERE = ""


class Step(NamedTuple):
    """A way from one stage (from every stage, for ANYWHERE) on, and the events it may record.

    A case that is reopened may come from any: it may have ended before it was anywhere else.
    """

    at: str
    source: str
    target: str
    events: frozenset[str]
    member: str = "to"


def steps(service: Service) -> Iterator[Step]:
    for one in service.every_action():
        if "to" in one.data:
            yield _step(one.at, one.stage, one.data)
        if "reopens" in one.data:
            again = {**one.data, "to": one.data["reopens"]}
            yield _step(one.at, ANYWHERE, again)._replace(member="reopens")
    for stage, definition in service.stages.items():
        for name, way in definition.get("outcomes", {}).items():
            yield _step(f"/flow/stages/{stage}/outcomes/{name}", stage, way)
    for name, way in service.always.items():
        yield _step(f"/flow/always/{name}", ANYWHERE, way)
    if service.unclear:
        to, unrouted = service.unclear["to"], frozenset({"unrouted"})
        yield Step("/flow/unclear", service.start, to, unrouted)


def _step(at: str, source: str, way: Data) -> Step:
    events = (way["event"], *(branch["event"] for branch in way.get("branch", ())))
    return Step(at, source, way["to"], frozenset(events))


def reached(taken: Iterable[Step], start: str) -> set[str]:
    """The stages that can be come to by these steps, the start included."""
    return _closed(_onward(taken), {start, ANYWHERE}) - {ANYWHERE}


def returning(taken: Iterable[Step]) -> set[str]:
    """The stages in which a case may be a second time, having left them by a way of their own."""
    graph = _onward(taken)
    left = {stage: onward for stage, onward in graph.items() if stage != ANYWHERE}
    return {stage for stage, onward in left.items() if stage in _closed(graph, {*onward, ANYWHERE})}


def ending(taken: Iterable[Step]) -> set[str]:
    """The stages from which ways of their own lead to an end."""
    back: defaultdict[str, set[str]] = defaultdict(set)
    for step in taken:
        if step.source != ANYWHERE:
            back[END if step.target.startswith(END) else step.target].add(step.source)
    return _closed(back, {END})


def _onward(taken: Iterable[Step]) -> Graph:
    """Where each stage leads, ends left out."""
    graph: defaultdict[str, set[str]] = defaultdict(set)
    for step in taken:
        if not step.target.startswith(END):
            graph[step.source].add(step.target)
    return graph


def _closed(graph: Graph, start: Collection[str]) -> set[str]:
    """All that can be come to, what it starts from included; each is looked at once."""
    seen, ahead = set(start), list(start)
    while ahead:
        fresh = graph.get(ahead.pop(), set()) - seen
        seen |= fresh
        ahead += fresh
    return seen
