"""For whom or what an emitter opens a case each time: entries of a list in the answers, nodes of
the region tree with their labels of that day, records of a service. Read a page at a time.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.cases import leading, records
from chalicelib.cases.fact import Fact, listed
from chalicelib.cases.file import answers_of
from chalicelib.cases.house import House
from chalicelib.people.subtree import subtree
from chalicelib.platform.json import resolve
from chalicelib.platform.lazy import lazy
from chalicelib.platform.ports import Row, Table
from chalicelib.services.document import Data

if TYPE_CHECKING:
    from chalicelib.services.rules import evaluation
else:
    evaluation = lazy("chalicelib.services.rules.evaluation")

# Targets of a page, and queries that it may need to find any.
PAGE = 25
QUERIES = 20


class Target(NamedTuple):
    """`name` tells it from the others, for ever; `item` is what is known of it."""

    name: str
    item: Any


class Some(NamedTuple):
    """`cursor` is where to go on; None at the end."""

    targets: list[Target]
    cursor: Any


ONE = Some([Target("", None)], None)


def some(house: House, fact: Fact, one: Data, cursor: Any) -> Some:
    """A page of the targets of an emission for which its condition holds."""
    over = one.get("over")
    if over is None:
        return ONE
    ((_, read),) = [(name, read) for name, read in SOURCES.items() if name in over]
    page = read(house, fact, over, cursor)
    if "if" not in one:
        return page
    condition = evaluation.Condition(one["if"])
    case = answers_of(fact.keys, fact.file)
    fitting = [target for target in page.targets if _holds(condition, target.item, case)]
    return page._replace(targets=fitting)


def _holds(condition: "evaluation.Condition", item: Any, case: Data) -> bool:
    """What cannot be worked out does not hold."""
    known = {"item": item, "case": case}
    try:
        return condition.holds(known, evaluation.Fuel(known))
    except evaluation.Spent:
        return False


def _answers(_: House, fact: Fact, over: Data, __: Any) -> Some:
    items = resolve(answers_of(fact.keys, fact.file), over["answers"]) or []
    return Some([Target(f"{place}", item) for place, item in enumerate(items)], None)


def _nodes(house: House, fact: Fact, over: Data, cursor: Any) -> Some:
    level = over["nodes"].get("level")
    site = house.directory.node(fact.case["site"])
    below = subtree(house.ports.store, house.directory, site.id if site else "")
    ahead = [node for node in below if node.id > (cursor or "") and level in (None, node.level)]
    found = [
        Target(
            node.id,
            {
                "node": node.id,
                "code": node.code,
                "level": node.level,
                "labels": list(node.labels),
            },
        )
        for node in ahead[:PAGE]
    ]
    return Some(found, found[-1].name if len(ahead) > PAGE else None)


def _records(house: House, fact: Fact, over: Data, cursor: Any) -> Some:
    """The newest month first, node by node; a page is one query that has found something."""
    service = leading.live(house, over["records"]["service"])
    site = house.directory.node(fact.case["site"])
    below = subtree(house.ports.store, house.directory, site.id if site else "")
    names = sorted({name for node in below for name in node.inboxes})
    months = list(_months(house.today(), over["records"]["months"]))
    places = sorted((-month, name) for month in months for name in names)
    start = bisect_left(places, (-cursor["month"], cursor["node"])) if cursor else 0
    after = cursor and cursor["after"]
    for place in range(start, min(start + QUERIES, len(places))):
        month, name = -places[place][0], places[place][1]
        text = f"{month // 12}-{month % 12 + 1:02d}"
        at = listed(records.list_of(service.id, name, text), bool(fact.case.get("test")))
        page = house.ports.store.find(Table.CASES, "inbox", at, limit=PAGE, cursor=after)
        after = page.cursor
        if page.keys or after:
            rows = house.ports.store.get_many(Table.CASES, page.keys)
            here = {"month": month, "node": name, "after": after}
            onward = here if after else _place(places, place + 1)
            return Some(list(_kept(house, over["records"], rows)), onward)
    return Some([], _place(places, start + QUERIES))


def _place(places: list[tuple[int, str]], place: int) -> Any:
    if place >= len(places):
        return None
    return {"month": -places[place][0], "node": places[place][1], "after": None}


def _kept(house: House, source: Data, rows: list[Row]) -> Iterator[Target]:
    """What is left of records: those that were erased are of nobody."""
    for row in rows:
        answers = records.answers_in(house, row)
        if answers is not None:
            same = resolve(answers, source["same"]) if "same" in source else None
            yield Target(records.number_in(row) if same is None else f"={same}", answers)


def _months(today: date, many: int) -> range:
    """Months counted from the beginning of our era: so many, up to this one."""
    last = today.year * 12 + today.month - 1
    return range(last - many + 1, last + 1)


SOURCES: Mapping[str, Callable[[House, Fact, Data, Any], Some]] = {
    "answers": _answers,
    "nodes": _nodes,
    "records": _records,
}
