"""Joins: what the tasks inside a stage come to. Pure over the rows of one visit (D1).

A pool is done when as many claims as it has slots are fulfilled, or when it takes no more claims
and nobody holds one. A fanout is settled by its rule over the parts that stand for its items; the
opinions that a part has asked for count for that part only.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chalicelib.cases.actions import RUNGS
from chalicelib.cases.file import CORRECTION

Row = Mapping[str, Any]

DONE, UNCLAIMED = "done", "unclaimed"
# Openings, those that failed, and the outcome of a hold for cases that no other fits.
OPENED, NOT_OPENED, OTHER = "case_opened", "case_not_opened", "other"
# The outcome of a fanout over data that found no items, or too many.
UNLISTED = "unlisted"
UNSETTLED = frozenset({"open", "waiting"})
# Tasks that no stage waits for: they survive it, and the end of the case.
BESIDE = frozenset({"accountable", "call", "escalation", "side", CORRECTION, *RUNGS})


def waits(case: Row, task: Row) -> bool:
    """Whether somebody may still act on a task: the items of a stage that is settled are closed by
    the worker, in its time."""
    over = "item" in task and not (case["open"] and task["visit"] == case["visit"])
    return task["state"] in UNSETTLED and not over


def inside(task: Row) -> bool:
    """Whether the task belongs to its stage, and is moot when that is settled."""
    return task["task_kind"] not in BESIDE


def outcome(stage: Row, tasks: Iterable[Row], visit: int, items: int = 0) -> str | None:
    """The outcome code of a pool or a fanout, or None while it waits; `items`: how many a fanout
    over data has, those that are still to be opened too."""
    of_visit = [row for row in tasks if int(row["visit"]) == visit and inside(row)]
    return _pool(of_visit) if stage["kind"] == "pool" else _fanout(stage["join"], of_visit, items)


def settled(tasks: Iterable[Row], visit: int, parent: str | None, verdict: str) -> int:
    """How many parts of a task (of the stage itself, for None) were settled with a verdict."""
    return sum(
        row["task_kind"] == "part"
        and int(row["visit"]) == visit
        and row.get("parent") == parent
        and row["state"] == "settled"
        and row.get("outcome") == verdict
        for row in tasks
    )


def _pool(tasks: list[Row]) -> str | None:
    own = next(row for row in tasks if row["task_kind"] == "pool")
    claims = [row for row in tasks if row["task_kind"] == "part"]
    done = sum(row["state"] == "settled" and row["outcome"] == DONE for row in claims)
    if done >= int(own["slots"]):
        return DONE
    if own["state"] in UNSETTLED or any(row["state"] == "open" for row in claims):
        return None
    return DONE if done else UNCLAIMED


def _fanout(join: Row, tasks: list[Row], items: int) -> str | None:
    parts = [row for row in tasks if row["task_kind"] == "part" and "parent" not in row]
    if len(parts) < items:
        return None
    verdicts = {_name(row): str(row["outcome"]) for row in parts if row["state"] == "settled"}
    leads = [_name(row) for row in parts if _leads(join, row)]
    if not RULES[join["rule"]](join, len(parts), leads, verdicts):
        return None
    lead = verdicts.get(leads[0]) if leads else None
    return lead or next((code for code in join["prefer"] if code in verdicts.values()), None)


# A part, and of a fanout over data the number of its item.
Name = tuple[str, int]


def _name(part: Row) -> Name:
    return part["part"], int(part.get("item", {}).get("n", 0))


def _leads(join: Row, part: Row) -> bool:
    if join["rule"] != "lead":
        return False
    lead: bool = part["item"].get("lead", False) if "item" in part else part["part"] == join["lead"]
    return lead


def _all(_: Row, parts: int, __: list[Name], verdicts: Mapping[Name, str]) -> bool:
    return len(verdicts) == parts


def _any(_: Row, __: int, ___: list[Name], verdicts: Mapping[Name, str]) -> bool:
    return bool(verdicts)


def _least(join: Row, parts: int, _: list[Name], verdicts: Mapping[Name, str]) -> bool:
    """k of n; when fewer than k were asked, all of them."""
    return len(verdicts) >= min(int(join["least"]), parts)


def _lead(join: Row, parts: int, leads: list[Name], verdicts: Mapping[Name, str]) -> bool:
    """The lead has spoken; where the lead was not asked, all the others have."""
    return leads[0] in verdicts if leads else _all(join, parts, leads, verdicts)


def heard(stage: Row, name: str, events: Iterable[Row], visit: int) -> str | None:
    """The outcome of a hold for other cases, or None while it waits for one.

    Those count that were opened since the stage was left last. A result that is no outcome here
    is `other`, so is a case that could not be opened, and that there was none to open.
    """
    rows = list(events)
    left = (int(row["visit"]) for row in rows if row.get("stage") == name)
    since = max((one for one in left if one < visit), default=-1)
    lately = [row for row in rows if int(row["visit"]) > since]
    awaited = sum(int(row["data"].get("awaits", {}).get(stage["of"], 0)) for row in lately)
    ours = [row for row in lately if row["data"].get("hears") == stage["of"]]
    opened = {row["data"].get("case") for row in ours if row["type"] == OPENED}
    # One that was reopened has been decided anew: what it came to last counts.
    decided = {row["data"].get("case"): row["data"] for row in rows if row["type"] == stage["of"]}
    results = [OTHER for row in ours if row["type"] == NOT_OPENED]
    results += [one["result"] for name, one in decided.items() if name in opened]
    if len(results) < (min(awaited, 1) if stage["join"]["rule"] == "any" else awaited):
        return None
    verdicts = {one if one in stage["outcomes"] else OTHER for one in results}
    return next((one for one in stage["join"]["prefer"] if one in verdicts), OTHER)


RULES: Mapping[str, Callable[[Row, int, list[Name], Mapping[Name, str]], bool]] = {
    "all": _all,
    "any": _any,
    "least": _least,
    "lead": _lead,
}


def offered(stage: Row | None, case: Row, tasks: Iterable[Row]) -> bool:
    """Whether the open stage is a pool with a card and a slot that is free."""
    if stage is None or "card" not in stage or not case["open"]:
        return False
    rows = [row for row in tasks if int(row["visit"]) == int(case["visit"])]
    own = next((row for row in rows if row["task_kind"] == "pool"), None)
    taken = sum(row["task_kind"] == "part" and takes_a_slot(row) for row in rows)
    return own is not None and own["state"] == "open" and taken < int(own["slots"])


def takes_a_slot(claim: Row) -> bool:
    """Whether a claim holds a slot or has used it."""
    return bool(claim["state"] == "open" or claim.get("outcome") == DONE)
