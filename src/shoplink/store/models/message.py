"""The tables of messages and their e-mails, of people's preferences, and of calendar addresses."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from shoplink.store.database.fields import InstantField

_ID = 64
_WORD = 40
_CAUSE = 160


class Message(models.Model):
    """One message to one person: ids and numbers, no sentences.

    `cause` identifies the event or deadline, so that nobody gets a message twice; `at` is its instant. `mail` is `none`
    (not by e-mail), `due`, `sent`, `moot` (too late to matter) or `failed`. A due e-mail is sent from `not_before` on;
    while a sender holds it, `not_before` is the end of the lease.
    """

    number = models.BigAutoField(primary_key=True)
    person_id = models.CharField(max_length=_ID)
    kind = models.CharField(max_length=_WORD)
    side = models.CharField(max_length=_WORD)
    cause = models.CharField(max_length=_CAUSE)
    shop_id = models.CharField(max_length=_ID, null=True)  # noqa: DJ001 (null is "not about a shop")
    account_id = models.CharField(max_length=_ID, null=True)  # noqa: DJ001 (null is "not about an account")
    link_id = models.CharField(max_length=_ID, null=True)  # noqa: DJ001 (null is "not about a link")
    data = models.TextField()
    at = InstantField()
    read_at = InstantField(null=True)
    mail = models.CharField(max_length=_WORD)
    not_before = InstantField(null=True)
    attempts = models.IntegerField(default=0)
    sent_at = InstantField(null=True)

    class Meta:
        """The table."""

        db_table = "message"
        constraints = (
            UniqueConstraint(fields=("person_id", "cause"), name="person_is_told_once"),
            CheckConstraint(
                condition=(Q(mail="due") & Q(not_before__isnull=False))
                | (~Q(mail="due") & Q(not_before__isnull=True)),
                name="due_mail_says_when",
            ),
        )
        indexes = (
            Index(fields=("person_id", "number"), name="message_person"),
            Index(fields=("person_id",), condition=Q(read_at__isnull=True), name="message_unread"),
            Index(fields=("not_before",), condition=Q(mail="due"), name="message_due"),
            Index(fields=("at",), name="message_at"),
        )


class NotificationProgress(models.Model):
    """Up to which position of the feed people are notified, and up to which instant they are reminded."""

    position = models.BigIntegerField()
    reminded_until = InstantField()

    class Meta:
        """The table, of at most one row."""

        db_table = "told"


class MailChoice(models.Model):
    """Whether a person wants a kind of message by e-mail. Kinds without a choice come by e-mail."""

    person_id = models.CharField(max_length=_ID)
    kind = models.CharField(max_length=_WORD)
    by_mail = models.BooleanField()

    class Meta:
        """The table."""

        db_table = "mail_choice"
        constraints = (UniqueConstraint(fields=("person_id", "kind"), name="person_chooses_once"),)


class CalendarAddress(models.Model):
    """The secret address of a person's calendar of deadlines; only its digest is stored. A new one replaces the old."""

    person_id = models.CharField(primary_key=True, max_length=_ID)
    digest = models.CharField(max_length=64, unique=True)
    made_at = InstantField()

    class Meta:
        """The table."""

        db_table = "calendar_address"
