"""The support console: the queue, a ticket with its facts then and now, fixes that show first what they unblock."""

from shoplink.web.support import (  # isort: skip (the order of the menu)
    queue,
    search,
    ticket,
    fixes,
)

__all__ = ["fixes", "queue", "search", "ticket"]
