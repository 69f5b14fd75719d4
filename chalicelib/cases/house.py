"""What every use case is given: the ports, the directory, the catalogue, the form validators."""

from datetime import date, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING
from weakref import proxy

from chalicelib.people.directory import Directory
from chalicelib.platform.lazy import lazy
from chalicelib.platform.ports import Ports
from chalicelib.services.catalogue import Catalogue

if TYPE_CHECKING:
    from chalicelib.clocks.calendar import Calendar
    from chalicelib.services.forms import answers
else:
    answers = lazy("chalicelib.services.forms.answers")


class House:
    def __init__(self, ports: Ports, public_url: str = "") -> None:
        """`public_url` is the root of the API as everybody reaches it, without a slash."""
        self.ports = ports
        self.public_url = public_url
        self.directory = Directory(ports.store, ports.now)
        self.catalogue = Catalogue(ports.store, ports.now)

    @cached_property
    def forms(self) -> "answers.Forms":
        # A compiled validator holds the formats where the collector does not look: with a method
        # of this house among them, neither would ever be given up.
        return answers.Forms(partial(House.today, proxy(self)))

    @property
    def calendar(self) -> "Calendar":
        return self.directory.calendar()

    def now(self) -> datetime:
        return self.ports.now()

    def today(self) -> date:
        """The date where the office is."""
        return self.directory.today()
