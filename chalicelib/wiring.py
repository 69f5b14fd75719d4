"""What each function is given, made on first use from its environment; tests give their own."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.cases.house import House
from chalicelib.people import store as directory
from chalicelib.platform.aws import Aws
from chalicelib.platform.dynamo import Shape
from chalicelib.platform.lazy import lazy
from chalicelib.platform.ports import Ports, Table
from chalicelib.platform.settings import PublisherSettings, TokenSettings

if TYPE_CHECKING:
    from chalicelib.cases import store as cases
    from chalicelib.platform import keytable
else:
    cases = lazy("chalicelib.cases.store")
    keytable = lazy("chalicelib.platform.keytable")

MODELS = {Table.CASES: cases, Table.DIRECTORY: directory, Table.KEYS: keytable}


class Shapes(Mapping[Table, Shape]):
    """The shape of each table; its models, some dozen classes, are made on first use."""

    def __getitem__(self, table: Table) -> Shape:
        shape: Shape = MODELS[table].SHAPE
        return shape

    def __iter__(self) -> Iterator[Table]:
        return iter(MODELS)

    def __len__(self) -> int:
        return len(MODELS)


SHAPES = Shapes()


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
        return House(self._aws.worker(), self._aws.public_url)

    @cached_property
    def _tokens(self) -> TokenSettings:
        return TokenSettings.read(self.environ)
