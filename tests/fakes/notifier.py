"""The notifier port in memory: keeps what was sent; can be told to fail."""

from dataclasses import dataclass, field

from chalicelib.platform.ports import Template


@dataclass(frozen=True)
class Sent:
    by: str
    to: str
    text: str
    reference: str
    template: Template | None = None


@dataclass
class MemoryNotifier:
    sent: list[Sent] = field(default_factory=list)
    tried: list[Sent] = field(default_factory=list)
    refuse: dict[str, type[Exception]] = field(default_factory=dict)

    def sms(self, phone: str, text: str, reference: str, template: Template | None) -> None:
        self._take(Sent("sms", phone, text, reference, template))

    def email(self, address: str, subject: str, body: str, reference: str) -> None:
        self._take(Sent("email", address, f"{subject}\n{body}", reference))

    def _take(self, message: Sent) -> None:
        self.tried.append(message)
        error = self.refuse.get(message.by)
        if error is not None:
            raise error("told to")
        self.sent.append(message)
