"""A world whose worker is killed at a chosen effect, before or after it happened.

Time then moves past the lease, and what was on the queue is delivered again, as SQS would.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from chalicelib.cases.dispatch import LEASE
from chalicelib.cases.house import House
from chalicelib.platform.ports import Ports
from tests.world import World

# What takes effect. Dying around a read is dying after the effect before it.
REMOTE = frozenset({"transact", "create", "start", "stop", "succeed", "sms", "email"})


class Killed(BaseException):
    """The process is gone; nothing after this line runs."""


class CallBoundary:
    """Counts the worker's effects on the outside; kills at number `at`, before it or
    after it, or after every one named `always`."""

    def __init__(
        self, at: int | None = None, after: bool = False, always: str | None = None
    ) -> None:
        self.at, self.after, self.always = at, after, always
        self.calls = 0
        self.armed = False
        self.names: list[str] = []

    def call(self, name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if not self.armed:
            return function(*args, **kwargs)
        self.calls += 1
        self.names.append(name)
        if self.calls == self.at and not self.after:
            raise Killed(name)
        result = function(*args, **kwargs)
        if self.calls == self.at or name == self.always:
            raise Killed(name)
        return result


class Watched:
    """A port seen through the call boundary."""

    def __init__(self, port: Any, boundary: CallBoundary) -> None:
        self._port = port
        self._boundary = boundary

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._port, name)
        if name not in REMOTE:
            return value

        def call(*args: Any, **kwargs: Any) -> Any:
            return self._boundary.call(name, value, *args, **kwargs)

        return call


class FaultyWorld(World):
    def __init__(self, boundary: CallBoundary) -> None:
        self.boundary = boundary
        self.killed = 0
        super().__init__()
        watched: Any = (
            Watched(port, boundary)
            for port in (self.ports.store, self.ports.orchestrator, self.ports.notifier)
        )
        store, orchestrator, notifier = watched
        now, ids = (lambda: self.moment), self.ports.ids
        self.house = House(
            Ports(store, orchestrator, notifier, self.ports.keys, now, ids, self.ports.files)
        )
        self.enter()

    def settle(self, number: str = "") -> None:
        for _ in range(100):
            moved = sum(self._step(self._deliver_one) for _ in range(len(self.queue)))
            moved += self._step(self._sweep)
            if not moved and not self.queue:
                return
        raise AssertionError("the world does not come to rest")

    def _deliver_one(self) -> int:
        envelope = self.queue[0]
        self.deliver(envelope)
        self.queue.popleft()
        return 1

    def _sweep(self) -> int:
        return int(self.run_events({"tick": {}})["carried"])

    def _step(self, work: Callable[[], int]) -> int:
        self.boundary.armed = True
        try:
            return work()
        except Killed:
            self.killed += 1
            self.moment += LEASE + timedelta(seconds=1)
            return 1
        finally:
            self.boundary.armed = False
