"""What is deployed: the package holds the application and nothing that helps somebody pose."""

import fcntl
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from infra.package import package
from tests.world import ROOT


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("package")
    # Every worker builds in the same folder.
    with (ROOT / ".local" / "package.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        package(out, local=False)
    return out


@pytest.fixture(scope="module")
def resources(made: Path) -> dict[str, Any]:
    template: dict[str, Any] = json.loads((made / "sam.json").read_text())
    found: dict[str, Any] = template["Resources"]
    return found


def test_the_local_issuer_is_not_in_the_package(made: Path) -> None:
    with ZipFile(made / "deployment.zip") as archive:
        names = archive.namelist()
        ours = [name for name in names if name.startswith("chalicelib/") or name == "app.py"]
        texts = b"".join(archive.read(name) for name in ours if name.endswith(".py"))

    assert "app.py" in names and "chalicelib/platform/ports.py" in names
    assert not [name for name in names if name.split("/")[0] in ("infra", "tests", "forms")]
    assert b"bancheng-local" not in texts and b"PRIVATE KEY" not in texts


def test_lambda_takes_the_package(made: Path) -> None:
    """AWS Lambda quotas: 50 MB zipped, 250 MB unpacked."""
    with ZipFile(made / "deployment.zip") as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())

    assert (made / "deployment.zip").stat().st_size < 50 * 10**6 and unpacked < 250 * 10**6


def test_only_the_worker_reads_keys_of_seals_and_files_are_put_once(
    resources: dict[str, Any],
) -> None:
    (api,) = (one["PolicyDocument"] for one in resources["ApiRole"]["Properties"]["Policies"])
    denied = {one["Sid"]: one for one in api["Statement"] if one["Effect"] == "Deny"}
    seals = {"dynamodb:LeadingKeys": ["seal#*"]}
    bucket = resources["DocumentsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    assert denied["NeverTheSeals"]["Condition"] == {"ForAnyValue:StringLike": seals}
    assert {"Null": {"s3:if-none-match": "true"}} in [one["Condition"] for one in bucket]
    assert "DocumentsBucket" not in json.dumps(resources["PublisherRole"])


def test_the_issuer_has_no_default_and_local_is_off_unless_said(made: Path) -> None:
    parameters = json.loads((made / "sam.json").read_text())["Parameters"]

    assert "Default" not in parameters["Issuer"] and "Default" not in parameters["Audience"]
    assert parameters["Local"]["Default"] == "no"


def test_three_functions_have_three_roles_and_only_one_may_pass_one(
    resources: dict[str, Any],
) -> None:
    functions = {n: r for n, r in resources.items() if r["Type"] == "AWS::Serverless::Function"}

    assert len(functions) == 3
    roles = [json.dumps(one["Properties"]["Role"]) for one in functions.values()]
    assert len(set(roles)) == 3
    for name, function in functions.items():
        role = json.dumps(resources[function["Properties"]["Role"]["Fn::GetAtt"][0]])
        assert ("iam:PassRole" in role) == (name == "Publisher")
        assert ("states:SendTaskSuccess" in role) == (name == "Worker")
        assert '"Action": "*"' not in role and ':*"' not in _actions(role)


def test_what_must_never_be_lost_is_protected(resources: dict[str, Any]) -> None:
    tables = [one for one in resources.values() if one["Type"] == "AWS::DynamoDB::Table"]

    assert len(tables) == 3
    for table in tables:
        properties = table["Properties"]
        assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
        assert "DeletionProtectionEnabled" in properties and "SSESpecification" in properties
    kinds = [one["Type"] for one in resources.values()]
    assert "AWS::CloudWatch::Alarm" in kinds and kinds.count("AWS::Logs::LogGroup") >= 3


def _actions(role: str) -> str:
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for name, item in value.items():
                if name == "Action":
                    found.append(json.dumps(item))
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(json.loads(role))
    return " ".join(found)
