"""The base of the rows that decisions write beside their events."""

from msgspec import Struct


class Record(Struct, frozen=True):
    """A row that a decision writes beside its events, because the log must not hold it: words or addresses of people.

    Each family of such commands defines its records in its `facts`, and saves them.
    """
