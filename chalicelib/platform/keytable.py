"""The key table: wrapped data keys and the wrapped key-encryption key, apart for a short backup.

  subject#<subject> / key    one data key; deleting the row erases the subject
  kek#1 / kek                the key-encryption key, wrapped by KMS
  seal#<unit> / <seal>       seal key: the private key, wrapped, its certificate; not for the api
Each read is one GetItem, then cached in the container.
"""

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.platform.dynamo import Shape


class KeysRow(Model):
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    wrapped = BinaryAttribute(legacy_encoding=False)


class SealKeyRow(KeysRow):
    certificate = BinaryAttribute(legacy_encoding=False)


SHAPE = Shape(
    base=KeysRow,
    kinds={"data_key": KeysRow, "kek": KeysRow, "seal_key": SealKeyRow},
    indexes={},
)
