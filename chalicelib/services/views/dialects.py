"""The form in the dialects that clients run: a view takes every answer the server takes.

2020-12 is what the server enforces, spelled so that browsers read its patterns alike. draft-07 is
for default Ajv, rjsf and JSON Forms; `strict`, in either dialect, for Ajv's strict mode, which
knows no formats and no keywords of ours. What a view cannot say it leaves out and lists.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from chalicelib.services.forms.subschemas import rebuilt
from chalicelib.services.views.clients import MISREAD
from chalicelib.services.views.ecma import ecma
from chalicelib.services.views.turning import Loss, Turning
from chalicelib.services.views.turns import TURNS

DIALECTS: Mapping[str, str] = {
    "2020-12": "https://json-schema.org/draft/2020-12/schema",
    "draft-07": "http://json-schema.org/draft-07/schema#",
}

_READ_AS_MEANT = MISREAD - {"$dynamicAnchor", "$vocabulary", "definitions"}


class View(NamedTuple):
    """A schema, and the keywords of the form that it enforces less or not at all."""

    schema: dict[str, Any]
    losses: tuple[Loss, ...] = ()


def view(form: Mapping[str, Any], dialect: str = "2020-12", strict: bool = False) -> View:
    """The form in a dialect of DIALECTS. Raises KeyError for another."""
    address = DIALECTS[dialect]
    if dialect == "2020-12" and not strict:
        return View({**rebuilt(form, _spelled), "$schema": address})
    turned = Turning(form, dialect == "draft-07", strict, TURNS)
    whole = turned.part(form, "")
    schema = {"$schema": address, **whole.schema}
    if turned.definitions:
        parts = turned.definitions.items()
        schema[turned.container] = {name: part.schema for name, part in parts}
    losses = [*whole.losses, *(loss for p in turned.definitions.values() for loss in p.losses)]
    return View(schema, tuple(dict.fromkeys(losses)))


def _spelled(schema: dict[str, Any]) -> dict[str, Any]:
    """The same schema with patterns that both engines read alike, where there are such."""
    made = {key: value for key, value in schema.items() if key not in _READ_AS_MEANT}
    if isinstance(made.get("pattern"), str):
        made["pattern"] = ecma(made["pattern"]) or made["pattern"]
    if isinstance(made.get("patternProperties"), dict):
        kept = made["patternProperties"]
        made["patternProperties"] = {ecma(name) or name: item for name, item in kept.items()}
    return made
