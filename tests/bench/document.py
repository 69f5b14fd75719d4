"""The benchmark's service: the business licence's flow with a form of twenty fields, and 2 KB of
answers as people write them.
"""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SERVICE = "bench"
LICENCE = ROOT / "forms" / "business-licence"
FORM = HERE / "form.json"
OFFICER = "officer-li"
ANSWERS = HERE / "answers.json"


def load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def document() -> dict[str, Any]:
    made: dict[str, Any] = load(LICENCE / "service.json")
    # It opens cases, computes and counts, from answers that this form does not have.
    del made["flow"]["tasks"]["proposed"], made["flow"]["follows"]
    del made["flow"]["acts"]["rate_again"], made["clocks"]["bad-rating"]
    del made["notices"]["rating_answered"]
    del made["logic"], made["counts"]
    made |= {
        "service": SERVICE,
        "form": load(FORM),
        "views": {},
        "subject": {
            "name": "/name",
            "phones": ["/phone"],
            "emails": ["/email"],
            "region": "/region",
        },
        "papers": [
            {name: value for name, value in paper.items() if name != "required_if"}
            for paper in made["papers"]
        ],
    }
    return made


def directory() -> dict[str, Any]:
    """The seed's, with an owner for the benchmark's service."""
    made: dict[str, Any] = load(ROOT / "infra" / "seed" / "directory.json")
    owners = [*made["owners"], {"service": SERVICE, "unit": made["owners"][0]["unit"]}]
    return {**made, "owners": owners}


def submission() -> bytes:
    """At a window, so that the officer's grant is looked at too."""
    body = {"answers": load(ANSWERS), "channel": "counter", "site": "jz-t1-v1"}
    return json.dumps(body, ensure_ascii=False).encode()
