"""The rows of one case, as PynamoDB models; `store` says what they are for."""

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.models import Model


def text(null: bool = True) -> UnicodeAttribute:
    return UnicodeAttribute(null=null)


class CasesRow(Model):
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class DueRow(CasesRow):
    """Found by the due index while `due_shard` and `due_at` are set."""

    due_shard = text()
    due_at = text()


class CaseRow(DueRow):
    number = text(null=False)
    service = text(null=False)
    service_version = NumberAttribute()
    machine = text(null=False)
    generation = NumberAttribute()
    version = NumberAttribute()
    events = NumberAttribute()
    head = text(null=False)
    status = text(null=False)
    stage = text()
    visit = NumberAttribute()
    open = BooleanAttribute()
    outcome = text()
    target = text()
    items = NumberAttribute(null=True)
    result = text()
    ended = BooleanAttribute()
    channel = text(null=False)
    site = text(null=False)
    node = text(null=False)
    unit = text(null=False)
    above = text()
    leg = text()
    sent = text()
    begin = text()
    reminds = text()
    bounces = NumberAttribute(null=True)
    received_at = text(null=False)
    check_at = text(null=False)
    language = text(null=False)
    about = text()
    hears = text()
    part_of = text()
    inbox = text()
    inbox_at = text()
    test = BooleanAttribute(null=True)


class AnswersRow(CasesRow):
    sealed = BinaryAttribute(legacy_encoding=False)


class PapersRow(CasesRow):
    papers = JSONAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)


class EventRow(CasesRow):
    seq = NumberAttribute()
    type = text(null=False)
    at = text(null=False)
    as_of = text()
    actor = JSONAttribute()
    stage = text()
    visit = NumberAttribute()
    data = JSONAttribute()
    sealed = BinaryAttribute(legacy_encoding=False, null=True)
    previous = text(null=False)
    hash = text(null=False)
    key = text()
    body = text()


class TaskRow(CasesRow):
    task = text(null=False)
    number = text(null=False)
    service = text(null=False)
    service_version = NumberAttribute()
    task_kind = text(null=False)
    stage = text()
    visit = NumberAttribute()
    role = text()
    node = text()
    actions = JSONAttribute()
    opened_at = text(null=False)
    state = text(null=False)
    settled_by = text()
    settled_at = text()
    outcome = text()
    about = JSONAttribute(null=True)
    bars = JSONAttribute(null=True)
    party = text()
    part = text()
    parent = text()
    side = text()
    event = NumberAttribute(null=True)
    slots = NumberAttribute(null=True)
    item = JSONAttribute(null=True)
    late = BooleanAttribute(null=True)
    due = text()
    inbox = text()
    inbox_at = text()


class DebtRow(CasesRow):
    paper = text(null=False)
    state = text(null=False)
    opened_at = text(null=False)
    due = text(null=False)


class LapseRow(CasesRow):
    until = text(null=False)
    expires = NumberAttribute()


class NoticeRow(CasesRow):
    notice = text(null=False)
    seq = NumberAttribute()
    state = text(null=False)
    channel = text()
    sealed = BinaryAttribute(legacy_encoding=False)


class DocumentRow(CasesRow):
    document = text(null=False)
    document_number = text(null=False)
    seq = NumberAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)
    # Of a sealed document: the file's key, the SHA-256 of the PDF, the seal that signed it.
    object = text()
    sha256 = text()
    sealed_by = text()


class FollowerRow(CasesRow):
    """A case that has ended in this one, since event `seq`."""

    case = text(null=False)
    seq = NumberAttribute()


class OutRow(DueRow):
    seq = NumberAttribute()
    effects = JSONAttribute()
    fence = NumberAttribute()
    lease = text()
    lease_until = text()


class EmitterRow(DueRow):
    """`turn` is the time that is open next, or now; `cursor` how far its targets are done; `fence`
    grows with every page."""

    name = text(null=False)
    version = NumberAttribute()
    event = NumberAttribute()
    since = text(null=False)
    state = text(null=False)
    turn = NumberAttribute()
    cursor = JSONAttribute(null=True)
    fence = NumberAttribute()
