"""For whoever draws the form: a version's form in a dialect and a language, and how it is laid out.

Version URLs never change, so answers are kept for ever (RFC 8246) under the hash of their bytes.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from chalice.app import Blueprint, Response

from chalicelib.platform.errors import NotFound
from chalicelib.platform.lazy import lazy
from chalicelib.routes.caching import FOR_EVER, tagged
from chalicelib.routes.door import Door
from chalicelib.routes.versions import numeral
from chalicelib.services.catalogue import NAME

if TYPE_CHECKING:
    from chalicelib.services.views import bundles, dialects, layouts
    from chalicelib.services.views.turning import Loss
else:
    bundles = lazy("chalicelib.services.views.bundles")
    dialects = lazy("chalicelib.services.views.dialects")
    layouts = lazy("chalicelib.services.views.layouts")

SCHEMA = "application/schema+json"
VIEWS = ("strict", "ui", "forms")
# A gateway passes on headers of 10 KB together.
MOST_LOSSES, LONGEST_LOSSES = 50, 4_000


def routes(door: Door) -> Blueprint:
    forms = Blueprint(__name__)

    @forms.route("/services/{service}/versions/{version}/form", methods=["GET"])
    def read_form(service: str, version: str) -> Response:
        if not NAME.fullmatch(service):
            raise NotFound
        numbered = door.house.catalogue.version(service, numeral(version))
        dialect = door.choice("dialect", tuple(dialects.DIALECTS)) or "2020-12"
        shown = door.choice("view", VIEWS)
        views = numbered.data.get("views", {})
        said = bundles.localise(numbered.data["form"], views.get("i18n", {}), door.language)
        headers = {"Content-Language": said.languages}
        if shown == "ui":
            return tagged(door, layouts.rjsf(said.form, views), FOR_EVER, headers)
        if shown == "forms":
            return tagged(door, layouts.jsonforms(said.form, views), FOR_EVER, headers)
        view = dialects.view(said.form, dialect, strict=shown == "strict")
        if view.losses:
            headers["Schema-Losses"] = listed(view.losses)
        return tagged(door, view.schema, FOR_EVER, headers, SCHEMA)

    return forms


def listed(losses: Sequence["Loss"]) -> str:
    """What the view does not enforce: a list of strings (RFC 9651 §3.1), each a JSON Pointer into
    the form as a URI fragment (RFC 6901 §6) with its keyword; `more` counts those left out."""
    items = [f'"#{quote(one.pointer)}";keyword="{quote(one.keyword)}"' for one in losses]
    said: list[str] = []
    for item in items[:MOST_LOSSES]:
        if sum(map(len, said)) + len(item) > LONGEST_LOSSES:
            break
        said.append(item)
    more = len(items) - len(said)
    return ", ".join([*said, f'"#";more={more}'] if more else said)
