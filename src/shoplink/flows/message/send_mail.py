"""The post: send the e-mails that are due by SMTP, each to one reader in their language and time zone.

An e-mail is claimed with a lease before it is sent and noted as sent right after. Killed in between, it is sent once
more when the lease has ended; nothing is lost. Addresses, names and what a server answered are never logged.
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
from shoplink.flows.message.inbox import Names, language_of, message_text, names_for, path_of, zone_of
from shoplink.flows.message.remind import current_link, is_still_relevant
from shoplink.flows.metrics import count_mail
from shoplink.flows.template import render
from shoplink.network import zone_of_country
from shoplink.store.people import outbox
from shoplink.store.people.outbox import DueMail, Outcome
from shoplink.wording.say_message import say_mail

LEASE = timedelta(minutes=10)
"""For how long a claimed e-mail is nobody else's; sending a batch never takes so long."""

ATTEMPTS_MAX = 16
"""How often an e-mail is tried, over about two days, before it is given up."""

_BATCH = 20
_SEND_WITHIN = timedelta(minutes=5)
_LOOK_AGAIN_AFTER = timedelta(seconds=1)
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
_FOR_EVER = 500  # SMTP: a reply from here on stays the same however often it is asked
_PREFERENCES = "/settings/messages"

_log = logging.getLogger(__name__)


class MailCounts(Struct):
    """What became of a batch of e-mails."""

    sent: int = 0
    not_sent: int = 0
    postponed: int = 0

    @property
    def taken(self) -> int:
        """How many there were."""
        return self.sent + self.not_sent + self.postponed

    def plus(self, other: "MailCounts") -> "MailCounts":
        """Two batches as one."""
        return MailCounts(
            self.sent + other.sent, self.not_sent + other.not_sent, self.postponed + other.postponed
        )


def mail_is_on() -> bool:
    """Whether this installation sends e-mail at all."""
    return bool(settings.EMAIL_HOST)


def send_due_mail(now: Callable[[], datetime] = clock.now) -> MailCounts:
    """Send the e-mails that are due, twenty at most."""
    at = now()
    if not mail_is_on():
        return MailCounts()
    due = outbox.claim_mail(at, at + LEASE, _BATCH)
    return _Batch(due, now).run() if due else MailCounts()


class _Batch:
    """E-mails that this process has claimed, sent one after the other over one connection."""

    def __init__(self, due: list[DueMail], now: Callable[[], datetime]) -> None:
        self._due = due
        self._now = now
        self._names: Names = names_for(due)
        self._began = now()
        self._look()
        self._connection = mail.get_connection()
        self._posted = MailCounts()

    def run(self) -> MailCounts:
        """Send each, unless it is too late to matter; what cannot be sent now is sent later."""
        try:
            for place, message in enumerate(self._due):
                if self._now() - self._began > _SEND_WITHIN or not self._one(message):
                    self._later(self._due[place:])
                    break
        finally:
            self._connection.close()
        return self._posted

    def _one(self, message: DueMail) -> bool:
        """Do one; whether the next can be tried."""
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
            if _is_for_ever(error):
                _log.warning("an e-mail was refused for ever", exc_info=error)
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
        """See how the links stand that the e-mails are about."""
        shops = {one.shop_id for one in self._due if one.shop_id is not None}
        accounts = {one.account_id for one in self._due if one.account_id is not None}
        self._seen: CurrentState = look_at(shops, accounts, self._now)
        self._looked_at = self._now()

    def _stands(self, message: DueMail) -> bool:
        """Whether what the message asks for is still so, now that it is about to be sent."""
        if self._now() - self._looked_at > _LOOK_AGAIN_AFTER:
            self._look()
        link = current_link(message.link_id, message.shop_id, message.account_id, self._seen)
        return is_still_relevant(message.kind, link, message.data)

    def _letter(self, message: DueMail) -> mail.EmailMultiAlternatives:
        language = language_of(message.language)
        text = message_text(
            message, self._names, language, zone_of(message.time_zone or self._zone_there(message))
        )
        place = (
            self._names.shop(message.shop_id)
            if message.side == "shop"
            else self._names.account(message.account_id)
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
                # The same however often it is sent, so that a mail system that got it twice can show it once.
                "Message-ID": f"<message-{message.number}@{urlsplit(settings.PUBLIC_URL).hostname}>",
                "Auto-Submitted": "auto-generated",
                "Content-Language": language.locale.language,
                "List-Unsubscribe": f"<{choices_url}>",
            },
        )
        letter.attach_alternative(html, "text/html")
        return letter

    def _zone_there(self, message: DueMail) -> str:
        """The time zone of the country of the shop or the account that is told; '' if it is not known."""
        world = self._seen.world
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
        """Let e-mails be tried again, the later the more often they were; those tried for too long are given up."""
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


def _is_for_ever(error: SMTPRecipientsRefused | SMTPDataError | ValueError) -> bool:
    """Whether trying again cannot help: this reader, or this message, is refused."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= _FOR_EVER for code, _ in error.recipients.values())
    return isinstance(error, ValueError) or error.smtp_code >= _FOR_EVER
