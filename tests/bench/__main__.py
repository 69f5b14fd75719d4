"""`python -m tests.bench [--rounds N] [--strict]`: measures, prints a table, writes
.bench/results.json. Ends with 1 when a measurement failed, or with --strict when a limit is missed.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.figures import Count, Figure, ratio, table
from tests.bench.processes import FOLDER, Failed, Worker, result

ROUNDS = 21
TURN = 100
WARM_UP = 2
CONTENDERS = ("ours", "stranger", "naive", "naive_rs", "fastapi")
COLD = ("client", "anonymous", "token", "submit_anonymous", "submit_token")
Series = dict[str, list[float]]


def warm(plan: Path, rounds: int) -> Series:
    """CPU milliseconds per submission, one value a round; the contenders take turns."""
    spent: Series = {name: [] for name in CONTENDERS}
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker(name, plan)) for name in CONTENDERS]
        for number in range(WARM_UP + rounds):
            for worker in workers:
                cpu = worker.turn(TURN)
                if number >= WARM_UP:
                    spent[worker.name].append(cpu / TURN * 1000)
    return spent


def cold(plan: Path, rounds: int) -> tuple[Series, Series]:
    """CPU milliseconds to the first answer, and with the interpreter's own start."""
    cpu: Series = {kind: [] for kind in COLD}
    whole: Series = {kind: [] for kind in COLD}
    for number in range(WARM_UP + rounds):
        for kind in COLD:
            answer = result("cold", kind, str(plan))
            if number >= WARM_UP:
                cpu[kind].append(answer["cpu"] * 1000)
                whole[kind].append(answer["whole"] * 1000)
    return cpu, whole


def cpu_figures(spent: Series, started: Series, whole: Series) -> list[Figure]:
    naive, client, from_zero = spent["naive"], started["client"], whole["client"]
    return [
        ratio("submit_cpu_vs_naive", spent["ours"], naive,
              "whole route with a token, over the naive request (jsonschema)", 1.25),
        ratio("submit_cpu_new_token", spent["stranger"], naive,
              "the same where the process has not seen the token before"),
        ratio("submit_cpu_vs_naive_rs", spent["ours"], spent["naive_rs"],
              "the same over a naive request that validates with jsonschema-rs"),
        ratio("fastapi_cpu_vs_naive", spent["fastapi"], naive,
              "the naive work behind FastAPI and Mangum, over itself without"),
        ratio("cold_start_anonymous", started["anonymous"], client,
              "import app, read one service, over import boto3 and a DynamoDB client", 1.05),
        ratio("cold_start_token", started["token"], client,
              "import app, an officer's inbox, over the same", 1.35),
        ratio("cold_start_submit_anonymous", started["submit_anonymous"], client,
              "import app, validate, seal and store a first submission"),
        ratio("cold_start_submit_token", started["submit_token"], client,
              "the same by an officer with a token"),
        ratio("cold_start_anonymous_whole", whole["anonymous"], from_zero,
              "with the start of the interpreter on both sides"),
        ratio("cold_start_token_whole", whole["token"], from_zero, "the same"),
    ]  # fmt: skip


def unit_figures(units: dict[str, Any]) -> list[Figure]:
    submit, lives = units["submit"], units["lives"]
    permit = lives["business-licence"]
    made = {name: act for name, act in permit["acts"].items() if name != "submit"}
    return [
        Count("write_units_submit", submit["units"],
              "a submission with 2 KB of answers, without its data key", 12),
        Count("write_units_submit_with_key", submit["with_keys"], "with its data key", 14),
        Count("write_units_submit_papers", permit["acts"]["submit"]["units"],
              "the permit's submission with three papers, without its data key"),
        Count("write_units_action", max(act["units"] for act in made.values()),
              f"the dearest of {', '.join(made)}", 8),
        Count("index_entries_submit", max(submit["entries"], permit["acts"]["submit"]["entries"]),
              "apart from the units above", 4),
        Count("index_entries_action", max(act["entries"] for act in made.values()),
              "apart from the units above", 4),
        Count("write_units_record", max(one["with_keys"] for one in units["records"].values()),
              f"the dearest of {', '.join(units['records'])}", 1),
        Count("index_entries_record", max(one["entries"] for one in units["records"].values()),
              "apart from the units above", 1),
        Count("states_permit", len(permit["states"]), "states a plain permit enters", 12),
        Count("case_row_bytes", max(life["case_row"] for life in lives.values()),
              "the longest case row of all services", 1024),
        *(life_figure(service, life) for service, life in lives.items()),
    ]  # fmt: skip


def life_figure(service: str, life: dict[str, Any]) -> Figure:
    """One line a service: its plain case from submission to end."""
    acts = {name: act["units"] for name, act in life["acts"].items() if name != "submit"}
    dearest = max(acts, key=lambda name: acts[name])
    said = (
        f"write units, {life['requests']} of them in {len(life['acts'])} requests; "
        f"{life['entries']} index entries, {len(life['states'])} states; "
        f"dearest act {dearest} {acts[dearest]}"
    )
    return Count(f"life_{service}", life["units"], said)


def flat_figures(flat: dict[str, Any]) -> list[Figure]:
    """The same at 1,000, 10,000 and 100,000 cases, or missed."""
    figures: list[Figure] = []
    for name, found in flat.items():
        sums = [sum(asked.values()) for asked in found["asked"]]
        requests = " · ".join(str(asked["requests"]) for asked in found["asked"])
        said = f"requests, index entries and rows at 10⁵ cases, over 10³; requests {requests}"
        few, *_, many = found["cpu"]
        figures += [
            Count(f"flat_{name}", max(sums), said, sums[0]),
            ratio(f"flat_{name}_cpu", many, few, "CPU of it at 10⁵ cases over 10³", 1.2),
        ]
    return figures


def measure(rounds: int) -> tuple[list[Figure], dict[str, Any]]:
    """The figures, and what they were made from. Raises Failed."""
    FOLDER.mkdir(exist_ok=True)
    plan = Path(result("prepare"))
    units, flat = result("units"), result("flat")
    started, whole = cold(plan, rounds)
    spent = warm(plan, rounds)
    figures = [*cpu_figures(spent, started, whole), *unit_figures(units), *flat_figures(flat)]
    raw = {"submit_cpu_ms": spent, "cold_cpu_ms": started, "units": units, "flat": flat}
    return figures, raw


def machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load": [round(value, 2) for value in os.getloadavg()],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="at least 3; default 21")
    parser.add_argument("--strict", action="store_true", help="end with 1 when a limit is missed")
    wanted = parser.parse_args()
    try:
        figures, raw = measure(max(wanted.rounds, 3))
    except (Failed, OSError, subprocess.SubprocessError) as error:
        print(f"the benchmark failed: {error}", file=sys.stderr)
        return 1
    host = machine()
    results = {figure.name: figure.data() for figure in figures}
    written = FOLDER / "results.json"
    report = {**results, "machine": host, "raw": raw}
    written.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    missed = [figure.name for figure in figures if not figure.ok]
    print(table(figures))
    print(f"Python {host['python']}, {host['system']}, {host['cores']} cores, load {host['load']}")
    print(f"missed: {', '.join(missed) or 'nothing'}; all of it in {written}")
    return int(wanted.strict and bool(missed))


if __name__ == "__main__":
    sys.exit(main())
