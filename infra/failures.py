"""The one way a command of infra/ gives up: a sentence for the person there, and exit code 2."""

import sys
from collections.abc import Callable


class Refused(Exception):
    """Cannot go on; the text says in one line what is wrong and what to do."""


def exits(command: Callable[[], None]) -> None:
    """Run a command; a refusal becomes one line on standard error and exit code 2."""
    try:
        command()
    except Refused as refusal:
        print(f"bancheng: {refusal}", file=sys.stderr)
        raise SystemExit(2) from refusal
