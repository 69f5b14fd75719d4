"""The case table: its rows, as PynamoDB models, and its access patterns with their cost.

Key `case#<number>`:
  case            one row, at most 1 KB: state, version, visit, chain head, next due moment; in the
                  inbox index of the container that it is a member of
  answers#<n>     deflated and sealed, written once
  papers#<n>      the papers given in event n (ids in clear, references sealed)
  event#<n>       the chain; never changed
  task#<visit>…   a wait for a person, also a part of a stage: a claim, an opinion, one item of a
                  fanout (`item`: its number, what it is, whether it leads; `late` once its time
                  is over); in the inbox index (of a role at a node, or of one party) while open
  debt#<paper>    a promised paper
  notice#<n>#…    a rendered notice, sealed, so that every try sends the same text
  document#<n>#…  a rendered numbered document, sealed
  follower#<number>  a case that has ended in this one: its applicants hear of every public event
  emitter#<name>  what the case opens again and again: the number of its next time and how far it is
                  with it; in the due index while there is one
  out#<n>         the effects of fact n with their attempts; in the due index while one is owed
Key `key#<hash>`  an idempotency key: which case it made, the body's hash, until when
Key `card#<number>`  what the public board shows of a case: one row for each list it stands in
Key `posting#<number>`  what of a case is posted in public: one row, in the inbox index of the node
                  that it is for, until it is taken down
Key `bond#<id>`   a bond that a case has led to; in the inbox index of its helper
Key `record#<number>`  a submission to a service without a flow: this one row; in the inbox index of
                  its service, node and month
Key `inbound#<hash>`  a message that came in, by the hash of its id; in the due index until done
Key `thread#<hash>`  by the keyed hash of a phone: a row for each message sent to it
Key `rebase#<id>`  a job that moves open cases to another version: `job`, in the due index until it
                  is done, and `case#<number>`, the fate of each case
Key `recompute#<id>`  a job that computes due dates of open cases anew: `job`, as above
Key `bulk#<id>`   a job that does one act on many members of a container: `job`, and `case#<number>`
Key `promise#<hash>`  by the keyed hash of a person's identity: a row for each case in which a
                  promise was broken (lapse), until when nothing more is accepted with a gap
Key `wait#<number>`  the token of the open stage; in no index, in no serialiser

Access patterns (RRU = read request units of 4 KB, consistent; TWU = transactional write units):
  one case whole           Query case#<number>                      1 to 8 RRU
  submit                   Transact case, answers, key, event, out, data key (+ papers): 12 to 14
  act                      Query + Transact case, task, event, out  8 TWU (+ 2 a promised paper)
  keep a record            GetItem + PutItem, its own idempotency: 1 write unit a KB
  a month's records        the inbox index under record@<service>#<node>#<month>, then BatchGet
  an officer's inbox       Query index inbox <role>@<node>, then BatchGet of the page; one per grant
  a person's tasks, bonds  the same index under party@<id>, party@<id>#bonds
  members of a container  the same index under part@<number>#open, #done, #dropped, then BatchGet;
                  whether any is open: the first key of #open; how many: keys, in pages of 500
  the public board         the same index under board@<node>#<category>, then BatchGet of the page
  postings at a node       the same index under posted@<node>, a Query for each node of its path
  a reply by SMS           Query thread#<hash>, newest last; GetItem and Query of the case it means
  what is due              Query index due <kind>#<shard> up to now; 8 shards a kind
No scan, no item that all cases write.
"""

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
)

from chalicelib.cases.rows import (
    AnswersRow,
    CaseRow,
    CasesRow,
    DebtRow,
    DocumentRow,
    DueRow,
    EmitterRow,
    EventRow,
    FollowerRow,
    LapseRow,
    NoticeRow,
    OutRow,
    PapersRow,
    TaskRow,
    text,
)
from chalicelib.platform.dynamo import Shape


class CardRow(CasesRow):
    """What the public board shows; in the inbox index while a slot is free."""

    number = text(null=False)
    service = text(null=False)
    node = text(null=False)
    category = text(null=False)
    data = JSONAttribute()
    seen = NumberAttribute()
    inbox = text()
    inbox_at = text()


class PostingRow(CasesRow):
    """What everybody may read of a case below its node, up to the day `until`; `seen` says of which
    of the case's events it is the picture."""

    number = text(null=False)
    service = text(null=False)
    node = text()
    unit = text()
    at = text()
    until = text(null=False)
    data = JSONAttribute(null=True)
    seen = NumberAttribute()
    expires = NumberAttribute()
    inbox = text()
    inbox_at = text()


class BondRow(CasesRow):
    bond = text(null=False)
    case = text(null=False)
    helper = text(null=False)
    node = text(null=False)
    since = text(null=False)
    state = text(null=False)
    sealed = BinaryAttribute(legacy_encoding=False)
    inbox = text()
    inbox_at = text()


class RecordRow(CasesRow):
    """`key` and `body` are the hashes of the request that made it; without `sealed` it is erased
    and still counts."""

    service = text(null=False)
    service_version = NumberAttribute()
    at = text(null=False)
    site = text(null=False)
    unit = text(null=False)
    channel = text(null=False)
    actor = JSONAttribute(null=True)
    data = JSONAttribute()
    sealed = BinaryAttribute(legacy_encoding=False, null=True)
    key = BinaryAttribute(legacy_encoding=False)
    body = BinaryAttribute(legacy_encoding=False)
    until = NumberAttribute()
    opened = text()
    test = BooleanAttribute(null=True)
    inbox = text()
    inbox_at = text()


class InboundRow(DueRow):
    """A message that came in: sealed until it is dealt with."""

    number = text()
    at = text(null=False)
    body = text(null=False)
    state = text(null=False)
    attempts = NumberAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)
    expires = NumberAttribute()


class JobRow(DueRow):
    """A rebase of all open cases of a service, what a calendar has moved, or an act on members of a
    container (`sealed`: which, with what details); `fence` grows with every lease and page."""

    job = text(null=False)
    service = text(null=False)
    by = text(null=False)
    at = text(null=False)
    body = text(null=False)
    state = text(null=False)
    fence = NumberAttribute()
    data = JSONAttribute()
    progress = JSONAttribute()
    counts = JSONAttribute(null=True)
    sealed = BinaryAttribute(legacy_encoding=False, null=True)


class FateRow(CasesRow):
    number = text(null=False)
    state = text(null=False)
    data = JSONAttribute()


class ThreadRow(CasesRow):
    """A message that went out to a phone, and what an answer to it means."""

    number = text(null=False)
    service = text(null=False)
    notice = text(null=False)
    seq = NumberAttribute()
    asked_at = text(null=False)
    party = text()
    task = text()
    code = text()
    until = text(null=False)
    state = text(null=False)
    expires = NumberAttribute()


class KeyRow(CasesRow):
    case = text(null=False)
    body = text(null=False)
    at = text(null=False)
    until = NumberAttribute()
    expires = NumberAttribute()


class WaitRow(CasesRow):
    token = text(null=False)
    entered = text(null=False)
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
        "lapse": LapseRow,
        "debt": DebtRow,
        "notice": NoticeRow,
        "document": DocumentRow,
        "out": OutRow,
        "follower": FollowerRow,
        "emitter": EmitterRow,
        "card": CardRow,
        "posting": PostingRow,
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
