"""For officers: the inbox, a case, why it is where it is, and what can be done with it."""

from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.people.authority import Caller
from chalicelib.platform.errors import BadRequest, NotFound, NotPermitted, Refused
from chalicelib.platform.lazy import lazy
from chalicelib.platform.numbers import is_number
from chalicelib.routes.door import Door, reply
from chalicelib.routes.public import filter_of
from chalicelib.services.document import Service

if TYPE_CHECKING:
    from chalicelib.cases import act, bonds, file, idempotency, inbox, permission, story, why
else:
    act = lazy("chalicelib.cases.act")
    bonds = lazy("chalicelib.cases.bonds")
    permission = lazy("chalicelib.cases.permission")
    file = lazy("chalicelib.cases.file")
    idempotency = lazy("chalicelib.cases.idempotency")
    inbox = lazy("chalicelib.cases.inbox")
    story = lazy("chalicelib.cases.story")
    why = lazy("chalicelib.cases.why")


def routes(door: Door) -> Blueprint:
    officer = Blueprint(__name__)

    @officer.route("/inbox", methods=["GET"])
    def read_inbox() -> Response:
        return reply(tasks(door))

    @officer.route("/cases/{number}", methods=["GET"])
    def read_case(number: str) -> Response:
        caller, found, service, sight = seen(door, number)
        views = {permission.Sight.FULL: story.officer, permission.Sight.PRINCIPAL: story.principal}
        shown = views.get(sight, story.holder)
        view = shown(door.house, caller, found, service, door.language)
        return reply(view, headers={"ETag": f'"{view["version"]}"'})

    @officer.route("/cases/{number}/why", methods=["GET"])
    def read_why(number: str) -> Response:
        _, found, service, sight = seen(door, number)
        if sight is not permission.Sight.FULL:
            zh, en = "只有能查看全案的人可以查询", "Only those who may read the whole case are told"
            raise NotPermitted({"zh-Hans": zh, "en": en})
        return reply({"case": number, "why": why.why(door.house, found, service, door.language)})

    @officer.route("/cases/{number}/tasks/{task}/actions", methods=["POST"])
    def act_on_task(number: str, task: str) -> Response:
        return done(door, number, task)

    @officer.route("/cases/{number}/actions", methods=["POST"])
    def act_on_case(number: str) -> Response:
        return done(door, number, None)

    @officer.route("/bonds", methods=["GET"])
    def read_bonds() -> Response:
        return reply({"bonds": list(bonds.bonds_of(door.house, door.officer()))})

    return officer


def tasks(door: Door) -> dict[str, Any]:
    """A page of the inbox of a person, or of a role at a node, there of one zone or of all."""
    caller, cursor = door.officer(), door.query("cursor")
    party, test, zone = door.query("party"), door.flag("test"), filter_of(door, "zone")
    if party is not None:
        if zone is not None:
            zh, en = "zone只用于岗位的待办", "zone is for the inbox of a role"
            raise BadRequest({"zh-Hans": zh, "en": en})
        return inbox.personal(door.house, caller, party, cursor, door.language, test)
    role, node = str(door.query("role", needed=True)), str(door.query("node", needed=True))
    return inbox.inbox(door.house, caller, role, node, cursor, door.language, test, zone)


def seen(door: Door, number: str) -> "tuple[Caller, file.CaseFile, Service, permission.Sight]":
    """A case of which the caller may know something. Raises NotFound for every other number."""
    caller = door.officer()
    found = file.load(door.house.ports.store, number) if is_number(number) else None
    if found is None:
        raise NotFound
    version = int(found.case["service_version"])
    service = door.house.catalogue.version(found.case["service"], version)
    sight = permission.sight(door.house, caller, found, service)
    if sight is permission.Sight.NONE:
        raise NotFound
    return caller, found, service, sight


def done(door: Door, number: str, task: str | None) -> Response:
    """What an officer did, with the case's new version as the ETag."""
    caller = door.officer()
    if not is_number(number):
        raise NotFound
    body = door.body()
    findings = door.house.forms.check("action", act.ACTION_SCHEMA, body)
    if findings:
        raise Refused(findings=findings)
    scope = f"{caller.id}|{number}|{task or ''}"
    it = act.Act(
        number=number,
        task=task,
        action=body["action"],
        details=body.get("details", {}),
        version=door.version(needed=False),
        key=idempotency.key_for(door.header("idempotency-key"), scope, door.raw),
    )
    answer = act.act(door.house, caller, it)
    return reply(answer, headers={"ETag": f'"{answer["version"]}"'})
