"""Hostile service documents (reliability.md TP-11): each is refused with findings or harmless.

Every case goes as raw bytes the way of an upload: the strict reader of the front door, then the
publisher's check. Time is wall time; only a case that is over the limit is measured again, three
times by processor time of which the least counts, because other processes share the machine.
"""

import gc
import json
import os
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.platform import json as strict
from chalicelib.platform.errors import Malformed, Problem
from chalicelib.services.checks.formlint import schema_findings
from chalicelib.services.checks.lint import MOST_FINDINGS, lint
from chalicelib.services.checks.patternlint import linear
from chalicelib.services.forms.answers import MAX_FINDINGS, Form, Forms
from chalicelib.services.forms.formats import named
from chalicelib.services.forms.pattern import written_out
from tests import pace
from tests.unit import hostile_schemas
from tests.unit.hostile_schemas import MANY, Attack, base
from tests.unit.hostile_strategies import REPEATED, SCHEMAS, VALUES
from tests.unit.hostile_uploads import FAMILIES
from tests.world import MORNING, ROOT, World

UPLOAD_SECONDS, CHECK_SECONDS, COMPILE_SECONDS = 0.050, 0.020, 0.020
MEMORY = 64 * 1024 * 1024
GOOD = {"name": "张三", "phone": "13800000001", "region": "350111001002"}
AUTHOR = "officer-gao"
WATCHED = ("open", "socket.", "subprocess.", "os.system", "urllib.", "os.open", "os.listdir")


def uploaded(body: bytes) -> tuple[Any, list[Any]]:
    """The document, if it can be read, and what is wrong with it: at the door or at the check."""
    try:
        document = strict.read(body)
        if not isinstance(document, dict):
            raise Malformed
    except Problem as problem:
        return None, [problem]
    return document, [*lint(document)]


class Watch:
    """What Python opens or calls for while it is on; audit hooks cannot be taken off again."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.on = False
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if self.on and event.startswith(WATCHED):
            self.seen.append(f"{event} {args!r:.80}")

    @contextmanager
    def watching(self) -> Iterator[list[str]]:
        self.seen, self.on = [], True
        try:
            yield self.seen
        finally:
            self.on = False


WATCH = Watch()


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """What is loaded or compiled once for the process is not any upload's doing."""
    document, wrong = uploaded(base())
    assert wrong == []
    uploaded(hostile_schemas.with_form({"maximun": "x" * 5, "type": 5, "pattern": "a"}))
    uploaded(b'{"a": "\\u202e"}')
    Forms(today).check("base", document["form"], {})


def today() -> date:
    return date(2026, 3, 10)


def took(limit: float, call: Callable[..., Any], *args: Any) -> float:
    """Wall time of a call, or, where that is over the limit, its processor time by the pace of the
    machine."""
    wall = clocked(time.perf_counter, call, *args)
    if wall <= limit:
        return wall
    return pace.seconds(limit, lambda: clocked(time.thread_time, call, *args))


def clocked(clock: Callable[[], float], call: Callable[..., Any], *args: Any) -> float:
    """Without what was kept of patterns seen before, and without the collector, which would look
    through all that other tests have left."""
    linear.cache_clear()
    written_out.cache_clear()
    gc.disable()
    start = clock()
    call(*args)
    seconds = clock() - start
    gc.enable()
    return seconds


def test_there_are_enough_of_them() -> None:
    cases = {family: [attack.name for attack in make()] for family, make in FAMILIES.items()}

    assert len(cases) >= 27
    assert sum(map(len, cases.values())) >= 250
    assert [family for family, names in cases.items() if len(names) != len(set(names))] == []


@pytest.fixture(scope="module", params=FAMILIES)
def attacks(request: pytest.FixtureRequest) -> list[Attack]:
    """One family after the other: all tests of one are run before the next is made."""
    return list(FAMILIES[request.param]())


def test_an_upload_is_refused_with_findings_or_harmless_and_soon(attacks: list[Attack]) -> None:
    slow, bad = [], []
    for attack in attacks:
        seconds = took(UPLOAD_SECONDS, uploaded, attack.body)
        slow += [(attack.name, seconds)] if seconds > UPLOAD_SECONDS else []
        document, wrong = uploaded(attack.body)
        told = unclear(wrong) if wrong else harm(document["form"], attack)
        bad += [(attack.name, one) for one in told]

    assert slow == []
    assert bad == []


def unclear(wrong: list[Any]) -> Iterator[Any]:
    """Refusals that do not say where and what, in both languages, or too much of it."""
    for one in wrong:
        texts = one.titles if isinstance(one, Problem) else one.texts
        placed = isinstance(one, Problem) or (one.pointer == "" or one.pointer[0] == "/")
        if not (placed and texts["zh-Hans"] and texts["en"]):
            yield one
    if len(wrong) > MOST_FINDINGS or len(repr(wrong)) > 200_000:
        yield len(wrong), len(repr(wrong))


