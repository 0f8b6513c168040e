"""The delivery loop: it turns events into messages and e-mails, in small steps that can be interrupted anywhere."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from msgspec import Struct

from shoplink.flows import clock
from shoplink.flows.message.notify import notify
from shoplink.flows.message.remind import remind
from shoplink.flows.message.send_mail import MailCounts, mail_is_on, send_due_mail
from shoplink.store.people.outbox import forget_messages


class DeliveryResult(Struct, frozen=True):
    """The counts of one or more rounds. `more`: there is more to do at once."""

    events: int
    mails: MailCounts
    forgotten: int
    more: bool


def deliver(now: Callable[[], datetime] = clock.now) -> DeliveryResult:
    """Run one round: notify people of new events, remind them of deadlines, send due e-mails, delete old messages.

    On PostgreSQL any number of processes may do this at the same time.
    """
    by_mail = mail_is_on()
    events = notify(now, by_mail=by_mail)
    more_reminders = remind(now, by_mail=by_mail)
    mails = send_due_mail(now)
    forgotten = forget_messages(now() - timedelta(days=settings.MESSAGES_KEPT_DAYS))
    more = events > 0 or more_reminders or mails.taken > mails.postponed
    return DeliveryResult(events, mails, forgotten, more)


def deliver_all(now: Callable[[], datetime] = clock.now) -> DeliveryResult:
    """Run rounds until nothing is left to do at once; returns their sum."""
    events, mails, forgotten = 0, MailCounts(), 0
    more = True
    while more:
        result = deliver(now)
        events, forgotten, more = events + result.events, forgotten + result.forgotten, result.more
        mails = mails.plus(result.mails)
    return DeliveryResult(events, mails, forgotten, more)
