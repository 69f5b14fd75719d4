"""Instances for a schema: good ones made from it, and what people and programs make of them.

Everything comes from one `random.Random`, so a seed names an instance. What is made is meant to
be valid and need not be: the server's validator decides.
"""

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from chalicelib.platform.json import resolve
from chalicelib.platform.numbers import check_digit
from chalicelib.services.forms.answers import compiled

DEEPEST = 12
TEXTS = (
    *("张三", "福建省龙岩市新罗区西陂街道龙岩大道1号", "a", "Ab-9", "-", "0", "12345678"),
    *("100.50", "0.01", "9999999.99", "1", "H12345678", "M87654321", "E12345678", "AB123456"),
    *("ABC123456789012", "90000000000000000X", "person-1", "red", "#ff0000", "foo@bar.com"),
    *(
        "请帮忙把院子里的杂物清理一下，谢谢",
        "𠮷野家",
        "é",
        "e\u0301",
        "👨‍👩‍👧",
        "　空格　",
        "Ａ１",
        "1234",
    ),
    *("2023-01-02", "Some text, with a comma.", "x" * 30, "長い文" * 20, "012", "A1", "12-34", ""),
)
EDITS = "0123456789xX一人 ａ"
EMAILS = ("a@b.cn", "zhang.san+1@mail.example.org", '"zhang san"@example.org', "a@[127.0.0.1]")
PHONES = ("13800138000", "0597-2290000", "05972290000", "01062345678-12", "19912345678")
REGIONS = ("360802101201", "360802101000", "360802000000", "360000000000", "441900003000")
UUIDS = ("2eb8aa08-aa98-11ea-b4aa-73b441d16380", "00000000-0000-0000-0000-000000000000")
STRANGE: Sequence[Any] = (None, True, False, 0, -1, 1.5, 1e10, "", "x", [], {}, [None], {"a": 1})


def citizen_number(rng: Random) -> str:
    body = f"360802{rng.randint(1930, 2015)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    body += f"{rng.randint(0, 999):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(digit) for weight, digit in zip(weights, body, strict=True))
    return body + "10X98765432"[total % 11]


def case_number(rng: Random) -> str:
    digits = f"{rng.randint(0, 10**9 - 1):09d}"
    return digits + check_digit(digits)


def day(rng: Random) -> str:
    return (date(1999, 12, 31) + timedelta(rng.randint(0, 12_000))).isoformat()


