"""How a form is laid out: the uiSchema of rjsf and the UI schema of JSON Forms.

A document may carry either, both or none. What it carries is given as it is; the other is made
from it, and both from the form where there is none: fields in their order, a large box for a
long text, an e-mail address filled in by the browser.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from chalicelib.platform.json import escape, resolve

# From this length on a text gets a box of several lines.
LONG_TEXT = 200
ORDER, WIDGET, REST = "ui:order", "ui:widget", "*"
DEEPEST = 16

Json = dict[str, Any]
Schema = Mapping[str, Any]


def rjsf(form: Schema, views: Mapping[str, Any]) -> Json:
    """A uiSchema of react-jsonschema-form."""
    given = views.get("ui")
    if given is not None:
        return dict(given)
    made = _ui(form, form, 0)
    if "forms" in views:
        order: list[str] = []
        for path, control in _controls(views["forms"], ()):
            order += [path[0]] if path and path[0] not in order else []
            _set(made, path, _widget(control))
        made[ORDER] = [*order, REST]
    return made


def _ui(form: Schema, schema: Any, depth: int) -> Json:
    resolved = _resolved(form, schema)
    made: Json = {}
    if depth < DEEPEST and _fields(resolved):
        made[ORDER] = [*_fields(resolved), REST]
        inner = {name: _ui(form, one, depth + 1) for name, one in _fields(resolved).items()}
        made |= {name: one for name, one in inner.items() if one}
    elif depth < DEEPEST and isinstance(resolved.get("items"), dict):
        entry = _ui(form, resolved["items"], depth + 1)
        made |= {"items": entry} if entry else {}
    elif _is_long(resolved):
        made[WIDGET] = "textarea"
    elif resolved.get("format") == "email":
        made["ui:autocomplete"] = "email"
    return made


def _controls(element: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Json]]:
    """The controls of a UI schema in their order, with the names that lead to each."""
    if not isinstance(element, dict):
        return
    scope = str(element.get("scope", ""))
    tokens = [t.replace("~1", "/").replace("~0", "~") for t in unquote(scope).split("/")[1:]]
    names = (*path, *tokens[1::2])
    if element.get("type") == "Control":
        yield names, element
        yield from _controls(element.get("options", {}).get("detail"), (*names, "items"))
    for inner in element.get("elements", []):
        yield from _controls(inner, path)


def _widget(control: Schema) -> Json:
    options = control.get("options", {})
    made: Json = {WIDGET: "textarea"} if options.get("multi") else {}
    made |= {WIDGET: "radio"} if options.get("format") == "radio" else {}
    made |= {"ui:options": {"orderable": True}} if options.get("showSortButtons") else {}
    made |= {"ui:readonly": True} if options.get("readonly") else {}
    label = control.get("label")
    return made | ({"ui:title": label} if isinstance(label, str) else {})


def _set(made: Json, path: Sequence[str], hints: Json) -> None:
    if hints and path:
        for name in path:
            made = made.setdefault(name, {})
        made |= hints


def jsonforms(form: Schema, views: Mapping[str, Any]) -> Json:
    """A UI schema of JSON Forms."""
    given = views.get("forms")
    if given is not None:
        return dict(given)
    hints = views.get("ui", {})
    return {"type": "VerticalLayout", "elements": _elements(form, form, hints, "#", 0)}


def _elements(form: Schema, schema: Any, hints: Schema, scope: str, depth: int) -> list[Json]:
    fields = _fields(_resolved(form, schema))
    made = []
    for name in _ordered(fields, hints.get(ORDER, [])):
        hint = hints.get(name, {})
        if hint.get(WIDGET) != "hidden":
            place = f"{scope}/properties/{escape(name)}"
            made.append(_element(form, fields[name], hint, place, depth))
    return made


def _element(form: Schema, schema: Any, hint: Schema, scope: str, depth: int) -> Json:
    resolved = _resolved(form, schema)
    if _fields(resolved) and depth < DEEPEST:
        group: Json = {"type": "Group"}
        group |= {"label": resolved["title"]} if "title" in resolved else {}
        return {**group, "elements": _elements(form, schema, hint, scope, depth + 1)}
    options = _options(resolved, hint)
    entry = resolved.get("items")
    if _fields(_resolved(form, entry)) and depth < DEEPEST:
        inner = _elements(form, entry, hint.get("items", {}), "#", depth + 1)
        options["detail"] = {"type": "VerticalLayout", "elements": inner}
    return {"type": "Control", "scope": scope, **({"options": options} if options else {})}


def _options(schema: Schema, hint: Schema) -> Json:
    given = {**hint.get("ui:options", {})}
    widget = hint.get(WIDGET, given.get("widget"))
    made: Json = {}
    if widget == "textarea" or (widget is None and _is_long(schema)):
        made["multi"] = True
    if widget == "radio" and schema.get("type") != "boolean":
        made["format"] = "radio"
    if given.get("orderable"):
        made["showSortButtons"] = True
    if hint.get("ui:readonly"):
        made["readonly"] = True
    return made


def _ordered(fields: Schema, order: Sequence[str]) -> list[str]:
    """As rjsf orders: those named, and at `*`, or at the end, the others."""
    others = [name for name in fields if name not in order]
    at = order.index(REST) if REST in order else len(order)
    return [name for name in (*order[:at], *others, *order[at + 1 :]) if name in fields]


def _fields(schema: Any) -> Mapping[str, Any]:
    fields = schema.get("properties", {}) if isinstance(schema, dict) else {}
    return fields if isinstance(fields, dict) else {}


def _resolved(form: Schema, schema: Any) -> Json:
    """The schema with what it refers to under it, as both renderers read `$ref`."""
    made: Json = {}
    for _ in range(DEEPEST):
        if not isinstance(schema, dict):
            return made
        made = {**schema, **made}
        reference = unquote(str(schema.get("$ref", "")))
        if not reference.startswith("#/"):
            return made
        schema = resolve(form, reference[1:])
    return made


def _is_long(schema: Schema) -> bool:
    return schema.get("type") == "string" and schema.get("maxLength", 0) >= LONG_TEXT
