"""The directory table: reference data that changes by a person's act, read through a cache.

  node#<id>      / node      a node of the region tree: its path of ids, level, titles
  code#<12>      / code      the node that carries an official region code
  unit#<id>      / unit      an office on a node, with what its documents and notices print
  owner#<service>/ owner     the unit that owns the service here
  party#<sub>    / party     an officer, agent or volunteer, and whom they stand in for;
                             beside it `grant#<role>#<node>` rows, and a row `absence#<from>`
                             for each absence: from, to, because
  channel#<name> / channel   how messages come and go: sign, phone; `secret` its version
  calendar#<id>  / calendar  a working calendar document
  issuer#<url>   / issuer    the stored JWKS of a token issuer
  service#<id>   / live      which version is open; `version#<n>` rows hold the documents
  catalogue      / <service> one entry a service, for the list
  upload#<id>    / upload    an uploaded document and its report; in the index `pending` until done
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
    service = UnicodeAttribute()
    version = NumberAttribute()
    content = UnicodeAttribute()


class UploadRow(DirectoryRow):
    upload = UnicodeAttribute()
    by = UnicodeAttribute()
    at = UnicodeAttribute()
    state = UnicodeAttribute()
    body = UnicodeAttribute()
    document = BinaryAttribute(legacy_encoding=False)
    pending = UnicodeAttribute(null=True)
    pending_at = UnicodeAttribute(null=True)


PLAIN = "channel node code unit owner party grant absence calendar issuer entry".split()

SHAPE = Shape(
    base=DirectoryRow,
    kinds={
        **dict.fromkeys(PLAIN, DirectoryRow),
        "version": VersionRow,
        "live": LiveRow,
        "upload": UploadRow,
    },
    indexes={"pending": ("pending", "pending_at")},
)
