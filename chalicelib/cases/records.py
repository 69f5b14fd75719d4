"""Records: submissions to services without a flow. One row is the whole of it: answers, receipt,
idempotency and what statistics count; nothing is owed and nothing follows.

The number is a keyed hash of the idempotency key and of the turn of time in which it holds, so
that the put itself finds out whether the request was made before. Answers lie under a data key of
the service and the month (`subject_of`): deleting that key erases the month everywhere, backups
included; removing `sealed` from one row erases one person, and is out of the backups when these
are. The row goes on counting.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from chalicelib.cases import competence, leading, opening, ruling, submit
from chalicelib.cases import cursor as cursors
from chalicelib.cases.actor import Actor
from chalicelib.cases.counts import counted
from chalicelib.cases.fact import listed
from chalicelib.cases.file import pack, unpack
from chalicelib.cases.house import House
from chalicelib.cases.idempotency import IdempotencyKey
from chalicelib.cases.submit import Submission
from chalicelib.people.authority import READERS, Caller, reads
from chalicelib.people.directory import Node
from chalicelib.platform import times
from chalicelib.platform.errors import KeyReused, NotFound, Unavailable, pick
from chalicelib.platform.keys import Erased
from chalicelib.platform.numbers import new_number, record_number
from chalicelib.platform.ports import ConditionFailed, Operation, Put, Row, Table
from chalicelib.services.document import Service

TRIES = 4
PAGE = 50
APPLICANT = "applicant"


class Made(NamedTuple):
    """The rows of a record, and the subjects of data keys that are made with it."""

    row: Row
    others: list[Operation]
    minted: list[str]


def keep(house: House, caller: Caller, it: Submission, key: IdempotencyKey) -> Row:
    """The receipt of the record that this key makes or made.

    Raises KeyReused, Unavailable, what placing it raises, and Refused for a case that it would
    open and cannot.
    """
    it, actor, site = submit.placed(house, caller, it)
    turn = int(house.now().timestamp() // key.holds.total_seconds())
    before = _standing(house, key, turn - 1)
    if before is not None and before["until"] >= house.now().timestamp():
        return _repeated(house, before, key, it.language)
    salt = 0
    for _ in range(TRIES):
        number = number_of(house, key, turn, salt)
        made = _made(house, it, actor, site, key, number)
        if _written(house, made):
            return receipt(house, made.row, it.language)
        # Ours already (perhaps the SDK lost our answer), somebody else's number, the month's key
        # that another made first, or the number of the case.
        kept = read(house, number)
        if kept is not None and kept["key"] == made.row["key"]:
            return _repeated(house, kept, key, it.language)
        salt += kept is not None
    raise Unavailable


def receipt(house: House, row: Row, language: str) -> Row:
    """What the sender is told; the same for every repeat. Only who submits for himself hears the
    secret: an officer reads records by his role."""
    service, own = _service(house, row), "actor" not in row
    secret = house.ports.keys.secret
    said: Row = {
        **({"test": True} if row.get("test") else {}),
        "record": number_in(row),
        "service": service.id,
        "version": service.version,
        "received_at": row["at"],
        **({"secret": secret(secret_of(number_in(row)))} if own else {}),
        **ruling.told(service, row["data"], language),
    }
    if "opened" in row:
        case = {"service": service.record["then"]["opens"]["service"], "case": row["opened"]}
        said["opened"] = {**case, "secret": secret(row["opened"])} if own else case
    return said


def own(house: House, row: Row, language: str) -> Row:
    """The record as its sender reads it again, with what was sent."""
    service = _service(house, row)
    return {
        "record": number_in(row),
        "service": service.id,
        "title": pick(service.data["titles"], language),
        "received_at": row["at"],
        "answers": answers_in(house, row),
        **({"opened": row["opened"]} if "opened" in row else {}),
    }


def month_of(
    house: House, caller: Caller, service: Service, node: str, month: str | None, cursor: str | None
) -> Row:
    """A page of the records of a service at a node in a month (this one for None), oldest first.

    Raises NotFound unless the service keeps any and the caller reads there, at the node or for the
    unit that owns the service; InvalidCursor.
    """
    place = house.directory.node(node)
    if not service.record or place is None or not _may_read(house, caller, service, place):
        raise NotFound
    month = month or f"{house.today():%Y-%m}"
    at = listed(list_of(service.id, place.id, month), service.trial)
    rows, further = cursors.page(house, f"{caller.id}|{at}", at, PAGE, cursor)
    shown = list(_shown(house, rows))
    unit = service.record["counted_in"]
    return {"month": month, "counted_in": unit, "records": shown, "cursor": further}


def read(house: House, number: str) -> Row | None:
    return house.ports.store.get(Table.CASES, _key(number))


def number_of(house: House, key: IdempotencyKey, turn: int, salt: int) -> str:
    """The number that a key has in a turn of time; the next salt where it is somebody else's."""
    return record_number(house.ports.keys.secret(f"record-number|{key.hash}|{turn}|{salt}"))


def number_in(row: Row) -> str:
    return str(row["pk"]).removeprefix("record#")


def secret_of(number: str) -> str:
    """What the secret of a record is made from: never that of a case."""
    return f"record|{number}"


