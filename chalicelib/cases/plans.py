"""A plan's names, looked up before the job is kept: a misspelt one would move nothing, or lose an
answer."""

from collections.abc import Collection, Iterator

from chalicelib.cases.house import House
from chalicelib.cases.rebase import Plan
from chalicelib.platform.errors import Finding, NotFound, Refused
from chalicelib.platform.json import escape
from chalicelib.services.document import Service
from chalicelib.services.forms.fields import has_field

NO_OLD_STAGE = ("没有哪个版本有这个环节", "no version has a stage of this name")
NO_STAGE = ("新版没有这个环节", "the new version has no such stage")
TELLS = (
    "有了结果才能进入告知环节",
    "the stage that tells the result is entered with a result only",
)
NO_OLD_FIELD = ("没有哪个版本的表单有这一项", "the form of no version has this answer")
NO_FIELD = ("新版表单没有所填的位置", "the form of the new version has no such place")


def refuse_unknown(house: House, service: str, plan: Plan) -> None:
    """Raises Refused for stages and answers that no version up to the new one has, and for places
    that the new one has not."""
    new = house.catalogue.version(service, plan.to)
    findings = [*_lost(house, new, plan), *_nowhere(new, plan)]
    if findings:
        raise Refused(findings=findings)


def _lost(house: House, new: Service, plan: Plan) -> Iterator[Finding]:
    stages, fields = set(plan.stages), set(plan.fields)
    for version in _versions(house, new):
        stages -= version.stages.keys()
        fields -= {one for one in fields if has_field(version.data["form"], one)}
        if not stages and not fields:
            return
    yield from _each("stages", "stage", [one for one in plan.stages if one in stages], NO_OLD_STAGE)
    yield from _each("fields", "field", [one for one in plan.fields if one in fields], NO_OLD_FIELD)


def _versions(house: House, new: Service) -> Iterator[Service]:
    """The newest first: most cases stand under the last one or two."""
    yield new
    for number in range(new.version - 1, 0, -1):
        try:
            yield house.catalogue.version(new.id, number)
        except NotFound:
            continue


def _nowhere(new: Service, plan: Plan) -> Iterator[Finding]:
    lost = [old for old, stage in plan.stages.items() if stage not in new.stages]
    yield from _each("stages", "stage", lost, NO_STAGE)
    tells = [old for old, stage in plan.stages.items() if stage == new.tell]
    yield from _each("stages", "stage", tells, TELLS)
    form = new.data["form"]
    gone = [old for old, place in plan.fields.items() if place and not has_field(form, place)]
    yield from _each("fields", "field", gone, NO_FIELD)


def _each(part: str, keyword: str, names: Collection[str], says: tuple[str, str]) -> list[Finding]:
    zh, en = says
    return [
        Finding(f"/{part}/{escape(name)}", keyword, {"zh-Hans": zh, "en": en}) for name in names
    ]
