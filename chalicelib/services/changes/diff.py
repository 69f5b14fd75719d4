"""What changed between two versions of a service, each change with a verdict (D9).

safe       wording and help only
widening   more is possible or less is asked: whatever was right before is right now
narrowing  less is possible, more is asked, or it cannot be shown that nothing is lost
breaking   open cases cannot go on as they are: a field, stage, part or result is gone or means
           something else; a field of another type needs another name

The verdict on a form is sound: without a narrowing or breaking change every answer that the old
form took is taken by the new one (a test generates answers and looks).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.services.changes.change import Change, Verdict, worst
from chalicelib.services.changes.formdiff import form_changes
from chalicelib.services.changes.logicdiff import logic_changes
from chalicelib.services.changes.recorddiff import record_changes
from chalicelib.services.document import NO_FLOW

Data = Mapping[str, Any]

__all__ = ["Change", "Verdict", "diff", "worst"]

NECESSITY = ("optional", "gap", "necessary")
# Time that the applicant has, not the office: more of it is better for the resident.
APPLICANTS = frozenset({"supply", "gap"})
MINUTES = {"office_minutes": 1, "same_working_day": 480, "working_days": 480, "days": 343}
WORDING = frozenset(
    {"titles", "short", "guide", "views", "metrics", "counts", "document", "patterns"}
)
# A word on every part that is compared as a whole: by its name, what a change of it means.
WHOLE: Mapping[str, Verdict] = {
    "subject": Verdict.BREAKING,
    "restricted": Verdict.BREAKING,
    "about": Verdict.BREAKING,
    "part_of": Verdict.BREAKING,
    "container": Verdict.NARROWING,
    "readers": Verdict.NARROWING,
    "parties": Verdict.NARROWING,
    "bodies": Verdict.NARROWING,
    "named": Verdict.NARROWING,
    "confidential": Verdict.NARROWING,
    "splits": Verdict.NARROWING,
    "calls": Verdict.NARROWING,
    "intake": Verdict.NARROWING,
    "mandate": Verdict.NARROWING,
    "audience": Verdict.NARROWING,
    "posted": Verdict.NARROWING,
}


def diff(old: Data, new: Data) -> list[Change]:
    """Every change from one document to the other, in the order of the document."""
    return [*_changes(old, new)]


def _changes(old: Data, new: Data) -> Iterator[Change]:
    yield from _wording(old, new)
    yield from form_changes("/form", old["form"], new["form"])
    yield from logic_changes(old, new)
    yield from _papers(old["papers"], new["papers"])
    yield from _flow(old.get("flow", NO_FLOW), new.get("flow", NO_FLOW))
    yield from record_changes(old, new)
    yield from _named("/clocks", old["clocks"], new["clocks"], _clock, _clock_added)
    yield from _fee(old, new)
    for name in ("channels", "levels"):
        yield from _listed(f"/{name}", old[name], new[name])
    yield from _words(old, new)
    for name, verdict in WHOLE.items():
        if old.get(name) != new.get(name):
            yield Change(f"/{name}", "changed", verdict, old.get(name), new.get(name))


def _wording(old: Data, new: Data) -> Iterator[Change]:
    for name in sorted(WORDING):
        was, now = old.get(name), new.get(name)
        if name == "guide" and was and now:
            was, now = ({k: v for k, v in one.items() if k != "fee"} for one in (was, now))
        if was != now:
            yield Change(f"/{name}", "changed", Verdict.SAFE)


def _fee(old: Data, new: Data) -> Iterator[Change]:
    was, now = old["guide"]["fee"], new["guide"]["fee"]
    if was["fen"] != now["fen"]:
        verdict = Verdict.NARROWING if now["fen"] > was["fen"] else Verdict.WIDENING
        yield Change("/guide/fee/fen", "changed", verdict, was["fen"], now["fen"])
    elif was != now:
        yield Change("/guide/fee", "changed", Verdict.SAFE)


def _listed(at: str, old: list[str], new: list[str]) -> Iterator[Change]:
    for item in sorted(set(old) - set(new)):
        yield Change(at, "removed", Verdict.NARROWING, was=item)
    for item in sorted(set(new) - set(old)):
        yield Change(at, "added", Verdict.WIDENING, now=item)


def _papers(old: list[Data], new: list[Data]) -> Iterator[Change]:
    was, now = ({paper["id"]: (i, paper) for i, paper in enumerate(one)} for one in (old, new))
    for name in [name for name in was if name not in now]:
        yield Change(f"/papers/{was[name][0]}", "removed", Verdict.WIDENING, was=name)
    for name, (index, paper) in now.items():
        at = f"/papers/{index}"
        if name not in was:
            asked = paper["necessity"] != "optional"
            verdict = Verdict.NARROWING if asked else Verdict.WIDENING
            yield Change(at, "added", verdict, now=name)
        else:
            yield from _paper(at, was[name][1], paper)


def _paper(at: str, old: Data, new: Data) -> Iterator[Change]:
    was, now = NECESSITY.index(old["necessity"]), NECESSITY.index(new["necessity"])
    if was != now:
        verdict = Verdict.NARROWING if now > was else Verdict.WIDENING
        yield Change(f"{at}/necessity", "changed", verdict, old["necessity"], new["necessity"])
    if old.get("required_if") != new.get("required_if"):
        # Without a condition it is always needed.
        eased = "required_if" not in old
        verdict = Verdict.WIDENING if eased else Verdict.NARROWING
        yield Change(f"{at}/required_if", "changed", verdict)
    if old.get("gap") != new.get("gap"):
        yield Change(f"{at}/gap", "changed", Verdict.NARROWING)
    left = {"necessity", "required_if", "gap"}
    if {k: v for k, v in old.items() if k not in left} != {
        k: v for k, v in new.items() if k not in left
    }:
        yield Change(at, "changed", Verdict.SAFE)


def _flow(old: Data, new: Data) -> Iterator[Change]:
    at = "/flow"
    for name in ("start", "received", "unclear"):
        if old.get(name) != new.get(name):
            was, now = old.get(name), new.get(name)
            yield Change(f"{at}/{name}", "changed", Verdict.NARROWING, was, now)
    yield from _named(f"{at}/stages", old["stages"], new["stages"], _stage, _added)
    yield from _named(
        f"{at}/always", old.get("always", {}), new.get("always", {}), _way, _added, _fewer
    )
    if old.get("breach") != new.get("breach"):
        yield Change(f"{at}/breach", "changed", Verdict.NARROWING)
    yield from _named(f"{at}/acts", old.get("acts", {}), new.get("acts", {}), _act, _added, _fewer)
    yield from _named(f"{at}/tasks", old.get("tasks", {}), new.get("tasks", {}), _part, _added)
    follows = old.get("follows", {}), new.get("follows", {})
    yield from _named(f"{at}/follows", *follows, _follow, _added, _fewer)
    emits = old.get("emits", {}), new.get("emits", {})
    yield from _named(f"{at}/emits", *emits, _emission, _added, _fewer)


def _stage(at: str, old: Data, new: Data) -> Iterator[Change]:
    if old["kind"] != new["kind"]:
        yield Change(f"{at}/kind", "changed", Verdict.BREAKING, old["kind"], new["kind"])
        return
    yield from _who(at, old, new)
    for name, each in (("actions", _act), ("outcomes", _way)):
        there, here = old.get(name, {}), new.get(name, {})
        yield from _named(f"{at}/{name}", there, here, each, _added, _fewer)
    yield from _named(f"{at}/parts", old.get("parts", {}), new.get("parts", {}), _part, _added)
    for name in ("slots", "waiting", "hold", "card", "over", "join", "for", "of", "table"):
        if old.get(name) != new.get(name):
            yield Change(f"{at}/{name}", "changed", Verdict.NARROWING)
    yield from _said(at, old, new)


def _follow(at: str, old: Data, new: Data) -> Iterator[Change]:
    if old != new:
        yield Change(at, "changed", Verdict.NARROWING)


def _emission(at: str, old: Data, new: Data) -> Iterator[Change]:
    """What has begun goes on by its own version, so a change is for cases to come."""
    for name in sorted(set(old) | set(new)):
        if old.get(name) != new.get(name):
            verdict = Verdict.SAFE if name == "titles" else Verdict.NARROWING
            yield Change(f"{at}/{name}", "changed", verdict)


def _part(at: str, old: Data, new: Data) -> Iterator[Change]:
    yield from _who(at, old, new)
    for name in ("opened", "on", "share", "within"):
        if old.get(name) != new.get(name):
            yield Change(f"{at}/{name}", "changed", Verdict.NARROWING)
    yield from _named(f"{at}/actions", old["actions"], new["actions"], _act, _added, _fewer)
    yield from _said(at, old, new)


def _who(at: str, old: Data, new: Data) -> Iterator[Change]:
    if old.get("who") != new.get("who"):
        verdict = Verdict.NARROWING
        yield Change(f"{at}/who", "changed", verdict, old.get("who"), new.get("who"))


def _said(at: str, old: Data, new: Data) -> Iterator[Change]:
    for name in ("titles", "status"):
        if old.get(name) != new.get(name):
            yield Change(f"{at}/{name}", "changed", Verdict.SAFE)


def _act(at: str, old: Data, new: Data) -> Iterator[Change]:
    yield from _who(at, old, new)
    yield from _said(at, old, new)
    was, now = old.get("input"), new.get("input")
    if was is not None and now is not None:
        yield from form_changes(f"{at}/input", was, now)
    elif was != now:
        yield Change(f"{at}/input", "changed", Verdict.NARROWING)
    if old.get("counts") != new.get("counts"):
        yield Change(f"{at}/counts", "changed", Verdict.SAFE)
    named = {"who", "titles", "status", "input", "counts"}
    for name in sorted((set(old) | set(new)) - named):
        if old.get(name) != new.get(name):
            yield Change(f"{at}/{name}", "changed", Verdict.NARROWING, old.get(name), new.get(name))


_way = _act


def _clock(at: str, old: Data, new: Data) -> Iterator[Change]:
    if old["budget"] != new["budget"]:
        verdict = _budgets(old["budget"], new["budget"], new.get("kind") in APPLICANTS)
        yield Change(f"{at}/budget", "changed", verdict, old["budget"], new["budget"])
    for name in sorted((set(old) | set(new)) - {"budget", "milestones", "titles", "basis"}):
        if old.get(name) != new.get(name):
            yield Change(f"{at}/{name}", "changed", Verdict.NARROWING)
    was, now = old.get("milestones", []), new.get("milestones", [])
    if was != now:
        # A milestone calls for attention and takes nothing from anybody.
        kept = all(one in now for one in was)
        verdict = Verdict.WIDENING if kept else Verdict.NARROWING
        yield Change(f"{at}/milestones", "changed", verdict)
    for name in ("titles", "basis"):
        if old.get(name) != new.get(name):
            yield Change(f"{at}/{name}", "changed", Verdict.SAFE)


def _budgets(old: Data, new: Data, applicants: bool) -> Verdict:
    """A day that is set is neither more nor less than a length of time."""
    if "date" in old or "date" in new:
        return Verdict.NARROWING
    longer = _minutes(new) > _minutes(old)
    return Verdict.WIDENING if longer == applicants else Verdict.NARROWING


def _minutes(budget: Data) -> int:
    ((unit, n),) = budget.items()
    return MINUTES[unit] * int(n)


def _words(old: Data, new: Data) -> Iterator[Change]:
    """What is said and with which words: results, reasons, documents, notices, events."""
    yield from _named("/results", old["results"], new["results"], _result, _added)
    for name in ("reasons", "documents", "notices", "events"):
        yield from _named(f"/{name}", old[name], new[name], _worded, _added, _fewer)


def _result(at: str, old: Data, new: Data) -> Iterator[Change]:
    for name in ("negative", "decision", "counted"):
        if old.get(name) != new.get(name):
            yield Change(f"{at}/{name}", "changed", Verdict.NARROWING)
    for name in ("titles", "status", "remedies"):
        if old.get(name) != new.get(name):
            yield Change(f"{at}/{name}", "changed", Verdict.SAFE)


def _worded(at: str, old: Data, new: Data) -> Iterator[Change]:
    """When and to whom it is said counts; how it is said does not."""
    told = frozenset(
        {
            "on",
            "to",
            "channels",
            "when_channel",
            "asks",
            "for",
            "public",
            "class",
            "sealed",
            "revokes",
        }
    )
    for name in sorted(set(old) | set(new)):
        if old.get(name) != new.get(name):
            verdict = Verdict.NARROWING if name in told else Verdict.SAFE
            yield Change(f"{at}/{name}", "changed", verdict)


def _added(_: Data) -> Verdict:
    return Verdict.WIDENING


def _clock_added(clock: Data) -> Verdict:
    """A clock that only calls for help takes nothing from anybody."""
    takes_nothing = clock["on_due"]["do"] in ("escalate", "note")
    return Verdict.WIDENING if takes_nothing else Verdict.NARROWING


def _gone(_: Data) -> Verdict:
    return Verdict.BREAKING


def _fewer(_: Data) -> Verdict:
    return Verdict.NARROWING


def _named(
    at: str,
    old: Mapping[str, Data],
    new: Mapping[str, Data],
    each: Callable[[str, Data, Data], Iterator[Change]],
    added: Callable[[Data], Verdict],
    gone: Callable[[Data], Verdict] = _gone,
) -> Iterator[Change]:
    """Compare two collections by name."""
    for name in old:
        if name not in new:
            yield Change(f"{at}/{name}", "removed", gone(old[name]))
    for name, item in new.items():
        if name not in old:
            yield Change(f"{at}/{name}", "added", added(item))
        elif old[name] != item:
            yield from each(f"{at}/{name}", old[name], item)
