"""The settings of a function, read once at start; a missing one fails with its name."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit


def environment() -> Mapping[str, str]:
    """The environment of the process; nobody else reads it."""
    return os.environ


class MissingSetting(Exception):
    """The deployment lacks an environment variable; the message is its name."""


class UnsafeSetting(Exception):
    """A setting that a production deployment must not have; the message says which and why."""


@dataclass(frozen=True)
class Settings:
    """Base: each field `name` is read from `BANCHENG_NAME`."""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        values = {}
        for field in fields(cls):
            variable = "BANCHENG_" + field.name.upper()
            if not environ.get(variable):
                raise MissingSetting(variable)
            values[field.name] = environ[variable]
        return cls(**values)


@dataclass(frozen=True)
class StoreSettings(Settings):
    cases_table: str
    directory_table: str
    keys_table: str
    kms_key_arn: str
    url_suffix: str


@dataclass(frozen=True)
class TokenSettings(Settings):
    """Which tokens are believed. There is no default issuer."""

    issuer: str
    audience: str
    algorithm: str
    local: str

    def __post_init__(self) -> None:
        if self.algorithm not in ("RS256", "ES256"):
            raise UnsafeSetting(f"BANCHENG_ALGORITHM: {self.algorithm} is not RS256 or ES256")
        if self.local != "yes":
            refuse_local_issuer(self.issuer)


@dataclass(frozen=True)
class WorkerSettings(Settings):
    machine_arn_prefix: str
    mail_from: str
    documents_bucket: str
    public_url: str


@dataclass(frozen=True)
class PublisherSettings(Settings):
    machine_arn_prefix: str
    flow_role_arn: str
    queue_url: str
    partition: str
    languages: str

    @property
    def needed_languages(self) -> frozenset[str]:
        """Without a translation into each of these nothing is published."""
        return frozenset(one.strip() for one in self.languages.split(",") if one.strip())


def refuse_local_issuer(issuer: str) -> None:
    """An issuer on plain http or this computer is believed only by a local deployment."""
    parts = urlsplit(issuer)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme != "https" or not host:
        raise UnsafeSetting(f"BANCHENG_ISSUER: {issuer} is not an https address")
    if host == "localhost" or host.endswith(".localhost") or _loopback(host):
        raise UnsafeSetting(f"BANCHENG_ISSUER: {issuer} is a loopback address")


def _loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    inner = getattr(address, "ipv4_mapped", None) or address
    return bool(inner.is_loopback or inner.is_unspecified)
