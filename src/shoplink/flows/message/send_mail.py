"""Send due e-mails by SMTP, each to one reader in their language and time zone.

A sender claims an e-mail with a lease before it sends it, and marks it as sent right after. If the process is killed in
between, the e-mail is sent again after the lease has ended: none is lost. Addresses and names are never logged.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core import mail
from msgspec import Struct

from shoplink.flows import clock
from shoplink.flows.look import CurrentState, look_at
from shoplink.flows.message.inbox import Names, chosen_language, message_text, names_for, path_of, zone_of
from shoplink.flows.message.remind import is_still_relevant, link_in_state
from shoplink.flows.metrics import count_mail
from shoplink.flows.template import render
from shoplink.network import zone_of_country
from shoplink.store.people import outbox
from shoplink.store.people.outbox import DueMail, Outcome
from shoplink.wording.say_message import say_mail

LEASE = timedelta(minutes=10)
"""How long a claimed e-mail is reserved for its sender. Sending a batch never takes that long."""

ATTEMPTS_MAX = 16
"""How many attempts are made to send an e-mail, over about two days."""

_BATCH = 20
_SEND_WITHIN = timedelta(minutes=5)
_LOOK_AGAIN_AFTER = timedelta(seconds=1)
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
_PERMANENT = 500  # SMTP: replies from this code on are permanent failures
_PREFERENCES = "/settings/messages"

_log = logging.getLogger(__name__)


class MailCounts(Struct):
    """The counts of e-mails by outcome."""

    sent: int = 0
    not_sent: int = 0
    postponed: int = 0

    @property
    def taken(self) -> int:
        """How many e-mails there were in all."""
        return self.sent + self.not_sent + self.postponed

    def plus(self, other: "MailCounts") -> "MailCounts":
        """The sum of both."""
        return MailCounts(
            self.sent + other.sent, self.not_sent + other.not_sent, self.postponed + other.postponed
        )


def mail_is_on() -> bool:
    """Whether this installation sends e-mail."""
    return bool(settings.EMAIL_HOST)


def send_due_mail(now: Callable[[], datetime] = clock.now) -> MailCounts:
    """Send the due e-mails, at most twenty."""
    at = now()
    if not mail_is_on():
        return MailCounts()
    due = outbox.claim_mail(at, at + LEASE, _BATCH)
    return _Batch(due, now).run() if due else MailCounts()


class _Batch:
    """The e-mails that this process has claimed. It sends them one after the other over one connection."""

    def __init__(self, due: list[DueMail], now: Callable[[], datetime]) -> None:
        self._due = due
        self._now = now
        self._names: Names = names_for(due)
        self._began = now()
        self._look()
        self._connection = mail.get_connection()
        self._posted = MailCounts()

    def run(self) -> MailCounts:
        """Send each e-mail that is still relevant; postpone those that cannot be sent now."""
        try:
            for place, message in enumerate(self._due):
                if self._now() - self._began > _SEND_WITHIN or not self._one(message):
                    self._later(self._due[place:])
                    break
        finally:
            self._connection.close()
        return self._posted

    def _one(self, message: DueMail) -> bool:
        """Handle one e-mail; returns whether the next one can be tried."""
        if not message.wanted:
            self._done(message, "none")
            return True
        if not self._stands(message):
            self._done(message, "moot")
            return True
        try:
            self._connection.open()
        except (OSError, SMTPException) as error:
            _log.warning("e-mail cannot be sent now; it is tried again", exc_info=error)
            return False
        try:
            self._connection.send_messages([self._letter(message)])
        except (SMTPRecipientsRefused, SMTPDataError, ValueError) as error:
            if _is_permanent(error):
                _log.warning("an e-mail was refused permanently", exc_info=error)
                self._done(message, "failed")
            else:
                self._later([message])
        except (OSError, SMTPException) as error:
            _log.warning("e-mail cannot be sent now; it is tried again", exc_info=error)
            return False
        else:
            self._done(message, "sent")
        return True

    def _look(self) -> None:
        """Read the current state of the links that the e-mails are about."""
        shops = {one.shop_id for one in self._due if one.shop_id is not None}
        accounts = {one.account_id for one in self._due if one.account_id is not None}
        self._state: CurrentState = look_at(shops, accounts, self._now)
        self._looked_at = self._now()

    def _stands(self, message: DueMail) -> bool:
        """Whether the message is still relevant just before it is sent."""
        if self._now() - self._looked_at > _LOOK_AGAIN_AFTER:
            self._look()
        link = link_in_state(message.link_id, message.shop_id, message.account_id, self._state)
        return is_still_relevant(message.kind, link, message.data)

    def _letter(self, message: DueMail) -> mail.EmailMultiAlternatives:
        language = chosen_language(message.language).as_of(self._now())
        names = self._names
        text = message_text(message, names, language, zone_of(message.time_zone or self._zone_there(message)))
        place = (
            names.shop(message.shop_id, language)
            if message.side == "shop"
            else names.account(message.account_id, language)
        )
        url, choices_url = f"{settings.PUBLIC_URL}{path_of(message)}", f"{settings.PUBLIC_URL}{_PREFERENCES}"
        words = say_mail(text, place, url, choices_url, language)
        html = render(
            "mail.html",
            {
                **text._asdict(),
                "language": language.locale.language,
                "url": url,
                "action": words.action,
                "why": words.why,
                "choices_url": choices_url,
            },
        )
        letter = mail.EmailMultiAlternatives(
            text.subject,
            words.text,
            to=[message.email],
            headers={
                # Each attempt has the same id, so that a mail system that receives it twice can show it once.
                "Message-ID": f"<message-{message.number}@{urlsplit(settings.PUBLIC_URL).hostname}>",
                "Auto-Submitted": "auto-generated",
                "Content-Language": language.locale.language,
                "List-Unsubscribe": f"<{choices_url}>",
            },
        )
        letter.attach_alternative(html, "text/html")
        return letter

    def _zone_there(self, message: DueMail) -> str:
        """The time zone of the country of the notified shop or account; '' if it is unknown."""
        world = self._state.world
        if message.side == "shop":
            shop = world.shops.get(message.shop_id or "")
            return zone_of_country(shop.facts.market) if shop else ""
        account = world.accounts.get(message.account_id or "")
        return zone_of_country(account.facts.region) if account else ""

    def _done(self, message: DueMail, outcome: Outcome) -> None:
        outbox.store_outcome(message.number, outcome, self._now())
        count_mail(outcome)
        if outcome == "sent":
            self._posted.sent += 1
        else:
            self._posted.not_sent += 1

    def _later(self, messages: list[DueMail]) -> None:
        """Postpone e-mails with a growing pause; after the last attempt they have failed."""
        for message in messages:
            if message.attempts >= ATTEMPTS_MAX:
                self._done(message, "failed")
        again = [message for message in messages if message.attempts < ATTEMPTS_MAX]
        for attempts in {message.attempts for message in again}:
            pause = min(_FIRST_PAUSE * 2 ** (attempts - 1), _LONGEST_PAUSE)
            outbox.postpone({one.number for one in again if one.attempts == attempts}, self._now() + pause)
        for _ in again:
            count_mail("postponed")
        self._posted.postponed += len(again)


def _is_permanent(error: SMTPRecipientsRefused | SMTPDataError | ValueError) -> bool:
    """Whether trying again cannot help, because the server refuses this reader or this message permanently."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= _PERMANENT for code, _ in error.recipients.values())
    return isinstance(error, ValueError) or error.smtp_code >= _PERMANENT
