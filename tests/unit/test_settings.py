"""A deployment that lacks a setting, or has one it must not have, says so by name at start."""

from dataclasses import MISSING, fields

import pytest

from chalicelib.platform import settings
from chalicelib.platform.settings import (
    MissingSetting,
    PublisherSettings,
    Settings,
    StoreSettings,
    TokenSettings,
    UnsafeSetting,
    WorkerSettings,
)
from infra.issuer import ISSUER

KINDS: list[type[Settings]] = [StoreSettings, TokenSettings, WorkerSettings, PublisherSettings]
VARIABLES = [(kind, f"BANCHENG_{field.name.upper()}") for kind in KINDS for field in fields(kind)]
TOKENS = {
    "BANCHENG_ISSUER": "https://id.example.org/realms/residents",
    "BANCHENG_AUDIENCE": "bancheng",
    "BANCHENG_ALGORITHM": "RS256",
    "BANCHENG_LOCAL": "no",
}


def complete(kind: type[Settings]) -> dict[str, str]:
    return {f"BANCHENG_{field.name.upper()}": "x" for field in fields(kind)} | TOKENS


def test_every_kind_of_settings_has_variables() -> None:
    assert len(VARIABLES) >= 15


@pytest.mark.parametrize(("kind", "variable"), VARIABLES, ids=lambda v: getattr(v, "__name__", v))
@pytest.mark.parametrize("given", [None, ""], ids=["absent", "empty"])
def test_a_missing_variable_is_named(
    kind: type[Settings], variable: str, given: str | None
) -> None:
    environ = complete(kind)
    del environ[variable]
    if given is not None:
        environ[variable] = given

    with pytest.raises(MissingSetting, match=f"^{variable}$"):
        kind.read(environ)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_complete_settings_are_read_and_others_ignored(kind: type[Settings]) -> None:
    read = kind.read({**complete(kind), "BANCHENG_OTHER": "x", "PATH": "/bin"})

    assert all(getattr(read, field.name) for field in fields(kind))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_two_signature_algorithms_are_believed(algorithm: str) -> None:
    read = TokenSettings.read({**TOKENS, "BANCHENG_ALGORITHM": algorithm})

    assert read.algorithm == algorithm


@pytest.mark.parametrize("local", ["yes", "no"])
@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "rs256", "PS256", "RS256,HS256"])
def test_every_other_algorithm_is_refused_even_locally(algorithm: str, local: str) -> None:
    environ = {**TOKENS, "BANCHENG_ALGORITHM": algorithm, "BANCHENG_LOCAL": local}

    with pytest.raises(UnsafeSetting, match="BANCHENG_ALGORITHM"):
        TokenSettings.read(environ)


UNSAFE = [
    ISSUER,
    "http://id.example.org",
    "HTTP://id.example.org",
    "//id.example.org",
    "id.example.org",
    "file:///etc/issuer",
    "https://",
    "https:///realm",
    "https://localhost",
    "https://LOCALHOST:8443/realm",
    "https://localhost.",
    "https://id.localhost",
    "https://127.0.0.1",
    "https://127.8.8.8:8443",
    "https://someone@127.0.0.1",
    "https://0.0.0.0",
    "https://[::1]:8443",
    "https://[0:0:0:0:0:0:0:1]",
    "https://[::ffff:127.0.0.1]",
    "https://[::]",
]


@pytest.mark.parametrize("issuer", UNSAFE)
@pytest.mark.parametrize("local", ["no", "Yes", "true", "1"])
def test_an_issuer_on_this_computer_or_without_https_is_refused_unless_local(
    issuer: str, local: str
) -> None:
    with pytest.raises(UnsafeSetting, match="BANCHENG_ISSUER"):
        TokenSettings.read({**TOKENS, "BANCHENG_ISSUER": issuer, "BANCHENG_LOCAL": local})


@pytest.mark.parametrize("issuer", [ISSUER, "https://localhost"])
def test_a_local_deployment_may_believe_the_local_issuer(issuer: str) -> None:
    read = TokenSettings.read({**TOKENS, "BANCHENG_ISSUER": issuer, "BANCHENG_LOCAL": "yes"})

    assert read.issuer == issuer


@pytest.mark.parametrize(
    "issuer", ["https://id.example.org", "https://10.1.2.3/realm", "https://localhost.example.org"]
)
def test_an_issuer_elsewhere_over_https_is_believed(issuer: str) -> None:
    assert TokenSettings.read({**TOKENS, "BANCHENG_ISSUER": issuer}).issuer == issuer


def test_there_is_no_default_issuer() -> None:
    assert all(field.default is MISSING for kind in KINDS for field in fields(kind))
    with pytest.raises(MissingSetting, match="BANCHENG_ISSUER"):
        TokenSettings.read({})


def test_the_environment_is_handed_over_by_one_function() -> None:
    assert "PATH" in settings.environment()
