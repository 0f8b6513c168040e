"""The tables of webhooks: endpoints with their position in the feed, single sends that were asked for, and attempts."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q

from shoplink.store.database.fields import InstantField

_ID = 64
_TEXT = 200
_WORD = 40


class WebhookEndpoint(models.Model):
    """An address that events are sent to: all of them, or those of one shop's links; `types` are separated by spaces.

    Every event up to `position` is delivered. `attempts` and `failing_since` are about the event behind it. While a
    sender holds the endpoint, it has the token `lease` until `lease_until`; afterwards that is when it was last held.
    Secrets are encrypted.
    """

    number = models.BigAutoField(primary_key=True)
    endpoint_id = models.CharField(max_length=_ID, unique=True)
    shop_id = models.CharField(max_length=_ID, null=True)  # noqa: DJ001 (null is "of all shops")
    url = models.TextField()
    types = models.TextField()
    description = models.CharField(max_length=_TEXT)
    secret = models.TextField()
    former_secret = models.TextField(null=True)  # noqa: DJ001 (null is "none")
    former_until = InstantField(null=True)
    status = models.CharField(max_length=_WORD)
    cause = models.CharField(max_length=_WORD)
    position = models.BigIntegerField()
    attempts = models.IntegerField()
    failing_since = InstantField(null=True)
    not_before = InstantField(null=True)
    lease = models.CharField(max_length=_ID)
    lease_until = InstantField(null=True)
    created_at = InstantField()

    class Meta:
        """The table."""

        db_table = "webhook_endpoint"
        constraints = (
            CheckConstraint(
                condition=Q(former_secret__isnull=True) ^ Q(former_until__isnull=False),
                name="former_secret_says_until_when",
            ),
        )
        indexes = (Index(fields=("shop_id", "number"), name="webhook_endpoint_shop"),)


class WebhookSend(models.Model):
    """A single message that was asked for: the event of a position once more, or a test event (no position)."""

    number = models.BigAutoField(primary_key=True)
    endpoint_id = models.CharField(max_length=_ID)
    position = models.BigIntegerField(null=True)
    asked_at = InstantField()

    class Meta:
        """The table."""

        db_table = "webhook_send"
        indexes = (Index(fields=("endpoint_id", "number"), name="webhook_send_endpoint"),)


class WebhookAttempt(models.Model):
    """One request to an endpoint and how it ended: a status and the first bytes of the answer, or an error."""

    number = models.BigAutoField(primary_key=True)
    endpoint_id = models.CharField(max_length=_ID)
    message_id = models.CharField(max_length=_ID)
    type = models.CharField(max_length=_WORD)
    position = models.BigIntegerField(null=True)
    at = InstantField()
    status = models.IntegerField(null=True)
    error = models.CharField(max_length=_WORD)
    duration_ms = models.IntegerField()
    answer = models.TextField()

    class Meta:
        """The table."""

        db_table = "webhook_attempt"
        indexes = (
            Index(fields=("endpoint_id", "number"), name="webhook_attempt_endpoint"),
            Index(fields=("at",), name="webhook_attempt_at"),
        )
