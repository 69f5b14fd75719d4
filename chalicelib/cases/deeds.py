"""What carrying out an action does besides recording it, by the names documents use in `does`.

HINDERS says why it cannot be done at all now; BEFORE runs first and gives the event's data; AFTER
knows the event; CHOICES lists what a member of the details may be. Register, do not branch.
"""

from collections.abc import Callable, Mapping

from chalicelib.cases import (
    arbitration,
    bonds,
    convening,
    correcting,
    leading,
    lifecycle,
    membership,
    merging,
    passing,
    pool,
    promises,
    reworking,
    supervising,
    waiving,
)
from chalicelib.cases.clockwork import running
from chalicelib.cases.doing import Doing
from chalicelib.cases.file import pack
from chalicelib.cases.permission import case_about
from chalicelib.cases.refusals import lacking_papers
from chalicelib.platform.errors import (
    Conflict,
    NoMoreTime,
    Texts,
)
from chalicelib.platform.ports import Row
from chalicelib.services.document import LADDER


def unhindered(_: Doing) -> Conflict | None:
    return None


def nothing(_: Doing) -> Row:
    return {}


def nothing_after(_: Doing, __: Row) -> None:
    return


def _promise_papers(it: Doing) -> Row:
    """The papers that are missing become debts."""
    lacking = lacking_papers(it.house, it.fact.service, it.fact.file)
    lifecycle.promise_papers(it.fact, lacking, it.house.calendar)
    return {"papers": lacking}


def _name_missing(it: Doing) -> Row:
    """The papers, and of each what is wrong with it where the document lets that be chosen."""
    missing = it.details["missing"]
    kinds = {item["paper"]: item["kind"] for item in missing if "kind" in item}
    return {"papers": [item["paper"] for item in missing], **({"kinds": kinds} if kinds else {})}


def _record_papers(it: Doing) -> Row:
    return {
        "papers": [item["paper"] for item in it.details["papers"]],
        **promises.in_time(it.fact, it.details["papers"], it.house.calendar),
    }


def _keep_papers(it: Doing, event: Row) -> None:
    seq = int(event["seq"])
    given = it.details["papers"]
    sealed = pack(it.house.ports.keys, it.fact.number, f"papers#{seq:05d}", given)
    lifecycle.record_papers(it.fact, given, sealed, seq)
    promises.redeem(it.fact, event["data"].get(promises.IN_TIME, ()))


def _no_extension(it: Doing) -> Conflict | None:
    """The clock does not run, or was extended before."""
    extensible = any(
        one.name == it.action["clock"] and not one.reading.extended
        for one in running(it.fact.service, it.fact.all_events, it.house.calendar)
    )
    if extensible:
        return None
    zh, en = "该时限没有在走，或者已经延过", "The clock is not running, or was extended before"
    return NoMoreTime({"zh-Hans": zh, "en": en})


def _extend(it: Doing) -> Row:
    return {"clock": it.action["clock"]}


def _no_claim(it: Doing) -> Conflict | None:
    return pool.no_claim(it.fact, it.own, it.fact.actor.party)


def _claim(it: Doing) -> Row:
    return pool.claim(it.fact, it.own, it.fact.actor.party, it.house.calendar)


def _release(it: Doing) -> Row:
    task = _claimed(it)
    waited = task["state"] == "waiting"
    pool.release(it.fact, task, "released")
    return {"claim": task["task"], **({"left_list": True} if waited else {})}


def _promote(it: Doing, _: Row) -> None:
    pool.promote(it.fact, it.house.calendar)


def _no_more_time(it: Doing) -> Conflict | None:
    return pool.no_more_time(it.fact, _claimed(it))


def _more_time(it: Doing) -> Row:
    return pool.more_time(it.fact, _claimed(it), it.house.calendar)


def _close(it: Doing) -> Row:
    """No more claims are taken; those who wait may still get a slot that is given back."""
    it.fact.settle_task(it.own["task"], "closed")
    return {}


def _open_case(it: Doing) -> Row:
    """Owed to the worker; its number is known already. Raises Refused where its form says no."""
    listed = it.fact.service.every_action()
    at = next(one.at for one in listed if one.data is it.action)
    owed = {"event": it.fact.next_seq, "at": at, "version": it.fact.service.version}
    leading.refuse_opening(it.house, it.fact, it.action, it.details)
    it.fact.owe("open_case", **owed)
    return {"opened": leading.opened_number(it.house, it.fact.number, owed)}


def _open_bond(it: Doing) -> Row:
    return {"bond": bonds.open_bond(it.house, it.fact, it.details)}


def _end_bond(it: Doing) -> Row:
    """Owed to the worker: the bonds of this case end."""
    it.fact.owe("end_bonds")
    return {}


def _link(it: Doing) -> Row:
    """Owed to the case this one is about, where there is one: it records that this one exists."""
    about = case_about(it.house, it.fact.file)
    if about is not None:
        it.fact.owe("link", case=about.number, event=it.fact.next_seq)
    return {}


def _claimed(it: Doing) -> Row:
    if it.task is None or it.task.get("part") != pool.PART:
        raise Conflict
    return it.fact.tasks[it.task["task"]]


def _barred(it: Doing) -> Conflict | None:
    return promises.barred(it.house, it.fact.file, it.fact.service)


HINDERS: Mapping[str, Callable[[Doing], Conflict | None]] = {
    "promise_papers": _barred,
    "extend": _no_extension,
    "claim": _no_claim,
    "more_time": _no_more_time,
    "waive_paper": waiving.nothing_to_waive,
    "transfer": passing.nowhere,
    "take_over": passing.not_sent,
    "return": passing.not_sent,
    **dict.fromkeys(LADDER, supervising.unanswered),
    "conclude": membership.unfinished,
}
BEFORE: Mapping[str, Callable[[Doing], Row]] = {
    "promise_papers": _promise_papers,
    "name_missing": _name_missing,
    "record_papers": _record_papers,
    "extend": _extend,
    "claim": _claim,
    "release": _release,
    "more_time": _more_time,
    "close": _close,
    "ask": convening.ask,
    "open_case": _open_case,
    "open_bond": _open_bond,
    "end_bond": _end_bond,
    "waive_paper": waiving.waive_paper,
    "link": _link,
    "correct": correcting.correct,
    "transfer": passing.transfer,
    "take_over": passing.take_over,
    "return": passing.send_back,
    "rule": arbitration.rule,
    "reopen": reworking.reopen,
    "merge": merging.merge,
    "conclude": membership.conclude,
    "join_container": membership.join,
    **dict.fromkeys(LADDER, supervising.address),
}
AFTER: Mapping[str, Callable[[Doing, Row], None]] = {
    "claim": lambda it, _: pool.show_status(it.fact),
    "record_papers": _keep_papers,
    "release": _promote,
    "ask": convening.open_parts,
    "correct": correcting.go_on,
    **dict.fromkeys(LADDER, supervising.open_rung),
}
# Where the member stands in the schema of the details, and what it may be now, by title.
CHOICES: Mapping[str, tuple[tuple[str, ...], Callable[[Doing], dict[str, Texts]]]] = {
    "waive_paper": (("properties", "paper"), waiving.to_waive),
    "transfer": (("properties", "node"), passing.choices),
    "rule": (("properties", "unit"), arbitration.among),
    "ask": (("properties", "participants", "items", "properties", "party"), convening.askable),
    **dict.fromkeys(LADDER, (("properties", supervising.WHOM), supervising.choices)),
}
