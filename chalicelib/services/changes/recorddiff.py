"""What changed in how a service keeps records, and whether it has cases at all."""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.services.changes.change import Change, Verdict

Data = Mapping[str, Any]


def record_changes(old: Data, new: Data) -> Iterator[Change]:
    """A service that changes from cases to records, or back, is another service."""
    was, now = old.get("record"), new.get("record")
    if was is None or now is None:
        if was != now:
            yield Change("/record", "added" if was is None else "removed", Verdict.BREAKING)
        return
    if was["counted_in"] != now["counted_in"]:
        at, verdict = "/record/counted_in", Verdict.SAFE
        yield Change(at, "changed", verdict, was["counted_in"], now["counted_in"])
    if was.get("who") != now.get("who"):
        yield Change("/record/who", "changed", _who(was.get("who"), now.get("who")))
    if was.get("then") != now.get("then"):
        yield Change("/record/then", "changed", Verdict.NARROWING)


def _who(was: list[str] | None, now: list[str] | None) -> Verdict:
    """Absent means everybody who comes by one of the channels."""
    wider = now is None or (was is not None and set(was) <= set(now))
    return Verdict.WIDENING if wider else Verdict.NARROWING
