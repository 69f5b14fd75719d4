"""Urging, supervising and criticising by people (催办, 督办, 通报): whoever is addressed answers.

The same rungs as those that clocks climb by themselves (`ladder`); a supervision order is a
numbered document, and a clock of the document runs until the written reply.
"""

from collections.abc import Mapping

from chalicelib.cases import holders
from chalicelib.cases.doing import Doing
from chalicelib.cases.file import CaseFile
from chalicelib.cases.house import House
from chalicelib.cases.ladder import TASKS
from chalicelib.platform.errors import Conflict, NotYet, Texts
from chalicelib.platform.ports import Row
from chalicelib.services.document import LADDER, Service


def unanswered(it: Doing) -> Conflict | None:
    """The former one of the kind waits for its reply."""
    kinds = {TASKS[name][0] for name in it.action["does"] if name in TASKS}
    waits = (row for row in it.fact.file.open_tasks() if row["task_kind"] in kinds)
    if not any("event" in row.get("about", {}) for row in waits):
        return None
    return NotYet({"zh-Hans": "上一次还没有回复", "en": "The former one is not answered yet"})


def open_rung(it: Doing, event: Row) -> None:
    """The task of whoever is addressed; which event asks them stands in `about`."""
    seq = int(event["seq"])
    for name in (one for one in it.action["does"] if one in TASKS):
        kind, action = TASKS[name]
        who, about = it.action["addressee"], {"event": seq}
        it.fact.open_task(f"{kind}-{seq}", kind, [action], who=who, about=about)


def addressee(house: House, file: CaseFile, service: Service, event: Row) -> Texts | None:
    """To whom an order by people or by a clock goes: post and names; None for other events."""
    who = _who(service, event)
    if who is None:
        return None
    node = holders.place_of(house, file, who)
    post, names = holders.at(who["role"], node), holders.names(house, who["role"], node)
    en = f"{post['en']} ({names['en']})" if names["en"] else post["en"]
    return {"zh-Hans": f"{post['zh-Hans']}{names['zh-Hans']}", "en": en}


def _who(service: Service, event: Row) -> Mapping[str, str] | None:
    type, action = event["type"], event["data"].get("action")
    for one in service.every_action():
        if (
            one.name == action
            and one.data["event"] == type
            and LADDER & set(one.data.get("does", ()))
        ):
            found: Mapping[str, str] = one.data["addressee"]
            return found
    steps = (one for _, _, one in service.milestones() if one["event"] == type)
    return next((one["who"] for one in steps if one["do"] in LADDER), None)
