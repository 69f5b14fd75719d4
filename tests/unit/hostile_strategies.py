"""Schemas that nobody thought of, for Hypothesis, and what accepted ones are tried with."""

from typing import Any

from hypothesis import strategies as st

from chalicelib.services.forms.gate import near
from tests.unit.hostile_schemas import MANY

NAMES = st.sampled_from(["a", "b", "x", "name", "__proto__", "$ref", "长" * 20, "~1/", ""])
REFERENCES = st.sampled_from(
    "# #/$defs/a #/$defs/b #/properties/a #/properties/b/items http://127.0.0.1:9/a #a a".split()
)
COUNTS = st.sampled_from([0, 1, 2, 20, 200, 5_000, 10**15, -1, 1.5])
TOKENS = st.sampled_from(r"a b . [ab] \d ( ) | * + ? {2,9} ^ $".split())
PATTERNS = st.one_of(
    st.sampled_from(r"^a+$ (a|b)*c ^(a+)+$ [ab]*a[ab]{30} ^.{1,99}$ (?=a) \p{L}".split()),
    st.lists(st.sampled_from(r"a b . [ab] \d ( ) | * + ? {2,9} ^ $".split()), max_size=12).map(
        "".join
    ),
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(-2, 2).filter(near)
    | st.sampled_from("ab"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


def schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    named = st.dictionaries(NAMES, inner, max_size=3)
    parts: dict[str, st.SearchStrategy[Any]] = {
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), several),
        **dict.fromkeys(("properties", "$defs", "dependentSchemas"), named),
        **dict.fromkeys(("items", "contains", "not", "if", "then", "else"), inner),
        **dict.fromkeys(("additionalProperties", "propertyNames"), inner),
        **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties"), inner),
        **dict.fromkeys(("maxItems", "minItems", "maxProperties", "maxLength"), COUNTS),
        **dict.fromkeys(("minContains", "multipleOf", "minimum"), COUNTS),
        "patternProperties": st.dictionaries(PATTERNS, inner, max_size=2),
        "pattern": PATTERNS,
        "$ref": REFERENCES,
        "uniqueItems": st.booleans(),
        "enum": st.lists(VALUES, min_size=1, max_size=4),
        "const": VALUES,
        "type": st.sampled_from(["string", "array", "object", "number", "text", 5]),
        "required": st.lists(NAMES, max_size=4, unique=True),
        "format": st.sampled_from(["date", "email", "cn-phone", "uri"]),
        "requred": VALUES,
    }
    usual = {name: part for name, part in parts.items() if name != "requred"}
    return st.fixed_dictionaries({}, optional=usual) | st.fixed_dictionaries({}, optional=parts)


SCHEMAS = st.recursive(st.booleans() | schemas(st.booleans()), schemas, max_leaves=12).filter(
    lambda schema: isinstance(schema, dict)
)
REPEATED: list[Any] = [
    *MANY,
    [[["ab"] * 15] * 15] * 15,
    [{"a": ["ab"], "b": {"a": "ab"}}] * 900,
    {"a": [{"b": "ab"}] * 2_000, "b": ["a"] * 500},
    ["a" * 25] * 4_900,
]
