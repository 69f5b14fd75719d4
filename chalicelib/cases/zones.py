"""Zones of a centre (功能区): in which part of it, at which window, a service is dealt with.

By the guide as it is now: the list of services has them, so an inbox knows those of all its tasks
by one read that is believed for a minute.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.cases.house import House
from chalicelib.platform.errors import Texts, pick
from chalicelib.platform.unknownzone import UnknownZone

Place = Mapping[str, Texts]
NOWHERE: Place = {}


class Zones:
    def __init__(self, house: House) -> None:
        self._house = house
        entries = house.catalogue.entries()
        self._services = {one["service"]: one["zones"] for one in entries if "zones" in one}

    def of(self, service: str, node: str) -> Place:
        """Zone and window of a service at a node, or at what that has taken over."""
        places: Mapping[str, Place] = self._services.get(service, {})
        place = self._house.directory.node(node) if places else None
        names = (node, *(place.inboxes if place else ()))
        return next((places[name] for name in names if name in places), NOWHERE)

    def refuse_unknown(self, node: str, zone: str, language: str) -> None:
        """Raises UnknownZone where no service is dealt with there in a zone of this name, in
        whatever language; it names those that there are."""
        here = [told["zone"] for told in self._at(node) if "zone" in told]
        if not any(is_in(one, zone) for one in here):
            names = dict.fromkeys(pick(one, language) for one in here)
            listed = "、".join(names) or "—"
            raise UnknownZone({"zh-Hans": f"这里有：{listed}", "en": f"there are: {listed}"})

    def _at(self, node: str) -> list[Place]:
        return [self.of(service, node) for service in self._services]


def is_in(title: Texts, zone: str) -> bool:
    """Whether this is the title's zone, in one language or another."""
    return zone in title.values()


def shown(place: Place, language: str) -> dict[str, Any]:
    return {name: pick(texts, language) for name, texts in place.items()}
