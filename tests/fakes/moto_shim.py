"""moto's Step Functions in the test's own process, made to stand still.

moto interprets each execution in threads of its own. A signal or a stop that meets one which is
only starting raises AttributeError, a stopped one goes on waiting for its token, and DynamoDB on
moto loses writes under threads. So every call here returns only when all executions wait for a
token or have ended, and nothing of moto runs while the application does. Its DynamoDB copies the
whole table for every operation of a transaction, in order to go back; here it keeps the rows that
the transaction names. What is read of moto's inside is pinned by the exact version in
infra/requirements-dev.txt.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import Any
from unittest.mock import patch

from moto import mock_aws
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackOutcomeSuccess
from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from chalicelib.platform.states import StatesOrchestrator

ACCOUNT = "123456789012"
REGION = "us-east-1"
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    # botocore would otherwise ask a host name that moto does not know.
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
}
PATIENCE = 20.0
TRANSACT = "transact_write_items"
WHOLE = getattr(DynamoDBBackend, TRANSACT)


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """These variables, and no other AWS_* one, for a while."""
    before = {name: v for name, v in os.environ.items() if name.startswith("AWS_")}
    for name in before:
        del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(before)


@contextmanager
def moto() -> Iterator[None]:
    """A fresh account in this process, whose executions are stopped at the end."""
    with environment(ENVIRONMENT), patch.object(DynamoDBBackend, TRANSACT, rows_alone(WHOLE)):
        mock = mock_aws(config={"stepfunctions": {"execute_state_machine": True}})
        mock.start()
        try:
            yield
        finally:
            end_all()
            mock.stop()


def rows_alone(whole: Callable[[Any, Sequence[Any]], None]) -> Callable[[Any, Sequence[Any]], None]:
    """The transaction as it is, which goes back by rows and not by tables."""

    def transact(backend: Any, operations: Sequence[Mapping[str, Any]]) -> None:
        named = [one for operation in operations for one in operation.values()]
        kept = [_keep(backend.tables.get(one.get("TableName")), one) for one in named]
        with patch.object(Table, "__deepcopy__", lambda table, _: table, create=True):
            try:
                whole(backend, operations)
            except BaseException:
                for go_back in reversed(kept):
                    go_back()
                raise

    return transact


def _keep(table: Any, operation: Mapping[str, Any]) -> Callable[[], None]:
    """What puts the row that the operation names back as it is now."""
    value = (operation.get("Item") or operation.get("Key", {})).get(table and table.hash_key_attr)
    if value is None:
        return lambda: None
    key = DynamoType(value)
    beside = table.items.get(key)
    before = None if beside is None else {name: deepcopy(row) for name, row in beside.items()}

    def go_back() -> None:
        if before is None:
            table.items.pop(key, None)
        else:
            table.items[key] = before

    return go_back


class MotoOrchestrator(StatesOrchestrator):
    """The adapter as it is; each call waits until the interpreter has come to rest.

    `later` are machines made when they are first started: moto takes 30 ms to read one.
    """

    later: dict[str, str] = {}

    def start(self, machine: str, name: str, data: Mapping[str, Any]) -> None:
        if machine in self.later:
            self.create(machine, self.later.pop(machine))
        super().start(machine, name, data)
        come_to_rest()

    def stop(self, machine: str, name: str) -> None:
        super().stop(machine, name)
        come_to_rest()

    def succeed(self, token: str, outcome: Mapping[str, str]) -> bool:
        answered = super().succeed(token, outcome)
        come_to_rest()
        return answered


def come_to_rest() -> None:
    """Wait until every execution waits for a token or has ended."""
    end = time.monotonic() + PATIENCE
    while not all(map(_rests, _executions())):
        if time.monotonic() > end:
            raise AssertionError("an execution on moto does not come to rest")
        _wake_the_stopped()
        time.sleep(0.001)


def end_all() -> None:
    """Stop what runs, so that no thread wakes up after the account is gone."""
    come_to_rest()
    for execution in _executions():
        if execution.status == "RUNNING":
            execution.stop(stop_date=None, error="", cause="")
    come_to_rest()


def empty_tables() -> None:
    """Forget every item: moto copies whole tables at each transaction, so small ones are fast."""
    for table in dynamodb_backends[ACCOUNT][REGION].tables.values():
        table.items.clear()


def _executions() -> list[Any]:
    backend = stepfunctions_parser_backends[ACCOUNT][REGION]
    return [execution for machine in backend.state_machines for execution in machine.executions]


def _wake_the_stopped() -> None:
    """A stopped execution ends when its wait does, so its wait is ended; it goes nowhere then."""
    for execution in _executions():
        inside = execution.exec_worker.env
        if execution.status == "RUNNING" and inside and _stopped(inside):
            waiting = _last_wait(execution)
            waiting.notify(CallbackOutcomeSuccess(waiting.callback_id, "{}"))


def _stopped(inside: Any) -> bool:
    return isinstance(inside.program_state(), ProgramStopped)


def _last_wait(execution: Any) -> Any:
    *_, last = execution.exec_worker.env.callback_pool_manager._pool.values()
    return last


def _rests(execution: Any) -> bool:
    if execution.status != "RUNNING":
        return True
    inside = execution.exec_worker.env
    if inside is None or not inside.is_running():
        return False
    history = inside.event_manager.get_event_history()
    if not history or history[-1]["type"] != "TaskSubmitted":
        return False
    return not _last_wait(execution)._notify_event.is_set()
