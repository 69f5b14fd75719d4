"""For whom a case waits, in sentences: who can act, on what, since when; who waits for a slot."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from chalicelib.cases import holders, joins, pool, skills, tasks
from chalicelib.cases.actions import stands
from chalicelib.cases.file import CaseFile
from chalicelib.cases.house import House
from chalicelib.platform import times
from chalicelib.platform.errors import Texts, pick
from chalicelib.platform.ports import Row
from chalicelib.services.document import Service

# Of the items of a fanout over data no more are named.
MOST_ITEMS = 5


class Telling(NamedTuple):
    """What is told about which case, in which language."""

    house: House
    file: CaseFile
    service: Service
    language: str

    @property
    def zh(self) -> bool:
        return self.language.startswith("zh")

    def say(self, zh: str, en: str) -> str:
        return zh if self.zh else en

    def pick(self, texts: Texts) -> str:
        return pick(texts, self.language)

    def listed(self, names: Iterable[str]) -> str:
        return self.say("、", ", ").join(names)

    def moment(self, text: str) -> str:
        local = self.house.calendar.local(times.moment(text))
        return self.say(
            f"{local.month}月{local.day}日{local:%H:%M}", f"{local.day} {local:%b} {local:%H:%M}"
        )

    def person(self, party: str) -> str:
        found = self.house.directory.party(party)
        return found.name if found else party


def sentences(it: Telling) -> Iterator[str]:
    """One for each open task, one for other cases that are waited for, one for the waiting list."""
    others = _undecided(it)
    if others:
        numbers = it.listed(others)
        yield it.say(f"等关联办件的结果：{numbers}。", f"Waiting for the results of {numbers}.")
    yield from _items(it)
    for row in it.file.open_tasks():
        if "item" in row:
            continue
        yield _waits(it, row)
        yield from _others(it, row)
    listed = [row for row in it.file.tasks if row["state"] == "waiting"]
    listed.sort(key=lambda row: int(row["event"]))
    if listed:
        names = it.listed(it.person(row["party"]) for row in listed)
        count = len(listed)
        yield it.say(f"候补{count}人：{names}。", f"On the waiting list ({count}): {names}.")


def _items(it: Telling) -> Iterator[str]:
    """How many items of a fanout over data are still out, and some of those who have them."""
    case = it.file.case
    if not case["open"] or "items" not in case:
        return
    mine = [row for row in it.file.tasks if "item" in row and row["visit"] == case["visit"]]
    rows = [row for row in mine if row["state"] == "open"]
    rows.sort(key=lambda row: int(row["item"]["n"]))
    late = sum(bool(row.get("late")) for row in rows)
    total, names = int(case["items"]), it.listed(_who(it, row) for row in rows[:MOST_ITEMS])
    yield it.say(
        f"共分派{total}项，未办结{total - len(mine) + len(rows)}项，其中逾期{late}项：{names}。",
        f"Of {total} items {total - len(mine) + len(rows)} are open, {late} of them late: {names}.",
    )


def _undecided(it: Telling) -> list[str]:
    """The cases whose results the open stage waits for."""
    case = it.file.case
    stage = it.service.stages[case["stage"]] if case["open"] else {}
    if stage.get("for") != "case":
        return []
    ended = {row["data"].get("case") for row in it.file.events if row["type"] == stage["of"]}
    opened = [row["data"] for row in it.file.events if row["data"].get("hears") == stage["of"]]
    return [one["case"] for one in opened if "case" in one and one["case"] not in ended]


def _waits(it: Telling, row: Row) -> str:
    title = tasks.title(row, it.service, it.language)
    actions = it.listed(_titles(it, row, tasks.waited_for(row, it.service)))
    since = it.moment(row["opened_at"])
    who = _who(it, row)
    due = f"，{it.moment(row['due'])}前" if row.get("due") else ""
    by = f", by {it.moment(row['due'])}" if row.get("due") else ""
    return it.say(
        f"等{who}办理“{title}”：{actions}（自{since}起{due}）。{_slots(it, row)}{_skill(it, row)}",
        f"Waiting for {who}, “{title}”: {actions} (since {since}{by})."
        f"{_slots(it, row)}{_skill(it, row)}",
    )


def _who(it: Telling, row: Row) -> str:
    if row.get("party"):
        return it.person(row["party"])
    if not row.get("role"):
        return it.say("申请人", "the applicant")
    node = it.house.directory.node(row["node"])
    post = it.pick(holders.at(row["role"], node))
    # Whoever holds the role may take a slot: that is no list of names.
    names = (
        ""
        if "slots" in row
        else it.pick(holders.names(it.house, row["role"], node, skills.of(row)))
    )
    return it.say(f"{post}{names}", f"{post} ({names})" if names else post)


def _slots(it: Telling, row: Row) -> str:
    if "slots" not in row:
        return ""
    claims = [one for one in it.file.tasks if one.get("part") == pool.PART]
    taken = sum(joins.takes_a_slot(one) for one in claims if one["visit"] == row["visit"])
    slots = int(row["slots"])
    return it.say(f"名额{slots}个，已认领{taken}个。", f" {taken} of {slots} slots are taken.")


def _skill(it: Telling, row: Row) -> str:
    if not skills.of(row):
        return ""
    name = it.pick(skills.named(it.service, row))
    return it.say(f"须有专长：{name}。", f" It asks for a skill: {name}.")


def _others(it: Telling, row: Row) -> Iterator[str]:
    """Who else may act on the task: each role with what it may do."""
    theirs = set(tasks.waited_for(row, it.service))
    by_role: dict[tuple[str, str], list[str]] = {}
    for name in row["actions"]:
        found = stands(it.service, row, name)
        if found is not None and name not in theirs and found.who is not None:
            by_role.setdefault((found.who["role"], found.who["at"]), []).append(name)
    for (role, place), names in by_role.items():
        who: dict[str, Any] = {"role": role, "at": place}
        post = it.pick(holders.at(role, holders.place_of(it.house, it.file, who, row)))
        actions = it.listed(_titles(it, row, names))
        yield it.say(f"{post}也可以办理：{actions}。", f"Open to {post} as well: {actions}.")


def _titles(it: Telling, row: Row, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        found = stands(it.service, row, name)
        if found is not None:
            yield it.pick(found.action["titles"])
