"""The ports: what the product needs of the outside, as protocols and plain values.

Each has one AWS adapter beside this file and one in-memory adapter under `tests/fakes`; the suite
under `tests/contract` holds both to the same promises.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from chalicelib.platform.errors import Unavailable

Row = dict[str, Any]
Key = tuple[str, str]


class Table(StrEnum):
    CASES = "cases"
    DIRECTORY = "directory"
    KEYS = "keys"


# Named tuples, not dataclasses: making ten dataclasses takes a cold start 4 ms.
# --- conditions, as data -------------------------------------------------------------------


class Absent(NamedTuple):
    """No item has this key."""


class Equals(NamedTuple):
    attribute: str
    value: str | int


class Below(NamedTuple):
    """The attribute exists and is less than `value` (strings by UTF-8 bytes, numbers by value)."""

    attribute: str
    value: str | int


class Missing(NamedTuple):
    """The item may exist; the attribute does not."""

    attribute: str


class Every(NamedTuple):
    of: tuple["Condition", ...]


class Either(NamedTuple):
    of: tuple["Condition", ...]


Condition = Absent | Equals | Below | Missing | Every | Either


# --- operations of one transaction ---------------------------------------------------------


class Put(NamedTuple):
    """Write the whole row (it carries `pk`, `sk` and `kind`)."""

    table: Table
    row: Row
    when: Condition | None = Absent()

    @property
    def key(self) -> Key:
        return self.row["pk"], self.row["sk"]


class Change(NamedTuple):
    """Set and remove attributes of an existing row of a kind."""

    table: Table
    kind: str
    key: Key
    set: Mapping[str, Any]
    when: Condition
    remove: tuple[str, ...] = ()


class Delete(NamedTuple):
    table: Table
    kind: str
    key: Key
    when: Condition | None = None


class Check(NamedTuple):
    """Nothing is written to this row of a kind, and all else only where it is so."""

    table: Table
    kind: str
    key: Key
    when: Condition


Operation = Put | Change | Delete | Check


class ConditionFailed(Exception):
    """Nothing was written. `positions` are the operations whose condition did not hold."""

    def __init__(self, positions: Sequence[int]) -> None:
        super().__init__(f"conditions {sorted(positions)} did not hold")
        self.positions = frozenset(positions)


class Busy(Unavailable):
    """A service did not answer or is contended, also after retries: nothing may be assumed.

    `why` is an error code for logs and tests; a client sees only that it may try again.
    """

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why

    def __str__(self) -> str:
        return self.why


class Page(NamedTuple):
    keys: tuple[Key, ...]
    cursor: Mapping[str, str] | None


class Store(Protocol):
    """A transactional key-value store with sparse indexes that only find (D3, D6)."""

    def get(self, table: Table, key: Key) -> Row | None:
        """The row, read consistently."""

    def partition(self, table: Table, pk: str, prefix: str = "") -> list[Row]:
        """Every row of a partition in order of `sk`, read consistently."""

    def get_many(self, table: Table, keys: Sequence[Key]) -> list[Row]:
        """The rows that exist, in the order asked for, read consistently."""

    def find(
        self,
        table: Table,
        index: str,
        value: str,
        upto: str | None = None,
        limit: int = 50,
        cursor: Mapping[str, str] | None = None,
    ) -> Page:
        """Keys under one index value in order of the range key, at most `upto` (inclusive)."""

    def transact(self, operations: Sequence[Operation]) -> None:
        """All or nothing, at most 100 operations on distinct rows.

        Raises ConditionFailed, or Busy.
        """


class Execution(StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    DEAD = "dead"
    MISSING = "missing"


class Orchestrator(Protocol):
    """Step Functions, as far as it is used: machines by name, executions by name, tokens."""

    def create(self, machine: str, definition: str) -> None:
        """Make the machine; equal name means equal content, so an existing one is success."""

    def start(self, machine: str, name: str, data: Mapping[str, Any]) -> None:
        """Start the execution `name`; one of that name, running or closed, is success."""

    def stop(self, machine: str, name: str) -> None:
        """End the execution if it runs."""

    def status(self, machine: str, name: str) -> Execution: ...

    def succeed(self, token: str, outcome: Mapping[str, str]) -> bool:
        """Answer a waiting stage; False when the token is gone (used, timed out, unknown)."""


class Retryable(Exception):
    """The provider did not take the message; trying again can help."""


class Permanent(Exception):
    """The provider refused the message; trying the same again cannot help."""


class Template(NamedTuple):
    """A text registered with an SMS provider: its number there, the variables in its order."""

    number: str
    values: tuple[str, ...]


class Notifier(Protocol):
    """Sends one message; returns when the provider took it, else raises Retryable or Permanent."""

    def sms(self, phone: str, text: str, reference: str, template: Template | None) -> None:
        """`template` is for providers that send registered texts only; `text` says the same."""

    def email(self, address: str, subject: str, body: str, reference: str) -> None: ...


class Keys(Protocol):
    """Seals what is personal under a data key per subject (D11)."""

    def mint(self, subject: str) -> Put:
        """A new data key for the subject: the row to commit with its first sealed row."""

    def seal(self, subject: str, row: str, data: bytes) -> bytes: ...

    def unseal(self, subject: str, row: str, sealed: bytes) -> bytes: ...

    def secret(self, number: str) -> str:
        """The receipt secret of a case number: 80 bits, recomputed, never stored."""

    def forget(self, subject: str) -> None:
        """Drop a minted key whose row was not committed."""

    def wrap(self, place: str, data: bytes) -> bytes:
        """Sealed for the deployment itself, to be kept at this place: it belongs to no subject."""

    def unwrap(self, place: str, wrapped: bytes) -> bytes: ...


class Files(Protocol):
    """Files that are written once and never changed (S3, put if absent)."""

    def put(self, key: str, data: bytes) -> bool:
        """Keep the file; False when there is one of that key, which stays. Raises Busy."""

    def get(self, key: str) -> bytes | None:
        """The file, or None when there is none. Raises Busy."""


class Ids(Protocol):
    def digits(self, n: int) -> str:
        """n random decimal digits."""

    def name(self) -> str:
        """An unguessable name."""


Now = Callable[[], datetime]


@dataclass(frozen=True)
class Ports:
    store: Store
    orchestrator: Orchestrator
    notifier: Notifier
    keys: Keys
    now: Now
    ids: Ids
    files: Files
    # The time that really passes, where an operator drives `now`.
    wall: Now | None = None