def subject_of(service: str, month: str) -> str:
    """Whose data key seals the answers: a service's, of a month where the office is."""
    return f"records|{service}|{month}"


def _standing(house: House, key: IdempotencyKey, turn: int) -> Row | None:
    """The record that the key made in a turn of time."""
    wanted = bytes.fromhex(key.hash)
    for salt in range(TRIES):
        row = read(house, number_of(house, key, turn, salt))
        if row is None or row["key"] == wanted:
            return row
    return None


def _written(house: House, made: Made) -> bool:
    """Whether it is stored; False where a condition does not hold. Raises Busy.

    A key that may not have been stored is forgotten: what it would seal next could be lost.
    """
    stored = False
    try:
        house.ports.store.transact([Put(Table.CASES, made.row), *made.others])
        stored = True
    except ConditionFailed:
        return False
    finally:
        for subject in () if stored else made.minted:
            house.ports.keys.forget(subject)
    return stored


def _repeated(house: House, row: Row, key: IdempotencyKey, language: str) -> Row:
    if row["body"] != bytes.fromhex(key.body):
        raise KeyReused
    return receipt(house, row, language)


def _made(
    house: House, it: Submission, actor: Actor, site: Node, key: IdempotencyKey, number: str
) -> Made:
    now, service = house.now(), it.service
    month = f"{house.today():%Y-%m}"
    sealed, others, minted = _sealed(house, subject_of(service.id, month), number, it)
    pk, sk = _key(number)
    row: Row = {
        "pk": pk,
        "sk": sk,
        "kind": "record",
        "service": service.id,
        "service_version": service.version,
        "at": times.text(now),
        "site": site.id,
        "unit": competence.handling(house, service, it.answers, site).id,
        "channel": it.channel,
        "data": {
            **counted(service.data, it.answers),
            **ruling.recorded(service, it.answers, it.dropped),
        },
        "sealed": sealed,
        "key": bytes.fromhex(key.hash),
        "body": bytes.fromhex(key.body),
        "until": int((now + key.holds).timestamp()),
        "inbox": listed(list_of(service.id, site.id, month), service.trial),
        "inbox_at": f"{times.text(now)}#{number}",
    }
    if actor.role != APPLICANT:
        row["actor"] = actor.data()
    if service.trial:
        row["test"] = True
    return _followed(house, it, actor, Made(row, others, minted))


def _followed(house: House, it: Submission, actor: Actor, made: Made) -> Made:
    """With the case that the record opens, where its answers are so."""
    then = it.service.record.get("then")
    name = f"{it.service.content}/record/then/if"
    if then is None or not house.forms.holds(name, then["if"], it.answers):
        return made
    service = leading.live(house, then["opens"]["service"])
    told = leading.mapped(then["opens"], it.answers, {}, number_in(made.row), it.service)
    given = leading.checked(house, service, told, "/answers")
    channels = service.data["channels"]
    case = opening.Opening(
        service,
        given,
        channel=it.channel if it.channel in channels else channels[0],
        language=it.language,
        actor=actor,
        site=opening.place_of(house, service, given),
        test=it.service.trial,
    )
    fact, operations = opening.open_case(house, case, new_number(house.ports.ids))
    row = {**made.row, "opened": fact.number}
    return Made(row, [*made.others, *operations], [*made.minted, *fact.minted])


def _sealed(
    house: House, subject: str, number: str, it: Submission
) -> tuple[bytes, list[Operation], list[str]]:
    """The answers, and the data key of the month where this is its first record."""
    keys = house.ports.keys
    try:
        return pack(keys, subject, number, it.answers), [], []
    except Erased:
        mint = keys.mint(subject)
        return pack(keys, subject, number, it.answers), [mint], [subject]


def answers_in(house: House, row: Row) -> Any:
    """None once they are erased."""
    if "sealed" not in row:
        return None
    month = f"{house.calendar.local_date(times.moment(row['at'])):%Y-%m}"
    subject = subject_of(row["service"], month)
    try:
        return unpack(house.ports.keys, subject, {**row, "sk": number_in(row)})
    except Erased:
        return None


def _shown(house: House, rows: list[Row]) -> Iterator[Row]:
    for row in rows:
        yield {
            "record": number_in(row),
            "version": int(row["service_version"]),
            "received_at": row["at"],
            "site": row["site"],
            "unit": row["unit"],
            "channel": row["channel"],
            "counts": row["data"].get("counts", {}),
            "answers": answers_in(house, row),
            **({"actor": row["actor"]} if "actor" in row else {}),
            **({"opened": row["opened"]} if "opened" in row else {}),
        }


def _may_read(house: House, caller: Caller, service: Service, node: Node) -> bool:
    today = house.today()
    owner = house.directory.owner(service.id, today)
    office = house.directory.node(owner.node) if owner else None
    paths = [one.path for one in (node, office) if one is not None]
    return reads(caller.grants, paths, today, frozenset(service.data.get("readers", READERS)))


def list_of(service: str, node: str, month: str) -> str:
    """Where the records of a service at a node in a month (2026-03) are listed."""
    return f"record@{service}#{node}#{month}"


def _key(number: str) -> tuple[str, str]:
    return f"record#{number}", "record"


def _service(house: House, row: Row) -> Service:
    return house.catalogue.version(row["service"], int(row["service_version"]))
