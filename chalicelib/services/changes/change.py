"""One change between two versions, its verdict, and the sentence that a clerk reads."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from chalicelib.platform.errors import Texts


class Verdict(StrEnum):
    """In order: the worst change of a version is the version's."""

    SAFE = "safe"
    WIDENING = "widening"
    NARROWING = "narrowing"
    BREAKING = "breaking"

    @property
    def rank(self) -> int:
        return list(Verdict).index(self)

    @property
    def harmless(self) -> bool:
        """Whether whatever was right before is right now."""
        return self.rank <= Verdict.WIDENING.rank


class Change(NamedTuple):
    """`pointer` leads into the new document, for what is gone into the old one."""

    pointer: str
    what: str
    verdict: Verdict
    was: Any = None
    now: Any = None

    def body(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "pointer": self.pointer,
            "what": self.what,
            "verdict": str(self.verdict),
            "texts": dict(_texts(self)),
        }
        if isinstance(self.was, str | int | bool):
            said["was"] = self.was
        if isinstance(self.now, str | int | bool):
            said["now"] = self.now
        return said


def worst(changes: Iterable[Change]) -> Verdict:
    """The verdict on all of them; safe when there are none."""
    return max((one.verdict for one in changes), key=lambda one: one.rank, default=Verdict.SAFE)


WHAT: Mapping[str, tuple[str, str]] = {
    "added": ("新增", "new"),
    "removed": ("删除", "removed"),
    "changed": ("改动", "changed"),
    "loosened": ("放宽", "loosened"),
    "tightened": ("收紧", "tightened"),
    "retyped": ("类型变了，请改用新的字段名", "of another type: give it a new name"),
}
MEANS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.SAFE: ("不影响办件", "no case is affected"),
    Verdict.WIDENING: ("不影响在办件", "open cases are not affected"),
    Verdict.NARROWING: ("在办件须逐件核对", "open cases must be checked"),
    Verdict.BREAKING: ("在办件不能自动转入", "open cases cannot be moved by themselves"),
}


def _texts(change: Change) -> Texts:
    (zh, en), (zh_means, en_means) = WHAT[change.what], MEANS[change.verdict]
    said = [str(one) for one in (change.was, change.now) if isinstance(one, str | int | float)]
    values = f" {' → '.join(said)}" if said else ""
    return {"zh-Hans": f"{zh}{values}（{zh_means}）", "en": f"{en}{values} ({en_means})"}
