"""The table of what closed periods say of the creators who were linked with the shop."""

from django.db import models
from django.db.models import UniqueConstraint

from shoplink.store.database.fields import InstantField

_ID = 64
_PERIOD = 40
_CURRENCY = 3


class Settlement(models.Model):
    """The sums of a creator in a closed period of a shop and a currency; the lines are in the shop's record.

    It is written in the step that closes the period, never changed, and kept for good, like the record itself.
    """

    number = models.BigAutoField(primary_key=True)
    account_id = models.CharField(max_length=_ID)
    shop_id = models.CharField(max_length=_ID)
    period = models.CharField(max_length=_PERIOD)
    currency = models.CharField(max_length=_CURRENCY)
    order_lines = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    refund_minor = models.BigIntegerField()
    commission_minor = models.BigIntegerField()
    adjustment_minor = models.BigIntegerField()
    closed_at = InstantField()

    class Meta:
        """The table."""

        db_table = "settlement"
        constraints = (
            UniqueConstraint(fields=("account_id", "shop_id", "period", "currency"), name="settlement_once"),
        )
        indexes = (models.Index(fields=("shop_id", "period"), name="settlement_shop"),)
