"""Advice on forms: what today's form renderers draw, and what other validators ignore.

The portable subset of JSON Schema 2020-12; measured: default Ajv ignores newer keywords without a
word, and no renderer draws a field that only `dependentSchemas` brings in.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.platform.errors import Finding, Texts
from chalicelib.platform.json import escape, resolve
from chalicelib.services.document import Service
from chalicelib.services.reports.plain import place
from chalicelib.services.views.bundles import texts

Pair = tuple[str, str]
Place = tuple[str, Mapping[str, Any]]

# Keywords beyond the portable subset, and the better way.
IGNORED = "有的网页表单会忽略它"
BETTER: Mapping[str, Pair] = {
    "dependentSchemas": (
        "改用if/then：网页表单才会显示后出现的项",
        "use if/then, so that web forms draw the field",
    ),
    "dependentRequired": ("改用if/then加required", "use if/then with required"),
    "prefixItems": ("改用有名称的几个表单项", "use an object with named fields"),
    "unevaluatedProperties": ("改用additionalProperties", "use additionalProperties"),
    "unevaluatedItems": ("改用items", "use items"),
    "contains": ("改用items，或者分成几个表单项", "use items, or fields of their own"),
    "minContains": ("改用minItems，或者分成几个表单项", "use minItems, or fields of their own"),
    "maxContains": ("改用maxItems，或者分成几个表单项", "use maxItems, or fields of their own"),
    "patternProperties": ("改用有名称的表单项，或者列表", "use named fields, or a list"),
    "propertyNames": ("改用有名称的表单项，或者列表", "use named fields, or a list"),
    "$anchor": ("改用#/$defs/下的引用", "refer to #/$defs/"),
    "contentSchema": ("改用单独的表单项", "use fields of their own"),
}
# Formats that hold what identifies or reaches a person.
PERSONAL = frozenset({"cn-citizen-number", "cn-phone", "cn-mobile", "cn-landline", "email"})
MARK = "x-sensitive"
CONDITIONS = frozenset({"if", "not"})
MOBILE_ONLY = "cn-mobile"


def form_advice(service: Service) -> Iterator[Finding]:
    for at, schema in _forms(service):
        for pointer, one, shown in _schemas(at, schema, True):
            yield from _portable(service, pointer, one)
            if shown:
                yield from _choices(service, pointer, one)
                yield from _titles(service, pointer, one)
    yield from _mobile(service)
    yield from _sensitive(service)
    yield from _english(service)


def _forms(service: Service) -> Iterator[tuple[str, Any]]:
    yield "/form", service.data["form"]
    for one in service.every_action():
        if "input" in one.data:
            yield f"{one.at}/input", one.data["input"]


def _schemas(pointer: str, schema: Any, shown: bool) -> Iterator[tuple[str, Any, bool]]:
    """Every schema at and below a place; `shown` is false for those that only check."""
    if not isinstance(schema, dict):
        return
    yield pointer, schema, shown
    for keyword in ("properties", "$defs", "dependentSchemas", "patternProperties"):
        members = schema.get(keyword, {})
        for name, one in members.items() if isinstance(members, dict) else ():
            yield from _schemas(f"{pointer}/{keyword}/{escape(name)}", one, shown)
    for keyword in ("items", "additionalProperties", "if", "not", "then", "else"):
        draws = shown and keyword in ("items", "additionalProperties")
        yield from _schemas(f"{pointer}/{keyword}", schema.get(keyword), draws)
    for keyword in ("allOf", "anyOf", "oneOf", "prefixItems"):
        for index, one in enumerate(schema.get(keyword, [])):
            yield from _schemas(f"{pointer}/{keyword}/{index}", one, False)


def _warn(service: Service, pointer: str, keyword: str, zh: str, en: str, **params: Any) -> Finding:
    here: Texts = place(service, pointer)
    texts = {"zh-Hans": f"{here['zh-Hans']}：{zh}", "en": f"{here['en']}: {en}"}
    return Finding(pointer, keyword, texts, params, severity="warning")


def _portable(service: Service, pointer: str, schema: Mapping[str, Any]) -> Iterator[Finding]:
    for keyword in schema:
        if keyword in BETTER:
            zh, en = BETTER[keyword]
            at = f"{pointer}/{keyword}"
            yield _warn(
                service, at, "portable", f"{IGNORED}，{zh}", f"some web forms ignore it; {en}"
            )


def _choices(service: Service, pointer: str, schema: Mapping[str, Any]) -> Iterator[Finding]:
    """Choices that people read have words of their own, not codes."""
    codes = [one for one in schema.get("enum", []) if isinstance(one, str) and one.isascii()]
    if codes:
        zh = "选项只有代号；改用oneOf，每项写const和title"
        en = "the choices are codes only; use oneOf with a const and a title for each"
        yield _warn(service, f"{pointer}/enum", "choices", zh, en)
    ways = schema.get("oneOf", [])
    untitled = [
        one for one in ways if isinstance(one, dict) and "const" in one and "title" not in one
    ]
    if untitled:
        zh, en = (
            f"有{len(untitled)}个选项没有名称（title）",
            f"{len(untitled)} choices have no title",
        )
        yield _warn(service, f"{pointer}/oneOf", "choices", zh, en)


def _titles(service: Service, pointer: str, schema: Mapping[str, Any]) -> Iterator[Finding]:
    for name, one in _members(schema):
        if not {"title", "$ref", "const"} & one.keys():
            zh = "没有名称（title），填表的人只看到代号"
            en = "it has no title; people would see its code"
            yield _warn(service, f"{pointer}/properties/{escape(name)}", "title", zh, en)


def _mobile(service: Service) -> Iterator[Finding]:
    """Old people have landlines."""
    for pointer, schema, _ in _schemas("/form", service.data["form"], True):
        if schema.get("format") == MOBILE_ONLY:
            zh = "只收手机号；有的居民只有固定电话，改用cn-phone"
            en = "mobiles only; some residents have a landline: use cn-phone"
            yield _warn(service, f"{pointer}/format", "mobile", zh, en)


def _sensitive(service: Service) -> Iterator[Finding]:
    """Names, numbers and addresses are marked, so that masking, export and erasure find them."""
    subject = service.data["subject"]
    names = {f"/form{_by_properties(subject['name'])}"} if "name" in subject else set()
    for pointer, schema, shown in _schemas("/form", service.data["form"], True):
        for name, one in _members(schema) if shown else ():
            at = f"{pointer}/properties/{escape(name)}"
            personal = at in names or PERSONAL & set(_formats(schema, name))
            if personal and MARK not in one:
                zh, en = f"涉及个人信息，请加{MARK}", f"it holds personal data; mark it with {MARK}"
                yield _warn(service, at, "sensitive", zh, en)


def _members(schema: Mapping[str, Any]) -> list[tuple[str, Any]]:
    properties = schema.get("properties", {})
    members = properties.items() if isinstance(properties, dict) else ()
    return [(name, one) for name, one in members if isinstance(one, dict)]


def _formats(schema: Mapping[str, Any], name: str) -> Iterator[str]:
    """The formats of a field, also those it has only under a condition."""
    rules = [schema, *(one for one in schema.get("allOf", []) if isinstance(one, dict))]
    branches = [rule.get(word, {}) for rule in rules for word in ("then", "else")]
    for one in [schema, *branches]:
        yield str((resolve(one, f"/properties/{escape(name)}") or {}).get("format", ""))


def _by_properties(pointer: str) -> str:
    """Where the schema of an answer stands, without references."""
    return "".join(f"/properties/{name}" for name in pointer.split("/")[1:])


def _english(service: Service) -> Iterator[Finding]:
    """Titles and descriptions of the form have their English in a bundle of its views."""
    bundle = resolve(service.data, "/views/i18n/en") or {}
    said = {(one.pointer, one.member): one.keys for one in texts(service.data["form"])}
    missing = {place: keys for place, keys in said.items() if not bundle.keys() & set(keys)}
    if said and len(missing) == len(said):
        zh = f"表单的{len(said)}处文字没有英文，英文页面显示中文"
        en = f"the form has no English for its {len(said)} texts; Chinese is shown"
        params = {"language": "en", "lacking": len(said)}
        told = {"zh-Hans": zh, "en": en}
        yield Finding("/form", "translation", told, params, severity="warning")
        return
    for (pointer, member), keys in missing.items():
        zh, en = f"没有英文（{keys[0]}）", f"it has no English ({keys[0]})"
        at = f"/form{pointer}/{member}"
        yield _warn(service, at, "translation", zh, en, language="en", key=keys[0])
