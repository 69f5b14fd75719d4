"""Secrets of providers: in the form Standard Webhooks asks for, derived, one for each version."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from chalicelib.platform import webhook
from chalicelib.platform.errors import SignatureInvalid
from chalicelib.platform.keys import SealedKeys
from chalicelib.wiring import SHAPES
from tests.fakes.kms import MemoryKms
from tests.fakes.store import MemoryStore

BODY = '{"from":"13800000001","text":"８"}'.encode()
NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=20)
STORE, KMS = MemoryStore(SHAPES), MemoryKms()


def container() -> SealedKeys:
    """The keys port as a new container of one deployment has it."""
    # The adapter names its KMS by class; a fake has the same two calls.
    made = SealedKeys(STORE, KMS)  # type: ignore[arg-type]
    made.setup()
    return made


KEYS = container()


def secret(version: int = 1, name: str = "sms") -> str:
    return webhook.secret(KEYS, name, version)


def headers(by: str, body: bytes = BODY) -> dict[str, str | None]:
    now = datetime.now(UTC)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(by).sign("msg_1", now, body.decode()),
    }


@given(NAMES, st.integers(1, 10**9))
def test_a_secret_has_the_specification_s_prefix_and_24_to_64_bytes(name: str, n: int) -> None:
    prefix, _, encoded = secret(n, name).partition("_")

    assert prefix == "whsec"
    assert 24 <= len(base64.b64decode(encoded, validate=True)) <= 64


@given(NAMES, st.integers(1, 10**9))
def test_every_container_derives_the_same_secret(name: str, n: int) -> None:
    assert webhook.secret(container(), name, n) == secret(n, name)


@given(st.tuples(NAMES, st.integers(1, 99)), st.tuples(NAMES, st.integers(1, 99)))
def test_every_name_and_version_has_a_secret_of_its_own(
    one: tuple[str, int], other: tuple[str, int]
) -> None:
    assert (secret(one[1], one[0]) == secret(other[1], other[0])) == (one == other)


def test_another_deployment_has_other_secrets() -> None:
    # The adapter names its KMS by class; a fake has the same two calls.
    other = SealedKeys(MemoryStore(SHAPES), MemoryKms())  # type: ignore[arg-type]
    other.setup()

    assert webhook.secret(other, "sms", 1) != secret()


def test_a_secret_repeats_no_part_of_itself_and_none_of_another_s() -> None:
    raws = [base64.b64decode(secret(n).removeprefix("whsec_")) for n in range(1, 50)]
    parts = [raw[at : at + 10] for raw in raws for at in range(0, len(raw), 10)]

    assert len(set(parts)) == len(parts) == 49 * 3


@pytest.mark.parametrize("signer", [1, 2])
def test_any_of_several_secrets_may_have_signed(signer: int) -> None:
    webhook.verify([secret(2), secret(1)], BODY, headers(secret(signer)))


def test_a_secret_that_is_not_among_them_has_not_signed() -> None:
    with pytest.raises(SignatureInvalid):
        webhook.verify([secret(3), secret(2)], BODY, headers(secret(1)))


def test_without_any_secret_nothing_is_signed() -> None:
    with pytest.raises(SignatureInvalid):
        webhook.verify([], BODY, headers(secret()))


@pytest.mark.parametrize("body", [b"", BODY + b" ", b"\xff", BODY[:-1]])
def test_a_signature_holds_for_its_own_bytes_only(body: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        webhook.verify([secret()], body, headers(secret()))


@pytest.mark.parametrize("name", webhook.HEADERS)
@pytest.mark.parametrize("value", [None, ""])
def test_a_header_that_is_missing_or_empty_is_no_signature(name: str, value: str | None) -> None:
    with pytest.raises(SignatureInvalid):
        webhook.verify([secret()], BODY, {**headers(secret()), name: value})
