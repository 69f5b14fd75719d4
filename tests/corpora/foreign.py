"""Forms that others wrote, read out of the installed npm packages, each as a service of its own.

MANIFEST.md lists the packages and every form. A form stands as the member `filled` beside what
every service must ask: who applies, and where.
"""

import copy
import json
import subprocess
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote

from chalicelib.platform.errors import Finding
from chalicelib.services.forms.subschemas import rebuilt
from chalicelib.services.views.modernise import modernise
from tests.node.clients import program
from tests.world import ROOT, load_json

# What dialect a package says its forms are in, where a form does not say so itself.
DIALECTS: Mapping[str, str] = {
    "@jsonforms/examples": "http://json-schema.org/draft-07/schema#",
    "@rjsf/snapshot-tests": "http://json-schema.org/draft-07/schema#",
    "angular-schema-form": "http://json-schema.org/draft-04/schema#",
    "jsonform": "http://json-schema.org/draft-04/schema#",
}
APPLICANT = {"applicant": {"name": "张三", "phone": "13800138000"}, "region": "360802101201"}


class Foreign(NamedTuple):
    """One form; `data` are its authors' own example answers, where there are any."""

    package: str
    version: str
    licence: str
    name: str
    schema: Any
    data: Any

    @property
    def title(self) -> str:
        return f"{self.package}: {self.name}"

    @property
    def whole(self) -> bool:
        """A form of several answers, not one field that shows how it is drawn."""
        return isinstance(self.schema, dict) and bool(self.schema.get("properties"))


@cache
def forms() -> tuple[Foreign, ...]:
    """Every form once, under the first of its names."""
    command = program("corpus.mjs")
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    found: dict[str, Foreign] = {}
    titles: Counter[str] = Counter()
    for one in json.loads(ran.stdout):
        key, form = json.dumps(one["schema"], sort_keys=True), Foreign(**{"data": None, **one})
        known = found.get(key)
        if known is None:
            titles[form.title] += 1
            times = titles[form.title]
            found[key] = form._replace(name=f"{form.name} ({times})" if times > 1 else form.name)
        elif known.data is None:
            found[key] = known._replace(data=form.data)
    return tuple(found.values())


def service(foreign: Foreign, name: str) -> tuple[Any, list[Finding]]:
    """A service document that asks for the form, and what is to be said of its dialect."""
    schema = foreign.schema
    if isinstance(schema, dict) and "$schema" not in schema and foreign.package in DIALECTS:
        schema = {"$schema": DIALECTS[foreign.package], **schema}
    schema, findings = modernise(schema)
    document = copy.deepcopy(load_json("tests/corpora/base.json"))
    document["service"] = name
    form = document["form"]
    moved = rebuilt(schema, _moved)
    if isinstance(moved, dict):
        moved.pop("$schema", None)
        definitions = moved.pop("$defs", {})
        form |= {"$defs": definitions} if definitions else {}
    form["properties"]["filled"] = moved
    return document, findings


def _moved(schema: dict[str, Any]) -> dict[str, Any]:
    """References to the form itself lead to where it stands now; definitions are hoisted."""
    reference = schema.get("$ref")
    if not isinstance(reference, str) or reference.startswith("#/$defs/"):
        return schema
    return {**schema, "$ref": "#/properties/" + quote("filled") + reference[1:]}
