"""Opaque page cursors, bound to their query by a keyed hash: an edited one is refused."""

import base64
import hmac
from typing import Any

from chalicelib.cases.house import House
from chalicelib.platform.errors import InvalidCursor
from chalicelib.platform.json import compact, loads
from chalicelib.platform.ports import Row, Table


def page(
    house: House, scope: str, listed: str, limit: int, cursor: str | None
) -> tuple[list[Row], str | None]:
    """The rows of one page of a list in the inbox index, and the cursor of the next page.

    Raises InvalidCursor for one that was made for another scope.
    """
    start = unseal(house, scope, cursor) if cursor else None
    found = house.ports.store.find(Table.CASES, "inbox", listed, limit=limit, cursor=start)
    rows = house.ports.store.get_many(Table.CASES, found.keys)
    return rows, seal(house, scope, found.cursor) if found.cursor else None


def seal(house: House, scope: str, cursor: Any) -> str:
    text = compact(cursor)
    return base64.urlsafe_b64encode(f"{_tag(house, scope, text)}.{text}".encode()).decode()


def unseal(house: House, scope: str, cursor: str) -> Any:
    """Raises InvalidCursor."""
    try:
        tag, text = base64.urlsafe_b64decode(cursor.encode()).decode().split(".", 1)
    except (ValueError, UnicodeError) as error:
        raise InvalidCursor from error
    if not hmac.compare_digest(tag.encode(), _tag(house, scope, text).encode()):
        raise InvalidCursor
    return loads(text)


def _tag(house: House, scope: str, text: str) -> str:
    return house.ports.keys.secret(f"cursor|{scope}|{text}")
