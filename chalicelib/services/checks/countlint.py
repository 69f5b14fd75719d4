"""What statistics may read unsealed: numbers, yes or no, and choices, never what people wrote.

Erasing a person erases what was sealed for them; a count that was kept beside it stays true.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import resolve
from chalicelib.services.checks.flowlint import finding
from chalicelib.services.checks.namelint import answer_schema
from chalicelib.services.document import Listed, Service

SENSITIVE = "x-sensitive"
KIND = "/properties/missing/items/properties/kind"


def count_findings(service: Service) -> Iterator[Finding]:
    yield from _counts("/counts", service.data.get("counts", {}), service.data["form"])
    for one in service.every_action():
        counts = one.data.get("counts", {})
        yield from _counts(f"{one.at}/counts", counts, one.data.get("input", {}))
        yield from _kinds(one)


def _counts(
    at: str, counts: Mapping[str, Mapping[str, Any]], form: Mapping[str, Any]
) -> Iterator[Finding]:
    for name, count in counts.items():
        schema = answer_schema(form, count["from"])
        if schema is None:
            zh, en = "没有这一项", "there is no such answer"
            yield finding(f"{at}/{name}/from", "pointer", zh, en)
        elif schema.get(SENSITIVE):
            zh, en = "敏感信息不能不加密保存", "what is sensitive is not kept unsealed"
            yield finding(f"{at}/{name}/from", "counts", zh, en)
        elif not _countable(schema):
            zh = "只能统计数字、是否和选项，不能是自己写的文字"
            en = "only numbers, yes or no, and choices are counted, not what people write"
            yield finding(f"{at}/{name}/from", "counts", zh, en)


def _kinds(one: Listed) -> Iterator[Finding]:
    """What is wrong with a paper that is asked for again."""
    kind = resolve(one.data.get("input"), KIND)
    if "name_missing" in one.data.get("does", ()) and kind and not _countable(kind):
        zh, en = "只能是选项，不能是自己写的文字", "only choices, not what people write"
        yield finding(f"{one.at}/input{KIND}", "counts", zh, en)


def _countable(schema: Mapping[str, Any]) -> bool:
    choices = schema.get("oneOf", ())
    return (
        schema.get("type") in ("integer", "number", "boolean")
        or "enum" in schema
        or "const" in schema
        or (bool(choices) and all(isinstance(one, dict) and "const" in one for one in choices))
    )
