"""Validation of answers against a form: every error, with its pointer and a plain sentence.

jsonschema-rs with linear-time patterns and a retriever that refuses every address; validators
are kept by content hash. For `required` the pointer names the absent child.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NoReturn

import jsonschema_rs

from chalicelib.platform.errors import Finding
from chalicelib.platform.json import escape
from chalicelib.services.formats import SENTENCES as FORMAT_SENTENCES
from chalicelib.services.formats import named

KEPT = 256
MAX_FINDINGS = 50


class Forms:
    """Compiled validators, bounded."""

    def __init__(self, today: Callable[[], date]) -> None:
        self._formats = named(today)
        self._kept: OrderedDict[str, jsonschema_rs.Draft202012Validator] = OrderedDict()

    def check(
        self, name: str, schema: Mapping[str, Any], value: Any, at: str = ""
    ) -> list[Finding]:
        """The findings on `value`; `name` stands for the schema's content, `at` is prefixed."""
        validator = self._kept.get(name)
        if validator is None:
            validator = self._kept[name] = compiled(schema, self._formats)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        if validator.is_valid(value):
            return []
        findings = []
        for error in validator.iter_errors(value):
            findings += _findings(error, at)
            if len(findings) >= MAX_FINDINGS:
                break
        return findings

    def holds(self, name: str, schema: Mapping[str, Any], value: Any) -> bool:
        return not self.check(name, schema, value)


def compiled(
    schema: Mapping[str, Any], formats: Mapping[str, Callable[[str], bool]]
) -> jsonschema_rs.Draft202012Validator:
    """Raises jsonschema_rs.ValidationError or ValueError for a schema that cannot be used."""
    return jsonschema_rs.Draft202012Validator(
        dict(schema),
        formats=dict(formats),
        validate_formats=True,
        retriever=_refuse,
        pattern_options=jsonschema_rs.RegexOptions(),
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
    zh, en = _sentence(keyword, kind)
    return [Finding(pointer, keyword, {"zh-Hans": zh, "en": en}, {}, path)]


def _sentence(keyword: str, kind: Any) -> tuple[str, str]:
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Format):
        return FORMAT_SENTENCES.get(kind.format, SENTENCES["format"])
    return SENTENCES.get(keyword, ("此项填写不对", "This answer is not right"))


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
