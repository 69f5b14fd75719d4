"""Where and by whom something is dealt with: a person who is named is sure to be known by then."""

from collections.abc import Iterator

from chalicelib.platform.errors import Finding
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.namelint import required_by
from chalicelib.services.checks.partlint import whos
from chalicelib.services.document import Data, Service


def place_findings(service: Service) -> Iterator[Finding]:
    for at, who in whos(service):
        named = who["at"] == "named"
        if named and not _waits(at):
            zh, en = (
                "指定的人只用于环节、分项和旁办事项",
                "only tasks wait for one by name",
            )
            yield finding(f"{at}/at", "place", zh, en)
        elif named and "from" not in who:
            zh, en = "须写明由哪个操作指定", "who names this person?"
            yield finding(f"{at}/from", "required", zh, en)
        elif not named and "from" in who:
            zh, en = "只有指定的人才写来源", "only a named person comes from an event"
            yield finding(f"{at}/from", "place", zh, en)
        elif named:
            yield from _from(service, f"{at}/from", who["from"]["event"], who["from"]["member"])
        if named and service.data.get("restricted"):
            zh, en = "限制知悉的事项不临时指定人", "a restricted case is not handed to a person"
            yield finding(f"{at}/at", "restricted", zh, en)


def _waits(at: str) -> bool:
    """Whether it is the `who` of a task: not of an action, a clock or a call."""
    inside = at.startswith(("/flow/stages/", "/flow/tasks/"))
    return inside and "/actions/" not in at


def _from(service: Service, at: str, event: str, member: str) -> Iterator[Finding]:
    """Every action that records the event asks for the member."""
    inputs = [one.data.get("input") for one in service.every_action() if event in _events(one.data)]
    if not inputs:
        yield finding(f"{at}/event", "event", f"没有操作记录{event}", f"no action records {event}")
    elif not all(member in required_by(schema) for schema in inputs):
        zh, en = f"须填写{member}", f"{member} must be asked for"
        yield finding(f"{at}/member", "required", zh, en)


def _events(action: Data) -> set[str]:
    return {action["event"], *(one["event"] for one in action.get("branch", ()))}
