"""E-mails about sign-in and invitations: queued in a request and sent once its changes are committed.

The request sends them, not the delivery loop: people wait for a code, and the secret of an invitation is not stored.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from smtplib import SMTPException

from django.core.mail import EmailMessage

_log = logging.getLogger(__name__)
_queue: ContextVar[list[EmailMessage] | None] = ContextVar("queue", default=None)


class MailDelivery:
    """The delivery of one request's e-mails; `failed` means that at least one was not sent."""

    failed = False


@contextmanager
def sending_mail(*, unseen: bool = False) -> Iterator[MailDelivery]:
    """Send the e-mails queued within this block when it ends; nothing is sent if it raises.

    With `unseen`, neither the time that the answer takes nor the answer itself shows whether there were any.
    """
    delivery = MailDelivery()
    queue: list[EmailMessage] = []
    token = _queue.set(queue)
    try:
        yield delivery
    finally:
        _queue.reset(token)
    if unseen:
        if queue:
            threading.Thread(target=_send_all, args=(queue,), name="mail").start()
        return
    delivery.failed = not _send_all(queue)


def queue_mail(message: EmailMessage) -> None:
    """Queue an e-mail; call this within a block of `sending_mail`."""
    queue = _queue.get()
    assert queue is not None, "e-mails are queued within `sending_mail`"
    queue.append(message)


def _send_all(messages: list[EmailMessage]) -> bool:
    """Send e-mails, each whatever became of those before. Returns whether the server accepted all of them."""
    delivered = [_send(message) for message in messages]
    return all(delivered)


def _send(message: EmailMessage) -> bool:
    """Send an e-mail. Returns whether the server accepted it; its reply is not logged, since it contains addresses.

    What the e-mail is about is stored by now, so a message that cannot be made (ValueError) is one that was not sent.
    """
    try:
        message.send()
    except (OSError, SMTPException, ValueError) as error:
        _log.warning("an e-mail could not be sent: %s", type(error).__name__)
        return False
    return True
