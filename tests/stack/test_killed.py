"""kill -9 of the processes that carry out effects, while cases are on their way."""

import os
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest

from infra.failures import Refused
from infra.front import StackFront, daytime
from infra.player import Case
from infra.stack import LocalStack
from tests.journeys.people import APPROVER, EXAMINER, HANDED, ISSUER, LICENCE, VILLAGE, example

# The emulator unpacks the package for each worker that comes back, several at once: it takes most
# of both processors.
pytestmark = [pytest.mark.ministack, pytest.mark.alone, pytest.mark.timeout(900)]
PATIENCE = 120.0
LEASE, CHECK = timedelta(seconds=61), timedelta(minutes=20)
# Seconds between an act and the kill: from before the stream's wake-up to after the notices.
DELAYS = [round(0.03 * n, 2) for n in range(15)]
EVENTS = [
    *["received", "accepted", "proposed_grant", "granted", "cleared"],
    *["ready", "delivered", "closed"],
]


def kill_workers(stack: LocalStack) -> int:
    """kill -9 of every process of this stack's worker function; how many there were."""
    listed = subprocess.run(
        ["ps", "-eww", "-o", "pid=,args="], capture_output=True, text=True, check=True
    )
    killed = 0
    for line in listed.stdout.splitlines():
        pid, _, arguments = line.strip().partition(" ")
        if str(stack.folder) in arguments and "bancheng-Worker" in arguments:
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
                killed += 1
    return killed


class Murderous(StackFront):
    """A front whose workers are killed a moment after every act; what they left is picked up."""

    kills = 0
    acts = 0

    def settle(self, number: str) -> None:
        time.sleep(DELAYS[self.acts % len(DELAYS)])
        self.acts += 1
        self.kills += kill_workers(self.stack)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            # The emulator may notice only when it is asked that the process is gone.
            with suppress(Refused):
                if self._rests(number):
                    return
                self._tick(number)
            time.sleep(0.1)
            # A dead worker's lease runs out after a minute. Its queue message is lost for six that
            # nobody can drive: within half a day the check finds a stage that is not open.
            pause = LEASE if time.monotonic() < deadline - PATIENCE / 2 else CHECK
            self.moment = daytime(self._now() + pause)
        owed = self._owed(self.rows(number))
        raise AssertionError(f"the workers do not come back; owed: {owed}")


def test_workers_killed_after_every_act_lose_nothing_and_double_nothing(stack: LocalStack) -> None:
    front = Murderous(stack)
    it = example()

    for _ in range(3):
        case = Case.submit(front, it["answers"], it["papers_needed"])
        case.do(VILLAGE, "accept")
        case.do(EXAMINER, "propose_grant")
        case.do(APPROVER, "grant")
        case.do(ISSUER, "ready", LICENCE)
        case.do(ISSUER, "delivered", HANDED)

        case.stands(ended=True, result="granted")
        assert [one for one in case.happened() if one != "resumed"] == EVENTS
        told = Counter(text for text in front.messages("13800000001") if case.number in text)
        assert len(told) == 5 and max(told.values()) <= 4
    assert front.kills >= front.acts // 2
