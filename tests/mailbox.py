"""A real SMTP server in this process, and what it was sent."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.test import override_settings

from tests.server import free_port


class Mailbox:
    """What was sent, the newest last; with `refusing` the server takes nothing."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refusing = False

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        if self.refusing:
            return "451 try again later"
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        letter["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        self.letters.append(letter)
        return "250 taken"

    def newest(self, to: str) -> EmailMessage:
        """The newest letter to an address."""
        return next(letter for letter in reversed(self.letters) if letter["X-Envelope-To"] == to)

    def text(self, to: str) -> str:
        """What the newest letter to an address says."""
        content: str = self.newest(to).get_content()
        return content


def settle_mail() -> None:
    """Wait for the e-mails that are sent after their page was answered."""
    for thread in threading.enumerate():
        if thread.name == "mail":
            thread.join()


@contextmanager
def receiving() -> Iterator[Mailbox]:
    """Let e-mails of this process go to a server of its own, until the block ends."""
    mailbox, port = Mailbox(), free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    settings = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": port,
        "DEFAULT_FROM_EMAIL": "shoplink@links.example.com",
        "PUBLIC_URL": "https://links.example.com",
    }
    try:
        with override_settings(**settings):
            yield mailbox
    finally:
        controller.stop()
