"""The tables of tickets and their messages. Texts that people write are stored nowhere else."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from shoplink.store.database.fields import InstantField

_ID = 64
_NAME = 200
_WORD = 40

_STANDS = Q(status__in=("open", "answered"))


class Ticket(models.Model):
    """A ticket, never deleted. `number` is the order of opening; `fields`, `reasons` and `facts` are JSON from then.

    `due_at` is when time alone may next change its subject; `answered_at` is when staff first answered; `forgotten_at`
    is when its messages and notes were deleted. `assignee` is the person of the `team` who has it.
    """

    number = models.BigAutoField(primary_key=True)
    ticket_id = models.CharField(max_length=_ID, unique=True)
    shop_id = models.CharField(max_length=_ID)
    account_id = models.CharField(max_length=_ID)
    link_id = models.CharField(max_length=_ID, null=True)  # noqa: DJ001 (null is "no link yet")
    market = models.CharField(max_length=2)
    side = models.CharField(max_length=_WORD)
    by_kind = models.CharField(max_length=_WORD)
    by_id = models.CharField(max_length=_NAME)
    by_person = models.CharField(max_length=_ID, null=True)  # noqa: DJ001 (null is "by a program")
    command = models.CharField(max_length=_WORD)
    fields = models.TextField()
    reasons = models.TextField()
    facts = models.TextField()
    status = models.CharField(max_length=_WORD)
    cause = models.CharField(max_length=_WORD, null=True)  # noqa: DJ001 (null is "not closed")
    opened_at = InstantField()
    updated_at = InstantField()
    ended_at = InstantField(null=True)
    due_at = InstantField(null=True)
    team = models.CharField(max_length=_WORD)
    assignee = models.CharField(max_length=_NAME, null=True)  # noqa: DJ001 (null is "nobody yet")
    answered_at = InstantField(null=True)
    forgotten_at = InstantField(null=True)

    class Meta:
        """The table; one open ticket about the same thing."""

        db_table = "ticket"
        constraints = (
            UniqueConstraint(
                fields=("shop_id", "account_id", "command", "side"),
                condition=_STANDS,
                name="ticket_is_open_once",
            ),
            CheckConstraint(
                condition=(_STANDS & Q(ended_at__isnull=True)) | (~_STANDS & Q(ended_at__isnull=False)),
                name="ended_ticket_says_when",
            ),
            CheckConstraint(
                condition=(Q(status="closed") & Q(cause__isnull=False))
                | (~Q(status="closed") & Q(cause__isnull=True)),
                name="closed_ticket_says_why",
            ),
        )
        indexes = (
            Index(fields=("shop_id", "number"), name="ticket_shop"),
            Index(fields=("account_id", "number"), name="ticket_account"),
            Index(fields=("account_id",), condition=_STANDS, name="ticket_open_account"),
            Index(fields=("status", "market", "number"), name="ticket_queue"),
            Index(fields=("due_at",), condition=Q(due_at__isnull=False), name="ticket_due"),
            Index(
                fields=("ended_at",),
                condition=Q(ended_at__isnull=False, forgotten_at__isnull=True),
                name="ticket_ended",
            ),
        )


class TicketMessage(models.Model):
    """A message in a ticket; deleted some time after the ticket ended."""

    number = models.BigAutoField(primary_key=True)
    ticket_id = models.CharField(max_length=_ID)
    at = InstantField()
    by_kind = models.CharField(max_length=_WORD)
    by_id = models.CharField(max_length=_NAME)
    by_person = models.CharField(max_length=_ID, null=True)  # noqa: DJ001 (as above)
    text = models.TextField()
    evidence = models.CharField(max_length=_NAME, null=True)  # noqa: DJ001 (null is "none")

    class Meta:
        """The table."""

        db_table = "ticket_message"
        indexes = (Index(fields=("ticket_id", "number"), name="ticket_message_ticket"),)


class TicketNote(models.Model):
    """An internal note in a ticket, which staff alone read; deleted with the messages."""

    number = models.BigAutoField(primary_key=True)
    ticket_id = models.CharField(max_length=_ID)
    at = InstantField()
    by_kind = models.CharField(max_length=_WORD)
    by_id = models.CharField(max_length=_NAME)
    by_person = models.CharField(max_length=_ID, null=True)  # noqa: DJ001 (as above)
    text = models.TextField()

    class Meta:
        """The table."""

        db_table = "ticket_note"
        indexes = (Index(fields=("ticket_id", "number"), name="ticket_note_ticket"),)
