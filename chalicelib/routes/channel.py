"""For providers: messages that reach us by other ways, signed."""

import re
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.people.authority import BODY, Caller
from chalicelib.platform.errors import Finding, NotFound, Refused, SignatureInvalid
from chalicelib.platform.lazy import lazy
from chalicelib.platform.numbers import is_number
from chalicelib.routes.door import Door, reply

if TYPE_CHECKING:
    from chalicelib.cases import act, idempotency
    from chalicelib.channels import inbound
    from chalicelib.people import identifiers
    from chalicelib.platform import webhook
else:
    act = lazy("chalicelib.cases.act")
    idempotency = lazy("chalicelib.cases.idempotency")
    inbound = lazy("chalicelib.channels.inbound")
    identifiers = lazy("chalicelib.people.identifiers")
    webhook = lazy("chalicelib.platform.webhook")

MESSAGE_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["from", "text"],
    "properties": {
        "from": {"type": "string", "minLength": 1, "maxLength": 30},
        "to": {"type": "string", "maxLength": 30},
        "text": {"type": "string", "maxLength": 1000},
    },
}

HEARD_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["case", "action"],
    "properties": {
        "case": {"type": "string", "maxLength": 20},
        "action": {"type": "string", "maxLength": 40},
        "details": {"type": "object"},
    },
}
# As service documents spell it: nothing else is looked up.
BODY_NAME = re.compile("[a-z][a-z0-9_-]{0,39}")


def routes(door: Door) -> Blueprint:
    channel = Blueprint(__name__)

    @channel.route("/channels/sms", methods=["POST"])
    def receive_sms() -> Response:
        signed(door, "sms")
        # A character that a phone or a provider could not write must not lose the message.
        message = door.body(lossy=True)
        findings = door.house.forms.check("message", MESSAGE_SCHEMA, message)
        if not findings and identifiers.normalise_phone(message["from"]) is None:
            zh, en = "不是电话号码", "This is no telephone number"
            findings = [Finding("/from", "format", {"zh-Hans": zh, "en": en})]
        if findings:
            raise Refused(findings=findings)
        name = inbound.keep(door.house, str(door.header("webhook-id")), door.raw, message)
        return reply({"id": name}, 202)

    @channel.route("/channels/bodies/{body}", methods=["POST"])
    def hear_body(body: str) -> Response:
        if not BODY_NAME.fullmatch(body):
            raise SignatureInvalid
        signed(door, f"body-{body}")
        said = door.body()
        findings = door.house.forms.check("heard", HEARD_SCHEMA, said)
        if findings:
            raise Refused(findings=findings)
        if not is_number(said["case"]):
            raise NotFound
        caller = Caller(f"{BODY}{body}")
        it = act.Act(
            number=said["case"],
            task=None,
            action=said["action"],
            details=said.get("details", {}),
            version=None,
            key=idempotency.key_for(door.header("webhook-id"), caller.id, door.raw),
        )
        done = act.act(door.house, caller, it)
        return reply({"case": done["case"], "at": done["at"]})

    return channel


def signed(door: Door, name: str) -> None:
    """Raises SignatureInvalid for whatever a provider of this channel has not just signed."""
    channel: Any = door.house.directory.channel(name)
    if channel is None:
        raise SignatureInvalid
    keys, version = door.house.ports.keys, int(channel["version"])
    # The next one too: the directory is believed for a minute, and nobody knows it before.
    versions = [one for one in (version + 1, version, version - 1) if one > 0]
    secrets = [webhook.secret(keys, name, one) for one in versions]
    webhook.verify(secrets, door.raw, {one: door.header(one) for one in webhook.HEADERS})
