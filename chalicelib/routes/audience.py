"""Services for the offices themselves: who holds no role finds neither list entry nor guide.

Their numbered versions stay readable, for ever the same: a form is drawn without a token, and
nothing in a document is secret.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from chalicelib.platform.errors import NotFound
from chalicelib.routes.door import Door

if TYPE_CHECKING:
    from chalicelib.services.document import Service


def officer(door: Door) -> bool:
    """Whether the caller holds any role. Raises NotIdentified for a token that is not valid."""
    return bool(door.caller(needed=False).grants)


def shown(door: Door, service: "Service") -> "Service":
    """The service. Raises NotFound for whom it is not offered to."""
    if service.office and not officer(door):
        raise NotFound
    return service


def private(cache: Mapping[str, str]) -> Mapping[str, str]:
    """To be kept by the reader alone (RFC 9111 §5.2.2.7)."""
    return {name: value.replace("public", "private") for name, value in cache.items()}
