"""An officer's inbox: the open tasks of one role at one node, a page at a time.

The cursor is bound to its query by a keyed hash; an edited or foreign one is refused.
"""

import base64
import hmac
from typing import Any

from chalicelib.cases.house import House
from chalicelib.cases.story import task_view
from chalicelib.people.authority import Caller, holds
from chalicelib.platform.errors import InvalidCursor, NotFound, NotPermitted
from chalicelib.platform.json import compact, loads
from chalicelib.platform.ports import Table

PAGE = 50


def inbox(
    house: House, caller: Caller, role: str, node: str, cursor: str | None, language: str
) -> dict[str, Any]:
    """Tasks in the order they were opened. Raises NotPermitted, NotFound, InvalidCursor."""
    place = house.directory.node(node)
    if not any(grant.role == role for grant in caller.grants):
        raise NotPermitted
    if place is None or not holds(caller.grants, role, place.path, house.today()):
        raise NotFound
    scope = f"{caller.id}|{role}@{node}"
    start = _open(house, scope, cursor) if cursor else None
    page = house.ports.store.find(Table.CASES, "inbox", f"{role}@{node}", limit=PAGE, cursor=start)
    rows = house.ports.store.get_many(Table.CASES, page.keys)
    return {
        "tasks": [
            task_view(row, house.catalogue.live(row["service"]), language)
            for row in rows
            if row["state"] == "open"
        ],
        "cursor": _seal(house, scope, page.cursor) if page.cursor else None,
    }


def _seal(house: House, scope: str, cursor: Any) -> str:
    text = compact(cursor)
    tag = _tag(house, scope, text)
    return base64.urlsafe_b64encode(f"{tag}.{text}".encode()).decode()


def _open(house: House, scope: str, cursor: str) -> Any:
    try:
        tag, text = base64.urlsafe_b64decode(cursor.encode()).decode().split(".", 1)
    except (ValueError, UnicodeError) as error:
        raise InvalidCursor from error
    if not hmac.compare_digest(tag.encode(), _tag(house, scope, text).encode()):
        raise InvalidCursor
    return loads(text)


def _tag(house: House, scope: str, text: str) -> str:
    return house.ports.keys.secret(f"cursor|{scope}|{text}")
