"""Why a rehearsal never took something, as far as it can tell."""

from collections.abc import Mapping

from chalicelib.platform.errors import Texts
from chalicelib.services.document import AUTO, Data, Service
from chalicelib.services.reports.moves import WAIVED
from chalicelib.services.reports.plain import place
from chalicelib.services.reports.routes import Routes

SAYS: Mapping[str, Texts] = {
    "condition": {
        "zh-Hans": "没有示例满足它的条件",
        "en": "no example fulfils its condition",
    },
    "gap": {
        "zh-Hans": "没有示例缺少可以容缺的材料",
        "en": "no example lacks a paper that may follow",
    },
    "opener": {
        "zh-Hans": "它等待的过程信息没有发生",
        "en": "the events it waits for do not happen",
    },
    "outcome": {
        "zh-Hans": "没有时限或者汇总会得出这个结论",
        "en": "no clock and no join comes to this outcome",
    },
    "bound": {
        "zh-Hans": "路径太多，没有走完",
        "en": "there are too many ways to try them all",
    },
    "way": {"zh-Hans": "没有路径走到这里", "en": "no way leads here"},
}


def why(
    service: Service, routes: list[Routes], target: str, overtaken_by: str, truncated: bool
) -> Texts:
    """One clause. `overtaken_by`: the pointer of what ran out before, where a way was tried;
    `truncated`: more could have been tried."""
    if overtaken_by:
        other = place(service, overtaken_by)
        return {
            "zh-Hans": f"在此之前{other['zh-Hans']}已经到期",
            "en": f"{other['en']} runs out before",
        }
    return SAYS[_reason(service, routes, target, truncated)]


def _reason(service: Service, routes: list[Routes], target: str, truncated: bool) -> str:
    actions = {one.at: one.data for one in service.every_action()}
    action = actions.get(target.partition("/branch/")[0].removesuffix("/else_event"), {})
    if "if" in action and not any(target in one.rules.setting.holds for one in routes):
        return "condition"
    if _of_a_table(service, target):
        return "condition"
    if action.get("papers") == "gap" and not any(_may_lack(service, one) for one in routes):
        return "gap"
    if truncated:
        return "bound"
    if target.startswith(("/flow/tasks/", "/clocks/")):
        return "opener"
    return "outcome" if _comes_of_nothing(service, target) else "way"


def _of_a_table(service: Service, target: str) -> bool:
    """An outcome that only answers can lead to."""
    path = target.split("/")
    return "outcomes" in path and service.stages[path[3]]["kind"] == AUTO


def _may_lack(service: Service, routes: Routes) -> bool:
    needed = routes.rules.setting.needed
    return any(service.papers[one]["necessity"] == "gap" for one in needed)


def _comes_of_nothing(service: Service, target: str) -> bool:
    """An outcome of a stage that only people settle, which no clock comes to either."""
    path = target.split("/")
    if "outcomes" not in path or path[-1] == WAIVED:
        return False
    stage: Data = service.stages[path[3]]
    by_clock = {clock["on_due"].get("outcome") for clock in service.clocks.values()}
    return stage["kind"] in ("desk", "hold", "review") and path[-1] not in by_clock
