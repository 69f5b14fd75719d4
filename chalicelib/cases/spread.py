"""A fanout over data: one task for each item that an event or the region tree names.

What multiplies is the worker's: items are opened, closed and found late in pages, so that no
transaction grows with them, and an act on one item never changes another. Their list is fixed when
the stage opens: by the event that named them, or in the first `items_opened`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from chalicelib.cases import joins, lifecycle
from chalicelib.cases.actor import SYSTEM
from chalicelib.cases.clockwork import due_within
from chalicelib.cases.commit import Decision, commit
from chalicelib.cases.fact import Fact
from chalicelib.cases.file import CaseFile, answers_of, unpack
from chalicelib.cases.house import House
from chalicelib.cases.ladder import TASKS
from chalicelib.people.regiontree import Tree
from chalicelib.platform import times
from chalicelib.platform.errors import Finding, Refused
from chalicelib.platform.json import resolve
from chalicelib.platform.ports import Row
from chalicelib.services.document import Data, Service

OPENED, CLOSED = "items_opened", "items_closed"
MOST = 500
# Items that one transaction opens or closes, and those that it finds late, which cost three rows.
PAGE, LATE_PAGE = 60, 25


def begin(house: House, fact: Fact) -> None:
    """List the items of the stage that has just been opened, and open the first page of them."""
    over = fact.service.spread(fact.case["stage"]) if fact.case["open"] else {}
    if not over:
        return
    listed = _nodes(house, fact, over) if "nodes" in over else _named(fact, over)
    if not 0 < len(listed) <= MOST:
        # What an act lists is checked there; a list of another version leaves the stage to its
        # clocks.
        if joins.UNLISTED in fact.service.ways(fact.case["stage"]):
            _settle(fact, joins.UNLISTED)
        return
    fact.case["items"] = len(listed)
    kept = {"nodes": [one["node"] for one in listed]} if "nodes" in over else {}
    _open_page(house, fact, listed, {"total": len(listed), **kept})
    if len(listed) > PAGE:
        fact.owe("items", visit=int(fact.case["visit"]))


def go_on(house: House, number: str) -> bool:
    """Open the next page of items, settle the stage if they have come to something, or close those
    of a stage that is settled: one fact. Whether there is more of it to do."""
    done = commit(house, number, lambda file, service: _next(house, file, service))
    if done is None or any(effect["do"] == "items" for effect in done.effects):
        return False
    return _missing(done) > 0 or bool(left_open(done))


def _next(house: House, file: CaseFile, service: Service) -> Decision | None:
    fact = Fact(file, service, house.now(), SYSTEM, house.ports.keys)
    left = left_open(fact)
    if left:
        fact.record(CLOSED, {"tasks": len(left[:PAGE])})
        for row in left[:PAGE]:
            fact.settle_task(row["task"], "not_needed", "moot")
        return fact, []
    if _missing(fact) > 0:
        _open_page(house, fact, _listed(fact), {})
    if fact.case["open"] and service.spread(fact.case["stage"]):
        outcome = outcome_of(fact)
        if outcome is not None:
            _settle(fact, outcome)
    return (fact, []) if fact.operations else None


def outcome_of(fact: Fact) -> str | None:
    """What the items of the open stage come to, if they come to anything yet."""
    stage, visit = fact.service.stages[fact.case["stage"]], int(fact.case["visit"])
    return joins.outcome(stage, fact.tasks.values(), visit, int(fact.case.get("items", MOST + 1)))


def left_open(fact: Fact) -> list[Row]:
    """Open items of stages that are settled."""
    now = int(fact.case["visit"]) if fact.case["open"] else -1
    rows = fact.tasks.values()
    return [r for r in rows if "item" in r and r["state"] == "open" and int(r["visit"]) != now]


def late(house: House, fact: Fact) -> bool:
    """Do what the part says with a page of the items whose time is over; whether there were any."""
    rows = _late_ones(fact, times.text(house.now()))
    for row in sorted(rows, key=lambda one: int(one["item"]["n"]))[:LATE_PAGE]:
        _overdue(fact, row, fact.service.place(row)["within"]["on_due"])
    if rows and outcome_of(fact) is not None:
        fact.owe("items", visit=int(fact.case["visit"]))
    return bool(rows)


def more_late(house: House, fact: Fact) -> bool:
    """Whether there is another page of items whose time is over."""
    return bool(_late_ones(fact, times.text(house.now())))


def _late_ones(fact: Fact, now: str) -> list[Row]:
    visit = int(fact.case["visit"]) if fact.case["open"] else -1
    return [
        row
        for row in fact.tasks.values()
        if "item" in row and row["state"] == "open" and int(row["visit"]) == visit
        if not row.get("late") and row.get("due", now) < now
    ]


def _overdue(fact: Fact, row: Row, on_due: Data) -> None:
    about = {"task": row["task"], "due": row["due"]}
    event = fact.record(on_due["event"], {**about, "item": row["item"]})
    if "verdict" in on_due:
        fact.settle_task(row["task"], on_due["verdict"])
        return
    fact.change_task(row["task"], {"late": True})
    kind, action = TASKS[on_due["do"]]
    task = f"{kind}-{int(event['seq'])}"
    fact.open_task(task, kind, [action], who=on_due["who"], about=about, of=row)


def _missing(fact: Fact) -> int:
    """How many items of the open stage are still to be opened."""
    case = fact.case
    if not case["open"] or "items" not in case:
        return 0
    return int(case["items"]) - _there(fact)


def _there(fact: Fact) -> int:
    visit = int(fact.case["visit"])
    return sum("item" in row and int(row["visit"]) == visit for row in fact.tasks.values())


def _open_page(house: House, fact: Fact, listed: Sequence[Row], data: Row) -> None:
    """The next page of them."""
    begun, visit = _there(fact), int(fact.case["visit"])
    page = listed[begun : begun + PAGE]
    fact.record(OPENED, {"from": begun + 1, "upto": begun + len(page), **data}, actor=SYSTEM)
    part = fact.service.spread(fact.case["stage"])["part"]
    place = fact.service.parts(fact.case["stage"])[part]
    for n, item in enumerate(page, begun + 1):
        more: dict[str, Any] = {"part": part, "item": {"n": n, **_kept(item)}}
        if "within" in place:
            budget = budget_of(place["within"], item["data"])
            more["due"] = due_within(budget, times.moment(fact.at), house.calendar)
        row = {**more, "node": _node(house, item)}
        fact.open_task(f"{visit}-{n}", "part", place["actions"], who=place["who"], of=row, **more)


def _kept(item: Row) -> Row:
    return {name: value for name, value in item.items() if name != "data"}


def budget_of(within: Data, item: Any) -> Data:
    """The time of one item: the same for all, or by what the item says."""
    if "budget" in within:
        budget: Data = within["budget"]
        return budget
    chosen: Data = within["budgets"][resolve(item, within["by"])]
    return chosen


def _node(house: House, item: Row) -> str:
    """Where an item lies; empty for one that lies nowhere."""
    if "unit" in item:
        unit = house.directory.unit(item["unit"])
        return unit.node if unit else ""
    return str(item.get("node", ""))


def _listed(fact: Fact) -> list[Row]:
    """The items of the open stage as they were listed when it was opened."""
    over, visit = fact.service.spread(fact.case["stage"]), int(fact.case["visit"])
    if "nodes" not in over:
        return _named(fact, over)
    rows = (row for row in fact.file.events if row["type"] == OPENED)
    first = next(row for row in rows if int(row["visit"]) == visit)
    return [{"node": one, "data": {}} for one in first["data"]["nodes"]]


def _named(fact: Fact, over: Data) -> list[Row]:
    """Those that the latest event of the kind has named."""
    rows = reversed(fact.file.events)
    event = next((row for row in rows if row["type"] == over["event"]), None)
    if event is None or "sealed" not in event:
        return []
    items = unpack(fact.keys, fact.number, event).get(over["member"], ())
    return [_item(over, one) for one in items]


def _item(over: Data, one: Any) -> Row:
    lead = "lead" in over and resolve(one, over["lead"]) is True
    return {over["is"]: id_of(over, one), "data": one, **({"lead": True} if lead else {})}


def id_of(over: Data, one: Any) -> Any:
    """What an item names: itself, or the member of it that the document says."""
    return resolve(one, over["id"]) if "id" in over else one


def _nodes(house: House, fact: Fact, over: Data) -> list[Row]:
    found = below(house, over, answers_of(fact.keys, fact.file), house.today())
    return [{"node": one, "data": {}} for one in found]


def below(house: House, over: Data, answers: Data, day: date) -> list[str]:
    """The nodes of a level below the one that the answers name, in the order of their ids.

    Reads the register of the region tree in one query.
    """
    named = resolve(answers, over["nodes"]["below"])
    top = house.directory.named(named, day) if isinstance(named, str) else None
    if top is None:
        return []
    tree = Tree(house.ports.store, day)
    level = over["nodes"]["level"]
    living = sorted(one for one, state in tree.all_living(day) if state.level == level)
    nodes = ((one, tree.node(one, day)) for one in living)
    return [one for one, node in nodes if node is not None and top.id in node.path]


def _settle(fact: Fact, outcome: str) -> None:
    way = fact.service.stages[fact.case["stage"]]["outcomes"][outcome]
    fact.record(way["event"], actor=SYSTEM)
    lifecycle.settle(fact, outcome, way)


def refuse_places(house: House, service: Service, answers: Data) -> None:
    """Raises Refused where the answers name a node below which there is nothing to send to."""
    findings = []
    for over in map(service.spread, service.stages):
        if "nodes" in over and not 0 < len(below(house, over, answers, house.today())) <= MOST:
            zh = f"该处以下没有此层级的辖区，或者超过{MOST}个"
            en = f"Below it there is no place of this level, or there are more than {MOST}"
            at = f"/answers{over['nodes']['below']}"
            findings.append(Finding(at, "items", {"zh-Hans": zh, "en": en}))
    if findings:
        raise Refused(findings=findings)


def refuse_unlisted(house: House, service: Service, event: str, details: Mapping[str, Any]) -> None:
    """Raises Refused where an act names an item that is nobody, one twice, too many, or no lead."""
    findings: list[Finding] = []
    for stage in service.stages:
        over = service.spread(stage)
        if over.get("event") == event:
            items = details.get(over["member"], [])
            findings += _wrong(house, service, stage, over, items)
    if findings:
        raise Refused(findings=findings)


def _wrong(
    house: House, service: Service, stage: str, over: Data, items: Sequence[Any]
) -> Iterator[Finding]:
    at, seen = f"/details/{over['member']}", set()
    if not 0 < len(items) <= MOST:
        yield _finding(at, "items", f"须有1至{MOST}项", f"There must be 1 to {MOST} of them")
    for index, one in enumerate(items):
        name, pointer = id_of(over, one), f"{at}/{index}{over.get('id', '')}"
        if name in seen:
            yield _finding(pointer, "uniqueItems", "不能重复", "It is there twice")
        seen.add(name)
        if not KNOWN[over["is"]](house, service.parts(stage)[over["part"]], name):
            yield _finding(pointer, over["is"], f"没有{name}", f"There is no {name}")
    leads = sum(resolve(one, over["lead"]) is True for one in items) if "lead" in over else 1
    if leads != 1:
        yield _finding(at, "lead", "须恰有一个牵头", "Exactly one of them leads")


def _party(house: House, part: Data, name: str) -> bool:
    party = house.directory.party(name)
    today, role = house.today(), part["who"]["role"]
    return party is not None and any(g.role == role and g.holds_on(today) for g in party.grants)


KNOWN: Mapping[str, Callable[[House, Data, str], bool]] = {
    "unit": lambda house, _, name: house.directory.unit(name) is not None,
    "node": lambda house, _, name: house.directory.node(name) is not None,
    "party": _party,
    "ref": lambda _, __, ___: True,
}


def _finding(pointer: str, keyword: str, zh: str, en: str) -> Finding:
    return Finding(pointer, keyword, {"zh-Hans": zh, "en": en})
