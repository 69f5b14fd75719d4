"""The tables as the deployed template describes them, for emulators that hold no stack."""

import json
from pathlib import Path
from typing import Any

from chalicelib.platform.ports import Table

TEMPLATE = Path(__file__).resolve().parents[2] / "infra" / "template" / "tables.json"
SHARED = ("BillingMode", "KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes")
NAMES = {table: f"contract-{table}" for table in Table}


def described(table: Table) -> dict[str, Any]:
    """The properties of the table in the template."""
    resources = json.loads(TEMPLATE.read_text("utf-8"))["Resources"]
    properties: dict[str, Any] = resources[f"{table.capitalize()}Table"]["Properties"]
    return properties


def create(dynamodb: Any) -> None:
    """Make every table through a boto3 client of DynamoDB."""
    for table, name in NAMES.items():
        properties = described(table)
        arguments = {part: properties[part] for part in SHARED if part in properties}
        dynamodb.create_table(TableName=name, **arguments)
