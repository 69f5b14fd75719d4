"""What changed in the logic of a service, each change with a verdict.

A rule that is another one may hide or compute another answer than was stored, so it narrows,
unless it is written otherwise only: conditions whose operands changed places, rules that did
where their order means nothing. Of tables, a lower fee and a paper that is no longer asked for
widen, a reason in other words is safe.
"""

from collections.abc import Iterator
from typing import Any

from chalicelib.platform.json import compact, escape
from chalicelib.services.changes.change import Change, Verdict
from chalicelib.services.document import Data
from chalicelib.services.rules.expressions import operation
from chalicelib.services.rules.tables import ASKED, FEE, FIRST, OUTCOME, PAPERS, WAIVED

# The order of what they are given means nothing.
EITHER_WAY = frozenset({"and", "or", "==", "===", "!=", "!==", "+", "*", "min", "max"})


def logic_changes(old: Data, new: Data) -> Iterator[Change]:
    """From one document to the other, in the order of the new one's rules."""
    was, now = old.get("logic", {}), new.get("logic", {})
    for part, member in (("shows", "if"), ("computes", "value")):
        yield from _rules(f"/logic/{part}", was.get(part, []), now.get(part, []), member)
    yield from _tables(was.get("tables", {}), now.get("tables", {}))


def _rules(at: str, old: list[Data], new: list[Data], member: str) -> Iterator[Change]:
    was, now = ({one["pointer"]: (i, one) for i, one in enumerate(many)} for many in (old, new))
    for pointer, (index, _) in was.items():
        if pointer not in now:
            yield Change(f"{at}/{index}", "removed", Verdict.NARROWING, was=pointer)
    for pointer, (index, one) in now.items():
        if pointer not in was:
            yield Change(f"{at}/{index}", "added", Verdict.NARROWING, now=pointer)
            continue
        before = was[pointer][1]
        if _plain(before[member]) != _plain(one[member]):
            yield Change(f"{at}/{index}/{member}", "changed", Verdict.NARROWING)
        if before.get("on_hide", "drop") != one.get("on_hide", "drop"):
            yield Change(f"{at}/{index}/on_hide", "changed", Verdict.NARROWING)


def _plain(expression: Any) -> Any:
    """The same for expressions that differ only in the order of operands that have none."""
    if isinstance(expression, list):
        return [_plain(one) for one in expression]
    found = operation(expression)
    if found is None:
        return expression
    operator, arguments = found
    inner = [_plain(one) for one in arguments]
    listed = isinstance(expression[operator], list)
    if operator in EITHER_WAY and listed:
        inner = sorted(inner, key=compact)
    return {operator: inner if listed else inner[0]}


def _tables(old: Data, new: Data) -> Iterator[Change]:
    for name in old:
        if name not in new:
            yield Change(f"/logic/tables/{escape(name)}", "removed", Verdict.NARROWING)
    for name, table in new.items():
        at = f"/logic/tables/{escape(name)}"
        if name not in old:
            yield Change(at, "added", Verdict.NARROWING)
        elif old[name] != table:
            yield from _table(at, old[name], table)


def _table(at: str, old: Data, new: Data) -> Iterator[Change]:
    whole = [(one["decides"], one["hit"], _inputs(one), "default" in one) for one in (old, new)]
    pairs = _paired(old, new)
    if whole[0] != whole[1] or pairs is None:
        yield Change(at, "changed", Verdict.NARROWING)
        return
    if "default" in new:
        pairs = [*pairs, ("/default", old["default"], new["default"])]
    for place, was, now in pairs:
        if was != now:
            yield _outcome(f"{at}{place}", new["decides"], was, now)


def _inputs(table: Data) -> list[tuple[str, Any]]:
    return sorted(((one["name"], _plain(one["value"])) for one in table["inputs"]), key=compact)


def _paired(old: Data, new: Data) -> list[tuple[str, Data, Data]] | None:
    """(place, outcome before, outcome now) of each rule, if there are the same rules."""
    was, now = ([(compact(_tests(one)), one["then"]) for one in t["rules"]] for t in (old, new))
    if new["hit"] == FIRST and [test for test, _ in was] != [test for test, _ in now]:
        return None
    if sorted(test for test, _ in was) != sorted(test for test, _ in now):
        return None
    before = dict(was)
    if len(before) < len(was):
        return [] if was == now else None
    return [(f"/rules/{i}/then", before[test], then) for i, (test, then) in enumerate(now)]


def _tests(rule: Data) -> Any:
    return sorted(rule["when"].items())


def _outcome(at: str, decides: str, was: Data, now: Data) -> Change:
    if decides == FEE and was["fen"] != now["fen"]:
        verdict = Verdict.NARROWING if now["fen"] > was["fen"] else Verdict.WIDENING
        return Change(f"{at}/fen", "changed", verdict, was["fen"], now["fen"])
    if decides == FEE or (decides == OUTCOME and was["outcome"] == now["outcome"]):
        return Change(f"{at}/reason", "changed", Verdict.SAFE)
    eased = decides == PAPERS and was["papers"].keys() == now["papers"].keys()
    eased = eased and all(
        before == now["papers"][paper] or (before, now["papers"][paper]) == (ASKED, WAIVED)
        for paper, before in was["papers"].items()
    )
    return Change(at, "changed", Verdict.WIDENING if eased else Verdict.NARROWING)
