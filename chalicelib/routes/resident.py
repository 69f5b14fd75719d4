"""For residents: submit, follow a case by its number and secret, give papers."""

from chalice.app import Blueprint, Response

from chalicelib.cases import story
from chalicelib.cases.act import ACTION_SCHEMA, Act, act
from chalicelib.cases.idempotency import key_for
from chalicelib.cases.submit import read_submission, submit
from chalicelib.people.authority import APPLICANT
from chalicelib.platform.errors import Refused
from chalicelib.routes.door import Door, reply


def routes(door: Door) -> Blueprint:
    resident = Blueprint(__name__)

    @resident.route("/services/{service}/cases", methods=["POST"])
    def submit_case(service: str) -> Response:
        caller = door.caller(needed=False)
        body = door.body()
        it = read_submission(door.house, service, body, door.language)
        key = key_for(door.header("idempotency-key"), f"{caller.id}|{service}", body)
        receipt = submit(door.house, caller, it, key)
        return reply(receipt, 201, {"Location": f"/my/cases/{receipt['case']}"})

    @resident.route("/my/cases/{number}", methods=["GET"])
    def read_my_case(number: str) -> Response:
        file = door.my_case(number)
        case = file.case
        service = door.house.catalogue.version(case["service"], int(case["service_version"]))
        return reply(story.resident(door.house, file, service, door.language))

    @resident.route("/my/cases/{number}/actions", methods=["POST"])
    def act_on_my_case(number: str) -> Response:
        file = door.my_case(number)
        body = door.body()
        findings = door.house.forms.check("action", ACTION_SCHEMA, body)
        if findings:
            raise Refused(findings=findings)
        holds = [row["task"] for row in file.open_tasks() if body["action"] in row["actions"]]
        it = Act(
            number=number,
            task=holds[0] if holds else None,
            action=body["action"],
            details=body.get("details", {}),
            version=door.version(needed=False),
            key=key_for(door.header("idempotency-key"), f"applicant|{number}", body),
        )
        return reply(act(door.house, APPLICANT, it))

    return resident
