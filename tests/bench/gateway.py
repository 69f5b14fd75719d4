"""Requests as API Gateway (REST, proxy integration) hands them to a function. Only `json` is
imported here: a cold start loads this before its clock starts.
"""

import json
from typing import Any

Event = dict[str, Any]


class Context:
    """What a handler may look at."""

    aws_request_id = "bench"
    function_name = "bancheng-api"


def event(
    method: str,
    resource: str,
    parameters: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    body: str | None = None,
) -> Event:
    sent = {"Host": "x.execute-api.us-east-1.amazonaws.com", "Accept": "*/*", **(headers or {})}
    path = resource.format(**(parameters or {}))
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": query and {n: [v] for n, v in query.items()},
        "pathParameters": parameters,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource,
            "path": f"/api{path}",
            "httpMethod": method,
            "stage": "api",
            "requestId": "bench",
            "identity": {"sourceIp": "203.0.113.7", "userAgent": "bench"},
        },
        "body": body,
        "isBase64Encoded": False,
    }


def guide(plan: Event) -> Event:
    return event("GET", "/services/{service}", {"service": "bench"})


def inbox(plan: Event) -> Event:
    return event(
        "GET",
        "/inbox",
        headers={"Authorization": f"Bearer {plan['officer']}"},
        query={"role": "acceptor", "node": "jz-t1-v1"},
    )


def submit(plan: Event, key: str = "first") -> Event:
    """By an officer at a window, with a bearer token."""
    return _submission(plan["body"], {"Authorization": f"Bearer {plan['officer']}"}, key)


def submit_anonymous(plan: Event) -> Event:
    """By a resident on the web."""
    body = json.loads(plan["body"])
    text = json.dumps({"answers": body["answers"]}, ensure_ascii=False)
    return _submission(text, {}, "first")


def _submission(body: str, headers: dict[str, str], key: str) -> Event:
    return event(
        "POST",
        "/services/{service}/cases",
        {"service": "bench"},
        {"Content-Type": "application/json", "Idempotency-Key": key, **headers},
        body=body,
    )
