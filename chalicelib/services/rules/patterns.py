"""Which patterns of a document the facts of a case meet; a pattern is a condition in JSON Logic."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from chalicelib.platform.lazy import lazy
from chalicelib.services.document import Service

if TYPE_CHECKING:
    from chalicelib.services.rules import evaluation
else:
    evaluation = lazy("chalicelib.services.rules.evaluation")

# What the events of a case show: how often, or whether at all.
COUNTS = ("passed_on_last_day", "overdue", "extended", "asked_again", "reopened")
TRUTHS = ("withdrawn_by_office", "closed_as_explained")
FACTS = frozenset({*COUNTS, *TRUTHS})


def met(service: Service, facts: Mapping[str, int | bool]) -> list[str]:
    """Names of the patterns that certainly hold, in the document's order."""
    fuel, found = evaluation.Fuel(facts), []
    for name, one in service.data.get("patterns", {}).items():
        try:
            if evaluation.Condition(one["if"]).holds(facts, fuel):
                found.append(name)
        except evaluation.Spent:
            break
    return found
