"""What a service document may have and could have better: warnings, each a sentence for a clerk.

Nothing here refuses a document. Missing translations carry the keyword `translation` and their
language in `params`, so that a deployment may block on them.
"""

from collections.abc import Iterator
from typing import Any

from chalicelib.clocks.clock import unit_of
from chalicelib.people.authority import READERS
from chalicelib.platform.errors import Finding, Texts
from chalicelib.platform.json import escape
from chalicelib.services.checks.logiclint import logic_advice
from chalicelib.services.checks.tablelint import table_advice
from chalicelib.services.document import Service
from chalicelib.services.reports.formadvice import form_advice
from chalicelib.services.reports.holes import hole_advice
from chalicelib.services.reports.plain import lacks, place
from chalicelib.services.reports.shape import knows
from chalicelib.services.reports.smsadvice import sms_advice

LANGUAGES = frozenset({"zh-Hans", "zh-Hant", "en"})
# Official attributes of a guide (办事指南, 实施清单) that its shape does not insist on.
FEE_BASIS = "fee/basis"
GUIDE = (
    f"kind authority level_of_exercise {FEE_BASIS} trips counters consultation complaints"
    " result_sample serves"
).split()
PAPER = "form copies source blank sample how".split()
# Where other words stand than the service's own.
SCHEMAS = frozenset({"form", "views", "input", "if", "required_if"})
WORKING_WEEK, WEEK = 5, 7
# Where an officer decides; whoever has a task by name reads the case anyhow.
DECIDING = frozenset({"desk", "review"})
BY_NAME = frozenset({"named", "item"})


def advice(service: Service) -> Iterator[Finding]:
    """Warnings on a document that lint accepts, in the order of the document."""
    for check in (
        *(_translations, _guide, _papers, _bases, _promises, _longer, _blind),
        *(form_advice, sms_advice, hole_advice, logic_advice, table_advice),
    ):
        yield from check(service)


def warning(pointer: str, keyword: str, texts: Texts, **params: Any) -> Finding:
    return Finding(pointer, keyword, texts, params, severity="warning")


def _translations(service: Service) -> Iterator[Finding]:
    """Each text that has no English; traditional script once, since it has a fall-back to read."""
    lacking = 0
    total = 0
    for pointer, texts in _texts("", service.data):
        total += 1
        lacking += "zh-Hant" not in texts
        if "en" not in texts:
            said = lacks(service, pointer, "英文", "English ")
            yield warning(pointer, "translation", said, language="en")
    if lacking:
        said = {
            "zh-Hans": f"事项文件有{lacking}处文字没有繁体（共{total}处），显示简体",
            "en": f"the document has no traditional Chinese for {lacking} of {total} texts;"
            " simplified is shown",
        }
        yield warning("", "translation", said, language="zh-Hant", lacking=lacking, of=total)


def _texts(pointer: str, value: Any) -> Iterator[tuple[str, dict[str, str]]]:
    """Every text in languages, with its place."""
    if isinstance(value, dict) and "zh-Hans" in value and value.keys() <= LANGUAGES:
        yield pointer, value
    elif isinstance(value, dict):
        for name, member in value.items():
            if name not in SCHEMAS:
                yield from _texts(f"{pointer}/{escape(name)}", member)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(f"{pointer}/{index}", item)


def _guide(service: Service) -> Iterator[Finding]:
    guide = service.data["guide"]
    for path in GUIDE:
        owner, _, name = path.rpartition("/")
        at = f"/guide/{path}"
        held = guide[owner] if owner else guide
        free = path == FEE_BASIS and held.get("fen") == 0
        if knows(at) and name not in held and not free:
            yield warning(at, "guide", lacks(service, at))
    for index, counter in enumerate(guide.get("counters", [])):
        at = f"/guide/counters/{index}/hours"
        if "hours" not in counter:
            yield warning(at, "guide", lacks(service, at))


