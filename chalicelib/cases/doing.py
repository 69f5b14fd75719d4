"""An action as it is carried out."""

from dataclasses import dataclass

from chalicelib.cases.fact import Fact
from chalicelib.cases.house import House
from chalicelib.platform.ports import Row
from chalicelib.services.document import Data


@dataclass(frozen=True)
class Doing:
    house: House
    fact: Fact
    action: Data
    task: Row | None
    details: Data

    @property
    def own(self) -> Row:
        """The open stage's own task."""
        return self.fact.tasks[str(self.fact.case["visit"])]
