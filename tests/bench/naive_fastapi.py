"""The naive work behind FastAPI and Mangum.

The endpoint is `async`: a plain `def` would be sent to a thread, which costs CPU on top.
"""

from typing import Annotated, Any

from fastapi import Body, FastAPI, Header
from fastapi.responses import JSONResponse
from mangum import Mangum

from tests.bench.naive import Naive


def handler(naive: Naive) -> Mangum:
    api = FastAPI(openapi_url=None)

    @api.post("/services/{service}/cases")
    async def submit(
        service: str,
        body: Annotated[dict[str, Any], Body()],
        idempotency_key: Annotated[str, Header()],
    ) -> JSONResponse:
        status, answer = naive.submit(service, body, idempotency_key)
        return JSONResponse(answer, status)

    return Mangum(api, lifespan="off")