class Maker:
    """Makes and changes instances of one schema."""

    def __init__(self, schema: Mapping[str, Any], rng: Random) -> None:
        self._root = schema
        self._rng = rng
        self._fits: dict[str, list[str]] = {}

    def make(self, schema: Any = None, depth: int = 0) -> Any:
        rng = self._rng
        schema = self._whole(self._root if schema is None else schema)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return rng.choice(schema["enum"])
        kind = schema.get("type") or self._kind(schema)
        kind = rng.choice(kind) if isinstance(kind, list) else kind
        if depth > DEEPEST or kind not in MAKERS:
            return rng.choice(TEXTS) if kind != "null" else None
        return MAKERS[kind](self, schema, depth)

    def _kind(self, schema: Mapping[str, Any]) -> str:
        for word, kind in (("properties", "object"), ("items", "array"), ("minimum", "number")):
            if word in schema:
                return kind
        return "string"

    def _whole(self, schema: Any) -> dict[str, Any]:
        """References, `allOf` and one choice folded in; a condition goes one way by chance."""
        rng = self._rng
        made: dict[str, Any] = {}
        ahead, steps = [schema], 0
        while ahead and steps < 60:
            one, steps = ahead.pop(0), steps + 1
            if not isinstance(one, dict):
                continue
            made = merged(made, one)
            if "$ref" in one:
                ahead.append(resolve(self._root, one["$ref"][1:]))
            ahead += one.get("allOf", [])
            ahead += [rng.choice(one[word]) for word in ("oneOf", "anyOf") if one.get(word)]
            if "if" in one and rng.random() < 0.6:
                ahead += [one["if"], one.get("then", {})]
            elif "if" in one:
                ahead.append(one.get("else", {}))
        return made

    def object(self, schema: Mapping[str, Any], depth: int) -> Any:
        rng, made = self._rng, {}
        fields, needed = schema.get("properties", {}), schema.get("required", [])
        for name in dict.fromkeys([*fields, *needed]):
            if name in needed or rng.random() < 0.45:
                made[name] = self.make(fields.get(name, {}), depth + 1)
        others = schema.get("additionalProperties", True)
        if others is not False and rng.random() < 0.1:
            made[f"extra{rng.randint(0, 9)}"] = self.make(others, depth + 1)
        return made

    def array(self, schema: Mapping[str, Any], depth: int) -> Any:
        rng, least = self._rng, schema.get("minItems", 0)
        most = min(schema.get("maxItems", least + 3), least + 3)
        made = [self.make(one, depth + 1) for one in schema.get("prefixItems", [])]
        entry = schema.get("items", {} if not made else False)
        for _ in range(rng.randint(least, max(least, most)) - len(made)):
            one = self.make(entry, depth + 1) if entry is not False else None
            if entry is not False and not (schema.get("uniqueItems") and one in made):
                made.append(one)
        return made

    def string(self, schema: Mapping[str, Any], depth: int) -> Any:
        rng, kind = self._rng, str(schema.get("format"))
        if kind in FORMATS and "pattern" not in schema:
            return FORMATS[kind](rng)
        key = json.dumps(schema, sort_keys=True, default=str)
        if key not in self._fits:
            words = ("minLength", "maxLength", "pattern", "format")
            wanted = {word: schema[word] for word in words if word in schema}
            check = compiled({**wanted, "type": "string"}, {})
            formed = [FORMATS[kind](rng) for _ in range(9)] if kind in FORMATS else []
            least, most = schema.get("minLength", 0), schema.get("maxLength", 9)
            filled = ["好" * least, "字" * most] if most < 10_000 else []
            pool = [*formed, *TEXTS, *filled]
            self._fits[key] = [one for one in pool if check.is_valid(one)]
        return rng.choice(self._fits[key] or TEXTS)

    def number(self, schema: Mapping[str, Any], depth: int) -> Any:
        least, most = self._limits(schema)
        picks = [least, most, round(self._rng.uniform(least, most), self._rng.randint(0, 3))]
        return self._stepped(schema, self._rng.choice(picks))

    def integer(self, schema: Mapping[str, Any], depth: int) -> Any:
        least, most = self._limits(schema)
        picks = [int(least), int(most), self._rng.randint(int(least), max(int(least), int(most)))]
        return self._stepped(schema, self._rng.choice(picks))

    def _limits(self, schema: Mapping[str, Any]) -> tuple[Any, Any]:
        least = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
        most = schema.get("maximum", schema.get("exclusiveMaximum", least + 101) - 1)
        return least, max(least, most)

    def _stepped(self, schema: Mapping[str, Any], value: Any) -> Any:
        step = schema.get("multipleOf")
        return round(value / step) * step if step else value

    def boolean(self, schema: Mapping[str, Any], depth: int) -> Any:
        return self._rng.random() < 0.5

    def changed(self, instance: Any, harm: float) -> Any:
        """The instance after one to three changes, of which this share may do harm."""
        made = copy.deepcopy(instance)
        for _ in range(self._rng.choice((1, 1, 2, 3))):
            places = list(spots(made, self._root, self._root))
            holder, key, schema = self._rng.choice(places) if places else (None, None, None)
            if holder is None:
                return self._rng.choice(STRANGE)
            if self._rng.random() >= harm:
                holder[key] = self.make(schema or {}, 1)
            else:
                self._damage(holder, key)
        return made

    def _damage(self, holder: Any, key: Any) -> None:
        rng, value = self._rng, holder[key]
        way = rng.randint(0, 5)
        if way == 0:
            del holder[key]
        elif way == 1:
            holder[key] = copy.deepcopy(rng.choice(STRANGE))
        elif way == 2 and isinstance(value, str):
            at = rng.randint(0, len(value))
            holder[key] = value[:at] + rng.choice(EDITS) + value[at + rng.randint(0, 1) :]
        elif way == 3 and isinstance(value, int | float):
            holder[key] = value + rng.choice((-1, 1, 0.5, -1000, 10**6))
        elif way == 4 and isinstance(value, list):
            holder[key] = value * 2 + value[:1]
        elif isinstance(holder, dict):
            holder[f"extra{rng.randint(0, 9)}"] = copy.deepcopy(value)


