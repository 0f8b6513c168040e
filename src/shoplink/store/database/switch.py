"""Go on with another database than that of the settings."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


def use_database(settings: dict[str, Any]) -> None:
    """Use the database with these settings from now on, in this thread; the connection to the present one is closed."""
    connections[DEFAULT_DB_ALIAS].close()
    configured = connections.configure_settings({DEFAULT_DB_ALIAS: settings})
    connections.settings[DEFAULT_DB_ALIAS] = configured[DEFAULT_DB_ALIAS]
    del connections[DEFAULT_DB_ALIAS]
