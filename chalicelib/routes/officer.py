"""For officers: the inbox, a case, why it is where it is, and what can be done with it."""

from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.cases.numbers import is_number
from chalicelib.platform.errors import NotFound, Refused
from chalicelib.platform.lazy import lazy
from chalicelib.routes.door import Door, reply
from chalicelib.services.document import Service

if TYPE_CHECKING:
    from chalicelib.cases import act, file, idempotency, inbox, story, why
else:
    act = lazy("chalicelib.cases.act")
    file = lazy("chalicelib.cases.file")
    idempotency = lazy("chalicelib.cases.idempotency")
    inbox = lazy("chalicelib.cases.inbox")
    story = lazy("chalicelib.cases.story")
    why = lazy("chalicelib.cases.why")


def routes(door: Door) -> Blueprint:
    officer = Blueprint(__name__)

    @officer.route("/inbox", methods=["GET"])
    def read_inbox() -> Response:
        caller = door.officer()
        role, node = door.query("role", needed=True), door.query("node", needed=True)
        page = inbox.inbox(
            door.house, caller, str(role), str(node), door.query("cursor"), door.language
        )
        return reply(page)

    @officer.route("/cases/{number}", methods=["GET"])
    def read_case(number: str) -> Response:
        found, service = seen(door, number)
        view = story.officer(door.house, found, service, door.language)
        return reply(view, headers={"ETag": f'"{view["version"]}"'})

    @officer.route("/cases/{number}/why", methods=["GET"])
    def read_why(number: str) -> Response:
        found, service = seen(door, number)
        return reply({"case": number, "why": why.why(door.house, found, service, door.language)})

    @officer.route("/cases/{number}/tasks/{task}/actions", methods=["POST"])
    def act_on_task(number: str, task: str) -> Response:
        return done(door, number, task)

    @officer.route("/cases/{number}/actions", methods=["POST"])
    def act_on_case(number: str) -> Response:
        return done(door, number, None)

    return officer


def seen(door: Door, number: str) -> "tuple[file.CaseFile, Service]":
    """A case that the caller may read. Raises NotFound for every other number."""
    caller = door.officer()
    found = file.load(door.house.ports.store, number) if is_number(number) else None
    if found is None or not act.visible(door.house, caller, found):
        raise NotFound
    version = int(found.case["service_version"])
    return found, door.house.catalogue.version(found.case["service"], version)


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
        version=door.version(),
        key=idempotency.key_for(door.header("idempotency-key"), scope, door.raw),
    )
    answer = act.act(door.house, caller, it)
    return reply(answer, headers={"ETag": f'"{answer["version"]}"'})
