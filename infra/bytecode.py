"""Bytecode for the package: a function's folder is read-only, so what is not compiled before is
compiled at every cold start, which then takes about three times the CPU.

The pyc files are unchecked-hash (PEP 552): equal sources give equal bytes, and nothing is looked
up at import.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import cache_from_source
from pathlib import Path
from zipfile import ZipFile

from infra.failures import Refused

MAGIC = "import importlib.util; print(importlib.util.MAGIC_NUMBER.hex())"


def interpreter(runtime: str, local: bool) -> str | None:
    """A Python that writes bytecode for the runtime; None when this computer has none."""
    if local or sys.version_info[:2] == tuple(map(int, runtime.removeprefix("python").split("."))):
        return sys.executable
    found = shutil.which(runtime)
    if found is None:
        return None
    tried = subprocess.run([found, "-c", MAGIC], capture_output=True, check=False)
    return found if tried.returncode == 0 else None


def compiled(made: Path, tree: Path, python: str) -> Iterator[tuple[str, bytes]]:
    """(name, content) of every file of the zip and of its bytecode; unchanged files are kept."""
    names = _unpack(made, tree)
    sources = [tree / name for name in names if name.endswith(".py")]
    tag = subprocess.run(
        [python, "-c", "import sys; print(sys.implementation.cache_tag)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    _compile([source for source in sources if not _pyc(source, tag).is_file()], tree, python)
    for name in names:
        yield name, (tree / name).read_bytes()
    for source in sources:
        pyc = _pyc(source, tag)
        if pyc.is_file():
            yield str(pyc.relative_to(tree)), pyc.read_bytes()


def _pyc(source: Path, tag: str) -> Path:
    return Path(cache_from_source(str(source))).with_name(f"{source.stem}.{tag}.pyc")


def _unpack(made: Path, tree: Path) -> list[str]:
    with ZipFile(made) as archive:
        names = sorted({name for name in archive.namelist() if not name.endswith("/")})
        for name in names:
            file, content = tree / name, archive.read(name)
            if file.is_file() and file.read_bytes() == content:
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            for stale in file.parent.glob(f"__pycache__/{file.stem}.*.pyc"):
                stale.unlink()
    return names


def _compile(sources: list[Path], tree: Path, python: str) -> None:
    if not sources:
        return
    listed = tree.with_suffix(".list")
    listed.write_text("".join(f"{source.relative_to(tree)}\n" for source in sources))
    command = [python, "-m", "compileall", "-q", "-j", "0", "-i", str(listed.absolute())]
    command += ["--invalidation-mode", "unchecked-hash"]
    done = subprocess.run(
        command,
        cwd=tree,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": ""},
        check=False,
    )
    if done.returncode:
        raise Refused(f"bytecode cannot be made: {(done.stdout + done.stderr).strip()[-300:]}")
