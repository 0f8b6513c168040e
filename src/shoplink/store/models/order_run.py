"""The table of runs that judge files of orders which people have sent to a console."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q

from shoplink.store.database.fields import InstantField

_ID = 64
_WORD = 40
_NAME = 255


class OrderRun(models.Model):
    """A file of orders and what became of it; the files themselves are in a folder of the run's own.

    `shop_id` is null for a run of the platform, over all shops. `state`: `uploaded` (recognised, and nothing asked yet),
    `waiting` (for a process to judge it), `judging` (held by a process until `held_until`), `done`, `failed`. `choices`
    are what the person chose, `found` what the file was recognised as, `summary` what the run counted, all as JSON.
    """

    number = models.BigAutoField(primary_key=True)
    run_id = models.CharField(max_length=_ID, unique=True)
    shop_id = models.CharField(max_length=_ID, null=True)  # noqa: DJ001 (null is "all shops")
    person_id = models.CharField(max_length=_ID)
    file_name = models.CharField(max_length=_NAME)
    file_bytes = models.BigIntegerField()
    state = models.CharField(max_length=_WORD)
    found = models.TextField()
    choices = models.TextField()
    summary = models.TextField()
    problem = models.TextField()
    step = models.CharField(max_length=_WORD)
    progress = models.IntegerField(default=0)
    attempts = models.IntegerField(default=0)
    created_at = InstantField()
    held_until = InstantField(null=True)
    ended_at = InstantField(null=True)

    class Meta:
        """The table."""

        db_table = "order_run"
        constraints = (
            CheckConstraint(
                condition=Q(state__in=("uploaded", "waiting", "judging", "done", "failed")),
                name="order_run_state",
            ),
        )
        indexes = (
            Index(fields=("shop_id", "number"), name="order_run_shop"),
            Index(fields=("number",), condition=Q(state__in=("waiting", "judging")), name="order_run_open"),
            Index(fields=("created_at",), name="order_run_created"),
        )
