"""Wires the AWS adapters for one function. Clients are made on first use, from one session."""

from collections.abc import Mapping
from functools import cached_property

from botocore.session import Session

from chalicelib.platform import times
from chalicelib.platform.dynamo import DynamoStore, Shape
from chalicelib.platform.files import S3Files
from chalicelib.platform.ids import SystemIds
from chalicelib.platform.keys import SealedKeys
from chalicelib.platform.kms import Kms
from chalicelib.platform.notifier import AwsNotifier
from chalicelib.platform.ports import Ports, Table
from chalicelib.platform.settings import PublisherSettings, StoreSettings, WorkerSettings
from chalicelib.platform.states import StatesOrchestrator


class Aws:
    """The adapters, from the environment of the function."""

    def __init__(self, environ: Mapping[str, str], shapes: Mapping[Table, Shape]) -> None:
        self._environ = environ
        self._shapes = shapes

    @cached_property
    def region(self) -> str:
        return self._environ.get("AWS_REGION") or self._environ["AWS_DEFAULT_REGION"]

    @cached_property
    def store(self) -> DynamoStore:
        settings = StoreSettings.read(self._environ)
        names = {
            Table.CASES: settings.cases_table,
            Table.DIRECTORY: settings.directory_table,
            Table.KEYS: settings.keys_table,
        }
        return DynamoStore(self._shapes, names, self.region)

    @cached_property
    def session(self) -> Session:
        session: Session = self.store.connection.session
        return session

    @cached_property
    def keys(self) -> SealedKeys:
        settings = StoreSettings.read(self._environ)
        endpoint = self._environ.get("AWS_ENDPOINT_URL") or (
            f"https://kms.{self.region}.{settings.url_suffix}"
        )
        return SealedKeys(
            self.store, Kms(self.session, self.region, settings.kms_key_arn, endpoint)
        )

    def api(self) -> Ports:
        """The api has neither orchestrator nor notifier: their settings are not in its reach."""
        return self._ports(StatesOrchestrator(self.session, ""), AwsNotifier(self.session, ""))

    def worker(self) -> Ports:
        settings = WorkerSettings.read(self._environ)
        return self._ports(
            StatesOrchestrator(self.session, settings.machine_arn_prefix),
            AwsNotifier(self.session, settings.mail_from),
        )

    def publisher(self) -> Ports:
        settings = self.publisher_settings
        states = StatesOrchestrator(
            self.session, settings.machine_arn_prefix, settings.flow_role_arn
        )
        return self._ports(states, AwsNotifier(self.session, ""))

    @cached_property
    def public_url(self) -> str:
        return WorkerSettings.read(self._environ).public_url.rstrip("/")

    @cached_property
    def publisher_settings(self) -> PublisherSettings:
        return PublisherSettings.read(self._environ)

    def _ports(self, orchestrator: StatesOrchestrator, notifier: AwsNotifier) -> Ports:
        files = S3Files(self.session, self._environ.get("BANCHENG_DOCUMENTS_BUCKET", ""))
        return Ports(self.store, orchestrator, notifier, self.keys, times.now, SystemIds(), files)
