"""E-mails that signing in and inviting call for: written in a request, sent when what they tell of is stored.

They are sent right then, not by the delivery loop: a code is waited for, and the secret of an invitation is kept nowhere.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from smtplib import SMTPException

from django.core.mail import EmailMessage

_log = logging.getLogger(__name__)
_written: ContextVar[list[EmailMessage] | None] = ContextVar("written", default=None)


class Post:
    """What became of the e-mails of one request."""

    failed = False


@contextmanager
def posting() -> Iterator[Post]:
    """Send what is handed in within this block when it ends well; if it does not, nothing is sent."""
    post, written = Post(), []  # type: tuple[Post, list[EmailMessage]]
    token = _written.set(written)
    try:
        yield post
    finally:
        _written.reset(token)
    for message in written:
        post.failed |= not _send(message)


def hand_in(message: EmailMessage) -> None:
    """Let an e-mail go out when the block of `posting` that this is in has ended."""
    written = _written.get()
    assert written is not None, "an e-mail is written within `posting`"
    written.append(message)


def _send(message: EmailMessage) -> bool:
    """Whether the server took an e-mail; what it said is not logged, for it names addresses."""
    try:
        message.send()
    except (OSError, SMTPException) as error:
        _log.warning("an e-mail could not be sent: %s", type(error).__name__)
        return False
    return True
