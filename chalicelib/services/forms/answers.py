"""Validation of answers against a form: every error, with its pointer and a plain sentence.

jsonschema-rs with linear-time patterns and a retriever that refuses every address; validators
are kept by content hash. For `required` the pointer names the absent child.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from itertools import islice
from typing import Any, NoReturn

import jsonschema_rs

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import escape
from chalicelib.services.forms.formats import SENTENCES as FORMAT_SENTENCES
from chalicelib.services.forms.formats import named
from chalicelib.services.forms.gate import finding, near
from chalicelib.services.forms.moments import strict
from chalicelib.services.forms.params import params
from chalicelib.services.forms.price import MAX_ANSWERS
from chalicelib.services.forms.telling import Telling
from chalicelib.services.forms.unique import KEYWORDS

KEPT = 256
MAX_FINDINGS = 50
# What telling every error may take, in tens of nanoseconds.
MOST_TELLING = 1_500_000
# States of a compiled pattern.
PATTERN_BYTES = 256 * 1024

Schema = Mapping[str, Any]


class Form:
    """One schema, compiled, and what telling its errors may cost."""

    def __init__(self, schema: Schema, formats: Mapping[str, Callable[[str], bool]]) -> None:
        self.schema = schema
        self.validator = compiled(schema, formats)

    @cached_property
    def telling(self) -> Telling:
        return Telling(self.schema)


class Forms:
    """Compiled validators, bounded."""

    def __init__(self, today: Callable[[], date]) -> None:
        self._formats = named(today)
        self._kept: OrderedDict[str, Form] = OrderedDict()

    def check(self, name: str, schema: Schema, value: Any, at: str = "") -> list[Finding]:
        """At most MAX_FINDINGS findings on `value`; `name` stands for the schema's content, `at`
        is prefixed, and the base of each finding. One on the whole where there are more than
        MAX_ANSWERS values, or a number that takes long to compare, or where so much may be wrong
        that telling it would take too long."""
        fault = _unbounded(value)
        if fault is not None:
            return [fault._replace(pointer=at)]
        form = self._form(name, schema)
        if form.validator.is_valid(value):
            return []
        if form.telling.takes_more(value, MOST_TELLING):
            zh, en = (
                "内容有误，条目过多，无法逐一指出",
                "Something is wrong, in too many entries to tell",
            )
            return [finding(at, "errors", zh, en)]
        told = (one for error in form.validator.iter_errors(value) for one in _findings(error, at))
        return [one._replace(base=at) for one in islice(told, MAX_FINDINGS)]

    def holds(self, name: str, schema: Schema, value: Any) -> bool:
        return _unbounded(value) is None and self._form(name, schema).validator.is_valid(value)

    def _form(self, name: str, schema: Schema) -> Form:
        form = self._kept.get(name)
        if form is None:
            form = self._kept[name] = Form(schema, self._formats)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return form


def _unbounded(value: Any) -> Finding | None:
    """What keeps a value from being checked at all."""
    ahead: list[Any] = [[value]]
    left = MAX_ANSWERS
    while ahead:
        here = ahead.pop()
        left -= len(here)
        if left < 0:
            zh, en = f"内容过多：最多{MAX_ANSWERS}项", f"Too much: {MAX_ANSWERS} values at most"
            return finding("", "size", zh, en, limit=MAX_ANSWERS)
        for one in here.values() if isinstance(here, dict) else here:
            if isinstance(one, (dict, list)):
                ahead.append(one)
            elif type(one) is float and not near(one):
                return finding("", "number", "数字超出范围", "This number is out of range")
    return None


def compiled(
    schema: Schema, formats: Mapping[str, Callable[[str], bool]]
) -> jsonschema_rs.Draft202012Validator:
    """Raises jsonschema_rs.ValidationError or ValueError for a schema that cannot be used."""
    return jsonschema_rs.Draft202012Validator(
        dict(schema),
        formats={**strict(), **formats},
        validate_formats=True,
        retriever=_refuse,
        pattern_options=jsonschema_rs.RegexOptions(size_limit=PATTERN_BYTES),
        keywords=KEYWORDS,
        # Without it every message would be made with a copy of the answer in it.
        mask="this",
    )


def own(schema: Schema) -> jsonschema_rs.Draft202012Validator:
    """For a schema of the platform itself: formats are notes, messages repeat no value."""
    return jsonschema_rs.Draft202012Validator(
        dict(schema),
        retriever=_refuse,
        pattern_options=jsonschema_rs.RegexOptions(),
        keywords=KEYWORDS,
        mask="this",
    )


def _refuse(uri: str) -> NoReturn:
    raise ValueError(f"no reference leaves the document: {uri}")


def _findings(error: Any, at: str) -> list[Finding]:
    pointer = at + "".join(f"/{escape(str(part))}" for part in error.instance_path)
    path = "#" + "".join(f"/{escape(str(part))}" for part in error.schema_path)
    kind = error.kind
    keyword = str(error.schema_path[-1]) if error.schema_path else kind.name
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Required):
        missing = str(kind.property)
        return [
            Finding(
                f"{pointer}/{escape(missing)}",
                "required",
                {"zh-Hans": "此项必填", "en": "This answer is needed"},
                {"missingProperty": missing},
                path,
            )
        ]
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
        return [
            Finding(
                f"{pointer}/{escape(str(name))}",
                "additionalProperties",
                {"zh-Hans": "没有这一项", "en": "There is no such answer"},
                {"additionalProperty": str(name)},
                path,
            )
            for name in kind.unexpected
        ]
    blank = keyword == "pattern" and isinstance(error.instance, str) and not error.instance.strip()
    zh, en = BLANK if blank else _sentence(keyword, kind)
    return [Finding(pointer, keyword, {"zh-Hans": zh, "en": en}, params(keyword, error), path)]


def _sentence(keyword: str, kind: Any) -> tuple[str, str]:
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Format):
        return FORMAT_SENTENCES.get(kind.format, SENTENCES["format"])
    return SENTENCES.get(keyword, ("此项填写不对", "This answer is not right"))


# A pattern that a text of nothing but blanks does not meet.
BLANK = ("不能为空", "This answer must not be blank")
SENTENCES = {
    "type": ("此项类型不对", "This answer has the wrong type"),
    "format": ("号码或格式不对，请核对", "This number or format is not right; please check it"),
    "pattern": ("格式不对", "The format is not right"),
    "minLength": ("此项太短", "This answer is too short"),
    "maxLength": ("此项太长", "This answer is too long"),
    "minimum": ("数值太小", "This number is too small"),
    "exclusiveMinimum": ("数值太小", "This number is too small"),
    "maximum": ("数值太大", "This number is too large"),
    "exclusiveMaximum": ("数值太大", "This number is too large"),
    "minItems": ("条目太少", "There are too few entries"),
    "maxItems": ("条目太多", "There are too many entries"),
    "uniqueItems": ("条目重复", "An entry is repeated"),
    "enum": ("不在可选范围内", "This is not one of the choices"),
    "const": ("须为规定的内容", "This must be the given value"),
    "oneOf": ("不在可选范围内", "This is not one of the choices"),
    "anyOf": ("不在可选范围内", "This is not one of the choices"),
    "not": ("此项不允许这样填", "This answer is not allowed"),
    "multipleOf": ("数值不是规定单位的整数倍", "This number is not a multiple of its unit"),
}
