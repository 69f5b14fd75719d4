"""Starts the processes of a run: one interpreter, one environment, bytecode kept in .bench/.

The environment is made from nothing but PATH and HOME, so that what the person running it has set
(no bytecode, another region, a proxy) reaches no figure.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from tests.bench.document import ROOT

FOLDER = ROOT / ".bench"
ACCOUNT = "us-east-1:123456789012"
ENVIRONMENT = {
    "AWS_LAMBDA_FUNCTION_NAME": "bancheng-api",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_EC2_METADATA_DISABLED": "true",
    "BANCHENG_CASES_TABLE": "bancheng-cases",
    "BANCHENG_DIRECTORY_TABLE": "bancheng-directory",
    "BANCHENG_KEYS_TABLE": "bancheng-keys",
    "BANCHENG_KMS_KEY_ARN": f"arn:aws:kms:{ACCOUNT}:key/bench",
    "BANCHENG_URL_SUFFIX": "amazonaws.com",
    "BANCHENG_ISSUER": "http://127.0.0.1/bancheng-local",
    "BANCHENG_AUDIENCE": "bancheng",
    "BANCHENG_ALGORITHM": "RS256",
    "BANCHENG_LOCAL": "yes",
    # The publisher's; the api function is not given them and does not look.
    "BANCHENG_MACHINE_ARN_PREFIX": f"arn:aws:states:{ACCOUNT}:stateMachine:bancheng-",
    "BANCHENG_FLOW_ROLE_ARN": "arn:aws:iam::123456789012:role/flow",
    "BANCHENG_QUEUE_URL": "https://queue.invalid/flow",
    "BANCHENG_PARTITION": "aws",
    "BANCHENG_LANGUAGES": "zh-Hans",
}


class Failed(Exception):
    """A process of the run ended badly; the message is what it said last."""


def environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    # Compiled once by the rounds that are thrown away, then read; nothing is written in the tree.
    return {**kept, **ENVIRONMENT, "PYTHONPYCACHEPREFIX": str(FOLDER / "pycache")}


def command(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", f"tests.bench.{module}", *arguments]


def result(module: str, *arguments: str) -> Any:
    """The JSON that a process prints last. Raises Failed."""
    done = subprocess.run(
        command(module, *arguments), cwd=ROOT, env=environment(), capture_output=True, text=True
    )
    if done.returncode or not done.stdout:
        raise Failed(f"{module} {' '.join(arguments)}: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


class Worker:
    """A warm contender that waits for its turns."""

    def __init__(self, name: str, plan: Path) -> None:
        self.name = name
        self._process = subprocess.Popen(
            command("warm", name, str(plan)),
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pipe(self._process.stdin).close()
        self._process.wait(timeout=30)

    def turn(self, size: int) -> float:
        """CPU seconds of `size` submissions. Raises Failed."""
        stdin = self._pipe(self._process.stdin)
        stdin.write(f"{size}\n")
        stdin.flush()
        line = self._pipe(self._process.stdout).readline()
        if not line:
            raise Failed(f"{self.name} ended")
        answer = json.loads(line)
        if answer["transactions"] != size:
            raise Failed(f"{self.name} wrote {answer['transactions']} times for {size} requests")
        return float(answer["cpu"])

    def _pipe(self, pipe: IO[str] | None) -> IO[str]:
        if pipe is None:
            raise Failed(f"{self.name} has no pipe")
        return pipe
