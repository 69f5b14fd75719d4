"""For providers: messages that reach us by other ways, signed."""

from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.platform.errors import Finding, Refused, SignatureInvalid
from chalicelib.platform.lazy import lazy
from chalicelib.routes.door import Door, reply

if TYPE_CHECKING:
    from chalicelib.channels import inbound
    from chalicelib.people import identifiers
    from chalicelib.platform import webhook
else:
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
