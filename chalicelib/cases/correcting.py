"""Answers filled in once more, for the form of a later version."""

from chalicelib.cases import leading, opening, rebase, ruling
from chalicelib.cases.doing import Doing
from chalicelib.platform.errors import Conflict, Refused
from chalicelib.platform.ports import Row
from chalicelib.services.document import Data, Service


def correct(it: Doing) -> Row:
    """Raises Refused for answers that the new form does not take, Conflict where the case cannot
    go on under it."""
    new, plan = _corrects_for(it)
    kept = _settled(it, new)
    schema, place = new.data["form"], "/details/answers"
    findings = it.house.forms.check(f"{new.content}/form", schema, kept, place)
    if findings:
        raise Refused(findings=findings)
    judged = rebase.judge(it.house, it.fact.file, it.fact.service, new, plan)
    if judged.fate not in (rebase.Fate.MOVED, rebase.Fate.CORRECTION):
        raise Conflict
    return {"to": new.version}


def go_on(it: Doing, __: Row) -> None:
    """Under the version whose form was filled in; the task goes with its own version."""
    new, plan = _corrects_for(it)
    rebase.become(it.fact, new, plan, _settled(it, new))


def _settled(it: Doing, new: Service) -> Data:
    """The corrected answers as a submission would keep them."""
    answers, _ = ruling.settled(new, opening.plain_phones(new, it.details["answers"]))
    kept, _ = leading.split(new, answers)
    return kept


def _corrects_for(it: Doing) -> tuple[Service, rebase.Plan]:
    """The version and the plan that the correction was asked for under."""
    asked = it.task["about"] if it.task else {}
    plan = rebase.Plan(
        asked["to"], asked["stages"], checked=asked["checked"], accepted=asked["accepted"]
    )
    return it.house.catalogue.version(it.fact.case["service"], plan.to), plan
