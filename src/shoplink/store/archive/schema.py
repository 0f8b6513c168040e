"""The migrations: those that this version knows, and those that a database has had. `app.name` names one."""

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def known_migrations() -> list[str]:
    """The migrations that this version has, sorted."""
    return sorted(".".join(key) for key in MigrationLoader(None).disk_migrations)


def applied_migrations() -> list[str]:
    """The migrations that the database has had, sorted."""
    return sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations())
