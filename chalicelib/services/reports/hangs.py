"""Where a case could stand still with nobody noticing, as the ways through a flow show it."""

from collections.abc import Iterable, Iterator, Mapping

from chalicelib.people.roles import role
from chalicelib.platform.errors import Finding
from chalicelib.services.document import Data, Service
from chalicelib.services.reports.moves import effective
from chalicelib.services.reports.plain import place
from chalicelib.services.reports.routes import Routes
from chalicelib.services.reports.situation import CLAIM, Rules, Situation

SAYS: Mapping[str, tuple[str, str]] = {
    "unwatched": (
        "没有时限在走：无人办理时不会提请督办，也不会自动往下走",
        "no clock runs: if nobody acts, nobody is asked to step in and nothing happens by itself",
    ),
    "pool": (
        "没有截止的时限在走：无人认领会一直挂着",
        "no clock closes it: unclaimed, it stays for ever",
    ),
    "stuck": ("从这里走不到办结", "no end can be reached from here"),
}


def hangs(service: Service, routes: Iterable[Routes]) -> Iterator[Finding]:
    """Warnings: a stage that no clock watches, a pool or review that nothing closes, a task whose
    only holder may be barred from it, a place from which no end is reached."""
    yield from _standing(service, list(routes))
    yield from _reviews(service)
    yield from _separated(service)


def _warn(service: Service, pointer: str, keyword: str, zh: str, en: str) -> Finding:
    here = place(service, pointer)
    texts = {"zh-Hans": f"{here['zh-Hans']}：{zh}", "en": f"{here['en']}: {en}"}
    return Finding(pointer, keyword, texts, severity="warning")


def _standing(service: Service, routes: list[Routes]) -> Iterator[Finding]:
    """Each stage once, with the step after which it stands so."""
    seen: set[tuple[str, str]] = set()
    for one in routes:
        for key, now in one.situations.items():
            keyword = "" if now.result else _still(one.rules, now)
            if not keyword and not now.result and not one.ends(key):
                keyword = "stuck"
            if keyword and (now.stage, keyword) not in seen:
                seen.add((now.stage, keyword))
                zh, en = SAYS[keyword]
                path = one.path(key)[1]
                after = place(service, path[-1].at if path else f"/events/{service.received}")
                said = (f"{zh}（例如：{after['zh-Hans']}之后）", f"{en} (as after {after['en']})")
                yield _warn(service, f"/flow/stages/{now.stage}", keyword, *said)


def _still(rules: Rules, now: Situation) -> str:
    """What is wrong with waiting here; empty where something will happen by itself, or has."""
    clocks = rules.service.clocks
    acting = [clocks[name]["on_due"] for name in now.running if not rules.rests(name, now)]
    acting = [on_due for on_due in acting if effective(rules, now, on_due)]
    kind = rules.service.stages[now.stage]["kind"]
    held = any(part.name == CLAIM for part in now.parts)
    at = f"/flow/stages/{now.stage}/"
    if any(place.startswith(at) for place, _ in rules.service.item_dues()):
        return ""
    if kind == "pool" and not now.closed and not held:
        return "" if any(on_due["do"] != "escalate" for on_due in acting) else "pool"
    return "" if acting or now.debts or held or now.fired else "unwatched"


def _reviews(service: Service) -> Iterator[Finding]:
    """Conclusions that all wait for opinions which nobody may give."""
    holders: dict[str, list[Data]] = {}
    for one in service.every_action():
        if "to" in one.data or "settles" in one.data:
            holders.setdefault(one.at.rpartition("/actions/")[0], []).append(one.data)
    for at, ways in holders.items():
        if all("least" in way and "unless" not in way["least"] for way in ways):
            zh = "每个结论都要等意见：有人不答复时，没有时限让会商继续"
            en = "every conclusion waits for opinions; no clock lets it go on when some are silent"
            yield _warn(service, at, "review", zh, en)


def _separated(service: Service) -> Iterator[Finding]:
    """Separation of duty within one role: with one holder, nobody may act."""
    for at, who in _every_who(service):
        for stage in who.get("not", []):
            if who["role"] in _acting(service, stage):
                there, called = place(service, f"/flow/stages/{stage}"), role(who["role"])
                zh = f"与{there['zh-Hans']}是同一角色（{called['zh-Hans']}）"
                en = f"the same role as {there['en']} ({called['en']})"
                said = (
                    f"{zh}，又不能是同一人：只有一人任职时无人可办",
                    f"{en}, yet not the same person: with one holder nobody may act",
                )
                yield _warn(service, at, "separation", *said)


def _every_who(service: Service) -> Iterator[tuple[str, Data]]:
    for stage, definition in service.stages.items():
        parts = {f"/parts/{name}": part for name, part in service.parts(stage).items()}
        for at, one in {"": definition, **parts}.items():
            if "who" in one:
                yield f"/flow/stages/{stage}{at}", one["who"]
    for listed in service.every_action():
        if "who" in listed.data:
            yield listed.at, listed.data["who"]


def _acting(service: Service, stage: str) -> set[str]:
    """The roles that act in a stage."""
    at = f"/flow/stages/{stage}"
    return {who["role"] for place, who in _every_who(service) if f"{place}/".startswith(f"{at}/")}
