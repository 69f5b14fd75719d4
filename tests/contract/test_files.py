"""Files: kept as they were put first."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.platform.files import S3Files
from chalicelib.platform.ports import Busy, Files
from tests.contract.targets import Target

PDF = bytes(range(256)) * 40


@pytest.fixture
def files(target: Target) -> Files:
    return target.files


def test_a_file_is_read_as_it_was_put(files: Files, pk: str) -> None:
    assert files.put(f"documents/{pk}/1-grant", PDF)

    assert files.get(f"documents/{pk}/1-grant") == PDF


def test_who_comes_second_is_told_so_and_changes_nothing(files: Files, pk: str) -> None:
    files.put(f"documents/{pk}/1-grant", PDF)

    assert not files.put(f"documents/{pk}/1-grant", b"another")
    assert not files.put(f"documents/{pk}/1-grant", bytes(PDF))

    assert files.get(f"documents/{pk}/1-grant") == PDF


def test_a_file_that_was_never_put_is_none(files: Files, pk: str) -> None:
    assert files.get(f"documents/{pk}/2-grant") is None


class RefusingSession:
    """Its clients answer every call with one error."""

    def create_client(self, service: str, **_: Any) -> "RefusingSession":
        return self

    def put_object(self, **_: Any) -> None:
        raise ClientError({"Error": {"Code": "SlowDown"}}, "S3")

    get_object = put_object


def test_a_refusal_is_no_answer() -> None:
    session: Any = RefusingSession()
    files = S3Files(session, "sealed-files")

    with pytest.raises(Busy):
        files.put("documents/1", PDF)
    with pytest.raises(Busy):
        files.get("documents/1")
