"""The engine, in the module in which Django looks for it."""

import select
from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is known to work as long as the server has not hung up."""

    def is_usable(self) -> bool:
        """Whether statements can be sent; asked before the first of each request.

        A server that ends says so by closing the connection, which can be seen without asking it anything; only if
        there is something to be read, of whatever kind, it is asked.
        """
        raw: Any = self.connection
        if raw is None or raw.closed:
            return False
        poll = select.poll()
        poll.register(raw.fileno(), select.POLLIN | select.POLLPRI)
        return not poll.poll(0) or bool(super().is_usable())
