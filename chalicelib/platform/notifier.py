"""The notifier port on SNS (SMS) and SES (e-mail).

Which provider answers can be helped by another try is a table; everything unknown is retryable,
since an attempt is counted before it is made and there are four at most.
"""

from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from chalicelib.platform.ports import Permanent, Retryable, Template

# A try is counted before it is made, so one try is one request; the dispatcher repeats it.
ONE_TRY = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1})
PERMANENT = frozenset(
    {
        "InvalidParameter",
        "InvalidParameterValue",
        "InvalidParameterException",
        "ParameterValueInvalid",
        "OptedOut",
        "MessageRejected",
        "MailFromDomainNotVerifiedException",
        "MailFromDomainNotVerified",
    }
)


class AwsNotifier:
    def __init__(self, session: Session, mail_from: str) -> None:
        self._session = session
        self._mail_from = mail_from
        self._clients: dict[str, Any] = {}

    def sms(self, phone: str, text: str, reference: str, template: Template | None) -> None:
        """`phone` is a plain mainland mobile; `reference` is the same at every try.

        SNS takes any text; it has no use for a provider's template.
        """
        self._send(
            "sns",
            "publish",
            PhoneNumber="+86" + phone,
            Message=text,
            MessageAttributes={"reference": {"DataType": "String", "StringValue": reference}},
        )

    def email(self, address: str, subject: str, body: str, reference: str) -> None:
        self._send(
            "ses",
            "send_email",
            Source=self._mail_from,
            Destination={"ToAddresses": [address]},
            Message={
                "Subject": {"Data": subject, "Charset": "UTF-8"},
                "Body": {"Text": {"Data": body, "Charset": "UTF-8"}},
            },
            Tags=[{"Name": "reference", "Value": reference}],
        )

    def _send(self, service: str, operation: str, **arguments: Any) -> None:
        if service not in self._clients:
            self._clients[service] = self._session.create_client(service, config=ONE_TRY)
        try:
            getattr(self._clients[service], operation)(**arguments)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            raise (Permanent if code in PERMANENT else Retryable)(code) from error
        except BotoCoreError as error:
            raise Retryable(type(error).__name__) from error
