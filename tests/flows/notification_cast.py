"""A standing cast of people who are notified, and a real SMTP server in this process."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, NamedTuple

import msgspec
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.test import override_settings

from shoplink.core import Command
from shoplink.flows.message.loop import DeliveryResult, deliver_all
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, query
from shoplink.store.people import membership
from shoplink.store.people.inbox import page_of_messages
from shoplink.store.write.feed import number_events
from tests.membership_rows import add_member
from tests.server import free_port
from tests.store.commands import NOON, accept, command, execute_accepted, invite, put_account, put_shop

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
URL = "https://links.example.com"


class Cast(NamedTuple):
    """Shop S and account A, whose people are Wei (Chinese, in Shanghai) and Olivia (English, in London); a stranger."""

    wei: str
    olivia: str
    stranger: str


def cast() -> Cast:
    """The cast in the current database, from NOON on."""
    execute_accepted(
        put_shop("S", name="山海茶铺"),
        put_account("A", handle="oliviasteeps"),
        put_shop("T", name="Northbank"),
        put_account("B", handle="leo"),
        now=lambda: NOON,
    )
    return Cast(
        person("wei@example.com", "zh", "Asia/Shanghai", shop="S"),
        person("olivia@example.com", "en", "Europe/London", creator="A"),
        person("stranger@example.com", "en", "", shop="T"),
    )


def person(email: str | None, tag: str = "en", zone: str = "", **places: str) -> str:
    """Add a person who may act at these places; returns the id."""
    person_id = membership.add_person(name="x", email=email, language=tag)
    with writing():
        for place, subject_id in places.items():
            add_member(person_id, place, subject_id, NOON)  # type: ignore[arg-type]
    execute("UPDATE person SET time_zone = %s WHERE person_id = %s", zone, person_id)
    return person_id


def execute_at(at: datetime, *commands: Command) -> None:
    """Execute commands at an instant, which must be accepted, and number their events as the timer does."""
    execute_accepted(*commands, now=lambda: at)
    number_events()


def pair(kind: str, **more: Any) -> Command:
    """A command about the pair S and A."""
    return command(kind, shop_id="S", account_id="A", **more)


def invited(at: datetime = NOON, role: str = "marketing") -> None:
    """S invites A."""
    execute_at(at, invite("S", "A", role))


def linked(at: datetime = NOON) -> None:
    """S and A are linked, and everybody has been notified."""
    execute_at(at, invite("S", "A"), accept("S", "A"))
    deliver_at(at)


def asked_to_unlink(at: datetime) -> None:
    """A requests an unlink from S."""
    execute_at(at, pair("request_unlink", network_region="GB"))


def deliver_at(at: datetime) -> DeliveryResult:
    """Run the delivery loop at an instant until nothing is left to do."""
    return deliver_all(lambda: at)


def kinds_received(person_id: str) -> list[str]:
    """The kinds of a person's messages, in order."""
    return [one.kind for one in reversed(page_of_messages(person_id, 1000))]


def newest_data(person_id: str, kind: str) -> dict[str, Any]:
    """The data of the newest message of a kind."""
    return next(one.data for one in page_of_messages(person_id, 1000) if one.kind == kind)


def mail_kinds() -> dict[str, list[str]]:
    """The kinds of messages by the state of their e-mail, in order."""
    found: dict[str, list[str]] = {}
    for state, kind in query("SELECT mail, kind FROM message ORDER BY number"):
        found.setdefault(state, []).append(kind)
    return found


class MailServer:
    """An SMTP server that accepts or refuses messages."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refuse: dict[str, str] = {}
        self.answer = "250 OK"
        self.on_letter: Callable[[str], None] = lambda _address: None

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's form)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (as above)
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            letter = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(letter, EmailMessage)
            assert letter["To"] == ", ".join(envelope.rcpt_tos)
            self.letters.append(letter)
            await asyncio.to_thread(self.on_letter, letter["To"])
        return self.answer

    def to(self, address: str) -> list[EmailMessage]:
        """The e-mails that an address received."""
        return [letter for letter in self.letters if letter["To"] == address]


def body(letter: EmailMessage, kind: str = "plain") -> str:
    """The text of an e-mail, or its HTML."""
    part = letter.get_body((kind,))
    assert part is not None
    text: str = part.get_content()
    return text


def subject(letter: EmailMessage) -> str:
    """The subject of an e-mail; Python keeps the fold at the beginning of a long header."""
    return str(letter["Subject"]).strip()


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a real SMTP server, and send this installation's e-mail to it."""
    post = MailServer()
    controller = Controller(post, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": controller.port,
        "EMAIL_TIMEOUT": 5,
        "DEFAULT_FROM_EMAIL": "shoplink@links.example.com",
        "PUBLIC_URL": URL,
    }
    try:
        with override_settings(**settings):
            yield post
    finally:
        controller.stop()


def stored_data() -> list[dict[str, Any]]:
    """The stored data of every message."""
    return [msgspec.json.decode(row[0]) for row in query("SELECT data FROM message ORDER BY number")]
