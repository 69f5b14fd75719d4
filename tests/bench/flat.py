"""What lists, a tick and a view cost while cases grow: `python -m tests.bench.flat`.

Two cases are played through the front door, a licence and a wish on the board, and laid beside
themselves as rows under other numbers, in the same inbox, list and shards. Counted is what the
store is asked for (requests, index entries and rows read), which is what DynamoDB bills and waits
for and is the same on every computer; beside it the CPU of the whole route. Of the crowd nothing
is due when the tick runs, of the cases in front of it all are.
"""

import gc
import json
import sys
import time
from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import timedelta
from typing import Any

from chalicelib.platform.ports import Key, Operation, Page, Row, Store, Table
from chalicelib.wiring import SHAPES
from infra.plays.plain import plans
from tests.fakes.store import MemoryStore
from tests.world import World

SIZES = (1_000, 10_000, 100_000)
DUE = 20
TURNS, REPEATS = 7, 10
LICENCE, WISH = "business-licence", "micro-wish"
INBOX = "/inbox?role=acceptor&node=jz-t1-v1"
BOARD = "/board"
CLERK = "officer-li"


class Indexed(MemoryStore):
    """The store in memory with its indexes kept in order, and a count of what it is asked for."""

    def __init__(self) -> None:
        super().__init__(SHAPES)
        self.asked: Counter[str] = Counter()
        self._sorted: dict[tuple[Table, str, str], list[tuple[str, Key]]] = defaultdict(list)
        self._within: dict[tuple[Table, str], list[str]] = defaultdict(list)

    def get(self, table: Table, key: Key) -> Row | None:
        self.asked += Counter(requests=1, rows=1)
        return super().get(table, key)

    def get_many(self, table: Table, keys: Sequence[Key]) -> list[Row]:
        self.asked += Counter(requests=-(-len(set(keys)) // 100), rows=len(set(keys)))
        found = (self.rows[table].get(key) for key in dict.fromkeys(keys))
        return [deepcopy(row) for row in found if row is not None]

    def partition(self, table: Table, pk: str, prefix: str = "") -> list[Row]:
        names = [sk for sk in self._within[table, pk] if sk.startswith(prefix)]
        self.asked += Counter(requests=1, rows=len(names))
        return [deepcopy(self.rows[table][pk, sk]) for sk in names]

    def find(
        self,
        table: Table,
        index: str,
        value: str,
        upto: str | None = None,
        limit: int = 50,
        cursor: Mapping[str, str] | None = None,
    ) -> Page:
        hash_key, range_key = self._shapes[table].indexes[index]
        entries = self._sorted[table, hash_key, value]
        after = cursor and (cursor[range_key], (cursor["pk"], cursor["sk"]))
        first = bisect_right(entries, after) if after else 0
        last = len(entries) if upto is None else bisect_left(entries, (upto + "\x00", ("", "")))
        taken = entries[first : min(last, first + limit)]
        self.asked += Counter(requests=1, entries=len(taken))
        keys = tuple(key for _, key in taken)
        if len(taken) < limit:
            return Page(keys, None)
        moment, (pk, sk) = taken[-1]
        return Page(keys, {"pk": pk, "sk": sk, hash_key: value, range_key: moment})

    def lay(self, table: Table, row: Row) -> None:
        """A row as if it had been written."""
        self.rows[table][row["pk"], row["sk"]] = row
        insort(self._within[table, row["pk"]], row["sk"])
        self._index(table, row, insort)

    def _apply(self, operation: Operation, row: Row | None) -> None:
        table, key = operation.table, operation.key
        before = self.rows[table].get(key)
        super()._apply(operation, row)
        if before is not None:
            self._index(table, before, _remove)
        if row is not None:
            self._index(table, row, insort)
        names = self._within[table, key[0]]
        if before is None and row is not None:
            insort(names, key[1])
        elif before is not None and row is None:
            names.remove(key[1])

    def _index(self, table: Table, row: Row, change: Callable[[Any, Any], None]) -> None:
        for hash_key, range_key in self._shapes[table].indexes.values():
            if hash_key in row and range_key in row:
                entry = (row[range_key], (row["pk"], row["sk"]))
                change(self._sorted[table, hash_key, row[hash_key]], entry)


class Crowd(World):
    """A world with so many cases beside the two that were played."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.publish_all()
        self.licence, wish = self._submit(LICENCE, 0), self._submit(WISH, 0)
        task = self._task(wish, "publish")
        self._act(wish, task, *plans()[WISH].steps[0])
        store = self.indexed
        rows = [row for row in store.rows[Table.CASES].values() if "inbox" in row]
        rows += [self.row(number) for number in (self.licence, wish)]
        later = "2027"
        for n in range(size):
            for row in rows:
                number = f"{n:010d}"
                own = str(row["pk"]).partition("#")[2]
                laid = {name: _renamed(value, own, number) for name, value in row.items()}
                if "due_at" in laid:
                    laid |= {"due_at": f"{later}{laid['due_at'][4:]}", "due_shard": f"case#{n % 8}"}
                store.lay(Table.CASES, laid)
        self.due = [self._submit(LICENCE, n) for n in range(1, DUE + 1)]

    @property
    def indexed(self) -> Indexed:
        assert isinstance(self.store, Indexed)
        return self.store

    def _store(self) -> Store:
        return Indexed()

    def _submit(self, service: str, n: int) -> str:
        plan = plans()[service]
        headers = {"Idempotency-Key": f"{service}-{n}"}
        answer = self.http(
            "POST", f"/services/{service}/cases", plan.submission, plan.party, headers
        )
        assert answer.status == 201, answer
        self.settle()
        return str(answer.body["case"])

    def _task(self, number: str, action: str) -> str:
        rows = self.store.partition(Table.CASES, f"case#{number}", "task#")
        return next(str(row["task"]) for row in rows if action in row["actions"])

    def _act(self, number: str, task: str, party: str, action: str, details: Any) -> None:
        etag = self.http("GET", f"/cases/{number}", party=party).headers["etag"]
        path = f"/cases/{number}/tasks/{task}/actions"
        body = {"action": action, "details": details}
        answer = self.http("POST", path, body, party, {"If-Match": etag})
        assert answer.status == 200, answer
        self.settle()

    def read(self, path: str, party: str | None) -> None:
        answer = self.http("GET", path, party=party)
        assert answer.status == 200, answer

    def tick_when_due(self) -> None:
        """Half a day on the cases in front are to be looked at; none of the crowd is."""
        self.moment += timedelta(hours=13)
        self.tick()


def _remove(entries: list[Any], entry: Any) -> None:
    del entries[bisect_left(entries, entry)]


def _renamed(value: Any, own: str, number: str) -> Any:
    return value.replace(own, number) if isinstance(value, str) and own else value


def asked(crowd: Crowd, work: Callable[[], None]) -> dict[str, int]:
    work()
    crowd.indexed.asked.clear()
    work()
    return dict(crowd.indexed.asked)


def works(crowd: Crowd) -> dict[str, Callable[[], None]]:
    return {
        "inbox": lambda: crowd.read(INBOX, CLERK),
        "board": lambda: crowd.read(BOARD, None),
        "view": lambda: crowd.read(f"/cases/{crowd.licence}", CLERK),
        "tick": crowd.tick_when_due,
    }


def measure() -> dict[str, Any]:
    """By work and size: what was asked for, and CPU seconds, turn by turn."""
    crowds = {size: Crowd(size) for size in SIZES}
    gc.collect()
    gc.freeze()
    found: dict[str, Any] = {}
    for name in works(crowds[SIZES[0]]):
        counts: list[dict[str, int]] = []
        spent: dict[int, list[float]] = {size: [] for size in SIZES}
        for crowd in crowds.values():
            crowd.enter()
            counts.append(asked(crowd, works(crowd)[name]))
        for _ in range(TURNS):
            for size, crowd in crowds.items():
                crowd.enter()
                spent[size].append(_cpu(works(crowd)[name]))
        found[name] = {"asked": counts, "cpu": list(spent.values())}
    return found


def _cpu(work: Callable[[], None]) -> float:
    gc.collect()
    start = time.process_time()
    for _ in range(REPEATS):
        work()
    return (time.process_time() - start) / REPEATS


if __name__ == "__main__":
    json.dump(measure(), sys.stdout)
