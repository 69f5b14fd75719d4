"""Starts and stops ministack as a child in its own process group, on this computer only.

A lock, inherited by the child, tells whether it lives; so a supervisor that was killed leaves
nothing in doubt. Data is kept by a clean stop (SIGTERM) alone: a crash loses everything since the
last one.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, Any

from infra import statefolder
from infra.failures import Refused

REGION = "us-east-1"
START_SECONDS = 60
STOP_SECONDS = 60

# Whatever proxy this computer uses, the way to the emulator does not lead through it.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Emulator:
    """One ministack with its state folder; the port is chosen once and stays with the state."""

    def __init__(self, program: Path, state: Path, port: int | None = None) -> None:
        self.program, self.state = program, state
        statefolder.ready(state)
        self.port = statefolder.port_of(state, port)
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start and wait until it answers. A port taken or a folder in use is refused."""
        if not self.program.is_file():
            raise Refused(f"{self.program} is missing: run make run, which installs the emulator")
        lock = self._locked()
        try:
            statefolder.refuse_damage(self.state)
            statefolder.forget_stream_positions(self.state)
            self._refuse_taken_port()
            statefolder.empty_scratch(self.state)
            log = (self.state / "emulator.log").open("ab")
            # A session of its own: Ctrl-C reaches the supervisor only, which stops it once.
            self._child = subprocess.Popen(
                [str(self.program), "-m", "ministack"],
                env=_environment(self.state, self.port),
                cwd=self.state,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(lock.fileno(),),
            )
            log.close()
            (self.state / "emulator.pid").write_text(str(self._child.pid))
        finally:
            lock.close()
        self._wait_until_ready()

    def stop(self) -> None:
        """End cleanly, so that the state is written; wait for it."""
        if self._child is None:
            return
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
        try:
            self._child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired as error:
            self.kill()
            raise Refused(
                f"the emulator did not stop within {STOP_SECONDS} s and was killed: data is lost"
            ) from error
        self._sweep_group()
        shutil.rmtree(self.state / "tmp", ignore_errors=True)
        self._child = None

    def kill(self) -> None:
        """End at once, as a crash would: everything since the last clean stop is lost."""
        if self._child is not None:
            self._sweep_group()
            self._child.wait()
            self._child = None

    def alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def ending(self) -> str:
        """How a child that no longer runs came to its end; a breakdown is refused."""
        code = self._child.poll() if self._child else 0
        if code == 0:
            return "the emulator was stopped from outside; everything is kept"
        raise Refused(
            f"the emulator broke down ({code}): all since its last clean stop is lost; "
            f"see {self.state / 'emulator.log'}"
        )

    def get(self, path: str) -> Any:
        """The JSON the emulator answers on one of its own pages."""
        with DIRECT.open(self.endpoint + path, timeout=10) as answer:
            return json.load(answer)

    def _locked(self) -> IO[str]:
        lock = (self.state / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise Refused(f"already running on {self.endpoint}: make stop ends it") from error
        return lock

    def _refuse_taken_port(self) -> None:
        if not statefolder.free(self.port):
            raise Refused(
                f"port {self.port} is taken: end the program that uses it "
                f"(the data belong to this port; or remove {self.state} to start anew)"
            )

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if not self.alive():
                raise Refused(f"the emulator ended at once: see {self.state / 'emulator.log'}")
            try:
                self.get("/_ministack/health")
            except (urllib.error.URLError, OSError, ValueError):
                time.sleep(0.05)
            else:
                return
        self.kill()
        raise Refused(
            f"the emulator did not answer in {START_SECONDS} s: see {self.state / 'emulator.log'}"
        )

    def _sweep_group(self) -> None:
        """Ends what is left of the group: function workers that outlived the emulator."""
        if self._child is not None:
            try:
                os.killpg(self._child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def _environment(state: Path, port: int) -> dict[str, str]:
    """This process's own, less what steers Python or an AWS client, and ministack's settings."""
    strange = ("AWS_", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(strange)}
    return kept | {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        # Both would listen on every interface.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state / "services"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state / "s3"),
        "TMPDIR": str(state / "tmp"),
        "LOG_LEVEL": os.environ.get("BANCHENG_EMULATOR_LOG") or "WARNING",
        # Functions run as child processes, on a computer with Docker as on one without.
        "DOCKER_HOST": f"unix://{state / 'no-docker.sock'}",
        # A burst leaves one process for each request it held at once: end the idle ones soon.
        "LAMBDA_WARM_TTL_SECONDS": "60",
        "PYTHONUNBUFFERED": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def running(state: Path) -> int | None:
    """The pid of the emulator that holds this state folder, or None."""
    try:
        with (state / "lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return int((state / "emulator.pid").read_text())
    return None
