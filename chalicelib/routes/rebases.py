"""For publishers: move the open cases of a service to its live version, or see how it would go."""

import re
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.platform.errors import NotFound, Refused
from chalicelib.platform.lazy import lazy
from chalicelib.platform.ports import ConditionFailed, Row
from chalicelib.routes.door import Door, reply
from chalicelib.routes.handing import job_of, publisher, refuse_other

if TYPE_CHECKING:
    from chalicelib.cases import rebasing
else:
    rebasing = lazy("chalicelib.cases.rebasing")

NAME = re.compile("[0-9a-f]{32}")


def routes(door: Door) -> Blueprint:
    blueprint = Blueprint(__name__)

    @blueprint.route("/services/{service}/rebases", methods=["POST"])
    def rebase_service(service: str) -> Response:
        caller = publisher(door)
        sent = door.body()
        findings = door.house.forms.check("rebase", rebasing.REBASE_SCHEMA, sent)
        if findings:
            raise Refused(findings=findings)
        # What was published a moment ago is what is meant.
        door.house.catalogue.refresh()
        wanted = rebasing.wanted(door.house, service, sent, caller.id)
        scope = f"{caller.id}|rebase|{service}"
        name, body = job_of(door, scope, lambda job: rebasing.over(door.house, job))
        try:
            row = rebasing.keep_job(door.house, name, wanted, body)
        except ConditionFailed:
            row = rebasing.read_job(door.house, service, name)
            refuse_other(row, body)
        return reply(view(row), 202, {"Location": f"/services/{service}/rebases/{name}"})

    @blueprint.route("/services/{service}/rebases/{job}", methods=["GET"])
    def read_rebase(service: str, job: str) -> Response:
        publisher(door)
        if not NAME.fullmatch(job):
            raise NotFound
        row = rebasing.read_job(door.house, service, job)
        if door.house.catalogue.live(service).data.get("restricted"):
            # Whether there are any cases is not for those who publish.
            return reply({**view(row), "counts": None, "cases": []})
        return reply({**view(row), "cases": rebasing.fates(door.house, job)})

    return blueprint


def view(row: Row) -> dict[str, Any]:
    seen = {name: row[name] for name in ("job", "service", "by", "at", "state")}
    return {**seen, **row["data"], "counts": row.get("counts")}
