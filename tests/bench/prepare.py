"""What the contenders start from, made by the real publisher: `python -m tests.bench.prepare`.

Writes the plan, {"rows": [[table, item] …], "officer": token, "body": text}, and prints its path.
"""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chalicelib.platform.aws import Aws
from chalicelib.services.life.publish import Publisher
from chalicelib.wiring import SHAPES
from infra.issuer import Issuer
from tests.bench.document import OFFICER, ROOT, directory, document, load, submission
from tests.bench.processes import FOLDER
from tests.bench.wire import Wire


class NotPublished(Exception):
    """The benchmark's service document was refused; the message is the report."""


def prepare(folder: Path) -> Path:
    """Write the plan; its path. Raises NotPublished."""
    wire = Wire([], keep=True)
    wire.install()
    aws = Aws(os.environ, SHAPES)
    issuer = Issuer(folder)
    publisher = Publisher(aws.publisher(), aws.publisher_settings)
    publisher.handle({"setup": {}})
    publisher.handle({"directory": directory()})
    publisher.handle({"calendar": load(ROOT / "infra" / "calendars" / "cn.json")})
    publisher.handle({"issuer": issuer.document()})
    report = publisher.handle({"publish": document()})
    if not report["published"]:
        raise NotPublished(json.dumps(report, ensure_ascii=False))
    plan: dict[str, Any] = {
        "rows": wire.rows(),
        "officer": issuer.token(OFFICER, datetime.now(UTC), timedelta(hours=4)),
        "body": submission().decode(),
    }
    file = folder / "plan.json"
    file.write_text(json.dumps(plan, ensure_ascii=False), "utf-8")
    return file


if __name__ == "__main__":
    print(json.dumps(str(prepare(FOLDER))))
