"""For residents: submit, follow a case by its number and secret, give papers."""

from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.platform.errors import Refused
from chalicelib.platform.lazy import lazy
from chalicelib.routes.door import Door, reply

if TYPE_CHECKING:
    from chalicelib.cases import act, idempotency, records, sideview, story, submit
else:
    act = lazy("chalicelib.cases.act")
    idempotency = lazy("chalicelib.cases.idempotency")
    records = lazy("chalicelib.cases.records")
    sideview = lazy("chalicelib.cases.sideview")
    story = lazy("chalicelib.cases.story")
    submit = lazy("chalicelib.cases.submit")


def routes(door: Door) -> Blueprint:
    resident = Blueprint(__name__)

    @resident.route("/services/{service}/cases", methods=["POST"])
    def submit_case(service: str) -> Response:
        caller = door.caller(needed=False)
        body = door.body()
        trial = door.trial(service)
        it = submit.read_submission(door.house, caller, service, body, door.language, trial)
        given = door.header("idempotency-key")
        if given is None and not caller.known and it.service.data.get("splits"):
            # Who reads this case could send it again and learn from the receipt what was split off.
            given = f"once-{door.house.ports.ids.name()}"
        place = f"{service}|{trial.version}" if trial else service
        scope = f"{caller.id}|{place}" if caller.known or given else f"{door.source}|{place}"
        key = idempotency.key_for(given, scope, door.raw)
        if it.service.record:
            kept = records.keep(door.house, caller, it, key)
            return reply(kept, 201, {"Location": f"/my/records/{kept['record']}"})
        receipt = submit.submit(door.house, caller, it, key)
        return reply(receipt, 201, {"Location": f"/my/cases/{receipt['case']}"})

    @resident.route("/my/cases/{number}", methods=["GET"])
    def read_my_case(number: str) -> Response:
        file, caller = door.my_side(number)
        case = file.case
        service = door.house.catalogue.version(case["service"], int(case["service_version"]))
        if caller.side:
            return reply(sideview.view(door.house, caller, file, service, door.language))
        return reply(story.resident(door.house, file, service, door.language))

    @resident.route("/my/cases/{number}/actions", methods=["POST"])
    def act_on_my_case(number: str) -> Response:
        file, caller = door.my_side(number)
        body = door.body()
        findings = door.house.forms.check("action", act.ACTION_SCHEMA, body)
        if findings:
            raise Refused(findings=findings)
        holds = [row["task"] for row in file.open_tasks() if body["action"] in row["actions"]]
        it = act.Act(
            number=number,
            task=holds[0] if holds and not caller.side else None,
            action=body["action"],
            details=body.get("details", {}),
            version=door.version(needed=False),
            key=idempotency.key_for(
                door.header("idempotency-key"), f"{caller.id}|{number}", door.raw
            ),
        )
        return reply(act.act(door.house, caller, it))

    return resident
