"""What each function is given, made on first use from its environment; tests give their own."""

from collections.abc import Mapping
from functools import cached_property

from chalicelib.cases import store as cases
from chalicelib.cases.house import House
from chalicelib.people import store as directory
from chalicelib.platform import keytable
from chalicelib.platform.aws import Aws
from chalicelib.platform.ports import Ports, Table
from chalicelib.platform.settings import PublisherSettings, TokenSettings

SHAPES = {
    Table.CASES: cases.SHAPE,
    Table.DIRECTORY: directory.SHAPE,
    Table.KEYS: keytable.SHAPE,
}


class Houses:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self._given: House | None = None

    def give(self, house: House) -> None:
        """Serve every function from this house."""
        self._given = house

    def api(self) -> House:
        return self._given or self._api

    def worker(self) -> House:
        return self._given or self._worker

    def publisher(self) -> Ports:
        return self._given.ports if self._given else self._aws.publisher()

    def publisher_settings(self) -> PublisherSettings:
        return self._aws.publisher_settings

    def tokens(self) -> TokenSettings:
        return self._tokens

    @cached_property
    def _aws(self) -> Aws:
        return Aws(self.environ, SHAPES)

    @cached_property
    def _api(self) -> House:
        return House(self._aws.api())

    @cached_property
    def _worker(self) -> House:
        return House(self._aws.worker())

    @cached_property
    def _tokens(self) -> TokenSettings:
        return TokenSettings.read(self.environ)
