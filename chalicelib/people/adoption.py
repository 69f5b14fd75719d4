"""Who owns a service that is opened: the first tenure of one that nobody owns yet.

Passing it on to another unit is a transfer (`ownership`), never a consequence of publishing.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from chalicelib.people import seeding, tenure
from chalicelib.platform.errors import Finding, pick
from chalicelib.platform.ports import Row, Store, Table

# Units that a refusal lists.
MOST_NAMED = 12


def refused(store: Store, service: str, unit: str, day: date) -> Finding | None:
    """Why a service cannot be opened on a day: nobody owns it, and no unit that could is named.

    `unit` is who shall own it where nobody does; one other than the owner is refused, since that
    takes a transfer. The finding points at `/unit`.
    """
    owner = owner_of(store, service, day)
    if not owner and not unit:
        zh = f"没有单位主管事项{service}：发布时写明 unit"
        en = f"no unit owns {service}: name one with unit"
        return _finding("owner", zh, en, _named(store))
    if unit and owner not in ("", unit):
        zh = f"{service}已由{owner}主管，换单位须办理划转（transfer）"
        en = f"{service} is owned by {owner}: another unit takes it over by a transfer"
        return _finding("transfer", zh, en, {})
    if unit and store.get(Table.DIRECTORY, (f"unit#{unit}", "unit")) is None:
        return _finding("unit", f"没有单位{unit}", f"there is no unit {unit}", _named(store))
    return None


def adopted(store: Store, service: str, unit: str, day: date, because: str) -> list[Row]:
    """The rows by which a unit owns a service from a day on; none where somebody does already."""
    if not unit or owner_of(store, service, day):
        return []
    owner = {"service": service, "unit": unit, "from": day.isoformat(), "because": because}
    return list(seeding.owners([owner]))


def owner_of(store: Store, service: str, day: date) -> str:
    """The unit that owns the service on the day, else the next that will; empty for nobody.

    Where units own it in subtrees only, the first of them.
    """
    held = tenure.everywhere(store.partition(Table.DIRECTORY, f"owner#{service}"))
    lasting = (one for one in held if one.until is None or day <= one.until)
    return next((one.unit for one in lasting), "")


def units(store: Store, _: Mapping[str, Any]) -> Row:
    """Every unit of the directory: {"units": [{"unit", "node", "titles"}]}."""
    return {"units": [row["data"] for row in store.partition(Table.DIRECTORY, "units")]}


def _named(store: Store) -> Mapping[str, str]:
    """The first units that there are, in words by language; nothing where none is known."""
    everyone = units(store, {})["units"]
    there, more = everyone[:MOST_NAMED], len(everyone) - MOST_NAMED
    if not there:
        return {}
    zh = "、".join(f"{one['unit']} {pick(one['titles'], 'zh-Hans')}" for one in there)
    en = ", ".join(f"{one['unit']} {pick(one['titles'], 'en')}" for one in there)
    if more > 0:
        zh, en = f"{zh}，另有{more}个", f"{en}, and {more} more"
    return {"zh-Hans": f"；现有单位：{zh}", "en": f"; there are: {en}"}


def _finding(keyword: str, zh: str, en: str, more: Mapping[str, str]) -> Finding:
    texts = {"zh-Hans": zh + more.get("zh-Hans", ""), "en": en + more.get("en", "")}
    return Finding("/unit", keyword, texts)
