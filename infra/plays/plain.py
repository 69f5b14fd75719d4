"""A plain case of each service, from its submission to its end, as data: `plain.json`.

By service: the hour of a day and what happens then; the example that is submitted, by whom
(nobody: a resident on the web) and with what beside the answers; what is then done, as (who,
action, details); an officer who may read it all. A service that keeps records has no steps. A day
that must lie ahead is `{"in_days": n}`, counted from when the case was received.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from infra.bundle import ROOT
from infra.seed import example

APPLICANT = "applicant"
Step = tuple[str, str, dict[str, Any]]


@dataclass(frozen=True)
class Plan:
    service: str
    hour: str
    zh: str
    en: str
    example: str
    steps: tuple[Step, ...] = ()
    reader: str = ""
    party: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def submission(self) -> dict[str, Any]:
        """The body of the submission, with a reference for every paper that is needed."""
        known = example(
            ROOT / "forms" / self.service / "examples" / "pass" / f"{self.example}.json"
        )
        papers = [{"paper": one, "reference": f"窗口收件{one}"} for one in known["papers_needed"]]
        return {"answers": known["answers"], "papers": papers, **self.body}

    def acts(self, received: str) -> Iterator[Step]:
        """The steps in a case that was received then."""
        day = date.fromisoformat(received[:10])
        for party, action, details in self.steps:
            yield party, action, {name: _dated(value, day) for name, value in details.items()}


def _dated(value: Any, day: date) -> Any:
    if isinstance(value, dict) and value.keys() == {"in_days"}:
        return (day + timedelta(days=value["in_days"])).isoformat()
    return value


@cache
def plans() -> Mapping[str, Plan]:
    found = json.loads((ROOT / "infra" / "plays" / "plain.json").read_text("utf-8"))
    return {
        service: Plan(service, **{**one, "steps": tuple(map(tuple, one.get("steps", ())))})
        for service, one in found.items()
    }