def herd(
    schema: Mapping[str, Any],
    seeds: Sequence[Any],
    accepts: Callable[[Any], bool],
    rng: Random,
    count: int,
) -> list[Any]:
    """`count` instances: half of them grown from accepted ones by changes that keep them so.

    Without seeds the first ones are made from the schema.
    """
    maker = Maker(schema, rng)
    good = [one for one in seeds if accepts(one)]
    good += [one for one in (maker.make() for _ in range(200)) if accepts(one)]
    assert good, "nothing that is made from this schema is accepted"
    for _ in range(count * 2):
        grown = maker.changed(rng.choice(good), 0.1)
        if accepts(grown):
            good.append(grown)
    kept = rng.sample(good, min(len(good), count // 2))
    return kept + [maker.changed(rng.choice(good), 0.7) for _ in range(count - len(kept))]


def spots(value: Any, schema: Any, root: Any, depth: int = 0) -> Any:
    """(holder, key, schema or None) of everything inside an instance."""
    if not isinstance(schema, dict):
        schema = {}
    if "$ref" in schema:
        schema = {**schema, **(resolve(root, schema["$ref"][1:]) or {})}
    if isinstance(value, dict):
        for name, one in value.items():
            inner = schema.get("properties", {}).get(name)
            yield value, name, inner
            yield from spots(one, inner, root, depth + 1)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield value, index, schema.get("items")
            yield from spots(one, schema.get("items"), root, depth + 1)


def merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Both at once, as far as making an instance needs it."""
    made = {**one, **other}
    if "properties" in one and "properties" in other:
        names = dict.fromkeys([*one["properties"], *other["properties"]])
        made["properties"] = {
            name: both(one["properties"].get(name), other["properties"].get(name)) for name in names
        }
    if "required" in one and "required" in other:
        made["required"] = [*dict.fromkeys([*one["required"], *other["required"]])]
    return made


def both(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {"allOf": [one, other]}
    return one if other is None or other is True else other


FORMATS: Mapping[str, Callable[[Random], str]] = {
    "case-number": case_number,
    "cn-citizen-number": citizen_number,
    "cn-mobile": lambda rng: rng.choice(PHONES[::4]),
    "cn-phone": lambda rng: rng.choice(PHONES),
    "cn-postcode": lambda rng: f"{rng.randint(0, 999_999):06d}",
    "cn-region-code": lambda rng: rng.choice(REGIONS),
    "cn-uscc": lambda _: "91350100M000100Y43",
    "date": day,
    "date-time": lambda rng: f"{day(rng)}T12:00:0{rng.randint(0, 9)}{rng.choice(('Z', '+08:00'))}",
    "email": lambda rng: rng.choice(EMAILS),
    "person-id": citizen_number,
    "time": lambda rng: f"{rng.randint(0, 23):02d}:30:00Z",
    "uuid": lambda rng: rng.choice(UUIDS),
}
MAKERS: Mapping[str, Callable[[Maker, Mapping[str, Any], int], Any]] = {
    "array": Maker.array,
    "boolean": Maker.boolean,
    "integer": Maker.integer,
    "number": Maker.number,
    "object": Maker.object,
    "string": Maker.string,
}
