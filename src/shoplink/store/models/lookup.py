"""Look-ups of accounts, kept for the retention period."""

from django.db import models
from django.db.models import Index

from shoplink.store.database.fields import InstantField


class LookUp(models.Model):
    """A seller's look-up of an account by its handle; `account_id` is null if there was none.

    A key's look-up has the key as its person, and the id that was asked for as its handle.
    """

    at = InstantField()
    person_id = models.CharField(max_length=64)
    shop_id = models.CharField(max_length=64)
    handle = models.CharField(max_length=200)
    account_id = models.CharField(max_length=64, null=True)  # noqa: DJ001 (null is "none was found")

    class Meta:
        """The table."""

        db_table = "look_up"
        indexes = (
            Index(fields=("person_id", "at"), name="look_up_person"),
            Index(fields=("shop_id", "account_id", "at"), name="look_up_account"),
            Index(fields=("at",), name="look_up_at"),
        )
