"""What the logic of a service makes of answers and of a case; a service without any loads none.

Every way in settles answers here before they are checked and stored: a submission on any channel,
a case that another one opens, a correction.
"""

from typing import TYPE_CHECKING, Any

from chalicelib.platform.errors import pick
from chalicelib.platform.lazy import lazy
from chalicelib.platform.ports import Row
from chalicelib.services.document import Data, Service

if TYPE_CHECKING:
    from chalicelib.services.rules import logic, tables
else:
    logic = lazy("chalicelib.services.rules.logic")
    tables = lazy("chalicelib.services.rules.tables")

# Places of dropped answers that a receipt lists.
MOST_DROPPED = 100


def settled(service: Service, answers: Data) -> tuple[Data, tuple[str, ...]]:
    """The answers to check and to store, and JSON Pointers of what was sent and is not among
    them. Raises Refused where the rules cannot be carried out."""
    if "logic" not in service.data:
        return answers, ()
    found = logic.settle(service, answers)
    return found.answers, found.dropped


def decided(service: Service, answers: Data) -> "tables.Decided | None":
    """What the decision tables say of settled answers; None where there are none."""
    if "tables" not in service.data.get("logic", {}):
        return None
    return tables.decide(service, answers)


def recorded(service: Service, answers: Data, dropped: tuple[str, ...]) -> Row:
    """What the first event keeps of it for the receipt: no answers, and no texts, which the
    version has."""
    found = decided(service, answers)
    fee = found and found.fee
    return {
        **({"dropped": list(dropped[:MOST_DROPPED])} if dropped else {}),
        **({"fee": {"fen": fee.fen, "by": list(fee.by)}} if fee else {}),
    }


def told(service: Service, data: Data, language: str) -> dict[str, Any]:
    """What the receipt says of it, from the first event's data."""
    said: dict[str, Any] = {}
    if "fee" in data:
        fee = tables.Fee(int(data["fee"]["fen"]), tuple(data["fee"]["by"]))
        reasons = [pick(one, language) for one in fee.reasons(service)]
        said["fee"] = {"fen": fee.fen, "reasons": reasons}
    if "dropped" in data:
        said["dropped"] = [f"/answers{one}" for one in data["dropped"]]
    return said
