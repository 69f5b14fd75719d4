"""The directory table: reference data that changes by a person's act, read through a cache.

  node#<id>      / node      a node of the region tree as it first was: parent, level, titles,
                             code; beside it `from#<day>` how it is from that day on, or that it
                             ended and what it became, and a row taken `taken#<id>` for each node
                             that it has taken over
  nodes          / <id>#…    the register of the region tree: each state once more
  code#<12>      / code      the node that carries an official region code; `from#<day>` the one
                             that carries it from that day on
  unit#<id>      / unit      an office on a node, with what its documents and notices print;
                             beside it `seal#<id>` rows: title, from, to (retired)
  units          / <id>      unit: the register of units, in short
  owner#<service>/ owner     the unit that owns the service here, undated; `from#<day>` the one
                             that owns it from that day on: a transfer writes one and keeps all;
                             `node#<node>#<unit>#…` the same for the subtree of a node
  owners         / <service> owned: the register of services that have an owner
  capability#<service> / capability  which levels and nodes are able to receive it, dated
  party#<sub>    / party     an officer, agent or volunteer, and whom they stand in for;
                             beside it `grant#<role>#<node>` rows, and a row `absence#<from>`
                             for each absence: from, to, because
  holders#<role>#<node> / party#<id>  who holds a role at a node; `stand-ins#<party>` / party#<id>
                             who stands in for somebody
  channel#<name> / channel   how messages come and go: sign, phone; `secret` its version
  calendar#<id>  / calendar  a working calendar document; `change#<at>` what it was until then
  issuer#<url>   / issuer    the stored JWKS of a token issuer
  role#<role>    / role      that somebody holds or has held a role of this name
  ruling#<service> / ruling  that rulings of its cases may be written as rules who owns it where
  trust#<kid>    / trust     a key whose packages are believed
  service#<id>   / live      which version is open, and how it is offered; `trial` the one under
                             test; `version#<n>`, `trial#<n>` hold the documents; `audit#<at>#<n>`
                             who did what with it
  catalogue      / <service> one entry a service, for the list
  upload#<id>    / upload    an uploaded document and its report; in the index `pending` until it
                             is checked, then among the drafts until it is published or discarded
  upload#<id>    / order     what a publisher wants done with a service, or its history told of
                             its cases; `pending` until it is
Every read is one GetItem or one Query of a small partition.
"""

from pynamodb.attributes import BinaryAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.platform.dynamo import Shape


class DirectoryRow(Model):
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    data = JSONAttribute(null=True)


class VersionRow(DirectoryRow):
    """A published version: the document deflated; `machine` is the name its flow compiled to."""

    service = UnicodeAttribute()
    version = NumberAttribute()
    machine = UnicodeAttribute()
    content = UnicodeAttribute()
    published_at = UnicodeAttribute()
    published_by = UnicodeAttribute()
    document = BinaryAttribute(legacy_encoding=False)


class LiveRow(DirectoryRow):
    """`turn` grows with every change, so that two changes at once are one after the other."""

    service = UnicodeAttribute()
    version = NumberAttribute()
    content = UnicodeAttribute()
    turn = NumberAttribute(null=True)


class HandedInRow(DirectoryRow):
    by = UnicodeAttribute()
    at = UnicodeAttribute()
    state = UnicodeAttribute()
    body = UnicodeAttribute()
    pending = UnicodeAttribute(null=True)
    pending_at = UnicodeAttribute(null=True)


class UploadRow(HandedInRow):
    upload = UnicodeAttribute()
    dry = NumberAttribute()
    document = BinaryAttribute(legacy_encoding=False)
    examples = BinaryAttribute(legacy_encoding=False)
    report = BinaryAttribute(legacy_encoding=False, null=True)


class OrderRow(HandedInRow):
    order = UnicodeAttribute()
    outcome = BinaryAttribute(legacy_encoding=False, null=True)


PLAIN = (
    "channel node taken code unit seal owner owned capability party grant absence calendar issuer"
    " entry audit role trust ruling"
).split()

SHAPE = Shape(
    base=DirectoryRow,
    kinds={
        **dict.fromkeys(PLAIN, DirectoryRow),
        "version": VersionRow,
        "live": LiveRow,
        "upload": UploadRow,
        "order": OrderRow,
    },
    indexes={"pending": ("pending", "pending_at")},
)
