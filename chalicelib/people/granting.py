"""Roles that cases give and take back: each touches what the same service gave, and nothing else.

What an operator has granted is an operator's to end; so is what somebody holds under another name.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from chalicelib.people.seeding import people, put
from chalicelib.platform.errors import Finding
from chalicelib.platform.ports import Row, Store, Table


def grant(store: Store, data: Mapping[str, Any]) -> Finding | None:
    """Write a grant: {"service", "party", "name", "role", "node", "from", "to", "day"}.

    Both days are included; `day` is today. Somebody who is not in the directory yet comes to be by
    this name. A finding, and nothing written, for an id that is somebody else's, and for a role
    that is held there otherwise.
    """
    there = store.get(Table.DIRECTORY, (f"party#{data['party']}", "party"))
    if there is not None and there["data"]["name"] != data["name"]:
        return _finding("/party", "party", "此编号是另一人的", "this id is somebody else's")
    held = _held(store, data)
    if held is not None and not _given(held, data) and _lasts(held, data["day"]):
        zh, en = "此人已由其他途径担任该角色", "the role is held there already, not by this service"
        return _finding("/role", "grant", zh, en)
    parties = [] if there else [{"party": data["party"], "name": data["name"]}]
    names = ("party", "role", "node", "from", "to")
    given = {**{name: data[name] for name in names}, "given_by": data["service"]}
    put(store, list(people(parties, [given])))
    return None


def revoke(store: Store, data: Mapping[str, Any]) -> Finding | None:
    """End a grant the day before `day`: {"service", "party", "role", "node", "day"}.

    A finding, and nothing written, for a grant that is not there or that another has given.
    """
    held = _held(store, data)
    if held is None or not _given(held, data):
        zh, en = "没有由此事项授予的这一角色", "this service has not given such a role"
        return _finding("/role", "grant", zh, en)
    last = date.fromisoformat(data["day"]) - timedelta(days=1)
    put(store, list(people([], [{**held["data"], "to": last.isoformat()}])))
    return None


def _held(store: Store, data: Mapping[str, Any]) -> Row | None:
    key = (f"party#{data['party']}", f"grant#{data['role']}#{data['node']}")
    return store.get(Table.DIRECTORY, key)


def _given(row: Row, data: Mapping[str, Any]) -> bool:
    return bool(row["data"].get("given_by") == data["service"])


def _lasts(row: Row, day: str) -> bool:
    """Whether somebody else's grant is in force, or will be."""
    return bool((row["data"].get("to") or "9999-12-31") >= day)


def _finding(pointer: str, keyword: str, zh: str, en: str) -> Finding:
    return Finding(pointer, keyword, {"zh-Hans": zh, "en": en})
