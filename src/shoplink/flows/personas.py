"""Whether this is the demo, and who can be tried out in it."""

from django.db import connection

from shoplink.flows.demo import PLATFORM
from shoplink.store.feed import read_feed
from shoplink.store.read import read_event

_known: dict[str, bool] = {}


def is_demo() -> bool:
    """Whether the database in use holds the demo world; what is once known of a database is not asked again."""
    name = str(connection.settings_dict["NAME"])
    if name not in _known:
        first = read_feed(0, 1)
        if not first:
            return False
        _known[name] = read_event(first[0][1]).by == PLATFORM
    return _known[name]
