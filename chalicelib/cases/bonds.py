"""Bonds (结对): long-lived relations that a case has led to. Rows of their own, read by helper.

The pledge is sealed under the case's subject, so that erasing the person erases it too.
"""

from collections.abc import Iterator
from typing import Any

from chalicelib.cases.fact import PERSONAL, Fact, listed
from chalicelib.cases.file import CaseFile, pack, unpack
from chalicelib.cases.house import House
from chalicelib.people.authority import Caller
from chalicelib.platform.errors import Finding, Refused
from chalicelib.platform.ports import Change, Equals, Put, Row, Table
from chalicelib.services.document import Data

PAGE = 50
SUFFIX = "bonds"
OPEN, ENDED = "open", "ended"


def open_bond(house: House, fact: Fact, details: Data) -> str:
    """Its id. Raises Refused for a helper whom the directory does not know."""
    helper = details["helper"]
    if house.directory.party(helper) is None:
        texts = {"zh-Hans": "没有这个人", "en": "There is no such person"}
        raise Refused(findings=[Finding("/details/helper", "party", texts)])
    bond = f"{fact.number}-{fact.next_seq}"
    row: Row = {
        "pk": f"bond#{bond}",
        "sk": "bond",
        "kind": "bond",
        "bond": bond,
        "case": fact.number,
        "helper": helper,
        "node": fact.case["site"],
        "since": fact.at,
        "state": OPEN,
        "sealed": pack(house.ports.keys, fact.number, "bond", {"pledge": details.get("pledge")}),
        "inbox": listed(f"{PERSONAL}@{helper}#{SUFFIX}", bool(fact.case.get("test"))),
        "inbox_at": f"{fact.at}#{bond}",
    }
    fact.operations.append(Put(Table.CASES, row))
    return bond


def end_bonds(house: House, file: CaseFile) -> None:
    """The bonds that this case has led to are at an end. Repeatable."""
    for event in file.events:
        name = event["data"].get("bond")
        row = house.ports.store.get(Table.CASES, (f"bond#{name}", "bond")) if name else None
        if row is not None and row["state"] == OPEN:
            ended = Change(
                Table.CASES, "bond", (row["pk"], "bond"), {"state": ENDED}, Equals("state", OPEN)
            )
            house.ports.store.transact([ended])


def bonds_of(house: House, caller: Caller) -> Iterator[dict[str, Any]]:
    """The caller's own bonds, oldest first."""
    page = house.ports.store.find(
        Table.CASES, "inbox", f"{PERSONAL}@{caller.id}#{SUFFIX}", limit=PAGE
    )
    for row in house.ports.store.get_many(Table.CASES, page.keys):
        yield {
            "bond": row["bond"],
            "case": row["case"],
            "node": row["node"],
            "since": row["since"],
            "state": row["state"],
            "pledge": unpack(house.ports.keys, row["case"], row)["pledge"],
        }
