"""Marks on the database itself, and the clock of a sandbox."""

from django.db import models

from shoplink.store.database.fields import InstantField


class Marker(models.Model):
    """A mark that the service itself has set on its database, such as `demo`: no command and no caller can set one."""

    name = models.CharField(primary_key=True, max_length=64)
    set_at = InstantField()

    class Meta:
        """The table."""

        db_table = "marker"


class Sandbox(models.Model):
    """That the database is a sandbox, since when, and by how many microseconds its clock was moved forward."""

    number = models.SmallIntegerField(primary_key=True)
    made_at = InstantField()
    moved_by = models.BigIntegerField()

    class Meta:
        """The table, of at most one row."""

        db_table = "sandbox"
        constraints = (
            models.CheckConstraint(condition=models.Q(number=1), name="one_clock"),
            models.CheckConstraint(condition=models.Q(moved_by__gte=0), name="clock_is_not_moved_back"),
        )
