"""The table of what was last compared with the platform that decides."""

from django.db import models

from shoplink.store.database.fields import InstantField

_ID = 64


class Mirror(models.Model):
    """The newest list of a shop: as of when it stood there, when it was compared, and what it left open.

    `questions` counts the differences that are still to be answered; `data` has them.
    """

    shop_id = models.CharField(primary_key=True, max_length=_ID)
    as_of = InstantField()
    compared_at = InstantField()
    questions = models.IntegerField()
    data = models.TextField()

    class Meta:
        """The table."""

        db_table = "mirror"
