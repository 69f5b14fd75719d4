"""The files port on S3: each file is put once, by a conditional write (`If-None-Match: *`).

The client is made on first use: most requests never need one.
"""

from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from chalicelib.platform.ports import Busy

LIMITS = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2})
# Somebody put it before; or is putting it at this moment, and then it is there on the next try.
KEPT = frozenset({"PreconditionFailed", "412"})
NONE = frozenset({"NoSuchKey", "404"})
KIND = "application/octet-stream"


class S3Files:
    def __init__(self, session: Session, bucket: str) -> None:
        self._session = session
        self._bucket = bucket
        self._made: Any = None

    @property
    def _client(self) -> Any:
        if self._made is None:
            self._made = self._session.create_client("s3", config=LIMITS)
        return self._made

    def put(self, key: str, data: bytes) -> bool:
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=data, ContentType=KIND, IfNoneMatch="*"
            )
        except (BotoCoreError, ClientError) as error:
            if _code(error) in KEPT:
                return False
            raise Busy(f"s3 {_code(error)}") from error
        return True

    def get(self, key: str) -> bytes | None:
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=key)
            data: bytes = found["Body"].read()
        except (BotoCoreError, ClientError) as error:
            if _code(error) in NONE:
                return None
            raise Busy(f"s3 {_code(error)}") from error
        return data


def _code(error: BotoCoreError | ClientError) -> str:
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return type(error).__name__
