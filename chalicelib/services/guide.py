"""The public guide of a service (办事指南), made of the document that the engine runs."""

from collections.abc import Mapping
from typing import Any

from chalicelib.platform.errors import pick
from chalicelib.services.document import Data, Service


def guide(service: Service, language: str) -> dict[str, Any]:
    """The public notice, from the document the engine runs (promise 3)."""
    data = service.data
    return {
        "service": service.id,
        "version": service.version,
        "title": pick(data["titles"], language),
        "guide": data["guide"],
        "channels": data["channels"],
        "levels": data["levels"],
        "form": data["form"],
        "views": data.get("views", {}),
        "logic": _public(data.get("logic", {})),
        "papers": [{**paper, "title": pick(paper["titles"], language)} for paper in data["papers"]],
        "clocks": {
            name: {
                "title": pick(clock["titles"], language),
                "budget": clock["budget"],
                "pauses": pauses(service, clock, language),
                "basis": clock.get("basis"),
            }
            for name, clock in data["clocks"].items()
        },
        "stages": [
            {"stage": name, "title": pick(stage["titles"], language)}
            for name, stage in service.stages.items()
        ],
        "reasons": {code: pick(one["titles"], language) for code, one in data["reasons"].items()},
        "results": {name: pick(r["titles"], language) for name, r in data["results"].items()},
        **_recorded(service),
        **({"audience": data["audience"]} if service.office else {}),
    }


def _recorded(service: Service) -> dict[str, Any]:
    """Whether it is a record, and who alone may make one."""
    shown = {name: service.record[name] for name in ("counted_in", "who") if name in service.record}
    return {"record": shown} if shown else {}


def pauses(service: Service, clock: Data, language: str) -> list[str]:
    """What stops a clock for a while: the guide must say so (行政许可法 45)."""
    events = (event for one in clock.get("pause", ()) for event in one["from"])
    words = service.data["events"]
    return [pick(words[event]["titles"], language) for event in events if event in words]


def _public(logic: Mapping[str, Any]) -> dict[str, Any]:
    """What a form that is filled in needs to know; who handles it is the office's own business."""
    tables = logic.get("tables", {})
    shown = {name: one for name, one in tables.items() if one.get("decides") != "routing"}
    return {**logic, "tables": shown} if tables else dict(logic)
