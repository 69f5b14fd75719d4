"""Names in a document that mean nobody here: the role of a `who`, the unit of a routing table, the
owner, the node of a counter. Warnings, since people may be named after the document is handed in.
"""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from chalicelib.people.directory import Directory
from chalicelib.people.roles import ROLES
from chalicelib.platform.errors import Finding
from chalicelib.services.life.package import Place, places

# No honest document names as many.
MOST_NAMES = 100
ALIKE = 0.75
WAITS = ("，轮到该角色时办件会一直等下去", ": what waits for it waits for ever")
SAYS: Mapping[str, tuple[str, str, str]] = {
    "roles": ("role", "没有人担任角色{name}", "nobody here has the role {name}"),
    "units": ("unit", "没有单位{name}", "there is no unit {name} here"),
}


def absent(document: Any, directory: Directory) -> Iterator[Finding]:
    """A finding for each place, with a name that is like it where there is one; each name is
    looked up once."""
    there: Mapping[str, Callable[[str], bool]] = {
        "roles": directory.has_role,
        "units": lambda unit: directory.unit(unit) is not None,
    }
    used = [one for one in places(document) if one.kind in SAYS]
    names = list(dict.fromkeys((one.kind, one.name) for one in used))[:MOST_NAMES]
    found = {(kind, name): there[kind](name) for kind, name in names}
    for one in used:
        if found.get((one.kind, one.name)) is False:
            yield _nobody(one, _meant(one, found, there[one.kind]))
    yield from _not_given(document, directory)
    yield from _nowhere(document, directory)
    yield from _unheard(document, directory)
    if not directory.tenures(document["service"]):
        zh = "还没有单位主管；发布时写明unit，否则不能发布"
        en = "no unit owns it yet; name one with unit when it is published"
        yield Finding("/service", "owner", {"zh-Hans": zh, "en": en})


def _not_given(document: Any, directory: Directory) -> Iterator[Finding]:
    """Roles that its cases would give and may not."""
    for name, one in document.get("flow", {}).get("follows", {}).items():
        if "role" in one and not directory.gives(document["service"], one["role"]):
            zh = f"运行人员还没有允许此事项授予角色{one['role']}，届时会办不成"
            en = f"no operator has allowed this service to give the role {one['role']} yet"
            at = f"/flow/follows/{name}/role"
            yield Finding(at, "grant", {"zh-Hans": zh, "en": en})


def _nowhere(document: Any, directory: Directory) -> Iterator[Finding]:
    """Counters at nodes that are not here: no inbox shows their zone."""
    for index, counter in enumerate(document["guide"].get("counters", ())):
        node = counter.get("node")
        if node is not None and directory.node(node) is None:
            texts = {"zh-Hans": f"没有节点{node}", "en": f"there is no node {node} here"}
            yield Finding(f"/guide/counters/{index}/node", "node", texts)


def _unheard(document: Any, directory: Directory) -> Iterator[Finding]:
    """Bodies outside that have no channel here: what they send is refused as not signed."""
    for name in document.get("bodies", {}):
        if directory.channel(f"body-{name}") is None:
            zh = f"还没有外部单位{name}的接口密钥，它的答复只能由人登记"
            en = f"body {name} has no channel here yet: only a person can note what it answers"
            yield Finding(f"/bodies/{name}", "body", {"zh-Hans": zh, "en": en})


def _nobody(one: Place, meant: str) -> Finding:
    keyword, zh, en = SAYS[one.kind]
    if one.pointer.startswith("/flow/"):
        zh, en = zh + WAITS[0], en + WAITS[1]
    if meant:
        zh, en = f"{zh}（是不是{meant}？）", f"{en} (did you mean {meant}?)"
    texts = {"zh-Hans": zh.format(name=one.name), "en": en.format(name=one.name)}
    return Finding(one.pointer, keyword, texts)


def _meant(one: Place, found: Mapping[tuple[str, str], bool], there: Callable[[str], bool]) -> str:
    """A name of its kind that is like it and is here; empty for none."""
    usual = ROLES if one.kind == "roles" else ()
    known = [*usual, *(name for (kind, name), here in found.items() if here and kind == one.kind)]
    near = get_close_matches(one.name, known, cutoff=ALIKE)
    return next((name for name in near if there(name)), "")
