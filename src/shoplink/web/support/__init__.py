"""The support console: the queue, tickets with their facts then and now, and fixes with a preview."""

from shoplink.web.support import (  # isort: skip (the order of the menu)
    queue,
    search,
    ticket,
    fixes,
)

__all__ = ["fixes", "queue", "search", "ticket"]
