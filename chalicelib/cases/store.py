"""The case table: its rows, as PynamoDB models, and its access patterns with their cost.

Key `case#<number>`:
  case            one row, at most 1 KB: state, version, visit, chain head, next due moment
  answers#<n>     deflated and sealed, written once
  papers#<n>      the papers given in event n (ids in clear, references sealed)
  event#<n>       the chain; never changed
  task#<visit>…   a wait for a person, also a part of a stage: a claim, an opinion, one item of a
                  fanout; in the inbox index (of a role at a node, or of one party) while open
  debt#<paper>    a promised paper
  notice#<n>#…    a rendered notice, sealed, so that every try sends the same text
  document#<n>#…  a rendered numbered document, sealed
  out#<n>         the effects of fact n with their attempts; in the due index while one is owed
Key `key#<hash>`  an idempotency key: which case it made, the body's hash, until when
Key `card#<number>`  what the public board shows of a case: one row for each list it stands in
Key `bond#<id>`   a bond that a case has led to; in the inbox index of its helper
Key `record#<number>`  a submission to a service without a flow: this one row; in the inbox index of
                  its service, node and month
Key `inbound#<hash>`  a message that came in, by the hash of its id; in the due index until done
Key `thread#<hash>`  by the keyed hash of a phone: a row for each message sent to it
Key `rebase#<id>`  a job that moves open cases to another version: `job`, in the due index until it
                  is done, and `case#<number>`, the fate of each case
Key `recompute#<id>`  a job that computes due dates of open cases anew: `job`, as above
Key `wait#<number>`  the token of the open stage; in no index, in no serialiser

Access patterns (RRU = read request units of 4 KB, consistent; TWU = transactional write units):
  one case whole           Query case#<number>                      1 to 8 RRU
  submit                   Transact case, answers, key, event, out, data key (+ papers): 12 to 14
  act                      Query + Transact case, task, event, out  8 TWU (+ 2 a promised paper)
  keep a record            GetItem + PutItem, its own idempotency: 1 write unit a KB
  a month's records        the inbox index under record@<service>#<node>#<month>, then BatchGet
  an officer's inbox       Query index inbox <role>@<node>, then BatchGet of the page; one per grant
  a person's tasks, bonds  the same index under party@<id>, party@<id>#bonds
  the public board         the same index under board@<node>#<category>, then BatchGet of the page
  a reply by SMS           Query thread#<hash>, newest last; GetItem and Query of the case it means
  what is due              Query index due <kind>#<shard> up to now; 8 shards a kind
No scan, no item that all cases write.
"""

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.models import Model

from chalicelib.platform.dynamo import Shape


def _text(null: bool = True) -> UnicodeAttribute:
    return UnicodeAttribute(null=null)


class CasesRow(Model):
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class DueRow(CasesRow):
    """Found by the due index while `due_shard` and `due_at` are set."""

    due_shard = _text()
    due_at = _text()


class CaseRow(DueRow):
    number = _text(null=False)
    service = _text(null=False)
    service_version = NumberAttribute()
    machine = _text(null=False)
    generation = NumberAttribute()
    version = NumberAttribute()
    events = NumberAttribute()
    head = _text(null=False)
    status = _text(null=False)
    stage = _text()
    visit = NumberAttribute()
    open = BooleanAttribute()
    outcome = _text()
    target = _text()
    result = _text()
    ended = BooleanAttribute()
    channel = _text(null=False)
    site = _text(null=False)
    node = _text(null=False)
    unit = _text(null=False)
    above = _text()
    received_at = _text(null=False)
    check_at = _text(null=False)
    language = _text(null=False)
    about = _text()
    hears = _text()
    test = BooleanAttribute(null=True)


class AnswersRow(CasesRow):
    sealed = BinaryAttribute(legacy_encoding=False)


class PapersRow(CasesRow):
    papers = JSONAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)


class EventRow(CasesRow):
    seq = NumberAttribute()
    type = _text(null=False)
    at = _text(null=False)
    as_of = _text()
    actor = JSONAttribute()
    stage = _text()
    visit = NumberAttribute()
    data = JSONAttribute()
    sealed = BinaryAttribute(legacy_encoding=False, null=True)
    previous = _text(null=False)
    hash = _text(null=False)
    key = _text()
    body = _text()


