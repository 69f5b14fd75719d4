"""Skills that are asked for beyond a role: which, of whom, and what they are called."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.people.authority import Caller
from chalicelib.platform.errors import Texts
from chalicelib.platform.json import resolve
from chalicelib.platform.ports import Row
from chalicelib.services.checks.namelint import answer_schema
from chalicelib.services.document import Data, Service

# Where the code of the skill stands among what bars somebody from a task.
SKILL = "skill"


def asked(who: Mapping[str, Any], answers: Data) -> str:
    """The code that the answers name; empty where no skill is asked for."""
    source = who.get("skills")
    value = resolve(answers, source["from"]) if source else None
    free: Iterable[str] = source.get("except", ()) if source else ()
    return value if isinstance(value, str) and value not in free else ""


def of(task: Row) -> str:
    """The skill that a task asks for; empty for none."""
    return str(task.get("bars", {}).get(SKILL, ""))


def able(caller: Caller, skill: str) -> Caller:
    """The caller with those grants only that come with the skill."""
    return caller._replace(grants=tuple(one for one in caller.grants if one.has(skill)))


def named(service: Service, task: Row) -> Texts:
    """What the skill of a task is called: as the form calls the answer that asks for it."""
    who = service.place(task).get("who", {})
    return called(service, who.get("skills", {}).get("from", ""), of(task))


def called(service: Service, pointer: str, code: str) -> Texts:
    schema = answer_schema(service.data["form"], pointer) or {}
    titles = {one.get("const"): one.get("title", code) for one in schema.get("oneOf", ())}
    title = str(titles.get(code, code))
    bundle: Data = resolve(service.data, "/views/i18n/en") or {}
    dotted = ".".join(pointer.split("/")[1:])
    return {"zh-Hans": title, "en": str(bundle.get(f"{dotted}.{title}", title))}
