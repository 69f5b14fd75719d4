"""Requests to a deployment with a publisher's token; every refusal is one line."""

import json
import time
import urllib.error
import urllib.request
import uuid
from http.client import HTTPException
from typing import Any, Protocol
from urllib.parse import quote

from chalicelib.platform.json import compact
from infra.failures import Refused

PATIENCE = 60.0
TIMEOUT = 30


class Opener(Protocol):
    """How a request is sent: `urllib.request.OpenerDirector`, or the application in a test."""

    def open(self, fullurl: urllib.request.Request, data: None = None, timeout: float = 0) -> Any:
        """The answer, as a stream. Raises urllib.error.HTTPError for a refusal."""


def path(*steps: str) -> str:
    """A path of names that somebody typed (RFC 3986 §3.3)."""
    return "".join(f"/{quote(step, safe='')}" for step in steps)


class Desk:
    """`language` is that of the answers, `opener` how they are fetched."""

    def __init__(self, url: str, token: str, language: str, opener: Opener) -> None:
        self._url = url.rstrip("/")
        self._opener = opener
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Accept-Language": language,
        }

    def get(self, path: str) -> Any:
        return self._send("GET", path)

    def post(self, path: str, body: Any) -> Any:
        return self._send("POST", path, compact(body).encode(), uuid.uuid4().hex)

    def settled(self, path: str, waiting: str = "waiting") -> Any:
        """What became of something handed in. Raises Refused when nothing does."""
        deadline = time.monotonic() + PATIENCE
        while True:
            seen = self.get(path)
            if seen["state"] != waiting:
                return seen
            if time.monotonic() > deadline:
                raise Refused(f"{path} is still {waiting} after {PATIENCE:.0f} s")
            time.sleep(0.2)

    def _send(self, method: str, path: str, data: bytes | None = None, key: str = "") -> Any:
        headers = {**self._headers, **({"Idempotency-Key": key} if key else {})}
        try:
            request = urllib.request.Request(self._url + path, data, headers, method=method)
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise Refused(_problem(error)) from error
        except urllib.error.URLError as error:
            raise Refused(f"{self._url} does not answer: {error.reason}") from error
        except (HTTPException, OSError) as error:
            raise Refused(
                f"{self._url} does not answer: {error or type(error).__name__}"
            ) from error
        except ValueError as error:
            raise Refused(f"{self._url} is no address of a deployment: {error}") from error


def _problem(error: urllib.error.HTTPError) -> str:
    """The problem details in one line; each place with what is wrong there."""
    text = error.read().decode("utf-8", "replace")
    try:
        body = json.loads(text)
        said = [f"{error.code} {body.get('title', '')} {body.get('detail', '')}".strip()]
        said += [f"{one['pointer']} {one['detail']}" for one in body.get("errors", [])]
    except (ValueError, AttributeError, KeyError, TypeError):
        return f"{error.code}: {' '.join(text.split())[:200]}"
    return "; ".join(said)
