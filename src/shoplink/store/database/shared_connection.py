"""One connection that threads take turns on, beside the one that each has of its own.

What is done on it finds its statements prepared and the server's caches warm. Of 64 connections that are each written
on now and then, hardly one ever gets there.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

_shared: list[BaseDatabaseWrapper] = []


@contextmanager
def shared_connection() -> Iterator[None]:
    """Run a block on the shared connection; whoever calls this sees to it that one thread does so at a time."""
    own = connections[DEFAULT_DB_ALIAS]
    if _shared and _shared[0].settings_dict != own.settings_dict:  # another database by now
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
