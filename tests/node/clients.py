"""The validators and renderers of browsers, in one Node process that answers JSON lines."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.world import ROOT

FOLDER = ROOT / ".local" / "node"
HERE = Path(__file__).resolve().parent

# Who reads which view: (dialect, strict) to the clients that it is made for.
READERS: Mapping[tuple[str, bool], Sequence[str]] = {
    ("2020-12", False): ("ajv2020 lax",),
    ("2020-12", True): ("ajv2020", "ajv2020 lax"),
    ("draft-07", False): ("ajv lax", "ajv lax formats", "rjsf", "jsonforms"),
    ("draft-07", True): ("ajv", "ajv lax", "rjsf", "jsonforms"),
}


def program(name: str) -> list[str]:
    """The command for a script beside this file. Fails the test where npm's part is missing."""
    if not (FOLDER / "stamp").exists():
        pytest.fail("the npm packages are not installed: run `make node`", pytrace=False)
    return ["node", str(HERE / name), str(FOLDER)]


class Clients:
    """A context manager; every method asks one line and waits for its answer."""

    def __enter__(self) -> "Clients":
        self._process = subprocess.Popen(
            program("clients.mjs"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=30)

    def ask(self, **asked: Any) -> Any:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the Node process has ended"
        return json.loads(line)

    def keep(self, name: str, data: Sequence[Any]) -> None:
        self.ask(keep=name, data=data)

    def judge(self, client: str, schema: Any, data: Sequence[Any] | str) -> list[bool]:
        """What the client thinks of each; it must have compiled the schema. Raises Defective."""
        answer = self.ask(client=client, schema=schema, data=data)
        if str(answer.get("error")).startswith(("ReferenceError", "TypeError")):
            raise Defective(client, answer["error"])
        assert "error" not in answer, (client, answer["error"], schema)
        verdicts: list[bool] = answer["valid"]
        return verdicts


class Defective(Exception):
    """The client has failed by itself: the program that it wrote for a schema does not run."""
