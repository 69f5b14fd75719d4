"""Knows whether the local package still is what the sources would make, and makes it if not."""

import fcntl
import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from infra.bundle import ROOT
from infra.package import package

SOURCES = (
    "app.py",
    "chalicelib",
    ".chalice/config.json",
    "requirements.txt",
    "infra/constraints.txt",
)
MAKERS = ("infra/template", "infra/package.py", "infra/bundle.py")


def fresh_package(out: Path, say: Callable[[str], None]) -> str:
    """Package into `out` if anything it is made of has changed; the fingerprint of its content."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp, wanted = out / "stamp", fingerprint()
        if not (
            stamp.is_file() and stamp.read_text() == wanted and (out / "deployment.zip").is_file()
        ):
            say("packaging")
            stamp.unlink(missing_ok=True)
            package(out, local=True)
            stamp.write_text(wanted)
    return wanted


def fingerprint() -> str:
    """Of everything the local package is made from, this Python included."""
    digest = hashlib.sha256(sys.version.encode())
    for file in _files():
        digest.update(f"{file.relative_to(ROOT)}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for name in (*SOURCES, *MAKERS):
        found = ROOT / name
        inside = sorted(found.rglob("*")) if found.is_dir() else [found]
        yield from (file for file in inside if file.is_file() and "__pycache__" not in file.parts)
