"""The state folder of an emulator: is it whole, which port is its own, what a start must forget."""

import json
import random
import shutil
import socket
from pathlib import Path

from infra.failures import Refused

PORTS = range(4600, 5000)


def ready(state: Path) -> None:
    """Make the folder; refuse one that cannot be written."""
    try:
        for name in ("services", "s3"):
            (state / name).mkdir(parents=True, exist_ok=True)
        probe = state / "probe"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise Refused(
            f"state folder {state} is broken ({error.strerror}): "
            "repair it, or remove it to start anew"
        ) from error


def refuse_damage(state: Path) -> None:
    """ministack would start without the state it cannot read, and then overwrite it."""
    for file in sorted((state / "services").glob("*.json")):
        try:
            json.loads(file.read_bytes())
        except ValueError as error:
            raise Refused(
                f"{file} is damaged: put back a copy, or remove {state} to start anew"
            ) from error


def forget_stream_positions(state: Path) -> None:
    """Let every stream be read from its beginning.

    ministack 1.5.33 keeps how far a function has read a table's stream, but not the stream: after
    a start it would skip as many new records as it had read before. An unread stream is empty then.
    """
    file = state / "services" / "lambda.json"
    if not file.is_file():
        return
    kept = json.loads(file.read_bytes())
    positions = kept.get("payload", kept).get("dynamodb_stream_positions")
    if positions and positions.get("data"):
        positions["data"] = {}
        partial = file.with_suffix(".partial")
        partial.write_text(json.dumps(kept))
        partial.replace(file)


def empty_scratch(state: Path) -> Path:
    """The folder for unpacked functions, without those of an earlier run."""
    scratch = state / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    return scratch


def port_of(state: Path, wanted: int | None) -> int:
    """The port kept with the state; chosen, or taken as wanted, only if none is kept.

    ministack knows a queue by the text of its URL, port included: on another port the messages
    would go to a queue that nobody reads.
    """
    file = state / "port"
    if file.is_file():
        return _kept_port(file, wanted)
    port = wanted or next(filter(free, random.sample(PORTS, len(PORTS))), 0)
    if not port:
        raise Refused("no free port from 4600 to 4999: end a program that uses one")
    file.write_text(f"{port}\n")
    return port


def free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _kept_port(file: Path, wanted: int | None) -> int:
    text = file.read_text().strip()
    if not (text.isdigit() and 0 < int(text) < 65536):
        raise Refused(f"{file} holds no port: remove {file.parent} to start anew")
    if wanted not in (None, int(text)):
        raise Refused(f"{file.parent} belongs to port {text}, not {wanted}")
    return int(text)
