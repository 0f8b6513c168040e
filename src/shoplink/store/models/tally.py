"""The tables of tallies by day and market for the charts, so that no page counts all events."""

from django.db import models
from django.db.models import UniqueConstraint

from shoplink.store.database.fields import InstantField


class Tally(models.Model):
    """How often something happened (or how many exist) in a market on a day, UTC; `day` counts from 1970-01-01."""

    day = models.IntegerField()
    market = models.CharField(max_length=2)
    measure = models.CharField(max_length=40)
    name = models.CharField(max_length=64)
    count = models.BigIntegerField()

    class Meta:
        """The table."""

        db_table = "tally"
        constraints = (
            UniqueConstraint(fields=("measure", "day", "market", "name"), name="tally_counts_a_thing_once"),
        )


class TallyProgress(models.Model):
    """Up to which position of the feed, and as of when, the tallies are counted."""

    position = models.BigIntegerField()
    at = InstantField()

    class Meta:
        """The table, of at most one row."""

        db_table = "tallied"
