"""For officers: the members of a campaign, ledger or session, and one act on many of them."""

from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.platform.errors import BadRequest, NotFound, NotPermitted, Refused
from chalicelib.platform.lazy import lazy
from chalicelib.platform.ports import Row
from chalicelib.routes.door import Door, reply
from chalicelib.routes.handing import job_of, refuse_other
from chalicelib.routes.officer import seen
from chalicelib.routes.rebases import NAME

if TYPE_CHECKING:
    from chalicelib.cases import bulk, file, members, permission, standing
    from chalicelib.people.authority import Caller
    from chalicelib.services.document import Service
else:
    bulk = lazy("chalicelib.cases.bulk")
    members = lazy("chalicelib.cases.members")
    permission = lazy("chalicelib.cases.permission")
    standing = lazy("chalicelib.cases.standing")


def routes(door: Door) -> Blueprint:
    kept = Blueprint(__name__)

    @kept.route("/cases/{number}/members", methods=["GET"])
    def read_members(number: str) -> Response:
        caller, found, service = whole(door, number)
        state = door.query("state") or standing.OPEN
        if state not in standing.STATES:
            zh, en = "state为open、done或dropped", "state is open, done or dropped"
            raise BadRequest({"zh-Hans": zh, "en": en})
        cursor, house = door.query("cursor"), door.house
        page = members.page(house, caller, found, service, state, cursor, door.language)
        return reply(page)

    @kept.route("/cases/{number}/bulk", methods=["POST"])
    def act_on_many(number: str) -> Response:
        caller, _, _ = whole(door, number)
        sent = door.body()
        findings = door.house.forms.check("bulk", bulk.BULK_SCHEMA, sent)
        if findings:
            raise Refused(findings=findings)
        scope = f"{caller.id}|bulk|{number}"
        name, body = job_of(door, scope, lambda job: bulk.over(door.house, job))
        row = bulk.order(door.house, caller, number, sent, name, body)
        refuse_other(row, body)
        return reply(view(row), 202, {"Location": f"/cases/{number}/bulk/{name}"})

    @kept.route("/cases/{number}/bulk/{job}", methods=["GET"])
    def read_bulk(number: str, job: str) -> Response:
        caller, _, _ = whole(door, number)
        if not NAME.fullmatch(job):
            raise NotFound
        row = bulk.read(door.house, number, job)
        # Whoever ordered it knows the numbers; others read the members they may see.
        own = row["by"] == caller.id
        fates = bulk.fates(door.house, job, door.language) if own else []
        return reply({**view(row), "cases": fates})

    return kept


def whole(door: Door, number: str) -> "tuple[Caller, file.CaseFile, Service]":
    """A case that the caller may read whole. Raises NotFound, NotPermitted."""
    caller, found, service, sight = seen(door, number)
    if sight is not permission.Sight.FULL:
        zh, en = "只有能查看全案的人可以查询", "Only those who may read the whole case are told"
        raise NotPermitted({"zh-Hans": zh, "en": en})
    return caller, found, service


def view(row: Row) -> dict[str, Any]:
    seen = {name: row[name] for name in ("job", "by", "at", "state")}
    return {**seen, **row["data"], "counts": row.get("counts")}
