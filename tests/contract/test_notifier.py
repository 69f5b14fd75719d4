"""SMS and e-mail: what arrives, what is worth another try, and that one try sends once."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError, ConnectTimeoutError, NoCredentialsError
from botocore.session import Session, get_session

from chalicelib.platform.notifier import PERMANENT, AwsNotifier
from chalicelib.platform.ports import Notifier, Permanent, Retryable
from infra.emulator import Emulator
from tests.contract.targets import Target, eventually
from tests.fakes.moto_shim import ENVIRONMENT, environment

SENDER = "noreply@example.org"
on_ministack = pytest.mark.parametrize(
    "target", [pytest.param("ministack", marks=pytest.mark.ministack)], indirect=True
)


class RefusingSession:
    """Its clients answer every call with one error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def create_client(self, service: str, **_: Any) -> "RefusingSession":
        return self

    def publish(self, **_: Any) -> None:
        raise self._error

    send_email = publish


def sms(notifier: Notifier) -> None:
    notifier.sms("13800000001", "【吉州审批】办成", "notice#1", None)


def email(notifier: Notifier) -> None:
    notifier.email("resident@example.org", "办成", "正文\n第二行", "notice#1")


both = pytest.mark.parametrize("send", [sms, email])


@on_ministack
def test_an_sms_arrives_with_its_number_and_text(target: Target) -> None:
    AwsNotifier(_session(target), SENDER).sms("13800000123", "【吉州审批】办成", "notice#1", None)

    found = eventually(lambda: _texts_to(target, "+8613800000123"))

    assert [message["Message"] for message in found] == ["【吉州审批】办成"]


@on_ministack
def test_an_email_arrives_with_its_subject_and_body(target: Target) -> None:
    target.client("ses").verify_email_identity(EmailAddress=SENDER)

    email(AwsNotifier(_session(target), SENDER))

    found = eventually(lambda: _emulator(target).get("/_ministack/ses/messages")["messages"])
    text = str(found)
    assert all(part in text for part in ("resident@example.org", "办成", "正文", "第二行"))


@on_ministack
def test_an_email_from_an_unverified_sender_is_refused_for_good(target: Target) -> None:
    with pytest.raises(Permanent):
        email(AwsNotifier(_session(target), "stranger@example.org"))


@both
@pytest.mark.parametrize("code", sorted(PERMANENT))
def test_what_the_provider_refuses_for_good_is_not_tried_again(
    send: Callable[[Notifier], None], code: str
) -> None:
    with pytest.raises(Permanent, match=code):
        send(_refusing(_answer(code)))


@both
@pytest.mark.parametrize(
    "code",
    [
        "Throttling",
        "ThrottledException",
        "InternalError",
        "InternalFailure",
        "ServiceUnavailable",
        "RequestExpired",
        "AuthorizationError",
        "AccessDenied",
        "AccountSendingPausedException",
        "SomethingNew",
    ],
)
def test_everything_else_is_worth_another_try(send: Callable[[Notifier], None], code: str) -> None:
    with pytest.raises(Retryable, match=code):
        send(_refusing(_answer(code)))


@both
@pytest.mark.parametrize(
    "error", [ConnectTimeoutError(endpoint_url="x"), NoCredentialsError()], ids=str
)
def test_a_provider_that_does_not_answer_is_worth_another_try(
    send: Callable[[Notifier], None], error: Exception
) -> None:
    with pytest.raises(Retryable):
        send(_refusing(error))


def test_every_permanent_code_is_one_the_providers_have() -> None:
    models = [get_session().get_service_model(service) for service in ("sns", "ses")]
    shapes: list[Any] = [shape for model in models for shape in model.error_shapes]
    names = {name for shape in shapes for name in (shape.name, shape.error_code) if name}
    # SES says this one without describing it.
    spoken = {name.removesuffix("Exception") for name in names} | {"InvalidParameterValue"}

    assert sorted(PERMANENT - names - spoken) == []


@both
def test_one_try_makes_one_request_even_if_the_provider_breaks_down(
    send: Callable[[Notifier], None],
) -> None:
    requests: list[str] = []

    def break_down(request: Any, **_: Any) -> Any:
        requests.append(request.url)
        assert len(requests) == 1, "one try was sent twice"
        return AWSResponse(request.url, 500, HTTPHeaders(), _Body())

    with environment(ENVIRONMENT):
        session: Any = get_session()
        # First, since an emulator inside botocore may answer in this process too.
        session.get_component("event_emitter").register_first("before-send", break_down)
        with pytest.raises(Retryable):
            send(AwsNotifier(session, SENDER))


class _Body:
    def stream(self) -> list[bytes]:
        return [b""]


def _refusing(error: Exception) -> AwsNotifier:
    # A session that only makes a client which refuses.
    return AwsNotifier(RefusingSession(error), SENDER)  # type: ignore[arg-type]


def _answer(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Send")


def _session(target: Target) -> Session:
    assert target.session is not None
    return target.session


def _emulator(target: Target) -> Emulator:
    assert target.emulator is not None
    return target.emulator


def _texts_to(target: Target, phone: str) -> list[dict[str, Any]]:
    inbox = _emulator(target).get("/_ministack/sns/sms-messages")["sms_messages"]
    texts: list[dict[str, Any]] = inbox.get(phone, [])
    return texts
