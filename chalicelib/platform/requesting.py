"""Operations of the store port as requests of DynamoDB, by the models of their rows."""

from collections.abc import Callable, Mapping
from functools import cache, reduce
from operator import and_, or_
from typing import Any, NamedTuple

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition as Expression
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.platform.ports import (
    Absent,
    Below,
    Change,
    Condition,
    Either,
    Equals,
    Every,
    Missing,
    Put,
    Row,
)


def put_item(table: str, model: type[Model], put: Put) -> dict[str, Any]:
    """The most frequent operation, without the library's builder of requests."""
    item: dict[str, Any] = {"TableName": table, "Item": serialize(model, put.row)}
    if isinstance(put.when, Absent):
        item["ConditionExpression"] = "attribute_not_exists(pk)"
    elif put.when is not None:
        names: dict[str, str] = {}
        values: dict[str, Any] = {}
        item["ConditionExpression"] = expression(put.when, model).serialize(names, values)
        item["ExpressionAttributeNames"] = {of: name for name, of in names.items()}
        if values:
            item["ExpressionAttributeValues"] = values
    return item


class Written(NamedTuple):
    """How one attribute is written: its type, and a function unless a value stands as it is."""

    type: str
    serialize: Callable[[Any], Any] | None


@cache
def _needed(model: type[Model]) -> frozenset[str]:
    return frozenset(name for name, one in model.get_attributes().items() if not one.null)


@cache
def _written(model: type[Model]) -> Mapping[str, Written]:
    return {
        name: Written(one.attr_type, None if type(one) is UnicodeAttribute else one.serialize)
        for name, one in model.get_attributes().items()
    }


def serialize(model: type[Model], row: Row) -> dict[str, Any]:
    """The item, attribute by attribute; an instance of the model would cost three times as much.

    Raises ValueError for a row that lacks what its kind must have.
    """
    if lacking := _needed(model) - row.keys():
        raise ValueError(f"a row of kind {row['kind']} lacks {sorted(lacking)}")
    written = _written(model)
    item: dict[str, Any] = {"kind": {"S": row["kind"]}}
    for name, value in row.items():
        if name != "kind" and value is not None:
            type, write = written[name]
            item[name] = {type: write(value) if write else value}
    return item


def actions(model: type[Model], change: Change) -> list[Action]:
    """None is absence, as in a put; DynamoDB's own NULL would be a value that exists."""
    values = {name: value for name, value in change.set.items() if value is not None}
    nothing = [name for name in change.set if name not in values]
    return [getattr(model, name).set(value) for name, value in values.items()] + [
        getattr(model, name).remove() for name in (*nothing, *change.remove)
    ]


def expression(condition: Condition, model: type[Model]) -> Expression:
    """The condition as an expression; values are written as the model's attribute writes them."""
    match condition:
        case Absent():
            return Path("pk").does_not_exist()
        case Missing(attribute):
            return Path(attribute).does_not_exist()
        case Equals(attribute, value):
            equal: Expression = getattr(model, attribute) == value
            return equal
        case Below(attribute, value):
            below: Expression = getattr(model, attribute) < value
            return below
        case Every(of):
            return reduce(and_, (expression(part, model) for part in of))
        case Either(of):
            return reduce(or_, (expression(part, model) for part in of))
