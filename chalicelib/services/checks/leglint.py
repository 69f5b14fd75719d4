"""Passing a case on: who does it says why, who gets it can take it over or return it, and nothing
waits for a leg that never moves.
"""

from collections.abc import Iterator

from chalicelib.platform.errors import Finding
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.namelint import required_by
from chalicelib.services.checks.partlint import whos
from chalicelib.services.document import Data, Listed, Service

TRANSFER, TAKE_OVER, RETURN = "transfer", "take_over", "return"
MOVES = frozenset({TRANSFER, TAKE_OVER, RETURN})
LEGS = frozenset({"leg", "accountable"})
UP = "up"


def leg_findings(service: Service) -> Iterator[Finding]:
    moved = False
    for one in service.every_action():
        moves = MOVES & set(one.data.get("does", ()))
        if "direction" in one.data and TRANSFER not in moves:
            zh, en = "只有转办才写方向", "only passing on has a direction"
            yield finding(f"{one.at}/direction", "place", zh, en)
        if moves:
            yield from _move(service, one, moves)
            moved = True
    for stage, definition in service.stages.items():
        yield from _stage(f"/flow/stages/{stage}", definition)
    for at, who in whos(service):
        if who["at"] in LEGS and not moved:
            zh, en = "没有转办的操作，承办地不会变", "nothing passes the case on"
            yield finding(f"{at}/at", "place", zh, en)
    if moved and service.data.get("restricted"):
        zh, en = "限制知悉的事项不转办", "a restricted case is not passed on"
        yield finding("/restricted", "restricted", zh, en)


def _move(service: Service, one: Listed, moves: frozenset[str]) -> Iterator[Finding]:
    stage = service.stages.get(one.stage, {})
    if stage.get("kind") != "desk" or stage.get("who", {}).get("at") != "leg":
        zh, en = "须为办理人在当前承办地的环节", "only of a desk whose who is at leg"
        yield finding(f"{one.at}/does", "place", zh, en)
    if len(moves) > 1:
        zh, en = "转办、签收、退回须分开", "one action passes on, takes over or returns"
        yield finding(f"{one.at}/does", "contradiction", zh, en)
    for name in {"to", "who", "by"} & one.data.keys():
        zh, en = (
            "转办不离开环节，由环节的办理人办理",
            "it stays in its stage, and is for its people",
        )
        yield finding(f"{one.at}/{name}", "contradiction", zh, en)
    if moves & {TRANSFER, RETURN}:
        yield from _reasoned(one)
    if TRANSFER in moves:
        yield from _directed(one)


def _reasoned(one: Listed) -> Iterator[Finding]:
    if not one.data.get("reason"):
        zh, en = "转办、退回须写明理由", "passing on and returning need a reason"
        yield finding(f"{one.at}/reason", "reason", zh, en)
    elif one.data.get("reason_for") != one.data["event"]:
        zh, en = "须写明是哪个过程信息的理由", "the reason is for the event that is recorded"
        yield finding(f"{one.at}/reason_for", "reason", zh, en)


def _directed(one: Listed) -> Iterator[Finding]:
    if "direction" not in one.data:
        zh, en = "须写明转往上级、下级还是别处", "up, down or sideways?"
        yield finding(f"{one.at}/direction", "required", zh, en)
    elif (one.data["direction"] == UP) is ("node" in required_by(one.data.get("input"))):
        up = one.data["direction"] == UP
        zh = "转往上一级不选地点" if up else "须填写node"
        en = "the level above is not chosen" if up else "node must be asked for"
        yield finding(f"{one.at}/input", "input", zh, en)


def _stage(at: str, definition: Data) -> Iterator[Finding]:
    """Whatever is sent can be taken over and can be returned."""
    done = {name for one in definition.get("actions", {}).values() for name in one.get("does", ())}
    if not done & MOVES:
        return
    for name in sorted(MOVES - done):
        zh, en = f"缺少{name}", f"{name} is missing"
        yield finding(f"{at}/actions", "required", zh, en)