class TaskRow(CasesRow):
    task = _text(null=False)
    number = _text(null=False)
    service = _text(null=False)
    service_version = NumberAttribute()
    task_kind = _text(null=False)
    stage = _text()
    visit = NumberAttribute()
    role = _text()
    node = _text()
    actions = JSONAttribute()
    opened_at = _text(null=False)
    state = _text(null=False)
    settled_by = _text()
    settled_at = _text()
    outcome = _text()
    about = JSONAttribute(null=True)
    party = _text()
    part = _text()
    parent = _text()
    side = _text()
    event = NumberAttribute(null=True)
    slots = NumberAttribute(null=True)
    due = _text()
    inbox = _text()
    inbox_at = _text()


class DebtRow(CasesRow):
    paper = _text(null=False)
    state = _text(null=False)
    opened_at = _text(null=False)
    due = _text(null=False)


class NoticeRow(CasesRow):
    notice = _text(null=False)
    seq = NumberAttribute()
    state = _text(null=False)
    channel = _text()
    sealed = BinaryAttribute(legacy_encoding=False)


class DocumentRow(CasesRow):
    document = _text(null=False)
    document_number = _text(null=False)
    seq = NumberAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)


class OutRow(DueRow):
    seq = NumberAttribute()
    effects = JSONAttribute()
    fence = NumberAttribute()
    lease = _text()
    lease_until = _text()


class CardRow(CasesRow):
    """What the public board shows; in the inbox index while a slot is free."""

    number = _text(null=False)
    service = _text(null=False)
    node = _text(null=False)
    category = _text(null=False)
    data = JSONAttribute()
    seen = NumberAttribute()
    inbox = _text()
    inbox_at = _text()


class BondRow(CasesRow):
    bond = _text(null=False)
    case = _text(null=False)
    helper = _text(null=False)
    node = _text(null=False)
    since = _text(null=False)
    state = _text(null=False)
    sealed = BinaryAttribute(legacy_encoding=False)
    inbox = _text()
    inbox_at = _text()


class RecordRow(CasesRow):
    """`key` and `body` are the hashes of the request that made it; without `sealed` it is erased
    and still counts."""

    service = _text(null=False)
    service_version = NumberAttribute()
    at = _text(null=False)
    site = _text(null=False)
    unit = _text(null=False)
    channel = _text(null=False)
    actor = JSONAttribute(null=True)
    data = JSONAttribute()
    sealed = BinaryAttribute(legacy_encoding=False, null=True)
    key = BinaryAttribute(legacy_encoding=False)
    body = BinaryAttribute(legacy_encoding=False)
    until = NumberAttribute()
    opened = _text()
    test = BooleanAttribute(null=True)
    inbox = _text()
    inbox_at = _text()


class InboundRow(DueRow):
    """A message that came in: sealed until it is dealt with."""

    number = _text()
    at = _text(null=False)
    body = _text(null=False)
    state = _text(null=False)
    attempts = NumberAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)
    expires = NumberAttribute()


class JobRow(DueRow):
    """A rebase of all open cases of a service, or what a calendar has moved; `fence` grows with
    every lease and page."""

    job = _text(null=False)
    service = _text(null=False)
    by = _text(null=False)
    at = _text(null=False)
    body = _text(null=False)
    state = _text(null=False)
    fence = NumberAttribute()
    data = JSONAttribute()
    progress = JSONAttribute()
    counts = JSONAttribute(null=True)


class FateRow(CasesRow):
    number = _text(null=False)
    state = _text(null=False)
    data = JSONAttribute()


class ThreadRow(CasesRow):
    """A message that went out to a phone, and what an answer to it means."""

    number = _text(null=False)
    service = _text(null=False)
    notice = _text(null=False)
    seq = NumberAttribute()
    asked_at = _text(null=False)
    party = _text()
    task = _text()
    code = _text()
    until = _text(null=False)
    state = _text(null=False)
    expires = NumberAttribute()


class KeyRow(CasesRow):
    case = _text(null=False)
    body = _text(null=False)
    at = _text(null=False)
    until = NumberAttribute()
    expires = NumberAttribute()


class WaitRow(CasesRow):
    token = _text(null=False)
    entered = _text(null=False)
    visit = NumberAttribute()
    generation = NumberAttribute()


SHAPE = Shape(
    base=CasesRow,
    kinds={
        "case": CaseRow,
        "answers": AnswersRow,
        "papers": PapersRow,
        "event": EventRow,
        "task": TaskRow,
        "debt": DebtRow,
        "notice": NoticeRow,
        "document": DocumentRow,
        "out": OutRow,
        "card": CardRow,
        "bond": BondRow,
        "record": RecordRow,
        "inbound": InboundRow,
        "thread": ThreadRow,
        "job": JobRow,
        "fate": FateRow,
        "key": KeyRow,
        "wait": WaitRow,
    },
    indexes={"due": ("due_shard", "due_at"), "inbox": ("inbox", "inbox_at")},
)