def _papers(service: Service) -> Iterator[Finding]:
    """One warning a paper: what its slot in an official guide would also say."""
    for index, paper in enumerate(service.data["papers"]):
        at = f"/papers/{index}"
        names = [name for name in PAPER if name not in paper and knows(f"{at}/{name}")]
        missing = [place(service, f"{at}/{name}") for name in names]
        if missing:
            here = place(service, at)
            said = {
                "zh-Hans": f"{here['zh-Hans']}未写："
                + "、".join(one["zh-Hans"].removeprefix(f"{here['zh-Hans']}的") for one in missing),
                "en": f"{here['en']} does not say: "
                + ", ".join(one["en"].removeprefix(f"{here['en']}, ") for one in missing),
            }
            yield warning(at, "guide", said, lacking=names)


def _bases(service: Service) -> Iterator[Finding]:
    """A basis that is law names its article; one that is the office's own promise has none."""
    for pointer, basis in _every_basis("", service.data):
        if not basis.get("ours") and not basis.get("article"):
            yield warning(f"{pointer}/article", "article", lacks(service, f"{pointer}/article"))


def _every_basis(pointer: str, value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        for name, member in value.items():
            at = f"{pointer}/{escape(name)}"
            if name == "basis" and isinstance(member, dict) and "title" in member:
                yield at, member
            elif name == "basis" and isinstance(member, list):
                yield from ((f"{at}/{index}", one) for index, one in enumerate(member))
            elif name not in SCHEMAS:
                yield from _every_basis(at, member)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _every_basis(f"{pointer}/{index}", item)


def _promises(service: Service) -> Iterator[Finding]:
    """A paper that may come later than the promised end: the guide must say that the result waits
    (domain.md §2.6)."""
    budgets = [
        clock["budget"] for clock in service.clocks.values() if clock.get("kind") == "promised"
    ]
    days = [
        one["working_days"] * WEEK // WORKING_WEEK if "working_days" in one else one["days"]
        for one in budgets
        if one.keys() & {"working_days", "days"}
    ]
    for index, paper in enumerate(service.data["papers"]):
        within = paper.get("gap", {}).get("within", {}).get("days", 0)
        said = paper.get("how", {}).get("zh-Hans", "")
        if days and within > max(days) and "补齐" not in said:
            here = place(service, f"/papers/{index}")
            texts = {
                "zh-Hans": f"{here['zh-Hans']}可以在{within}天内补交，比承诺办结时限长；"
                "请在填报须知中写明办结时间以补齐材料为准",
                "en": f"{here['en']} may follow within {within} days, longer than the promised"
                " limit; say in its instructions that the result waits for the paper",
            }
            yield warning(f"/papers/{index}/gap/within", "promise", texts)


def _longer(service: Service) -> Iterator[Finding]:
    """A promise may only be shorter than the law, where both end with the same events."""
    kinds = [(name, clock.get("kind"), clock) for name, clock in service.clocks.items()]
    law = [(name, clock) for name, kind, clock in kinds if kind == "statutory"]
    for name, one in [(name, clock) for name, kind, clock in kinds if kind == "promised"]:
        for legal, other in law:
            unit, promised = unit_of(one["budget"])
            if unit == "date":
                continue
            most = other["budget"].get(unit, promised)
            if promised > most and set(other["stop"]) <= set(one["stop"]):
                mine, theirs = place(service, f"/clocks/{name}"), place(service, f"/clocks/{legal}")
                zh = f"{mine['zh-Hans']}（{promised}）长于{theirs['zh-Hans']}（{most}）"
                en = f"{mine['en']} ({promised}) is longer than {theirs['en']} ({most})"
                at = f"/clocks/{name}/budget"
                yield warning(at, "promise", {"zh-Hans": zh, "en": en})


def _blind(service: Service) -> Iterator[Finding]:
    """Roles that decide and see nothing but the title of the task."""
    readers = service.data.get("readers", READERS)
    for name, stage in service.stages.items():
        who = stage.get("who", {})
        named = who.get("at") in BY_NAME or "pick" in who
        if stage["kind"] in DECIDING and who and not named and who["role"] not in readers:
            at, role = f"/flow/stages/{name}/who/role", who["role"]
            here = place(service, f"/flow/stages/{name}")
            zh = f"{here['zh-Hans']}的办理人看不到办件：可查看的角色（readers）没有{role}"
            en = f"who acts at {here['en']} sees nothing of the case: {role} is not among readers"
            yield warning(at, "readers", {"zh-Hans": zh, "en": en})
