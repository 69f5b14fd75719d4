"""Urging, supervising and criticising by people (催办, 督办, 通报): whoever is addressed answers.

The same rungs as those that clocks climb by themselves (`ladder`); a supervision order is a
numbered document, and a clock of the document runs until the written reply. Whom the document does
not name is whoever has the open stage in hand, one of them where several have. The stage stays as
it is.
"""

from collections.abc import Iterable, Mapping

from chalicelib.cases import holders, joins
from chalicelib.cases.actions import RUNGS
from chalicelib.cases.doing import Doing
from chalicelib.cases.file import CaseFile
from chalicelib.cases.house import House
from chalicelib.cases.ladder import TASKS
from chalicelib.cases.places import node_of
from chalicelib.cases.pool import PART
from chalicelib.people.authority import is_outside
from chalicelib.platform import times
from chalicelib.platform.errors import Conflict, Finding, NotYet, Refused, Texts
from chalicelib.platform.ports import Row
from chalicelib.services.document import WAITED_FOR

# Tasks by which somebody has a stage in hand: not those that wait for whoever comes.
IN_HAND = frozenset({"desk", "review", "part"})
# The member of the details that names one of several.
WHOM = "whom"
# What the task of a rung takes over from the task of whoever is asked, besides the person.
SAME = ("role", "node", "inbox", "bars")


def unanswered(it: Doing) -> Conflict | None:
    """Nobody has it in hand; or whoever might be asked was asked, and the reply is awaited."""
    former = _former(it)
    if it.action["addressee"] != WAITED_FOR:
        return _awaited(it, former) if former else None
    if not _in_hand(it):
        zh, en = "现在没有工作人员在办，没有可以督促的人", "Nobody of the office has it in hand now"
        return NotYet({"zh-Hans": zh, "en": en})
    return None if _among(it) else _awaited(it, former)


def choices(it: Doing) -> dict[str, Texts]:
    """Whom one may ask, by their tasks; none where there is nothing to choose."""
    if it.action["addressee"] != WAITED_FOR:
        return {}
    may = _among(it).items() if len(_in_hand(it)) > 1 else ()
    return {name: _called(it.house, {**row, **_post(it, row)}) for name, row in may}


def address(it: Doing) -> Row:
    """Whom the event says that it asks. Raises Refused where several have it in hand and none is
    named, or somebody who has not; NotYet for one whose reply is awaited."""
    if it.action["addressee"] == WAITED_FOR:
        row = _asked(it)
        post = {name: one for name, one in _post(it, row).items() if name in ("role", "node")}
        return {"addressed": {"task": row["task"], **post}}
    return {}


def open_rung(it: Doing, event: Row) -> None:
    """The task of whoever is addressed; which event asks them stands in `about`."""
    seq, to = int(event["seq"]), it.action["addressee"]
    for name in (one for one in it.action["does"] if one in TASKS):
        kind, action = TASKS[name]
        task, about = f"{kind}-{seq}", {"event": seq}
        if to != WAITED_FOR:
            of = it.task if it.task and "item" in it.task else None
            it.fact.open_task(task, kind, [action], who=to, about=about, of=of)
            continue
        row = _asked(it)
        about |= {"task": row["task"]}
        party, post = row.get("party"), _post(it, row)
        it.fact.open_task(task, kind, [action], party=party, about=about, **post)


def addressee(house: House, file: CaseFile, event: Row) -> Texts | None:
    """To whom an order by people or by a clock goes: post and names; None for other events."""
    tasks = {f"{kind}-{int(event['seq'])}" for kind in RUNGS}
    row = next((one for one in file.tasks if one["task"] in tasks), None)
    return None if row is None else _called(house, row)


def _post(it: Doing, row: Row) -> Row:
    """The post of whoever has a task: who was asked by name has it as the document says."""
    if "role" in row:
        return {name: row[name] for name in SAME if name in row}
    who = it.fact.service.place(row)["who"]
    return {"role": who["role"], "node": node_of(it.fact.case, who)}


def _called(house: House, row: Row) -> Texts:
    """Whoever a task waits for: the post, and the person or those who hold it."""
    node = house.directory.node(str(row["node"]))
    post, names = holders.at(row["role"], node), holders.names(house, row["role"], node)
    person = house.directory.party(str(row.get("party", "")))
    if person is not None:
        names = {"zh-Hans": person.name, "en": person.name}
    en = f"{post['en']} ({names['en']})" if names["en"] else post["en"]
    return {"zh-Hans": f"{post['zh-Hans']}{names['zh-Hans']}", "en": en}


def _former(it: Doing) -> list[Row]:
    """What people have asked for in the same way and nobody has answered."""
    kinds = {TASKS[name][0] for name in it.action["does"] if name in TASKS}
    rows = (row for row in it.fact.file.open_tasks() if row["task_kind"] in kinds)
    return [row for row in rows if "event" in row.get("about", {})]


def _awaited(it: Doing, former: Iterable[Row]) -> NotYet:
    """Whose reply is awaited, and since when."""
    row = max(former, key=lambda one: str(one["opened_at"]))
    who, day = _called(it.house, row), it.house.calendar.local_date(times.moment(row["opened_at"]))
    zh = f"{day.month}月{day.day}日已发给{who['zh-Hans']}，还没有回复；收到回复后才能再发"
    en = f"{who['en']} was asked on {day} and has not answered yet; once it is answered, ask again"
    return NotYet({"zh-Hans": zh, "en": en})


def _in_hand(it: Doing) -> Mapping[str, Row]:
    """The tasks by which the office has the open stage in hand; the one acted on, if any."""
    rows = it.fact.file.tasks if it.task is None else (it.task,)
    case = it.fact.file.case
    return {
        str(row["task"]): row
        for row in rows
        if row["task_kind"] in IN_HAND and _of_office(row) and joins.waits(case, row)
    }


def _of_office(row: Row) -> bool:
    """Whether an officer has the task: not a claim, nor anybody outside."""
    party = str(row.get("party", ""))
    return "role" in row or (bool(party) and row.get("part") != PART and not is_outside(party))


def _among(it: Doing) -> dict[str, Row]:
    """Those of them who do not owe a reply."""
    owing = {row["inbox"] for row in _former(it)}
    return {name: row for name, row in _in_hand(it).items() if row["inbox"] not in owing}


def _asked(it: Doing) -> Row:
    having, may, named = _in_hand(it), _among(it), it.details.get(WHOM)
    if named is None and len(having) == 1:
        return next(iter(may.values()))
    if named in may:
        return may[str(named)]
    if named in having:
        inbox = having[str(named)]["inbox"]
        raise _awaited(it, [row for row in _former(it) if row["inbox"] == inbox])
    texts = {
        "zh-Hans": "有几家在办，请选定一家" if named is None else "这一家没有在办",
        "en": "Several have it in hand: name one" if named is None else "They have not got it",
    }
    keyword = "required" if named is None else "enum"
    raise Refused(findings=[Finding(f"/details/{WHOM}", keyword, texts, {"allowedValues": [*may]})])
