"""Marks on the database itself."""

from django.db import models

from shoplink.store.database.fields import InstantField


class Marker(models.Model):
    """A mark that the service itself has set on its database, such as `demo`: no command and no caller can set one."""

    name = models.CharField(primary_key=True, max_length=64)
    set_at = InstantField()

    class Meta:
        """The table."""

        db_table = "marker"
