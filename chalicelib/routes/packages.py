"""For publishers: carry services from one deployment to another as signed packages."""

import hashlib
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.people.authority import Caller
from chalicelib.platform import times
from chalicelib.platform.errors import BadRequest, Finding, NotFound, Refused
from chalicelib.platform.json import compact
from chalicelib.platform.lazy import lazy
from chalicelib.platform.ports import ConditionFailed
from chalicelib.routes.door import Door, reply
from chalicelib.routes.handing import publisher

if TYPE_CHECKING:
    from chalicelib.people import adoption
    from chalicelib.services.life import package, uploads
else:
    adoption = lazy("chalicelib.people.adoption")
    package = lazy("chalicelib.services.life.package")
    uploads = lazy("chalicelib.services.life.uploads")

NAMES = {
    "type": "object",
    "maxProperties": 200,
    "additionalProperties": {"type": "string", "pattern": "^[a-z][a-z0-9_-]{0,39}$"},
}
IMPORT_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["package"],
    "properties": {
        "package": {"type": "string", "maxLength": 3 * 1024 * 1024},
        "services": {
            "type": "array",
            "maxItems": 300,
            "items": {"type": "string", "maxLength": 64},
            "description": "as `GET /packages` answers it: what the package holds",
        },
        "map": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"roles": NAMES, "units": NAMES, "services": NAMES},
        },
    },
}


def routes(door: Door) -> Blueprint:
    blueprint = Blueprint(__name__)

    @blueprint.route("/packages/key", methods=["GET"])
    def read_key() -> Response:
        return reply(package.public_key(door.house.ports.keys))

    @blueprint.route("/packages", methods=["GET"])
    def export_services() -> Response:
        publisher(door)
        named = [name for name in str(door.query("services", needed=True)).split(",") if name]
        if not 0 < len(set(named)) == len(named) <= package.MAX_SERVICES:
            raise BadRequest
        services = [door.house.catalogue.live(name) for name in named]
        made = package.make(door.house.ports.keys, services, times.text(door.house.now()))
        return reply({"package": made, "services": named})

    @blueprint.route("/packages", methods=["POST"])
    def import_services() -> Response:
        caller = publisher(door)
        sent = door.body(package.MAX_SENT)
        findings = door.house.forms.check("package", IMPORT_SCHEMA, sent)
        if findings:
            raise Refused(findings=findings)
        found = package.unpack(sent["package"], door.house.directory.trusted)
        refuse_others(sent, [one["document"].get("service") for one in found])
        taken = [take(door, caller, one["document"], sent.get("map", {})) for one in found]
        return reply({"services": taken}, 202)

    return blueprint


def refuse_others(sent: Any, held: list[Any]) -> None:
    """Raises Refused where what is said of the package is not what it holds."""
    if sent.get("services", held) != held:
        names = "、".join(map(str, held))
        texts = {"zh-Hans": f"与包中的事项不同：{names}", "en": f"the package holds {names}"}
        raise Refused(findings=[Finding("/services", "const", texts, {"allowedValue": held})])


def take(door: Door, caller: Caller, document: Any, names: Any) -> dict[str, Any]:
    """One service as an upload of its own, by its content: the same again is the same upload."""
    mapped = package.remap(document, names)
    service = str(mapped.get("service", ""))
    name = hashlib.sha256(f"package|{compact(mapped)}".encode()).hexdigest()[:32]
    try:
        uploads.store_upload(door.house.ports, name, caller.id, mapped, name, dry=False)
    except ConditionFailed:
        pass
    return {
        "service": service,
        "upload": name,
        "lacking": package.lacking(mapped, known(door)) + owner(door, service),
    }


def known(door: Door) -> dict[str, Any]:
    """How to tell whether a name exists here, by its kind."""

    def live(service: str) -> bool:
        try:
            return bool(door.house.catalogue.offer(service))
        except NotFound:
            return False

    directory = door.house.directory
    return {
        "roles": directory.has_role,
        "units": lambda unit: directory.unit(unit) is not None,
        "services": live,
    }


def owner(door: Door, service: str) -> list[dict[str, Any]]:
    """A service that no unit owns here is published with `unit`."""
    known = len(service) <= package.LONGEST_NAME
    if known and adoption.owner_of(door.house.ports.store, service, door.house.today()):
        return []
    return [{"kind": "owners", "name": service, "pointers": ["/service"]}]
