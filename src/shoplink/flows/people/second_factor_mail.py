"""What a person is told about the reset of their second factor: that it was requested, and that it has taken effect.

Each in the person's language and time zone; in both languages if they have chosen none.
"""

import logging
import threading
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

from shoplink.flows.message.inbox import zone_of
from shoplink.store.people.membership import PersonRecord
from shoplink.wording import Language, Tag, language_for
from shoplink.wording.text import N_

_REQUESTED = N_("Your second factor is to be reset")
_REQUESTED_TEXT = N_(
    "The people who run this service were asked to reset the second factor of your sign-in: your authenticator app, passkeys "
    "and recovery codes. It takes effect at {at}. From then on your password alone signs you in.\n\n"
    "If you did not ask for this, sign in with your second factor before then and stop it:\n{address}"
)
_DONE = N_("Your second factor is reset")
_DONE_TEXT = N_(
    "The second factor of your sign-in was reset, as announced a day ago: your authenticator app, passkeys and recovery codes"
    " are removed. Your password alone signs you in now.\n\n"
    "Set up a new one here:\n{address}\n\n"
    "If you did not ask for this, set a new password immediately, sign out everywhere, and tell the people who run this"
    " service."
)

_log = logging.getLogger(__name__)


def requested_mail(person: PersonRecord, due_at: datetime) -> EmailMessage:
    """That a reset was requested, when it takes effect, and how to stop it."""
    return _mail(person, _REQUESTED, _REQUESTED_TEXT, due_at)


def done_mail(person: PersonRecord) -> EmailMessage:
    """That a reset has taken effect."""
    return _mail(person, _DONE, _DONE_TEXT)


def send_later(letters: list[EmailMessage]) -> None:
    """Send e-mails without letting the caller wait. Each is tried once; an address is never logged."""
    if letters and settings.EMAIL_HOST:
        threading.Thread(target=_send_all, args=(letters,), name="mail").start()


def _send_all(letters: list[EmailMessage]) -> None:
    for letter in letters:
        try:
            letter.send()
        except (OSError, SMTPException, ValueError) as error:
            _log.warning("an e-mail could not be sent: %s", type(error).__name__)


def _mail(person: PersonRecord, subject: str, text: str, due_at: datetime | None = None) -> EmailMessage:
    known: list[Tag] = ["zh", "en"]
    languages = [language_for(tag) for tag in known if tag == person.language] or [*map(language_for, known)]
    address = f"{settings.PUBLIC_URL}/settings/security/"
    texts = [each.text(text).format(at=_instant(person, due_at, each), address=address) for each in languages]
    subjects = [each.text(subject) for each in languages]
    return EmailMessage(" / ".join(subjects), "\n\n— — —\n\n".join(texts) + "\n", to=[person.email or ""])


def _instant(person: PersonRecord, at: datetime | None, language: Language) -> str:
    return language.instant(at, zone_of(person.time_zone)) if at else ""
