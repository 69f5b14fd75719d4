"""Who issues a service on a day: its unit, and the seal that the unit uses."""

from datetime import date
from typing import Any, NamedTuple

from chalicelib.people import tenure
from chalicelib.people.directory import Directory, Unit
from chalicelib.people.tenure import Seal
from chalicelib.platform.errors import pick


class Authority(NamedTuple):
    """The unit that issues a service on a day, since when (always, for None), under which seal."""

    unit: Unit
    seal: Seal | None
    since: date | None

    def said(self, language: str) -> dict[str, Any]:
        """As the public guide names it."""
        said: dict[str, Any] = {"unit": self.unit.id, "title": self.unit.text("titles", language)}
        if self.since:
            said["since"] = self.since.isoformat()
        return said | ({"seal": pick(self.seal.titles, language)} if self.seal else {})


def authority_of(directory: Directory, service: str, day: date) -> Authority | None:
    """Who issues the service on this day: three cached reads. None when nobody owns it."""
    held = tenure.on(day, directory.tenures(service))
    unit = directory.unit(held.unit) if held else None
    if held is None or unit is None:
        return None
    active = (seal for seal in directory.seals(unit.id) if seal.active_on(day))
    return Authority(unit, next(active, None), held.since)
