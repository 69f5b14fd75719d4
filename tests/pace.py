"""How fast this machine is at this moment.

Limits of time are those of a quiet machine. A shared one takes twice as long from one minute to the
next, and the same work, done right before and right after what is measured, tells how much of it
that was. Times are those of the thread: executions that tests left on moto spend the process's.
"""

import time
from collections.abc import Callable

# Seconds of the work on a quiet machine: the slowest of the hostile uploads took 0.031 s
# there when it was last alone on one, and the same upload takes 5 times the work.
QUIET = 0.0062
TRIES = 6


def seconds(limit: float, measured: Callable[[], float]) -> float:
    """The least seconds of a few tries, each as it would be on a quiet machine; no more
    are made once one is within the limit."""
    least = float("inf")
    for _ in range(TRIES):
        before = _work()
        spent = measured()
        # The fastest moment around it: what else the machine did then excuses nothing.
        pace = max(1.0, min(before, _work()) / QUIET)
        least = min(least, spent / pace)
        if least <= limit:
            break
    return least


def _work() -> float:
    """Seconds of objects, strings and calls, as checks of documents are made of: the
    fastest of three."""
    return min(_once() for _ in range(3))


def _once() -> float:
    began = time.thread_time()
    for n in range(6_000):
        made = {f"k{m}": (n, str(m)) for m in range(4)}
        sorted(made.items(), key=lambda item: item[1][1], reverse=True)
    return time.thread_time() - began
