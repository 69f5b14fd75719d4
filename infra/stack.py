"""The local stack as an object: used by the commands of infra.local, by the demo and by the tests.

with LocalStack(state) as stack:
    stack.invoke("publisher", {"setup": {}})
    requests.get(stack.base_url + "/services")
"""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra import seed
from infra.bundle import ROOT
from infra.deploy import deploy
from infra.emulator import REGION, Emulator
from infra.failures import Refused
from infra.fresh import fresh_package
from infra.gateway import adopt_gateway_responses
from infra.issuer import ALGORITHM, AUDIENCE, ISSUER, Issuer

STATE = ROOT / ".local" / "state"
EMULATOR = ROOT / ".local" / "emulator" / "bin" / "python"
PACKAGE = ROOT / ".local" / "package"
STACK = "bancheng"
BUCKET = "bancheng-packages"
MAIL_FROM = "noreply@example.org"
PARAMETERS = {
    "Issuer": ISSUER,
    "Audience": AUDIENCE,
    "Algorithm": ALGORITHM,
    "Local": "yes",
    "DeletionProtection": "no",
    "MailFrom": MAIL_FROM,
}

Say = Callable[[str], None]


def _silent(_: str) -> None:
    """Says nothing: for tests."""


class LocalStack:
    """The deployed application in an emulator; `start` brings it up to the present sources."""

    def __init__(
        self,
        state_dir: Path = STATE,
        port: int | None = None,
        program: Path = EMULATOR,
        package_dir: Path = PACKAGE,
        say: Say = _silent,
    ) -> None:
        self._emulator = Emulator(program, state_dir.absolute(), port)
        self.issuer = Issuer(state_dir)
        self.session: Any = boto3.Session("000000000000", "local", region_name=REGION)
        self.outputs: dict[str, str] = {}
        self._package, self._say = package_dir, say
        self._sms_secret: str | None = None

    @property
    def folder(self) -> Path:
        """Where the stack's state is."""
        return self._emulator.state

    @property
    def endpoint(self) -> str:
        """Where every AWS client of this stack talks to."""
        return self._emulator.endpoint

    @property
    def base_url(self) -> str:
        """The root of the HTTP API."""
        return f"{self.endpoint}/restapis/{self.outputs['RestAPIId']}/api/_user_request_"

    def client(self, service: str, **settings: Any) -> Any:
        """A boto3 client that talks to the emulator."""
        config = Config(read_timeout=120, retries={"max_attempts": 0}, proxies={}, **settings)
        return self.session.client(service, endpoint_url=self.endpoint, config=config)

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """Send an operator's event to `worker` or `publisher`; its answer. A failure is refused."""
        name = self.outputs[f"{function.capitalize()}Name"]
        answer = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
        result = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer:
            raise Refused(f"{function} failed on {next(iter(event), 'an event')}: {_cause(result)}")
        return result

    def token(
        self, subject: str, ttl: timedelta = timedelta(hours=8), now: datetime | None = None
    ) -> str:
        """A bearer token for a party of the directory."""
        return self.issuer.token(subject, now or datetime.now(UTC), ttl)

    def sms_secret(self) -> str:
        """What a provider of text messages signs with on this stack."""
        if self._sms_secret is None:
            answer = self.invoke("publisher", {"channel": {"name": "sms"}})
            self._sms_secret = str(answer["secret"])
        return self._sms_secret

    def sms(self) -> list[dict[str, Any]]:
        """Text messages sent so far, as the emulator keeps them: by phone, oldest first."""
        found = self._emulator.get("/_ministack/sns/sms-messages")
        return _flat(found.get("sms_messages", found))

    def emails(self) -> list[dict[str, Any]]:
        """E-mails sent so far, oldest first, as the emulator keeps them."""
        return _flat(self._emulator.get("/_ministack/ses/messages")["messages"])

    def start(self) -> None:
        """Start the emulator, deploy and seed what has changed, send open cases on again."""
        fresh_package(self._package, self._say)
        self._say(f"starting the emulator on {self.endpoint}")
        self._emulator.start()
        try:
            self.bring_up_to_date()
            self.invoke("worker", {"recover": {}})
        except Refused as refusal:
            self.stop()
            raise Refused(
                f"{refusal}; if the state in {self.folder} is damaged, make clean removes it "
                "(with the cases) and make run starts anew"
            ) from refusal
        except (BotoCoreError, ClientError) as error:
            self.stop()
            raise Refused(f"the emulator says: {error}") from error
        except BaseException:
            self.stop()
            raise

    def bring_up_to_date(self) -> None:
        """Deploy and seed, each only if its inputs differ from what the stack last got."""
        stamp = fresh_package(self._package, self._say)
        if self._noted("package") != stamp:
            self._deploy()
            self._note("package", stamp)
        self.attach()
        # Each by itself: what somebody published at run time is not undone by another's change.
        for what, event in seed.events(self.issuer.document()):
            stamp, name = seed.fingerprint(event), f"seed-{what.replace(' ', '-')}"
            if self._noted(name) != stamp:
                self._say(f"publishing {what}")
                if self._published(self.invoke("publisher", event)):
                    self._note(name, stamp)

    def _published(self, answer: Any) -> bool:
        """Whether the publisher did it; what it found wrong is said, and tried again next time."""
        if not isinstance(answer, dict) or answer.get("published") is not False:
            return True
        for found in answer["findings"]:
            self._say(f"not published: {found['pointer']} {found['texts']['en']}")
        return False

    def attach(self) -> None:
        """Learn the outputs of the stack that runs already."""
        found = self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
        self.outputs = {entry["OutputKey"]: entry["OutputValue"] for entry in found["Outputs"]}

    def stop(self) -> None:
        """End cleanly: the emulator writes its state."""
        self._emulator.stop()

    def kill(self) -> None:
        """End as a crash would: everything since the last clean stop is lost."""
        self._emulator.kill()

    def alive(self) -> bool:
        """Whether the emulator this object started still runs."""
        return self._emulator.alive()

    def ending(self) -> str:
        """How an emulator that no longer runs came to its end; a breakdown is refused."""
        return self._emulator.ending()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _deploy(self) -> None:
        self._say("deploying")
        with suppress(self.client("s3").exceptions.BucketAlreadyOwnedByYou):
            self.client("s3").create_bucket(Bucket=BUCKET)
        self.client("ses").verify_email_identity(EmailAddress=MAIL_FROM)
        outputs = deploy(
            self.client, STACK, BUCKET, self._package, {**PARAMETERS, "PublicUrl": self.endpoint}
        )
        adopt_gateway_responses(
            self.client("apigateway"), outputs["RestAPIId"], self._package / "sam.json"
        )

    def _noted(self, what: str) -> str | None:
        """Kept inside the emulator, so that it is lost together with what it speaks of."""
        ssm = self.client("ssm")
        try:
            return str(ssm.get_parameter(Name=f"/bancheng-local/{what}")["Parameter"]["Value"])
        except ssm.exceptions.ParameterNotFound:
            return None

    def _note(self, what: str, value: str) -> None:
        self.client("ssm").put_parameter(
            Name=f"/bancheng-local/{what}", Value=value, Type="String", Overwrite=True
        )


def _cause(result: Any) -> str:
    if not isinstance(result, dict):
        return str(result)
    return f"{result.get('errorType', 'error')}: {result.get('errorMessage', result)}"


def _flat(by_account: Any) -> list[dict[str, Any]]:
    """Lists nested under accounts, regions and numbers, as one list by time."""
    if isinstance(by_account, list):
        return list(by_account)
    found = [entry for part in by_account.values() for entry in _flat(part)]
    return sorted(found, key=lambda entry: str(entry.get("Timestamp", entry.get("timestamp", ""))))
