"""Where it is ruled who is in charge: somebody can rule, is called when they do not, and nobody's
time runs against the applicant meanwhile.
"""

from collections.abc import Iterator

from chalicelib.platform.errors import Finding
from chalicelib.services.checks.flowlint import UNROUTED, finding
from chalicelib.services.checks.namelint import required_by
from chalicelib.services.document import Data, Listed, Service

RULE = "rule"


def arbitration_findings(service: Service) -> Iterator[Finding]:
    rulings = [one for one in service.every_action() if RULE in one.data.get("does", ())]
    for one in rulings:
        yield from _ruling(service, one)
    if service.unclear:
        ruled = {one.data["event"] for one in rulings}
        yield from _stage(service, "/flow/unclear", bool(ruled))
        yield from _clocks(service, "/flow/unclear", ruled)


def _ruling(service: Service, one: Listed) -> Iterator[Finding]:
    if one.stage != service.unclear.get("to") or "/parts/" in one.at or "to" not in one.data:
        zh, en = "只能在认定环节认定，并由此转出", "only where it is unclear, leading on from there"
        yield finding(f"{one.at}/does", "place", zh, en)
    if "unit" not in required_by(one.data.get("input")):
        yield finding(f"{one.at}/input", "input", "须填写unit", "unit must be asked for")


def _stage(service: Service, at: str, ruled: bool) -> Iterator[Finding]:
    to = service.unclear["to"]
    if service.stages.get(to, {}).get("kind") != "desk" or to == service.start:
        zh, en = "须为另外的办理环节", "it must be a desk, and not the one that cases begin at"
        yield finding(f"{at}/to", "target", zh, en)
    elif not ruled:
        zh, en = "没有认定的操作", "nothing there rules"
        yield finding(f"/flow/stages/{to}/actions", "required", zh, en)
    if service.data.get("restricted"):
        zh, en = "限制知悉的事项不交认定", "a restricted case is not put before an arbiter"
        yield finding(at, "restricted", zh, en)


def _clocks(service: Service, at: str, ruled: set[str]) -> Iterator[Finding]:
    """One clock is the arbiter's; the others that begin with the submission rest until then."""
    if not any(_watches(one, ruled) for one in service.clocks.values()):
        zh = "须有时限从unrouted开始，到认定停止，到期提请督办"
        en = "a clock must run from unrouted to the ruling, and call somebody when it is over"
        yield finding(at, "clock", zh, en)
    for name, clock in service.clocks.items():
        rests = any(
            UNROUTED in pause["from"] and ruled <= set(pause["until"])
            for pause in clock.get("pause", ())
        )
        if service.received in clock["start"] and not rests:
            zh = "认定之前不应计时：从unrouted起暂停，到认定为止"
            en = "it must rest from unrouted until the ruling"
            yield finding(f"/clocks/{name}/pause", "unrouted", zh, en)


def _watches(clock: Data, ruled: set[str]) -> bool:
    calls = clock["on_due"]["do"] == "escalate" and "if" not in clock
    return calls and UNROUTED in clock["start"] and ruled <= set(clock["stop"])
