"""Two calls of AWS KMS, signed and sent with botocore's parts but without a KMS client.

A second service client would cost a cold start about a fifth of the whole (its model is parsed),
so the request is the plain JSON protocol of the KMS API reference: Decrypt and
GenerateDataKeyWithoutPlaintext. The session's events are honoured, which is how emulators that
live inside botocore see the request.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.hooks import first_non_none_response
from botocore.httpsession import URLLib3Session
from botocore.session import Session

from chalicelib.platform.ports import Busy


class Kms:
    def __init__(self, session: Session, region: str, key_arn: str, endpoint: str) -> None:
        self._session = session
        self._region = region
        self._key = key_arn
        self._endpoint = endpoint.rstrip("/") + "/"

    def decrypt(self, blob: bytes, context: Mapping[str, str]) -> bytes:
        """The plaintext of a wrapped key. Raises Busy when KMS does not answer with it."""
        answer = self._call(
            "Decrypt",
            {
                "CiphertextBlob": base64.b64encode(blob).decode(),
                "EncryptionContext": dict(context),
                "KeyId": self._key,
            },
        )
        return base64.b64decode(answer["Plaintext"])

    def wrapped_key(self, context: Mapping[str, str]) -> bytes:
        """A new 256-bit key, wrapped; nobody has seen its plaintext."""
        answer = self._call(
            "GenerateDataKeyWithoutPlaintext",
            {"KeyId": self._key, "KeySpec": "AES_256", "EncryptionContext": dict(context)},
        )
        return base64.b64decode(answer["CiphertextBlob"])

    def _call(self, action: str, body: dict[str, Any]) -> dict[str, Any]:
        request = AWSRequest(
            method="POST",
            url=self._endpoint,
            data=json.dumps(body).encode(),
            headers={
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": f"TrentService.{action}",
            },
        )
        credentials = self._session.get_credentials()
        if credentials is None:
            raise Busy("no credentials")
        SigV4Auth(credentials.get_frozen_credentials(), "kms", self._region).add_auth(request)
        prepared = request.prepare()
        emitted = self._session.get_component("event_emitter").emit(
            f"before-send.kms.{action}", request=prepared
        )
        try:
            response = first_non_none_response(emitted) or URLLib3Session(timeout=2).send(prepared)
        except BotoCoreError as error:
            raise Busy(f"kms {type(error).__name__}") from error
        if response.status_code != 200:
            raise Busy(f"kms {response.status_code}")
        answer: dict[str, Any] = json.loads(response.content)
        return answer
