"""Makes what is deployed: `python -m infra.package --out DIR [--local]`.

DIR gets sam.json and deployment.zip. `chalice package` reads the routes from app.py and merges
infra/template/*.json into its CloudFormation. With --local the wheels and the runtime are those of
this computer's Python, for the emulator; without it they are those of the deployed runtime. Equal
sources give equal bytes.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.bundle import DEPLOYED_RUNTIME, ROOT, wheels
from infra.bytecode import compiled, interpreter
from infra.failures import Refused, exits

TEMPLATE = ROOT / "infra" / "template"
BUILD = ROOT / ".local" / "build"
FUNCTIONS = ("APIHandler", "Worker", "Publisher")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHALICE = "from chalice.cli import main; main()"


def package(out: Path, local: bool, source: Path = ROOT) -> None:
    """Write sam.json and deployment.zip into `out`, from the app in `source`."""
    build = BUILD / ("local" if local else DEPLOYED_RUNTIME)
    build.mkdir(parents=True, exist_ok=True)
    _stage(build, source)
    wheels(build, local)
    merged = build / "template.json"
    merged.write_text(json.dumps(template(local)))
    made = build / "out"
    shutil.rmtree(made, ignore_errors=True)
    _chalice(build, merged, made)
    out.mkdir(parents=True, exist_ok=True)
    sam = json.loads((made / "sam.json").read_text())
    (out / "sam.json").write_text(
        json.dumps(sam, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    )
    python = interpreter(DEPLOYED_RUNTIME, local)
    if python is None:
        print(
            f"no {DEPLOYED_RUNTIME} on this computer: the package carries no bytecode, "
            "and cold starts take about three times the CPU",
            file=sys.stderr,
        )
    _repack(made / "deployment.zip", out / "deployment.zip", build / "tree", python)


def template(local: bool) -> dict[str, Any]:
    """The files of infra/template as one fragment; a name defined twice is refused."""
    whole: dict[str, Any] = {}
    for file in sorted(TEMPLATE.glob("*.json")):
        _add(whole, json.loads(file.read_text()), file.name)
    if not local:
        for function in FUNCTIONS:
            whole["Resources"][function]["Properties"]["Runtime"] = DEPLOYED_RUNTIME
    return whole


def _add(whole: dict[str, Any], part: dict[str, Any], name: str) -> None:
    for section, content in part.items():
        if not isinstance(content, dict):
            whole[section] = content
            continue
        known = whole.setdefault(section, {})
        twice = sorted(known.keys() & content.keys())
        if twice:
            raise Refused(f"infra/template/{name} defines {', '.join(twice)} again")
        known.update(content)


def _stage(build: Path, source: Path) -> None:
    for name in ("chalicelib", ".chalice"):
        shutil.rmtree(build / name, ignore_errors=True)
    for name in ("app.py", "chalicelib", ".chalice/config.json"):
        if not (source / name).exists():
            raise Refused(f"cannot package: {name} is missing")
    shutil.copy(source / "app.py", build / "app.py")
    shutil.copytree(
        source / "chalicelib", build / "chalicelib", ignore=shutil.ignore_patterns("__pycache__")
    )
    (build / ".chalice").mkdir()
    shutil.copy(source / ".chalice" / "config.json", build / ".chalice" / "config.json")
    (build / "requirements.txt").write_text("# empty: the wheels lie in vendor/\n")


def _chalice(build: Path, merged: Path, out: Path) -> None:
    command = [sys.executable, "-c", _CHALICE, "--project-dir", str(build), "package"]
    command += ["--stage", "main", "--merge-template", str(merged), str(out)]
    environment = {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}
    )
    if done.returncode or not (out / "sam.json").is_file():
        print(done.stdout + done.stderr, file=sys.stderr)
        last = (done.stderr.strip() or "no output").splitlines()[-1]
        raise Refused(f"chalice package failed: {last}")


def _repack(made: Path, out: Path, tree: Path, python: str | None) -> None:
    """Copy the zip with bytecode, sorted names, fixed times: equal sources, equal bytes."""
    partial = out.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in sorted(compiled(made, tree, python) if python else _plain(made)):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    partial.replace(out)


def _plain(made: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(made) as old:
        for name in set(old.namelist()):
            if not name.endswith("/"):
                yield name, old.read(name)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m infra.package", description="Make sam.json and deployment.zip."
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    parser.add_argument(
        "--local", action="store_true", help="for the emulator on this computer, not for AWS"
    )
    arguments = parser.parse_args()
    package(arguments.out, arguments.local)
    print(f"wrote {arguments.out / 'sam.json'} and {arguments.out / 'deployment.zip'}")


if __name__ == "__main__":
    exits(main)
