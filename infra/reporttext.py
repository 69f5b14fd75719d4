"""The report on an upload as a person reads it in a terminal, in zh-Hans or in en.

Findings, warnings, changes and how far the rehearsal came are always told; the walks step by step,
the flow (Mermaid) and the guide where they are asked for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib.platform.errors import pick
from infra.guidetext import guide_lines

Pair = tuple[str, str]

MARKS = {"error": "✗", "warning": "!"}
STATES: Mapping[str, Pair] = {
    "waiting": ("等待检查", "waits to be checked"),
    "refused": ("有误，不能发布", "refused: it cannot be published"),
    "checked": ("已检查（只试不发）", "checked (a dry run)"),
    "draft": ("草稿，等另一人发布", "a draft: somebody else publishes it"),
    "published": ("已发布", "published"),
    "discarded": ("已作废", "discarded"),
}
ORDERS: Mapping[str, Pair] = {
    "done": ("已办理", "done"),
    "refused": ("没有办成", "refused"),
}
VERDICTS: Mapping[str, Pair] = {
    "safe": ("无影响（safe）", "safe"),
    "widening": ("放宽（widening）", "widening"),
    "narrowing": ("收紧（narrowing）", "narrowing"),
    "breaking": ("不兼容（breaking）", "breaking"),
}
FATES: Mapping[str, Pair] = {
    "moved": ("转入新版", "moved"),
    "correction": ("请申请人更正", "correction asked for"),
    "needs_plan": ("须写明方案（--plan）", "needs a plan (--plan)"),
    "decided": ("已决定，不转", "decided: stays"),
    "there": ("已是新版", "there already"),
    "later": ("稍后再看", "looked at again later"),
}
COUNTED: Mapping[str, Pair] = {
    "actions": ("操作", "actions"),
    "outcomes": ("结论", "outcomes"),
    "parts": ("分项", "parts"),
    "notices": ("通知", "notices"),
    "documents": ("文书", "documents"),
    "stages": ("环节", "stages"),
    "clocks": ("时限", "clocks"),
    "results": ("办理结果", "results"),
}
SAYS: Mapping[str, Pair] = {
    "version": ("第{n}版", "version {n}"),
    "changes": ("与第{n}版相比：{verdict}", "changes from version {n}: {verdict}"),
    "none": ("没有改动", "nothing has changed"),
    "rehearsed": ("演练{n}条路线：{taken}", "rehearsed, {n} walks: {taken}"),
    "never": ("从未走到：{place}（{why}）", "never taken: {place} ({why})"),
    "more": (
        "再看：report {upload} 加 --rehearsal（每一步）、--flow（流程图）、--guide（办事指南）",
        "for more: report {upload} with --rehearsal (each step), --flow (Mermaid), --guide",
    ),
    "rehearsal": ("== 演练 ==", "== Rehearsal =="),
    "flow": ("== 流程 ==", "== Flow =="),
    "guide": ("== 办事指南 ==", "== Guide =="),
    "by": ("，渠道{channel}", ", channel {channel}"),
    "of": ("示例“{example}”", 'example "{example}"'),
    "open": ("（未办结）", "(left standing)"),
    "tasks": ("待办：", "tasks: "),
    "notices": ("通知：", "notices: "),
    "documents": ("文书：", "documents: "),
    "due": ("到期：", "due: "),
    "emits": ("从此定期立案：", "from now on: "),
    "posted": ("公示：", "in public: "),
    "late": ("超时", "too late"),
}
SECTIONS = ("rehearsal", "flow", "guide")


def word(table: Mapping[str, Pair], name: str, language: str, **values: Any) -> str:
    """What a name is called; the name itself where it has no word."""
    zh, en = table.get(name, (name, name))
    return pick({"zh-Hans": zh, "en": en}, language).format(**values)


def finding_line(finding: Any, language: str, files: Sequence[str] = ()) -> str:
    """Mark, place and sentence; an example is called by its file where that is known."""
    mark = MARKS[finding.get("severity", "error")]
    return f"{mark} {_place(finding['pointer'], files)}  {pick(finding['texts'], language)}"


def report_lines(
    seen: Any, language: str, sections: Iterable[str] = (), files: Sequence[str] = ()
) -> Iterator[str]:
    """The report of an upload, line by line; `files` are those of its examples, in order."""
    report, wanted = seen["report"], set(sections)
    yield f"{seen['upload']}  {word(STATES, seen['state'], language)}"
    for one in [*report["findings"], *report.get("warnings", ())]:
        yield finding_line(one, language, files)
    yield from _changes(report.get("diff"), language)
    yield from _coverage(report.get("rehearsal"), language)
    made = [name for name in SECTIONS if name in report]
    for name in made:
        if name in wanted:
            yield from ("", word(SAYS, name, language))
            yield from DETAILS[name](report[name], language)
    if not wanted.issuperset(made):
        yield word(SAYS, "more", language, upload=seen["upload"])


def _place(pointer: str, files: Sequence[str]) -> str:
    tokens = pointer.split("/", 3)
    if tokens[1:2] == ["examples"] and len(tokens) > 2 and tokens[2].isdecimal():
        index = int(tokens[2])
        if index < len(files):
            return f"{files[index]} {'/' + tokens[3] if tokens[3:] else ''}".rstrip()
    return pointer or "/"


def _changes(diff: Any, language: str) -> Iterator[str]:
    if not diff:
        return
    verdict = word(VERDICTS, diff["verdict"], language)
    if not diff["changes"]:
        verdict = word(SAYS, "none", language)
    yield word(SAYS, "changes", language, n=diff["from"], verdict=verdict)
    for one in diff["changes"]:
        place, text = pick(one["place"], language), pick(one["texts"], language)
        yield f"  {word(VERDICTS, one['verdict'], language)}  {place}  {text}  {one['pointer']}"


def _coverage(rehearsal: Any, language: str) -> Iterator[str]:
    """How much of the flow was walked, what was never taken, where it could hang."""
    if not rehearsal:
        return
    counted = {name: n for name, n in rehearsal["coverage"].items() if n["of"]}
    taken = [f"{word(COUNTED, m, language)} {n['taken']}/{n['of']}" for m, n in counted.items()]
    joined = pick({"zh-Hans": "，", "en": ", "}, language).join(taken)
    if rehearsal["walks"]:
        yield word(SAYS, "rehearsed", language, n=len(rehearsal["walks"]), taken=joined)
    for one in rehearsal["never"]:
        yield "  " + word(SAYS, "never", language, place=one["place"], why=one["why"])
    yield from (f"  {remark}" for remark in rehearsal["remarks"])
    for one in rehearsal["hangs"]:
        yield f"{MARKS['warning']} {one['pointer']}  {one['detail']}"


def _walks(rehearsal: Any, language: str) -> Iterator[str]:
    for number, walk in enumerate(rehearsal["walks"], 1):
        said = [walk["why"]]
        if walk["example"]:
            said.append(word(SAYS, "of", language, example=walk["example"]))
        by = word(SAYS, "by", language, channel=walk["channel"])
        ends = walk["result"] or word(SAYS, "open", language)
        yield f"{number}. {' · '.join(said)}{by} → {ends}"
        for step in walk["steps"]:
            moment, stage = f"{step['day']} {step['time']}", f"[{step['stage']}]"
            yield f"   {moment}  {step['by']}  {step['does']}  {stage}"
            yield from _follows(step, language)


def _follows(step: Any, language: str) -> Iterator[str]:
    """What one step leads to: who is asked next, what goes out, what is due."""
    late = word(SAYS, "late", language)
    told = {
        "tasks": [f"{one['task']} → {one['for']}" for one in step.get("tasks", ())],
        "notices": [one["notice"] for one in step.get("notices", ())],
        "documents": list(step.get("documents", ())),
        "emits": list(step.get("emits", ())),
        "posted": list(step.get("posted", ())),
        "due": [f"{one['of']} {one['day']}" for one in step.get("due", ())],
    }
    told["due"] += [f"{one['of']} {late}" for one in step.get("stopped", ()) if not one["in_time"]]
    for name, items in told.items():
        if items:
            between = pick({"zh-Hans": "、", "en": ", "}, language)
            yield f"      {word(SAYS, name, language)}{between.join(items)}"


def _flow(flow: str, _: str) -> Iterator[str]:
    yield from flow.splitlines()


DETAILS = {"rehearsal": _walks, "flow": _flow, "guide": guide_lines}
