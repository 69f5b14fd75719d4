"""Whether the examples that come with a document are what they say: the tests of its author.

One that names a `pointer` and a `keyword` must fail there and nowhere else; every other must pass,
and its `papers_needed` are those that the service then asks for. Findings are errors, with
pointers into what was sent: `/examples/3/answers/agent/until`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.platform.errors import Finding, Refused
from chalicelib.services.document import Service
from chalicelib.services.forms.answers import Forms
from chalicelib.services.reports.cast import Taken, papers_needed, taken
from chalicelib.services.reports.formplaces import named
from chalicelib.services.rules.asked import schema_at
from chalicelib.services.rules.expressions import steps

FAULT = ("pointer", "keyword")
# How many are tried, and how much is told of one.
MOST_TRIED, MOST_TOLD = 200, 3


class Example(NamedTuple):
    """One of those handed in; `at` is its pointer."""

    at: str
    number: int
    data: Mapping[str, Any]

    def wrong(self, below: str, keyword: str, zh: str, en: str) -> Finding:
        title = named(self.data)
        here = ("", "") if title is None else (f"「{title[0]}」", f' "{title[1]}"')
        texts = {
            "zh-Hans": f"示例{self.number}{here[0]}{zh}",
            "en": f"example {self.number}{here[1]} {en}",
        }
        return Finding(f"{self.at}{below}", keyword, texts)


def must_pass(example: Any) -> bool:
    """Whether it is one to play: it has answers, and names no fault."""
    return (
        isinstance(example, Mapping)
        and isinstance(example.get("answers"), Mapping)
        and not any(name in example for name in FAULT)
    )


def tried(service: Service, given: Sequence[Any], forms: Forms) -> Iterator[Finding]:
    """What is wrong with the examples; `forms` must be of this document alone."""
    for index, data in enumerate(given[:MOST_TRIED]):
        known = data if isinstance(data, Mapping) else {}
        example = Example(f"/examples/{index}", index + 1, known)
        if not isinstance(known.get("answers"), Mapping):
            yield example.wrong("", "example", "没有answers，不能试", "has no answers to try")
            continue
        it = taken(service, known["answers"], forms)
        if must_pass(data):
            yield from _passes(service, example, it, forms)
        else:
            yield from _fails(example, it)
    if len(given) > MOST_TRIED:
        zh, en = (
            f"示例太多，只试前{MOST_TRIED}个",
            f"only the first {MOST_TRIED} examples are tried",
        )
        yield Finding(f"/examples/{MOST_TRIED}", "maxItems", {"zh-Hans": zh, "en": en})


def _passes(service: Service, example: Example, it: Taken, forms: Forms) -> Iterator[Finding]:
    for one in it.findings[:MOST_TOLD]:
        zh, en = _field(service, one.pointer)
        zh = f"应当通过，表单却不收：{zh}{one.texts['zh-Hans']}"
        en = f"must pass, but the form refuses it: {en}{one.texts['en']}"
        yield example.wrong(f"/answers{one.pointer}", "example", zh, en)
    unknown = list(_unknown(service, example))
    yield from unknown
    if not it.findings and not unknown:
        yield from _papers(service, example, it, forms)


def _field(service: Service, pointer: str) -> tuple[str, str]:
    """What the form calls an answer, before what is wrong with it; nothing for all of them."""
    title = (schema_at(service.data["form"], steps(pointer)) or {}).get("title", pointer)
    return (f"「{title}」", f'"{title}": ') if pointer else ("", "")


def _unknown(service: Service, example: Example) -> Iterator[Finding]:
    """Papers that the service has not got."""
    for member in ("papers_needed", "papers"):
        listed = example.data.get(member, [])
        for index, one in enumerate(listed if isinstance(listed, list) else []):
            paper = str(one.get("paper") if isinstance(one, Mapping) else one)
            if paper not in service.papers:
                zh, en = f"所列材料{paper}不存在", f"names the paper {paper}, which there is not"
                yield example.wrong(f"/{member}/{index}", "paper", zh, en)


def _papers(service: Service, example: Example, it: Taken, forms: Forms) -> Iterator[Finding]:
    """Papers that it says are needed, and those that are."""
    said = example.data.get("papers_needed")
    if not isinstance(said, list):
        return
    try:
        needed = list(papers_needed(service, it.answers, forms))
    except Refused as refused:
        told = refused.findings[0].texts
        yield example.wrong("/answers", "example", f"不能判定：{told['zh-Hans']}", told["en"])
        return
    if set(map(str, said)) != set(needed):
        zh = f"写明要交的材料（{_listed(said, '、')}）与实际要交的（{_listed(needed, '、')}）不同"
        en = f"names as needed: {_listed(said)}; needed are: {_listed(needed)}"
        yield example.wrong("/papers_needed", "papers", zh, en)


def _fails(example: Example, it: Taken) -> Iterator[Finding]:
    for name in FAULT:
        if not isinstance(example.data.get(name), str):
            zh, en = f"应当不通过，须写明{name}", f"must fail, so it needs a {name}"
            yield example.wrong(f"/{name}", "required", zh, en)
            return
    fault = (example.data["pointer"], example.data["keyword"])
    found = [(one.pointer, one.keyword) for one in it.findings]
    if found == [fault]:
        return
    zh, en = f"应当只因{_fault(fault)}不通过", f"must fail for {_fault(fault)} alone"
    if found:
        seen = [_fault(one) for one in found[:MOST_TOLD]]
        zh, en = f"{zh}，实际是{_listed(seen, '、')}", f"{en}; it fails for {_listed(seen)}"
    else:
        zh, en = f"{zh}，表单却收下了", f"{en}, but the form takes it"
    yield example.wrong("/pointer", "example", zh, en)


def _fault(one: tuple[str, str]) -> str:
    return f"{one[0] or '/'} ({one[1]})"


def _listed(names: Iterable[Any], between: str = ", ") -> str:
    return between.join(map(str, names)) or "–"
