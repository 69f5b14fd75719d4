"""Gives the emulator's API the gateway answers of the template.

API Gateway reads them from the OpenAPI document; the emulator does not (ministack 1.5.33 ignores
x-amazon-apigateway-gateway-responses there), so they are set by the API's own calls, and deployed.
"""

import json
from pathlib import Path
from typing import Any

STAGE = "api"
_EXTENSION = "x-amazon-apigateway-gateway-responses"


def adopt_gateway_responses(gateway: Any, api: str, template: Path) -> None:
    """Set what the template's OpenAPI document says about answers that no function makes."""
    document = json.loads(template.read_text())["Resources"]["RestAPI"]["Properties"][
        "DefinitionBody"
    ]
    for kind, answer in document[_EXTENSION].items():
        gateway.put_gateway_response(restApiId=api, responseType=kind, **answer)
    gateway.create_deployment(restApiId=api, stageName=STAGE)
