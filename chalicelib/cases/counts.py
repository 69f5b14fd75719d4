"""What statistics may read: kept unsealed in an event, there when all else is erased."""

from collections.abc import Mapping
from typing import Any

from chalicelib.platform.json import resolve
from chalicelib.platform.ports import Row


def counted(definition: Mapping[str, Any], given: Mapping[str, Any]) -> Row:
    """The `counts` that an action, or a service, has recorded of its details or answers."""
    counts = definition.get("counts", {})
    found = {name: resolve(given, one["from"]) for name, one in counts.items()}
    values = {name: value for name, value in found.items() if value is not None}
    return {"counts": values} if values else {}