def harm(form: Any, attack: Attack) -> Iterator[Any]:
    """What an accepted form does to whoever is tried on it."""
    seconds = took(COMPILE_SECONDS, Form, form, named(today))
    if seconds > COMPILE_SECONDS:
        yield "compile", seconds
    forms = Forms(today)
    for value in (*attack.answers, *MANY):
        answers = {**GOOD, "x": value}
        told = forms.check("it", form, answers)
        seconds = took(CHECK_SECONDS, forms.check, "it", form, answers)
        if seconds > CHECK_SECONDS or len(told) > MAX_FINDINGS:
            yield f"{value!r:.40}", seconds, len(told)


def test_an_upload_opens_no_file_and_no_socket(attacks: list[Attack]) -> None:
    for attack in attacks:
        with WATCH.watching() as seen:
            uploaded(attack.body)
        assert seen == [], attack.name


def test_the_watch_sees_files_and_sockets() -> None:
    with WATCH.watching() as seen:
        Path(__file__).read_bytes()
        socket.socket().close()

    assert [event.split()[0] for event in seen] == ["open", "socket.__new__"]


def test_an_upload_takes_little_memory(attacks: list[Attack]) -> None:
    """Python's own; the child process below measures what the native library takes as well."""
    large = []
    for attack in attacks:
        tracemalloc.start()
        try:
            uploaded(attack.body)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        if peak > MEMORY:
            large.append((attack.name, peak))

    assert large == []


RESIDENT = """
import sys
from tests.unit.test_hostile_uploads import FAMILIES, uploaded, base

def resident(name):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name))

uploaded(base())
for family, make in FAMILIES.items():
    for attack in make():
        with open("/proc/self/clear_refs", "w") as clear:
            clear.write("5")
        before = resident("VmRSS")
        uploaded(attack.body)
        grown = resident("VmHWM") - before
        if grown > int(sys.argv[1]):
            print(family, attack.name, grown)
"""


@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="needs Linux' /proc")
def test_an_upload_takes_little_memory_in_the_native_library_too() -> None:
    assert child(RESIDENT, str(MEMORY // 1024)) == ""


def child(code: str, *args: str, timeout: float = 120) -> str:
    """What a fresh process prints. Raises subprocess.TimeoutExpired."""
    command = [sys.executable, "-c", code, *args]
    ran = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


class Trap:
    """A server that no upload may call and a file that none may read; whoever does read it waits
    for ever, since nobody writes into it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "canary.json"
        os.mkfifo(self.file)
        self.calls = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._server.accept()
                self.calls += 1
                caller.close()

    def close(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(timeout=5)


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Trap]:
    trap = Trap(tmp_path)
    yield trap
    trap.close()


REMOTE = """
import sys
from tests.unit.hostile_schemas import remote
from tests.unit.test_hostile_uploads import uploaded

attacks = list(remote(int(sys.argv[1]), sys.argv[2]))
print(len(attacks), sum(bool(uploaded(attack.body)[1]) for attack in attacks))
"""


def test_a_remote_reference_calls_nobody_and_reads_nothing(trap: Trap) -> None:
    attacks, refused = map(int, child(REMOTE, str(trap.port), str(trap.file)).split())

    assert attacks == refused > 70
    assert trap.calls == 0


def test_a_reference_that_slips_through_the_check_still_reaches_nothing(trap: Trap) -> None:
    for address in (f"http://127.0.0.1:{trap.port}/a", f"file://{trap.file}", str(trap.file)):
        for schema in ({"$ref": address}, {"$id": address, "$ref": "b"}):
            with pytest.raises((ValueError, jsonschema_rs.ReferencingError)):
                Forms(today).check("it", schema, 1)

    assert trap.calls == 0


BARE = "import sys, jsonschema_rs; jsonschema_rs.Draft202012Validator({'$ref': sys.argv[1]})"


def test_the_trap_catches_the_library_when_nothing_holds_it(trap: Trap) -> None:
    with pytest.raises(AssertionError):
        child(BARE, f"http://127.0.0.1:{trap.port}/a.json")
    with pytest.raises(subprocess.TimeoutExpired):
        child(BARE, f"file://{trap.file}", timeout=3)

    assert trap.calls > 0


def test_the_first_of_every_family_is_answered_at_the_front_door() -> None:
    world = World(MORNING)
    for family, make in FAMILIES.items():
        attack = next(make())
        answer = world.http("POST", "/services", None, AUTHOR, raw=attack.body)
        assert answer.status in (202, 400, 413, 422), (family, answer.body)
        if answer.status != 202:
            assert answer.headers["content-type"] == "application/problem+json"
            continue
        world.publisher.handle({"uploads": {}})
        seen = world.http("GET", f"/uploads/{answer.body['upload']}", None, AUTHOR)
        assert (seen.status, seen.body["state"]) in ((200, "refused"), (200, "draft")), family
        assert json.dumps(seen.body).__len__() < 400_000


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(SCHEMAS, st.lists(st.sampled_from(REPEATED), min_size=3, max_size=3), VALUES)
def test_a_schema_that_is_accepted_is_checked_soon_whatever_it_is(
    schema: Any, repeated: list[Any], value: Any
) -> None:
    if [*schema_findings("", schema)]:
        return
    assert took(COMPILE_SECONDS, Form, schema, named(today)) <= COMPILE_SECONDS
    forms = Forms(today)
    forms.holds("it", schema, 0)
    for tried in (*repeated, value):
        assert took(CHECK_SECONDS, forms.check, "it", schema, tried) <= CHECK_SECONDS
