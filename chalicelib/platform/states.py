"""The orchestrator port on Step Functions. Clients are made on first use: the api never needs one.

`InvalidToken`, `TaskDoesNotExist` and `TaskTimedOut` mean that the token is gone, not that the
stage is settled; emulators and AWS differ in which of them they say.
"""

import json
from collections.abc import Mapping
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from chalicelib.platform.ports import Busy, Execution

GONE = frozenset({"InvalidToken", "TaskDoesNotExist", "TaskTimedOut"})
# Far below the lease of the dispatcher and the time limit of its function.
LIMITS = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2})
STATUS = {"RUNNING": Execution.RUNNING, "SUCCEEDED": Execution.SUCCEEDED}


class StatesOrchestrator:
    def __init__(self, session: Session, arn_prefix: str, flow_role: str = "") -> None:
        self._session = session
        self._prefix = arn_prefix
        self._flow_role = flow_role
        self._made: Any = None

    @property
    def _client(self) -> Any:
        if self._made is None:
            self._made = self._session.create_client("stepfunctions", config=LIMITS)
        return self._made

    def create(self, machine: str, definition: str) -> None:
        name = self._prefix.rsplit(":", 1)[-1] + machine
        error = self._call(
            "create_state_machine",
            name=name,
            definition=definition,
            roleArn=self._flow_role,
            type="STANDARD",
        )
        if error not in ("", "StateMachineAlreadyExists"):
            raise Busy(error)

    def start(self, machine: str, name: str, data: Mapping[str, Any]) -> None:
        error = self._call(
            "start_execution",
            stateMachineArn=self._prefix + machine,
            name=name,
            input=json.dumps(data),
        )
        if error not in ("", "ExecutionAlreadyExists"):
            raise Busy(error)

    def stop(self, machine: str, name: str) -> None:
        error = self._call("stop_execution", executionArn=self._execution(machine, name))
        if error not in ("", "ExecutionDoesNotExist"):
            if self.status(machine, name) is Execution.RUNNING:
                raise Busy(error)

    def status(self, machine: str, name: str) -> Execution:
        try:
            answer = self._client.describe_execution(executionArn=self._execution(machine, name))
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
                return Execution.MISSING
            raise Busy(error.response["Error"]["Code"]) from error
        except BotoCoreError as error:
            raise Busy(type(error).__name__) from error
        return STATUS.get(answer["status"], Execution.DEAD)

    def succeed(self, token: str, outcome: Mapping[str, str]) -> bool:
        error = self._call("send_task_success", taskToken=token, output=json.dumps(outcome))
        if error and error not in GONE:
            raise Busy(error)
        return not error

    def _execution(self, machine: str, name: str) -> str:
        return (self._prefix + machine).replace(":stateMachine:", ":execution:") + ":" + name

    def _call(self, operation: str, **arguments: Any) -> str:
        """The error code, or empty when it went well."""
        try:
            getattr(self._client, operation)(**arguments)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        except BotoCoreError as error:
            raise Busy(type(error).__name__) from error
        return ""
