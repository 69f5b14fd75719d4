"""Fetches the wheels that go into the package, for this computer's Python or for the deployed one.

Nothing is resolved: requirements.txt and constraints.txt together name every package exactly, so
the same versions come out whatever Python runs this.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from infra.failures import Refused

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = (ROOT / "requirements.txt", ROOT / "infra" / "constraints.txt")

DEPLOYED_RUNTIME = "python3.13"
DEPLOYED_PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")

# Descriptions of the AWS services the functions call; the other four hundred are left out.
SERVICES = frozenset(
    {
        "dynamodb",
        "dynamodbstreams",
        "stepfunctions",
        "sqs",
        "kms",
        "sns",
        "ses",
        "sesv2",
        "s3",
        "sts",
    }
)


def wheels(build: Path, local: bool) -> Path:
    """The folder of unpacked wheels under `build`, fetched only when the pins have changed."""
    vendor, stamp = build / "vendor", build / "vendor.stamp"
    wanted = _fingerprint(local)
    if not (stamp.is_file() and stamp.read_text() == wanted):
        stamp.unlink(missing_ok=True)
        shutil.rmtree(vendor, ignore_errors=True)
        _fetch(vendor, local)
        _slim(vendor)
        stamp.write_text(wanted)
    return vendor


def _fingerprint(local: bool) -> str:
    target = f"{sys.version_info[:2]} {sys.platform}" if local else DEPLOYED_RUNTIME
    digest = hashlib.sha256(target.encode())
    for file in (*REQUIREMENTS, Path(__file__)):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _fetch(vendor: Path, local: bool) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    command += ["--disable-pip-version-check", "--only-binary=:all:", "--target", str(vendor)]
    if not local:
        version = DEPLOYED_RUNTIME.removeprefix("python")
        command += ["--implementation", "cp", "--python-version", version]
        command += [f"--platform={platform}" for platform in DEPLOYED_PLATFORMS]
        command += [f"--abi={abi}" for abi in (f"cp{version.replace('.', '')}", "abi3", "none")]
    for file in REQUIREMENTS:
        command += ["--requirement", str(file)]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PIP_NO_INPUT": "1"}
    )
    if done.returncode:
        reason = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise Refused(f"the packages cannot be fetched: {(reason or ['see pip'])[-1]}")


def _slim(vendor: Path) -> None:
    shutil.rmtree(vendor / "bin", ignore_errors=True)
    for cache in list(vendor.rglob("__pycache__")):
        shutil.rmtree(cache)
    for entry in (vendor / "botocore" / "data").iterdir():
        if entry.is_dir() and entry.name not in SERVICES:
            shutil.rmtree(entry)
