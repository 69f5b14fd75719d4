"""How fast this machine is at this moment.

Limits of time are those of a quiet machine. A shared one takes twice as long from one minute to the
next, and the same work, done right after what is measured, tells how much of it that was.
"""

import time
from collections.abc import Callable
from statistics import median

# Processor seconds of the work on a quiet machine: inferred, not measured there. It took 0.0134 at
# best while the rehearsal of the licence took 1.39 times what it had taken before.
QUIET = 0.0096
TRIES = 6


def seconds(limit: float, measured: Callable[[], float]) -> float:
    """The least processor seconds of a few tries, each as it would be on a quiet machine; no more
    are made once one is within the limit."""
    least = float("inf")
    for _ in range(TRIES):
        spent = measured()
        least = min(least, spent if spent <= limit else spent / _pace())
        if least <= limit:
            break
    return least


def _pace() -> float:
    """How many times as long as on a quiet machine things take now; at least 1."""
    return max(1.0, median(_work() for _ in range(3)) / QUIET)


def _work() -> float:
    """Objects, strings and calls, as checks of documents are made of."""
    began = time.process_time()
    for n in range(6_000):
        made = {f"k{m}": (n, str(m)) for m in range(4)}
        sorted(made.items(), key=lambda item: item[1][1], reverse=True)
    return time.process_time() - began
