"""One connection that threads share in turn, beside the connection of each thread.

On it statements are already prepared and the server's caches are warm. Among 64 connections with occasional writes,
hardly any reaches that state.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

_shared: list[BaseDatabaseWrapper] = []


@contextmanager
def shared_connection() -> Iterator[None]:
    """Run a block on the shared connection. The caller must make sure that only one thread does so at a time."""
    own = connections[DEFAULT_DB_ALIAS]
    if _shared and _shared[0].settings_dict != own.settings_dict:  # the database has changed
        _shared.pop().close()
    if not _shared:
        _shared.append(connections.create_connection(DEFAULT_DB_ALIAS))
        _shared[0].inc_thread_sharing()
    _shared[0].close_if_unusable_or_obsolete()
    connections[DEFAULT_DB_ALIAS] = _shared[0]
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = own
