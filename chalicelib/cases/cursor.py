"""Opaque page cursors, bound to their query by a keyed hash: an edited one is refused."""

import base64
import hmac
from collections.abc import Sequence
from functools import partial
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


def merged(
    house: House, scope: str, lists: Sequence[str], limit: int, cursor: str | None
) -> tuple[list[Row], str | None]:
    """One page of several lists as if they were one, in the order of their entries; a query each.

    Raises InvalidCursor for one that was made for another scope.
    """
    if len(lists) == 1:
        return page(house, scope, lists[0], limit, cursor)
    starts = unseal(house, scope, cursor) if cursor else dict.fromkeys(lists)
    find = partial(house.ports.store.find, Table.CASES, "inbox", limit=limit)
    pages = {one: find(one, cursor=start) for one, start in starts.items()}
    keys = [key for found in pages.values() for key in found.keys]
    there = {(row["pk"], row["sk"]): row for row in house.ports.store.get_many(Table.CASES, keys)}
    # What left its list since the query says nothing of its place: it is passed over.
    rows = (row for row in there.values() if row.get("inbox") in pages)
    taken = sorted(rows, key=lambda row: (row["inbox_at"], row["pk"], row["sk"]))[:limit]
    further = {}
    for one, found in pages.items():
        mine = [row for row in taken if row["inbox"] == one]
        left = {key for key in found.keys if key in there} - {(r["pk"], r["sk"]) for r in mine}
        if found.cursor or any(there[key].get("inbox") == one for key in left):
            further[one] = _after(mine[-1]) if mine else starts[one]
    return taken, seal(house, scope, further) if further else None


def _after(row: Row) -> Row:
    return {name: row[name] for name in ("pk", "sk", "inbox", "inbox_at")}


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
